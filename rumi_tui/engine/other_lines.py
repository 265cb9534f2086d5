"""Other lines for a place of a poem: the tries of the writer, all of them, to choose from. Knows nothing of screens."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import msgspec
import numpy as np

from models.description import Description
from rumi_tui.engine.context import Context, DecodeStep
from rumi_tui.engine.generate import Sampler
from rumi_tui.engine.keep import TRIES, KeptGeneration, LineTry, Try, write_tries
from rumi_tui.engine.request import Request
from rumi_tui.engine.written import LineChoice
from rumi_tui.verse.rules import Fault


class OtherLines:
    """Lines that could follow the text of a request: iterate over it for tries as they grow, then ask for `choices`.

    Where the request keeps the form, they are the tries that the writer makes, in its order; where it keeps none, a few
    as they fall. Raises `RumiError` as the writer does.
    """

    def __init__(self, model: DecodeStep, description: Description, request: Request) -> None:
        self._model, self._tokenizer, self._request = model, description.tokenizer, request
        self._keeper = None if request.keep == "off" else KeptGeneration(model, description, request)
        self.choices: list[LineChoice] = []
        """Different lines, once all of them are there."""

    def __iter__(self) -> Iterator[Try]:
        tries = yield from self._keeper.tries() if self._keeper else self._tries()
        choices = [
            LineChoice(each.text, each.nats * len(each.text), faults, each.sampler.ending == "end")
            for each, faults in tries
            if each.is_whole
        ]
        self.choices = list({choice.text: choice for choice in reversed(choices) if choice.text}.values())[::-1]

    def _tries(self) -> Generator[Try, None, list[tuple[LineTry, list[Fault]]]]:
        """Tries that nobody judges."""
        request, seeds = self._request, np.random.default_rng(self._request.seed)
        count = 1 if request.sampling.temperature == 0 else TRIES["loose"]
        context = Context(self._model)
        sampler = Sampler(self._tokenizer, msgspec.structs.replace(request, lines=None, characters=None))
        logits = context.read(np.array([sampler.unread]))
        while sampler.name(logits[0]):
            logits = context.read(np.array([sampler.unread]))
        tries = [LineTry(context, sampler.branch(int(seeds.integers(2**32)))) for _ in range(count)]
        for _ in write_tries(context.branch(count), logits, tries):
            yield Try(tries[0].text)
        return [(each, []) for each in tries]
