"""Whether a line of Persian verse scans in a metre, from spelling alone. Knows nothing of models, files or forms.

A metre is an automaton (`rumi_tui.verse.feet`), a word a set of readings with a likelihood each
(`rumi_tui.verse.scansion`). A line is walked word by word: for every place of the metre that can be reached, how likely
the words are read so. The likelihood at the metre's end is that of the line's being read in the metre at all.

The spelling alone is lenient: most words can be read in several ways. `MetreJudge.fit` learns from verse of known metre
which readings each word really has, by expectation-maximisation (Dempster, Laird and Rubin 1977): the metre tells how
likely each reading of a word in a line is, these shares of readings are summed up over all lines, and the sums are the
likelihoods of the next round.
"""

from __future__ import annotations

import gzip
import math
import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import accumulate
from typing import NamedTuple, Self, TypeVar, cast

import msgspec

from models.lexicon import word_hash
from models.packed import SIZE, number_at, pack, place_of, unpack
from rumi_tui.verse import scansion
from rumi_tui.verse.feet import Metre, is_metre, metre_named, syllables
from rumi_tui.verse.scansion import Body, Close, Following, Token

RULES_LIMIT = 0.46
"""Nats a letter of the metre: what a judge that learned nothing lets a line cost. Nine in ten of Rumi's lines pass."""
_LEAST = 1e-4
"""A reading that is less likely than this is none."""
_PRIOR = 3.0
"""How often a word must be met before its own readings weigh as much as the rules."""
_PRIOR_OF_ALL = 20.0
"""The same for the endings of all words that close alike."""
_FIRST_ROUND = 2500
"""Lines of the first round, which only sets the course."""
_GROWTH = 4
"""How many times as many lines each further round has, up to all."""
_HELD_OUT = 10
"""One line in so many is not learned from but sets the limit."""

_TELLING = 12
"""Lines that tell the metre of their poem."""
_LEAST_TIMES = 1
"""A reading of a word that was met less often is not written to a file."""

_REMEMBERED = 256
"""Words whose readings are at hand, of 2.4 KiB each. Eight times as many make a Persian poem a fortieth quicker."""

_Key = TypeVar("_Key", bound=Hashable)
_Reading = tuple[Token, str]
"""A word, and its letters as in `rumi_tui.verse.feet`."""
_Step = tuple[int, int, float, _Reading]
"""A word read in one way between two places of a metre: where it begins, where it ends, how likely, the reading."""


class Scansion(NamedTuple):
    """A line as it is read in a metre."""

    words: tuple[str, ...]
    letters: tuple[str, ...]
    """For each word, its letters as in `rumi_tui.verse.feet`."""

    @property
    def syllables(self) -> str:
        """The whole line, short (`⏑`) and long (`–`) syllables."""
        return syllables("".join(self.letters))

    @property
    def syllables_by_word(self) -> list[str]:
        """The same for each word."""
        return [syllables(letters) for letters in self.letters]


class _Table(msgspec.Struct, array_like=True, frozen=True):
    """How often parts of words were met, as it stands in a file: nothing of it is read before it is asked for."""

    words: bytes
    """The hashes of all words, ascending, see `models.lexicon`; packed, see `models.packed`."""
    ends: bytes
    """For each of them where its counts end; packed as they are."""
    counts: bytes
    """For each of them a map from parts to how often they were met, packed by `msgspec.msgpack`."""

    @classmethod
    def of(cls, counts_by_word: Mapping[int, Mapping[str, float]]) -> Self:
        """Without the readings that were met less than `_LEAST_TIMES`, and the words that are left with none."""
        rounded = ((word, _rounded(counts)) for word, counts in sorted(counts_by_word.items()))
        known = {word: msgspec.msgpack.encode(counts) for word, counts in rounded if counts}
        return cls(pack(known), pack(accumulate(map(len, known.values()))), b"".join(known.values()))


