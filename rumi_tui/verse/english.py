"""Rhyme in English, judged by sound. Knows nothing of poems or models.

A word that the pronouncing dictionary lacks is judged by its spelling.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rumi_tui.verse import sounds
from rumi_tui.verse.rhyme import Rhyme
from rumi_tui.verse.words import unaccented, words

_SPELLED_VOWELS = re.compile(r"[aeiouy]+(?!(?<=[^l]e)(?:d|s)?$)")
"""A vowel that is heard by itself: no mute e ends a word."""
_SPELLED_ENDING = re.compile(r"[aeiouy][^aeiouy]*(?:e[ds]?)?$")
"""The last vowel that is heard and what follows it."""


def rhymes(a: list[str], b: list[str]) -> Rhyme | None:
    """How two lines rhyme, given as their words.

    Perfect when two different words sound alike from the last stressed vowel on (CMU Pronouncing Dictionary, any of
    its variants). Near when only the last syllable does, when the ending is only spelled alike (love, move; also for
    words that the dictionary lacks), or when the word is the same.
    """
    if not a or not b:
        return None
    first, second = unaccented(a[-1]), unaccented(b[-1])
    if first == second:
        return "near"
    variants, others = _pronunciations(first), _pronunciations(second)
    if {*map(sounds.from_stress, variants)} & {*map(sounds.from_stress, others)}:
        return "perfect"
    if _last_syllables(variants) & _last_syllables(others) or _spelled_ending(first) == _spelled_ending(second):
        return "near"
    return None


def ending(a: str, b: str) -> str:
    """The last words of two lines that rhyme, each after a blank, as it stands in a line: English spells sounds in many
    ways, so letters would not tell the rhyme.
    """
    return "".join(f" {words(line)[-1]}" for line in (a, b))


def syllables(word: str) -> int:
    """How many syllables a word has at least (CMU Pronouncing Dictionary); where it is lacking, by its spelling."""
    word = unaccented(word)
    counts = [sounds.syllables(phones) for phones in _pronunciations(word)]
    return min(counts, default=max(1, len(_SPELLED_VOWELS.findall(word))))


def _pronunciations(word: str) -> Sequence[str]:
    """Phones of every known variant, also where verse writes 'd for ed, or e is left out (pow'r)."""
    spellings = (word, word.replace("'d", "ed"), word.replace("'", "e"), word.removesuffix("'s"))
    return next(filter(None, map(sounds.pronunciations, spellings)), ())


def _last_syllables(variants: Sequence[str]) -> set[str]:
    """The last vowel, stressed or not, and the consonants after it."""
    endings = (re.search(r"[A-Z]+\d\D*$", phones) for phones in variants)
    return {re.sub(r"\d", "", ending[0]) for ending in endings if ending}


def _spelled_ending(word: str) -> str:
    ending = _SPELLED_ENDING.search(word.replace("'", ""))
    return ending[0] if ending else word
