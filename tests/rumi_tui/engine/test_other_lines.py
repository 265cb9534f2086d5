from __future__ import annotations

import math

import pytest
from support import refused

from rumi_tui.engine.keep import TRIES, KeptGeneration, Try
from rumi_tui.engine.lens import token_scores
from rumi_tui.engine.other_lines import OtherLines
from rumi_tui.engine.request import Request, Sampling
from rumi_tui.engine.session import Session, load_model
from rumi_tui.engine.written import LineChoice

BEFORE = "amber candle\nbarley drum\n"


def lines_of(model: Session, **request) -> list[LineChoice]:
    lines = OtherLines(model, model.description, Request(**{"form": "free", "text": BEFORE, "seed": 4, **request}))
    assert all(isinstance(each, Try) for each in lines)
    return lines.choices


@pytest.mark.parametrize("keep", ["strict", "loose"])
def test_the_first_choice_is_the_line_that_the_writer_takes(endless: Session, keep) -> None:
    request = Request(form="free", text=BEFORE, seed=4, lines=2, keep=keep)
    writer = KeptGeneration(endless, endless.description, request)
    poem = BEFORE + "".join(getattr(step, "text", "") for step in writer)
    choices = lines_of(endless, keep=keep, lines=2)
    assert choices[0].text == poem.split("\n")[2]
    assert choices[0].faults == writer.lines[0].faults
    assert len(choices) == len({choice.text for choice in choices}) <= writer.lines[0].tries


def test_what_the_model_pays_for_a_line_is_its_surprise_in_the_lens(endless: Session) -> None:
    for choice in lines_of(endless, keep="loose"):
        scores = token_scores(endless, endless.tokenizer, "free", f"{BEFORE}{choice.text}\n")[len(BEFORE) :]
        assert choice.nats == pytest.approx(math.log(2) * sum(score.surprise for score in scores), rel=1e-3)


def test_where_no_form_is_kept_a_few_lines_are_given_as_they_fall(endless: Session) -> None:
    choices = lines_of(endless, keep="off")
    assert 1 < len(choices) <= TRIES["loose"]
    assert not any(choice.faults for choice in choices)
    assert choices == lines_of(endless, keep="off")
    assert choices != lines_of(endless, keep="off", seed=5)
    assert len(lines_of(endless, keep="off", sampling=Sampling(temperature=0))) <= 1


def test_pieces_of_words_make_lines_too(words: Session) -> None:
    assert all(" " in choice.text for choice in lines_of(words, form="couplet", keep="loose"))


def test_the_last_line_of_a_quatrain_may_end_the_poem() -> None:
    model = load_model("fa")
    text = "ای دل چو در این راه قدم خواهی زد\nبر لوح دل از عشق رقم خواهی زد\nچون شمع در این بزم به سر باید رفت\n"
    assert any(choice.ends_poem for choice in lines_of(model, form="rubai", text=text, keep="loose", lines=4))


def test_what_the_writer_refuses_is_refused(endless: Session) -> None:
    with refused("nothing copied can be refused"):
        lines_of(endless, keep="strict", original=6)
    with refused("no form 'ode'"):
        lines_of(endless, form="ode")
