"""Practice in rhyme: the decoder writes verse of its own, and learns from whether its lines rhyme.

A text teaches which letter follows; that a word must be chosen by how it ends, it shows only in passing. So poems are
written here as `rumi-generate` writes them, their lines are judged by `training.rhyme`, and what led to a rhyme becomes
likelier: a policy gradient (Williams 1992, "Simple statistical gradient-following algorithms for connectionist
reinforcement learning"). A line is compared with the lines at its place in the other poems of its form (Kool, van Hoof
& Welling 2019, "Buy 4 REINFORCE samples, get a baseline for free!"). It goes along with training on a text, without
which the verse would soon be nothing but rhyme. Knows nothing of runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from models.decoder import Decoder, empty_cache
from models.errors import RumiError
from models.tokenizer import Tokenizer
from rumi_tui.engine.sampling import Sampling
from training.rhyme import can_judge, rhymes, rhyming_pairs, shared_end, words

POEMS = 64
"""Written in a step."""
SYMBOLS = 136
"""Of a poem: four lines of a Persian quatrain. What comes later is learned with it."""
ROWS = 16
"""Poems whose gradient is computed together."""
WEIGHT = 2.2
"""Of the gradient of rhyme beside that of the text; with three times as much the text was forgotten."""
TEMPERATURE = Sampling().temperature


class Line(NamedTuple):
    """A line that was written."""

    poem: int
    form: str
    pair: tuple[int, int]
    """The line that it is to rhyme with and itself, counted from 0; twice itself where it need not rhyme."""
    symbols: slice
    """Where its symbols and the one that ends it stand, counted from 0 after the symbol of the form."""
    good: bool
    """Whether it rhymes, if it is to, and is no longer than a line may be."""


class RhymePractice:
    """Adds to the gradients of a decoder what makes its own lines rhyme more often."""

    def __init__(
        self, tokenizer: Tokenizer, language: str, forms: Collection[str], known: Collection[str], longest: int
    ) -> None:
        """For poems in a language and in those of the forms that rhyme; `known` are the words that may bear a rhyme.

        No line may have more than `longest` characters: one that never ended would never have to rhyme.

        Raises `RumiError` where there is no rule of rhyme, or no form that rhymes.
        """
        self._forms = [form for form in forms if rhyming_pairs(form, 0)]
        if not can_judge(language):
            raise RumiError(f"Rhyme can be practised in English and Persian: say --language en or fa, not {language}.")
        if not self._forms:
            raise RumiError("No form of these texts rhymes: say one with --form, as couplet, or leave out --rhyme.")
        self._tokenizer, self._language, self._known = tokenizer, language, frozenset(known)
        self._longest = longest
        self._line_end = next(id for id in range(len(tokenizer)) if tokenizer.piece(id) == "\n")
        self._barred = torch.zeros(len(tokenizer))
        self._barred[[tokenizer.unknown_id, *tokenizer.form_ids()]] = -torch.inf

    def __call__(self, model: Decoder) -> float:
        """Writes poems and adds their gradient; returns the share of their lines that rhyme of those that are to.

        What is drawn follows from torch's random numbers.
        """
        device = next(model.parameters()).device
        forms = [self._forms[poem % len(self._forms)] for poem in range(POEMS)]
        model.eval()
        written = self._write(model, forms)
        lines = [line for poem, form in enumerate(forms) for line in self.judge(poem, form, written[poem, 1:].tolist())]
        advantages = torch.zeros(POEMS, written.shape[1] - 1)
        for line, advantage in zip(lines, advantages_of(lines), strict=True):
            advantages[line.poem, line.symbols] = advantage
        scale = WEIGHT / max(1, sum(line.symbols.stop - line.symbols.start for line in lines))
        for ids, share in zip(written.split(ROWS), (scale * advantages).to(device).split(ROWS), strict=True):
            logprobs = self._logprobs(model(ids[:, :-1])[0])
            chosen = F.nll_loss(logprobs.flatten(0, 1), ids[:, 1:].flatten(), reduction="none").view(share.shape)
            (share * chosen).sum().backward()
        model.train()
        asked = [line.good for line in lines if line.pair[0] != line.pair[1]]
        return sum(asked) / max(1, len(asked))

    def _logprobs(self, logits: Tensor) -> Tensor:
        return ((logits + self._barred.to(logits.device)) / TEMPERATURE).log_softmax(-1)

    @torch.no_grad()
    def _write(self, model: Decoder, forms: Sequence[str]) -> Tensor:
        """Poems as ids [poems, 1 + time], the symbol of the form first; after its end a poem is filled up with ends."""
        device = next(model.parameters()).device
        ids = torch.tensor([[self._tokenizer.form_id(form)] for form in forms], device=device)
        ended = torch.zeros(len(forms), dtype=torch.bool, device=device)
        written, cache = [ids], empty_cache(model.config, len(forms), device)
        for _ in range(min(SYMBOLS, model.config.window - 1)):
            logits, cache = model(ids, cache)
            ids = torch.multinomial(self._logprobs(logits[:, -1]).exp(), 1)
            ids[ended] = self._tokenizer.end_id
            written.append(ids)
            ended |= ids[:, 0] == self._tokenizer.end_id
            if ended.all():
                break
        return torch.cat(written, dim=1)

    def judge(self, poem: int, form: str, ids: Sequence[int]) -> list[Line]:
        """The lines of a poem, a last one that was cut off only if it is too long. `ids` follow the symbol of the form.

        A line rhymes when it does so perfectly, in a word that is known, and repeats no more than half of the other.
        """
        lines, starts = [""], [0]
        for place, id in enumerate(ids):
            if id not in (self._line_end, self._tokenizer.end_id):
                lines[-1] += self._tokenizer.piece(id)
                continue
            lines.append("")
            starts.append(place + 1)
            if id == self._tokenizer.end_id:
                break
        starts.append(len(ids))
        whole = len(lines) - 1
        answered = {b: a for a, b in rhyming_pairs(form, len(lines))}
        judged = []
        for place, line in enumerate(lines):
            short = len(line) <= self._longest
            if place == whole and short:
                break
            other = answered.get(place, place)
            good = short and (other == place or self._rhymed(lines[other], line))
            judged.append(Line(poem, form, (other, place), slice(starts[place], starts[place + 1]), good))
        return judged

    def _rhymed(self, first: str, second: str) -> bool:
        if rhymes(first, second, self._language) != "perfect":
            return False
        others, own = words(first), words(second)
        refrain = shared_end(others, own)
        return own[-1 - refrain] in self._known and 2 * refrain <= min(len(others), len(own))


def advantages_of(lines: Sequence[Line]) -> list[float]:
    """For each line 1 or 0, as it is good or not, less the mean of the others of its form and pair; 0 without any."""
    good: dict[tuple[str, tuple[int, int]], list[int]] = defaultdict(list)
    for line in lines:
        good[line.form, line.pair].append(line.good)
    advantages = []
    for line in lines:
        alike = good[line.form, line.pair]
        others = len(alike) - 1
        advantages.append(line.good - (sum(alike) - line.good) / others if others else 0.0)
    return advantages
