"""What a line of a poem has to keep, judged from the poem up to it. Knows nothing of models or files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from models.forms import form_named
from models.lexicon import Lexicon
from rumi_tui.verse.content import content_words
from rumi_tui.verse.endings import ends_in
from rumi_tui.verse.feet import is_metre
from rumi_tui.verse.judge import can_judge, rhymes
from rumi_tui.verse.languages import LANGUAGES
from rumi_tui.verse.metre import judge_of
from rumi_tui.verse.originality import CopyLimit, copied_share
from rumi_tui.verse.rhyme import shared_end
from rumi_tui.verse.words import words

if TYPE_CHECKING:  # whoever only names a fault needs no numpy
    from models.phrases import PhraseIndex
    from models.word_vectors import WordVectors

WORN = 2
"""A word that stands in a poem so often says little more."""

RECALLED = 256
"""Lines. What was said longer ago may be said again."""

REAL_ASSOCIATION = 0.22
"""The mean of `Rules.association` over lines of validation poems, in both languages."""

WORN_NATS = 0.5
"""What a line pays, in nats a character, if all its words are worn out in the poem (`Rules.worn`)."""
REPEATED_NATS = 1.0
"""What it pays if the poem has said all its pairs of words before (`Rules.repeated`)."""
COPIED_NATS = 0.25
"""What it pays if all its words are copied (`rumi_tui.verse.originality.copied_share`)."""
ASSOCIATION_NATS = 2.0
"""What a line gains, in nats a character, for each unit in which its words go together (`Rules.association`)."""

Fault = Literal["rhyme", "refrain", "rhyme word", "metre", "word", "repetition", "copied"]
"""What a line may break: it does not rhyme where it should; it lacks the refrain (radif) of its poem; it rhymes on a
word on which the poem has rhymed before; it is out of metre; it has a word that nobody knows; it stands in the poem
already, or a word of it stands next to itself; it copies too much."""


def rules_of(
    form: str,
    language: str,
    metre: str,
    *,
    lexicon: Lexicon | None = None,
    vectors: WordVectors | None = None,
    phrases: PhraseIndex | None = None,
    own_words: Collection[str] = frozenset(),
    limit: CopyLimit | None = None,
) -> Rules:
    """The rules of a poem in a form and a metre, of any name or none.

    Where there is a lexicon, its words are in it or among the `own_words` that a person brought.
    """
    judge = judge_of(language) if is_metre(metre) else None
    return Rules(
        form,
        language,
        is_word=lambda word: lexicon is None or word in lexicon or word in own_words,
        scans=(lambda line: judge.scans(line, metre)) if judge else lambda line: True,
        copies=limit.is_passed if limit else lambda lines: False,
        vectors=vectors,
        phrases=phrases,
    )


@dataclass(frozen=True)
class Rules:
    """The rules of one poem. What is left out is not asked for."""

    form: str
    language: str
    """ISO 639-1. In a language without a rule of rhyme none is asked for."""
    is_word: Callable[[str], bool] = lambda word: True
    """Whether a word exists, spelled as `rumi_tui.verse.words.words` does."""
    scans: Callable[[str], bool] = lambda line: True
    """Whether a line is in the metre of the poem."""
    copies: Callable[[Sequence[str]], bool] = lambda lines: False
    """Whether the last of some lines, the poem up to it, copies more than it may."""
    vectors: WordVectors | None = None
    """Of content words; without them no line's words go together better than another's."""
    phrases: PhraseIndex | None = None
    """Of the training text; without them no line is known to copy."""

    def is_rhyme(self, rhyme: str) -> bool:
        """Whether lines can end in a rhyme as a model names it: its words, where it is told by words, must rhyme."""
        if not rhyme or self.language not in LANGUAGES or not LANGUAGES[self.language].rhymes_by_words:
            return True
        ends = words(rhyme)
        return len(ends) == 2 and rhymes(ends[0], ends[1], self.language) == "perfect" and all(map(self.is_word, ends))

    def faults(self, lines: Sequence[str], rhyme: str = "") -> list[Fault]:
        """What the last of these lines, the poem up to it, breaks; `rhyme` is what its unit was to end in, if any."""
        line = lines[-1]
        faults = self._rhyme_faults(lines, rhyme) if can_judge(self.language) else []
        if not self.scans(line):
            faults.append("metre")
        if not all(map(self.is_word, words(line))):
            faults.append("word")
        if line in lines[:-1] or not words(line) or any(one == other for one, other in pairwise(words(line))):
            faults.append("repetition")
        if self.copies(lines):
            faults.append("copied")
        return faults

    def price(self, lines: Sequence[str]) -> float:
        """What counts against the last of these lines beside its likelihood: nats a character, the fewer the better.

        Beside the `RECALLED` lines before it, so that a line costs the same however long the poem is.
        """
        lines = lines[-RECALLED - 1 :]
        copied = copied_share(lines, self.phrases) if self.phrases else 0.0
        return (
            WORN_NATS * self.worn(lines)
            + REPEATED_NATS * self.repeated(lines)
            + COPIED_NATS * copied
            - ASSOCIATION_NATS * self.association(lines)
        )

    def repeated(self, lines: Sequence[str]) -> float:
        """Share of the last line's pairs of neighbouring words that have come before in the poem."""
        *earlier, last = (list(pairwise(words(line))) for line in lines)
        new = set(last).difference(*earlier)
        return (len(last) - len(new)) / max(1, len(last))

    def worn(self, lines: Sequence[str]) -> float:
        """Share of the last line's words that have come `WORN` times or more before in the poem, stop words aside."""
        poem = [word for line in lines for word in content_words(words(line), self.language)]
        last = len(content_words(words(lines[-1]), self.language))
        counts, worn = Counter(poem[: len(poem) - last]), 0
        for word in poem[len(poem) - last :]:
            worn += counts[word] >= WORN
            counts[word] += 1
        return worn / max(1, last)

    def association(self, lines: Sequence[str]) -> float:
        """How well the content words of the last line go together and with those of the line before (`WordVectors`).

        As far as in real verse, `REAL_ASSOCIATION`: what goes beyond is no gain.
        """
        if self.vectors is None:
            return 0.0
        before, last = (content_words(words(line), self.language) for line in ("", *lines)[-2:])
        return min(self.vectors.similarity(last, before), REAL_ASSOCIATION)

    def _rhyme_faults(self, lines: Sequence[str], rhyme: str) -> list[Fault]:
        shape = form_named(self.form)
        place = len(lines) - 1
        pairs = shape.rhyming_pairs(len(lines) + shape.unit)
        if not any(place in pair for pair in pairs):
            return []
        if rhyme and not ends_in(lines[-1], rhyme, place % shape.unit, self.language):
            return ["rhyme"]
        partners = [one for one, other in pairs if other == place]
        if any(rhymes(lines[one], lines[place], self.language) != "perfect" for one in partners):
            return ["rhyme"]
        return self._refrain_faults(lines, partners) if shape.one_rhyme and partners else []

    def _refrain_faults(self, lines: Sequence[str], partners: Sequence[int]) -> list[Fault]:
        """Those of a line that rhymes with the lines before it in a form of one rhyme."""
        pairs = form_named(self.form).rhyming_pairs(len(lines))
        rhyming = sorted({place for pair in pairs for place in pair if place < len(lines)})
        worded = [words(lines[place]) for place in rhyming]
        refrain = shared_end(worded[0], worded[1])
        if shared_end(worded[-1], worded[0]) < refrain:
            return ["refrain"]
        carriers = [line[-1 - refrain] for line in worded if len(line) > refrain]
        return ["rhyme word"] if carriers[-1] in carriers[:-1] else []
