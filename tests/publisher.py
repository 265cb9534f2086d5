"""A publisher of texts on this machine, which answers as it is told, and texts that are fetched from there."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from rumi_tui.texts.corpus import Poem
from rumi_tui.texts.fetch import fetch
from rumi_tui.texts.labels import Label
from rumi_tui.texts.sources import Source, Text

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
