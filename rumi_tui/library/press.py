"""A kept poem as a picture or as pages to print, set by Typst, which shapes Persian. Knows nothing of screens.

Typst is in the extra `pictures`. It brings a font for Latin letters and one that has the Persian ones, and takes a
better one of the system where there is one.
"""

from __future__ import annotations

import datetime
import re
import subprocess
import sys
import unicodedata
from importlib.util import find_spec
from typing import Literal

import msgspec

from models.errors import RumiError, describe, needs_extra
from rumi_tui.library import layout
from rumi_tui.library.poem import KeptPoem
from rumi_tui.library.typesetter import REFUSED, Order
from rumi_tui.verse.languages import language_of

PERSIAN_FONTS = (
    *("Vazirmatn", "Noto Naskh Arabic", "Scheherazade New", "Amiri", "Geeza Pro", "Sakkal Majalla"),
    *("Noto Sans Arabic", "Times New Roman", "Tahoma", "DejaVu Sans", "DejaVu Sans Mono"),
)
"""The first that is there is taken; Typst brings the last."""
LATIN_FONT = "Libertinus Serif"
"""Typst brings it."""
MOST_LINES = 200
"""Of a poem as a picture, which is one sheet."""
_MISSING = re.compile('the text `"(.+?)"` could not be displayed', re.DOTALL)
# -P: a folder called `models` where the person happens to stand must not be taken for ours.
COMMAND = (sys.executable, "-P", "-m", "rumi_tui.library.typesetter")


class NoTypstError(RumiError):
    """Typst is not installed."""


def to_png(poem: KeptPoem) -> bytes:
    """A card, as large as the verse needs. Raises `RumiError` where it cannot be drawn."""
    if len(layout.lines_of(poem)) > MOST_LINES:
        raise RumiError(f"A picture holds at most {MOST_LINES} lines: save this poem as pdf, which has pages.")
    return _set(poem, "png")


def to_pdf(poem: KeptPoem) -> bytes:
    """Pages to print, which can also be read aloud (PDF/UA-1). Raises `RumiError` where they cannot be set."""
    return _set(poem, "pdf")


def _set(poem: KeptPoem, kind: Literal["pdf", "png"]) -> bytes:
    if find_spec("typst") is None:
        missing = ModuleNotFoundError(name="typst")
        raise NoTypstError(str(needs_extra("A picture or a PDF", missing, "pictures")))
    written = datetime.datetime.fromisoformat(poem.written)
    order = Order(kind=kind, written=written, poem=_data(poem, is_card=kind == "png"))
    try:
        done = subprocess.run(COMMAND, input=msgspec.json.encode(order), capture_output=True, check=False)
    except OSError as error:
        raise RumiError(f"Typst could not start ({describe(error)}): save the poem as html or svg.") from error
    if done.returncode == 0:
        return done.stdout
    if done.returncode != REFUSED:
        raise RumiError("Typst ended unexpectedly: save the poem as html or svg.")
    said = done.stderr.decode("utf-8", "replace").strip()
    if letters := _MISSING.search(said):
        name = unicodedata.name(letters[1][0], f"U+{ord(letters[1][0]):04X}")
        raise RumiError(
            f"No font of this system has the letter {name}: install one that has it, or save the poem as html."
        )
    raise RumiError(f"Typst cannot set this poem ({said}): save it as html or svg.")


def _data(poem: KeptPoem, is_card: bool) -> dict[str, object]:
    """What `rumi_tui.library.typesetter.SOURCE` reads."""
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
