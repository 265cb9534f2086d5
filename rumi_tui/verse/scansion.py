"""How Persian words may scan, from their spelling alone. Knows nothing of metres or poems.

Persian leaves its short vowels unwritten, so most words can be read in several ways. A reading is written as in
`rumi_tui.verse.feet`: `1` for a letter with a vowel after it, `0` for one at rest, `x` for a second one at rest. It is
a body and an ending: the body is what the word keeps everywhere, the ending depends on what follows.

The rules are those of Thiesen and Elwell-Sutton (see `feet`); the weights say how usual a reading is before any verse
has been seen. They are guesses in three steps, and `MetreJudge.fit` learns better ones.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, TypeVar

from models.tokenizer import normalise

Following = Literal["letter", "alef", "and", "end"]
"""What follows a word: a word that begins with a consonant or with a vowel, the word و (and), nothing."""

Close = Literal["rest", "overlong", "mute", "long", "u", "i", "short", "lone", "dropped"]
"""How the body of a word closes, see `ENDINGS`."""

Body = tuple[str, Close]

LIKELY, POSSIBLE, RARE = 1.0, 0.3, 0.03


class Token(NamedTuple):
    """A word in its place. A word that و (and) follows has it as its ending: dil o jān is di-lo-jān."""

    spelling: str
    following: Following


_Key = TypeVar("_Key", bound=Hashable)
_Weighted = dict[str, float]


def _consonant(plain: str) -> dict[Following, _Weighted]:
    """Endings of a word whose last consonant is `plain` when nothing befalls it.

    It gets a vowel by the ezafe or by "and", short or drawn out to a long one, and passes to the next syllable when a
    vowel follows: man az is ma-naz. A double consonant is written as one: haqq-e. At a line's end an overlong syllable
    counts as long.
    """
    double = {"01": RARE} if plain == "0" else {}
    return {
        "letter": {plain: LIKELY, "1": POSSIBLE, "10": RARE, **double},
        "alef": {"": LIKELY, plain: LIKELY if not plain else POSSIBLE, "1": POSSIBLE, "10": RARE, **double},
        "and": {"1": LIKELY, "10": POSSIBLE, plain + "1": POSSIBLE, "010": RARE},
        "end": {"0" if plain == "0" else "": LIKELY},
    }


ENDINGS: dict[Close, dict[Following, _Weighted]] = {
    "rest": _consonant("0"),
    "overlong": _consonant("x"),
    "mute": _consonant(""),  # n after a long vowel, and a third consonant at rest, do not count
    "long": {  # ā: nothing shortens it
        "letter": {"0": LIKELY, "01": RARE},
        "alef": {"0": LIKELY, "01": RARE},
        "and": {"01": LIKELY, "010": POSSIBLE},
        "end": {"0": LIKELY},
    },
    "u": {
        "letter": {"0": LIKELY, "1": RARE, "01": RARE},
        "alef": {"0": LIKELY, "": POSSIBLE, "1": RARE},
        "and": {"01": LIKELY, "1": LIKELY, "10": POSSIBLE, "010": RARE},
        "end": {"0": LIKELY},
    },
    "i": {  # short before another vowel, also before that of the ezafe
        "letter": {"0": LIKELY, "1": POSSIBLE, "10": POSSIBLE, "01": RARE, "010": RARE, "": RARE},
        "alef": {"0": LIKELY, "": LIKELY, "1": POSSIBLE, "10": POSSIBLE, "01": RARE},
        "and": {"1": LIKELY, "01": LIKELY, "10": POSSIBLE, "010": POSSIBLE},
        "end": {"0": LIKELY},
    },
    "short": {  # a short vowel may be drawn out, and counts as long at a line's end
        "letter": {"": LIKELY, "0": POSSIBLE, "1": POSSIBLE, "10": POSSIBLE},
        "alef": {"": LIKELY, "0": POSSIBLE, "1": POSSIBLE, "10": RARE},
        "and": {"1": LIKELY, "10": POSSIBLE, "01": POSSIBLE},
        "end": {"0": LIKELY},
    },
    "lone": {  # one letter, which leans on the next word: z-ān
        "letter": {"1": LIKELY, "10": POSSIBLE},
        "alef": {"": LIKELY, "1": POSSIBLE, "10": RARE},
        "and": {"1": LIKELY},
        "end": {"10": LIKELY},
    },
    "dropped": {"letter": {}, "alef": {"": LIKELY}, "and": {}, "end": {}},  # the last short vowel: k-az for ke az
}
"""What may follow the body of a word, with weights, by how the body closes and by what comes next.

