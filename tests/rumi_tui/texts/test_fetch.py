# Against a server of its own on this machine; the texts are made here.

from __future__ import annotations

import dataclasses
import errno
import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from support import refused

from models.files import temporary_name
from rumi_tui.texts import download
from rumi_tui.texts.collection import divan
from rumi_tui.texts.corpus import Poem, read_corpus
from rumi_tui.texts.download import Downloads
from rumi_tui.texts.fetch import complaints, fetch, texts_here
from rumi_tui.texts.labels import Label
from rumi_tui.texts.sources import TEXTS, Source, Text

BOOK = b"The amber and the moon.\n\nThe ember, all will come.\n"
NOBODY = "http://127.0.0.1:9"

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers as it is told, in turn for one path; the last answer holds."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.asked = Counter[str]()
        self.ranges: dict[str, list[str]] = {}
        """What of a path was asked for, in turn; empty for the whole."""
        self.connections = 0
        self.closing = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                server.connections += 1
                super().setup()

            def do_GET(self) -> None:
                answers = server.answers.get(self.path, [fail(404)])
                answer = answers[min(server.asked[self.path], len(answers) - 1)]
                server.asked[self.path] += 1
                server.ranges.setdefault(self.path, []).append(self.headers.get("Range", ""))
                answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.socket.close()

    def hang(self, request: BaseHTTPRequestHandler) -> None:
        """Answers nothing, for as long as the test takes."""
        self.closing.wait()


