from __future__ import annotations

import os
import random
import re
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import readers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import Files, mutate
from readers import Batch, Tally, lay, read
from samples import passing_folder, standard_model_files
from targets import READERS, Reader

from models.errors import RumiError

pytestmark = pytest.mark.slow  # the samples take seconds to make

EXAMPLES = {"first steps": 0, "model files": 20, "checkpoints": 10, "runs": 10, "indexes": 5, "pages of sources": 10}
"""How many inputs are tried of readers that take long; `make fuzz` tries many of each."""


@pytest.mark.parametrize("name", [name for name in READERS if EXAMPLES.get(name, 1)])
def test_whatever_becomes_of_a_file_it_is_read_or_refused_in_words_that_control_no_screen(name: str) -> None:
    # the other models are traced, which takes seconds for each
    samples = standard_model_files() if name == "model files" else READERS[name].samples()
    folder = passing_folder() / "input"

    @settings(
        max_examples=EXAMPLES.get(name, 20),
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32), st.none() | st.binary(max_size=200))
    def holds(seed: int, content: bytes | None) -> None:
        rng = random.Random(seed)
        files: Files = rng.choice(samples)
        if content is None:
            files, _ = mutate(files, samples, rng)
        else:
            files = {**files, rng.choice(sorted(files)): content}
        lay(files, folder)
        assert read(READERS[name], folder) in ("read", "refused")

    holds()


def raise_an_error(_: Path) -> Iterator[str]:
    raise ValueError("unforeseen")


def end_by_a_signal(_: Path) -> Iterator[str]:
    os.kill(os.getpid(), signal.SIGUSR1)  # pytest would tell of others
    yield ""


def never_end(_: Path) -> Iterator[str]:
    while True:
        pass
    yield ""


def take_memory(_: Path) -> Iterator[str]:
    np.zeros(1 << 31, np.uint8)
    yield ""


def print_something(_: Path) -> Iterator[str]:
    os.write(1, b"*** EP Error ***")
    yield ""


def write_elsewhere(folder: Path) -> Iterator[str]:
    (folder.parent.parent / "elsewhere.txt").touch()
    yield ""


def write_where_it_is(_: Path) -> Iterator[str]:
    Path("here.txt").touch()
    yield ""


def show_an_escape(_: Path) -> Iterator[str]:
    yield "\x1b]0;title\x07"


def refuse_rightly(_: Path) -> Iterator[str]:
    raise RumiError("It is \x1b[31m damaged.")


@pytest.mark.skipif(sys.platform != "linux", reason="forks, and reads what Linux tells of a process")
@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (raise_an_error, "ValueError in a library"),
        (end_by_a_signal, "ended by SIGUSR1"),
        (never_end, "slow"),
        (take_memory, "memory"),
        (print_something, "printed"),
        (write_elsewhere, "written outside: open .*elsewhere.txt"),
        (write_where_it_is, "written outside"),
        (show_an_escape, r"a text with U\+001B"),
        (refuse_rightly, None),
    ],
)
def test_the_harness_tells_what_is_wrong_with_a_reader(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wrong: Callable[[Path], Iterator[str]], kind: str | None
) -> None:
    samples: list[Files] = [{"a.txt": b"amber"}]
    monkeypatch.setitem(READERS, "wrong", Reader(lambda: samples, wrong))
    monkeypatch.setattr(readers, "BATCH_SECONDS", 0.0)
    monkeypatch.setattr(readers, "MOST_SECONDS", 0.2)
    batch, tally = Batch("wrong", samples, 7, 0, tmp_path), Tally()
    while not batch.is_over():
        pass
    failures = batch.end(tally)
    assert tally.inputs == 1
    if kind is None:
        assert (failures, tally.refused) == ([], 1)
    else:
        assert [failure.number for failure in failures] == [0]
        assert re.fullmatch(kind, failures[0].kind), failures


@pytest.mark.parametrize("name", ["settings", "sessions", "prompts", "generated verse", "pages of sources"])
def test_an_input_follows_from_its_numbers_and_most_are_wrong_in_their_structure(name: str) -> None:
    samples = READERS[name].samples()
    inputs = [readers.input_of(name, samples, 7, number) for number in range(200)]
    assert inputs == [readers.input_of(name, samples, 7, number) for number in range(200)]
    assert 100 < sum(is_structured for _, is_structured in inputs) < 180
