"""What a poem of the library is. Knows nothing of where poems are kept or of screens.

A poem grows in passages: the first begins after what the person typed, each further one goes on from where the poem
stood. A passage is written again by giving its settings and seed to the same model file after the text before it.
Poems are trees: a branch is a poem of its own that shares the beginning of another.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import msgspec

from models.characters import printable
from rumi_tui.engine.request import Keep, Sampling
from rumi_tui.engine.written import Ending
from rumi_tui.library.real_verse import RealVerse

LARGEST_SEED = 2**63 - 1
"""That SQLite takes."""
BEGINNING = 200
"""Characters."""


class Branch(msgspec.Struct, frozen=True):
    """Where a poem leaves another."""

    parent: int
    """The other poem."""
    at: int
    """How many characters they have in common; there the person chose otherwise."""


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a poem that was written in one go."""

    begins_at: int
    """Characters of the poem that came before it."""
    seed: int
    lines: int | None
    """The limit it was written under, see `Request.lines`."""
    sampling: Sampling
    ending: Ending | Literal["line"] | None = None
    """Why it stopped; None where it was stopped, or is not done. `line`: it is one line alone, written anew between
    lines that stood there already, see `rumi_tui.engine.line`."""
    metre: str = ""
    """As it was asked for; empty for none."""
    rhyme: str = ""
    """The same."""
    named_metre: str = ""
    """The metre that it was written in, asked for or named by the model; empty for none, and where nobody noted it."""
    keep: Keep = "off"
    """How its form was kept."""
    original: int | None = None
    """Copied runs of so many words were refused, see `Request.original`."""

    def __post_init__(self) -> None:
        """What was pasted may hold marks that nobody sees; no model knows them, and no file may have them."""
        for name in ("metre", "rhyme", "named_metre"):
            msgspec.structs.force_setattr(self, name, printable(getattr(self, name)))


def prompt_of(text: str, passages: Sequence[Passage]) -> str:
    """What of a poem's text came before its first passage; all of it where no model wrote any."""
    return text[: passages[0].begins_at] if passages else text


def given_of(text: str, passages: Sequence[Passage]) -> list[range]:
    """The parts of a poem's text that none of its passages wrote, in order: its prompt, and what stood already after a
    line that was written alone.
    """
    parts = [range(len(prompt_of(text, passages)))]
    ends = [*(passage.begins_at for passage in passages[1:]), len(text)]
    for passage, end in zip(passages, ends, strict=False):
        if passage.ending == "line" and 0 <= (line_end := text.find("\n", passage.begins_at)) < end:
            parts.append(range(line_end, end))
    return parts


class KeptPoem(msgspec.Struct, frozen=True, kw_only=True):
    """A poem of the library."""

    id: int
    written: str
    """When it was begun, ISO 8601 in UTC."""
    model: str
    """The name of a shipped model, or the path of a model file."""
    model_sha256: str
    """Of the model file."""
    form: str
    text: str
    passages: tuple[Passage, ...]
    """In the order of the text."""
    branch: Branch | None = None
    """None for a poem that began by itself."""
    favourite: bool = False
    title: str = ""
    tags: tuple[str, ...] = ()
    real: RealVerse | None = None
    """None where nothing of it is Rumi's, or nobody noted it."""

    @property
    def written_here(self) -> datetime.datetime:
        """When it was begun, by the clock of this place."""
        return datetime.datetime.fromisoformat(self.written).astimezone()

    @property
    def prompt(self) -> str:
        """See `prompt_of`."""
        return prompt_of(self.text, self.passages)

    @property
    def is_real(self) -> bool:
        """Whether all of it is Rumi's."""
        return self.real is not None and self.real.length >= len(self.text) and not self.real.others


class Listed(NamedTuple):
    """What a poem of the library is listed by."""

    id: int
    written: float
    """In days of the Julian calendar; 0 where the date is damaged."""
    favourite: bool
    title: str
    is_branch: bool
    beginning: str
    """Of its text, at least the first line where that is no longer than `BEGINNING`."""


def check(poem: KeptPoem) -> None:
    """Raises `ValueError` for a poem that no library can hold, or that would not be itself there."""
    length = len(poem.text)
    try:
        poem.written_here.isoformat()
    except OverflowError as error:
        raise ValueError("its date is out of range") from error
    if poem.written != printable(poem.written):
        raise ValueError("its date has control characters")
    msgspec.json.encode(poem)  # whose texts are whole
    beginnings = [passage.begins_at for passage in poem.passages]
    if any(not 0 <= begin <= length for begin in beginnings) or any(a >= b for a, b in pairwise(beginnings)):
        raise ValueError("a passage does not lie in its poem")
    if any(not 0 <= passage.seed <= LARGEST_SEED for passage in poem.passages):
        raise ValueError("a seed is out of range")
    if any(passage.lines is not None and not 0 <= passage.lines <= LARGEST_SEED for passage in poem.passages):
        raise ValueError("a number of lines is out of range")
    if poem.branch and not (poem.branch.parent < poem.id and 0 <= poem.branch.at <= length):
        raise ValueError("a branch does not leave an earlier poem")
    for real in (poem.real, *poem.real.parts) if poem.real else ():
        if not 0 <= real.length <= length:
            raise ValueError("a beginning is longer than its poem")
        if any(text != printable(text) for text in (real.place, real.address)):
            raise ValueError("a place in Rumi's works has control characters")
