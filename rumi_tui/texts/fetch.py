"""Texts from their sources into a folder: fetched, extracted, written. Knows nothing of command lines or of networks.

Each text is put in place when it is whole, and only then written into the `corpus.toml` of the folder; so whatever
stops a fetch, the next one goes on from there. The sources stay beside the texts, in the folder `sources`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import tomlkit

from models.errors import UNREADABLE, RumiError, describe
from models.files import sweep
from models.tokenizer import SEPARATOR
from models.toml import read_toml
from rumi_tui.texts.causes import TransferError, placing
from rumi_tui.texts.corpus import Poem
from rumi_tui.texts.download import Downloads, Progress, Silent, read_source
from rumi_tui.texts.labels import COLUMNS, UNLABELLED, labels_path, read_labels
from rumi_tui.texts.sources import Text

HEAD = """\
# What the files are. Poems number 20, 40, 60, ... of each file validate. NAME.tsv beside NAME.txt labels its poems.
"""

Entry = dict[str, Any]
"""What `corpus.toml` says of one text."""


class Fetched(NamedTuple):
    """A text of which a fetch has seen to the end."""

    text: Text
    poems: int = 0
    complaint: str = ""
    """Why it is not here."""


def texts_here(folder: Path, texts: Sequence[Text]) -> list[Text]:
    """Those of the texts that stand in a folder byte for byte as its `corpus.toml` says, with their labels."""
    hashes = {entry.get("file"): entry.get("sha256") for entry in _read_entries(folder)}
    return [text for text in texts if _is_here(folder, text, hashes.get(text.file))]


def fetch(folder: Path, texts: Sequence[Text], progress: Progress | None = None) -> Iterator[Fetched]:
    """Brings the texts that are missing into the folder, and gives each when it is there, or cannot be.

    Raises `RumiError` when the folder cannot be written, has no room, or another fetch fills it; what is in it stays.
    """
    here = texts_here(folder, texts)
    missing = [text for text in texts if text not in here]
    if not missing:
        return
    with Downloads(folder / "sources", progress or Silent()) as downloads:
        sweep(folder)
        downloads.plan(list(dict.fromkeys(source for text in missing for source in text.sources)))
        for text in missing:
            try:
                for source in text.sources:
                    downloads.bring(source)
            except TransferError as error:
                yield Fetched(text, complaint=error.sentence)
                continue
            try:
                poems = _extract(folder / "sources", text)
            except RumiError as error:
                yield Fetched(text, complaint=str(error))
                continue
            _write(folder, text, poems)
            _write_entry(folder, text, texts)
            yield Fetched(text, len(poems))


def _extract(folder: Path, text: Text) -> list[Poem]:
    contents = [read_source(folder, source) for source in text.sources]
    return text.extract(
        *(files if source.parts else files[0] for source, files in zip(text.sources, contents, strict=True))
    )


def complaints(fetched: Sequence[Fetched]) -> list[str]:
    """What keeps texts away, a sentence for each cause."""
    files: dict[str, list[str]] = {}
    for text, _, complaint in fetched:
        files.setdefault(complaint, []).append(text.file)
    return [f"{', '.join(names)}: {complaint}" for complaint, names in files.items()]


def _write(folder: Path, text: Text, poems: Sequence[Poem]) -> None:
    path = folder / text.file
    if any(poem.label != UNLABELLED for poem in poems):
        rows = [COLUMNS, *((poem.label.id, poem.label.title, poem.label.metre, poem.label.rhyme) for poem in poems)]
        with placing(labels_path(path)) as temporary:
            temporary.write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8", newline="\n")
    else:
        labels_path(path).unlink(missing_ok=True)
    with placing(path) as temporary:
        temporary.write_text(SEPARATOR.join(poem.text for poem in poems) + "\n", "utf-8", newline="\n")


def _is_here(folder: Path, text: Text, sha256: str | None) -> bool:
    path = folder / text.file
    if sha256 is None or not path.is_file():
        return False
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        return False
    if not text.labelled:
        return True
    try:
        return sum(1 for _ in read_labels(labels_path(path))) == content.count(SEPARATOR.encode()) + 1
    except RumiError:
        return False


def _read_entries(folder: Path) -> list[Entry]:
    path = folder / "corpus.toml"
    if not path.is_file():
        return []
    try:
        return msgspec.convert(read_toml(path.read_text("utf-8-sig")), dict[str, list[Entry]]).get("text", [])
    except OSError as error:
        raise RumiError(f"Could not read {path} ({describe(error)}).") from error
    except UNREADABLE as error:
        raise RumiError(f"{path} is not a list of texts ({error}): fix it, or move it away.") from error


def _write_entry(folder: Path, text: Text, texts: Sequence[Text]) -> None:
    """Says in `corpus.toml` what a text is; what else it says stays, after the texts that can be fetched."""
    entry = {
        "file": text.file,
        "language": text.language,
        "form": text.form,
        "title": text.title,
        "author": text.author,
        "license": text.licence,
        "sha256": hashlib.sha256((folder / text.file).read_bytes()).hexdigest(),
    }
    order = [known.file for known in texts]
    entries = [entry, *(old for old in _read_entries(folder) if old.get("file") != text.file)]
    entries.sort(key=lambda entry: order.index(entry["file"]) if entry.get("file") in order else len(order))
    with placing(folder / "corpus.toml") as path:
        path.write_text(f"{HEAD}\n{tomlkit.dumps({'text': entries})}", "utf-8", newline="\n")
