from __future__ import annotations

import math

import pytest
from support import METRES, refused

from models.lexicon import Lexicon
from models.phrases import PhraseIndex
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.keep import LONGEST_LINE, ROUNDS, TRIES, KeptGeneration, Try
from rumi_tui.engine.lens import token_scores
from rumi_tui.engine.poems import write_poems, writer
from rumi_tui.engine.request import Request, Sampling
from rumi_tui.engine.session import Session
from rumi_tui.engine.written import Step
from rumi_tui.verse.originality import originality
from rumi_tui.verse.words import words


def keep(
    model: Session, lexicon: Lexicon | None = None, phrases: PhraseIndex | None = None, **request
) -> tuple[str, KeptGeneration, list[Step]]:
    asked = Request(**{"form": "couplet", "keep": "strict", **request})
    poem = KeptGeneration(model, model.description._replace(lexicon=lexicon, phrases=phrases), asked)
    steps = [step for step in poem if isinstance(step, Step)]
    return "".join(step.text for step in steps), poem, steps


@pytest.mark.parametrize("way", ["loose", "strict"])
def test_the_same_seed_gives_the_same_poem_and_another_another(endless: Session, way) -> None:
    first, second, other = (keep(endless, seed=seed, lines=4, keep=way)[0] for seed in (5, 5, 6))
    assert first == second != other


def test_a_poem_is_written_anew_each_time_it_is_asked_for(endless: Session) -> None:
    _, poem, steps = keep(endless, lines=2)
    assert [step for step in poem if isinstance(step, Step)] == steps


def test_every_token_of_a_kept_poem_is_as_likely_as_the_lens_says(endless: Session) -> None:
    text, _, steps = keep(endless, form="free", lines=4)
    scores = token_scores(endless, endless.tokenizer, "free", text)
    assert [step.text for step in steps] == [score.text for score in scores]
    surprises = [-step.logprob / math.log(2) for step in steps]
    assert surprises == pytest.approx([score.surprise for score in scores], abs=1e-3)


def test_what_was_asked_for_holds_in_every_line(conditioned: Session) -> None:
    text, poem, _ = keep(conditioned, lines=4, metre=METRES[0], rhyme="amber")
    assert poem.metre == METRES[0]
    assert text.count("\n") == 3
    assert keep(conditioned, lines=4)[1].metre in METRES


def test_lines_are_tried_until_one_keeps_the_rules_and_no_longer(endless: Session) -> None:
    text, poem, _ = keep(endless, form="free", lines=6)
    letters = sorted({word for word in words(text) if len(word) == 1})
    _, poem, _ = keep(endless, form="free", lines=6, lexicon=Lexicon.of(letters))
    for line in poem.lines:
        is_kept = all(word in letters for word in words(line.line)) and words(line.line)
        assert bool(line.faults) != bool(is_kept)
        assert line.tries == TRIES["strict"] * ROUNDS["strict"] or not line.faults
        assert line.tries % TRIES["strict"] == 0


def test_what_cannot_be_kept_is_written_all_the_same_and_told(endless: Session) -> None:
    text, poem, _ = keep(endless, form="free", lines=3, lexicon=Lexicon.of([]))
    assert text.count("\n") == 2
    assert [line.line for line in poem.lines] == text.split("\n")
    assert all(line.faults for line in poem.lines)


def test_no_line_copies_more_than_it_may_while_there_is_another_try(
    monkeypatch: pytest.MonkeyPatch, endless: Session
) -> None:
    monkeypatch.setattr("rumi_tui.verse.rules.COPIED_NATS", 0.0)
    asked = {"form": "free", "lines": 7}
    phrases = PhraseIndex.of([words(keep(endless, seed=seed, **asked)[0]) for seed in range(3)])
    text, _, _ = keep(endless, phrases=phrases, **asked)
    assert originality(text, phrases).longest_run > 5
    text, poem, _ = keep(endless, phrases=phrases, original=5, **asked)
    assert originality(text, phrases).longest_run == 0
    assert not any("copied" in line.faults for line in poem.lines)


