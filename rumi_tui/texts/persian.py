"""The Persian verse out of its three raw sources. Knows nothing of files.

None of them says all that a poem needs: one has no breaks at all, one joins the halves of a couplet, one has lost the
order of its columns. What is missing is found by rhyme, and by comparing the last two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import accumulate

from models.tokenizer import normalise
from rumi_tui.texts.extract import Poems, pieces

PIECE = 48
"""Hemistichs of the Masnavi that make one poem."""
LOOK_AHEAD = 30
"""Couplets. Where at most `FEW` of so many rhyme in themselves, the Masnavi is over; of its own, at least 18 do."""
FEW = 12

_NUMBER = re.compile(r"\d+")
_INDEX = re.compile(r"^\d+\.\s*")
_QUOTES = str.maketrans("", "", '"«»“”')


def letters(line: str) -> str:
    """A line without blanks, punctuation and vowel signs: what two spellings of it have in common."""
    return "".join(character for character in normalise(line) if unicodedata.category(character).startswith("L"))


def masnavi(raw: str) -> Poems:
    """The Masnavi: from the beginning, hemistich after hemistich, as far as the two of a couplet rhyme."""
    lines = _hemistichs(raw)
    return pieces(lines[: _end_of_masnavi(lines)], PIECE)


def rubaiyat(raw: str) -> Poems:
    """The quatrains among what follows the Masnavi: four hemistichs that rhyme aaba, where the next couplet does not.

    A longer poem in one rhyme begins in the same way, and is told by its next couplet. Fragments by other poets that
    the source has gathered at its end are not told from Rumi's.
    """
    lines = _hemistichs(raw)
    poems: Poems = []
    at = _end_of_masnavi(lines)
    while at + 4 <= len(lines):
        first, second, _, fourth, *_ = quatrain = lines[at : at + 4]
        if not (end_alike(first, second) and end_alike(first, fourth)):
            at += 2
            continue
        after = at + 4
        while (
            after + 2 <= len(lines) and end_alike(first, lines[after + 1]) and not end_alike(*lines[after : after + 2])
        ):
            after += 2
        if after == at + 4:
            poems.append(quatrain)
        at = after
    return poems


def divan(couplets: str, columns: str) -> Poems:
    """The ghazals of the Divan-e Shams out of two sources: couplets in one line each, and halves of couplets.

    A couplet is parted where the other source knows one of the halves, or else in the middle. A blank before a couplet
    begins a ghazal, and so does a couplet whose halves rhyme if its first half stands after a number there.
    """
    halves, openings = _columns(columns)
    ghazals: Poems = []
    for line in couplets.removeprefix("\ufeff").splitlines():
        words = normalise(line.translate(_QUOTES)).removesuffix(".").split()
        if len(words) < 2:
            continue
        first, second = _part(words, halves)
        opens = letters(first) in openings and end_alike(first, second)
        if not ghazals or line.startswith(" ") or opens:
            ghazals.append([])
        ghazals[-1] += [first, second]
    return ghazals


def end_alike(line: str, other: str) -> bool:
    """Whether two lines end in the same two letters, or in the same long vowel. By spelling, so it errs both ways."""
    end, other_end = letters(line)[-2:], letters(other)[-2:]
    return end == other_end or (end[-1:] == other_end[-1:] and end[-1:] in ("ا", "و", "ی"))


def _hemistichs(raw: str) -> list[str]:
    """The lines of the source without the two at its head, a name and a count."""
    lines = (normalise(line.translate(_QUOTES)) for line in raw.splitlines()[2:])
    return [line for line in lines if line]


def _end_of_masnavi(lines: Sequence[str]) -> int:
    """The first hemistich that is not of the Masnavi.

    What follows are poems in one rhyme: the first couplet of these still end_alike in itself, and with the next.
    """
    rhyming = [end_alike(*lines[start : start + 2]) for start in range(0, len(lines) - 1, 2)]
    starts = range(len(rhyming) - LOOK_AHEAD + 1)
    over = next((start for start in starts if sum(rhyming[start : start + LOOK_AHEAD]) <= FEW), None)
    if over is None:
        return len(lines)
    balance = list(accumulate((1 if does else -1 for does in rhyming[over : over + LOOK_AHEAD]), initial=0))
    end = 2 * (over + balance.index(max(balance)))
    return end - 2 if end and end_alike(lines[end - 1], lines[end + 1]) else end


def _columns(raw: str) -> tuple[set[str], set[str]]:
    """All halves of couplets, and those that begin a ghazal, as `letters`."""
    halves, openings = set[str](), set[str]()
    numbered = False
    for line in raw.removeprefix("\ufeff").splitlines():
        text = normalise(line)
        entry = _INDEX.sub("", text)
        half = letters(entry)
        if numbered or entry != text:
            openings.add(half)
        halves.add(half)
        numbered = _NUMBER.fullmatch(text) is not None
    return halves, openings


def _part(words: Sequence[str], halves: set[str]) -> tuple[str, str]:
    """The halves of a couplet: parted where both are known, or one, and as near to the middle as can be."""
    whole = [letters(word) for word in words]
    length = sum(map(len, whole))
    best = (-1, -length)
    cut, left = 1, ""
    for at in range(1, len(words)):
        left += whole[at - 1]
        known = (left in halves) + ("".join(whole[at:]) in halves)
        value = (known, -abs(length - 2 * len(left)))
        if value > best:
            best, cut = value, at
    return " ".join(words[:cut]), " ".join(words[cut:])
