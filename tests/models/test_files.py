from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import refused

from models.files import STALE_SECONDS, replacing, temporary_name

FULL_DISK = """
import resource, sys
from pathlib import Path
from models.errors import RumiError
from models.files import replacing
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    with replacing(Path(sys.argv[1])) as temporary:
        temporary.write_bytes(bytes(10_000))
except RumiError as error:
    print(error)
"""


def test_a_file_takes_the_place_of_the_old_one_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "poem.txt"
    for content in ("old", "new"):
        with replacing(path) as temporary:
            temporary.write_text(content)
        assert path.read_text() == content
    assert list(path.parent.iterdir()) == [path]


def test_a_file_can_be_read_by_whoever_could_read_the_old_one_or_any_new_one(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    (tmp_path / "private").touch(mode=0o600)
    for name in ("new", "private"):
        with replacing(tmp_path / name) as temporary:
            temporary.unlink()
            temporary.touch(mode=0o400)  # as a library does that replaces files itself
    modes = {path.name: path.stat().st_mode for path in tmp_path.iterdir()}
    assert modes["new"] == modes["plain"] != modes["private"]
    assert stat.S_IMODE(modes["private"]) == 0o600


@pytest.mark.parametrize("days", [-2, 2], ids=["a day later", "the clock was turned back"])
def test_what_a_killed_process_left_goes_with_the_next_write_of_the_same_file(tmp_path: Path, days: int) -> None:
    left = {name: tmp_path / temporary_name(name, suffix) for name, suffix in (("a.txt", ".txt"), ("b.txt", ".txt"))}
    for path in left.values():
        path.touch()
    with replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("it may still be at work")
    assert left["a.txt"].exists()
    for path in left.values():
        os.utime(path, (0, time.time() + days * STALE_SECONDS))
    with replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("a day later")
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", left["b.txt"].name}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "poem.txt"
    path.write_text("old")

    def write() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half of the ne")
            raise error

    with pytest.raises(error):
        write()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_of_the_system_becomes_one_sentence_and_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_text("old")
    with refused("no space left"), replacing(path) as temporary:
        temporary.write_text("half of the ne")
        raise OSError(28, os.strerror(28))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("place", ["file/poem.txt", "folder"])
def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder" / "kept").mkdir(parents=True)
    with refused("Could not write"), replacing(tmp_path / place) as temporary:
        temporary.write_text("new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_text("old")
    done = subprocess.run([sys.executable, "-c", FULL_DISK, path], capture_output=True, text=True, check=True)
    assert done.stdout == f"Could not write {path} (file too large): the old file is unchanged.\n"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
