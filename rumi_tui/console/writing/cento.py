"""A cento as a poem of the library and as something to be written beside. Knows nothing of screens."""

from __future__ import annotations

from rumi_tui.console.writing.draft import Draft
from rumi_tui.library.real_verse import RealVerse
from rumi_tui.library.store import Library
from rumi_tui.search.cento import Cento
from rumi_tui.texts.opening import Opening
from rumi_tui.verse.languages import LANGUAGES


def draft_of(library: Library, cento: Cento) -> Draft:
    """The cento as it is kept, every line Rumi's; where the library has the same one, that one.

    Raises `RumiError` where the library cannot be read.
    """
    text = "\n".join(couplet.verse for couplet in cento.couplets)
    for poem in library.poems_with(text):
        if poem.is_real:
            return Draft.reopen(library, poem)
    ends = [*("\n" for _ in cento.couplets[1:]), ""]
    parts = [
        RealVerse(length=len(couplet.verse + end), place=couplet.place, address=couplet.address)
        for couplet, end in zip(cento.couplets, ends, strict=True)
    ]
    real = RealVerse(length=len(text), place=_name(cento), parts=tuple(parts))
    draft = Draft(library, LANGUAGES[cento.language].model, "", cento.form, text, title=_title(cento), real=real)
    draft.save()
    return draft


def to_write_beside(cento: Cento) -> Opening:
    """What a poem is to keep to that is written beside it."""
    return Opening(
        text="", place=_name(cento), language=cento.language, form=cento.form, metre=cento.metre, rhyme=cento.rhyme
    )


def _name(cento: Cento) -> str:
    return f"a cento around {', '.join(cento.words)}"


def _title(cento: Cento) -> str:
    return f"Cento: {', '.join(cento.words)}"
