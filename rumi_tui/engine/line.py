"""One line of a poem written anew between the lines that stand, with an end and a metre where they are asked for.

What a line is to end in is told to the model as its rhyme (`models.layout`) and checked by rule. Where no try ends in
a word that is asked for, the tries are cut short and closed with it. Of equals, the one is taken that the model finds
likeliest together with the line that follows. Knows nothing of screens, processes or files.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from models.description import Description
from models.forms import form_named
from models.layout import Conditions, head
from models.tokenizer import BOTH, BREAK, SECOND
from rumi_tui.engine.context import Context, DecodeStep, Logits
from rumi_tui.engine.generate import Sampler
from rumi_tui.engine.keep import ROUNDS, TRIES, LineTry, Try, copy_limit, write_tries
from rumi_tui.engine.request import LineRequest, Request, Wish, fit_line
from rumi_tui.engine.sampling import log_softmax
from rumi_tui.engine.written import NewLine
from rumi_tui.verse.endings import unit_rhymes
from rumi_tui.verse.judge import can_judge, rhymes
from rumi_tui.verse.languages import LANGUAGES
from rumi_tui.verse.metre import metre_of
from rumi_tui.verse.rhyme import Rhyme
from rumi_tui.verse.rules import Fault, Rules, rules_of
from rumi_tui.verse.words import ends_sentence, words

REACH = 64
"""Lines after the new one of which it is looked whether they keep their form beside it."""

UNHEARD: dict[Rhyme | None, float] = {"perfect": 0.0, "near": 0.5, None: 1.0}
"""What it counts, of a fault, how a line rhymes with one that it should rhyme with."""


class LineGeneration:
    """A line being written anew: iterate over it for tries as they grow, then ask for the `best`."""

    def __init__(self, model: DecodeStep, description: Description, request: LineRequest) -> None:
        """Raises `RumiError` for an unknown form, where the model cannot tell a copy, and as `fit_line` does."""
        self._model, self._tokenizer, self._card = model, description.tokenizer, description.card
        self._tokenizer.form_id(request.form)
        self._request = request = fit_line(self._tokenizer, request, self._card.language)
        self._shape = form_named(request.form)
        lines = request.text.split("\n")
        self._place = request.number - 1
        self._before, self._old, self._after = lines[: self._place], lines[self._place], lines[self._place + 1 :]
        language, others = self._card.language, [*self._before, *self._after]
        self.metre = request.metre or metre_of(others, language, self._tokenizer.metres)
        """The metre that the line is to be in, asked for or that of the poem; empty for none."""
        own_words = words(f"{request.text} {request.end}")
        self._rules = rules_of(
            request.form,
            language,
            self.metre,
            lexicon=description.lexicon,
            vectors=description.word_vectors,
            phrases=description.phrases,
            own_words=own_words,
            limit=copy_limit(description, request.original),
        )
        self._tellable = self._tokenizer.names_rhymes and self._shape.unit > 1
        """Whether the model can be told a rhyme in this form."""
        self._random = np.random.default_rng(request.seed)
        self.best: NewLine | None = None
        """The best so far; None until the first round of tries is over."""

    def __iter__(self) -> Iterator[Try]:
        request, greedy = self._request, self._request.sampling.temperature == 0
        tries, rounds = (1, 1) if greedy else (TRIES.get(request.keep, 1), ROUNDS.get(request.keep, 1))
        self._random, self.best = np.random.default_rng(request.seed), None
        ranks: dict[str, tuple[float, ...]] = {}
        prices: dict[str, float] = {}
        beginnings: dict[str, tuple[Context, Sampler, Logits]] = {}
        for _ in range(rounds):
            told, end = self._rhyme(tries)
            if told not in beginnings:
                beginnings[told] = self._begin(told)
            context, sampler, logits = beginnings[told]
            begun = [LineTry(context, sampler.branch(self._seed())) for _ in range(tries)]
            for _ in write_tries(context.branch(tries), logits, begun):
                yield Try(begun[0].text)
            lines = [each.text for each in begun if each.is_whole] or [begun[0].text]
            if end and not any(self._is_reached(line) and not self._rules.faults(self._poem(line)) for line in lines):
                lines += self._closed(lines, end)
            for line in dict.fromkeys(lines):
                if line not in ranks:
                    yield Try(line)
                    ranks[line] = self._rank(line)
            least = min(ranks.values())
            equals = [line for line, rank in ranks.items() if rank == least and line not in prices]
            for first in range(0, len(equals), TRIES["strict"]):
                some = equals[first : first + TRIES["strict"]]
                yield Try(some[0])
                prices |= zip(some, self._prices(context, logits, some), strict=True)
            self.best = self._new_line(
                min(ranks, key=lambda line: (ranks[line], prices.get(line, math.inf))), len(ranks)
            )
            copies, missed, is_old, *rest = least
            if not (copies or missed or is_old or (any(rest) and not self._is_at_odds)):
                return

    # What the model is told

    @property
    def _partners(self) -> list[int]:
        """The lines that stand and rhyme with the new one, as the form says."""
        count = len(self._before) + 1 + len(self._after)
        pairs = self._shape.rhyming_pairs(count)
        return [
            other for pair in pairs if self._place in pair for other in pair if other != self._place < count > other
        ]

    @property
    def _is_at_odds(self) -> bool:
        """Whether what is asked for rhymes with no line that the new one should rhyme with, so that the form breaks."""
        request, language = self._request, self._card.language
        asked = request.end or request.rhyme
        partners = [self._line(place) for place in self._partners]
        if not asked or not can_judge(language):
            return False
        return any(words(line)[-1:] != [asked] and rhymes(line, asked, language) != "perfect" for line in partners)

    def _line(self, place: int) -> str:
        return self._before[place] if place < self._place else self._after[place - self._place - 1]

    def _rhyme(self, tries: int) -> tuple[str, str]:
        """The rhyme of the unit as the model is told it, and the word that the line is to end with; empty for none."""
        request, language = self._request, LANGUAGES.get(self._card.language)
        if language is None:
            return "", request.end
        partner = next((self._line(place) for place in self._partners if words(self._line(place))), "")
        if not language.rhymes_by_words:
            return self._letters(partner), request.end
        partner_word = words(partner)[-1] if partner else ""
        end = request.end
        if not end and (request.rhyme or partner):
            end = self._word_that_rhymes(request.rhyme or partner_word, partner_word, tries)
        last = words(end)[-1:]
        pair = [*last, partner_word] if self._place % self._shape.unit == 0 else [partner_word, *last]
        is_told = self._tellable and self._shape.both_rhyme(self._place // self._shape.unit)
        return " ".join(filter(None, pair)) if last and is_told else "", end

    def _letters(self, partner: str) -> str:
        """The rhyme where the model is told it by letters."""
        request, language = self._request, LANGUAGES[self._card.language]
        if not self._tellable:
            return ""
        if request.end or request.rhyme:
            return request.end or language.own_ending(words(request.rhyme)[-1])
        lines = [*self._before, self._old, *self._after]
        endings = unit_rhymes(lines, request.form, language.code)
        unit = 0 if self._shape.one_rhyme else self._place // self._shape.unit
        ending = endings[unit] if unit < len(endings) else ""
        return ending or (language.own_ending(words(partner)[-1]) if partner else "")

    def _word_that_rhymes(self, word: str, partner: str, tries: int) -> str:
        """A word that the model itself names as rhyming with `word`, and that rhymes with `partner` if there is one."""
        tokenizer, request = self._tokenizer, self._request
        forms = [form for form in tokenizer.forms if form_named(form).unit > 1] if tokenizer.names_rhymes else []
        if not forms:
            return ""
        form = request.form if self._tellable else forms[0]
        first = self._place - self._place % self._shape.unit
        text = "\n".join([*self._before[:first], ""]) if self._tellable else ""
        asked = Request(form=form, text=text, rhyme=word, sampling=request.sampling)
        begun = Sampler(tokenizer, asked, named=math.inf)
        context = Context(self._model)
        logits, named = context.read(np.array([begun.unread])), ""
        for _ in range(tries):
            branch, sampler, said = context.branch(1), begun.branch(self._seed()), logits
            while sampler.name(said[0]):
                said = branch.read(np.array([sampler.unread]))
            named = (words(sampler.rhyme) or [""])[-1]
            is_good = not partner or rhymes(named, partner, self._card.language) == "perfect"
            if is_good and self._rules.is_rhyme(sampler.rhyme):
                break
        return named

    def _begin(self, told: str) -> tuple[Context, Sampler, Logits]:
        """Where the line begins: what was read up to there, the sampler, and logits [1, vocab_size]."""
        tokenizer, request = self._tokenizer, self._request
        text = "\n".join([*self._before, ""])
        asked = Request(form=request.form, text=text, metre=self.metre, rhyme=told, sampling=request.sampling, lines=1)
        sampler = Sampler(tokenizer, asked, named=math.inf)
        if (request.end or request.rhyme) and told and not self._partners:  # else the other line would end so
            signs = {tokenizer.ids[SECOND]: tokenizer.ids[BOTH]}
            sampler.unread = [signs.get(token_id, token_id) for token_id in sampler.unread]
        context = Context(self._model)
        logits = context.read(np.array([sampler.unread]))
        while sampler.name(logits[0]):
            logits = context.read(np.array([sampler.unread]))
        return context, sampler, logits

    def _seed(self) -> int:
        return int(self._random.integers(2**32))

    # What is made of the tries

    def _closed(self, lines: Sequence[str], end: str) -> list[str]:
        """The lines, cut after each of their words from the middle on and closed with `end` and the old line's mark."""
        mark = re.search(r"\W*$", self._old)
        end += mark[0] if mark else ""
        closed = []
        for line in lines:
            parts = line.split(" ")
            for count in range(max(1, len(parts) // 2), len(parts) + 1):
                body = " ".join(parts[:count])
                if words(body)[-1:] != words(end)[:1]:
                    closed.append(f"{body} {end}")
        return closed

    def _prices(self, context: Context, logits: Logits, lines: Sequence[str]) -> list[float]:
        """What each line costs, in nats a character: itself, and the line that follows it."""
        if not lines:
            return []
        tokenizer = self._tokenizer
        last_id, said_ids, next_ids = self._what_follows()
        encoded = [tokenizer.encode(line) for line in lines]
        rows = [[*ids, last_id, *said_ids, *next_ids] for ids in encoded]
        longest = max(map(len, rows))
        padded = np.array([row + [last_id] * (longest - len(row)) for row in rows])
        fed = context.branch(len(rows)).feed(padded)
        said = np.concatenate((logits[:1].repeat(len(rows), axis=0)[:, None], fed[:, :-1]), axis=1)
        prices = []
        for line, ids, row, row_logits in zip(lines, encoded, rows, said, strict=True):
            nats = np.array([-log_softmax(row_logits[at])[token_id] for at, token_id in enumerate(row)])
            poem = self._poem(line)
            price = float(nats[: len(ids) + 1].sum()) / (len(line) + 1)
            price += self._rules.price(poem)
            if next_ids:
                price += float(nats[-len(next_ids) :].sum()) / len(self._after[0])
            prices.append(price)
        return prices

    def _what_follows(self) -> tuple[int, list[int], list[int]]:
        """The id that ends the line, those that say something of the next unit, and those of the next line."""
        tokenizer, form, place = self._tokenizer, self._request.form, self._place + 1
        next_ids = tokenizer.encode(self._after[0]) if self._after else []
        if not self._tellable:
            return tokenizer.ids["\n"], [], next_ids
        if place % self._shape.unit:
            return tokenizer.ids[BREAK], [], next_ids
        said_ids = head(tokenizer, form, place // self._shape.unit, Conditions(metre=self.metre))
        return tokenizer.ids["\n"], said_ids, next_ids

    def _poem(self, line: str) -> list[str]:
        return [*self._before, line]

    def _is_reached(self, line: str) -> bool:
        return not self._missed(line)

    def _missed(self, line: str) -> list[Wish]:
        request, language, missed = self._request, self._card.language, list[Wish]()
        end = words(request.end)
        if end and words(line)[-len(end) :] != end:
            missed.append("end")
        if request.rhyme and rhymes(line, request.rhyme, language) != "perfect":
            missed.append("rhyme")
        if request.metre and not self._rules.scans(line):
            missed.append("metre")
        return missed

    def _broken(self, line: str) -> list[int]:
        """The numbers of lines after it that keep their form beside the old line, but not beside this one."""
        old_faults, new_faults = self._old_faults_after, self._faults_after(line)
        pairs = enumerate(zip(old_faults, new_faults, strict=True), self._place + 2)
        return [number for number, (old, new) in pairs if new - old]

    @cached_property
    def _old_faults_after(self) -> list[set[Fault]]:
        return self._faults_after(self._old)

    def _faults_after(self, line: str) -> list[set[Fault]]:
        """What each of the lines after it, `REACH` of them at most, breaks beside this line, metre and words aside."""
        rules = Rules(self._request.form, self._card.language, copies=self._rules.copies)
        poem, reach = [*self._before, line, *self._after[:REACH]], range(min(len(self._after), REACH))
        return [set(rules.faults(poem[: self._place + 2 + count])) for count in reach]

    def _rank(self, line: str) -> tuple[float, ...]:
        """Less is better: whether it copies, what is not reached, whether it is the old line, what breaks, whether the
        poem goes on.
        """
        is_old, is_open = line == self._old, not self._after and not ends_sentence(line)
        language = self._card.language
        partners = self._partners if can_judge(language) else []
        unheard = sum(UNHEARD[rhymes(line, self._line(place), language)] for place in partners)
        own_faults, broken = self._rules.faults(self._poem(line)), self._broken(line)
        missed = [wish for wish in self._missed(line) if wish != "metre"]  # which is among the faults
        faults = len(own_faults) + len(broken) + unheard
        return "copied" in own_faults, len(missed), is_old, faults, is_open and ends_sentence(self._old)

    def _new_line(self, line: str, tries: int) -> NewLine:
        return NewLine(
            text="\n".join([*self._before, line, *self._after]),
            number=self._request.number,
            line=line,
            tries=tries,
            faults=self._rules.faults(self._poem(line)),
            broken=self._broken(line),
            missed=self._missed(line),
        )


def write_line(model: DecodeStep, description: Description, request: LineRequest) -> NewLine:
    """A poem with one line written anew. Raises as `LineGeneration` does."""
    generation = LineGeneration(model, description, request)
    for _ in generation:
        pass
    assert generation.best is not None
    return generation.best
