"""Files come whole from a publisher that fails in every way, or it is said why not."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from publisher import (
    BOOK,
    NOBODY,
    Answer,
    Server,
    Sum,
    fail,
    fetched,
    files_in,
    folder_at,
    give,
    give_rest,
    text_at,
)
from support import refused

from rumi_tui.texts import download
from rumi_tui.texts.fetch import fetch, texts_here


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes is kept a few bytes at a time, as large files are in larger pieces."""
    monkeypatch.setattr(download, "CHUNK", 4)


def test_a_file_that_was_cut_in_the_middle_is_gone_on_with(tmp_path: Path, server: Server, small_pieces: None) -> None:
    server.answers = {"/book": [give_rest(BOOK, cut=20), give_rest(BOOK, cut=9), give_rest(BOOK)]}
    progress = Sum()
    assert [text.poems for text in fetch(tmp_path, [text_at(f"{server.address}/book")], progress)] == [2]
    assert server.ranges["/book"] == ["", "bytes=28-", "bytes=40-"]  # whole pieces of 4
    assert progress.done == progress.total == len(BOOK)
    assert files_in(tmp_path / "sources") == ["raw-book.txt"]


def test_a_file_is_gone_on_with_by_the_next_fetch(tmp_path: Path, server: Server, small_pieces: None) -> None:
    server.answers = {"/book": [give_rest(BOOK, cut=20)], "/second": [fail(404)]}
    text = text_at(f"{server.address}/book", f"{server.address}/second")
    ((_, _, complaint),) = fetched(tmp_path, text)
    assert "was cut off" in complaint
    assert files_in(tmp_path / "sources") == ["raw-book.txt.part"]
    server.answers["/second"] = [give_rest(BOOK)]  # a part is one of the file, wherever it is from
    server.answers["/book"] = [fail(404)]
    progress = Sum()
    list(fetch(tmp_path, [text], progress))
    assert server.ranges["/second"][-1].startswith("bytes=")
    assert 0 < progress.here < progress.total == progress.here + progress.done
    assert texts_here(tmp_path, [text]) == [text]


USELESS = {
    "no ranges": give(BOOK),
    "another range": give_rest(BOOK, Content_Range=f"bytes 0-{len(BOOK) - 1}/{len(BOOK)}"),
    "another size": give_rest(BOOK, Content_Range="bytes 28-998/999"),
    "packed": give_rest(BOOK, Content_Encoding="gzip"),
    "no such range": fail(416),
    "another file": give_rest(b"x" * len(BOOK)),
}


@pytest.mark.parametrize("answer", USELESS.values(), ids=USELESS)
def test_a_file_begins_anew_where_it_cannot_be_gone_on_with(
    tmp_path: Path, server: Server, small_pieces: None, answer: Answer
) -> None:
    server.answers = {"/book": [give_rest(BOOK, cut=20), answer, give_rest(BOOK)]}
    progress = Sum()
    assert [text.poems for text in fetch(tmp_path, [text_at(f"{server.address}/book")], progress)] == [2]
    assert set(server.ranges["/book"][2:]) <= {""}
    assert progress.done == progress.total
    assert files_in(tmp_path / "sources") == ["raw-book.txt"]


@pytest.mark.parametrize("content", [b"x" * len(BOOK), b"x" * 1_000, b"x"])
def test_nothing_is_left_of_a_file_that_is_another_one(
    tmp_path: Path, server: Server, small_pieces: None, content: bytes
) -> None:
    server.answers = {"/book": [give_rest(BOOK, cut=20), give(content)]}
    progress = Sum()
    ((_, _, complaint),) = fetch(tmp_path, [text_at(f"{server.address}/book")], progress)
    assert "another raw-book.txt than expected" in complaint
    assert files_in(tmp_path) == []
    assert progress.done == 0


@pytest.mark.parametrize("left", [BOOK[:30], BOOK, BOOK + b"more", b"x" * len(BOOK), b"x" * 30, b""])
def test_whatever_a_broken_transfer_left_the_file_comes(tmp_path: Path, server: Server, left: bytes) -> None:
    server.answers = {"/book": [give_rest(BOOK)]}
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "raw-book.txt.part").write_bytes(left)
    progress = Sum()
    list(fetch(tmp_path, [text_at(f"{server.address}/book")], progress))
    assert files_in(tmp_path) == ["book.txt", "corpus.toml", "sources/raw-book.txt"]
    assert progress.here + progress.done == progress.total
    assert bool(server.asked) == (left != BOOK)


def test_a_transfer_that_gets_on_is_tried_until_it_is_whole(
    tmp_path: Path, server: Server, small_pieces: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "GETS_ON", 4)
    server.answers = {"/book": [give_rest(BOOK, cut=cut) for cut in range(len(BOOK) - 8, -1, -8)]}
    server.answers["/book"].append(give_rest(BOOK))
    assert fetched(tmp_path, text_at(f"{server.address}/book")) == [("book.txt", 2, "")]
    assert server.asked["/book"] > download.TRIES


