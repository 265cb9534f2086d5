"""Which lines of two facing pages belong together: verse beside its translation. Knows nothing of books or files.

The verse is found in an edition whose couplets are numbered, by its letters, for each edition spells and orders in its
own way. The lines of the translation then follow in the order of the page: two for a couplet, any number for a heading.
Which are which is decided for a whole page at once, by the cheapest way through it (dynamic programming, as Gale and
Church 1993 align sentences).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from models.tokenizer import normalise

Couplet = tuple[str, str]

ALIKE = 0.6
"""Of the letters of two spellings of a couplet, the share that is the same, at least."""
ALIKE_IN_ORDER = 0.5
"""The same where the couplet before it was found just before."""
NEARBY = 30
"""Couplets. Editions put them in another order within so many."""
LONGEST_HEADING = 8
"""Lines."""
NO_COUPLET = 6.0
"""The cost of a couplet that has any other number of lines than two."""
LIKE_A_HEADING, UNLIKE_A_HEADING = (0.0, 3.0), (1.5, 7.0)
"""The cost of a heading by how it begins, where one stands on the facing page and where none does; a line more or less
than there costs `LINE`, and none at all, where one stands there, `NO_HEADING`."""
LINE, NO_HEADING = 0.2, 1.5

_ONE_SPELLING = str.maketrans("آأإٱؤئة", "ااااویه", "ء")
_HEADING = re.compile(
    r"(Again|Answer|Beginning|Comment|Concerning|Conclusion|Describ|Descri|Explain|Explan|Exposition|Fable|How|"
    r"In expla|In expo|Mention|Moral|On the|Parable|Relat|Return|Setting forth|Show|Story|"
    r"(The|e) (answer|answering|conclusion|explan|meaning|parable|re|story)|The moral|Why)"
)


def letters(line: str) -> str:
    """What spellings of a Persian line have in common: its letters, without blanks, signs and the seats of hamza."""
    spelled = (character for character in normalise(line) if unicodedata.category(character).startswith("L"))
    return "".join(spelled).translate(_ONE_SPELLING)


def find_couplets(lines: Sequence[str], couplets: Mapping[int, Couplet]) -> dict[int, int]:
    """Where couplets of an edition begin among lines of another: index of the line -> number of the couplet.

    Takes all lines of a book in their order; a couplet is two of them. Lines that are no couplet of the edition, as
    headings, are left out.
    """
    keys = [letters(line) for line in lines]
    edition = {number: (letters(first), letters(second)) for number, (first, second) in couplets.items()}
    found = _find_spelled_alike(keys, edition)
    unused = edition.keys() - found.values()
    pairs = [first + second for first, second in pairwise(keys)]
    before = 0
    for start, pair in enumerate(pairs):
        if start in found:
            before = found[start]
            continue
        if {start - 1, start + 1} & found.keys():
            continue
        near = (before + 1, *range(before - NEARBY, before + NEARBY + 1))
        number = _likest(pair, [number for number in near if number in unused], edition)
        if number is None:
            continue
        couplet = "".join(edition[number])
        after = pairs[start + 1] if start + 1 < len(pairs) and start + 2 not in found else ""
        if _alike(after, couplet) <= _alike(pair, couplet):  # or else this line is a heading
            found[start] = before = number
            unused.remove(number)
    return found


def _find_spelled_alike(keys: Sequence[str], edition: Mapping[int, tuple[str, str]]) -> dict[int, int]:
    """Those of which one half at least is spelled alike. Halves that several couplets have find the nearest."""
    firsts: dict[str, set[int]] = {}
    seconds: dict[str, set[int]] = {}
    for number, (first, second) in edition.items():
        firsts.setdefault(first, set()).add(number)
        seconds.setdefault(second, set()).add(number)
    found: dict[int, int] = {}
    used = set[int]()
    before = 0
    none: set[int] = set()
    for start, (key, after) in enumerate(pairwise(keys)):
        if start - 1 in found:
            continue
        as_first, as_second = firsts.get(key, none), seconds.get(after, none)
        turned_round = firsts.get(after, none) & seconds.get(key, none)
        whole = as_first & as_second or turned_round
        candidates = (whole or as_first | as_second) - used
        if candidates:
            number = min(candidates, key=lambda number: abs(number - before - 1))
            if whole or abs(number - before) <= NEARBY:
                found[start] = before = number
                used.add(number)
    return found


def _likest(key: str, numbers: Sequence[int], edition: Mapping[int, tuple[str, str]]) -> int | None:
    """The couplet that is likest to some letters; the first of the numbers is expected, and need not be as like."""
    if numbers and _alike(key, "".join(edition[numbers[0]])) >= ALIKE_IN_ORDER:
        return numbers[0]
    alike = {number: _alike(key, "".join(edition[number]), ALIKE) for number in numbers}
    likest = max(alike, key=alike.__getitem__, default=None)
    return likest if likest is not None and alike[likest] >= ALIKE else None


def _alike(key: str, other: str, enough: float = 0.0) -> float:
    """The share of letters that two strings have in common; 0 where it cannot be `enough`."""
    matcher = SequenceMatcher(None, key, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= enough and matcher.quick_ratio() >= enough else 0.0


class Translation(NamedTuple):
    """What stands on a page of a translation."""

    couplets: dict[int, Couplet]
    """By the numbers of the couplets."""
    headings: dict[int, str]
    """By the number of the couplet that follows."""


def align(lines: Sequence[str], rows: Sequence[int | None]) -> Translation:
    """The lines of a page of translation, given what stands on the page of verse.

    `rows` are the numbers of its couplets, and None for each line that is none, as a heading. A couplet may have no
    translation.
    """
    numbers = [row for row in rows if row is not None]
    translation = Translation({}, {})
    for step, taken in enumerate(_cheapest_cut(lines, _others_between(rows))):
        number, is_couplet = divmod(step, 2)
        if is_couplet and len(taken) == 2:
            translation.couplets[numbers[number]] = (taken[0], taken[1])
        elif not is_couplet and taken and number < len(numbers):
            translation.headings[numbers[number]] = " ".join(taken)
    return translation


def _others_between(rows: Sequence[int | None]) -> list[int]:
    """How many lines that are no couplet stand before each couplet, and after the last."""
    others = [0]
    for row in rows:
        if row is None:
            others[-1] += 1
        else:
            others.append(0)
    return others


def _cheapest_cut(lines: Sequence[str], others: Sequence[int]) -> list[Sequence[str]]:
    """Lines cut into heading, couplet, heading, couplet, ..., heading; any may be empty.

    The list is empty where there are more lines than that can be.
    """
    as_couplet = [_cost_of_couplet(*pair) for pair in pairwise(lines)]
    as_heading = [LIKE_A_HEADING if _HEADING.match(line) else UNLIKE_A_HEADING for line in lines]
    ways: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    # For each step, by the lines that are cut off after it: what that costs at least, and how many it took last.
    for step in range(2 * len(others) - 1):
        number, is_couplet = divmod(step, 2)
        after: dict[int, tuple[float, int]] = {}
        for start, (cost, _) in ways[-1].items():
            for length in range(min(3 if is_couplet else LONGEST_HEADING, len(lines) - start) + 1):
                if is_couplet:
                    total = cost + (as_couplet[start] if length == 2 else NO_COUPLET)
                else:
                    facing = others[number]
                    heading = as_heading[start][facing == 0] if length else NO_HEADING * (facing > 0)
                    total = cost + heading + LINE * abs(length - facing)
                if total < after.get(start + length, (math.inf, 0))[0]:
                    after[start + length] = total, length
        ways.append(after)
    cut: list[Sequence[str]] = []
    end = len(lines)
    if end not in ways[-1]:
        return cut
    for way in reversed(ways[1:]):
        length = way[end][1]
        cut.append(lines[end - length : end])
        end -= length
    return cut[::-1]


def _cost_of_couplet(first: str, second: str) -> float:
    """Its first line begins with a capital, its second more often not."""
    return 3.0 * first[:1].islower() + 0.5 * second[:1].isupper()
