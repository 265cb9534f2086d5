"""A server of this machine whose lines break: what is asked of it comes whole, or as the address says not at all."""

from __future__ import annotations

import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CHUNK = 1 << 14
TROUBLES = ("drops", "cuts", "stalls", "lies", "busy", "gone")


class Handler(BaseHTTPRequestHandler):
    """Answers /TROUBLE/NAME with the file NAME of `folder`."""

    folder: Path

    def do_GET(self) -> None:
        _, trouble, name = self.path.split("/", 2)
        content = (self.folder / name).read_bytes()
        if trouble == "drops":
            return
        if trouble in ("busy", "gone"):
            self.send_error(503 if trouble == "busy" else 404)
            return
        if trouble == "lies":
            content = bytes(len(content))
        begin = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(content) - begin))
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        end = len(content) - (len(content) - begin) // 2 if trouble in ("cuts", "stalls") else len(content)
        for start in range(begin, end, CHUNK):
            self.wfile.write(content[start : min(start + CHUNK, end)])
            time.sleep(0.002)  # so that a transfer lasts long enough to be killed in
        if trouble == "stalls":
            time.sleep(60)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server:
    """The server, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        Handler.folder = folder
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{server.server_port}"
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # of clients that have gone it would tell there
            server.serve_forever()
        server.socket.close()

    def close(self) -> None:
        """Ends it."""
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