BAD = {
    "error": (fail(500), "answers 500"),
    "busy": (fail(429), "too busy"),
    "cut": (give(BOOK, promised=10_000), "was cut off"),
    "other": (give(b"other"), "another raw-book.txt than expected"),
    "longer": (give(BOOK + b"more"), "another raw-book.txt than expected"),
}


@pytest.mark.parametrize(("bad", "said"), BAD.values(), ids=BAD)
def test_what_fails_once_is_tried_again(tmp_path: Path, server: Server, bad: Answer, said: str) -> None:
    server.answers = {"/book": [bad, give(BOOK)]}
    assert fetched(tmp_path, text_at(f"{server.address}/book")) == [("book.txt", 2, "")]
    assert server.asked["/book"] == 2


@pytest.mark.parametrize(("bad", "said"), BAD.values(), ids=BAD)
def test_what_goes_on_failing_is_said_and_what_is_here_stays(
    tmp_path: Path, server: Server, bad: Answer, said: str
) -> None:
    server.answers = {"/first": [give(BOOK)], "/book": [bad]}
    first, second = text_at(f"{server.address}/first", file="first.txt"), text_at(f"{server.address}/book")
    _, (_, _, complaint) = fetched(tmp_path, first, second)
    assert said in complaint
    assert texts_here(tmp_path, [first, second]) == [first]
    assert files_in(tmp_path) == ["corpus.toml", "first.txt", "sources/raw-first.txt"]
    server.answers["/book"] = [give(BOOK)]
    assert fetched(tmp_path, first, second) == [("book.txt", 2, "")]


@pytest.mark.parametrize("bad", [fail(403), fail(404), *(bad for name, (bad, _) in BAD.items() if name != "busy")])
def test_another_address_is_tried_where_one_fails(tmp_path: Path, server: Server, bad: Answer) -> None:
    server.answers = {"/book": [give(BOOK)], "/bad": [bad]}
    assert fetched(tmp_path, text_at(f"{server.address}/bad", f"{server.address}/book")) == [("book.txt", 2, "")]


def test_a_host_that_cannot_be_reached_is_asked_once_for_a_whole_folder(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(NOBODY, f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]
    assert set(server.asked.values()) == {1}


def test_a_folder_that_answers_something_else_is_not_asked_for_every_file(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan", count=200)
    server.answers = {f"/divan/{name}": [give(b"<html>")] for name in files}
    ((_, _, complaint),) = fetched(tmp_path, text)
    assert "than expected" in complaint
    assert server.asked.total() <= download.TRIES * download.CONNECTIONS


def test_a_host_that_never_answers_is_given_up(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TIMEOUT", 0.05)
    server.answers = {"/book": [server.hang]}
    ((_, _, complaint),) = fetched(tmp_path, text_at(f"{server.address}/book"))
    assert "does not answer within" in complaint


def test_a_transfer_that_takes_too_long_is_given_up(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "SLOWEST", -1.0)
    server.answers = {"/book": [give(BOOK)]}
    ((_, _, complaint),) = fetched(tmp_path, text_at(f"{server.address}/book"))
    assert "does not answer within" in complaint


def test_progress_ends_at_what_was_wanted_whatever_went_wrong(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan", f"{server.address}/second")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    server.answers["/divan/sh9.json"] = [fail(500), give(b"<html>", promised=100), give(files["sh9.json"])]
    del server.answers["/divan/sh4.json"]
    first = Sum()
    list(fetch(tmp_path, [text], first))
    assert (first.here, first.done) == (0, first.total - len(files["sh4.json"]))
    server.answers["/divan/sh4.json"] = [give(files["sh4.json"])]
    second = Sum()
    list(fetch(tmp_path, [text], second))
    assert second.here + second.done == second.total == first.total


def test_a_folder_without_room_is_said_before_anything_is_asked(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 10}))
    with refused("There is not enough room in"):
        fetched(tmp_path / "new", text_at(f"{server.address}/book"))
    assert not server.asked


@pytest.mark.parametrize(
    ("code", "said"), [(errno.ENOSPC, "There is no room left in"), (errno.EACCES, "You may not write in")]
)
def test_what_cannot_be_written_ends_the_fetch(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    def replace(source: Path, target: Path) -> None:
        raise OSError(code, "as the system says")

    monkeypatch.setattr("os.replace", replace)
    text, files = folder_at(f"{server.address}/divan", count=200)
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    with refused(said):
        fetched(tmp_path, text)
    assert server.asked.total() < 200


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)]}
    (tmp_path / "sources").write_text("a file where a folder should be")
    with refused("Could not write"):
        fetched(tmp_path, text_at(f"{server.address}/book"))


def test_whoever_stops_a_fetch_is_not_kept_waiting(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)], "/hang": [server.hang]}
    texts = [text_at(f"{server.address}/book"), text_at(f"{server.address}/hang", file="hang.txt")]
    fetching = fetch(tmp_path, texts)
    assert next(fetching).poems == 2
    fetching.close()  # type: ignore[attr-defined]
    assert texts_here(tmp_path, texts) == texts[:1]
