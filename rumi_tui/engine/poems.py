"""Whole poems, one or many, as a request asks for them. Knows nothing of screens, processes or files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from models.description import Description
from rumi_tui.engine.context import DecodeStep
from rumi_tui.engine.generate import BatchGeneration, Generation
from rumi_tui.engine.keep import Kept, KeptGeneration
from rumi_tui.engine.request import Request
from rumi_tui.engine.written import Ending, Step
from rumi_tui.verse.originality import Originality, originality

BATCH = 16
"""Poems written together: more gain little, and the first would be waited for longer."""


class Poem(msgspec.Struct, frozen=True, kw_only=True):
    """A poem as it was written."""

    seed: int
    text: str
    """What it was begun with, and what the model wrote."""
    ending: Ending | None
    logprob: float
    """Natural logarithm of the probability of what the model wrote, at temperature 1 and before any filter."""
    metre: str = ""
    """What was asked for, or what the model named; empty for none."""
    rhymes: list[str] = []
    """The rhymes that the model named before it wrote to them."""
    kept: list[Kept] = []
    """How each line was found, where the form was kept."""
    originality: Originality | None = None
    """How much the model copied; None where its file cannot tell."""


def writer(model: DecodeStep, description: Description, request: Request) -> Generation | KeptGeneration:
    """What writes one poem, to be iterated over: its steps, and tries between them where the request keeps the form."""
    if request.keep == "off":
        return Generation(model, description.tokenizer, request)
    return KeptGeneration(model, description, request)


def write_poems(
    model: DecodeStep,
    description: Description,
    request: Request,
    count: int,
    on_step: Callable[[int, Step], object] = lambda number, step: None,
) -> Iterator[Poem]:
    """Writes `count` poems with the seeds from that of the request on, and gives them in their order.

    `BATCH` of them are written together, but one after another where the form is kept: there the tries at a line are.
    `on_step` is told the number of the poem and its step as each is written; those of a batch come mixed.
    """
    if request.keep != "off":
        for number in range(count):
            yield _kept_poem(model, description, request, number, on_step)
        return
    for first in range(0, count, BATCH):
        batch = msgspec.structs.replace(request, seed=request.seed + first)
        generation = BatchGeneration(model, description.tokenizer, batch, min(BATCH, count - first))
        poems: list[list[Step]] = [[] for _ in generation.endings]
        for number, step in generation:
            poems[number].append(step)
            on_step(first + number, step)
        finished = zip(poems, generation.endings, generation.metres, generation.rhymes, strict=True)
        for number, (steps, ending, metre, rhymes) in enumerate(finished):
            yield Poem(
                seed=batch.seed + number,
                text=request.text + "".join(step.text for step in steps),
                ending=ending,
                logprob=sum(step.logprob for step in steps),
                metre=metre,
                rhymes=rhymes,
                originality=_originality(description, request, steps),
            )


def _kept_poem(
    model: DecodeStep, description: Description, request: Request, number: int, on_step: Callable[[int, Step], object]
) -> Poem:
    request = msgspec.structs.replace(request, seed=request.seed + number)
    generation = KeptGeneration(model, description, request)
    steps: list[Step] = []
    for step in generation:
        if isinstance(step, Step):
            steps.append(step)
            on_step(number, step)
    return poem_of(description, request, generation, steps)


def poem_of(
    description: Description, request: Request, generation: Generation | KeptGeneration, steps: Sequence[Step]
) -> Poem:
    """The poem of these steps, all that the writer of a request gave."""
    keeper = generation if isinstance(generation, KeptGeneration) else None
    return Poem(
        seed=request.seed,
        text=request.text + "".join(step.text for step in steps),
        ending=generation.ending,
        logprob=sum(step.logprob for step in steps),
        metre=generation.metre,
        rhymes=keeper.rhymes if keeper else [],
        kept=keeper.lines if keeper else [],
        originality=_originality(description, request, steps),
    )


def _originality(description: Description, request: Request, steps: Sequence[Step]) -> Originality | None:
    if description.phrases is None:
        return None
    return originality(request.text + "".join(step.text for step in steps), description.phrases, request.text)
