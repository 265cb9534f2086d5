"""Where a model comes from and how good it is, as its file says. Knows nothing of what else stands in the file."""

from __future__ import annotations

import msgspec

from models.forms import FREE

UNSAID = "und"
"""The language of a model whose texts nobody gave a language (ISO 639-3: undetermined)."""


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A text the model learned from."""

    name: str
    sha256: str
    """Of the file as it was read, before normalisation."""


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a model comes from and how good it is, as measured when its training ended."""

    language: str
    """ISO 639-1 code, or `UNSAID`."""
    forms: tuple[str, ...]
    """The forms it was trained on; the first is what it writes unless another is asked for."""
    texts: tuple[Text, ...]
    characters_seen: int
    """Characters that the loss was taken on until these weights were reached, repeats included; a poem's form and end
    count as the two line ends between poems. Where tokens are pieces of words: their number times the mean length of a
    token of the training text."""
    nats_per_char: float | None
    """Exact loss on the validation split, see `rumi-eval`; None where training has not come to its end."""
    bits_per_char: float | None
    parameters: int
    licence: str
    date: str
    """ISO 8601 day on which training ended."""
    commands: tuple[str, ...]
    """What was typed, in order, to train it."""
    nats_per_char_told: float | None = None
    """The same loss where the model is told all that it can be told of each poem, as its metre and its rhymes.

    None where it can be told nothing, or training has not come to its end.
    """
    nats_per_char_int8: float | None = None
    """The loss of this very file where it holds 8-bit integers; None where it holds floats."""

    @property
    def usual_form(self) -> str:
        """That of a text of which nothing is said: free, as it is in training, unless the model never learned it."""
        return FREE if FREE in self.forms else self.forms[0]
