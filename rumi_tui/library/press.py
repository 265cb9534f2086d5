"""A kept poem as a picture or as pages to print, set by Typst, which shapes Persian. Knows nothing of screens.

Typst is in the extra `pictures`. It brings a font for Latin letters and one that has the Persian ones, and takes a
better one of the system where there is one.
"""

from __future__ import annotations

import datetime
import json
import re
import unicodedata
from typing import Literal

from models.errors import RumiError, needs_extra
from rumi_tui.library import layout
from rumi_tui.library.poem import KeptPoem
from rumi_tui.verse.languages import language_of

PERSIAN_FONTS = (
    *("Vazirmatn", "Noto Naskh Arabic", "Scheherazade New", "Amiri", "Geeza Pro", "Sakkal Majalla"),
    *("Noto Sans Arabic", "Times New Roman", "Tahoma", "DejaVu Sans", "DejaVu Sans Mono"),
)
"""The first that is there is taken; Typst brings the last."""
LATIN_FONT = "Libertinus Serif"
"""Typst brings it."""
PIXELS = 192
"""Of a picture, to an inch."""
MOST_LINES = 200
"""Of a poem as a picture, which is one sheet."""
_MISSING = re.compile('the text `"(.+?)"` could not be displayed', re.DOTALL)

SOURCE = """
#let poem = json(bytes(sys.inputs.poem))
#let accent = rgb(poem.accent)
#let small(words) = text(size: 8pt, fill: rgb(poem.faded), font: poem.latin_fonts, lang: "en", dir: ltr, words)
#let direction = if poem.direction == "rtl" { rtl } else { ltr }
#set document(title: poem.title, description: poem.colophon)
#set text(font: poem.fonts, size: 13pt, fill: rgb(poem.ink), lang: poem.language, dir: direction)
#set text(size: 11.5pt) if poem.columns and not poem.is_card
#set par(leading: 0.9em, linebreaks: "simple")
#set page(
  width: auto, height: auto, margin: 2.2cm, fill: rgb(poem.paper),
  background: pad(0.5cm, rect(width: 100%, height: 100%, stroke: 0.5pt + accent.transparentize(60%))),
) if poem.is_card
#set page(
  "a4", margin: (x: 2cm, y: 2.8cm),
  numbering: (..numbers) => if counter(page).final().first() > 1 { small(str(numbers.at(0))) },
) if not poem.is_card
#align(center, {
  if poem.heading != "" {
    block(below: 2.4em, text(size: 18pt, fill: accent, font: poem.heading_fonts, poem.heading))
  }
  for part in poem.parts {
    if part.caption != "" { block(above: 2.4em, below: 1.6em, sticky: true, small(part.caption)) }
    set text(fill: accent) if part.real
    if poem.columns {
      let before = if part.begins_second { ([],) } else { () }
      grid(columns: 2, column-gutter: 2.5em, row-gutter: 1.2em, ..before, ..part.stanzas.flatten())
    } else {
      for stanza in part.stanzas { block(breakable: stanza.len() > 8, spacing: 1.9em, stanza.join(linebreak())) }
    }
  }
  block(above: 3.4em, small(poem.colophon))
})
"""
"""The document, in Typst's language; the poem comes to it as data, so that nothing in it is taken for markup."""


class NoTypstError(RumiError):
    """Typst is not installed."""


def to_png(poem: KeptPoem) -> bytes:
    """A card, as large as the verse needs. Raises `RumiError` where it cannot be drawn."""
    if len(layout.lines_of(poem)) > MOST_LINES:
        raise RumiError(f"A picture holds at most {MOST_LINES} lines: save this poem as pdf, which has pages.")
    _set(poem, "pdf")  # only there does Typst tell that no font has a letter
    return _set(poem, "png")


def to_pdf(poem: KeptPoem) -> bytes:
    """Pages to print, which can also be read aloud (PDF/UA-1). Raises `RumiError` where they cannot be set."""
    return _set(poem, "pdf")


def _set(poem: KeptPoem, kind: Literal["pdf", "png"]) -> bytes:
    try:
        import typst
    except ModuleNotFoundError as missing:
        raise NoTypstError(str(needs_extra("A picture or a PDF", missing, "pictures"))) from missing
    try:
        document = typst.compile(
            SOURCE.encode(),
            format=kind,
            ppi=PIXELS,
            sys_inputs={"poem": json.dumps(_data(poem, is_card=kind == "png"))},
            pdf_standards=["ua-1"] if kind == "pdf" else [],
            timestamp=datetime.datetime.fromisoformat(poem.written),
        )
    except typst.TypstError as error:
        if letters := _MISSING.search(error.message):
            name = unicodedata.name(letters[1][0], f"U+{ord(letters[1][0]):04X}")
            raise RumiError(
                f"No font of this system has the letter {name}: install one that has it, or save the poem as html."
            ) from error
        raise RumiError(f"Typst cannot set this poem ({error.message}): save it as html or svg.") from error
    assert isinstance(document, bytes)
    return document


def _data(poem: KeptPoem, is_card: bool) -> dict[str, object]:
    """What `SOURCE` reads."""
    latin_fonts = (LATIN_FONT, *PERSIAN_FONTS)
    fonts = {"en": latin_fonts, "fa": PERSIAN_FONTS}
    heading = layout.harmless(poem.title)
    parts = [part._asdict() | {"real": part.real is not None} for part in layout.parts_of(poem)]
    return {
        "is_card": is_card,
        "title": layout.title_of(poem),
        "heading": heading,
        "colophon": layout.colophon(poem),
        "parts": parts,
        "columns": layout.in_columns(poem),
        "language": layout.language(poem),
        "direction": layout.direction(poem),
        "fonts": fonts[layout.language(poem)],
        "heading_fonts": fonts[language_of(heading)],
        "latin_fonts": latin_fonts,
        "paper": layout.PAPER,
        "ink": layout.INK,
        "faded": layout.FADED,
        "accent": layout.ACCENT,
    }
