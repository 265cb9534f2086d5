from __future__ import annotations

import math
from pathlib import Path

import msgspec
import numpy as np
import pytest
from support import SHAPES, refused, verse

from rumi_tui.console.writing.writer import Writer
from rumi_tui.engine import lens
from rumi_tui.engine.context import Context
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.lens import ALTERNATIVES, token_scores
from rumi_tui.engine.messages import Event, Failed, Inspect, Inspected
from rumi_tui.engine.request import Request
from rumi_tui.engine.sampling import log_softmax
from rumi_tui.engine.session import Session
from rumi_tui.engine.written import TokenScore


def test_the_places_are_the_poem_and_surprise_is_what_the_writing_of_it_noted(session: Session):
    poem = list(Generation(session, session.tokenizer, Request(form="couplet", seed=4, lines=3)))
    scores = token_scores(session, session.tokenizer, "couplet", "".join(step.text for step in poem))
    assert [place.text for place in scores] == [step.text for step in poem]
    assert [place.surprise for place in scores] == pytest.approx([-s.logprob / math.log(2) for s in poem], abs=1e-3)


def test_entropy_and_likeliest_are_those_of_the_distribution_at_that_place(session: Session):
    tokenizer, text = session.tokenizer, "amber candle"
    ids = np.array([[tokenizer.form_id("couplet"), *tokenizer.encode(text)]])
    logprobs = log_softmax(Context(session).feed(ids)[0, 4])
    place = token_scores(session, tokenizer, "couplet", text)[4]
    assert place.entropy == pytest.approx(-(np.exp(logprobs) * logprobs).sum() / math.log(2), abs=1e-4)
    never = {tokenizer.unknown_id, *tokenizer.sign_ids}
    best = [int(i) for i in np.argsort(-logprobs) if i not in never][:ALTERNATIVES]
    assert [choice.text for choice in place.likeliest] == [tokenizer.text_of(i) for i in best]
    assert [choice.probability for choice in place.likeliest] == pytest.approx(np.exp(logprobs[best]), abs=1e-5)


def test_pieces_of_words_are_places_too(words: Session):
    scores = token_scores(words, words.tokenizer, "couplet", "amber candle\nmirror")
    assert "".join(place.text for place in scores) == "amber candle\nmirror"
    assert max(len(place.text) for place in scores) > 1


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("longest", [1, 7, 100])
def test_of_a_long_poem_the_end_is_looked_at_with_all_that_led_to_it(monkeypatch, write_pair, longest, kind):
    session, text = Session(write_pair(kind)[1]), verse(40)
    whole = token_scores(session, session.tokenizer, "couplet", text)
    monkeypatch.setattr(lens, "LONGEST", longest)
    end = token_scores(session, session.tokenizer, "couplet", text)
    assert [place.text for place in end] == list(text[-longest:])
    wanted = [place.surprise for place in whole[-longest:]]
    assert [place.surprise for place in end] == pytest.approx(wanted, abs=1e-3)


def test_an_empty_poem_has_no_places_and_an_unknown_form_is_refused(session: Session):
    assert token_scores(session, session.tokenizer, "couplet", "") == []
    with refused("no form 'ode'"):
        token_scores(session, session.tokenizer, "ode", "amber")


async def ordered(order: Inspect) -> list[Event]:
    writer = Writer()
    try:
        return [report async for report in writer.carry_out(order)]
    finally:
        await writer.close()


async def test_the_writing_process_looks_on_order(model_file: Path, session: Session):
    scores = token_scores(session, session.tokenizer, "couplet", "amber")
    [report] = await ordered(Inspect(str(model_file), "couplet", "amber"))
    assert report == Inspected(scores, session.sha256)
    assert msgspec.json.decode(msgspec.json.encode(scores), type=list[TokenScore]) == scores


async def test_a_model_that_is_gone_is_told(tmp_path: Path):
    [report] = await ordered(Inspect(str(tmp_path / "gone.onnx"), "couplet", "amber"))
    assert isinstance(report, Failed)
