"""A kept poem as a file to give away. Knows nothing of screens.

Every format but plain text tells what wrote the poem, so that nobody takes it for Rumi's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import msgspec

from models.errors import RumiError, describe
from models.files import replacing
from rumi_tui.library.card import to_svg
from rumi_tui.library.html import to_html
from rumi_tui.library.layout import Part, colophon, direction, harmless, language, parts_of, title_of
from rumi_tui.library.poem import KeptPoem
from rumi_tui.library.press import to_pdf, to_png


def to_text(poem: KeptPoem) -> str:
    """The poem and nothing else, unless it begins with Rumi's verse: then who wrote what stands above it."""
    blocks = [f"{part.caption}:\n\n{_as_text(part)}" if part.caption else _as_text(part) for part in parts_of(poem)]
    return "\n\n".join(blocks) + "\n"


def to_text_file(poem: KeptPoem) -> str:
    """The same under its title, if it has one."""
    return f"{harmless(poem.title)}\n\n{to_text(poem)}" if poem.title else to_text(poem)


def _as_text(part: Part) -> str:
    return "\n\n".join("\n".join(stanza) for stanza in part.stanzas)


def to_markdown(poem: KeptPoem) -> str:
    """A heading, if it has a title, a paragraph of hard line breaks for each couplet, and the colophon."""
    title = f"# {_as_it_is(harmless(poem.title))}\n\n" if poem.title else ""
    blocks = []
    for part in parts_of(poem):
        stanzas = ["\\\n".join(_as_it_is(line) for line in stanza) for stanza in part.stanzas]
        verse = "\n\n".join(stanzas)
        if part.real:
            link = f" <{part.real.address}>" if part.real.address else ""
            quoted = f"{verse}\n\n*{_as_it_is(part.caption)}*{link}".split("\n")
            verse = "\n".join(f"> {line}".rstrip() for line in quoted)
        elif part.caption:
            verse = f"*{_as_it_is(part.caption)}*\n\n{verse}"
        blocks.append(verse)
    verses = "\n\n".join(blocks)
    if direction(poem) == "rtl":
        verses = f'<div dir="rtl" lang="{language(poem)}">\n\n{verses}\n\n</div>'
    return f"{title}{verses}\n\n*{_as_it_is(colophon(poem))}*\n"


def _as_it_is(line: str) -> str:
    """A line of Markdown that shows every character."""
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", re.sub(r"([\\`*_\[\]<>#|~&]|^[-+=])", r"\\\1", line))


def to_json(poem: KeptPoem) -> str:
    """All that the library keeps of it."""
    return msgspec.json.format(msgspec.json.encode(poem), indent=2).decode() + "\n"


class Format(NamedTuple):
    """A kind of file."""

    what: str
    """It is, in a few words."""
    write: Callable[[KeptPoem], str | bytes]
    """Makes it of a poem; where it raises `RumiError`, that says what to do."""
    library: str = ""
    """What it is made with, where that is in an extra."""

    @property
    def missing(self) -> str:
        """The library that is to be installed before; empty where nothing is."""
        return self.library if self.library and find_spec(self.library) is None else ""


FORMATS = {
    "txt": Format("plain text", to_text_file),
    "md": Format("Markdown", to_markdown),
    "html": Format("a page for a browser", to_html),
    "svg": Format("a card, as a drawing", to_svg),
    "png": Format("a card, as a picture", to_png, "typst"),
    "pdf": Format("pages to print", to_pdf, "typst"),
    "json": Format("everything that is kept of it", to_json),
}
"""By the ending of the file."""


def content_of(poem: KeptPoem, ending: str) -> bytes:
    """A file of one of `FORMATS`. Raises `RumiError` where it cannot be made."""
    content = FORMATS[ending].write(poem)
    return content.encode() if isinstance(content, str) else content


def save_file(content: bytes, name: str, folder: Path) -> Path:
    """Writes a file of this name and says where; one that is there already is left as it is, and a number is added.

    Raises `RumiError` when it cannot be written.
    """
    stem, _, ending = name.rpartition(".")
    number = 1
    try:
        while True:
            path = folder / f"{stem}{f'-{number}' if number > 1 else ''}.{ending}"
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


def file_name(poem: KeptPoem, ending: str) -> str:
    """A name for a file with this poem: its title, or else its first words, in any language."""
    words = re.findall(r"\w+", title_of(poem))
    name = "-".join(words if poem.title else words[:5])[:60].strip("-").lower()
    return f"{name or 'poem'}-{poem.id}.{ending}"
