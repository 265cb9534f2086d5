"""Practice: verse that a decoder writes itself, so that it can learn from the lines of it that rhyme.

A decoder that ends nearly every line of its own texts with their rhyme loses it in lines that it has begun itself, for
no text shows these. Where it rhymes there by chance, it can learn to do it more often: reinforced self-training with
one round and a reward of 0 or 1 (Gulcehre et al. 2023, "Reinforced Self-Training (ReST) for Language Modeling",
arXiv:2308.08998). Which lines count, `training.rhyme_weights.practice_weights` says. Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from models.tokenizer import Tokenizer
from rumi_tui.engine.context import DecodeStep
from rumi_tui.engine.generate import DEFAULT_LINES, BatchGeneration, Request
from rumi_tui.engine.sampling import Sampling
from rumi_tui.texts.corpus import Poem, parse_poems
from training.samples import LARGEST_SAMPLE

SAMPLING = Sampling(temperature=0.9)
"""Warmer than poems are written by default, so that they become no more alike than they are."""
FIRST_SEED = 2**31
"""Far from the seeds whose poems are measured."""
TOGETHER = 64
"""Poems written in a batch."""


def own_poems(model: DecodeStep, tokenizer: Tokenizer, form: str, lines: int) -> Iterator[Poem]:
    """Poems of a form by a model, of at most `DEFAULT_LINES` lines each, until there are so many lines."""
    written = 0
    for seed in count(FIRST_SEED, TOGETHER):
        request = Request(form=form, sampling=SAMPLING, seed=seed, lines=DEFAULT_LINES, characters=LARGEST_SAMPLE)
        texts = [""] * TOGETHER
        for number, step in BatchGeneration(model, tokenizer, request, TOGETHER):
            texts[number] += step.text
        for text in texts:
            for poem in parse_poems(text.split("\n"), form):
                yield poem
                written += poem.text.count("\n") + 1
                if written >= lines:
                    return
