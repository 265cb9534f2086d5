from __future__ import annotations

import pytest

from rumi_tui.console.writing.draft import Draft
from rumi_tui.console.writing.replay import Rewriting
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.messages import Began, Finished, Wrote
from rumi_tui.engine.request import Request
from rumi_tui.engine.session import Session
from rumi_tui.library.poem import Passage
from rumi_tui.library.store import Library


@pytest.fixture
def draft(library: Library, endless: Session) -> Draft:
    """Written in two passages, the first of them stopped."""
    draft = Draft(library, "en", endless.sha256, "couplet", "amber")
    for seed, limit, ending in ((5, {"characters": 30}, None), (6, {"lines": 2}, "lines")):
        request = Request(form="couplet", text=draft.text, seed=seed, **limit)
        draft.passages.append(
            Passage(begins_at=len(draft.text), seed=seed, lines=2, sampling=request.sampling, ending=ending)
        )
        draft.text += "".join(step.text for step in Generation(endless, endless.tokenizer, request))
    return draft


def rewrite(draft: Draft, model: Session) -> Rewriting:
    job = Rewriting(draft)
    for order in job.commands():
        assert not job.is_over
        assert order.model_sha256 == draft.model_sha256
        job.handle(Began(order.request.text, [], model.sha256))
        poem = Generation(model, model.tokenizer, order.request)
        for step in poem:
            job.handle(Wrote([step]))
        job.handle(Finished(poem.ending, 1, 0.1))
    assert job.is_over
    return job


def test_a_poem_of_several_passages_comes_out_the_same(draft: Draft, endless: Session):
    job = rewrite(draft, endless)
    assert len(job.commands()) == 2
    assert job.text == draft.text
    assert "the same poem" in job.verdict


def test_the_first_character_that_differs_is_told(draft: Draft, endless: Session):
    draft.text = draft.text[:20] + "#" + draft.text[21:]
    assert "from character 21 on" in rewrite(draft, endless).verdict


def test_a_poem_that_no_model_wrote_has_nothing_to_be_written_again(library: Library):
    assert Rewriting(Draft(library, "en", "0" * 64, "free", "amber")).is_over
