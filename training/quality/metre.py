"""How many lines of poems are in metre, by a judge that learned from labelled verse. Knows nothing of models."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from models.errors import RumiError
from rumi_tui.texts.corpus import Poem
from rumi_tui.verse.feet import metre_named
from rumi_tui.verse.metre import MetreJudge
from training.defaults import FEWEST_POEMS

MOST_LINES = 20_000
"""That the judge learns from, drawn at random: they take it half a minute, and more hardly make it better."""
TELLING_LINES = 4
"""Of a poem, that tell its metre: more would take longer and tell the same."""
FEWEST_LINES = 500
"""Fewer do not tell how words are read, nor what a line in metre may cost."""

LinedPoems = Sequence[Sequence[str]]
"""Poems as their lines."""


class MetreMeasure:
    """A judge of metre, and the metres that real poems of each form have.

    The metre of a poem is the one of these that suits its first lines best, whoever wrote it: a real poem is not
    measured by its label, so that it has no advantage.
    """

    def __init__(self, judge: MetreJudge, metres: Mapping[str, Sequence[str]]) -> None:
        self._judge, self._metres = judge, metres

    @classmethod
    def fit(cls, poems: Iterable[Poem]) -> Self | None:
        """From the poems whose label names a metre; None where these have fewer than `FEWEST_LINES` lines."""
        labelled = [(poem, metre) for poem in poems if (metre := labelled_metre(poem))]
        lines = [(metre, line) for poem, metre in labelled for line in poem.text.split("\n")]
        if len(lines) < FEWEST_LINES:
            return None
        verse: dict[str, list[str]] = {}
        for metre, line in random.Random(0).sample(lines, min(MOST_LINES, len(lines))):
            verse.setdefault(metre, []).append(line)
        metres: dict[str, list[str]] = {}
        for (form, metre), count in Counter((poem.form, metre) for poem, metre in labelled).items():
            if count >= FEWEST_POEMS:
                metres.setdefault(form, []).append(metre)
        return cls(MetreJudge.fit(verse), metres)

    def in_metre(self, poems: LinedPoems, form: str) -> float | None:
        """Share of the lines that scan in the metre of their poem; None for a form without labelled poems."""
        if form not in self._metres:
            return None
        return self._share((lines, self._metre_of(lines, form)) for lines in poems)

    def in_metre_shuffled(self, poems: LinedPoems, form: str) -> float | None:
        """The same of the lines with their words in random order, always the same: what the judge lets pass by mistake.

        None also where there are no lines.
        """
        rng = random.Random(0)
        shuffled = [[" ".join(rng.sample(words, len(words))) for words in map(str.split, lines)] for lines in poems]
        return self.in_metre(shuffled, form) if any(shuffled) else None

    def in_another_metre(self, poems: LinedPoems, form: str) -> float | None:
        """Share of the lines that scan in a metre that is not their poem's, drawn at random from those of all forms.

        None where there are no lines, for a form without labelled poems, and where all poems are in one metre.
        """
        known = {metre for metres in self._metres.values() for metre in metres}
        if form not in self._metres or len(known) < 2 or not any(poems):
            return None
        rng = random.Random(0)
        return self._share((lines, rng.choice(sorted(known - {self._metre_of(lines, form)}))) for lines in poems)

    def _metre_of(self, lines: Sequence[str], form: str) -> str:
        return self._judge.name(lines[:TELLING_LINES], self._metres[form])

    def _share(self, poems: Iterable[tuple[Sequence[str], str]]) -> float:
        flags = [self._judge.scans(line, metre) for lines, metre in poems for line in lines]
        return sum(flags) / (len(flags) or 1)


def labelled_metre(poem: Poem) -> str:
    """The feet that the label of a poem names; empty where it names none that are known."""
    try:
        return metre_named(poem.label.metre).name
    except RumiError:
        return ""
