from __future__ import annotations

import pytest

from rumi_tui.engine.beginning import after_whole_word, fit_typed
from rumi_tui.engine.request import Request
from rumi_tui.engine.session import load_model


@pytest.mark.parametrize(
    ("model", "text", "more"),
    [
        ("en", "The night", " "),
        ("en", "amber\nMy heart", " "),
        ("en", "The nightin", ""),
        ("en", "When the lover is silent, his heart is full of speech", ""),  # a comma is likelier
        ("en", "The night, ", ""),
        ("en", "", ""),
        ("fa", "ای عشق", " "),
        ("fa", "ای عش", ""),
    ],
)
def test_a_beginning_that_ends_with_a_whole_word_goes_on_with_another(model: str, text: str, more: str):
    session = load_model(model)
    for form in ("couplet", "free"):
        if form in session.card.forms:
            assert after_whole_word(session, session.description, form, text) == text + more


@pytest.mark.parametrize(("keep", "text"), [("strict", "The night "), ("loose", "The night "), ("off", "The night")])
def test_only_the_model_by_itself_may_make_a_whole_word_longer(keep: str, text: str):
    session = load_model("en")
    request, notes = fit_typed(session, session.description, Request(form="free", text="The night", keep=keep))
    assert (request.text, notes) == (text, [])
