"""Where a poem that is being written stands in its layout (`models.layout`), and so which ids may follow.

What is said of a unit of lines comes before them. Where nobody says metre or rhyme, the model may name one itself, and
then writes to it. Knows nothing of probabilities.
"""

from __future__ import annotations

import copy
import functools
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.forms import form_named
from models.layout import Conditions, head, lay_out, metre_id, opening, rhyme_end
from models.tokenizer import BREAK, RHYME, Tokenizer, is_reserved
from rumi_tui.verse.endings import asked_ending, unit_rhymes
from rumi_tui.verse.languages import language_of

LONGEST_RHYME = 24
"""Tokens of a rhyme that the model names; real verse has few longer ones."""

Mask = npt.NDArray[np.bool_]


class _Masks(NamedTuple):
    """Which ids may come, bool [vocab_size] each."""

    inside: Mask
    """Text and no end of a line."""
    earlier_line: Mask
    """In a line of a unit that is not its last: text, or the break that leads to the next."""
    last_line: Mask
    """Text, a line feed, or the end of the poem."""
    going_on: Mask
    """Text or a line feed."""


@functools.lru_cache(maxsize=8)
def _masks(tokenizer: Tokenizer) -> _Masks:
    inside = np.array([not is_reserved(token) and token != "\n" for token in tokenizer.tokens])
    earlier_line, last_line = inside.copy(), inside.copy()
    if tokenizer.names_rhymes:
        earlier_line[tokenizer.ids[BREAK]] = True
    last_line[[tokenizer.ids["\n"], tokenizer.end_id]] = True
    going_on = last_line.copy()
    going_on[tokenizer.end_id] = False
    return _Masks(inside, earlier_line, last_line, going_on)


