"""Rumi's verse as a beginning that a model writes on from, with all to keep. Knows nothing of how one writes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from models.forms import FREE, form_named
from models.tokenizer import Tokenizer
from rumi_tui.texts.whole_poem import WholePoem
from rumi_tui.verse.endings import unit_rhymes

COUPLETS = 4
"""That are given of a section of the Masnavi: a tale is long, and a model follows its last lines most."""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """Verse by Rumi that is to be gone on with."""

    text: str
    """Its lines, the last one ended."""
    place: str
    """Where all of it stands, for a person."""
    address: str = ""
    language: str | None
    form: str
    metre: str = ""
    """As the label has it, which a model may not know; empty for none."""
    rhyme: str = ""
    """What its rhyming lines end in, where one rhyme goes through the poem; empty for none."""

    def in_form(self, form: str) -> Opening:
        """The same to be gone on with in another form, where its rhyme says nothing; free verse has no metre either."""
        if form == self.form:
            return self
        return msgspec.structs.replace(self, form=form, rhyme="", metre="" if form == FREE else self.metre)

    def meant_for(self, tokenizer: Tokenizer, forms: Sequence[str]) -> Opening:
        """The same as far as a model knows it: its characters, one of its forms, a metre and a rhyme it can be told."""
        fitted = self if self.form in forms else self.in_form(forms[0])
        return msgspec.structs.replace(
            fitted,
            text=tokenizer.fit(self.text).text,
            metre=fitted.metre if fitted.metre in tokenizer.metres else "",
            rhyme=fitted.rhyme if tokenizer.names_rhymes else "",
        )


def opening_at(poem: WholePoem, number: int, language: str) -> Opening:
    """A poem in a language from its first couplet to this one: of a section of the Masnavi only the last `COUPLETS`.

    Of a quatrain it is the first couplet, whichever was asked for, so that there is something left to write.
    """
    form = poem.forms[language]
    couplets = [couplet for couplet in poem.couplets if language in couplet.verse]
    given = [couplet for couplet in couplets if couplet.number <= number] or couplets[:1]
    if form_named(form).lines:
        given = given[:1]
    elif poem.place.work == "masnavi":
        given = given[-COUPLETS:]
    lines = [line for couplet in given for line in couplet.verse[language].split("\n")]
    rhymes = unit_rhymes(lines, form, language, poem.rhyme) if form_named(form).one_rhyme else ()
    first, last = given[0].number, given[-1].number
    whole = poem.place_of(given[0])
    return Opening(
        text="\n".join(lines) + "\n",
        place=whole.name if first == last else f"{whole.name.replace('couplet', 'couplets')} to {last}",
        address=poem.place.address,
        language=language,
        form=form,
        metre=poem.metre if form != "free" else "",
        rhyme=next(iter(rhymes), ""),
    )