def test_a_line_that_cannot_but_copy_is_told(monkeypatch: pytest.MonkeyPatch, endless: Session) -> None:
    monkeypatch.setattr("rumi_tui.engine.keep.TRIES", {"strict": 1})
    monkeypatch.setattr("rumi_tui.engine.keep.ROUNDS", {"strict": 1})
    text, _, _ = keep(endless, form="free", lines=7)
    again, poem, _ = keep(endless, phrases=PhraseIndex.of([words(text)]), form="free", lines=7, original=5)
    assert again == text
    assert any("copied" in line.faults for line in poem.lines)


def test_a_limit_on_copying_needs_what_tells_a_copy(endless: Session) -> None:
    with refused("does not tell what its training text holds"):
        keep(endless, original=5)
    with refused("set no limit on copying"):
        Request(form="free", original=5)
    with refused("those of 5 or more"):
        Request(form="free", keep="strict", original=4)


def test_a_poem_says_how_much_of_it_is_copied(endless: Session) -> None:
    for way in ("loose", "off"):
        asked = Request(form="free", text="a b", lines=4, keep=way)
        [poem] = write_poems(endless, endless.description, asked, 1)
        assert poem.originality is None
        phrases = PhraseIndex.of([words(poem.text)])
        [poem] = write_poems(endless, endless.description._replace(phrases=phrases), asked, 1)
        assert poem.originality == originality(poem.text, phrases, begun="a b")
    assert poem.originality.longest_run == len(words(poem.text))


def test_tries_are_seen_as_they_grow_from_what_was_begun(endless: Session) -> None:
    asked = Request(form="free", text="abc", lines=1, keep="loose")
    tries = [event.line for event in KeptGeneration(endless, endless.description, asked) if isinstance(event, Try)]
    assert all(line.startswith("abc") for line in tries)
    assert len(set(tries)) > 1


@pytest.mark.parametrize("characters", [1, 7, 40])
def test_a_poem_stops_after_its_characters_and_begins_as_a_longer_one(endless: Session, characters: int) -> None:
    text, poem, _ = keep(endless, seed=3, lines=9, characters=characters)
    assert poem.ending == "characters"
    assert keep(endless, seed=3, lines=9)[0].startswith(text)
    assert len(text) == characters


def test_where_nothing_is_left_to_chance_a_line_is_tried_once(endless: Session) -> None:
    greedy = {"form": "free", "lines": 2, "characters": LONGEST_LINE, "sampling": Sampling(temperature=0)}
    text, poem, _ = keep(endless, lexicon=Lexicon.of([]), **greedy)
    assert {line.tries for line in poem.lines} == {1}
    assert text == next(write_poems(endless, endless.description, Request(**greedy), 1)).text


def test_a_line_without_end_goes_on_after_its_tries(monkeypatch: pytest.MonkeyPatch, endless: Session) -> None:
    monkeypatch.setattr("rumi_tui.engine.keep.LONGEST_LINE", 2)
    text, poem, _ = keep(endless, form="free", seed=1, lines=3)
    assert poem.ending == "lines"
    assert text.count("\n") == 2
    assert [(line.number, line.line) for line in poem.lines] == list(enumerate(text.split("\n"), 1))
    assert max(line.tries for line in poem.lines) > TRIES["strict"] * ROUNDS["strict"], "of all its pieces"


def test_the_request_says_who_writes(endless: Session) -> None:
    free = Request(form="couplet", seed=2, lines=2)
    assert isinstance(writer(endless, endless.description, free), Generation)
    asked = Request(form="couplet", seed=2, lines=2, keep="loose")
    poems = list(write_poems(endless, endless.description, asked, 2))
    assert [poem.seed for poem in poems] == [2, 3]
    assert [poem.text for poem in poems] == [keep(endless, seed=seed, lines=2, keep="loose")[0] for seed in (2, 3)]
    assert all(line.line in poem.text for poem in poems for line in poem.kept)
