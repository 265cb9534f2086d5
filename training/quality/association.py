"""Whether the words of a line belong together, judged by the lines of another text. Knows nothing of poems."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from statistics import fmean

from rumi_tui.verse.content import content_words

SMOOTHING = 0.5
"""Lines added to how often two words stand together and to how often they would by chance (the half of expected
likelihood estimation), so that the pair of two rare words, of which the text tells nothing, counts as 0."""
DEALT_LINES = 2000


class Associations:
    """How often words stand in one line of a text, and in one line together."""

    def __init__(self, lines: Sequence[Sequence[str]]) -> None:
        self._count = len(lines)
        lines_with = defaultdict[str, set[int]](set)
        for number, line in enumerate(lines):
            for word in line:
                lines_with[word].add(number)
        self._lines_with = dict(lines_with)

    def of_pair(self, a: str, b: str) -> float:
        """Pointwise mutual information of two words of the text as parts of a line, in nats (Church and Hanks 1990)."""
        with_a, with_b = self._lines_with[a], self._lines_with[b]
        expected = len(with_a) * len(with_b) / self._count
        return math.log((len(with_a & with_b) + SMOOTHING) / (expected + SMOOTHING))

    def of_lines(self, lines: Iterable[Sequence[str]], language: str) -> float | None:
        """The mean over lines of the mean over the pairs of their different content words that the text has.

        Lines without such a pair are passed over; None if all are.
        """
        contents = [
            sorted({word for word in content_words(line, language) if word in self._lines_with}) for line in lines
        ]
        means = [
            fmean(self.of_pair(a, b) for a, b in combinations(content, 2)) for content in contents if len(content) > 1
        ]
        return fmean(means) if means else None

    def of_shuffled(self, lines: Sequence[Sequence[str]], language: str) -> float | None:
        """The same of lines as long as these, to which their content words are dealt again at random.

        It is what words of the same frequency have in common by chance. Always the same for the same lines, which are
        dealt anew until there are `DEALT_LINES`.
        """
        contents = [content_words(line, language) for line in lines]
        pack = [word for content in contents for word in content]
        rng = random.Random(0)
        dealt = list[list[str]]()
        while pack and len(dealt) < DEALT_LINES:
            rng.shuffle(pack)
            cards = iter(pack)
            dealt += [[next(cards) for _ in content] for content in contents]
        return self.of_lines(dealt, language)
