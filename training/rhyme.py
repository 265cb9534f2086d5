"""Rhyme in English and Persian, judged from two lines as they are written. Knows nothing of poems or models.

Both rules answer `perfect`, `near` or None. What they cannot see: Persian leaves its short vowels unwritten, and an
English word that the dictionary lacks is known by its spelling alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import takewhile
from typing import Literal

import pronouncing

from models.errors import RumiError

Rhyme = Literal["perfect", "near"]

_MARKS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")

_LETTERS = str.maketrans({"آ": "اا", "أ": "ا", "إ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ی", "ة": "ه", "ء": None})
"""Persian letters as they sound; an alef with madda counts as two, since even at the head of a word it is long."""
_LONG_VOWELS = "اوی"
_OPEN_ENDINGS = "او"
"""Long vowels that make a rhyme by themselves; a final yeh is too often an inflection."""
_INFLECTIONS = "دمنتشهی"
"""Letters that end whole classes of words, so that to share one of them alone is no sign of a rhyme."""
_LONGEST_ROOT = 3
"""Letters of a word whose last letter is hardly an inflection."""

_SPELLED_ENDING = re.compile(r"[aeiouy][^aeiouy]*(?:e[ds]?)?$")
"""The last vowel that is heard and what follows it."""


def words(line: str) -> list[str]:
    """The words of a line in small letters, without vowel signs and punctuation; an apostrophe within a word stays."""
    return _WORD.findall(_MARKS.sub("", line).replace("’", "'").lower())


def can_judge(language: str) -> bool:
    """Whether there is a rule for this language (ISO 639-1)."""
    return language in _RULES


def rhymes(a: str, b: str, language: str) -> Rhyme | None:
    """How two lines rhyme. Raises `RumiError` for a language without a rule.

    Persian: the radif is the longest run of words that both lines end with, possibly none; the words before it carry
    the qafiya, and rhyme when they share their ending back to the last vowel. By spelling: two letters or more, or a
    long vowel (alef, vav) alone, or one consonant with no long vowel before it in either. One letter of inflection
    alone, or a radif without a qafiya, is near.

    English: perfect when two different words sound alike from the last stressed vowel on (CMU Pronouncing Dictionary,
    any of its variants). Near when only the last syllable does, when the ending is only spelled alike (love, move;
    also for words that the dictionary lacks), or when the word is the same.
    """
    if not can_judge(language):
        raise RumiError(f"There is no rule of rhyme for the language {language!r}: choose one of {', '.join(_RULES)}.")
    return _RULES[language](words(a), words(b))


def rhyming_pairs(form: str, lines: int) -> list[tuple[int, int]]:
    """The pairs of lines, counted from 0, that a form asks to rhyme in a poem of so many lines; none if `free`.

    A pair may lie past the end of a poem that is too short for its form. The lines of a ghazal must rhyme with its
    second; an odd line at the end of couplets is not asked for anything.
    """
    if form == "couplet":
        return [(first, first + 1) for first in range(0, max(lines, 2) - 1, 2)]
    if form == "ghazal":
        return [(0, 1), *((1, line) for line in range(3, lines, 2))]
    if form == "rubai":
        return [(0, 1), (0, 3)]
    return []


def scheme_rhymes(lines: Sequence[str], form: str, language: str) -> list[Rhyme | None]:
    """How each of the `rhyming_pairs` of a poem rhymes; None for one that lies past its end."""
    pairs = rhyming_pairs(form, len(lines))
    return [rhymes(lines[a], lines[b], language) if max(a, b) < len(lines) else None for a, b in pairs]


def _persian(a: list[str], b: list[str]) -> Rhyme | None:
    radif = shared_end(a, b)
    if radif < min(len(a), len(b)):
        qafiya = _qafiya(a[-1 - radif].translate(_LETTERS), b[-1 - radif].translate(_LETTERS))
        if qafiya:
            return qafiya
    return "near" if radif else None


def _qafiya(a: str, b: str) -> Rhyme | None:
    shared = shared_end(a, b)
    if not shared:
        return None
    if shared > 1 or a[-1] in _OPEN_ENDINGS:
        return "perfect"
    if any(len(word) > 2 and word[-2] in _LONG_VOWELS for word in (a, b)):
        return None
    return "near" if a[-1] in _INFLECTIONS and max(len(a), len(b)) > _LONGEST_ROOT else "perfect"


def shared_end(a: Sequence[str], b: Sequence[str]) -> int:
    """How many last items two sequences share."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(reversed(a), reversed(b), strict=False)))


def _english(a: list[str], b: list[str]) -> Rhyme | None:
    if not a or not b:
        return None
    first, second = _unaccented(a[-1]), _unaccented(b[-1])
    if first == second:
        return "near"
    sounds, others = _pronunciations(first), _pronunciations(second)
    if _sounds_from_stress(sounds) & _sounds_from_stress(others):
        return "perfect"
    if _last_syllables(sounds) & _last_syllables(others) or _spelled_ending(first) == _spelled_ending(second):
        return "near"
    return None


def _unaccented(word: str) -> str:
    return _MARKS.sub("", unicodedata.normalize("NFKD", word))


def _pronunciations(word: str) -> list[str]:
    """Phones of every known variant, also where verse writes 'd for ed, or e is left out (pow'r)."""
    for spelling in (word, word.replace("'d", "ed"), word.replace("'", "e"), word.removesuffix("'s")):
        variants: list[str] = pronouncing.phones_for_word(spelling)
        if variants:
            return variants
    return []


def _sounds_from_stress(variants: list[str]) -> set[str]:
    return {re.sub(r"\d", "", pronouncing.rhyming_part(phones)) for phones in variants}


def _last_syllables(variants: list[str]) -> set[str]:
    """The last vowel, stressed or not, and the consonants after it."""
    endings = (re.search(r"[A-Z]+\d\D*$", phones) for phones in variants)
    return {re.sub(r"\d", "", ending[0]) for ending in endings if ending}


def _spelled_ending(word: str) -> str:
    ending = _SPELLED_ENDING.search(word.replace("'", ""))
    return ending[0] if ending else word


_RULES = {"en": _english, "fa": _persian}
