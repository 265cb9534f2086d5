from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support import WORDS, refused, write_works

from rumi_tui.locations import index_folder
from rumi_tui.search import indexing as indexing_module
from rumi_tui.search.index_process import REFUSED
from rumi_tui.search.indexing import Indexing

WORD = WORDS["fa"][0]


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(tmp_path / "texts"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return write_works(tmp_path / "texts")


@pytest.mark.usefixtures("texts")
def test_what_is_not_there_is_made_by_another_process_and_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise AssertionError("made in this process")

    monkeypatch.setattr("rumi_tui.search.index._make", fails)
    monkeypatch.setattr("rumi_tui.search.bridge._make", fails)
    indexing = Indexing()
    with indexing.bridge() as bridge:
        assert bridge.index.size(None)
        assert bridge.glosses(WORD)
    assert not indexing.is_running
    monkeypatch.setattr(indexing_module, "COMMAND", ("/none",))
    with indexing.bridge() as bridge:
        assert bridge.glosses(WORD)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    with refused("texts cannot be read"), indexing.index():
        pass


@pytest.mark.usefixtures("texts")
def test_the_works_are_read_by_another_process_and_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rumi_tui.texts.shelves._write", lambda *_: pytest.fail("read in this process"))
    indexing = Indexing()
    assert indexing.works().books()
    assert not indexing.is_running
    monkeypatch.setattr(indexing_module, "COMMAND", ("/none",))
    assert indexing.works().books()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (f"sys.stderr.write('no room'); sys.exit({REFUSED})", "no room"),
        ("sys.exit(1)", "ended unexpectedly: try again"),
        ("", "changed while it was being built"),
    ],
)
@pytest.mark.usefixtures("texts")
def test_a_process_that_makes_nothing_says_why(monkeypatch: pytest.MonkeyPatch, command: str, words: str) -> None:
    monkeypatch.setattr(indexing_module, "COMMAND", (sys.executable, "-c", f"import sys; {command}"))
    indexing = Indexing()
    with refused(words), indexing.index():
        pass
    assert not indexing.is_running


AT_IT = """
import runpy
import rumi_tui.search.index as index

def endless(poem):
    print("at it", flush=True)
    while True:
        pass
    yield

index._couplets_of = endless
runpy.run_module("rumi_tui.search.index_process", run_name="__main__")
"""


def test_the_process_ends_with_its_input_and_leaves_nothing_half_made(texts: Path) -> None:
    command = [sys.executable, "-c", AT_IT, str(texts), str(index_folder())]
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"at it\n"
        process.stdin.close()
        try:
            assert process.wait(60) == 1
        finally:
            process.kill()
    assert not list(index_folder().iterdir())
