"""The stream: a prompt in, verse out, one piece at a time. Knows nothing of screens, processes or files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
import numpy as np

from models.errors import RumiError
from models.tokenizer import Tokenizer
from rumi_tui.engine.context import Context, DecodeStep
from rumi_tui.engine.sampling import Probabilities, Sampling, choose, log_softmax

ALTERNATIVES = 10
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


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One symbol of a poem as it was chosen."""

    text: str
    """What it adds to the poem: one character, or several where the model reads words; never none."""
    logprob: float
    """Natural logarithm of its probability under the model itself, at temperature 1 and before any filter."""
    alternatives: tuple[Alternative, ...]
    """The `ALTERNATIVES` likeliest symbols, the likeliest first."""


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

    def __post_init__(self) -> None:
        for name in ("lines", "characters"):
            limit = getattr(self, name)
            if limit is not None and not 1 <= limit <= LARGEST_LIMIT:
                raise RumiError(f"The number of {name} is {limit}; choose one from 1 to {LARGEST_LIMIT}.")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise RumiError(f"The seed is {self.seed}; choose one from 0 to {LARGEST_SEED}.")


class Generation:
    """A poem being written: iterate over it for its steps.

    Stops at the end of the poem, at the limits of the request, or when nobody asks for the next step.
    """

    def __init__(self, model: DecodeStep, tokenizer: Tokenizer, request: Request) -> None:
        self._model, self._tokenizer, self._request = model, tokenizer, request
        self.ending: Ending | None = None
        """Why it stopped; None while it can go on."""

    def __iter__(self) -> Iterator[Step]:
        request, tokenizer = self._request, self._tokenizer
        rng = np.random.default_rng(request.seed)
        allowed = np.ones(len(tokenizer), dtype=np.bool_)
        allowed[[tokenizer.unknown_id, *tokenizer.form_ids()]] = False
        context = Context(self._model)
        ids = np.array([[tokenizer.form_id(request.form), *tokenizer.encode(request.text)]])
        lines = characters = 0
        while True:
            logprobs = log_softmax(context.read(ids)[0])
            chosen = choose(logprobs, allowed, request.sampling, rng)
            text = tokenizer.piece(chosen)
            lines += text == "\n"
            if chosen == tokenizer.end_id:
                self.ending = "end"
            elif lines == request.lines:
                self.ending = "lines"
            if self.ending:
                return
            if request.characters is not None:
                text = text[: request.characters - characters]
            yield Step(text, float(logprobs[chosen]), self._alternatives(logprobs))
            characters += len(text)
            if characters == request.characters:
                self.ending = "characters"
                return
            ids = np.array([[chosen]])

    def _alternatives(self, logprobs: Probabilities) -> tuple[Alternative, ...]:
        likeliest = np.argsort(-logprobs, kind="stable")[:ALTERNATIVES]
        piece = self._tokenizer.piece
        return tuple(Alternative(piece(int(i)), float(np.exp(logprobs[i]))) for i in likeliest)
