"""Poems from text files: one poem a block, blocks parted by blank lines. Knows nothing of ids or batches."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import RumiError, describe
from models.tokenizer import FORMS, normalise

VALIDATION_EVERY = 20
"""In each file the poems number 20, 40, 60, ... validate; all others train."""


@dataclass(frozen=True)
class Poem:
    """One poem."""

    text: str
    """Normalised, without blank lines."""
    form: str
    """One of `models.tokenizer.FORMS`."""


@dataclass(frozen=True)
class Source:
    """One text file."""

    name: str
    sha256: str
    language: str | None
    """ISO 639-1 code, None where nobody said."""
    poems: tuple[Poem, ...]
    """In the order of the file."""

    @property
    def validation(self) -> tuple[Poem, ...]:
        """The poems that are measured on and never trained on."""
        return self.poems[VALIDATION_EVERY - 1 :: VALIDATION_EVERY]

    @property
    def training(self) -> tuple[Poem, ...]:
        """All other poems."""
        return tuple(poem for number, poem in enumerate(self.poems, 1) if number % VALIDATION_EVERY)


def read_corpus(paths: Sequence[Path], language: str | None = None, form: str | None = None) -> list[Source]:
    """Reads text files, and folders of them.

    A folder gives the texts that its `corpus.toml` names, or every `*.txt` if it has none; of these, `language`
    keeps the ones in that language. A file is what a `corpus.toml` beside it says, or else of the given language and
    `free`. `form`, where given, holds for every text. Raises `RumiError` when something is missing, empty or no text.
    """
    sources: list[Source] = []
    for path in paths:
        if not path.exists():
            raise RumiError(f"There is no text at {path}: name a text file or a folder of them.")
        folder = path if path.is_dir() else path.parent
        told = _read_catalogue(folder / "corpus.toml")
        files = [path] if path.is_file() else [folder / name for name in told] or sorted(folder.glob("*.txt"))
        for file in files:
            facts = told.get(file.name, {})
            text_language = facts.get("language", language)
            if path.is_dir() and language is not None and text_language != language:
                continue
            sources.append(_read_source(file, text_language, form or facts.get("form", "free")))
    if not sources:
        wanted = f" in the language {language!r}" if language else ""
        raise RumiError(f"There is no text{wanted} in {', '.join(map(str, paths))}: add .txt files or name others.")
    return sources


def parse_poems(text: str, form: str) -> tuple[Poem, ...]:
    """The poems of a text: its blocks between blank lines, normalised."""
    blocks = re.split(r"\n{2,}", normalise(text).strip("\n"))
    return tuple(Poem(block, form) for block in blocks if block)


def _read_catalogue(path: Path) -> dict[str, dict[str, str]]:
    """What `corpus.toml` says of each file: its language and form."""
    if not path.is_file():
        return {}
    try:
        texts = tomllib.loads(path.read_text("utf-8"))["text"]
        told = {text["file"]: {"language": text["language"], "form": text["form"]} for text in texts}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise RumiError(f"{path} is not a list of texts with file, language and form ({error}): mend it.") from error
    for name, facts in told.items():
        if facts["form"] not in FORMS:
            raise RumiError(f"{path} gives {name} the form {facts['form']!r}: choose one of {', '.join(FORMS)}.")
    return told


def _read_source(path: Path, language: str | None, form: str) -> Source:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise RumiError(f"Could not read {path} ({describe(error)}).") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise RumiError(
            f"{path} is not UTF-8: byte {error.start} (line {line}) is 0x{raw[error.start]:02x}; "
            "save it as UTF-8 and try again."
        ) from error
    poems = parse_poems(text, form)
    if not poems:
        raise RumiError(f"{path} is empty: it needs poems parted by blank lines.")
    return Source(path.name, hashlib.sha256(raw).hexdigest(), language, poems)
