"""What can be asked of the writer: a poem, a line, how tokens are chosen. Knows nothing of how it is done."""

from __future__ import annotations

from typing import Literal

import msgspec

from models.characters import quoted
from models.errors import RumiError
from models.forms import form_named
from models.phrase_hashes import PHRASE
from models.tokenizer import Tokenizer
from rumi_tui.verse.endings import can_rhyme
from rumi_tui.verse.judge import can_judge
from rumi_tui.verse.words import words

LIMITS = {"temperature": (0, 5), "top_k": (0, 1_000_000), "top_p": (0.01, 1), "min_p": (0, 1)}
"""The lowest and the highest value of each field of `Sampling`."""
LARGEST_SEED = 2**32 - 1
LARGEST_LIMIT = 10**9
"""Lines or characters of a poem: years of writing."""
DEFAULT_LINES = 16
"""Of a poem that does not end before, where nobody sets a limit: what a small terminal shows at once."""
Keep = Literal["strict", "loose", "off"]
"""How a form is kept: by the best of as many tries at a line as it takes, of a few, or not at all (`keep`)."""
Wish = Literal["end", "rhyme", "metre"]
"""What can be asked of a line."""


class Sampling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the next token is chosen. Raises `RumiError` for a value outside its range."""

    temperature: float = 0.8
    """0 always takes the likeliest; 1 takes the model at its word; above 1 is wilder. 0 to 5."""
    top_k: int = 0
    """Only the k likeliest may be chosen; 0 means all. 0 to 1,000,000."""
    top_p: float = 1.0
    """Only the likeliest that together reach this probability (nucleus; Holtzman et al. 2020, arXiv:1904.09751)."""
    min_p: float = 0.0
    """Only those at least this share as likely as the likeliest (Nguyen et al. 2024, arXiv:2407.01082)."""

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            if not low <= getattr(self, name) <= high:
                label = name.replace("_", "-")
                raise RumiError(f"{label.capitalize()} must be from {low} to {high}, not {getattr(self, name)}.")


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to write. Raises `RumiError` for a limit or a seed out of range, and for limits that do not go together."""

    form: str
    text: str = ""
    """What the poem begins with, in the model's characters (see `Tokenizer.fit`)."""
    metre: str = ""
    """One of `Tokenizer.metres`; empty: the model names one itself, if it was trained to."""
    rhyme: str = ""
    """What the lines that rhyme end in; where each couplet has a rhyme of its own, those of the first. Empty: the model
    names one itself, if it was trained to."""
    sampling: Sampling = Sampling()
    seed: int = 0
    """The same model file, request and seed give the same poem. 0 to `LARGEST_SEED`."""
    lines: int | None = None
    """Stop at the end of this many lines, the one that `text` ends in included; where the form is kept, near it."""
    characters: int | None = None
    """Stop after exactly this many new characters; of a piece that is longer than what is left, the rest is cut off.

    So the poem begins as one with a higher limit does, where choosing among shorter pieces would change its words.
    """
    keep: Keep = "off"
    """How the form is kept. `Generation` keeps none; `rumi_tui.engine.poems.writer` gives the one that does."""
    original: int | None = None
    """Refuse lines that complete a copied run of so many words or more, at least `PHRASE`; None: refuse none.

    Only where the form is kept, and by a model file that has an index of its training text.
    """
    alternatives: int = 0
    """How many of the likeliest tokens to note at each step; each costs a little time."""

    def __post_init__(self) -> None:
        for name in ("lines", "characters"):
            limit = getattr(self, name)
            if limit is not None and not 1 <= limit <= LARGEST_LIMIT:
                raise RumiError(f"{name.capitalize()} must be from 1 to {LARGEST_LIMIT}, not {limit}.")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise RumiError(f"Seed must be from 0 to {LARGEST_SEED}, not {self.seed}.")
        check_original(self.original)
        if self.original is not None and self.keep == "off":
            raise RumiError(
                "Lines that copy are refused only where the form is kept: keep it, or set no limit on copying."
            )


class LineRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which line of a poem to write anew, and how. Raises `RumiError` for a line or a seed that there is not."""

    form: str
    text: str
    """The whole poem."""
    number: int
    """Of the line, from 1 on."""
    end: str = ""
    """A word, or a few, that the line ends with; empty: as it likes."""
    rhyme: str = ""
    """A word that the line rhymes with; empty: with the lines that the form says."""
    metre: str = ""
    """One of `Tokenizer.metres`; empty: that of the poem, if it has one."""
    sampling: Sampling = Sampling()
    seed: int = 0
    """The same model file, request and seed give the same line."""
    keep: Keep = "strict"
    """How many tries the form is worth, see `rumi_tui.engine.keep`; `off`: one."""
    original: int | None = None
    """Refuse lines that complete a copied run of so many words or more, as in `Request`."""

    def __post_init__(self) -> None:
        count = len(self.text.split("\n"))
        if not 1 <= self.number <= count:
            raise RumiError(f"There is no line {self.number}: the poem has {count} line{'s' * (count != 1)}.")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise RumiError(f"Seed must be from 0 to {LARGEST_SEED}, not {self.seed}.")
        check_original(self.original)


def check_original(limit: int | None) -> None:
    """Raises `RumiError` for a limit on copied words that no line of verse could keep."""
    if limit is not None and limit < PHRASE:
        raise RumiError(f"Runs of {limit} words are found in any verse; refuse those of {PHRASE} or more.")


def fit_request(tokenizer: Tokenizer, request: Request) -> tuple[Request, list[str]]:
    """A request as a person typed it in what the model knows, and a sentence for each change of its text.

    Raises `RumiError` for a metre or a rhyme that the model cannot be told.
    """
    prompt, rhyme = tokenizer.fit(request.text), tokenizer.fit(request.rhyme)
    if request.rhyme and not (tokenizer.names_rhymes and form_named(request.form).scheme):
        raise RumiError(f"This model cannot be given a rhyme in the form {request.form}: leave the rhyme out.")
    if request.rhyme and (rhyme.unknown or not words(rhyme.text)):
        raise RumiError(f"{quoted(request.rhyme)} cannot be spelled by this model: give letters or a word.")
    if request.rhyme and not can_rhyme(rhyme.text):
        raise RumiError(f"{quoted(request.rhyme)} is not a rhyme: give one word, or two that rhyme with each other.")
    metre = tokenizer.metre_named(request.metre)
    return msgspec.structs.replace(request, text=prompt.text, metre=metre, rhyme=rhyme.text.strip()), prompt.notes()


def fit_line(tokenizer: Tokenizer, request: LineRequest, language: str) -> LineRequest:
    """A request as a person typed it in what the model knows; the poem stays as it is.

    Raises `RumiError` for an end, a rhyme or a metre that a line cannot have.
    """
    fitted = {}
    for wish in ("end", "rhyme"):
        asked = tokenizer.fit(getattr(request, wish))
        if getattr(request, wish) and (asked.unknown or not words(asked.text)):
            raise RumiError(f"{quoted(getattr(request, wish))} cannot be spelled by this model: choose another word.")
        fitted[wish] = asked.text.strip()
    if fitted["rhyme"] and not can_judge(language):
        raise RumiError(f"Rhyme is not known for the language {language!r}: ask for an end instead.")
    return msgspec.structs.replace(request, metre=tokenizer.metre_named(request.metre), **fitted)
