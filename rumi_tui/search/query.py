"""What a person types to search for: words, the beginning of a word with `*`, a phrase in quotation marks.

FTS5 keeps only the stem of an English word, and makes one of a beginning, too: beautif* would find nothing, and being*
whatever begins with be. So the beginning of an English word stands for all words of the texts that begin so.
Of a question, the words that say what it is about. Knows nothing of indexes beyond the syntax of FTS5.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from models.errors import RumiError
from rumi_tui.search.spelling import (
    ENDINGS,
    JOINER,
    PREFIXES,
    is_stemmed,
    search_words,
    spelled_words,
    stems,
    without_prefix,
)
from rumi_tui.verse.languages import LANGUAGES
from rumi_tui.verse.words import MOST_TERMS

Span = tuple[int, int]
"""The first character and the one after the last."""

_PARTS = re.compile(r'["“”«»]([^"“”«»]*)["“”«»]|([^\s"“”«»]+)')
_NEGATION = re.compile(r"\b\w+n['’]t\b", re.IGNORECASE)
"""Such as didn't: none of them says more than the words of grammar that it is made of."""
_AFTER = ".,;:!?؟،؛)"
"""What may stand after the `*`."""


class Term(NamedTuple):
    """Words that stand one after the other."""

    words: tuple[str, ...]
    """As `rumi_tui.search.spelling.search_words` spells them."""
    begins: bool = False
    """Whether the last of them is only the beginning of one."""

    @property
    def match(self) -> str:
        """For FTS5."""
        return f'"{" ".join(self.words)}"{" *" if self.begins else ""}'


class Query:
    """Terms that a couplet must hold, in any order."""

    def __init__(self, typed: str, that_begin: Callable[[str], Sequence[str]]) -> None:
        """`that_begin` tells which words of the texts, of those that `is_stemmed`, begin so.

        Raises `RumiError` where no word is typed.
        """
        plain: list[Term] = []
        phrases: list[Term] = []
        apart: dict[tuple[str, ...], Term] = {}
        for phrase, word in _PARTS.findall(typed):
            words = search_words(phrase or word)
            begins = not phrase and word.rstrip(_AFTER).endswith("*")
            if JOINER in (phrase or word):
                apart[tuple(words)] = Term(tuple(search_words((phrase or word).replace(JOINER, " "))), begins)
            if phrase and words:
                phrases.append(Term(tuple(words)))
            plain += [
                Term((word,), begins and number == len(words)) for number, word in enumerate(words, 1) if not phrase
            ]
        if not plain and not phrases:
            raise RumiError("Type at least one word to search for.")
        choices = [*_with_neighbours(plain), *([[phrase], *_joined(phrase)] for phrase in phrases)]
        distinct = list(dict.fromkeys(map(tuple, map(_hashable, choices))))[:MOST_TERMS]
        self._choices = [list(choice) for choice in distinct]
        for choice in self._choices:
            first = choice[0][0]
            if first.begins and is_stemmed(first.words[0]):
                found = that_begin(first.words[0]) or first.words
                choice[:] = [(Term((word,)),) for word in _of_each_stem(found)]
            choice += [
                tuple(apart.get(term.words, term) for term in terms)
                for terms in choice
                if any(term.words in apart for term in terms)
            ]

    @property
    def match(self) -> str:
        """For FTS5."""
        return " AND ".join(f"({' OR '.join(_all(terms) for terms in choice)})" for choice in self._choices)

    def marks(self, verses: Sequence[str]) -> list[list[Span]]:
        """Where each of these verses holds what is searched for, in their order."""
        terms = {term for choice in self._choices for terms in choice for term in terms}
        terms |= {Term(("".join(term.words),), term.begins) for term in terms}  # as a compound
        words_of = [spelled_words(verse) for verse in verses]
        spellings = [spelling for words in words_of for *_, spellings in words for spelling in spellings]
        stem = stems([*spellings, *(word for term in terms for word in term.words)])

        def holds(spellings: list[str], term: Term, at: int) -> bool:
            wanted = term.words[at]
            if term.begins and at == len(term.words) - 1:
                return any(spelling.startswith(wanted) for spelling in spellings)
            return any(stem[spelling] == stem[wanted] for spelling in spellings)

        found: list[list[Span]] = []
        for words in words_of:
            marked: set[int] = set()
            for term in terms:
                length = len(term.words)
                for start in range(len(words) - length + 1):
                    if all(holds(words[start + at][2], term, at) for at in range(length)):
                        marked |= set(range(start, start + length))
            found.append([words[number][:2] for number in sorted(marked)])
        return found


def question_words(question: str, language: str) -> list[str]:
    """The words that say what a question is about."""
    stop_words = LANGUAGES[language].stop_words if language in LANGUAGES else frozenset()
    words = dict.fromkeys(search_words(_NEGATION.sub(" ", question)))
    return [word for word in words if word not in stop_words and without_prefix(word) not in stop_words][:MOST_TERMS]


def _with_neighbours(terms: list[Term]) -> list[list[list[Term]]]:
    """Each term, or two that may be one word in the verse, in all ways in which they may stand there."""
    choices: list[list[list[Term]]] = []
    number = 0
    while number < len(terms):
        term = terms[number]
        after = terms[number + 1] if number + 1 < len(terms) else None
        if after and (term.words[0] in PREFIXES or after.words[0] in ENDINGS):
            choices.append([[Term((_as_one(term.words[0], after.words[0]),), after.begins)], [term, after]])
            number += 1
        else:
            choices.append([[term]])
        number += 1
    return choices


def _joined(phrase: Term) -> list[list[Term]]:
    """The same phrase with verbs and endings that stand apart as one word, where it has some."""
    words: list[str] = []
    for word in phrase.words:
        if words and (words[-1] in PREFIXES or word in ENDINGS):
            words[-1] = _as_one(words[-1], word)
        else:
            words.append(word)
    return [[Term(tuple(words))]] if len(words) < len(phrase.words) else []


def _of_each_stem(words: Sequence[str]) -> Iterable[str]:
    """One word of each stem that some words have."""
    return {stem: word for word, stem in stems(words).items()}.values()


def _as_one(first: str, second: str) -> str:
    """Two parts of a Persian word that a person typed apart."""
    return "".join(search_words(f"{first}{JOINER}{second}"))


def _hashable(choice: list[list[Term]]) -> list[tuple[Term, ...]]:
    return [tuple(terms) for terms in choice]


def _all(terms: Sequence[Term]) -> str:
    return f"({' AND '.join(term.match for term in terms)})"