Unwritten: the ezafe (a vowel that ties a word to the next) and the elision of a first alef.
"""

LONGEST_WORD = 12
"""Letters: hardly a word of Rumi's has more, and the readings of a word double with each letter."""

_IRREGULAR: dict[str, dict[Body, float]] = {
    "است": {("10", "overlong"): LIKELY, ("0", "overlong"): POSSIBLE, ("", "overlong"): POSSIBLE},
    "ست": {("0", "overlong"): LIKELY, ("", "overlong"): LIKELY},
    "الله": {("1010", "overlong"): LIKELY, ("101", "rest"): POSSIBLE},
    "لله": {("110", "overlong"): LIKELY},
}
"""Is, which loses its vowel after one, and God, whose long vowel is not written."""

_SIGNS = "\u064b-\u065f\u0670\u06d6-\u06ed"
_SIGN = re.compile(f"[{_SIGNS}]")
_SHORT_VOWEL = re.compile("[\u064b-\u0650]")
_DOUBLED, _HAMZA_ABOVE = "\N{ARABIC SHADDA}", "\N{ARABIC HAMZA ABOVE}"
_AT_REST = re.compile("[\N{ARABIC SUKUN}\u06e1]")
_LETTER = re.compile(f"([^{_SIGNS}])([{_SIGNS}]*)")
_WORD = re.compile(f"(?:(?![{_SIGNS}])[^\\W\\d_][{_SIGNS}]*)+")  # two of the signs count as letters elsewhere
_APART = re.compile("(?<=[^ه\u200c\u0654 ])\u200c(?=ی(?:\\W|$))")
"""Between a word and a single yeh that belongs to it."""
_PLAIN = str.maketrans("أإٱة", "ااات")


def unsigned(word: str) -> str:
    """The spelling by which a word is known: without vowel signs."""
    return _SIGN.sub("", word).translate(_PLAIN)


def tokens(line: str) -> list[Token]:
    """The words of a line, each with what follows it. Parts that a zero-width non-joiner parts are words here."""
    found = _WORD.findall(_APART.sub("", normalise(line)))
    placed: list[Token] = []
    for word, after in zip(found, [*found[1:], ""], strict=False):
        if placed and unsigned(word) == "و":
            placed[-1] = placed[-1]._replace(following="and" if after else "end")
        else:
            placed.append(Token(word, "end" if not after else "alef" if after[0] in "اآأإٱ" else "letter"))
    return placed


@lru_cache(maxsize=64)  # a long word has a megabyte of them
def bodies(word: str) -> dict[Body, float]:
    """The bodies that the spelling of a word allows, with their shares of 1; vowel signs count where they stand.

    None for a word longer than `LONGEST_WORD`, which a model may write without end.
    """
    if unsigned(word) in _IRREGULAR:
        return _shares(_IRREGULAR[unsigned(word)])
    (first, _), *rest = _LETTER.findall(word.translate(_PLAIN))
    if not rest:
        return {("", "lone"): 1.0}
    if len(rest) >= LONGEST_WORD:
        return {}
    # what was read so far: the letters heard, and whether the last stands at rest as a long vowel
    partial: dict[tuple[str, bool], float] = {("10", True) if first == "آ" else ("1", False): 1.0}
    for place, (letter, signs) in enumerate(rest[:-1]):
        before, after = (first, *(spelt for spelt, _ in rest))[place], rest[place + 1][0]
        longer: dict[tuple[str, bool], float] = defaultdict(float)
        for (heard, vowel), share in partial.items():
            choices = _within(letter, heard[-1], vowel, before, after)
            for more, weight in _signed(choices, signs).items():
                is_vowel = (letter in "اآوی" and more.endswith("0")) or (vowel and not more)
                longer[heard + more, is_vowel] += share * weight
        partial = longer
    whole: dict[Body, float] = defaultdict(float)
    for (heard, vowel), share in partial.items():
        for close, weight in _closing(rest[-1][0], heard[-1], vowel).items():
            whole[heard[:-1] if close == "dropped" else heard, close] += share * weight
    return _shares(whole)


