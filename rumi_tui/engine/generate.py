"""The stream: a prompt in, verse out, one piece at a time. Knows nothing of screens, processes or files."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from models.layout import metre_id
from models.tokenizer import RHYME, Tokenizer
from rumi_tui.engine.context import Context, DecodeStep, Logits
from rumi_tui.engine.outline import Outline
from rumi_tui.engine.request import Request
from rumi_tui.engine.sampling import Probabilities, choose, log_softmax, logprob_of
from rumi_tui.engine.written import Alternative, Ending, Step

NAMED = 0.2
"""How likely a model must hold it that a metre or a rhyme is named to name one. In training it is named for three of
four poems or couplets that have it and for none that do not, so this tells the ones from the others."""


def most_likely(probabilities: Probabilities, tokenizer: Tokenizer, count: int) -> tuple[Alternative, ...]:
    """The likeliest of the tokens with these probabilities [vocab_size], the likeliest first."""
    likeliest = np.argsort(-probabilities, kind="stable")[:count]
    return tuple(Alternative(tokenizer.text_of(int(i)), float(probabilities[i])) for i in likeliest)


class Sampler:
    """A poem as it grows: chooses each token from what the model says, and knows when to stop."""

    def __init__(self, tokenizer: Tokenizer, request: Request, named: float = NAMED) -> None:
        """`named`: how likely a metre or a rhyme must be to be named; 0 names one wherever it may stand."""
        self._tokenizer, self._request, self._named = tokenizer, request, named
        self._rng = np.random.default_rng(request.seed)
        self._outline = Outline(tokenizer, request.form, request.text, request.metre, request.rhyme)
        self._metre_ids = [metre_id(tokenizer, metre) for metre in tokenizer.metres]
        self._lines = self._characters = 0
        self.unread = self._outline.beginning
        """The ids that the model reads next."""
        self.may_end = True
        """Whether the model may end the poem with this line."""
        self.ending: Ending | None = None
        """Why the poem stopped; None while it can go on."""

    @property
    def metre(self) -> str:
        """The metre that was asked for, or that the model has named; empty for none."""
        return self._outline.metre

    @property
    def rhymes(self) -> list[str]:
        """The rhymes that the model has named before it wrote to them."""
        return self._outline.rhymes

    @property
    def rhyme(self) -> str:
        """What the unit that is being written is to end in, asked for or named; empty where nobody says."""
        return self._outline.rhyme

    def branch(self, seed: int) -> Sampler:
        """Another poem that has come as far as this one, and goes on with draws of its own."""
        branch = copy.copy(self)
        branch._outline, branch._rng = self._outline.branch(), np.random.default_rng(seed)
        branch.unread = []
        return branch

    def name(self, logits: Logits) -> bool:
        """Whether something is to be named before the verse goes on, by logits [vocab_size]; if so, goes on with it."""
        outline = self._outline
        if outline.may_name_metre:
            self.unread = outline.name_metre(self._expected_metre(logits))
            if self.unread:
                return True
        if outline.may_name_rhyme:
            self.unread = outline.name_rhyme(self._expects_rhyme(logits))
            if self.unread:
                return True
        if outline.is_naming:
            self._choose(logits)
            return True
        return False

    def sample(self, logits: Logits) -> Step | None:
        """The token that follows, from logits [vocab_size]; None where it is no verse, or the poem stops instead."""
        if self.name(logits):
            return None
        request, token_id = self._request, self._choose(logits)
        text = self._tokenizer.text_of(token_id)
        self._lines += text == "\n"
        if token_id == self._tokenizer.end_id:
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
        return Step(text, logprob_of(logits, token_id), self._alternatives(logits))

    def _choose(self, logits: Logits) -> int:
        token_id = choose(logits, self._outline.allowed(self.may_end), self._request.sampling, self._rng)
        self.unread = [token_id, *self._outline.accept(token_id)]
        return token_id

    def _expected_metre(self, logits: Logits) -> str:
        """A metre that the model would name here, drawn like any token; empty where it would hardly name one."""
        metres = self._metre_ids
        if np.exp(log_softmax(logits))[metres].sum() < self._named:
            return ""
        allowed = np.zeros(len(logits), dtype=np.bool_)
        allowed[metres] = True
        return self._tokenizer.metres[metres.index(choose(logits, allowed, self._request.sampling, self._rng))]

    def _expects_rhyme(self, logits: Logits) -> bool:
        """Whether the model would name a rhyme here, now that it names no metre."""
        probabilities = np.exp(log_softmax(logits))
        others = 1 - probabilities[self._metre_ids].sum()
        return bool(probabilities[self._tokenizer.ids[RHYME]] >= self._named * others)

    def _alternatives(self, logits: Logits) -> tuple[Alternative, ...]:
        if not self._request.alternatives:
            return ()
        probabilities = np.exp(log_softmax(logits))
        probabilities[[self._tokenizer.unknown_id, *self._tokenizer.sign_ids]] = 0
        return most_likely(probabilities, self._tokenizer, self._request.alternatives)


class Generation:
    """A poem being written: iterate over it for its steps.

    Stops at the end of the poem, at the limits of the request, or when nobody asks for the next step.
    """

    def __init__(self, model: DecodeStep, tokenizer: Tokenizer, request: Request) -> None:
        self._model, self._tokenizer, self._request = model, tokenizer, request
        self._sampler = Sampler(tokenizer, request)

    @property
    def ending(self) -> Ending | None:
        """Why it stopped; None while it can go on."""
        return self._sampler.ending

    @property
    def metre(self) -> str:
        """The metre that was asked for, or that the model has named; empty for none."""
        return self._sampler.metre

    def __iter__(self) -> Iterator[Step]:
        self._sampler = sampler = Sampler(self._tokenizer, self._request)
        context = Context(self._model)
        while not sampler.ending:
            logits = context.read(np.array([sampler.unread]))
            if step := sampler.sample(logits[0]):
                yield step


class BatchGeneration:
    """Several poems of one request, written together, a step for all: iterate over it for (number, step).

    The first has the seed of the request, the others those that follow. The prompt is read once. Poems that have
    stopped leave the step. Sums of many streams may round otherwise than those of one, so that a poem can differ from
    the one that `Generation` writes with its seed where two tokens are all but equally likely.
    """

    def __init__(self, model: DecodeStep, tokenizer: Tokenizer, request: Request, count: int) -> None:
        self._model, self._tokenizer, self._request, self._count = model, tokenizer, request, count
        self._samplers = self._begin()

    def _begin(self) -> list[Sampler]:
        seeds = range(self._request.seed, self._request.seed + self._count)
        return [Sampler(self._tokenizer, msgspec.structs.replace(self._request, seed=seed)) for seed in seeds]

    @property
    def endings(self) -> Sequence[Ending | None]:
        """Why each poem stopped; None while it can go on."""
        return [sampler.ending for sampler in self._samplers]

    @property
    def metres(self) -> Sequence[str]:
        """The metre of each poem, asked for or named by the model; empty for none."""
        return [sampler.metre for sampler in self._samplers]

    @property
    def rhymes(self) -> Sequence[list[str]]:
        """The rhymes that the model named in each poem before it wrote to them."""
        return [sampler.rhymes for sampler in self._samplers]

    def __iter__(self) -> Iterator[tuple[int, Step]]:
        self._samplers = self._begin()
        context = Context(self._model)
        logits = context.read(np.array([self._samplers[0].unread])).repeat(self._count, axis=0)
        if self._count > 1:
            context.select([0] * self._count)
        for sampler in self._samplers:
            sampler.unread = []
        active = list(enumerate(self._samplers))
        while active:
            unfinished = []
            for stream, (number, sampler) in enumerate(active):
                if not sampler.unread and (step := sampler.sample(logits[stream])):
                    yield number, step
                if not sampler.ending:
                    unfinished.append(stream)
            if unfinished and len(unfinished) < len(active):
                context.select(unfinished)
            active = [active[stream] for stream in unfinished]
            if active:
                logits = context.read(np.array([[sampler.unread.pop(0)] for _, sampler in active]))
