"""A kept poem as a file to give away. Knows nothing of screens.

Every format but plain text tells what wrote the poem, so that nobody takes it for Rumi's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import NamedTuple

import msgspec

from models.errors import RumiError, describe
from models.files import replacing
from models.pretrained import MODELS, model_path
from rumi_tui.bidi import is_right_to_left, printable
from rumi_tui.library.real_verse import MACHINE_CAPTION, RealVerse
from rumi_tui.library.store import KeptPoem

PAPER, INK, FADED, ACCENT = "#f6f0e3", "#2b2721", "#7d7466", "#8c3b2a"
SERIF = "Georgia, 'Noto Serif', 'Noto Naskh Arabic', 'Times New Roman', serif"
LINE, MARGIN, LETTER, SMALL_LETTER = 40, 80, 11, 6
"""Of a card, in pixels: from line to line, around the verse, and what a letter may take, of verse and of colophon."""
_NO_CHARACTERS = {0xFFFE: None, 0xFFFF: None}
NARROWEST = 520
"""Pixels of a card."""


def lines_of(poem: KeptPoem) -> list[str]:
    """The lines of a poem, without what could control whoever reads them, or what no XML may hold."""
    return [_harmless(line) for line in poem.text.split("\n")]


def _harmless(line: str) -> str:
    return printable(line).translate(_NO_CHARACTERS)


def colophon(poem: KeptPoem) -> str:
    """One line that tells what wrote a poem, in what metre, and what it was asked for."""
    asked = {
        "metre": dict.fromkeys(filter(None, (passage.named_metre or passage.metre for passage in poem.passages))),
        "rhyme": dict.fromkeys(passage.rhyme for passage in poem.passages if passage.rhyme),
        "seed": [str(passage.seed) for passage in poem.passages],
    }
    settings = "".join(f", {name} {_harmless(', '.join(values))}" for name, values in asked.items() if values)
    model = (model_path(poem.model) if poem.model in MODELS else Path(poem.model)).stem
    if poem.real and poem.is_real:
        order = ", put together by a program" if poem.real.parts else ""
        return f"Rumi's own verse{order}: {_harmless(poem.real.place)}, {poem.form}, {poem.written[:10]}"
    begins = f"Begins with Rumi's verse ({_harmless(poem.real.place)}), goes on with a" if poem.real else "A"
    manner = "his" if poem.real else "Rumi's"
    return f"{begins} machine's verse in {manner} manner: {model}, {poem.form}{settings}, {poem.written[:10]}"


class Part(NamedTuple):
    """Lines of one author."""

    lines: list[str]
    real: RealVerse | None
    """Where they stand, if they are Rumi's."""
    caption: str
    """Who wrote them; empty where the whole poem is a machine's."""


def parts_of(poem: KeptPoem) -> list[Part]:
    """Rumi's lines, if it begins with some, those of each place apart, and the machine's."""
    rest, parts = lines_of(poem), list[Part]()
    for real, count in poem.real.lines_by_place(poem.text) if poem.real else ():
        parts.append(Part(rest[:count], real, _harmless(real.caption)))
        rest = rest[count:]
    if rest:
        parts.append(Part(rest, None, MACHINE_CAPTION if parts else ""))
    return parts