def endings(word: str, close: Close, following: Following) -> dict[str, float]:
    """The endings of a body that closes so, with their shares of 1; a sign on the last letter tells of an ezafe."""
    usual = ENDINGS[close][following]
    letter, signs = _LETTER.findall(word)[-1]
    if _SHORT_VOWEL.search(signs):
        return _shares({ending: weight for ending, weight in usual.items() if "1" in ending} or usual)
    if _HAMZA_ABOVE in signs and letter in "هی":
        return _shares({ending: weight for ending, weight in usual.items() if ending} or usual)
    return _shares(usual)


def _within(letter: str, last: str, vowel: bool, before: str, after: str) -> _Weighted:
    """What a letter within a word may add, after what was heard last, between the letters beside it."""
    moved = last == "1"  # a vowel follows the letter before, which this letter may write
    if letter == "ا":
        # elided where two words are written as one: k-andar for ke andar
        return {"0": LIKELY, "": RARE} if moved else {"1": LIKELY, "": LIKELY}
    if letter == "آ":
        return {"0": LIKELY} if moved else {"10": LIKELY}
    if after in "اآ":
        if moved and letter == "و" and before == "خ":  # khwāb is said khāb
            return {"": LIKELY, "1": RARE}
        silent = {"": RARE} if moved and letter == "و" else {}
        elided = {"0" if moved else "x": POSSIBLE} if after == "آ" else {}
        return {"1": LIKELY, **({"01": POSSIBLE / 2} if moved else {}), **elided, **silent}
    if letter in "وی":
        if not moved:
            return {"1": LIKELY, "x" if last == "0" else "": RARE}
        silent = {"": LIKELY if before == "خ" else POSSIBLE / 2} if letter == "و" else {}
        return {"0": LIKELY, "1": POSSIBLE, "01": POSSIBLE / 3, **silent}
    if moved:
        return {"0": LIKELY, "1": LIKELY, "01": POSSIBLE / 2}
    if vowel and letter == "ن":  # n after a long vowel only makes it nasal
        return {"1": LIKELY, "": LIKELY}
    return {"1": LIKELY, "x" if last == "0" else "": POSSIBLE / 2}


def _closing(letter: str, last: str, vowel: bool) -> dict[Close, float]:
    """How a word may close whose last letter this is, after what was heard last."""
    if last == "1":
        if letter in "اآ":
            return {"long": LIKELY}
        if letter == "و":
            return {"u": LIKELY, "short": POSSIBLE}
        if letter == "ی":
            return {"i": LIKELY}
        return {"short": LIKELY, "dropped": POSSIBLE / 3} if letter == "ه" else {"rest": LIKELY}
    if letter == "ء" or (vowel and letter == "ن"):
        return {"mute": LIKELY}
    return {"overlong" if last == "0" else "mute": LIKELY if vowel else POSSIBLE}


def _signed(choices: _Weighted, signs: str) -> _Weighted:
    """Those of the choices for a letter that its vowel signs allow, as shares of 1; all if they allow none."""
    allowed: Iterable[str] = choices
    if _DOUBLED in signs:
        allowed = [more for more in choices if more == "01"]
    elif _AT_REST.search(signs):
        allowed = [more for more in choices if not more.endswith("1")]
    elif _SHORT_VOWEL.search(signs):
        allowed = [more for more in choices if more.endswith("1")]
    return _shares({more: choices[more] for more in allowed} or choices)


def _shares(weights: Mapping[_Key, float]) -> dict[_Key, float]:
    total = sum(weights.values())
    return {key: weight / total for key, weight in weights.items()}