class Outline:
    """The layout of one poem, from its beginning on.

    Raises `RumiError` for a form or a metre that the tokenizer does not know.
    """

    def __init__(self, tokenizer: Tokenizer, form: str, text: str, metre: str = "", rhyme: str = "") -> None:
        """`text` is what the poem begins with; `metre` and `rhyme` are what is asked for, empty for nothing."""
        self._tokenizer, self._form, self._shape = tokenizer, form, form_named(form)
        self._said = Conditions(metre=metre)
        self._unit = self._line = 0
        """The unit that is being written, and the line in it."""
        self._is_empty = False
        """Whether that line has nothing in it yet, so that it cannot end."""
        self.may_name_metre = self.may_name_rhyme = False
        """Whether it is to be decided if the model names one, first a metre, then a rhyme: see `name_metre`."""
        self._naming: list[int] | None = None
        """What the model has named so far of the rhyme of this unit; None where it writes the lines."""
        self._begun: list[int] = []
        """What was begun of the lines of this unit: it is read when their rhyme is named."""
        self._asked: tuple[list[int], bool] = [], False
        """What is asked of the next rhyme, and whether that is all of it."""
        self.rhymes: list[str] = []
        """The rhymes that the model has named."""
        self.rhyme = ""
        """What this unit is to end in, asked for or named; empty where nobody says."""
        self.beginning = opening(tokenizer)
        """What is read before the first id is chosen."""
        self._has_units = tokenizer.names_rhymes and self._shape.unit > 1
        self._masks = _masks(tokenizer)
        if self._has_units:
            self._begin(text.split("\n"), rhyme)
        else:
            self.beginning += lay_out(tokenizer, form, text, self._said)

    def _begin(self, lines: list[str], rhyme: str) -> None:
        tokenizer, form, shape = self._tokenizer, self._form, self._shape
        self._unit, self._line = divmod(len(lines) - 1, shape.unit)
        self._is_empty = not lines[-1]
        first = len(lines) - 1 - self._line
        rhymes = unit_rhymes(lines[:first], form, language_of("".join(lines)))
        if rhyme:
            ending, whole = asked_ending(rhyme)
            self._asked = tokenizer.encode(ending), whole
        elif shape.one_rhyme and rhymes:
            self._asked = tokenizer.encode(rhymes[0]), True
        if first:
            earlier = Conditions(metre=self._said.metre, rhymes=rhymes)
            self.beginning += [*lay_out(tokenizer, form, "\n".join(lines[:first]), earlier), tokenizer.ids["\n"]]
        self._begun = lay_out(tokenizer, form, "\n".join(lines[first:]))[1:]
        if self._line and shape.both_rhyme(self._unit) and not rhyme:  # with a line that stands, it is decided
            self.beginning += [*head(tokenizer, form, self._unit, self._said), *self._begun]
        else:
            self.beginning += self._open_unit()

    def branch(self) -> Outline:
        """Another poem that has come as far as this one."""
        branch = copy.copy(self)
        branch.rhymes = [*self.rhymes]
        branch._naming = None if self._naming is None else [*self._naming]
        return branch

    @property
    def metre(self) -> str:
        """That of the poem: what was asked for, or what the model has named; empty for none."""
        return self._said.metre

    def name_metre(self, metre: str) -> list[int]:
        """Takes the metre that the model names for the poem, empty for none; tells what it must read now."""
        self.may_name_metre = False
        self._said = Conditions(metre=metre)
        return [*([metre_id(self._tokenizer, metre)] if metre else []), *self._open_rhyme()]

    def name_rhyme(self, name: bool) -> list[int]:
        """Has the model name a rhyme for this unit, or write without one; tells what it must read now."""
        self.may_name_rhyme = False
        if not name:
            return self._close_naming()
        self._naming = []
        return [self._tokenizer.ids[RHYME]]

    @property
    def is_naming(self) -> bool:
        """Whether the next id names a rhyme, and is no verse."""
        return self._naming is not None

    def allowed(self, may_end: bool = True) -> Mask:
        """Which ids may come next, bool [vocab_size]; `may_end`: whether the poem may end with this line."""
        masks = self._masks
        if self._naming is not None:
            mask = masks.inside.copy() if len(self._naming) < LONGEST_RHYME else np.zeros_like(masks.inside)
            mask[rhyme_end(self._tokenizer, self._shape, self._unit)] = bool(self._naming)
            return mask
        if self._is_empty:
            return masks.inside
        if self._has_units and self._line < self._shape.unit - 1:
            return masks.earlier_line
        return masks.last_line if may_end else masks.going_on

    def accept(self, token_id: int) -> list[int]:
        """Takes the id that was chosen, and tells what the model must read after it."""
        if self._naming is not None:
            if token_id == rhyme_end(self._tokenizer, self._shape, self._unit):
                self.rhymes.append(self._tokenizer.decode(self._naming).strip())
                return self._close_naming()
            self._naming.append(token_id)
        elif self._has_units:
            self._is_empty = token_id in (self._tokenizer.ids[BREAK], self._tokenizer.ids["\n"])
            self._line += token_id == self._tokenizer.ids[BREAK]
            if token_id == self._tokenizer.ids["\n"]:
                self._unit, self._line = self._unit + 1, 0
                return self._open_unit()
        return []

    def _open_unit(self) -> list[int]:
        """What stands before the lines of this unit, as far as it is known."""
        ids = head(self._tokenizer, self._form, self._unit, self._said)
        self.may_name_metre = bool(self._tokenizer.metres) and not self.metre
        return ids if self.may_name_metre else ids + self._open_rhyme()

    def _open_rhyme(self) -> list[int]:
        """What stands between the metre and the lines of this unit, as far as it is known."""
        tokenizer = self._tokenizer
        letters, whole = self._asked
        self.may_name_rhyme = not letters
        if not letters:
            return []
        ids = [tokenizer.ids[RHYME], *letters]
        self._naming = [*letters]
        if whole:
            ids += [rhyme_end(tokenizer, self._shape, self._unit), *self._close_naming()]
        return ids

    def _close_naming(self) -> list[int]:
        """Goes over to the lines, and tells what was begun of them."""
        self.rhyme = self._tokenizer.decode(self._naming or []).strip()
        self._asked = (self._naming or [], bool(self._naming)) if self._shape.one_rhyme else ([], False)
        self._naming = None
        begun, self._begun = self._begun, []
        return begun
