from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from models.errors import RumiError
from rumi_tui.engine import prepared
from rumi_tui.engine.context import Context
from rumi_tui.engine.prepared import MODEL, SEAL, STALE_SECONDS, WEIGHTS, processor_name
from rumi_tui.engine.session import Session
from rumi_tui.locations import prepared_folder

IDS = np.random.default_rng(0).integers(8, 40, (2, 50))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of its own, on a processor that is known."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("rumi_tui.locations.user_cache_path", lambda *_, **__: tmp_path / "cache" / "rumi-tui")
    monkeypatch.setattr(prepared, "processor_name", lambda: "processor")
    return prepared_folder()


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that onnxruntime loads."""
    loaded, start = list[Path](), prepared.start

    def note(path: Path, options: ort.SessionOptions) -> ort.InferenceSession:
        loaded.append(path)
        return start(path, options)

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
    folder = place / f"{model_file.stem}-processor"
    expected = logits(Session(model_file))
    for _ in range(3):
        np.testing.assert_array_equal(answer(model_file), expected)
    assert loads == [model_file, folder / MODEL, folder / MODEL]
    assert [path.name for path in place.iterdir()] == [folder.name]
    assert sorted(path.name for path in folder.iterdir()) == sorted([MODEL, WEIGHTS, SEAL])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-1] + b"?"),
        lambda folder: (folder / MODEL).write_bytes(b""),
        lambda folder: (folder / WEIGHTS).unlink(),
        lambda folder: (folder / SEAL).write_bytes(b"\xff"),
        lambda folder: (folder / SEAL).write_text((folder / SEAL).read_text("utf-8").replace(ort.__version__, "1.0")),
    ],
    ids=["weights", "graph", "no weights", "seal", "another onnxruntime"],
)
def test_what_is_damaged_or_of_another_onnxruntime_is_made_anew(
    model_file: Path, place: Path, loads: list[Path], spoil: Callable[[Path], object]
) -> None:
    folder = place / f"{model_file.stem}-processor"
    expected = answer(model_file)
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    spoil(folder)
    np.testing.assert_array_equal(answer(model_file), expected)
    assert loads == [model_file, model_file]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == whole


def test_another_model_of_the_same_name_takes_the_place_of_the_first(
    model_pair: tuple[Path, Path], conditioned_file: Path, place: Path, tmp_path: Path
) -> None:
    path = tmp_path / "mine.onnx"
    for file in (model_pair[1], conditioned_file):
        path.write_bytes(file.read_bytes())
        np.testing.assert_array_equal(answer(path), logits(Session(file)))
    assert [folder.name for folder in place.iterdir()] == ["mine-processor"]


def test_what_is_kept_but_cannot_be_loaded_does_no_harm(
    model_file: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place / f"{model_file.stem}-processor"
    expected = answer(model_file)
    (folder / MODEL).write_bytes(b"no graph")
    seal = prepared._seal(folder, (folder / SEAL).read_text("utf-8").rsplit(" ", 2)[0])
    (folder / SEAL).write_text(seal, "utf-8")
    np.testing.assert_array_equal(answer(model_file), expected)
    assert (folder / MODEL).read_bytes() != b"no graph"


def test_where_nothing_can_be_kept_the_file_itself_is_loaded(model_file: Path, place: Path) -> None:
    place.parent.mkdir(parents=True)
    place.write_text("a file stands where the folder should")
    np.testing.assert_array_equal(answer(model_file), logits(Session(model_file)))
    assert place.is_file()


def test_on_a_processor_that_is_not_known_nothing_is_kept(
    model_file: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "processor_name", lambda: None)
    np.testing.assert_array_equal(answer(model_file), logits(Session(model_file)))
    assert not place.exists()


@pytest.mark.parametrize("age", [0, STALE_SECONDS + 1])
def test_a_folder_that_another_process_fills_is_left_alone_unless_it_was_killed(
    model_file: Path, place: Path, age: float
) -> None:
    filled = place / f".{model_file.stem}-processor"
    filled.mkdir(parents=True)
    then = time.time() - age
    os.utime(filled, (then, then))
    np.testing.assert_array_equal(answer(model_file), logits(Session(model_file)))
    assert filled.exists() == (age == 0)
    assert (place / f"{model_file.stem}-processor").exists() == (age > 0)


def test_a_file_that_is_no_model_is_refused_as_ever_and_leaves_nothing(
    model_file: Path, place: Path, tmp_path: Path
) -> None:
    path = tmp_path / "damaged.onnx"
    data = model_file.read_bytes()
    path.write_bytes(data.replace(b"GroupQueryAttention", b"GroupQueryAttentiom"))
    with pytest.raises(RumiError, match="damaged"):
        Session(path, prepare=True)
    assert not place.exists() or not list(place.iterdir())


def test_a_processor_is_known_by_what_it_can_do(tmp_path: Path) -> None:
    told = tmp_path / "cpuinfo"
    assert processor_name(told) is None
    told.write_text("processor\t: 0\nmodel name\t: one\n")
    assert processor_name(told) is None
    told.write_text("processor\t: 0\nflags\t\t: fpu avx2\n\nprocessor\t: 1\nflags\t\t: fpu avx2\n")
    first = processor_name(told)
    told.write_text("processor\t: 0\nmodel name\t: another\nflags\t\t: fpu avx2\n")
    assert processor_name(told) == first
    told.write_text("processor\t: 0\nFeatures\t: asimd\n")
    assert processor_name(told) not in (None, first)
