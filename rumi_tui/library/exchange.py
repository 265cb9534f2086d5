"""A whole library as one file, and poems taken in from such a file or from the JSON of one poem.

Knows nothing of screens.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from models.characters import printable
from models.errors import UNREADABLE, RumiError, describe
from models.paths import check_file, given_path
from rumi_tui.library.poem import Branch, KeptPoem, Passage, check
from rumi_tui.library.store import DamagedPoemError, Library
from rumi_tui.texts.places import read_place

VERSION = 1
"""Of what a library file holds."""
LIBRARY = "library"
"""What stands in the place of a format where the whole library is to be saved."""
LARGEST = 256 * 2**20
"""Bytes of a file that is read: a hundred thousand poems."""


class LibraryFile(msgspec.Struct, frozen=True, kw_only=True):
    """All that one library gives to another."""

    rumi_library: int
    """See `VERSION`."""
    poems: tuple[KeptPoem, ...]
    """The oldest first, without those that were deleted."""
    bookmarks: tuple[str, ...] = ()
    """The latest first."""


class TakenIn(NamedTuple):
    """What came of poems that were to be taken in."""

    new: int
    known: int
    """Of the poems, how many were in the library already."""

    @property
    def words(self) -> str:
        """For a person."""
        new = f"{self.new} {'poem' if self.new == 1 else 'poems'} added to the library"
        known = f"; {self.known} {'was' if self.known == 1 else 'were'} there already" if self.known else ""
        return f"{new}{known}."


def to_library_file(library: Library) -> bytes:
    """The file. Raises `RumiError` where the library cannot be read."""
    file = LibraryFile(
        rumi_library=VERSION, poems=tuple(reversed(library.poems())), bookmarks=tuple(library.bookmarks())
    )
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


def library_file_name() -> str:
    """A name for the file, with the day, so that one can tell them apart."""
    return f"rumi-library-{datetime.date.today():%Y-%m-%d}.json"


def read_file(path: Path) -> LibraryFile:
    """The poems in a file; `~` is the person's folder.

    Raises `RumiError` for one that cannot be read, or that is damaged or another program's.
    """
    path = given_path(path)
    try:
        check_file(path, LARGEST)
        content = path.read_bytes()
    except OSError as error:
        raise RumiError(f"{path} cannot be read ({describe(error)}).") from error
    try:
        file = _decode(content)
        for poem in file.poems:
            _check(poem)
        for place in file.bookmarks:
            read_place(place)
    except (*UNREADABLE, RumiError) as error:
        raise RumiError(f"{path} holds no poems that this program saved ({str(error).rstrip('.')}).") from error
    return file


def _decode(content: bytes) -> LibraryFile:
    """One poem is a library of one. Raises `models.errors.UNREADABLE` for anything else."""
    fields = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    if "rumi_library" not in fields:
        return LibraryFile(rumi_library=VERSION, poems=(msgspec.json.decode(content, type=KeptPoem),))
    if (version := msgspec.json.decode(fields["rumi_library"], type=int)) != VERSION:
        raise ValueError(f"it has version {version}, this program reads {VERSION}")
    return msgspec.json.decode(content, type=LibraryFile)


def _check(poem: KeptPoem) -> None:
    """Raises `ValueError` for a poem that no library can hold, or that a stranger has named to do harm."""
    for name, value in msgspec.to_builtins(poem).items():
        if name != "text" and any(text != printable(text) for text in _texts_in(value)):
            raise ValueError(f"the {name} of a poem has control characters")
    check(poem)


def _texts_in(value: Any) -> Iterator[str]:
    """All that a value says, be it a list or a dictionary of others."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(part)


def take_in(library: Library, file: LibraryFile) -> TakenIn:
    """Adds the poems that the library does not have yet; one that was deleted there is listed again.

    One that is damaged there becomes whole. What is told of a poem is added where the library tells nothing. A branch
    stays one where the file has what it left. Raises `RumiError` where the library cannot be written; then nothing of
    it has changed.
    """
    here: dict[int, int] = {}
    """The ids of the library, by those of the file."""
    known_count = 0
    with library.all_or_nothing():
        known = library.by_content()  # here, since another program may be taking in the same file
        for poem in sorted(file.poems, key=lambda poem: poem.id):
            ids = known.setdefault((poem.written, poem.model_sha256, poem.form, poem.text), [])
            passages = {id: _passages(library, id) for id in ids}
            same = next((id for id in ids if passages[id] == poem.passages), None)
            damaged = next((id for id in ids if passages[id] is None), None)
            if same is not None:
                library.bring_back(same)
                library.describe(same, poem)
                known_count += 1
            elif damaged is not None:
                same = damaged
                library.mend(same, poem, _branch(library, poem, here))
            else:
                same = library.put(poem, _branch(library, poem, here))
                ids.append(same)
            here[poem.id] = same
        for place in reversed(file.bookmarks):
            if place not in library.bookmarks():
                library.set_bookmark(place, True)
    return TakenIn(len(file.poems) - known_count, known_count)


def _passages(library: Library, poem: int) -> tuple[Passage, ...] | None:
    """Those of a poem; None where it is damaged."""
    try:
        return library.poem(poem).passages
    except DamagedPoemError:
        return None


def _branch(library: Library, poem: KeptPoem, here: dict[int, int]) -> Branch | None:
    """Where it leaves another poem in this library; None where that is not here, and it stands by itself."""
    if poem.branch is None or poem.branch.parent not in here:
        return None
    parent, at = here[poem.branch.parent], poem.branch.at
    return Branch(parent, at) if library.poem(parent).text[:at] == poem.text[:at] else None
