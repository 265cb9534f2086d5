"""Which stretches of a poem stand in the text that a model learned from. Knows nothing of files or screens.

A run of words is copied where each of its phrases of `PHRASE` words stands in that text. Where a poem was begun by a
person, a run that lies within the beginning is that person's and does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from models.phrase_hashes import PHRASE
from rumi_tui.verse.words import word_places, words

if TYPE_CHECKING:  # as in `rules`
    from models.phrases import PhraseIndex


class Originality(msgspec.Struct, frozen=True):
    """How much of a poem is copied."""

    longest_run: int
    """Words of the longest copied run; 0 where there is none."""
    copied_words: int
    """Those in copied runs, what a person began aside."""
    words: int
    """All, what a person began aside."""


@dataclass(frozen=True)
class CopyLimit:
    """How much a line of a poem may copy."""

    phrases: PhraseIndex
    words: int
    """Of a copied run that is too long."""
    begun: str = ""
    """What the poem begins with."""

    def is_passed(self, lines: Sequence[str]) -> bool:
        """Whether a word of the last of these lines, the poem up to it, is in a copied run that is too long."""
        begun = self.begun.split("\n")
        before = begun[-1] if len(begun) == len(lines) else ""
        last = words(lines[-1])
        earlier: list[str] = []
        for line in reversed(lines[:-1]):
            if len(earlier) >= self.words:
                break
            earlier = words(line) + earlier
        own = len(earlier) + len(words(before))
        runs = copied_runs(earlier + last, self.phrases)
        return any(len(run) >= self.words and run.stop > own for run in runs)


def copied(text: str, phrases: PhraseIndex, begun: str = "") -> list[range]:
    """The copied stretches of a text that begins with `begun`, as ranges of its characters, in order and apart."""
    places = word_places(text)
    stretches: list[range] = []
    for run in _counted_runs(text, phrases, begun):
        start = places[run.start].start
        if stretches and start < stretches[-1].stop:
            start = stretches.pop().start
        stretches.append(range(start, places[run.stop - 1].stop))
    return stretches


def originality(text: str, phrases: PhraseIndex, begun: str = "") -> Originality:
    """How much of a text that begins with `begun` is copied."""
    runs, begun_words = _counted_runs(text, phrases, begun), len(words(begun))
    places = {place for run in runs for place in run if place >= begun_words}
    return Originality(max(map(len, runs), default=0), len(places), len(words(text)) - begun_words)


def copied_share(lines: Sequence[str], phrases: PhraseIndex) -> float:
    """Share of the words of the last of these lines, the poem up to it, that are in copied runs."""
    earlier = words("\n".join(lines[-PHRASE:-1]))[1 - PHRASE :]
    last = words(lines[-1])
    places = {place for run in copied_runs(earlier + last, phrases) for place in run if place >= len(earlier)}
    return len(places) / max(1, len(last))


def copied_runs(words: Sequence[str], phrases: PhraseIndex) -> list[range]:
    """The copied runs of words, as ranges of their places, each as long as it can be; two may overlap."""
    runs: list[range] = []
    for place, is_copied in enumerate(phrases.holds(words)):
        if is_copied and runs and runs[-1].stop == place + PHRASE - 1:
            runs[-1] = range(runs[-1].start, place + PHRASE)
        elif is_copied:
            runs.append(range(place, place + PHRASE))
    return runs


def _counted_runs(text: str, phrases: PhraseIndex, begun: str) -> list[range]:
    begun_words = len(words(begun))
    return [run for run in copied_runs(words(text), phrases) if run.stop > begun_words]
