from __future__ import annotations

import msgspec
import numpy as np
import pytest

from models.lexicon import Lexicon
from models.word_vectors import DIMENSIONS, WordVectors
from rumi_tui.engine.drafts import rank_of, write_drafts
from rumi_tui.engine.keep import Kept
from rumi_tui.engine.poems import Poem, write_poems
from rumi_tui.engine.rank import COPIED, Rank
from rumi_tui.engine.request import Request
from rumi_tui.engine.session import Session
from rumi_tui.verse.originality import Originality

BEST = Rank(faults_per_line=0.0, copies=False, was_stopped=False, nats_per_char=1.0)


def poem(**fields) -> Poem:
    return Poem(**{"seed": 0, "text": "ab cd\nef gh", "ending": "end", "logprob": -11.0, **fields})


@pytest.mark.parametrize("keep", ["off", "loose"])
def test_drafts_are_the_poems_of_the_request_the_best_first(session: Session, keep) -> None:
    request = Request(form="couplet", text="ab", seed=3, lines=6, keep=keep)
    counted: list[int] = []
    drafts = write_drafts(session, session.description, request, 5, on_draft=counted.append)
    assert counted == [1, 2, 3, 4, 5]
    assert [draft.rank for draft in drafts] == sorted(draft.rank for draft in drafts)
    poems = list(write_poems(session, session.description, request, 5))
    assert {draft.seed: draft.text for draft in drafts} == {poem.seed: poem.text for poem in poems}


def test_faults_count_first_then_copies_then_the_end_then_what_the_model_pays() -> None:
    copied = msgspec.structs.replace(BEST, copies=True, nats_per_char=0.1)
    dear = msgspec.structs.replace(BEST, nats_per_char=9.0)
    stopped = msgspec.structs.replace(BEST, was_stopped=True)
    faulty = msgspec.structs.replace(BEST, faults_per_line=0.1, nats_per_char=0.1)
    assert sorted([faulty, copied, stopped, dear, BEST]) == [BEST, dear, stopped, copied, faulty]


def test_the_reasons_are_told() -> None:
    assert BEST.reasons == "form kept, ended, 1.44 bits"
    worse = Rank(faults_per_line=0.25, copies=True, was_stopped=True, nats_per_char=1.234)
    assert worse.reasons == "0.25 faults/line, copies, cut off, 1.78 bits"


def test_a_line_that_the_model_did_not_write_counts_for_nothing(session: Session) -> None:
    kept = [Kept("ab ab", 1, 8, ["repetition"]), Kept("cd", 2, 8, [])]
    request = Request(form="free", keep="strict")
    assert rank_of(poem(kept=kept), request, session.description).faults_per_line == 0.5
    after_beginning = Request(form="free", text="ab ab\n")
    twice = poem(text="ab ab\ncd ef")
    assert rank_of(twice, after_beginning, session.description).faults_per_line == 0
    assert rank_of(twice, Request(form="free"), session.description).faults_per_line == 0.5


def test_a_free_draft_is_judged_by_the_rules_of_its_form(session: Session) -> None:
    known = session.description._replace(lexicon=Lexicon.of(["ab", "cd"]))
    assert rank_of(poem(), Request(form="free"), known).faults_per_line == 0.5


def test_an_end_of_its_own_is_told_from_a_limit(session: Session) -> None:
    for ending, was_stopped in (("end", False), ("lines", True), ("characters", True), (None, True)):
        assert rank_of(poem(ending=ending), Request(form="free"), session.description).was_stopped == was_stopped


@pytest.mark.parametrize("run", [COPIED - 1, COPIED])
def test_a_copied_line_is_told_from_a_run_of_chance(session: Session, run: int) -> None:
    copied = poem(originality=Originality(longest_run=run, copied_words=run, words=20))
    assert rank_of(copied, Request(form="free"), session.description).copies == (run == COPIED)


def test_words_that_go_together_are_a_gain(session: Session) -> None:
    vectors = WordVectors.of(["ab", "cd", "ef"], np.eye(2, DIMENSIONS, dtype=np.float32)[[0, 0, 1]])
    known = session.description._replace(word_vectors=vectors)
    together, apart = (rank_of(poem(text=text), Request(form="free"), known) for text in ("ab cd", "ab ef"))
    assert together.nats_per_char < apart.nats_per_char


def test_worn_words_cost_something(session: Session) -> None:
    request = Request(form="free")
    fresh, worn = (poem(text=text) for text in ("ab\ncd\nef\ngh", "ab\nab c\nab d\nab e"))
    assert rank_of(fresh, request, session.description).nats_per_char == pytest.approx(1)
    assert rank_of(worn, request, session.description).nats_per_char > 11 / len(worn.text)