class _Learned(msgspec.Struct, array_like=True):
    """What a judge learned, as it stands in a file."""

    limit: float
    bodies: _Table
    """Of a body: letters and close, parted by a blank."""
    endings: dict[Following, _Table]
    usual_endings: dict[Following, dict[Close, dict[str, float]]]


class _Packed(Mapping[int, dict[_Key, float]]):
    """How often parts of words were met, by the hash of the word."""

    def __init__(self, table: _Table, part: Callable[[str], _Key]) -> None:
        """As it stands in a file, where `part` has a name."""
        self._table, self._part = table, part

    def __getitem__(self, word: int) -> dict[_Key, float]:
        place = place_of(word, self._table.words)
        if place is None:
            raise KeyError(word)
        begin = number_at(self._table.ends, place - 1) if place else 0
        packed = self._table.counts[begin : number_at(self._table.ends, place)]
        counts = msgspec.msgpack.decode(packed, type=dict[str, float])
        return {self._part(name): times for name, times in counts.items()}

    def __iter__(self) -> Iterator[int]:
        return iter(unpack(self._table.words))

    def __len__(self) -> int:
        return len(self._table.words) // SIZE


class MetreJudge:
    """What is known of the readings of words, and what a line may cost."""

    def __init__(self) -> None:
        """One that knows the rules and no word."""
        self.limit = RULES_LIMIT
        self._bodies: Mapping[int, Mapping[Body, float]] = {}
        """For the hash of each word how often its bodies were met."""
        self._endings: Mapping[Following, Mapping[int, Mapping[str, float]]] = {}
        self._usual_endings: dict[tuple[Close, Following], dict[str, float]] = {}
        self._readings_of = lru_cache(maxsize=_REMEMBERED)(self._read)

    @classmethod
    def fit(cls, lines_by_metre: Mapping[str, Iterable[str]], *, kept: float = 0.9) -> Self:
        """A judge that learned from verse whose metres are known, and whose limit keeps this share of unseen lines.

        It takes about a second for a thousand lines. More lines make a better judge.
        Raises `RumiError` for a metre that is none.
        """
        verse = [(line, metre_named(name)) for name, lines in lines_by_metre.items() for line in lines]
        random.Random(0).shuffle(verse)
        held_out = verse[::_HELD_OUT]
        lines = [(scansion.tokens(line), metre) for place, (line, metre) in enumerate(verse) if place % _HELD_OUT]
        judge = cls()
        size = _FIRST_ROUND
        while True:
            judge._learn(lines[:size])
            if size >= len(lines):
                break
            size *= _GROWTH
        costs = sorted(judge.cost(line, metre.name) for line, metre in held_out)
        if costs:
            judge.limit = costs[min(int(kept * len(costs)), len(costs) - 1)]
        return judge

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What `to_bytes` gave."""
        learned = msgspec.msgpack.decode(gzip.decompress(data), type=_Learned)
        judge = cls()
        judge.limit = learned.limit
        judge._bodies = _Packed(learned.bodies, _body)
        judge._endings = {following: _Packed(table, str) for following, table in learned.endings.items()}
        judge._usual_endings = {
            (close, following): counts
            for following, closes in learned.usual_endings.items()
            for close, counts in closes.items()
        }
        return judge

    def to_bytes(self) -> bytes:
        """What it learned, rounded: readings that were met less than `_LEAST_TIMES` are left out."""
        bodies = {
            word: {" ".join(body): times for body, times in counts.items()} for word, counts in self._bodies.items()
        }
        endings = {following: _Table.of(words) for following, words in self._endings.items()}
        usual_endings: dict[Following, dict[Close, dict[str, float]]] = defaultdict(dict)
        for (close, following), usual in self._usual_endings.items():
            usual_endings[following][close] = _rounded(usual)
        learned = _Learned(self.limit, _Table.of(bodies), endings, usual_endings)
        return gzip.compress(msgspec.msgpack.encode(learned), mtime=0)

    def cost(self, line: str, metre: str) -> float:
        """Nats a letter of the metre that it costs to read the line so; infinite where it cannot be.

        Raises `RumiError` for a metre that is none.
        """
        automaton = metre_named(metre)
        _, reached = self._walk(scansion.tokens(line), automaton)
        likelihood = reached[-1].get(automaton.end, 0.0)
        return -math.log(likelihood) / automaton.end if likelihood else math.inf

    def scans(self, line: str, metre: str) -> bool:
        """Whether the line costs no more than the limit. Raises `RumiError` for a metre that is none."""
        return self.cost(line, metre) <= self.limit

    def name(self, lines: Sequence[str], metres: Sequence[str]) -> str:
        """Which of some metres suits lines of one poem best. Raises `RumiError` for a metre that is none."""
        # a line that does not scan costs no more than any that hardly does: one slip must not decide
        return min(metres, key=lambda metre: sum(min(self.cost(line, metre), 1.0) for line in lines))

    def scan(self, line: str, metre: str) -> Scansion | None:
        """The most likely reading of the line in the metre; None where it has none.

        Raises `RumiError` for a metre that is none.
        """
        automaton = metre_named(metre)
        steps, reached = self._walk(scansion.tokens(line), automaton)
        place = automaton.end
        if place not in reached[-1]:
            return None
        readings = []
        for choices, likelihood in zip(reversed(steps), reversed(reached[:-1]), strict=True):
            weighed = [(likelihood[start] * by, start, reading) for start, end, by, reading in choices if end == place]
            _, place, reading = max(weighed)
            readings.append(reading)
        words = tuple(token.spelling + (" و" if token.following == "and" else "") for token, _ in reversed(readings))
        return Scansion(words, tuple(letters for _, letters in reversed(readings)))

    def _walk(self, line: Sequence[Token], metre: Metre) -> tuple[list[list[_Step]], list[dict[int, float]]]:
        """For each word all steps that its readings take, and how likely each place is before each word and at last."""
        steps: list[list[_Step]] = []
        reached = [{0: 1.0}]
        for token in line:
            step = self._steps(token, metre, reached[-1])
            ahead: dict[int, float] = {}
            for start, end, likelihood, _ in step:
                ahead[end] = ahead.get(end, 0.0) + reached[-1][start] * likelihood
            steps.append(step)
            reached.append(ahead)
        return steps, reached

    def _steps(self, token: Token, metre: Metre, starts: Iterable[int]) -> list[_Step]:
        steps = []
        for letters, likelihood, reading in self._readings_of(token):
            ends = metre.ends(letters)
            steps += [(start, end, likelihood * by, reading) for start in starts for end, by in ends[start]]
        if metre.half is not None and token.following != "end":
            for letters, likelihood, reading in self._readings_of(token._replace(following="end")):
                ends = metre.ends(letters)
                steps += [
                    (start, end, likelihood * by, reading)
                    for start in starts
                    for end, by in ends[start]
                    if end == metre.half
                ]
        return steps

    def _read(self, token: Token) -> list[tuple[str, float, _Reading]]:
        likelihoods: dict[str, float] = defaultdict(float)
        for _, _, letters, likelihood in self._parts(token):
            likelihoods[letters] += likelihood
        return [
            (letters, likelihood, (token, letters))
            for letters, likelihood in likelihoods.items()
            if likelihood > _LEAST
        ]

    def _parts(self, token: Token) -> list[tuple[Body, str, str, float]]:
        """Body, ending, letters of the two, likelihood, for all readings that the spelling allows."""
        spelling, following = token
        word = word_hash(scansion.unsigned(spelling))
        own_endings = self._endings.get(following, {}).get(word)
        tails: dict[Close, Mapping[str, float]] = {}
        parts = []
        for body, share in _blend(self._bodies.get(word), scansion.bodies(spelling), _PRIOR).items():
            letters, close = body
            if close not in tails:
                by_rule = scansion.endings(spelling, close, following)
                usual = _blend(self._usual_endings.get((close, following)), by_rule, _PRIOR_OF_ALL)
                tails[close] = _blend(own_endings, usual, _PRIOR)
            for ending, tail in tails[close].items():
                read = letters + ending
                # at the end of a line an overlong syllable is long
                parts.append((body, ending, read.rstrip("x") if following == "end" else read, share * tail))
        return parts

    def _learn(self, lines: Iterable[tuple[Sequence[Token], Metre]]) -> None:
        """One round: how often each reading is met where the metre allows it, then what that tells of its parts."""
        met: dict[_Reading, float] = defaultdict(float)
        for line, metre in lines:
            self._meet(line, metre, met)
        bodies: dict[int, dict[Body, float]] = defaultdict(lambda: defaultdict(float))
        endings: dict[Following, dict[int, dict[str, float]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(float))
        )
        usual: dict[tuple[Close, Following], dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for token in {token for token, _ in met}:
            parts = self._parts(token)
            whole: dict[str, float] = defaultdict(float)
            for _, _, letters, likelihood in parts:
                whole[letters] += likelihood
            word = word_hash(scansion.unsigned(token.spelling))
            for body, ending, letters, likelihood in parts:
                times = met.get((token, letters), 0.0) * likelihood / whole[letters]
                if not times:
                    continue
                bodies[word][body] += times
                endings[token.following][word][ending] += times
                usual[body[1], token.following][ending] += times
        self._bodies, self._endings, self._usual_endings = dict(bodies), dict(endings), dict(usual)
        self._readings_of.cache_clear()

    def _meet(self, line: Sequence[Token], metre: Metre, met: dict[_Reading, float]) -> None:
        """Add to `met`, for each word, the share of each of its readings in all readings of the line."""
        steps, reached = self._walk(line, metre)
        if not reached[-1].get(metre.end):
            return
        onward = {metre.end: 1 / reached[-1][metre.end]}  # how likely the rest of the line is, from each place
        for choices, likelihood in zip(reversed(steps), reversed(reached[:-1]), strict=True):
            back: dict[int, float] = defaultdict(float)
            for start, end, by, reading in choices:
                if end in onward:
                    by *= onward[end]
                    back[start] += by
                    met[reading] += likelihood[start] * by
            onward = back


@cache
def judge_of(language: str) -> MetreJudge | None:
    """The judge that ships with the program for a language (ISO 639-1), see `training.readings`; None without one."""
    names = {each.name for each in resources.files("rumi_tui.verse").iterdir()}  # a model file can name any language
    name = f"readings-{language}.gz"
    return MetreJudge.from_bytes((resources.files("rumi_tui.verse") / name).read_bytes()) if name in names else None


def metre_of(lines: Sequence[str], language: str, metres: Sequence[str]) -> str:
    """Which of some metres a poem in a language (ISO 639-1) is in; empty where most of its lines are in none."""
    judge, lines = judge_of(language), [line for line in lines if line.strip()][:_TELLING]
    known = [metre for metre in metres if is_metre(metre)]
    if judge is None or not known or not lines:
        return ""
    metre = judge.name(lines, known)
    return metre if 2 * sum(judge.scans(line, metre) for line in lines) > len(lines) else ""


def _rounded(counts: Mapping[str, float]) -> dict[str, float]:
    return {key: round(times) for key, times in counts.items() if times >= _LEAST_TIMES}


def _body(name: str) -> Body:
    letters, close = name.split(" ")
    return letters, cast("Close", close)


def _blend(counts: Mapping[_Key, float] | None, prior: Mapping[_Key, float], weight: float) -> Mapping[_Key, float]:
    """Shares of 1 from counts, where the prior counts as so many cases."""
    if counts is None:
        return prior
    total = weight + sum(counts.get(key, 0.0) for key in prior)
    return {key: (counts.get(key, 0.0) + weight * share) / total for key, share in prior.items()}
