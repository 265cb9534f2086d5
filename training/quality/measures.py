"""Verse measured: its words, lines, repetitions and rhymes, beside the text a model learned from.

Knows no models: it takes poems as texts, whoever wrote them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean, median, pstdev

import msgspec

from models.forms import form_named
from models.tokenizer import SEPARATOR, normalise_for_models
from rumi_tui.verse.judge import can_judge, rhymes, scheme_rhymes
from rumi_tui.verse.rhyme import Rhyme
from rumi_tui.verse.words import words

SHORTEST_RUN = 8
"""Characters. Shorter runs stand in any text and are not looked for."""
STRETCH = 200
"""n-grams among which the distinct ones are counted: their share falls with length, so the length is fixed."""
SHUFFLED_PAIRS = 2000


class RhymeRates(msgspec.Struct, frozen=True, kw_only=True):
    """How pairs of lines rhyme, see `rumi_tui.verse.judge.rhymes`."""

    pairs: int
    perfect: float
    """Share of the pairs."""
    near: float
    """Share of the pairs, the perfect ones not included."""


class SchemeRates(RhymeRates, frozen=True, kw_only=True):
    """How the pairs rhyme that a form asks to rhyme, and how many poems keep the scheme to their end."""

    poems_perfect: float
    """Share of the poems in which every pair is perfect."""
    poems_near: float
    """Share of the poems in which every pair is perfect or near, and not all perfect."""


class VerseMeasures(msgspec.Struct, frozen=True, kw_only=True):
    """Measures of poems of one form. Shares run from 0 to 1, and are 0 where there is nothing to count."""

    poems: int
    lines: int
    known_words: float
    """Share of the words that occur in the training text."""
    copied_lines: float
    """Share of the lines that stand in the training text word for word, punctuation and capitals aside."""
    copied_run_median: float
    """Characters of the longest run of a poem that the training text also has, the median over poems (`copied_run`)."""
    copied_run_longest: int
    """The same, the largest over poems."""
    distinct_bigrams: float
    """Share of distinct pairs of neighbouring words of a line, see `distinct_share`."""
    distinct_trigrams: float
    line_length_mean: float
    """Characters."""
    line_length_spread: float
    """Standard deviation, characters."""
    longest_line: float
    """Its length as a multiple of the mean."""
    repeating_poems: float
    """Share of the poems in which a line stands twice."""
    four_lines: float | None
    """Share of the poems of exactly four lines; None for other forms than `rubai`."""
    rhyme: SchemeRates | None
    """None for `free`, and for a language without a rule of rhyme."""


class TrainingText:
    """The poems a model learned from, ready for others to be looked up in them."""

    def __init__(self, poems: Sequence[str]) -> None:
        self.text = SEPARATOR.join(map(normalise_for_models, poems))
        lines = [tuple(words(line)) for line in self.text.split("\n")]
        self.lines = set(lines)
        """Each as its words."""
        self.words = {word for line in lines for word in line}


def measure_verse(poems: Sequence[str], form: str, language: str, training: TrainingText) -> VerseMeasures:
    """Measures poems of one form; lines without a word are passed over."""
    lined = [poem_lines(poem) for poem in poems]
    lines = [line for poem in lined for line in poem]
    worded = [words(line) for line in lines]
    lengths = [len(line) for line in lines] or [0]
    runs = copied_runs([normalise_for_models(poem) for poem in poems], training.text) or [0]
    return VerseMeasures(
        poems=len(poems),
        lines=len(lines),
        known_words=_share(word in training.words for line in worded for word in line),
        copied_lines=_share(tuple(line) in training.lines for line in worded),
        copied_run_median=median(runs),
        copied_run_longest=max(runs),
        distinct_bigrams=distinct_share(worded, 2),
        distinct_trigrams=distinct_share(worded, 3),
        line_length_mean=fmean(lengths),
        line_length_spread=pstdev(lengths),
        longest_line=max(lengths) / (fmean(lengths) or 1),
        repeating_poems=_share(len(set(poem)) < len(poem) for poem in lined),
        four_lines=_share(len(poem) == whole for poem in lined) if (whole := form_named(form).lines) else None,
        rhyme=_scheme_rates(lined, form, language) if form_named(form).scheme and can_judge(language) else None,
    )


def shuffled_rhymes(poems: Sequence[str], form: str, language: str) -> RhymeRates | None:
    """How often lines rhyme that should not: one line each of rhyming pairs of two poems, drawn at random.

    It is what the judge of rhyme takes for rhyme by mistake, and what rhymes by chance. Always the same pairs for the
    same poems. None where there are fewer than two poems that rhyme.
    """
    scheme = form_named(form)
    lined = [lines for poem in poems if len(lines := poem_lines(poem)) >= 2]
    if len(lined) < 2 or not scheme.scheme or not can_judge(language):
        return None
    rng = random.Random(0)

    def draw(lines: list[str], side: int) -> str:
        return lines[rng.choice([pair[side] for pair in scheme.rhyming_pairs(len(lines)) if max(pair) < len(lines)])]

    pairs = [rng.sample(lined, 2) for _ in range(SHUFFLED_PAIRS)]
    return _rates([rhymes(draw(one, 0), draw(other, 1), language) for one, other in pairs])


def poem_lines(poem: str) -> list[str]:
    """The lines of a poem that hold a word."""
    return [line for line in poem.split("\n") if words(line)]


def copied_runs(poems: Sequence[str], training: str) -> list[int]:
    """Characters of each poem's longest run that the training text holds too; 0 if below `SHORTEST_RUN`.

    One pass over the training text notes where it has n-grams of `SHORTEST_RUN` characters of the poems; a run is then
    a chain of n-grams that follow one another in both.
    """
    wanted = {gram for poem in poems for gram in _grams(poem)}
    places = defaultdict[str, list[int]](list)
    for place, gram in enumerate(_grams(training)):
        if gram in wanted:
            places[gram].append(place)
    return [_longest_chain(poem, places) for poem in poems]


def _grams(text: str) -> Iterable[str]:
    return (text[start : start + SHORTEST_RUN] for start in range(len(text) - SHORTEST_RUN + 1))


def _longest_chain(poem: str, places: dict[str, list[int]]) -> int:
    longest, before = 0, dict[int, int]()
    for gram in _grams(poem):
        before = {place: before.get(place - 1, SHORTEST_RUN - 1) + 1 for place in places.get(gram, ())}
        longest = max(longest, *before.values()) if before else longest
    return longest


def distinct_share(lines: Iterable[Sequence[str]], size: int) -> float:
    """Share of distinct n-grams of `size` words, the mean over stretches of `STRETCH` n-grams, one after another.

    An n-gram does not pass the end of a line; lines of all poems follow one another. What is left after the last
    whole stretch counts only where it is all there is. The mean over stretches is that of the mean segmental
    type-token ratio (Johnson 1944, "Studies in language behavior: a program of research"), so that texts of
    different length can be compared.
    """
    grams = [tuple(line[start : start + size]) for line in lines for start in range(len(line) - size + 1)]
    ends = range(STRETCH, len(grams) + 1, STRETCH) if len(grams) >= STRETCH else [len(grams)]
    stretches = [grams[max(0, end - STRETCH) : end] for end in ends]
    return fmean(len(set(stretch)) / (len(stretch) or 1) for stretch in stretches)


def _scheme_rates(lined: Sequence[Sequence[str]], form: str, language: str) -> SchemeRates:
    schemes = [scheme_rhymes(lines, form, language) for lines in lined]
    every = _rates([rhyme for scheme in schemes for rhyme in scheme])
    perfect = _share(all(rhyme == "perfect" for rhyme in scheme) for scheme in schemes)
    kept = _share(all(scheme) for scheme in schemes)
    return SchemeRates(**msgspec.structs.asdict(every), poems_perfect=perfect, poems_near=kept - perfect)


def _rates(found: Sequence[Rhyme | None]) -> RhymeRates:
    perfect, near = (_share(rhyme == grade for rhyme in found) for grade in ("perfect", "near"))
    return RhymeRates(pairs=len(found), perfect=perfect, near=near)


def _share(flags: Iterable[bool]) -> float:
    flags = list(flags)
    return sum(flags) / (len(flags) or 1)
