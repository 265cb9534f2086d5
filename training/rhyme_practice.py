"""Practice in rhyme: the decoder ends lines of its texts in its own words, and learns from whether they rhyme.

A text teaches which letter follows; that a word must be chosen by how it ends, it shows only in passing. So a line that
is to rhyme is taken from a poem up to one of its words, the decoder writes its end as `rumi-generate` would, several
times over, and what led to a rhyme becomes likelier: a policy gradient (Williams 1992, "Simple statistical
gradient-following algorithms for connectionist reinforcement learning"). Each end is compared with the others of the
same beginning (Kool, van Hoof & Welling 2019, "Buy 4 REINFORCE samples, get a baseline for free!"), so only the choice
of these last words is judged, whatever came before. It goes along with training on a text, and an end loses value as it
becomes likelier than before the practice (Ziegler et al. 2019, "Fine-tuning language models from human preferences",
arXiv:1909.08593), without which the verse would soon be nothing but the words that rhyme most easily. Knows nothing of
runs.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from models.decoder import Cache, Decoder
from models.errors import RumiError
from models.tokenizer import FORMS, Tokenizer
from rumi_tui.engine.sampling import Sampling
from training.data import Poems
from training.rhyme import can_judge, rhymes, rhyming_pairs, words

BEGINNINGS = 16
"""Of lines, in a step; all of them stand equally far from the beginning of their poem."""
ENDS = 8
"""Written to each beginning."""
LONGEST_END = 48
"""Symbols, but no more than half a window. An end that does not come to its own end by then is no good."""
LENGTH_RANGE = 1 / 3
"""By how much of its length the line that rhymes may be longer or shorter; nearly all of Rumi's are nearer."""
ROWS = 64
"""Ends whose gradient is computed together, those of about one length."""
WEIGHT = 2.0
"""Of the gradient of rhyme beside that of the text."""
FAITH = 0.2
"""What an end loses of its value for each nat by which it has become likelier than it was before any practice."""
TEMPERATURE = Sampling().temperature


class Line(NamedTuple):
    """A line of a poem of the text that is to rhyme."""

    poem: int
    pair: tuple[int, int]
    """The line that it is to rhyme with and itself, counted from 0."""


