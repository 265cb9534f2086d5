"""Each command of rumi-corpus once as a person runs it, in a process of its own; the rest is tested in one process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import served
from support import assert_command_refused, call_command, run_command, write_corpus

from rumi_tui.texts.redhouse import redhouse
from rumi_tui.texts.sources import Source, Text

NOBODY = "http://127.0.0.1:9"
"""A proxy that nothing listens at: no network."""
BOOK = b"    From reed-flute comes a tune,\n    The amber and the moon.\n"


def test_list_prints_a_line_for_each_text(tmp_path: Path) -> None:
    write_corpus(tmp_path)
    done = run_command("rumi-corpus", "list", RUMI_CORPUS_DIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    here = [line.split()[0] for line in done.stdout.splitlines() if line.endswith(" here")]
    assert here == ["one.txt", "sher.txt", "two.txt"]


def test_stats_prints_one_json_document(corpus_folder: Path) -> None:
    done = run_command("rumi-corpus", "stats", str(corpus_folder), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    counts = {text["name"]: (text["form"], text["poems"], text["lines"]) for text in json.loads(done.stdout)}
    assert counts == {"one.txt": ("couplet", 40, 240), "two.txt": ("free", 40, 240), "sher.txt": ("ghazal", 40, 240)}


def test_fetch_without_a_network_says_so_in_one_line_and_leaves_what_is_here(tmp_path: Path) -> None:
    kept = tmp_path / "rumi-tui" / "texts" / "kept.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("A line.\n")
    places = {"XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path), "HTTPS_PROXY": NOBODY, "https_proxy": NOBODY}
    assert_command_refused(run_command("rumi-corpus", "fetch", **places), 1, "cannot be reached.*what is here stays")
    assert kept.read_text() == "A line.\n"


def text_at(file: str, address: str, content: bytes) -> Text:
    source = Source(f"raw-{file}", (address,), len(content), hashlib.sha256(content).hexdigest())
    return Text(file, "en", "couplet", "A book", "Nobody", (source,), redhouse)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[str]:
    """The address of a book on a server of this machine."""
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "book").write_bytes(BOOK)
    with served(tmp_path / "www") as address:
        yield f"{address}/book"


def test_fetch_says_what_came_and_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, book: str) -> None:
    monkeypatch.setattr("rumi_tui.commands.corpus.TEXTS", (text_at("book.txt", book, BOOK),))
    done = call_command("rumi-corpus", "fetch", XDG_DATA_HOME=str(tmp_path), HOME=str(tmp_path))
    folder = tmp_path / "rumi-tui" / "texts"
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{folder}\n", "book.txt: 1 poems.\n")
    done = call_command("rumi-corpus", "fetch", XDG_DATA_HOME=str(tmp_path), HOME=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{folder}\n", "All texts are here.\n")


def test_fetch_lists_at_the_end_what_could_not_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, book: str
) -> None:
    texts = text_at("gone.txt", f"{book}s", BOOK), text_at("book.txt", book, BOOK), text_at("away.txt", NOBODY, BOOK)
    monkeypatch.setattr("rumi_tui.commands.corpus.TEXTS", texts)
    monkeypatch.setattr("rumi_tui.texts.download.PAUSE", 0.0)
    done = call_command("rumi-corpus", "fetch", XDG_DATA_HOME=str(tmp_path), HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    came, gone, away = done.stderr.splitlines()
    assert came == "book.txt: 1 poems."
    assert gone.startswith("gone.txt: http://127.0.0.1")
    assert away.startswith("rumi-corpus: away.txt: 127.0.0.1:9 cannot be reached")
    assert away.endswith("what is here stays.")
