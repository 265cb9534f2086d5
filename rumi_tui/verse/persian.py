"""Rhyme in Persian, judged by spelling. Knows nothing of poems or models.

What spelling cannot show: Persian leaves its short vowels unwritten.
"""

from __future__ import annotations

import re
from itertools import accumulate

from rumi_tui.verse.rhyme import Rhyme, shared_end
from rumi_tui.verse.words import words

_LETTERS = str.maketrans({"آ": "اا", "أ": "ا", "إ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ی", "ة": "ه", "ء": None})
"""Persian letters as they sound; an alef with madda counts as two, since even at the head of a word it is long."""
_LONG_VOWELS = "اوی"
_OPEN_ENDINGS = "او"
"""Long vowels that make a rhyme by themselves; a final yeh is too often an inflection."""
_INFLECTIONS = {"د": 1, "ت": 1, "ی": 1, "م": 3, "ه": 4, "ست": 4}
"""Endings of whole classes of words, and the most letters of a word in which each is still part of its root.

Two longer words that share no more than one of these need not rhyme. The limits are those with which rhymes and random
pairs of the labelled poems are told apart best.
"""
_COPULAS = ("است", "ست", "نیست", "چیست", "کیست")
_SILENT_VAV = re.compile("(?<=خ)و(?=(د|ش|ر|رد)$)")
"""خود, خوش, خور and خورد sound as if spelled without it."""

_NO_SPELLING = re.compile(r"[^\w \u200c\u0654]")
"""Punctuation: all but letters, blanks, joiners and the hamza above."""


def rhymes(a: list[str], b: list[str]) -> Rhyme | None:
    """How two lines rhyme, given as their words.

    The radif is the longest run of words that both lines end with, possibly none; the words before it carry the
    qafiya, and rhyme when they share their ending back to the last vowel. By spelling: two letters or more, or a long
    vowel (alef, vav) alone, or one consonant with no long vowel before it in either. An inflection alone is near where
    no radif follows, and so is a radif without a qafiya.
    """
    radif = shared_end(a, b)
    if radif < min(len(a), len(b)):
        qafiya = _qafiya(_sound(a[-1 - radif]), _sound(b[-1 - radif]))
        if qafiya:
            return "perfect" if radif else qafiya
    return "near" if radif else None


def _qafiya(a: str, b: str) -> Rhyme | None:
    shared = shared_end(a, b)
    if not shared or (shared == 1 and (_ends_after_long_vowel(a) or _ends_after_long_vowel(b))):
        return None
    ending = a[-shared:]
    return "near" if _is_inflected(a, ending) and _is_inflected(b, ending) else "perfect"


def _sound(word: str) -> str:
    return _SILENT_VAV.sub("", word).translate(_LETTERS)


def _ends_after_long_vowel(letters: str) -> bool:
    return letters[-1:] not in _OPEN_ENDINGS and len(letters) > 2 and letters[-2] in _LONG_VOWELS


def _is_inflected(letters: str, ending: str) -> bool:
    """Whether an ending is no part of a word's root, as far as its length shows."""
    return ending in _INFLECTIONS and (len(letters) > _INFLECTIONS[ending] or letters in _COPULAS)


def ending(a: str, b: str) -> str:
    """What two lines that rhyme both end in, qafiya and radif, as the second spells it: letters, blanks, joiners."""
    first, second = words(a), words(b)
    radif = shared_end(first, second)
    qafiya = shared_end(_letters(first[-1 - radif]), _letters(second[-1 - radif]))
    wanted = qafiya + sum(len(_letters(word)) for word in second[len(second) - radif :])
    bare = _NO_SPELLING.sub("", b).rstrip(" \u200c")
    counts = accumulate(len(_letters(letter)) for letter in reversed(bare))
    return next((bare[-length:] for length, count in enumerate(counts, 1) if count >= wanted), bare)


def own_ending(word: str) -> str:
    """The letters that a word must share with others for a perfect rhyme: back to its last vowel if that is near."""
    letters = _sound(word)
    if _ends_after_long_vowel(letters) or _is_inflected(letters, letters[-1:]):
        return word[-3:] if _is_inflected(letters, letters[-2:]) else word[-2:]
    return word[-1:]


def _letters(text: str) -> str:
    """The letters as they sound, without anything between them."""
    return "".join(filter(str.isalpha, text.translate(_LETTERS)))
