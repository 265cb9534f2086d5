from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support import refused

from models.files import replacing
from models.paths import check_file, given_path, is_checkpoint
from rumi_tui.engine.session import Session
from rumi_tui.library.exchange import read_file
from rumi_tui.texts.corpus import find_sources
from training.checkpoint import load_weights
from training.rhyme.self_training import read_generated

READERS: dict[str, Callable[[Path], object]] = {
    "a model file": Session,
    "a checkpoint": load_weights,
    "a text": lambda path: find_sources([path]),
    "a library": read_file,
    "generated verse": read_generated,
}

has_pipes = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes and devices among its files")


def test_the_folder_of_a_person_is_meant_where_they_type_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HOME", "USERPROFILE"):  # of Windows
        monkeypatch.setenv(variable, str(tmp_path))
    assert given_path("~/run") == given_path(Path("~/run")) == tmp_path / "run"
    assert given_path("a ~/run") == Path("a ~/run")


@pytest.mark.parametrize("typed", ["~nobody-is-called-so/run", "a\0b", "/" + 4096 * "a", "/" + 300 * "a"], ids=len)
def test_a_path_that_cannot_be_is_refused(typed: str) -> None:
    with refused("in full|NUL|more than 4,096|longer than this system"):
        given_path(typed)


@has_pipes
def test_what_never_ends_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(bytes(2))
    for path, why in ((tmp_path / "pipe", "a pipe"), (Path("/dev/zero"), "a device"), (tmp_path, "a folder")):
        with pytest.raises(OSError, match=why):
            check_file(path)
    with pytest.raises(OSError, match="larger"):
        check_file(tmp_path / "large", largest=1)
    check_file(tmp_path / "large", largest=2)


@has_pipes
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_no_reader_waits_for_a_pipe_or_reads_a_device(tmp_path: Path, read: Callable[[Path], object]) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with refused("it is a (pipe|device)"):
            read(path)


@has_pipes
def test_nothing_is_put_in_the_place_of_a_device_or_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with refused("it is a pipe"), replacing(tmp_path / "pipe") as temporary:
        temporary.touch()
    assert (tmp_path / "pipe").is_fifo()


def test_a_checkpoint_and_a_model_file_are_told_apart(write_pair: Callable[[str], tuple[Path, Path]], tmp_path: Path):
    checkpoint, model_file = write_pair("rotary")
    (tmp_path / "nameless").write_bytes(checkpoint.read_bytes())
    assert is_checkpoint(tmp_path / "nameless")
    assert is_checkpoint(tmp_path)
    assert not is_checkpoint(model_file)
    for path in (checkpoint, checkpoint.parent, tmp_path / "nameless"):
        with refused("is a checkpoint: .* rumi-export"):
            Session(path)
    with refused("is a model file: name the checkpoint"):
        load_weights(model_file)
