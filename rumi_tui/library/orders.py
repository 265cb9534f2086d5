"""The orders that poems can be listed in. Knows nothing of screens."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rumi_tui.library.poem import Listed
from rumi_tui.verse.words import fold, search_terms

PERSIAN = {letter: place for place, letter in enumerate("ءابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی")}
"""The place of each letter in the Persian alphabet, which is not that of its number in Unicode."""


def newest(poem: Listed) -> tuple[float, int]:
    """Latest first; of what was begun in the same second, what was kept later."""
    return -poem.written, -poem.id


def by_title(poem: Listed) -> tuple[bool, list[tuple[int, str]], int]:
    """By the alphabet of the title, then what has none, by its first line; capitals and accents make no difference."""
    return not poem.title, [(PERSIAN.get(letter, -1), letter) for letter in _spelling(poem)], -poem.id


def _spelling(poem: Listed) -> str:
    letters = fold(poem.title or poem.beginning.partition("\n")[0]).casefold()
    return "".join(letter for letter in letters if letter.isalnum() or letter.isspace()).strip()


def named_first(poems: list[Listed], search: str) -> list[Listed]:
    """The poems in the same order, but first those whose title alone has all that is searched for."""
    terms = search_terms(search)

    def is_named(poem: Listed) -> bool:
        words = search_terms(poem.title) if poem.title else []
        return all(any(word.startswith(term) for word in words) for term in terms)

    return sorted(poems, key=is_named, reverse=True) if terms else poems


ORDERS: dict[str, Callable[[Iterable[Listed]], list[Listed]]] = {
    "newest first": lambda poems: sorted(poems, key=newest),
    "oldest first": lambda poems: sorted(poems, key=newest, reverse=True),
    "by title": lambda poems: sorted(poems, key=by_title),
    "favourites first": lambda poems: sorted(poems, key=lambda poem: (not poem.favourite, newest(poem))),
}
"""By what a person is told of each."""
