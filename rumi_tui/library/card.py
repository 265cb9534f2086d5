"""A kept poem as a card, drawn as SVG. Knows nothing of screens.

The reader's own fonts draw it, so what a letter takes is guessed, and lines stand in the middle of their column.
"""

from __future__ import annotations

from html import escape

from rumi_tui.library.html import SERIF
from rumi_tui.library.layout import (
    ACCENT,
    FADED,
    INK,
    PAPER,
    colophon,
    direction,
    harmless,
    in_columns,
    language,
    lines_of,
    parts_of,
    title_of,
)
from rumi_tui.library.poem import KeptPoem

LINE, AIR, MARGIN, GAP = 40, 18, 80, 60
"""In pixels: from line to line, what is more between couplets, around the verse, and between two columns."""
LETTER, SMALL_LETTER = 11, 6
"""What a letter may take, of verse and of colophon."""
NARROWEST = 520
"""Pixels of a card."""


def to_svg(poem: KeptPoem) -> str:
    """The verse in the middle of a sheet as large as it needs; a Persian couplet in two columns."""
    heading = harmless(poem.title) or "❦"
    column = LETTER * max(map(len, lines_of(poem)))
    columns = 2 if in_columns(poem) else 1
    verse_width = max(columns * column + (columns - 1) * GAP, LETTER * len(heading) * 24 // 20)
    width = max(NARROWEST, 2 * MARGIN + verse_width, MARGIN + SMALL_LETTER * len(colophon(poem)))
    middle = width // 2
    aside = (column + GAP) // 2 if columns == 2 else 0
    y = MARGIN + LINE
    captions, verses = list[str](), list[str]()
    for part in parts_of(poem):
        if part.caption:
            y += LINE + AIR * bool(captions)
            captions.append(f'<text x="{middle}" y="{y}">{escape(part.caption)}</text>')
        colour = f' fill="{ACCENT}"' if part.real else ""
        for number, stanza in enumerate(part.stanzas):
            y += AIR * (number > 0 and columns == 1)
            for place, line in enumerate(stanza):
                is_first = (place + (part.begins_second and number == 0)) % columns == 0
                y += LINE * (is_first or place == 0)
                x = middle + (aside if is_first else -aside)
                verses.append(f'<text x="{x}" y="{y}"{colour}>{escape(line)}</text>')
    height = y + MARGIN + 2 * LINE
    verse, told = "\n".join(verses), "\n".join(captions)
    faded = f'fill="{FADED}" font-family="{SERIF}" font-size="14" text-anchor="middle"'
    authors = f'<g id="captions" lang="en" {faded}>\n{told}\n</g>\n' if told else ""
    return f"""<svg xmlns="http://www.w3.org/2000/svg" lang="{language(poem)}" \
width="{width}" height="{height}" viewBox="0 0 {width} {height}">
<title>{escape(title_of(poem))}</title>
<rect width="100%" height="100%" fill="{PAPER}"/>
<rect x="20" y="20" width="{width - 40}" height="{height - 40}" fill="none" stroke="{ACCENT}" stroke-opacity="0.4"/>
<text x="{middle}" y="{MARGIN}" fill="{ACCENT}" font-family="{SERIF}" font-size="24" text-anchor="middle">\
{escape(heading)}</text>
<g fill="{INK}" font-family="{SERIF}" font-size="20" text-anchor="middle" direction="{direction(poem)}">
{verse}
</g>
{authors}<text lang="en" x="{middle}" y="{height - 44}" fill="{FADED}" font-family="{SERIF}" font-size="11" \
text-anchor="middle">{escape(colophon(poem))}</text>
</svg>
"""
