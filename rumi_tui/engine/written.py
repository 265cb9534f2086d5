"""What the writer gives back: tokens, lines, what else could stand there. Knows nothing of how it is made."""

from __future__ import annotations

from typing import Literal

import msgspec

from rumi_tui.engine.request import LineRequest, Wish
from rumi_tui.verse.rules import Fault

Ending = Literal["end", "lines", "characters"]
"""Why a poem stopped: the model ended it, or it reached the asked number of lines or of characters."""


class Alternative(msgspec.Struct, frozen=True, array_like=True):
    """What could have stood at a place, and how likely the model thought it."""

    text: str
    """A piece of text (see `Step.text`); empty for the end of the poem."""
    probability: float
    """Under the model itself, at temperature 1 and before any filter."""


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One token of a poem as it was chosen."""

    text: str
    """What it adds to the poem: one character, or several where the model reads words; never none."""
    logprob: float
    """Natural logarithm of its probability under the model itself, at temperature 1 and before any filter."""
    alternatives: tuple[Alternative, ...] = ()
    """The likeliest tokens, the likeliest first: as many as the request asks for."""


class TokenScore(msgspec.Struct, frozen=True, array_like=True):
    """One token of a poem, as the model saw it coming."""

    text: str
    """What it adds to the poem: one character, or several where the model reads words."""
    surprise: float
    """Bits: -log2 of its probability under the model itself, at temperature 1 and before any filter."""
    entropy: float
    """Bits: the surprise that the model expected here, 0 where it was certain (Shannon 1948)."""
    likeliest: tuple[Alternative, ...]
    """What it held the likeliest here, at most `rumi_tui.engine.lens.ALTERNATIVES`, the likeliest first."""


class WordChoice(msgspec.Struct, frozen=True, array_like=True):
    """A word that could stand at a place."""

    text: str
    probability: float
    """That it follows what stands before it and ends there, under the model itself, at temperature 1."""
    closing: str = ""
    """The character that most likely follows it; empty where the poem would end, or a longer piece follows."""


class LineChoice(msgspec.Struct, frozen=True, array_like=True):
    """A line that could stand at a place."""

    text: str
    nats: float
    """What the model pays for it, its end included."""
    faults: list[Fault]
    """What it breaks; empty where the form is not kept."""
    ends_poem: bool
    """Whether the model ended the poem with it."""


class NewLine(msgspec.Struct, frozen=True, kw_only=True):
    """A poem with one line written anew."""

    text: str
    """The whole poem: all other lines are as they were."""
    number: int
    line: str
    tries: int
    """Different lines among which it was chosen."""
    faults: list[Fault]
    """What the line breaks; empty where it keeps all rules of its form."""
    broken: list[int]
    """The numbers of lines after it that keep their form no more beside it."""
    missed: list[Wish]
    """What was asked for and not reached."""

    def complaint(self, request: LineRequest) -> str:
        """What of the request was not reached, in a sentence; empty if nothing."""
        asked = {"end": f"ends with “{request.end}”", "rhyme": f"rhymes with “{request.rhyme}”", "metre": "scans"}
        if not self.missed:
            return ""
        return f"No line of {self.tries} {' and '.join(asked[wish] for wish in self.missed)}: this is the best."
