from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from served import served

from rumi_tui.search.fetch_process import run
from rumi_tui.texts.fetch_events import MODEL, Arrived, Began, Came, Ended, Event
from rumi_tui.texts.redhouse import redhouse
from rumi_tui.texts.sources import TEXTS, Source, Text

BOOK = b"    From reed-flute comes a tune,\n    The amber and the moon.\n"
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "book").write_bytes(BOOK)
    with served(tmp_path / "www") as address:
        yield f"{address}/book"


def source_at(name: str, address: str) -> Source:
    return Source(name, (address,), len(BOOK), hashlib.sha256(BOOK).hexdigest())


def text_at(file: str, address: str) -> Text:
    source = source_at(f"raw-{file}", address)
    return Text(file, "en", "couplet", "A book", "Nobody", (source,), redhouse)


def events(folder: Path, *texts: Text, model: Path | None = None, of_model: tuple[Source, ...] = ()) -> list[Event]:
    output = io.BytesIO()
    run(folder, texts, output, model, of_model)
    return [msgspec.json.decode(line, type=Event) for line in output.getvalue().splitlines()]


def test_it_says_what_is_missing_what_came_and_that_it_is_over(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rumi_tui.search.fetch_process.REPORT_SECONDS", 0)
    monkeypatch.setattr("rumi_tui.texts.download.PAUSE", 0.0)
    here, away = text_at("here.txt", address), text_at("away.txt", NOBODY)
    began, start, *arrived, came, failed, ended = events(tmp_path / "texts", here, away)
    assert began == Began(["here.txt", "away.txt"], ["here.txt", "away.txt"])
    assert start == Arrived(0, 2 * len(BOOK), None)
    assert [(report.bytes, report.total) for report in arrived] == [(len(BOOK), 2 * len(BOOK))]
    assert came == Came("here.txt", 1, "")
    assert isinstance(failed, Came)
    assert "cannot be reached" in failed.complaint
    assert ended == Ended("")
    assert events(tmp_path / "texts", here) == [Began(["here.txt"], []), Ended("")]


def test_the_model_comes_after_the_texts_and_each_says_how_far_it_is(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rumi_tui.search.fetch_process.REPORT_SECONDS", 0)
    monkeypatch.setattr("rumi_tui.texts.download.PAUSE", 0.0)
    book, of_model = text_at("book.txt", address), (source_at("one", address), source_at("two", address))
    size = len(BOOK)
    assert events(tmp_path / "texts", book, model=tmp_path / "model", of_model=of_model) == [
        Began(["book.txt", MODEL], ["book.txt", MODEL]),
        Arrived(0, size, None),
        Arrived(size, size, 0),
        Came("book.txt", 1, ""),
        Arrived(0, 2 * size, None, MODEL),
        Arrived(size, 2 * size, 0, MODEL),
        Arrived(2 * size, 2 * size, 0, MODEL),
        Came(MODEL, 0, ""),
        Ended(""),
    ]
    away = (source_at("three", NOBODY),)
    *_, failed, ended = events(tmp_path / "texts", book, model=tmp_path / "model", of_model=away)
    assert isinstance(failed, Came)
    assert "cannot be reached" in failed.complaint
    assert ended == Ended("")


def test_what_ends_it_early_is_said(tmp_path: Path, address: str) -> None:
    (tmp_path / "texts").write_text("a file where a folder should be")
    *_, ended = events(tmp_path / "texts", text_at("book.txt", address))
    assert isinstance(ended, Ended)
    assert ended.trouble


def test_the_process_says_one_document_a_line_and_ends_with_its_input(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "rumi_tui.search.fetch_process"]
    nowhere = {"XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path), "HTTPS_PROXY": NOBODY, "https_proxy": NOBODY}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | nowhere) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        began, *_, ended = (msgspec.json.decode(line, type=Event) for line in process.stdout)
        assert began == Began([text.file for text in TEXTS], [text.file for text in TEXTS])
        assert ended == Ended("")
        process.stdin.close()
        assert process.wait(60) == 0
