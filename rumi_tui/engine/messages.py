"""What goes to the writing process and what comes back. Knows nothing of how either end works."""

from __future__ import annotations

import msgspec

from models.bpe import WordTokenizer
from models.card import Card
from models.tokenizer import CharacterTokenizer
from rumi_tui.engine.rank import Rank
from rumi_tui.engine.request import LineRequest, Request
from rumi_tui.engine.written import Ending, LineChoice, NewLine, Step, TokenScore, WordChoice
from rumi_tui.verse.marks import LineMarks


class Describe(msgspec.Struct, frozen=True, tag=True):
    """Command: load a model and say what it is. Answered by `Described` or `Failed`."""

    model: str


class Write(msgspec.Struct, frozen=True, tag=True):
    """Command: write a poem. Answered by `Began`, some `Wrote` and one `Finished`, or by `Failed`."""

    model: str
    request: Request
    """Its text is what the person typed, or a poem to go on with."""
    typed: bool
    """Whether the text was typed and must be fitted to the model's characters first."""
    pace: float | None = None
    """Characters a second, for a reader; None: as quickly as it goes."""
    model_sha256: str | None = None
    """Only by the model file with this hash; None: by any."""
    is_ranked: bool = False
    """Whether it is one draft of several, so that its rank is wanted."""


class Inspect(msgspec.Struct, frozen=True, tag=True):
    """Command: read a poem and say what the model thought at each place. Answered by `Inspected` or `Failed`."""

    model: str
    form: str
    text: str
    metre: str = ""
    """What the poem was asked for in; empty for none."""


class OfferWords(msgspec.Struct, frozen=True, tag=True):
    """Command: say which words could stand at a place of a poem. Answered by `OfferedWords` or `Failed`."""

    model: str
    form: str
    text: str
    at: int
    """Characters of the poem before the word."""
    metre: str = ""
    """As in `Inspect`."""


class OfferLines(msgspec.Struct, frozen=True, tag=True):
    """Command: say which lines could follow the text of a request. Answered by some `Tried` and one `OfferedLines`, by
    `Failed`, or, where it was stopped, by `Finished`.
    """

    model: str
    request: Request


class WriteLine(msgspec.Struct, frozen=True, tag=True):
    """Command: write a line of a poem anew. Answered by some `Tried` and one `WroteLine`, by `Failed`, or, where it was
    stopped, by `Finished`.
    """

    model: str
    request: LineRequest


class Judge(msgspec.Struct, frozen=True, tag=True):
    """Command: say of a poem what there is to see of its verse. Answered by `Judged` or `Failed`."""

    model: str
    form: str
    text: str
    metre: str = ""
    """What the poem was written in; empty: what it seems to be in."""
    begun: str = ""
    """What a person began it with: its words are known."""


class Stop(msgspec.Struct, frozen=True, tag=True):
    """Command: stop the poem being written. Answered by its `Finished`."""


class Described(msgspec.Struct, frozen=True, tag=True):
    """A model, loaded."""

    model: str
    card: Card
    tokenizer: CharacterTokenizer | WordTokenizer
    """It tells what metres the model knows, and whether it can be told a rhyme."""


class Began(msgspec.Struct, frozen=True, tag=True):
    """A poem begins with this text."""

    text: str
    notes: list[str]
    """What had to be changed in what the person typed."""
    model_sha256: str


class Wrote(msgspec.Struct, frozen=True, tag=True):
    """What was written next, in its order."""

    steps: list[Step]


class Tried(msgspec.Struct, frozen=True, tag=True):
    """A try at the next line, as far as it goes; what comes next may be another try or, in `Wrote`, the line."""

    line: str


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The poem stopped."""

    ending: Ending | None
    """None where it was stopped by order."""
    characters: int
    seconds: float
    """Spent on writing, reading the prompt included."""
    metre: str = ""
    """What was asked for, or what the model named; empty for none."""
    broken: list[int] = []
    """The numbers of lines of which no try kept the form, from 1 on."""
    rank: Rank | None = None
    """None where it was not asked for, or the poem was stopped."""


class Inspected(msgspec.Struct, frozen=True, tag=True):
    """A poem, read."""

    scores: list[TokenScore]
    """See `rumi_tui.engine.lens.token_scores`."""
    model_sha256: str


class OfferedWords(msgspec.Struct, frozen=True, tag=True):
    """Words for a place of a poem, see `rumi_tui.engine.word_beam.other_words`."""

    words: list[WordChoice]


class OfferedLines(msgspec.Struct, frozen=True, tag=True):
    """Lines for a place of a poem, see `rumi_tui.engine.other_lines.OtherLines`."""

    lines: list[LineChoice]


class WroteLine(msgspec.Struct, frozen=True, tag=True):
    """A line, written anew."""

    line: NewLine
    metre: str
    """What it was to be in; empty for none."""
    model_sha256: str


class Judged(msgspec.Struct, frozen=True, tag=True):
    """A poem, judged."""

    lines: list[LineMarks]
    """Of its first lines, see `rumi_tui.verse.marks`."""
    metre: str
    """What it was judged by; empty for none."""


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The order could not be carried out."""

    message: str


Order = Describe | Write | WriteLine | OfferWords | OfferLines | Inspect | Judge
"""A command that is carried out after those before it."""
Command = Order | Stop
Answer = Described | Finished | WroteLine | OfferedWords | OfferedLines | Inspected | Judged | Failed
"""The last event that an order brings."""
Event = Began | Tried | Wrote | Answer
