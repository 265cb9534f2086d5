"""What texts there are to fetch and to read. Knows nothing of the network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from models.forms import FREE
from rumi_tui.texts.corpus import UNSAID_LICENCE, read_catalogue
from rumi_tui.texts.sources import Text


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One text, here or not."""

    name: str
    """Of its file."""
    language: str | None
    """ISO 639-1 code, None where nobody said."""
    form: str
    licence: str
    bytes: int
    """Of the file, or where it is not here of what must be fetched for it."""
    here: bool


def listing(folder: Path, texts: Sequence[Text]) -> list[Listed]:
    """The texts that can be fetched, then what else is in the folder. Raises `RumiError` for a damaged catalogue."""
    catalogue = {path.name: facts for path, facts in read_catalogue(folder).items()}
    listed = []
    for text in texts:
        path = folder / text.file
        here = path.is_file()
        size = path.stat().st_size if here else sum(source.bytes for source in text.sources)
        listed.append(
            Listed(name=text.file, language=text.language, form=text.form, licence=text.licence, bytes=size, here=here)
        )
    names = {text.file for text in texts}
    for path in sorted(folder.glob("*.txt")):
        if path.name not in names:
            facts = catalogue.get(path.name)
            listed.append(
                Listed(
                    name=path.name,
                    language=facts.language if facts else None,
                    form=facts.form if facts else FREE,
                    licence=facts.license if facts else UNSAID_LICENCE,
                    bytes=path.stat().st_size,
                    here=True,
                )
            )
    return listed
