"""What there is to see of a poem's verse: where it rhymes, how each line scans, what a line breaks, what is copied.

Knows nothing of screens or models.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import msgspec

from models.forms import form_named
from rumi_tui.verse.feet import FEET, is_metre
from rumi_tui.verse.judge import can_judge, rhymes
from rumi_tui.verse.languages import LANGUAGES
from rumi_tui.verse.metre import Scansion, judge_of
from rumi_tui.verse.rhyme import shared_end
from rumi_tui.verse.rules import Fault, Rules
from rumi_tui.verse.words import word_places, words

MOST_LINES = 400
"""That are worth marking, from the first of a poem on: reading one without end would take as long."""

Kind = Literal["rhyme", "refrain", "copied"]
"""The word that carries the rhyme (qafiya); the words after it that come again (radif); what the model has read."""
KINDS: tuple[Kind, ...] = get_args(Kind)


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of a line."""

    begin: int
    """The first of its characters, counted from 0 in the line."""
    end: int
    """The one after the last."""
    kind: Kind


class LineMarks(msgspec.Struct, frozen=True, array_like=True):
    """One line."""

    marks: list[Mark] = []
    feet: list[str] = []
    """Its syllables, short (`⏑`) and long (`–`), foot by foot, in the order in which they are heard; empty where it has
    no metre or cannot be read in it."""
    syllables: int = 0
    """How many it has, where words tell; 0 where metre tells more."""
    faults: list[Fault] = []
    """What it breaks; empty where it keeps all rules."""


def marks_of(lines: Sequence[str], rules: Rules, metre: str = "", copied: Sequence[range] = ()) -> list[LineMarks]:
    """The marks of each line of a poem, by its rules, its metre, and the stretches of it that are `copied`.

    Those are ranges of characters of its text, as `rumi_tui.verse.originality.copied` gives them.
    """
    counted = LANGUAGES[rules.language].syllables if rules.language in LANGUAGES else None
    marks = _rhyme_marks(lines, rules)
    begin = 0
    for line, its_marks in zip(lines, marks, strict=True):
        for part in copied:
            first, last = max(part.start - begin, 0), min(part.stop - begin, len(line))
            if first < last:
                its_marks.append(Mark(first, last, "copied"))
        begin += len(line) + 1
    return [
        LineMarks(
            marks=marks[place],
            feet=_feet(line, rules.language, metre),
            syllables=sum(map(counted, words(line))) if counted else 0,
            faults=rules.faults(lines[: place + 1]) if words(line) else [],
        )
        for place, line in enumerate(lines)
    ]


def _rhyme_marks(lines: Sequence[str], rules: Rules) -> list[list[Mark]]:
    """For each line, the marks of what it shares with a line that it rhymes with, as the form asks."""
    marks: list[list[Mark]] = [[] for _ in lines]
    language = rules.language
    if not can_judge(language):
        return marks
    for pair in form_named(rules.form).rhyming_pairs(len(lines)):
        if max(pair) >= len(lines):
            continue
        one, other = (words(lines[place]) for place in pair)
        rhyme = rhymes(lines[pair[0]], lines[pair[1]], language)
        refrain = 0 if LANGUAGES[language].rhymes_by_words else shared_end(one, other)
        for place in pair if rhyme else ():
            places = word_places(lines[place])
            carrier = len(places) - 1 - refrain
            found = [Mark(places[carrier + 1].start, places[-1].stop, "refrain")] if refrain else []
            if carrier >= 0 and (rhyme == "perfect" or not refrain):
                found.insert(0, Mark(places[carrier].start, places[carrier].stop, "rhyme"))
            marks[place] = marks[place] or found
    return marks


def _feet(line: str, language: str, metre: str) -> list[str]:
    judge = judge_of(language) if is_metre(metre) else None
    scansion = judge.scan(line, metre) if judge and judge.scans(line, metre) else None
    return divided(scansion, metre) if scansion else []


def divided(scansion: Scansion, metre: str) -> list[str]:
    """The syllables of a line as it is read in a metre, foot by foot; one that reaches over two stands in the first."""
    names = metre.partition("(")[0].split()
    letters = "".join(scansion.letters)
    longer = len(letters) - sum(len(FEET[name]) for name in names)  # two shorts at the beginning, read long and short
    ends, end = [], longer
    for name in names:
        end += len(FEET[name])
        ends.append(end)
    feet, foot = [""] * len(names), 0
    for place, letter in enumerate(letters):
        while place >= ends[foot] and foot < len(ends) - 1:
            foot += 1
        if letter != "0":  # a letter at rest closes the syllable before it
            is_long = letters[place + 1 : place + 2] == "0" and letter == "1"
            feet[foot] += "–" if is_long else "⏑"
    return feet
