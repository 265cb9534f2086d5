from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest

from models.errors import RumiError
from models.files import temporary_name
from models.pretrained import model_path
from rumi_tui.engine import prepared
from rumi_tui.engine.context import Context
from rumi_tui.engine.prepared import MODEL, SEAL, UNUSED_SECONDS, WEIGHTS, processor_name
from rumi_tui.engine.session import Session, load_model

IDS = np.random.default_rng(0).integers(8, 40, (2, 50))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of prepared models, on a processor that is known."""
    folder = tmp_path / "cache" / "models"
    monkeypatch.setattr(prepared, "prepared_folder", lambda: folder)
    monkeypatch.setattr(prepared, "processor_name", lambda: "avx2")
    return folder


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that onnxruntime loads."""
    loaded, start = list[Path](), prepared.start

    def note(path: Path, options: ort.SessionOptions, in_blocks: bool) -> ort.InferenceSession:
        loaded.append(path)
        return start(path, options, in_blocks)

    monkeypatch.setattr(prepared, "start", note)
    return loaded


def logits(model: Session) -> np.ndarray:
    return Context(model, 2).feed(IDS)


def answer(path: Path) -> np.ndarray:
    """The logits of a file that is prepared."""
    return logits(Session(path, prepare=True))


def test_the_second_time_a_model_comes_from_what_was_prepared_and_answers_the_same(
    model_file: Path, place: Path, loads: list[Path]
) -> None:
    expected = logits(Session(model_file))
    for _ in range(3):
        np.testing.assert_array_equal(answer(model_file), expected)
    [folder] = place.iterdir()
    assert loads == [model_file, folder / MODEL, folder / MODEL]
    assert sorted(path.name for path in folder.iterdir()) == sorted([MODEL, WEIGHTS, SEAL])


def test_the_models_that_ship_are_prepared(place: Path, loads: list[Path]) -> None:
    model = load_model("en")
    [folder] = place.iterdir()
    assert loads == [model_path("en")]
    assert logits(load_model("en")).tolist() == logits(model).tolist()
    assert loads[1:] == [folder / MODEL]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-1] + b"?"),
        lambda folder: (folder / MODEL).write_bytes(b""),
        lambda folder: (folder / WEIGHTS).unlink(),
        lambda folder: (folder / SEAL).write_bytes(b"\xff"),
        lambda folder: (folder / SEAL).unlink(),
    ],
    ids=["weights", "graph", "no weights", "seal", "no seal"],
)
def test_what_is_damaged_is_made_anew(
    model_file: Path, place: Path, loads: list[Path], spoil: Callable[[Path], object]
) -> None:
    expected = answer(model_file)
    [folder] = place.iterdir()
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    spoil(folder)
    np.testing.assert_array_equal(answer(model_file), expected)
    assert loads == [model_file, model_file]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == whole


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
def test_what_is_no_file_is_not_waited_for(model_file: Path, place: Path) -> None:
    expected = answer(model_file)
    [folder] = place.iterdir()
    (folder / SEAL).unlink()
    os.mkfifo(folder / SEAL)
    np.testing.assert_array_equal(answer(model_file), expected)
    assert (folder / SEAL).is_file()


def test_another_model_processor_onnxruntime_or_way_to_compute_has_a_folder_of_its_own(
    model_file: Path, conditioned_file: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.onnx"
    for file in (model_file, conditioned_file):
        path.write_bytes(file.read_bytes())
        np.testing.assert_array_equal(answer(path), logits(Session(file)))
    assert len(list(place.iterdir())) == 2
    floats = Session(path, dequantize=True, prepare=True)
    np.testing.assert_array_equal(logits(floats), logits(Session(path, dequantize=True)))
    assert len(list(place.iterdir())) == 3
    monkeypatch.setattr(prepared, "processor_name", lambda: "avx512")
    answer(path)
    assert len(list(place.iterdir())) == 4
    monkeypatch.setattr(ort, "__version__", "99.0")
    answer(path)
    assert len(list(place.iterdir())) == 5


def refuse(*_: object) -> Path:
    raise RuntimeError("no home folder")


def forbid(*_: object, **__: object) -> None:
    raise PermissionError


@pytest.mark.parametrize(
    ("owner", "name", "other"),
    [
        (prepared, "prepared_folder", refuse),
        (Path, "mkdir", forbid),
        (Path, "rename", forbid),
        (Path, "write_text", forbid),
        (prepared, "processor_name", lambda: None),
    ],
    ids=["no home", "no new folder", "no other name", "no room", "an unknown processor"],
)
def test_where_nothing_can_be_kept_the_file_itself_is_loaded_once(
    model_file: Path,
    place: Path,
    loads: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    other: Callable[..., object],
) -> None:
    expected = logits(Session(model_file))
    monkeypatch.setattr(owner, name, other)
    np.testing.assert_array_equal(answer(model_file), expected)
    monkeypatch.undo()
    assert loads == [model_file]
    assert not place.exists() or not list(place.iterdir())


def test_what_was_not_used_for_long_goes_with_the_next_that_is_made(
    model_file: Path, conditioned_file: Path, place: Path
) -> None:
    answer(model_file)
    [used] = place.iterdir()
    unused, killed, fresh = (place / name for name in ("other-0123", temporary_name("other-4567"), "other-89ab"))
    long_ago = time.time() - UNUSED_SECONDS - 1
    for folder in (unused, killed, fresh):
        folder.mkdir()
    for folder in (unused, killed, used):
        os.utime(folder, (long_ago, long_ago))
    answer(model_file)  # uses it
    answer(conditioned_file)
    assert used.exists()
    assert fresh.exists()
    assert not unused.exists()
    assert not killed.exists()


def test_a_file_that_is_no_model_is_refused_as_ever_and_leaves_nothing(
    model_file: Path, place: Path, tmp_path: Path
) -> None:
    path = tmp_path / "damaged.onnx"
    path.write_bytes(model_file.read_bytes().replace(b"GroupQueryAttention", b"GroupQueryAttentiom"))
    with pytest.raises(RumiError, match="damaged"):
        Session(path, prepare=True)
    assert not list(place.iterdir())


def test_a_processor_is_known_by_what_it_can_do(tmp_path: Path) -> None:
    told = tmp_path / "cpuinfo"
    assert processor_name(told) is None
    told.write_bytes(b"processor\t: 0\nmodel name\t: one \xff\n")
    assert processor_name(told) is None
    told.write_bytes(b"model name\t: one \xff\nflags\t\t: fpu avx2\n\nprocessor\t: 1\nflags\t\t: fpu\n")
    assert processor_name(told) == "fpu avx2"
    told.write_text("processor\t: 0\nFeatures\t: asimd\n", "utf-8")
    assert processor_name(told) == "asimd"
