"""Rhyme in Persian, judged by spelling. Knows nothing of poems or models.

What spelling cannot show: Persian leaves its short vowels unwritten.
"""

from __future__ import annotations

import re

from rumi_tui.verse.rhyme import Rhyme, shared_end
from rumi_tui.verse.words import words

_LETTERS = str.maketrans({"آ": "اا", "أ": "ا", "إ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ی", "ة": "ه", "ء": None})
"""Persian letters as they sound; an alef with madda counts as two, since even at the head of a word it is long."""
_LONG_VOWELS = "اوی"
_OPEN_ENDINGS = "او"
"""Long vowels that make a rhyme by themselves; a final yeh is too often an inflection."""
_INFLECTIONS = "دمنتشهی"
"""Letters that end whole classes of words, so that to share one of them alone is no sign of a rhyme."""
_LONGEST_ROOT = 3
"""Letters of a word whose last letter is hardly an inflection."""

_NO_SPELLING = re.compile(r"[^\w \u200c\u0654]")
"""Punctuation: all but letters, blanks, joiners and the hamza above."""


def rhymes(a: list[str], b: list[str]) -> Rhyme | None:
    """How two lines rhyme, given as their words.

    The radif is the longest run of words that both lines end with, possibly none; the words before it carry the
    qafiya, and rhyme when they share their ending back to the last vowel. By spelling: two letters or more, or a long
    vowel (alef, vav) alone, or one consonant with no long vowel before it in either. One letter of inflection alone,
    or a radif without a qafiya, is near.
    """
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


def ending(a: str, b: str) -> str:
    """What two lines that rhyme both end in, qafiya and radif, as the second spells it: letters, blanks, joiners."""
    first, second = words(a), words(b)
    radif = shared_end(first, second)
    qafiya = shared_end(_letters(first[-1 - radif]), _letters(second[-1 - radif]))
    wanted = qafiya + sum(len(_letters(word)) for word in second[len(second) - radif :])
    bare = _NO_SPELLING.sub("", b).rstrip(" \u200c")
    return next((bare[at:] for at in range(len(bare) - 1, -1, -1) if len(_letters(bare[at:])) >= wanted), bare)


def own_ending(word: str) -> str:
    """The letters that a word must share with others for a perfect rhyme: back to its last vowel if that is near."""
    letters = word.translate(_LETTERS)
    is_inflected = letters[-1:] in _INFLECTIONS and len(letters) > _LONGEST_ROOT
    is_open, follows_vowel = letters[-1:] in _OPEN_ENDINGS, letters[-2:-1] in _LONG_VOWELS
    return word[-2:] if not is_open and (follows_vowel or is_inflected) else word[-1:]


def _letters(text: str) -> str:
    """The letters as they sound, without anything between them."""
    return "".join(filter(str.isalpha, text.translate(_LETTERS)))