def give(content: bytes, promised: int | None = None) -> Answer:
    """The content; with `promised`, breaks off before so many bytes."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(promised or len(content)))
        request.end_headers()
        request.wfile.write(content)
        request.close_connection = promised is not None

    return answer


def fail(status: int) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(download, "PAUSE", 0.0)
    server = Server()
    yield server
    server.close()


def extract(content: bytes | list[bytes], *more: bytes) -> list[Poem]:
    files = content if isinstance(content, list) else [content]
    return [Poem(poem, "free") for file in files for poem in file.decode().strip().split("\n\n")]


def extract_labelled(files: list[bytes]) -> list[Poem]:
    return [Poem(file.decode().strip('"'), "free", Label(id=f"divan/{n}")) for n, file in enumerate(files, 1)]


def sha256(*contents: bytes) -> str:
    return hashlib.sha256(b"".join(contents)).hexdigest()


def text_at(*addresses: str, content: bytes = BOOK, file: str = "book.txt") -> Text:
    source = Source(f"raw-{file}", addresses, len(content), sha256(content))
    return Text(file, "en", "couplet", 'A "Book"', "Nobody", (source,), extract)


class Folder(NamedTuple):
    """A text whose source is a folder, and its files."""

    text: Text
    files: dict[str, bytes]


def folder_at(*addresses: str, count: int = 20) -> Folder:
    files = {f"sh{number}.json": f'"poem {number}"'.encode() for number in range(1, count + 1)}
    contents = list(files.values())
    source = Source("ghazals", addresses, sum(map(len, contents)), sha256(*contents), tuple(files))
    return Folder(
        Text("divan.txt", "fa", "ghazal", "Divan", "Nobody", (source,), extract_labelled, labelled=True), files
    )


class Sum:
    """The progress of a fetch, added up."""

    total = here = done = 0

    def start(self, total: int, here: int) -> None:
        self.total, self.here = total, here

    def advance(self, amount: int) -> None:
        self.done += amount


def fetched(folder: Path, *texts: Text) -> list[tuple[str, int, str]]:
    return [(text.file, poems, complaint) for text, poems, complaint in fetch(folder, texts)]


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_text_is_fetched_extracted_and_told_of(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)]}
    text = text_at(f"{server.address}/book")
    assert fetched(tmp_path, text) == [("book.txt", 2, "")]
    (source,) = read_corpus([tmp_path])
    assert (source.name, source.language, source.form) == ("book.txt", "en", "couplet")
    assert [poem.text for poem in source.poems] == ["The amber and the moon.", "The ember, all will come."]
    assert texts_here(tmp_path, [text]) == [text]
    assert files_in(tmp_path) == ["book.txt", "corpus.toml", "sources/raw-book.txt"]


def test_the_files_of_a_folder_come_over_a_few_connections_in_any_order(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan", count=100)
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    assert fetched(tmp_path, text) == [("divan.txt", 100, "")]
    assert set(server.asked.values()) == {1}
    assert server.connections <= download.CONNECTIONS
    (source,) = read_corpus([tmp_path])
    poems = list(source.poems)
    assert [poem.text for poem in poems] == [f"poem {number}" for number in range(1, 101)]
    assert [poem.label.id for poem in poems] == [f"divan/{number}" for number in range(1, 101)]
    assert files_in(tmp_path) == ["corpus.toml", "divan.tsv", "divan.txt", "sources/ghazals.zip"]


def test_what_is_fetched_twice_is_the_same_to_the_byte(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    for folder in ("one", "two"):
        fetched(tmp_path / folder, text)
    one, two = ([path.read_bytes() for path in sorted((tmp_path / f).rglob("*.*"))] for f in ("one", "two"))
    assert one == two


def test_a_second_fetch_asks_nobody(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    fetched(tmp_path, text)
    asked = server.asked.total()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert fetched(tmp_path, text) == []
    assert server.asked.total() == asked
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_fetch_clears_up_after_a_killed_one_and_no_other_disturbs_it(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    fetched(tmp_path, text)
    whole = files_in(tmp_path)
    packed = tmp_path / "sources" / "ghazals" / "sh1.json"
    packed.parent.mkdir()
    for left in (packed, tmp_path / temporary_name("divan.txt", ".txt"), packed.parent.parent / temporary_name("a")):
        left.touch()
    (tmp_path / "divan.txt").unlink()
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]
    assert files_in(tmp_path) == whole
    with Downloads(tmp_path / "sources", Sum()), refused("Another fetch is at work in"):
        fetched(tmp_path, text_at(f"{server.address}/book"))


@pytest.mark.parametrize("name", ["divan.txt", "divan.tsv"])
@pytest.mark.parametrize("damage", [b"half", None])
def test_a_text_that_was_changed_is_made_again_from_its_source(
    tmp_path: Path, server: Server, name: str, damage: bytes | None
) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    fetched(tmp_path, text)
    whole = (tmp_path / name).read_bytes()
    if damage is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(damage)
    assert texts_here(tmp_path, [text]) == []
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]
    assert (tmp_path / name).read_bytes() == whole
    assert set(server.asked.values()) == {1}


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_source_that_was_damaged_is_fetched_again(tmp_path: Path, server: Server, damage: str) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    fetched(tmp_path, text)
    (tmp_path / "divan.txt").unlink()
    archive = tmp_path / "sources" / "ghazals.zip"
    content = bytearray(archive.read_bytes())
    if damage == "cut":
        del content[-50:]
    else:
        content[40:60] = bytes(20)
    archive.write_bytes(content)
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]


def test_a_fetch_goes_on_where_it_stopped(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    del server.answers["/divan/sh7.json"]
    ((_, _, complaint),) = fetched(tmp_path, text)
    assert "/divan/sh7.json is no longer there (404)" in complaint
    asked = server.asked.copy()
    assert len(files_in(tmp_path / "sources" / "ghazals")) == 19
    (tmp_path / "sources" / "ghazals" / "sh3.json").write_bytes(b"")  # as a power cut may leave it
    server.answers["/divan/sh7.json"] = [give(files["sh7.json"])]
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]
    assert server.asked - asked == Counter({"/divan/sh7.json": 1, "/divan/sh3.json": 1})


def test_a_wrong_file_in_a_folder_is_found_and_replaced_from_another_address(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan", f"{server.address}/second")
    for base in ("divan", "second"):
        server.answers |= {f"/{base}/{name}": [give(content)] for name, content in files.items()}
    server.answers["/divan/sh4.json"] = [give(b'"another poem"')]
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]
    assert (tmp_path / "divan.txt").read_text("utf-8").split("\n\n")[3] == "poem 4"


def test_a_wrong_file_is_fetched_anew_where_there_is_no_other_address(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan", NOBODY)
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    server.answers["/divan/sh4.json"] = [give(b'"another poem"'), give(files["sh4.json"])]
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]


def test_a_source_of_another_layout_does_not_stop_the_others(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)], "/page": [give(b"<html>")]}
    page = text_at(f"{server.address}/page", content=b"<html>", file="page.txt")
    page = dataclasses.replace(page, extract=lambda content: divan([content]))
    (_, _, complaint), book = fetched(tmp_path, page, text_at(f"{server.address}/book"))
    assert "not laid out as before" in complaint
    assert book == ("book.txt", 2, "")


def test_a_folder_that_stays_wrong_is_said_and_not_used(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    server.answers["/divan/sh4.json"] = [give(b'"poem 5"')]
    ((_, _, complaint),) = fetched(tmp_path, text)
    assert "another ghazals than expected" in complaint
    assert not (tmp_path / "divan.txt").exists()
    server.answers["/divan/sh4.json"] = [give(files["sh4.json"])]
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]


def test_a_text_that_fails_does_not_stop_the_others(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    server.answers |= {"/wrong": [give(b"something")], "/book": [give(BOOK)]}
    wrong, book = text_at(f"{server.address}/wrong", file="wrong.txt"), text_at(f"{server.address}/book")
    absent = text_at(f"{server.address}/absent", file="absent.txt")
    outcome = list(fetch(tmp_path, [wrong, absent, text, book]))
    assert [(fetched.text.file, fetched.poems) for fetched in outcome] == [
        ("wrong.txt", 0),
        ("absent.txt", 0),
        ("divan.txt", 20),
        ("book.txt", 2),
    ]
    said = complaints([fetched for fetched in outcome if fetched.complaint])
    assert [sentence.partition(":")[0] for sentence in said] == ["wrong.txt", "absent.txt"]
    assert [source.name for source in read_corpus([tmp_path])] == ["divan.txt", "book.txt"]


def test_texts_with_one_complaint_share_a_sentence(tmp_path: Path) -> None:
    first, second = text_at(NOBODY), text_at(NOBODY, file="second.txt")
    (sentence,) = complaints(list(fetch(tmp_path, [first, second])))
    assert sentence.startswith("book.txt, second.txt: 127.0.0.1:9 cannot be reached")


def test_the_list_of_texts_has_their_order_and_keeps_what_else_it_says(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)], "/second": [fail(404), give(BOOK)]}
    (tmp_path / "mine.txt").write_text("A line.\n")
    (tmp_path / "corpus.toml").write_text('[[text]]\nfile = "mine.txt"\nlanguage = "en"\nform = "free"\nnote = "à"\n')
    texts = [text_at(f"{server.address}/second", file="second.txt"), text_at(f"{server.address}/book")]
    fetched(tmp_path, *texts)
    fetched(tmp_path, *texts)
    assert [source.name for source in read_corpus([tmp_path])] == ["second.txt", "book.txt", "mine.txt"]
    assert 'note = "à"' in (tmp_path / "corpus.toml").read_text("utf-8")


def give_rest(content: bytes, cut: int = 0, **headers: str) -> Answer:
    """What is asked for of the content; without its last `cut` bytes, or with other headers."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers["Range"]
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        usual = {"Content-Length": str(len(content) - start)}
        if wanted:
            usual["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        request.send_response(206 if wanted else 200)
        for name, value in (usual | {name.replace("_", "-"): value for name, value in headers.items()}).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(content[start : len(content) - cut])
        request.close_connection = cut > 0

    return answer


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


def test_every_source_has_an_address_and_a_hash() -> None:
    for text in TEXTS:
        for source in text.sources:
            assert source.addresses
            assert all(address.startswith("https://") for address in source.addresses)
            assert len(bytes.fromhex(source.sha256)) == 32
