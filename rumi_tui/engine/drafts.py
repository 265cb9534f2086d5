"""Several poems of one beginning, the best first. Knows nothing of screens, processes or files."""

from __future__ import annotations

from collections.abc import Callable
from math import fsum

from models.description import Description
from rumi_tui.engine.context import DecodeStep
from rumi_tui.engine.ends import Ends
from rumi_tui.engine.poems import Poem, write_poems
from rumi_tui.engine.rank import COPIED, Rank
from rumi_tui.engine.request import Request
from rumi_tui.engine.written import Step
from rumi_tui.verse.rules import rules_of
from rumi_tui.verse.words import words


class RankedPoem(Poem, frozen=True, kw_only=True):
    """A poem among others of its request."""

    rank: Rank


def write_drafts(
    model: DecodeStep,
    description: Description,
    request: Request,
    count: int,
    on_step: Callable[[int, Step], object] = lambda number, step: None,
    on_draft: Callable[[int], object] = lambda number: None,
) -> list[RankedPoem]:
    """Writes `count` poems as `write_poems` does, and gives them back sorted by their ranks, the best first.

    `on_draft` is told how many are written, whenever one is.
    """
    drafts = list[RankedPoem]()
    for poem in write_poems(model, description, request, count, on_step):
        fields = {name: getattr(poem, name) for name in poem.__struct_fields__}
        drafts.append(RankedPoem(**fields, rank=rank_of(poem, request, description)))
        on_draft(len(drafts))
    return sorted(drafts, key=lambda draft: draft.rank)


def rank_of(poem: Poem, request: Request, description: Description) -> Rank:
    """The rank of a poem that was written as the request asks, whether its form was kept or not."""
    lines = poem.text.split("\n")
    rules = rules_of(
        request.form,
        description.card.language,
        poem.metre,
        lexicon=description.lexicon,
        vectors=description.word_vectors,
        phrases=description.phrases,
        own_words=words(request.text),
    )
    numbers = range(request.text.count("\n") + 1, len(lines) + 1)
    faults = [line.faults for line in poem.kept] or [rules.faults(lines[:number]) for number in numbers]
    breaks_off = Ends(request, description.tokenizer).breaks_off(len(lines), lines[-1], is_last=True)
    nats = -poem.logprob / max(1, len(poem.text) - len(request.text))
    return Rank(
        faults_per_line=sum(map(len, faults)) / len(faults),
        copies=poem.originality is not None and poem.originality.longest_run >= COPIED,
        was_stopped=poem.ending != "end" or breaks_off,
        nats_per_char=nats + fsum(rules.price(lines[:number]) for number in numbers) / len(numbers),
    )
