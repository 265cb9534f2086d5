"""Verse measured: its words, lines, repetitions and rhymes, beside the text a model learned from.

Knows no models: it takes poems as texts, whoever wrote them.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from statistics import fmean, median, pstdev

import msgspec

from models.forms import form_named
from models.phrases import PhraseIndex
from models.tokenizer import SEPARATOR, normalise_for_models
from rumi_tui.verse.judge import can_judge, rhymes, scheme_rhymes
from rumi_tui.verse.originality import Originality, originality
from rumi_tui.verse.rhyme import Rhyme, shared_end
from rumi_tui.verse.words import ends_sentence, words
from training.quality.association import Associations
from training.quality.dictionary import exists, word_list
from training.quality.metre import MetreMeasure

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
    repeated_words: float | None
    """Share of the words that carry a rhyme (`rhyme_words`) which did so before in their poem; None unless the form has
    one rhyme."""
    poems_repeating: float | None
    """Share of the poems with such a word."""
    across_units: float | None
    """Share of the borders of couplets over which the rhyme runs on: the line before it and the line after it rhyme
    perfectly. None for a form of one rhyme."""


class VerseMeasures(msgspec.Struct, frozen=True, kw_only=True):
    """Measures of poems of one form. Shares run from 0 to 1, and are 0 where there is nothing to count."""

    poems: int
    lines: int
    known_words: float
    """Share of the words that occur in the training text."""
    nonword_lines: float | None
    """Share of the lines with a word that does not exist: neither in the training text nor by `dictionary.exists`.
    None without a word list of the language."""
    association: float | None
    """How much more often than by chance the content words of a line stand together in lines of the training text, see
    `Associations.of_lines`; None where no line has two of them."""
    in_metre: float | None
    """Share of the lines that scan, see `MetreMeasure.in_metre`; None where labelled verse of the form is lacking."""
    copied_lines: float
    """Share of the lines that stand in the training text word for word, punctuation and capitals aside."""
    copied_run_median: float
    """Characters of the longest run of a poem that the training text also has, the median over poems (`copied_run`)."""
    copied_run_longest: int
    """The same, the largest over poems."""
    copied_words: float
    """Share of the words that are in copied runs of `PHRASE` words or more, see `rumi_tui.verse.originality`."""
    copied_words_median: float
    """Words of the longest such run of a poem, 0 if there is none, the median over poems."""
    copied_words_longest: int
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
    mid_sentence: float | None
    """Share of the poems that end in the middle of a sentence, see `ends_sentence`; None where real verse of the form
    hardly marks its sentences."""
    rhyme: SchemeRates | None
    """None for `free`, and for a language without a rule of rhyme."""


class TrainingText:
    """The poems a model learned from, ready for others to be looked up in them."""

    def __init__(self, poems: Sequence[str]) -> None:
        normalised = [normalise_for_models(poem) for poem in poems]
        self.text = SEPARATOR.join(normalised)
        self.phrases = PhraseIndex.of(map(words, normalised))
        lines = [tuple(words(line)) for line in poem_lines(self.text)]
        self.lines = set(lines)
        """Each as its words."""
        self.words = {word for line in lines for word in line}
        self.associations = Associations(lines)


def measure_verse(
    poems: Sequence[str],
    form: str,
    language: str,
    training: TrainingText,
    metre: MetreMeasure | None = None,
    punctuated: bool = True,
) -> VerseMeasures:
    """Measures poems of one form; lines without a word are passed over.

    `metre` is None where labelled verse is lacking. `punctuated`: whether real verse of the form marks the end of its
    sentences.
    """
    lined = [poem_lines(poem) for poem in poems]
    lines = [line for poem in lined for line in poem]
    worded = [words(line) for line in lines]
    lengths = [len(line) for line in lines] or [0]
    normalised = [normalise_for_models(poem) for poem in poems]
    runs = copied_runs(normalised, training.text) or [0]
    copies = [originality(poem, training.phrases) for poem in normalised] or [Originality(0, 0, 0)]
    return VerseMeasures(
        poems=len(poems),
        lines=len(lines),
        known_words=_share(word in training.words for line in worded for word in line),
        nonword_lines=_share(any(not exists(word, language, training.words) for word in line) for line in worded)
        if word_list(language)
        else None,
        association=training.associations.of_lines(worded, language),
        in_metre=metre.in_metre(lined, form) if metre else None,
        copied_lines=_share(tuple(line) in training.lines for line in worded),
        copied_run_median=median(runs),
        copied_run_longest=max(runs),
        copied_words=sum(poem.copied_words for poem in copies) / max(1, sum(poem.words for poem in copies)),
        copied_words_median=median(poem.longest_run for poem in copies),
        copied_words_longest=max(poem.longest_run for poem in copies),
        distinct_bigrams=distinct_share(worded, 2),
        distinct_trigrams=distinct_share(worded, 3),
        line_length_mean=fmean(lengths),
        line_length_spread=pstdev(lengths),
        longest_line=max(lengths) / (fmean(lengths) or 1),
        repeating_poems=_share(len(set(poem)) < len(poem) for poem in lined),
        four_lines=_share(len(poem) == whole for poem in lined) if (whole := form_named(form).lines) else None,
        mid_sentence=_share(not ends_sentence(poem) for poem in poems) if punctuated else None,
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
    longest = 0
    chains = dict[int, int]()  # those that go on to here: place of their end in the training text, characters
    for gram in _grams(poem):
        chains = {place: chains.get(place - 1, SHORTEST_RUN - 1) + 1 for place in places.get(gram, ())}
        longest = max(longest, *chains.values()) if chains else longest
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
    at_least_near = _share(all(scheme) for scheme in schemes)
    one_rhyme = form_named(form).one_rhyme
    carriers = [rhyme_words(lines, form, language) for lines in lined] if one_rhyme else []
    repeated = [[word in poem[:place] for place, word in enumerate(poem)] for poem in carriers]
    return SchemeRates(
        **msgspec.structs.asdict(every),
        poems_perfect=perfect,
        poems_near=at_least_near - perfect,
        repeated_words=_share(again for poem in repeated for again in poem) if one_rhyme else None,
        poems_repeating=_share(map(any, repeated)) if one_rhyme else None,
        across_units=None if one_rhyme else _across_units(lined, form, language),
    )


def _across_units(lined: Sequence[Sequence[str]], form: str, language: str) -> float:
    unit = form_named(form).unit
    borders = [(lines[end - 1], lines[end]) for lines in lined for end in range(unit, len(lines), unit)]
    return _share(rhymes(last, first, language) == "perfect" for last, first in borders)


def rhyme_words(lines: Sequence[str], form: str, language: str) -> list[str]:
    """The words that carry the rhyme of a poem of one rhyme, line by line: those before the refrain (radif).

    The refrain is as long as what most pairs of rhyming lines end with alike, of equals the shorter. A line that rhymes
    with no other, or lacks the refrain, carries no rhyme.
    """
    places = {place for pair in form_named(form).rhyming_pairs(len(lines)) for place in pair if place < len(lines)}
    pairs = [pair for pair in combinations(sorted(places), 2) if rhymes(lines[pair[0]], lines[pair[1]], language)]
    if not pairs:
        return []
    worded = {place: words(lines[place]) for place in sorted({place for pair in pairs for place in pair})}
    shared_ends = Counter(shared_end(worded[a], worded[b]) for a, b in pairs)
    radif = min(shared_ends, key=lambda length: (-shared_ends[length], length))
    parted = [(line[: len(line) - radif], line[len(line) - radif :]) for line in worded.values()]
    (refrain, _), *_ = Counter(tuple(end) for _, end in parted).most_common(1)
    return [rest[-1] for rest, end in parted if rest and tuple(end) == refrain]


def _rates(grades: Sequence[Rhyme | None]) -> RhymeRates:
    perfect, near = (_share(rhyme == grade for rhyme in grades) for grade in ("perfect", "near"))
    return RhymeRates(pairs=len(grades), perfect=perfect, near=near)


def _share(flags: Iterable[bool]) -> float:
    flags = list(flags)
    return sum(flags) / (len(flags) or 1)
