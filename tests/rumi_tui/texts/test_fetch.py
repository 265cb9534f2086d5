# Against a server of its own on this machine; the texts are made here.

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from support import refused

from rumi_tui.texts.corpus import read_corpus
from rumi_tui.texts.english import redhouse
from rumi_tui.texts.fetch import fetch, texts_here
from rumi_tui.texts.sources import TEXTS, RawSource, Text

BOOK = """\
    From reed-flute comes a tune,
    The amber and the moon.

    The candle and the drum,
    The ember, all will come.
"""
NOBODY = "http://127.0.0.1:9"

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers as it is told, in turn for one path; the last answer holds."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked = Counter[str]()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answers = server.answers[self.path]
                answer = answers[min(server.asked[self.path], len(answers) - 1)]
                server.asked[self.path] += 1
                answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def give(content: str, promised: int | None = None) -> Answer:
    """The content; with `promised`, breaks off before so many bytes."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(promised or len(content.encode())))
        request.end_headers()
        request.wfile.write(content.encode())

    return answer


def fail(status: int) -> Answer:
    return lambda request: request.send_error(status)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)  # what passes between two tries
    server = Server()
    yield server
    server.close()


def text_at(*addresses: str, content: str = BOOK, file: str = "book.txt") -> Text:
    data = content.encode()
    source = RawSource(f"raw-{file}", addresses, len(data), hashlib.sha256(data).hexdigest())
    return Text(file, "en", "couplet", 'A "Book"', "Nobody", (source,), redhouse)


def fetched(folder: Path, *texts: Text) -> list[tuple[str, int]]:
    return [(text.file, poems) for text, poems in fetch(folder, texts)]


def test_a_text_is_fetched_extracted_and_told_of(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)]}
    text = text_at(f"{server.address}/book")
    assert fetched(tmp_path, text) == [("book.txt", 1)]
    (source,) = read_corpus([tmp_path])
    assert (source.name, source.language, source.form) == ("book.txt", "en", "couplet")
    assert [poem.text.splitlines()[0] for poem in source.poems] == ["From reed-flute comes a tune,"]
    assert texts_here(tmp_path, [text]) == [text]


def test_a_second_fetch_asks_nobody(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)]}
    text = text_at(f"{server.address}/book")
    fetched(tmp_path, text)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert fetched(tmp_path, text) == []
    assert server.asked["/book"] == 1
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_text_that_was_changed_is_made_again_from_its_source(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)]}
    text = text_at(f"{server.address}/book")
    fetched(tmp_path, text)
    whole = (tmp_path / "book.txt").read_bytes()
    (tmp_path / "book.txt").write_text("half")
    assert fetched(tmp_path, text) == [("book.txt", 1)]
    assert (tmp_path / "book.txt").read_bytes() == whole
    assert server.asked["/book"] == 1


def test_what_else_the_catalogue_says_stays(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)]}
    (tmp_path / "mine.txt").write_text("A line.\n")
    (tmp_path / "corpus.toml").write_text('[[text]]\nfile = "mine.txt"\nlanguage = "en"\nform = "free"\nnote = "à"\n')
    fetched(tmp_path, text_at(f"{server.address}/book"))
    assert [source.name for source in read_corpus([tmp_path])] == ["mine.txt", "book.txt"]
    assert 'note = "à"' in (tmp_path / "corpus.toml").read_text("utf-8")


@pytest.mark.parametrize("bad", [fail(500), give(BOOK, promised=10_000), give("other")], ids=["error", "cut", "other"])
def test_what_fails_once_is_tried_again(tmp_path: Path, server: Server, bad: Answer) -> None:
    server.answers = {"/book": [bad, give(BOOK)]}
    assert fetched(tmp_path, text_at(f"{server.address}/book")) == [("book.txt", 1)]
    assert server.asked["/book"] == 2


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (fail(404), "answers 404"),
        (give(BOOK, promised=10_000), "broke"),
        (give("other"), "another raw-second.txt than the one known"),
    ],
    ids=["error", "cut", "other"],
)
def test_what_goes_on_failing_is_said_and_what_is_here_stays(
    tmp_path: Path, server: Server, bad: Answer, said: str
) -> None:
    server.answers = {"/book": [give(BOOK)], "/second": [bad]}
    first, second = text_at(f"{server.address}/book"), text_at(f"{server.address}/second", file="second.txt")
    with refused(said):
        fetched(tmp_path, first, second)
    assert texts_here(tmp_path, [first, second]) == [first]
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "book.txt",
        "corpus.toml",
        "raw-book.txt",
    ]
    server.answers["/second"] = [give(BOOK)]
    assert fetched(tmp_path, first, second) == [("second.txt", 1)]


def test_another_address_is_tried_where_one_cannot_be_reached(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)]}
    assert fetched(tmp_path, text_at(NOBODY, f"{server.address}/book")) == [("book.txt", 1)]
    with refused("127.0.0.1:9 cannot be reached"):
        fetched(tmp_path / "new", text_at(NOBODY))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)]}
    (tmp_path / "sources").write_text("a file where a folder should be")
    with refused("Could not write"):
        fetched(tmp_path, text_at(f"{server.address}/book"))


def test_every_source_has_an_address_and_a_hash() -> None:
    for text in TEXTS:
        for source in text.sources:
            assert source.addresses
            assert all(address.startswith("https://") for address in source.addresses)
            assert len(bytes.fromhex(source.sha256)) == 32