class RhymePractice:
    """Adds to the gradients of a decoder what makes the lines that it ends rhyme more often."""

    def __init__(self, tokenizer: Tokenizer, language: str, poems: Poems, before: Decoder) -> None:
        """For poems in a language, and a decoder like `before`, as which it shall go on to write apart from rhyme.

        Raises `RumiError` where there is no rule of rhyme, or no line that is to rhyme.
        """
        if not can_judge(language):
            raise RumiError(f"Rhyme can be practised in English and Persian: say --language en or fa, not {language}.")
        self._tokenizer, self._language, self._poems = tokenizer, language, poems
        self._before = copy.deepcopy(before).eval().requires_grad_(False)
        window = before.config.window
        self._pieces = [tokenizer.piece(id) for id in range(len(tokenizer))]
        self._line_end = self._pieces.index("\n")
        self._barred = torch.zeros(len(tokenizer))
        self._barred[[tokenizer.unknown_id, *tokenizer.form_ids()]] = -torch.inf
        self._known = set[str]()
        self._lines = defaultdict[int, list[Line]](list)
        """By the symbols of the poem before one of their words, at which they can be cut."""
        self._longest_end = min(LONGEST_END, window // 2)
        for poem in range(len(poems.beginnings) - 1):
            self._read(poem, window - self._longest_end)
        if not self._lines:
            raise RumiError(
                "No line of these texts is to rhyme: say their form with --form, as couplet, or leave out --rhyme."
            )

    def __call__(self, model: Decoder) -> float:
        """Ends lines and adds the gradient of their ends; returns the share of the ends that are good.

        What is drawn follows from torch's random numbers.
        """
        device = next(model.parameters()).device
        cut, lines = self._draw()
        beginnings = torch.tensor([self._ids(line.poem)[:cut] for line in lines], device=device)
        model.eval()
        ends = self._write(model, beginnings)
        good = [self.is_good(lines[row // ENDS], cut, end) for row, end in enumerate(ends.tolist())]
        nats = self._nats(model, beginnings, ends)
        with torch.no_grad():
            nats_before = self._nats(self._before, beginnings, ends)
        values = torch.tensor(good, dtype=torch.float, device=device) - FAITH * (nats_before - nats.detach())
        advantages = advantages_of(values.view(BEGINNINGS, ENDS)).flatten()
        (WEIGHT * (advantages * nats).sum() / self._counted(ends).sum()).backward()
        model.train()
        return sum(good) / len(good)

    def _ids(self, poem: int) -> list[int]:
        begin, end = self._poems.beginnings[poem : poem + 2]
        ids: list[int] = self._poems.ids[begin:end].tolist()
        return ids

    def _read(self, poem: int, farthest: int) -> None:
        """Notes the words of a poem and where the lines that are to rhyme can be cut."""
        ids = self._ids(poem)
        self._known.update(words(self._tokenizer.decode(ids)))
        starts = [1, *(place + 1 for place, id in enumerate(ids) if id == self._line_end), len(ids)]
        for pair in rhyming_pairs(FORMS[self._tokenizer.form_ids().index(ids[0])], len(starts) - 1):
            if pair[1] >= len(starts) - 1:
                continue
            start, end = starts[pair[1] : pair[1] + 2]
            spaces = (place for place in range(start + 1, end) if self._pieces[ids[place]].startswith(" "))
            for cut in (start, *spaces):
                if cut <= farthest:
                    self._lines[cut].append(Line(poem, pair))

    def _draw(self) -> tuple[int, list[Line]]:
        """Lines, and the symbols of their poems before the place at which all of them are cut."""
        cuts = list(self._lines)
        sizes = torch.tensor([len(self._lines[cut]) for cut in cuts], dtype=torch.float)
        cut = cuts[int(torch.multinomial(sizes, 1))]
        lines = self._lines[cut]
        return cut, [lines[place] for place in torch.randint(len(lines), (BEGINNINGS,)).tolist()]

    def _logprobs(self, logits: Tensor) -> Tensor:
        return ((logits + self._barred.to(logits.device)) / TEMPERATURE).log_softmax(-1)

    def _stops(self, ids: Tensor) -> Tensor:
        """1 where a line or poem ends, 0 elsewhere."""
        return ((ids == self._line_end) | (ids == self._tokenizer.end_id)).int()

    def _counted(self, ends: Tensor) -> Tensor:
        """True up to where an end comes to its own end."""
        stops = self._stops(ends)
        return stops.cumsum(1) - stops == 0

    def _nats(self, model: Decoder, beginnings: Tensor, ends: Tensor) -> Tensor:
        """How unlikely a decoder finds each of the ends: float [ends]."""
        logits, cache = model(beginnings)
        counted = self._counted(ends)
        nats = torch.zeros(len(ends), device=ends.device)
        for rows in counted.sum(1).argsort().split(ROWS):
            shown, counts = ends[rows], counted[rows]
            reached = counts.any(0)
            later, _ = model(shown[:, reached], _rows(cache, rows // ENDS))
            logprobs = self._logprobs(torch.cat((logits[rows // ENDS, -1:], later[:, :-1]), dim=1))
            losses = F.nll_loss(logprobs.transpose(1, 2), shown[:, reached], reduction="none")
            nats = nats.index_add(0, rows, (losses * counts[:, reached]).sum(1))
        return nats

    @torch.no_grad()
    def _write(self, model: Decoder, beginnings: Tensor) -> Tensor:
        """Ends as ids [beginnings x ENDS, time], those of one beginning together, then line ends."""
        logits, cache = model(beginnings)
        going = torch.arange(ENDS * len(beginnings), device=beginnings.device)
        ends = torch.full((len(going), self._longest_end), self._line_end, device=beginnings.device)
        logits, cache = logits[going // ENDS], _rows(cache, going // ENDS)
        for place in range(self._longest_end):
            ids = torch.multinomial(self._logprobs(logits[:, -1]).exp(), 1)
            ends[going, place] = ids[:, 0]
            on = (self._stops(ids[:, 0]) == 0).nonzero()[:, 0]
            if not len(on):
                break
            going = going[on]
            logits, cache = model(ids[on], _rows(cache, on))
        return ends

    def is_good(self, line: Line, cut: int, end: Sequence[int]) -> bool:
        """Whether a line, written on from the first `cut` symbols of its poem, rhymes well.

        It does so perfectly; the texts know all its words, of which three in four are different and half do not stand
        in the other line; it is about as long as the other; and the poem ends with it if it did so in the text, and
        else goes on.
        """
        ids = self._ids(line.poem)
        poem = self._tokenizer.decode(ids).split("\n")
        first = poem[line.pair[0]]
        stops = (self._line_end, self._tokenizer.end_id)
        stop = next((place for place, id in enumerate(end) if id in stops), None)
        if stop is None or (end[stop] == self._line_end) == (line.pair[1] == len(poem) - 1):
            return False
        written = self._tokenizer.decode(ids[:cut]).split("\n")[-1] + self._tokenizer.decode(end[:stop])
        if abs(len(written) - len(first)) > LENGTH_RANGE * len(first):
            return False
        own = words(written)
        different = set(own)
        return (
            rhymes(first, written, self._language) == "perfect"
            and self._known.issuperset(own)
            and 4 * len(different) >= 3 * len(own)
            and 2 * len(different.difference(words(first))) >= len(own)
        )


def advantages_of(values: Tensor) -> Tensor:
    """The value of each end, less the mean of the others of its beginning: float [beginnings, ends]."""
    return values - (values.sum(1, keepdim=True) - values) / (values.shape[1] - 1)


def _rows(cache: Cache, rows: Tensor) -> Cache:
    """The cache of these sequences of a batch."""
    return Cache(cache.position, tuple(part[rows] for part in cache.keys), tuple(part[rows] for part in cache.values))
