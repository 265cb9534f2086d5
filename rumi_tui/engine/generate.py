"""The stream: a prompt in, verse out, one piece at a time. Knows nothing of screens, processes or files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
import numpy as np

from models.errors import RumiError
from models.tokenizer import Tokenizer
from rumi_tui.engine.context import Context, DecodeStep, Ids, Logits
from rumi_tui.engine.sampling import Probabilities, Sampling, choose, log_softmax, logprob_of

LARGEST_SEED = 2**32 - 1
LARGEST_LIMIT = 10**9
"""Lines or characters of a poem: years of writing."""
DEFAULT_LINES = 16
"""Of a poem that does not end before, where nobody sets a limit: what a small terminal shows at once."""

Ending = Literal["end", "lines", "characters"]
"""Why a poem stopped: the model ended it, or it reached the asked number of lines or of characters."""


class Alternative(msgspec.Struct, frozen=True, array_like=True):
    """What could have stood at a place, and how likely the model thought it."""

    text: str
    """A piece of text (see `Step.text`); empty for the end of the poem."""
    probability: float
    """Under the model itself, at temperature 1 and before any filter."""


def most_likely(probabilities: Probabilities, tokenizer: Tokenizer, count: int) -> tuple[Alternative, ...]:
    """The likeliest of the symbols with these probabilities [vocab_size], the likeliest first."""
    likeliest = np.argsort(-probabilities, kind="stable")[:count]
    return tuple(Alternative(tokenizer.piece(int(i)), float(probabilities[i])) for i in likeliest)


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One symbol of a poem as it was chosen."""

    text: str
    """What it adds to the poem: one character, or several where the model reads words; never none."""
    logprob: float
    """Natural logarithm of its probability under the model itself, at temperature 1 and before any filter."""
    alternatives: tuple[Alternative, ...] = ()
    """The likeliest symbols, the likeliest first: as many as the request asks for."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to write. Raises `RumiError` for a limit or a seed out of range."""

    form: str
    text: str = ""
    """What the poem begins with, in the model's characters (see `Tokenizer.fit`)."""
    sampling: Sampling = Sampling()
    seed: int = 0
    """The same model file, request and seed give the same poem. 0 to `LARGEST_SEED`."""
    lines: int | None = None
    """Stop at the end of this many lines, the one that `text` ends in included."""
    characters: int | None = None
    """Stop after exactly this many new characters; of a piece that is longer than what is left, the rest is cut off.

    So the poem begins as one with a higher limit does, where choosing among shorter pieces would change its words.
    """
    alternatives: int = 0
    """How many of the likeliest symbols to note at each step; each costs a little time."""

    def __post_init__(self) -> None:
        for name in ("lines", "characters"):
            limit = getattr(self, name)
            if limit is not None and not 1 <= limit <= LARGEST_LIMIT:
                raise RumiError(f"The number of {name} is {limit}; choose one from 1 to {LARGEST_LIMIT}.")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise RumiError(f"The seed is {self.seed}; choose one from 0 to {LARGEST_SEED}.")


class Poem:
    """A poem as it grows: chooses each symbol from what the model says, and knows when to stop."""

    def __init__(self, tokenizer: Tokenizer, request: Request) -> None:
        self._tokenizer, self._request = tokenizer, request
        self._rng = np.random.default_rng(request.seed)
        self._allowed = np.ones(len(tokenizer), dtype=np.bool_)
        self._allowed[[tokenizer.unknown_id, *tokenizer.form_ids()]] = False
        self._lines = self._characters = 0
        self.chosen = 0
        """The id of the last symbol."""
        self.ending: Ending | None = None
        """Why it stopped; None while it can go on."""

    def next(self, logits: Logits) -> Step | None:
        """The symbol that follows, from logits [vocab_size]; None where the poem stops instead."""
        request = self._request
        self.chosen = choose(logits, self._allowed, request.sampling, self._rng)
        text = self._tokenizer.piece(self.chosen)
        self._lines += text == "\n"
        if self.chosen == self._tokenizer.end_id:
            self.ending = "end"
        elif self._lines == request.lines:
            self.ending = "lines"
        if self.ending:
            return None
        if request.characters is not None:
            text = text[: request.characters - self._characters]
        self._characters += len(text)
        if self._characters == request.characters:
            self.ending = "characters"
        return Step(text, logprob_of(logits, self.chosen), self._alternatives(logits))

    def _alternatives(self, logits: Logits) -> tuple[Alternative, ...]:
        if not self._request.alternatives:
            return ()
        return most_likely(np.exp(log_softmax(logits)), self._tokenizer, self._request.alternatives)


class Generation:
    """A poem being written: iterate over it for its steps.

    Stops at the end of the poem, at the limits of the request, or when nobody asks for the next step.
    """

    def __init__(self, model: DecodeStep, tokenizer: Tokenizer, request: Request) -> None:
        self._model, self._tokenizer, self._request = model, tokenizer, request
        self._poem = Poem(tokenizer, request)

    @property
    def ending(self) -> Ending | None:
        """Why it stopped; None while it can go on."""
        return self._poem.ending

    def __iter__(self) -> Iterator[Step]:
        self._poem = Poem(self._tokenizer, self._request)
        context = Context(self._model)
        logits = context.read(_prompt_ids(self._tokenizer, self._request))
        while step := self._poem.next(logits[0]):
            yield step
            if self.ending:
                return
            logits = context.read(np.array([[self._poem.chosen]]))


class BatchGeneration:
    """Several poems of one request, written together, a step for all: iterate over it for (number, step).

    The first has the seed of the request, the others those that follow. The prompt is read once. Poems that have
    stopped leave the step. Sums of many streams may round otherwise than those of one, so that a poem can differ from
    the one that `Generation` writes with its seed where two symbols are all but equally likely.
    """

    def __init__(self, model: DecodeStep, tokenizer: Tokenizer, request: Request, count: int) -> None:
        self._model, self._tokenizer, self._request, self._count = model, tokenizer, request, count
        self._poems = self._begin()

    def _begin(self) -> list[Poem]:
        seeds = range(self._request.seed, self._request.seed + self._count)
        return [Poem(self._tokenizer, msgspec.structs.replace(self._request, seed=seed)) for seed in seeds]

    @property
    def endings(self) -> Sequence[Ending | None]:
        """Why each poem stopped; None while it can go on."""
        return [poem.ending for poem in self._poems]

    def __iter__(self) -> Iterator[tuple[int, Step]]:
        self._poems = self._begin()
        context = Context(self._model)
        logits = context.read(_prompt_ids(self._tokenizer, self._request)).repeat(self._count, axis=0)
        if self._count > 1:
            context.select([0] * self._count)
        going = list(enumerate(self._poems))
        while going:
            on = []
            for stream, (number, poem) in enumerate(going):
                if step := poem.next(logits[stream]):
                    yield number, step
                if not poem.ending:
                    on.append(stream)
            if on and len(on) < len(going):
                context.select(on)
            going = [going[stream] for stream in on]
            if going:
                logits = context.read(np.array([[poem.chosen] for _, poem in going]))


def _prompt_ids(tokenizer: Tokenizer, request: Request) -> Ids:
    return np.array([[tokenizer.form_id(request.form), *tokenizer.encode(request.text)]])
