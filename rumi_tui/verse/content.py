"""Which words of a line say something. Knows nothing of models or poems."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rumi_tui.verse.languages import LANGUAGES
from rumi_tui.verse.words import search_terms


def content_words(line: Iterable[str], language: str) -> list[str]:
    """The words of a line that are neither stop words of the language nor made of such (don't)."""
    return [word for word in line if _has_content(word, language)]


@lru_cache(maxsize=1 << 14)
def _has_content(word: str, language: str) -> bool:
    stop_words = LANGUAGES[language].stop_words if language in LANGUAGES else frozenset[str]()
    return not stop_words.issuperset(search_terms(word))
