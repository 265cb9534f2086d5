"""The metres of Persian verse as automata over the letters that are heard. Knows nothing of words or spelling.

Classical prosody counts letters, not vowels: a letter is moved (`1`, a vowel follows it) or at rest (`0`). So a short
syllable is `1` and a long one `10`, whether its second half is a consonant or a long vowel. One more letter at rest
(`x`) makes the syllable overlong, which counts as a long and a short one. Sources: L. P. Elwell-Sutton, The Persian
Metres, 1976; F. Thiesen, A Manual of Classical Persian Prosody, 1982.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import pairwise

from models.errors import RumiError

FEET = {
    "فع": "10",
    "فعل": "110",
    "فعلن": "1110",
    "مفعول": "10101",
    "فاعلن": "10110",
    "فعولن": "11010",
    "فعلات": "11101",
    "مفعولن": "101010",
    "مفتعلن": "101110",
    "مفاعلن": "110110",
    "مفاعیل": "110101",
    "فاعلات": "101101",
    "فعلاتن": "111010",
    "مستفعلن": "1010110",
    "فاعلاتن": "1011010",
    "مفاعیلن": "1101010",
    "مفاعلتن": "1101110",
    "متفاعلن": "1110110",
    "مستفعلتن": "10101110",
    "متفاعلتن": "11101110",
    "متفاعلاتن": "111011010",
}
"""The feet, shortest first. The name of a foot is a word that scans as the foot."""

RUBAI = "مفعول مفاعیل مفاعیل فعل"
"""The quatrain's metre, which mixes twenty-four patterns."""

_SELDOM = 0.05
"""How likely two shorts are one long where that is no custom: a guess."""
_REMEMBERED = 1024
"""Letters of words of which it is at hand where they may end in a metre: in one, Rumi's words have a few hundred."""


class Metre:
    """The patterns that lines of one metre may have, as an automaton: states are places in the line, arcs its letters.

    The licences that all poets take cost nothing:

    - two shorts before the last long may be one long, and in the quatrain's metre any two (taskin); elsewhere this is
      seldom, and never at the beginning of a line;
    - a line that begins with two shorts may begin with a long and a short;
    - in the quatrain's metre the second foot may be mafā'ilun.

    What the ends of a line and of its half allow depends on words: see `rumi_tui.verse.scansion.ENDINGS`.
    """

    def __init__(self, name: str) -> None:
        """From its feet, parted by blanks; what follows in brackets is not read.

        Raises `RumiError` for a foot that is not in `FEET`.
        """
        if not is_metre(name):
            raise RumiError(f"{name!r} is not a metre: give its feet, as in {RUBAI!r}.")
        feet = _feet(name)
        self.name = " ".join(feet)
        self.pattern = "".join(FEET[foot] for foot in feet)
        middle = len(feet) // 2
        self.half = len(self.pattern) // 2 if len(feet) == 4 and feet[:middle] == feet[middle:] else None
        """The place of the caesura in a metre of two equal halves of two feet: each is then like a line."""
        self._arcs: dict[tuple[int, str], list[tuple[int, float]]] = {}
        for place, letter in enumerate(self.pattern):
            self._allow(place, letter, place + 1)
        self.states = self.end + 1
        self._allow_licences()

    @property
    def end(self) -> int:
        """The state after a whole line; also the number of letters of the pattern."""
        return len(self.pattern)

    @property
    def syllables(self) -> str:
        """See the function of the same name."""
        return syllables(self.pattern)

    @lru_cache(maxsize=_REMEMBERED)  # noqa: B019 - a metre is made once and stays, see `metre_named`
    def ends(self, letters: str) -> tuple[tuple[tuple[int, float], ...], ...]:
        """For each state in which a word of these letters (`1`, `0`, `x`) begins: where it may end, and how likely."""
        return tuple(self._walk(state, letters) for state in range(self.states))

    def _walk(self, state: int, letters: str) -> tuple[tuple[int, float], ...]:
        reached = {state: 1.0}
        for letter in letters:
            step: dict[int, float] = {}
            for start, likely in reached.items():
                for end, licence in self._arcs.get((start, letter), ()):
                    step[end] = max(step.get(end, 0.0), likely * licence)
            reached = step
        return tuple(reached.items())

    def _allow_licences(self) -> None:
        shorts = [place for place in range(1, self.end - 2) if self.pattern[place : place + 3] == "111"]
        for place in shorts:
            usual = self.name == RUBAI or place == self.end - 4
            self._allow(place + 1, "0", place + 2, 1.0 if usual else _SELDOM)
        if self.pattern.startswith("111"):
            self._detour(0, "10", 1)
        if self.name == RUBAI:
            second_foot = len(FEET["مفعول"])
            self._detour(second_foot + 4, "10", second_foot + 6)  # after the letters that mafā'īl and mafā'ilun share

    def _allow(self, start: int, letter: str, end: int, likely: float = 1.0) -> None:
        self._arcs.setdefault((start, letter), []).append((end, likely))
        if letter == "1":
            self._arcs.setdefault((start, "x"), []).append((end, likely))

    def _detour(self, start: int, letters: str, end: int) -> None:
        """Other letters between two places than the pattern's."""
        fresh = range(self.states, self.states + len(letters) - 1)
        self.states += len(fresh)
        for (a, b), letter in zip(pairwise((start, *fresh, end)), letters, strict=True):
            self._allow(a, letter, b)


def syllables(letters: str) -> str:
    """Letters that are heard (`1`, `0`, `x`) as short (`⏑`) and long (`–`) syllables."""
    return letters.replace("10", "–").replace("x", "⏑").replace("1", "⏑")


def is_metre(name: str) -> bool:
    """Whether these are feet, parted by blanks; what follows in brackets is not read."""
    feet = _feet(name)
    return bool(feet) and all(foot in FEET for foot in feet)


def _feet(name: str) -> list[str]:
    return name.partition("(")[0].split()


@cache
def metre_named(name: str) -> Metre:
    """The metre of these feet, made once. Raises `RumiError` where there is none."""
    return Metre(name)
