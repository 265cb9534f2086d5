from __future__ import annotations

import pytest

from rumi_tui.engine.beginning import after_whole_word
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
