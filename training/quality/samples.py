"""Poems by a model, measured beside real verse that it has never seen. Needs no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

import msgspec

from models.tokenizer import Tokenizer
from rumi_tui.engine.context import DecodeStep
from rumi_tui.engine.generate import DEFAULT_LINES, Ending, Generation, Request
from rumi_tui.texts.corpus import Source
from training.quality.measures import RhymeRates, TrainingText, VerseMeasures, measure_verse, shuffled_rhymes

LARGEST_SAMPLE = 200 * DEFAULT_LINES
"""Characters of a poem, so that a model that never ends a line comes to an end."""


class Sample(NamedTuple):
    """A poem by a model."""

    text: str
    ending: Ending | None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Poems of one form by a model, beside real ones."""

    generated: VerseMeasures
    ended: float
    """Share of the generated poems that the model ended, before they were as long as they may be."""
    real: VerseMeasures | None
    """Of the validation poems of the form; None if there are none."""
    real_shuffled: RhymeRates | None
    """Of lines of the real poems that should not rhyme; with the rhyme of the real poems, how good the judge is."""


def write_samples(model: DecodeStep, tokenizer: Tokenizer, form: str, count: int) -> Iterator[Sample]:
    """Poems as rumi-generate writes them by default, with the seeds 0, 1, ...: at most `DEFAULT_LINES` lines each."""
    for seed in range(count):
        request = Request(form=form, seed=seed, lines=DEFAULT_LINES, characters=LARGEST_SAMPLE)
        poem = Generation(model, tokenizer, request)
        text = "".join(step.text for step in poem)
        yield Sample(text, poem.ending)


def compare_verse(
    samples: Mapping[str, Sequence[Sample]], language: str, sources: Sequence[Source]
) -> dict[str, Comparison]:
    """Measures the samples of each form beside the validation poems of that form in the sources.

    Both are looked up in the training poems of all sources. Real poems are cut to `DEFAULT_LINES` lines, as long as a
    sample may be.
    """
    training = TrainingText([poem.text for source in sources for poem in source.training])
    compared = {}
    for form, written in samples.items():
        held_out = [poem for source in sources for poem in source.validation if poem.form == form]
        real = ["\n".join(poem.text.split("\n")[:DEFAULT_LINES]) for poem in held_out]
        compared[form] = Comparison(
            generated=measure_verse([sample.text for sample in written], form, language, training),
            ended=fmean(sample.ending == "end" for sample in written),
            real=measure_verse(real, form, language, training) if real else None,
            real_shuffled=shuffled_rhymes(real, form, language),
        )
    return compared