def to_text(poem: KeptPoem) -> str:
    """The poem and nothing else, unless it begins with Rumi's verse: then who wrote what stands above it."""
    blocks = [([f"{part.caption}:", ""] if part.caption else []) + part.lines for part in parts_of(poem)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def to_markdown(poem: KeptPoem) -> str:
    """A heading, if it has a title, one paragraph of hard line breaks, and the colophon."""
    title = f"# {_as_it_is(poem.title)}\n\n" if poem.title else ""
    blocks = []
    for part in parts_of(poem):
        verse = "\\\n".join(_as_it_is(line) for line in "\n".join(part.lines).rstrip("\n").split("\n"))
        if part.real:
            link = f" <{part.real.address}>" if part.real.address else ""
            quoted = f"{verse}\n\n*{_as_it_is(part.caption)}*{link}".split("\n")
            verse = "\n".join(f"> {line}".rstrip() for line in quoted)
        blocks.append(verse)
    verses = "\n\n".join(blocks)
    return f"{title}{verses}\n\n*{_as_it_is(colophon(poem))}*\n"


def _as_it_is(line: str) -> str:
    """A line of Markdown that shows every character."""
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", re.sub(r"([\\`*_\[\]<>#|~&]|^[-+=])", r"\\\1", line))


def to_json(poem: KeptPoem) -> str:
    """All that the library keeps of it."""
    return msgspec.json.format(msgspec.json.encode(poem), indent=2).decode() + "\n"


def to_html(poem: KeptPoem) -> str:
    """A page that needs no other file."""
    direction = _direction(poem)
    title = f"<h1>{escape(printable(poem.title))}</h1>\n" if poem.title else ""
    verse = title + "\n".join(_html(part) for part in parts_of(poem))
    return f"""<!doctype html>
<html dir="{direction}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(printable(poem.title) or lines_of(poem)[0])}</title>
<style>
body {{ background: {PAPER}; color: {INK}; font: 1.25rem/1.8 {SERIF} }}
main, footer {{ max-width: 38rem; margin: 12vh auto 0; padding: 0 1rem }}
h1 {{ font-size: 1.6rem; font-weight: normal; color: {ACCENT} }}
p {{ margin: 0 }}
blockquote {{ margin: 0 0 1.5rem; padding: 0 1rem; border-inline-start: 3px solid {ACCENT}; color: {ACCENT} }}
cite {{ display: block; direction: ltr; color: {FADED}; font-size: 0.8rem; font-style: normal }}
footer {{ direction: ltr; margin-top: 3rem; color: {FADED}; font-size: 0.8rem }}
</style>
<main>
{verse}
</main>
<footer>{escape(colophon(poem))}</footer>
</html>
"""


def _html(part: Part) -> str:
    verse = "\n".join(f"<p>{escape(line)}</p>" for line in part.lines)
    caption = escape(part.caption)
    if part.real:
        name = f'<a href="{escape(part.real.address)}">{caption}</a>' if part.real.address else caption
        return f"<blockquote>\n<cite>{name}</cite>\n{verse}\n</blockquote>"
    return f"<cite>{caption}</cite>\n{verse}" if caption else verse


def to_svg(poem: KeptPoem) -> str:
    """A card: the verse in the middle of a sheet as large as it needs."""
    lines, direction = lines_of(poem), _direction(poem)
    heading = printable(poem.title) or "❦"
    longest = max(len(heading) * 24 // 20, *map(len, lines))
    width = max(NARROWEST, 2 * MARGIN + LETTER * longest, MARGIN + SMALL_LETTER * len(colophon(poem)))
    middle, y = width // 2, MARGIN + LINE
    captions, verses = [], []
    for part in parts_of(poem):
        if part.caption:
            y += LINE
            captions.append(f'<text x="{middle}" y="{y}">{escape(part.caption)}</text>')
        colour = f' fill="{ACCENT}"' if part.real else ""
        for line in part.lines:
            y += LINE
            verses.append(f'<text x="{middle}" y="{y}"{colour}>{escape(line)}</text>')
    height = y + MARGIN + 2 * LINE
    verse, told = "\n".join(verses), "\n".join(captions)
    faded = f'fill="{FADED}" font-family="{SERIF}" font-size="14" text-anchor="middle"'
    authors = f'<g id="captions" {faded}>\n{told}\n</g>\n' if told else ""
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">
<rect width="100%" height="100%" fill="{PAPER}"/>
<rect x="20" y="20" width="{width - 40}" height="{height - 40}" fill="none" stroke="{ACCENT}" stroke-opacity="0.4"/>
<text x="{middle}" y="{MARGIN}" fill="{ACCENT}" font-family="{SERIF}" font-size="24" text-anchor="middle">\
{escape(heading)}</text>
<g fill="{INK}" font-family="{SERIF}" font-size="20" text-anchor="middle" direction="{direction}">
{verse}
</g>
{authors}<text x="{middle}" y="{height - 44}" fill="{FADED}" font-family="{SERIF}" font-size="11" text-anchor="middle">\
{escape(colophon(poem))}</text>
</svg>
"""


FORMATS: dict[str, tuple[str, Callable[[KeptPoem], str]]] = {
    "txt": ("plain text", to_text),
    "md": ("Markdown", to_markdown),
    "html": ("a page for a browser", to_html),
    "svg": ("a card, as a picture", to_svg),
    "json": ("everything that is kept of it", to_json),
}
"""By the ending of the file: what it is, and how a poem becomes it."""


def save_file(poem: KeptPoem, ending: str, folder: Path) -> Path:
    """Writes a poem in one of `FORMATS` and says where; a file that is there already is left as it is.

    Raises `RumiError` when it cannot be written.
    """
    content = FORMATS[ending][1](poem).encode()
    number = 1
    try:
        while True:
            path = folder / f"{file_name(poem)}{f'-{number}' if number > 1 else ''}.{ending}"
            if not path.exists():
                break
            if path.read_bytes() == content:
                return path
            number += 1
    except OSError as error:
        raise RumiError(f"Could not write to {folder} ({describe(error)}).") from error
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path


def file_name(poem: KeptPoem) -> str:
    """A name for a file with this poem, without its ending: the first words, in any language."""
    words = "-".join(re.findall(r"\w+", lines_of(poem)[0])[:5])[:60].lower()
    return f"{words}-{poem.id}" if words else f"poem-{poem.id}"


def _direction(poem: KeptPoem) -> str:
    return "rtl" if is_right_to_left(poem.text) else "ltr"
