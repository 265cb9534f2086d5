"""A poem as the tokens that a decoder reads: what is said of it, and its lines. Knows nothing of training or sampling.

In a form whose lines belong together in units, as the halves of a couplet, each unit is laid out like this; what stands
in brackets may be left out, and then the decoder does without:

    <ghazal> [<metre:...>] [<rhyme> letters <both>] first line <break> second line, then a line feed or <end>

`<both>` says that both lines end in the letters, `<second>` that the second alone does. So the stream may be cut before
any unit, and what was asked for never slides out of the window. That a unit is the first of its poem, the `<end>` of
the one before tells (`opening`). In other forms, form and metre stand once, before the first line. To say what is
wanted first was shown to help by Keskar et al. 2019 ("CTRL: a conditional transformer language model for
controllable generation", arXiv:1909.05858), and rhyme and length before each line by Ormazabal et al. 2022 ("PoeLM",
arXiv:2205.12206).

A decoder whose tokenizer has no such tokens reads the form, then the text as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from models.forms import Form, form_named
from models.tokenizer import BOTH, BREAK, METRE, RHYME, SECOND, Tokenizer


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said of a poem beside its form; an empty field says nothing."""

    metre: str = ""
    """One of `Tokenizer.metres`."""
    rhymes: tuple[str, ...] = ()
    """What the lines of each unit end in. In a form of one rhyme the first holds for all."""

    def rhyme_of(self, unit: int, form: Form) -> str:
        """The rhyme of a unit, counted from 0; empty where nobody says it."""
        unit = 0 if form.one_rhyme else unit
        return self.rhymes[unit] if unit < len(self.rhymes) else ""


UNSAID = Conditions()


def lay_out(tokenizer: Tokenizer, form: str, text: str, conditions: Conditions = UNSAID) -> list[int]:
    """The ids of a normalised text, from the form to its last character; nothing says that it ends there.

    Raises `RumiError` for a form or a metre that the tokenizer does not know.
    """
    shape = form_named(form)
    units = shape.unit > 1 and tokenizer.names_rhymes
    if not units:
        return [*head(tokenizer, form, 0, msgspec.structs.replace(conditions, rhymes=())), *tokenizer.encode(text)]
    line_feed, line_break = tokenizer.ids["\n"], tokenizer.ids[BREAK]
    ids: list[int] = []
    for number, line in enumerate(text.split("\n")):
        unit, place = divmod(number, shape.unit)
        if place:
            ids.append(line_break)
        else:
            ids += [line_feed] if unit else []
            ids += head(tokenizer, form, unit, conditions)
        ids += tokenizer.encode(line)
    return ids


def opening(tokenizer: Tokenizer) -> list[int]:
    """What a decoder reads before a poem that stands alone: the end of another, as in the stream that it learned from.

    Nothing for a decoder without such layouts: whatever it reads first is the beginning of a poem.
    """
    return [tokenizer.end_id] if tokenizer.names_rhymes else []


def head(tokenizer: Tokenizer, form: str, unit: int, conditions: Conditions = UNSAID) -> list[int]:
    """What stands before the first line of a unit, counted from 0. Raises as `lay_out` does."""
    shape = form_named(form)
    ids = [tokenizer.form_id(form)]
    if conditions.metre:
        ids.append(metre_id(tokenizer, conditions.metre))
    if rhyme := conditions.rhyme_of(unit, shape):
        ids += [tokenizer.ids[RHYME], *tokenizer.encode(rhyme), rhyme_end(tokenizer, shape, unit)]
    return ids


def rhyme_end(tokenizer: Tokenizer, form: Form, unit: int) -> int:
    """The id after the letters of a rhyme, which says which lines of the unit end in them."""
    return tokenizer.ids[BOTH if form.both_rhyme(unit) else SECOND]


def metre_id(tokenizer: Tokenizer, metre: str) -> int:
    """The id of a metre. Raises `RumiError` for one that the tokenizer does not know."""
    return tokenizer.ids[f"{METRE}{tokenizer.metre_named(metre)}>"]


def is_text(tokenizer: Tokenizer, ids: Sequence[int] | npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which ids [tokens] of poems laid out are verse or end a poem, and do not say something of it: bool [tokens]."""
    ids = np.asarray(ids)
    text = ~np.isin(ids, tokenizer.sign_ids)
    if tokenizer.names_rhymes:
        opened = np.cumsum(ids == tokenizer.ids[RHYME])
        closed = np.cumsum(np.isin(ids, [tokenizer.ids[BOTH], tokenizer.ids[SECOND]]))
        text &= opened == closed
    return text
