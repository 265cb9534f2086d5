"""How a poem is set in a file to give away: who wrote which lines, what belongs together, and what tells of it.

Knows nothing of file formats or of screens.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from models.characters import printable
from models.forms import form_named
from models.pretrained import MODELS, model_path
from rumi_tui.bidi import is_right_to_left
from rumi_tui.library.poem import KeptPoem
from rumi_tui.library.real_verse import MACHINE_CAPTION, RealVerse
from rumi_tui.verse.languages import language_of

PAPER, INK, FADED, ACCENT = "#f6f0e3", "#2b2721", "#7d7466", "#8c3b2a"
"""The colours of everything that is not plain text."""
_NO_CHARACTERS = {0xFFFE: None, 0xFFFF: None}


def lines_of(poem: KeptPoem) -> list[str]:
    """The lines of a poem, without what could control whoever reads them, or what no XML may hold."""
    return [harmless(line) for line in poem.text.rstrip("\n").split("\n")]


def harmless(line: str) -> str:
    """A line without control characters, bidi marks, and what no XML may hold."""
    return printable(line).translate(_NO_CHARACTERS)


def title_of(poem: KeptPoem) -> str:
    """What a document with this poem is called: by its title, or else its first line that is not blank."""
    return harmless(poem.title) or next((line for line in lines_of(poem) if line.strip()), "A poem")


def language(poem: KeptPoem) -> str:
    """The language that it is in, ISO 639-1."""
    return language_of(poem.text)


def direction(poem: KeptPoem) -> str:
    """`rtl` or `ltr`, as HTML and SVG take it."""
    return "rtl" if is_right_to_left(poem.text) else "ltr"


def in_columns(poem: KeptPoem) -> bool:
    """Whether the two lines of a couplet stand side by side, as in a Persian divan."""
    return form_named(poem.form).columns == 2 and direction(poem) == "rtl" and all(lines_of(poem))


class Part(NamedTuple):
    """Lines of one author."""

    stanzas: list[list[str]]
    """Lines that belong together, as the two of a couplet; air stands between them."""
    real: RealVerse | None
    """Where they stand, if they are Rumi's."""
    caption: str
    """Who wrote them; empty where the whole poem is a machine's."""
    begins_second: bool
    """Whether the first of them stands in the second column, since it is the second line of a couplet."""

    @property
    def lines(self) -> list[str]:
        """All its lines."""
        return [line for stanza in self.stanzas for line in stanza]


def parts_of(poem: KeptPoem) -> list[Part]:
    """Rumi's lines, if it begins with some, those of each place apart, what others wrote among them, the machine's."""
    first, count, parts, columns = 0, len(lines_of(poem)), list[Part](), in_columns(poem)
    for real, lines in poem.real.lines_by_place(poem.text) if poem.real else ():
        end = min(count, first + lines)
        his = real if real.author == "Rumi" else None
        parts.append(Part(_stanzas(poem, first, end), his, harmless(real.caption), columns and first % 2 == 1))
        first = end
    if first < count:
        caption = MACHINE_CAPTION if parts else ""
        parts.append(Part(_stanzas(poem, first, count), None, caption, columns and first % 2 == 1))
    return parts


def _stanzas(poem: KeptPoem, first: int, end: int) -> list[list[str]]:
    """The lines from `first` to the one before `end`, couplet by couplet in a form of any number of couplets.

    A poem that has empty lines of its own, as one that was changed by hand, is left as it is.
    """
    form, lines = form_named(poem.form), lines_of(poem)
    size = form.unit if form.lines is None and form.unit > 1 and all(lines) else len(lines)
    starts = [first, *range(first - first % size + size, end, size)]
    return [lines[start : min(end, start - start % size + size)] for start in starts]


def colophon(poem: KeptPoem) -> str:
    """One line that tells what wrote a poem, in what metre, and what it was asked for."""
    asked = {
        "metre": dict.fromkeys(filter(None, (passage.named_metre or passage.metre for passage in poem.passages))),
        "rhyme": dict.fromkeys(passage.rhyme for passage in poem.passages if passage.rhyme),
        "seed": [str(passage.seed) for passage in poem.passages],
    }
    settings = "".join(f", {name} {harmless(', '.join(values))}" for name, values in asked.items() if values)
    model = (model_path(poem.model) if poem.model in MODELS else Path(poem.model)).stem
    machine = f"{harmless(model)}, {poem.form}{settings}, {poem.written[:10]}"
    if poem.real is None:
        return f"A machine's verse in Rumi's manner: {machine}"
    real, place = poem.real, harmless(poem.real.place)
    changed = ", changed by hand" if "hand" in real.others else ""
    if real.length < len(poem.text):
        return f"Begins with Rumi's verse ({place}{changed}), goes on with a machine's verse in his manner: {machine}"
    if "machine" in real.others:
        return f"Rumi's verse ({place}{changed}) with lines by a machine in his manner: {machine}"
    order = ", put together by a program" if any(part.place not in ("", real.place) for part in real.parts) else ""
    return f"Rumi's {'' if changed else 'own '}verse{order}{changed}: {place}, {poem.form}, {poem.written[:10]}"
