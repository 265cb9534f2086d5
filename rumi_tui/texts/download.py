"""Sources from their addresses into a folder, checked by their hashes. Knows nothing of what is in them.

The files of a folder come over a few connections that stay open. Each is put in place when it is whole, so whatever
stops a transfer, the next one goes on from there. A folder that is whole is packed into one file. A source that is one
file may be large: the next transfer goes on inside it, see `rumi_tui.texts.partial`.
"""

from __future__ import annotations

import hashlib
import os
import queue
import shutil
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import msgspec
import requests

from models.errors import UNREADABLE, RumiError
from models.files import sweep, temporary_name
from models.lock import locked
from rumi_tui.texts.causes import (
    TIMEOUT,
    TransferError,
    host_of,
    placing,
    something_else,
    storage_error,
    too_slow,
    transfer_error,
)
from rumi_tui.texts.partial import PartialFile, is_useless, rest_wanted
from rumi_tui.texts.sources import Source

CONNECTIONS = 8
TRIES = 3
"""Of a transfer that broke or brought something else, one after the other."""
GETS_ON = 1_000_000
"""Bytes of a large file. A try that brings so many before it breaks is not counted."""
PAUSE = 1.0
"""Seconds before the second try; twice as many before the next."""
LONGEST_PAUSE = 60.0
"""Seconds, where a host asks to be left alone."""
SLOWEST = 600.0
"""Seconds that one file may take."""
SLOWEST_RATE = 20_000
"""Bytes a second: a large file may take longer."""
CHUNK = 1 << 16
"""Bytes between two looks at the progress."""


class Progress(Protocol):
    """What shows how far a fetch is. Is told from several threads, but from one at a time."""

    def start(self, total: int, here: int) -> None:
        """So many bytes are wanted in all, and so many of them are here."""

    def advance(self, amount: int) -> None:
        """So many bytes more, or fewer where a transfer begins again."""


class Silent:
    """Shows nothing."""

    def start(self, total: int, here: int) -> None:
        """Takes no notice."""

    def advance(self, amount: int) -> None:
        """Takes no notice."""


