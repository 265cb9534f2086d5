"""Rhyme, judged from lines as they are written. Knows nothing of models; each language has a rule of its own."""

from __future__ import annotations

from collections.abc import Sequence

from models.errors import RumiError
from models.forms import form_named
from rumi_tui.verse.languages import LANGUAGES
from rumi_tui.verse.rhyme import Rhyme
from rumi_tui.verse.words import words


def can_judge(language: str) -> bool:
    """Whether there is a rule for this language (ISO 639-1)."""
    return language in LANGUAGES


def rhymes(a: str, b: str, language: str) -> Rhyme | None:
    """How two lines rhyme, see the rule of the language; None: not at all.

    Raises `RumiError` for a language without a rule.
    """
    if not can_judge(language):
        known = ", ".join(LANGUAGES)
        raise RumiError(f"There is no rule of rhyme for the language {language!r}: choose one of {known}.")
    return LANGUAGES[language].rhymes(words(a), words(b))


def scheme_rhymes(lines: Sequence[str], form: str, language: str) -> list[Rhyme | None]:
    """How each of the pairs rhymes that the form asks for (`Form.rhyming_pairs`); None for one past the poem's end."""
    pairs = form_named(form).rhyming_pairs(len(lines))
    return [rhymes(lines[a], lines[b], language) if max(a, b) < len(lines) else None for a, b in pairs]
