"""The console served to browsers, as the tests start and end it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import psutil
from terminal_support import welcome


class Served:
    """A server of consoles whose poems are kept in a folder."""

    def __init__(self, home: Path, model: Path, *arguments: str, **environment: str) -> None:
        """With these arguments, in which PORT stands for the port, and these variables."""
        welcome(home)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        command = [str(Path(sys.executable).parent / "rumi-tui"), "--web", "--port", str(self.port)]
        homes = dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"), str(home))
        self.process = subprocess.Popen(
            [*command, "--model", str(model), *(part.replace("PORT", str(self.port)) for part in arguments)],
            env={**os.environ, **homes, **environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        self.greeting = self.process.stderr.readline()
        found = re.search(r"http\S+", self.greeting)
        assert found is not None, self.greeting
        self.address = found[0]

    def children(self) -> list[psutil.Process]:
        """The consoles that are open, and their writing processes."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def close(self) -> None:
        """Ends the server."""
        self.process.kill()
        self.process.communicate()
