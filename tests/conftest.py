from __future__ import annotations

import atexit
import functools
import gc
import inspect
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from support import SHAPES, call_command, describe, random_decoder, write_corpus

# PyTorch is imported where it is needed: the process that hands out the tests does not need it, nor do many tests.

os.environ["COLORTERM"] = "truecolor"  # pictures have the colours of the themes, whatever the terminal has

# Models this small lose more by sharing the work among threads than they gain, above all on a busy machine.
os.environ["OMP_NUM_THREADS"] = "1"

if "PYTEST_XDIST_WORKER" not in os.environ:  # what is computed once is kept for the tests alone, and for all of them
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="rumi-tests-")
    atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)

# What the tests and the many processes that they start import is compiled once, whatever the environment says.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# PyTorch alone is a third of a million objects, and a console another hundred thousand: left to itself, the garbage
# collector walks through all of them again and again while the tests run.
gc.set_threshold(200_000)


def pytest_collection_finish() -> None:
    """What is imported by now stays, and is never again looked through for garbage: half a second each time."""
    gc.collect()
    gc.freeze()


settings.register_profile("on any machine", deadline=None, derandomize=True)  # the long harnesses draw anew
settings.load_profile("on any machine")


STARTERS = {"subprocess", "console_support", "terminal_support", "web_support"}
"""What starts processes or the console; so does `support.run_command`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what `make check` leaves out, and hands out first what takes long.

    Tests that open the console (they are coroutines) or may start a process are found here, those that train a model or
    trace a graph are marked where they stand.
    """
    for item in items:
        module, function = item.module, item.function  # type: ignore[attr-defined]
        homes = {getattr(value, "__module__", None) or name for name, value in vars(module).items()}
        starts_processes = bool(STARTERS & (homes | set(vars(module)))) or "run_command" in vars(module)
        if starts_processes or inspect.iscoroutinefunction(function) or "word_pair" in item.fixturenames:  # type: ignore[attr-defined]
            item.add_marker("slow")
    items[:] = long_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1)))


def long_first(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests as `--dist worksteal` cuts them, into one share for each worker: each share begins with its long tests.

    What is left to be stolen at the end is short then, so that no worker goes on alone.
    """
    long = [item for item in items if item.get_closest_marker("long")]
    others = [item for item in items if not item.get_closest_marker("long")]
    cuts = [len(others) * share // workers for share in range(workers + 1)]
    shares = (long[share::workers] + others[cuts[share] : cuts[share + 1]] for share in range(workers))
    return [item for share in shares for item in share]


@pytest.fixture
def usual_ctrl_c() -> Iterator[None]:
    """Has Ctrl-C handled as Python does: a shell has it ignored for what runs in the background."""
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, handler)


@pytest.fixture
def few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has each line that keeps its form tried twice in place of up to 32 times, where it need only be written."""
    from rumi_tui.engine.keep import ROUNDS, TRIES

    for keep in TRIES:
        monkeypatch.setitem(TRIES, keep, 2)
        monkeypatch.setitem(ROUNDS, keep, 1)


@pytest.fixture(scope="session")
def make_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Gives a folder by its name, which is filled once in a run of the tests, however many workers take part."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder, ready = root / name, root / f"{name}.ready"
        with FileLock(root / f"{name}.lock"):
            if not ready.exists():
                folder.mkdir()
                fill(folder)
                ready.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of texts, see `support.write_corpus`."""
    return write_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="session")
def write_pair(make_once: Callable[[str, Callable[[Path], object]], Path]) -> Callable[[str], tuple[Path, Path]]:
    """Writes a checkpoint and its model file, of random weights, for a kind of positions; once each."""

    def write(kind: str) -> tuple[Path, Path]:
        folder = make_once(kind, functools.partial(_fill_with_pair, kind))
        return folder / "model.safetensors", folder / "model.onnx"

    return write


def _fill_with_pair(kind: str, folder: Path) -> None:
    from export.graph import build_graph
    from training.checkpoint import save_weights

    decoder, description = random_decoder(SHAPES[kind]), describe(SHAPES[kind])
    save_weights(folder / "model.safetensors", decoder, description)
    (folder / "model.onnx").write_bytes(build_graph(decoder, description).SerializeToString())


@pytest.fixture(scope="session", params=SHAPES)
def model_pair(request: pytest.FixtureRequest, write_pair: Callable[[str], tuple[Path, Path]]) -> tuple[Path, Path]:
    """A checkpoint and the model file of it, for each kind of positions."""
    return write_pair(request.param)


@pytest.fixture(scope="session")
def model_file(write_pair: Callable[[str], tuple[Path, Path]]) -> Path:
    """A model file that slides; forms couplet and free."""
    return write_pair("rotary")[1]


@pytest.fixture(scope="session")
def word_pair(make_once: Callable[[str, Callable[[Path], object]], Path], corpus_folder: Path) -> tuple[Path, Path]:
    """A checkpoint and its model file that read words, trained on a little verse as a person would; form couplet."""

    def train(folder: Path) -> None:
        from export.export import export_model

        run = folder / "run"
        text = ("--corpus", str(corpus_folder / "one.txt"), "--tokenizer", "word")
        done = call_command("rumi-train", *text, "--preset", "minimal", "--steps", "60", "--out", str(run))
        assert done.returncode == 0, done.stderr
        export_model(run / "model.safetensors", run / "word.onnx")

    run = make_once("word", train) / "run"
    return run / "model.safetensors", run / "word.onnx"
