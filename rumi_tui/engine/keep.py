"""A poem that keeps its form: each line is tried several times, side by side, and the best try is taken.

First come the tries that do not copy too much, of these the ones that break the fewest rules (`rumi_tui.verse.rules`),
of the last line those that end a sentence; of equals the one that the model finds likeliest, by the mean over its
characters, with a gain for words that go together and a price on what the poem has said before or copies
(`Rules.price`): without it, the same few phrases would come again and again. What is taken is the model's own, and what
was left out is the choice of this writer. `rumi_tui.engine.ends` says where a poem ends. Knows nothing of screens,
processes or files.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

import msgspec
import numpy as np

from models.description import Description
from models.errors import RumiError
from rumi_tui.engine.context import Context, DecodeStep, Logits
from rumi_tui.engine.ends import Ends
from rumi_tui.engine.generate import NAMED, Sampler
from rumi_tui.engine.request import Keep, Request
from rumi_tui.engine.written import Ending, Step
from rumi_tui.verse.judge import can_judge
from rumi_tui.verse.originality import CopyLimit
from rumi_tui.verse.rules import Fault, Rules, rules_of
from rumi_tui.verse.words import words

TRIES: dict[Keep, int] = {"loose": 4, "strict": 8}
"""Of a line, side by side."""
ROUNDS: dict[Keep, int] = {"loose": 1, "strict": 4}
"""Of so many tries at most, while none keeps all rules."""
LONGEST_LINE = 160
"""Tokens of a try at most; it fails beyond."""


class Try(msgspec.Struct, frozen=True):
    """A try at the next line as it grows, which need not be the one that is taken."""

    line: str


class Kept(msgspec.Struct, frozen=True):
    """How a line was found."""

    line: str
    number: int
    """Of the line in its poem, from 1 on."""
    tries: int
    faults: list[Fault]
    """What the best try breaks; empty where it keeps all rules."""


class LineTry:
    """One try at a line."""

    def __init__(self, context: Context, sampler: Sampler) -> None:
        """Both stand at the beginning of the line; `context` is shared and stays there."""
        self.context, self.sampler = context, sampler
        self.steps: list[Step] = []
        self.ids: list[int] = []
        """What the model reads of it."""
        self.is_whole = False
        """Whether the line has come to its end."""

    def sample(self, logits: Logits) -> None:
        """Takes the token that follows, from logits [vocab_size]."""
        step = self.sampler.sample(logits)
        self.ids += self.sampler.unread
        if step is not None:
            self.steps.append(step)
        self.is_whole = step is None or step.text == "\n"

    @property
    def text(self) -> str:
        """The line as far as it goes."""
        return "".join(step.text for step in self.steps).removesuffix("\n")

    @property
    def nats(self) -> float:
        """Nats a character that the model pays for it."""
        return -sum(step.logprob for step in self.steps) / max(1, len(self.text))


class KeptGeneration:
    """A poem being written line by line: iterate over it for tries as they grow, and for the steps of those taken.

    As `Generation`, it stops at the end of the poem, at the limits of the request, or when nobody asks for more.
    """

    def __init__(self, model: DecodeStep, description: Description, request: Request) -> None:
        """Raises `RumiError` for a form or a metre that the model does not know, and where it cannot tell a copy."""
        self._model, self._description, self._request = model, description, request
        self._tries, self._rounds = TRIES[request.keep], ROUNDS[request.keep]
        if request.sampling.temperature == 0:  # all tries are the same
            self._tries = self._rounds = 1
        self._limit = copy_limit(description, request.original, request.text)
        self._sampler = self._begin()
        self._ends = Ends(request, description.tokenizer)
        self._ending: Ending | None = None
        self.lines: list[Kept] = []
        """How each line was found."""

    def _begin(self) -> Sampler:
        without_limits = msgspec.structs.replace(self._request, lines=None, characters=None)
        is_judged = can_judge(self._description.card.language)  # of no other was a rhyme ever named in training
        return Sampler(self._description.tokenizer, without_limits, named=0 if is_judged else NAMED)

    @property
    def ending(self) -> Ending | None:
        """Why it stopped; None while it can go on."""
        return self._ending

    @property
    def metre(self) -> str:
        """The metre that was asked for, or that the model has named; empty for none."""
        return self._sampler.metre

    @property
    def rhymes(self) -> list[str]:
        """The rhymes that the model has named before it wrote to them."""
        return self._sampler.rhymes

    def __iter__(self) -> Iterator[Try | Step]:
        self._sampler, self._ending, self.lines = self._begin(), None, []
        context, seeds = Context(self._model), np.random.default_rng(self._request.seed)
        text, limit = self._request.text, self._request.characters
        if limit is not None:
            limit += len(text)
        while not self._ending:
            logits, lines = context.read(np.array([self._sampler.unread])), text.split("\n")
            self._sampler.may_end = self._ends.may_end(len(lines))
            best = yield from self._try_line(context, logits, lines, seeds)
            context, self._sampler, self._ending = best.context, best.sampler, best.sampler.ending
            self._sampler.unread = best.ids
            steps = best.steps
            if best.is_whole and not self._ending and self._ends.has_enough(len(lines), best.text):
                self._ending, steps = "lines", steps[:-1]  # without the line feed
            for step in steps:
                text += step.text
                if limit is not None and len(text) >= limit:
                    self._ending = "characters"
                    yield msgspec.structs.replace(step, text=step.text[: len(step.text) - len(text) + limit])
                    return
                yield step

    def tries(self) -> Generator[Try, None, list[tuple[LineTry, list[Fault]]]]:
        """The tries at the line that follows the text of the request, each with what it breaks, the best first."""
        self._sampler, lines = self._begin(), self._request.text.split("\n")
        self._sampler.may_end = self._ends.may_end(len(lines))
        context, seeds = Context(self._model), np.random.default_rng(self._request.seed)
        logits = context.read(np.array([self._sampler.unread]))
        return (yield from self._ranked_tries(context, logits, lines, seeds))

    def _rules(self, metre: str) -> Rules:
        request, description = self._request, self._description
        return rules_of(
            request.form,
            description.card.language,
            metre,
            lexicon=description.lexicon,
            vectors=description.word_vectors,
            phrases=description.phrases,
            own_words=words(request.text),
            limit=self._limit,
        )

    def _name(self, context: Context, logits: Logits, seeds: np.random.Generator) -> tuple[Context, Sampler, Logits]:
        """Has the model name metre and rhyme, where it is to, until the rhyme is one; tells where it then stands."""
        for _ in range(self._tries):
            branch, sampler, said = context.branch(1), self._sampler.branch(_seed(seeds)), logits
            while sampler.name(said[0]):
                said = branch.read(np.array([sampler.unread]))
            if self._rules(sampler.metre).is_rhyme(sampler.rhyme):
                break
        return branch, sampler, said

    def _try_line(
        self, context: Context, logits: Logits, lines: Sequence[str], seeds: np.random.Generator
    ) -> Generator[Try, None, LineTry]:
        """The best try at the next line; shows one of each round as it grows. `lines` is the poem so far."""
        ranked = yield from self._ranked_tries(context, logits, lines, seeds)
        best, faults = ranked[0]
        tries = len(ranked)
        if self.lines and self.lines[-1].number == len(lines):  # what stood there was a piece of a long line
            tries += self.lines.pop().tries
        self.lines.append(Kept(lines[-1] + best.text, len(lines), tries, faults))
        return best

    def _ranked_tries(
        self, context: Context, logits: Logits, lines: Sequence[str], seeds: np.random.Generator
    ) -> Generator[Try, None, list[tuple[LineTry, list[Fault]]]]:
        """The tries at the next line, each with what it breaks, the best first.

        Each round has the model name anew what it may, for there are rhymes that it cannot reach.
        """
        faults: dict[LineTry, list[Fault]] = {}
        prices: dict[LineTry, float] = {}
        breaks_off: dict[LineTry, bool] = {}
        for _ in range(self._rounds):
            begin, sampler, said = self._name(context, logits, seeds)
            rules = self._rules(sampler.metre)
            tries = [LineTry(begin, sampler.branch(_seed(seeds))) for _ in range(self._tries)]
            for _ in write_tries(begin.branch(self._tries), said, tries):
                yield Try(lines[-1] + tries[0].text)
            for each in tries:
                poem = [*lines[:-1], lines[-1] + each.text]
                faults[each] = rules.faults(poem, sampler.rhyme)
                prices[each] = each.nats + rules.price(poem)
                breaks_off[each] = self._ends.breaks_off(len(lines), each.text, bool(each.sampler.ending))
            if any(each.is_whole and not faults[each] and not breaks_off[each] for each in tries):
                break
        ranked = sorted(
            faults,
            key=lambda each: (
                "copied" in faults[each],
                not each.is_whole,
                len(faults[each]),
                breaks_off[each],
                prices[each],
            ),
        )
        return [(each, faults[each]) for each in ranked]


def write_tries(context: Context, logits: Logits, tries: Sequence[LineTry]) -> Iterator[None]:
    """Writes tries to their ends, all together, a token of each for each iteration.

    `context` has a stream for each of them, which it uses up; the logits [1, vocab_size] are those before the line.
    """
    active, logits = list(tries), logits.repeat(len(tries), axis=0)
    for _ in range(LONGEST_LINE):
        for each, its_logits in zip(active, logits, strict=True):
            each.sample(its_logits)
        yield
        unfinished = [stream for stream, each in enumerate(active) if not each.is_whole]
        if not unfinished:
            return
        if len(unfinished) < len(active):
            context.select(unfinished)
        active = [active[stream] for stream in unfinished]
        logits = context.read(np.array([[each.ids[-1]] for each in active]))


def copy_limit(description: Description, original: int | None, begun: str = "") -> CopyLimit | None:
    """How much a line of a poem that is `begun` so may copy, see `Request.original`; None: as much as it likes.

    Raises `RumiError` for a model file that cannot tell a copy.
    """
    if original is None:
        return None
    if description.phrases is None:
        raise RumiError("This model file does not tell what its training text holds, so nothing copied can be refused.")
    return CopyLimit(description.phrases, original, begun)


def _seed(seeds: np.random.Generator) -> int:
    return int(seeds.integers(2**32))
