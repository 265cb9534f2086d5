"""Poems from text files: one poem a block, blocks parted by blank lines. Knows nothing of ids or batches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import zip_longest
from pathlib import Path
from typing import Any

import msgspec

from models.characters import one_line, printable
from models.errors import UNREADABLE, RumiError, describe
from models.forms import FORMS, FREE, check_form
from models.paths import check_file
from models.tokenizer import normalise
from models.toml import read_toml
from rumi_tui.texts.labels import UNLABELLED, Label, labels_path, read_labels

VALIDATION_EVERY = 20
"""In each file the poems number 20, 40, 60, ... validate; all others train."""

LARGEST_LIST = 16 << 20
"""Bytes of a file that tells of texts or poems: a hundred thousand of them."""
UNSAID_LICENCE = "not said"


class NoTextsError(RumiError):
    """No texts were fetched yet."""

    def __init__(self, folder: Path) -> None:
        """The folder that is not there."""
        super().__init__(f"There are no texts in {folder}: run rumi-corpus fetch or set RUMI_CORPUS_DIR.")
        self.folder = folder


@dataclass(frozen=True)
class Poem:
    """One poem."""

    text: str
    """Normalised, without blank lines."""
    form: str
    """One of `models.forms.FORMS`."""
    label: Label = UNLABELLED


@dataclass(frozen=True)
class Source:
    """One text file. Its poems are read from the file each time they are asked for, so it may be larger than memory."""

    path: Path
    sha256: str
    language: str | None
    """ISO 639-1 code, None where nobody said."""
    form: str
    """Of its poems, one of `models.forms.FORMS`."""

    @property
    def name(self) -> str:
        """The name of the file, as it can be told."""
        return one_line(self.path.name)

    @property
    def poems(self) -> Iterator[Poem]:
        """In the order of the file, with their labels where there is a file of them beside it.

        Raises `RumiError` where that tells of more or fewer poems.
        """
        poems = parse_poems(_read_lines(self.path), self.form)
        path = labels_path(self.path)
        return _labelled(poems, path) if path.is_file() else poems

    @property
    def validation(self) -> Iterator[Poem]:
        """The poems that are measured on and never trained on."""
        return (poem for number, poem in enumerate(self.poems, 1) if number % VALIDATION_EVERY == 0)

    @property
    def training(self) -> Iterator[Poem]:
        """All other poems."""
        return (poem for number, poem in enumerate(self.poems, 1) if number % VALIDATION_EVERY)


class TextFacts(msgspec.Struct, frozen=True):
    """What is known of a text file before it is read; a `corpus.toml` may say more than this."""

    file: str
    language: str | None
    form: str
    title: str = ""
    author: str = ""
    license: str = UNSAID_LICENCE

    def __post_init__(self) -> None:
        for name in ("language", "title", "author", "license"):
            if value := getattr(self, name):
                msgspec.structs.force_setattr(self, name, printable(value))


class Catalogue(msgspec.Struct, frozen=True):
    """A `corpus.toml`."""

    text: list[TextFacts]


class _Entries(msgspec.Struct, frozen=True):
    """The same with all that it says."""

    text: list[dict[str, Any]]


def read_corpus(
    paths: Sequence[Path], language: str | None = None, form: str | None = None, usual_form: str = FREE
) -> list[Source]:
    """Finds text files, and those in folders, and sees to it that each holds a poem.

    A folder gives the texts that its `corpus.toml` names, or every `*.txt` if it has none; of these, `language`
    keeps the ones in that language. A file is what a `corpus.toml` beside it says, or else of the given language and
    the usual form. `form`, where given, holds for every text. Raises `RumiError` when something is missing, empty or no
    text.
    """
    sources = find_sources(paths, language, form, usual_form)
    for source in sources:
        if not sum(1 for _ in source.poems):
            raise RumiError(f"{source.path} is empty: it needs poems parted by blank lines.")
    return sources


def find_sources(
    paths: Sequence[Path], language: str | None = None, form: str | None = None, usual_form: str = FREE
) -> list[Source]:
    """The same without a look at the poems: a text may turn out to be empty, or no text, when they are asked for."""
    if form is not None:
        check_form(form)
    sources: list[Source] = []
    for path in paths:
        if not path.exists():
            raise RumiError(f"There is no text at {path}: name a text file or a folder of them.")
        folder = path if path.is_dir() else path.parent
        catalogue = read_catalogue(folder)
        files = [path]
        if path.is_dir():
            files = list(catalogue) or sorted(folder.glob("*.txt"))
        for file in files:
            facts = catalogue.get(file, TextFacts(file=file.name, language=language, form=usual_form))
            if path.is_dir() and language is not None and facts.language != language:
                continue
            sources.append(Source(file, _hash(file), facts.language, form or facts.form))
    if not sources:
        wanted = f" in the language {language!r}" if language else ""
        raise RumiError(f"There is no text{wanted} in {', '.join(map(str, paths))}: add .txt files or name others.")
    return sources


def _labelled(poems: Iterator[Poem], path: Path) -> Iterator[Poem]:
    for poem, label in zip_longest(poems, read_labels(path)):
        if poem is None or label is None:
            raise RumiError(f"{path} does not tell as many poems as its text has: fetch or write both anew.")
        yield replace(poem, label=label)


def parse_poems(lines: Iterable[str], form: str) -> Iterator[Poem]:
    """The poems of a text, given line by line: its blocks between blank lines, normalised."""
    poem: list[str] = []
    for raw in lines:
        for line in normalise(raw.removesuffix("\n").removesuffix("\r")).split("\n"):
            if line:
                poem.append(line)
            elif poem:
                yield Poem("\n".join(poem), form)
                poem = []
    if poem:
        yield Poem("\n".join(poem), form)


def read_catalogue(folder: Path) -> dict[Path, TextFacts]:
    """What `corpus.toml` says of the files of a folder; nothing if it is not there."""
    path = folder / "corpus.toml"
    if not path.exists():
        return {}
    try:
        check_file(path, LARGEST_LIST)
        table = read_toml(path.read_bytes().decode("utf-8-sig"))
        texts = msgspec.convert(table, Catalogue).text
        names = {name for entry in msgspec.convert(table, _Entries).text for name in entry}
    except OSError as error:
        raise RumiError(f"Could not read {path} ({describe(error)}).") from error
    except UNREADABLE as error:
        raise RumiError(f"{path} is not a list of texts with file, language and form ({error}): mend it.") from error
    for name in sorted(names - set(TextFacts.__struct_fields__)):
        if meant := get_close_matches(name, TextFacts.__struct_fields__, n=1):
            raise RumiError(f"{path} says {name!r} of a text: did you mean {meant[0]}?")
    for text in texts:
        if Path(text.file).is_absolute() or ".." in Path(text.file).parts:
            raise RumiError(f"{path} names {text.file!r}, which is not in its folder: lay the text there.")
        if text.form not in FORMS:
            raise RumiError(f"{path} gives {text.file} the form {text.form!r}: choose one of {', '.join(FORMS)}.")
    return {folder / text.file: text for text in texts}


def _hash(path: Path) -> str:
    try:
        check_file(path)
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RumiError(f"Could not read {path} ({describe(error)}).") from error


def _read_lines(path: Path) -> Iterator[str]:
    read = 0
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                try:
                    yield raw.decode("utf-8")
                except UnicodeDecodeError as error:
                    raise RumiError(
                        f"{path} is not UTF-8: byte {read + error.start} (line {number}) is "
                        f"0x{raw[error.start]:02x}; save it as UTF-8 and try again."
                    ) from error
                read += len(raw)
    except OSError as error:
        raise RumiError(f"Could not read {path} ({describe(error)}).") from error
