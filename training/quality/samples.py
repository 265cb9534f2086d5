"""Poems by a model, measured beside real verse that it has never seen. Needs no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

import msgspec

from models.description import Description
from rumi_tui.engine.context import DecodeStep
from rumi_tui.engine.poems import write_poems
from rumi_tui.engine.request import DEFAULT_LINES, Keep, Request
from rumi_tui.engine.written import Ending
from rumi_tui.texts.corpus import Source
from rumi_tui.verse.words import ends_sentence, words
from training.quality.measures import (
    RhymeRates,
    TrainingText,
    VerseMeasures,
    measure_verse,
    poem_lines,
    shuffled_rhymes,
)
from training.quality.metre import MetreMeasure

LARGEST_SAMPLE = 200 * DEFAULT_LINES
"""Characters of a poem, so that a model that never ends a line comes to an end."""


class Sample(NamedTuple):
    """A poem by a model."""

    text: str
    ending: Ending | None
    nats: float | None = None
    """What the model pays for it, at temperature 1 and before any filter; None where nobody knows."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """Poems that a model wrote in one way."""

    verse: VerseMeasures
    ended: float
    """Share of the poems that the model ended, before they were as long as they may be."""
    closed: float
    """Share of the poems that the model ended, or that stop where a sentence does."""
    nats_per_char: float | None
    """The mean that the model pays for a character of them; None where nobody knows."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Poems of one form by a model, beside real ones."""

    generated: dict[Keep, Written]
    """For each way of keeping the form."""
    real: VerseMeasures | None
    """Of the validation poems of the form; None if there are none."""
    real_closed: float | None
    """Share of the real poems that are not cut, or are cut where a sentence ends."""
    real_shuffled: RhymeRates | None
    """Of lines of the real poems that should not rhyme; with the rhyme of the real poems, how good the judge is."""
    shuffled_association: float | None
    """Of the words of the real poems dealt to their lines at random, see `Associations.of_shuffled`."""
    shuffled_in_metre: float | None
    """Share of the real lines that scan with their words in random order, see `MetreMeasure.in_metre_shuffled`."""
    real_in_another_metre: float | None
    """Share of the real lines that scan in a metre that is not their poem's, see `MetreMeasure.in_another_metre`."""


def write_samples(
    model: DecodeStep, description: Description, form: str, count: int, keep: Keep = "off"
) -> Iterator[Sample]:
    """Poems as rumi-generate writes them with the seeds 0, 1, ...: at most `DEFAULT_LINES` lines each."""
    request = Request(form=form, lines=DEFAULT_LINES, characters=LARGEST_SAMPLE, keep=keep)
    for seed in range(count):  # alone, so that a poem does not differ from the one that is written on a page
        [poem] = write_poems(model, description, msgspec.structs.replace(request, seed=seed), 1)
        yield Sample(poem.text, poem.ending, -poem.logprob)


def measure_samples(
    model: DecodeStep,
    description: Description,
    sources: Sequence[Source],
    count: int,
    ways: Sequence[Keep] = ("off",),
    watch: Callable[[Iterable[Sample], str], Iterable[Sample]] = lambda samples, title: samples,
) -> dict[str, Comparison]:
    """Has a model write `count` poems of each of its forms in each way, and measures them as `compare_verse` does.

    The samples come to be while they are taken; `watch` is given them and what they are, and hands them on.
    """
    samples = {
        form: {
            keep: list(watch(write_samples(model, description, form, count, keep), f"{form}, --keep {keep}"))
            for keep in ways
        }
        for form in description.card.forms
    }
    return compare_verse(samples, description.card.language, sources)


def compare_verse(
    samples: Mapping[str, Mapping[Keep, Sequence[Sample]]], language: str, sources: Sequence[Source]
) -> dict[str, Comparison]:
    """Measures the samples of each form and way beside the validation poems of that form in the sources.

    Both are looked up in the training poems of all sources, from which the judge of metre learns too. Real poems are
    cut to `DEFAULT_LINES` lines, as long as a sample may be.
    """
    training = TrainingText([poem.text for source in sources for poem in source.training])
    metre = MetreMeasure.fit(poem for source in sources for poem in source.training)
    comparisons = {}
    for form, ways in samples.items():
        held_out = [poem.text for source in sources for poem in source.validation if poem.form == form]
        punctuated = sum(map(ends_sentence, held_out)) > len(held_out) / 2
        real = [_cut(poem) for poem in held_out]
        real_texts = [poem.text for poem in real]
        real_lines = [poem_lines(poem) for poem in real_texts]
        real_words = [words(line) for lines in real_lines for line in lines]
        comparisons[form] = Comparison(
            generated={
                keep: Written(
                    verse=measure_verse([poem.text for poem in poems], form, language, training, metre, punctuated),
                    ended=fmean(poem.ending == "end" for poem in poems),
                    closed=_closed(poems),
                    nats_per_char=_nats_per_char(poems),
                )
                for keep, poems in ways.items()
            },
            real=measure_verse(real_texts, form, language, training, metre, punctuated) if real else None,
            real_closed=_closed(real) if real else None,
            real_shuffled=shuffled_rhymes(real_texts, form, language),
            shuffled_association=training.associations.of_shuffled(real_words, language),
            shuffled_in_metre=metre.in_metre_shuffled(real_lines, form) if metre else None,
            real_in_another_metre=metre.in_another_metre(real_lines, form) if metre else None,
        )
    return comparisons


def _cut(poem: str) -> Sample:
    """A real poem as if a model had written it."""
    lines = poem.split("\n")
    return Sample("\n".join(lines[:DEFAULT_LINES]), "end" if len(lines) <= DEFAULT_LINES else "lines")


def _nats_per_char(poems: Sequence[Sample]) -> float | None:
    nats = [poem.nats for poem in poems if poem.nats is not None]
    return sum(nats) / max(1, sum(len(poem.text) for poem in poems)) if len(nats) == len(poems) else None


def _closed(poems: Sequence[Sample]) -> float:
    return fmean(poem.ending == "end" or ends_sentence(poem.text) for poem in poems)
