"""A whole poem as plain text and for JSON, for whoever reads without a page. Knows nothing of files."""

from __future__ import annotations

from typing import Any

from rumi_tui.texts.places import Place
from rumi_tui.texts.reader import Works
from rumi_tui.texts.whole_poem import NumberedCouplet, WholePoem
from rumi_tui.verse.feet import is_metre, metre_named

MARK = ">"
"""Before the couplet that was asked for."""
NUMBER = 5
"""Characters of the number of a couplet."""


def heading(poem: WholePoem) -> list[str]:
    """The place, the titles, the metre, who wrote and translated it, and the address, each in a line of its own."""
    last = poem.couplets[-1].number
    span = f", couplets {poem.couplets[0].number} to {last}" if poem.place.work == "masnavi" else ""
    return [
        f"{poem.place.name}{span}",
        *poem.titles.values(),
        *metre_lines(poem.metre),
        *dict.fromkeys(poem.authors.values()),
        poem.place.address,
    ]


def metre_lines(metre: str) -> list[str]:
    """A metre with its name, and in short and long syllables where its feet are known; nothing for none."""
    return [metre, *([metre_named(metre).syllables] if is_metre(metre) else [])] if metre else []


def to_text(poem: WholePoem, number: int = 0) -> str:
    """The heading, then every couplet with its number, its languages below each other; one couplet is marked."""
    return "\n\n".join(["\n".join(heading(poem)), *(_couplet(each, number) for each in poem.couplets)])


def _couplet(couplet: NumberedCouplet, marked: int) -> str:
    lines = [line for verse in couplet.verse.values() for line in verse.split("\n")]
    sign = MARK if couplet.number == marked else " "
    margins = [f"{couplet.number:>{NUMBER}} {sign} ", *[f"{'':{NUMBER}} {sign} "] * (len(lines) - 1)]
    return "\n".join(margin + line for margin, line in zip(margins, lines, strict=True))


def to_document(works: Works, poem: WholePoem, number: int = 0) -> dict[str, Any]:
    """All of it for JSON, with the couplet that was asked for and what stands before and after it in its work."""
    return {
        "place": poem.place.name,
        "reference": poem.place.reference,
        "address": poem.place.address,
        "form": poem.form,
        "titles": poem.titles,
        "authors": poem.authors,
        "metre": poem.metre,
        "rhyme": poem.rhyme,
        "couplet": number or None,
        "couplets": poem.couplets,
        "previous": _reference(works.beside(poem.place, -1)),
        "next": _reference(works.beside(poem.place, 1)),
    }


def _reference(place: Place | None) -> str | None:
    return place.reference if place else None
