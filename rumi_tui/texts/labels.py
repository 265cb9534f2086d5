"""What is known of each poem of a text: `NAME.tsv` beside `NAME.txt`. Knows nothing of the poems themselves.

The first row names the columns: id, title, metre, rhyme. Every other row tells one poem, in the order of the text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from models.characters import printable
from models.errors import RumiError, describe

COLUMNS = ("id", "title", "metre", "rhyme")


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a poem; an empty field says nothing."""

    id: str = ""
    """Where the poem stands in the works of its poet, as `divan/100`."""
    title: str = ""
    metre: str = ""
    """Its feet, and the name of the metre in brackets where it has one."""
    rhyme: str = ""
    """The letters that all its rhyming lines end with."""


UNLABELLED = Label()


def labels_path(text: Path) -> Path:
    """Where the labels of a text file lie, if it has any."""
    return text.with_suffix(".tsv")


def read_labels(path: Path) -> Iterator[Label]:
    """The labels of a file, in its order. Raises `RumiError` where it is no such file."""
    try:
        lines = path.read_text("utf-8").removesuffix("\n").split("\n")
    except OSError as error:
        raise RumiError(f"Could not read {path} ({describe(error)}).") from error
    except UnicodeDecodeError as error:
        raise RumiError(f"{path} is not UTF-8: save it as UTF-8 and try again.") from error
    rows = [tuple(line.split("\t")) for line in lines]
    if rows[:1] != [COLUMNS] or any(len(row) != len(COLUMNS) for row in rows):
        raise RumiError(f"{path} does not hold labels: its columns must be {', '.join(COLUMNS)}, parted by tabs.")
    for row in rows[1:]:
        yield Label(**dict(zip(COLUMNS, map(printable, row), strict=True)))


def hash_of_labels(text: Path) -> str:
    """The SHA-256 of the labels of a text; empty where it has none."""
    path = labels_path(text)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