class Downloads:
    """Brings sources into a folder. A context, in which the folder is ours; leaving it ends the transfers under way.

    Entering it raises `RumiError` where another process brings sources into the folder, or it cannot be made.
    """

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder = folder
        self._progress = progress
        self._stopped = threading.Event()
        self._wanted: queue.SimpleQueue[tuple[Source, str, Sequence[str]] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self._down: dict[str, TransferError] = {}
        """Hosts, and addresses, that are not asked again."""
        self._unable: Exception | None = None
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        """Of the progress."""
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(error, self._folder) from error
        self._closing.enter_context(
            locked(self._folder, f"Another fetch is at work in {self._folder}: wait for its end.")
        )
        sweep(self._folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopped.set()
        for _ in self._threads:
            self._wanted.put(None)
        self._closing.close()

    def plan(self, sources: Sequence[Source]) -> None:
        """Says how much there is to do. Raises `RumiError` where there is no room for it."""
        total = sum(source.bytes for source in sources)
        here = sum(self._bytes_here(source) for source in sources)
        self._progress.start(total, here)
        free = shutil.disk_usage(self._folder).free
        if free < total - here:
            raise RumiError(
                f"There is not enough room in {self._folder}: {(total - here) / 1e6:,.0f} MB are needed, and "
                f"{free / 1e6:,.0f} MB are free; make some room and fetch again."
            )

    def bring(self, source: Source) -> None:
        """Brings a source, if it is not here, and whole.

        Raises `TransferError` where all addresses fail, `RumiError` where it cannot be written.
        """
        if self.is_here(source):
            self._clear(source)
            return
        parts = source.parts or (source.name,)
        self._bring_parts(source, [part for part in parts if not self._is_whole(source, part)], source.addresses)
        wrong = something_else(source.addresses[0], source.name)
        for address in (None, *reversed(source.addresses)):
            if address is not None:  # one of the files is wrong, and none says which
                self._advance(-source.bytes)
                try:
                    self._bring_parts(source, parts, [address])
                except TransferError:
                    continue
            contents = [self._path(source, part).read_bytes() for part in parts]
            if _hash(contents) == source.sha256:
                if source.parts:
                    self._pack(source, contents)
                return
        raise wrong

    def is_here(self, source: Source) -> bool:
        """Whether a source is here as it is known."""
        try:
            return _hash(read_source(self._folder, source)) == source.sha256
        except Exception:  # zipfile raises a dozen unrelated kinds for an archive that is damaged
            return False

    def _bring_parts(self, source: Source, parts: Sequence[str], addresses: Sequence[str]) -> None:
        while len(self._threads) < min(CONNECTIONS, len(parts)):
            self._threads.append(threading.Thread(target=self._work, daemon=True))
            self._threads[-1].start()
        for part in parts:
            self._wanted.put((source, part, addresses))
        errors = [self._done.get() for _ in parts]
        for error in sorted(filter(None, errors), key=lambda error: isinstance(error, TransferError)):
            raise error

    def _work(self) -> None:
        """One connection, until the end."""
        with requests.Session() as session:
            while (wanted := self._wanted.get()) is not None:
                source, part, addresses = wanted
                if self._unable is not None:
                    self._done.put(self._unable)
                    continue
                try:
                    self._fetch(session, source, part, addresses)
                    self._done.put(None)
                except TransferError as error:
                    self._done.put(error)
                except Exception as error:  # whatever it is, the others would meet it too
                    self._unable = error
                    self._done.put(error)

    def _fetch(self, session: requests.Session, source: Source, part: str, addresses: Sequence[str]) -> None:
        """Brings a file from the first address that gives it."""
        errors: list[TransferError] = []
        for base in addresses:
            address = f"{base}/{part}" if source.parts else base
            tries = 0
            while True:
                if down := self._down.get(host_of(base)) or self._down.get(base):
                    errors.append(down)
                    break
                size = self._partial(source).size
                try:
                    return self._get(session, source, part, address)
                except TransferError as error:
                    errors.append(error)
                    tries = 0 if self._partial(source).size - size >= GETS_ON else tries + 1
                    if not error.again or tries == TRIES:
                        self._give_up(base, error)
                        break
                    self._stopped.wait(min(max(error.wait, PAUSE * 2 ** max(0, tries - 1)), LONGEST_PAUSE))
        raise TransferError(" ".join(dict.fromkeys(error.sentence for error in errors)))

    def _give_up(self, base: str, error: TransferError) -> None:
        """Spares other files the same failure, if it is not about one file alone."""
        if error.reach != "file":
            self._down[host_of(base) if error.reach == "host" else base] = error

    def _get(self, session: requests.Session, source: Source, part: str, address: str) -> None:
        """Brings a file from one address, and puts it in place."""
        try:
            if source.parts:
                self._write(self._path(source, part), self._get_small(session, source, part, address))
            else:
                self._get_large(session, source, address)
        except requests.RequestException as error:
            raise transfer_error(error, address) from error

    def _get_small(self, session: requests.Session, source: Source, part: str, address: str) -> bytes:
        """A file that is brought in one go."""
        content, is_whole = bytearray(), False
        try:
            with session.get(address, stream=True, timeout=TIMEOUT) as response:
                response.raise_for_status()
                for chunk in self._chunks(response, address, SLOWEST):
                    content += chunk
                    self._advance(len(chunk))
                    if len(content) > source.bytes:
                        raise something_else(address, part)
            if not _may_be(source, part, content):
                raise something_else(address, part)
            is_whole = True
        finally:
            if content and not is_whole:
                self._advance(-len(content))
        return bytes(content)

    def _get_large(self, session: requests.Session, source: Source, address: str) -> None:
        """A file of which a part may be here: goes on behind it, or begins anew where that makes another file."""
        partial = self._partial(source)
        while not self.is_here(source):
            size = partial.size
            if size < source.bytes:
                self._go_on(session, source, address)
            if not partial.place(source.sha256):
                self._drop(source)
                if not size:
                    raise something_else(address, source.name)

    def _go_on(self, session: requests.Session, source: Source, address: str) -> None:
        """Brings what is missing of a file; leaves nothing of it where the address has another one."""
        partial = self._partial(source)
        size = partial.size
        with session.get(address, stream=True, timeout=TIMEOUT, headers=rest_wanted(size)) as response:
            if is_useless(response, size, source.bytes):
                self._drop(source)
                return
            response.raise_for_status()
            if size and response.status_code != requests.codes.partial_content:  # the whole file
                self._drop(source)
                size = 0
            for chunk in self._chunks(response, address, SLOWEST + source.bytes / SLOWEST_RATE):
                if size + len(chunk) > source.bytes:
                    self._drop(source)
                    return
                partial.write(size, chunk)
                self._advance(len(chunk))
                size += len(chunk)

    def _drop(self, source: Source) -> None:
        self._advance(-min(self._partial(source).size, source.bytes))
        self._partial(source).remove()

    def _chunks(self, response: requests.Response, address: str, longest: float) -> Iterator[bytes]:
        """What a host sends within `longest` seconds, until the transfers are ended."""
        begun = time.monotonic()
        for chunk in response.iter_content(CHUNK):
            if self._stopped.is_set() or time.monotonic() - begun > longest:
                raise too_slow(host_of(address))
            yield chunk

    def _advance(self, amount: int) -> None:
        with self._lock:
            self._progress.advance(amount)

    def _write(self, path: Path, content: bytes) -> None:
        """Without waiting for the disk: there are thousands, and the hash of all is looked at in the end."""
        temporary = path.parent / temporary_name(path.name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(content)
            os.replace(temporary, path)
        except OSError as error:
            raise storage_error(error, self._folder) from error

    def _pack(self, source: Source, contents: Sequence[bytes]) -> None:
        """Its files in one, a tenth as large."""
        with (
            placing(_archive(self._folder, source)) as path,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for part, content in zip(source.parts, contents, strict=True):
                archive.writestr(zipfile.ZipInfo(part), content, zipfile.ZIP_DEFLATED)
        self._clear(source)

    def _clear(self, source: Source) -> None:
        """Deletes the files of a folder that are packed; whoever packed them may have been killed since."""
        if source.parts:
            shutil.rmtree(self._folder / source.name, ignore_errors=True)

    def _path(self, source: Source, part: str) -> Path:
        return self._folder / source.name / part if source.parts else self._folder / source.name

    def _partial(self, source: Source) -> PartialFile:
        return PartialFile(self._folder / source.name)

    def _is_whole(self, source: Source, part: str) -> bool:
        path = self._path(source, part)
        return path.is_file() and _may_be(source, part, path.read_bytes())

    def _bytes_here(self, source: Source) -> int:
        if self.is_here(source):
            return source.bytes
        if not source.parts:
            return min(self._partial(source).size, source.bytes)
        paths = (self._path(source, part) for part in source.parts)
        return sum(path.stat().st_size for path in paths if path.is_file())


def read_source(folder: Path, source: Source) -> list[bytes]:
    """The contents of a source that was brought into a folder. Raises `OSError` and others where it is not there."""
    if not source.parts:
        return [(folder / source.name).read_bytes()]
    with zipfile.ZipFile(_archive(folder, source)) as archive:
        return [archive.read(part) for part in source.parts]


def _archive(folder: Path, source: Source) -> Path:
    return folder / f"{source.name}.zip"


def _may_be(source: Source, part: str, content: bytes | bytearray) -> bool:
    """Whether a file may be the one that is meant: by its hash, or where that is not known by its layout."""
    if not source.parts:
        return _hash([content]) == source.sha256
    try:
        msgspec.json.decode(content)
    except UNREADABLE:
        return not part.endswith(".json")
    return True


def _hash(contents: Sequence[bytes | bytearray]) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()
