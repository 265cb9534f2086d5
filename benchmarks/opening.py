"""How long it takes until the console's prompt stands, and what its two processes hold then.

Opens `rumi-tui` in a terminal of 100x30 again and again, in a home of its own where it was opened before, and in turn
runs a Python that only imports Textual. Prints medians in seconds and MiB (resident; some fourteen of each process
are libraries that both share), and how many times the import the console takes. It needs pseudo-terminals: no Windows.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

COMMAND = Path(sys.executable).parent / "rumi-tui"
ROWS, COLUMNS = 30, 100
CTRL_Q = b"\x11"
TOUR, PAGE = b"Escape to write", b"temperature"
"""What the first opening shows, and what stands just above the prompt."""
PATIENCE_SECONDS = 60.0
REST_SECONDS = 2.0
"""After which the writing process has loaded its model."""
IMPORTS = "import textual.app, textual.widgets; textual.widgets.Input, textual.widgets.TextArea"


def open_console(environment: Mapping[str, str], awaited: bytes = PAGE) -> tuple[float, float, float]:
    """Seconds until it shows what is awaited, and MiB of the console and of its writing process."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.execve(COMMAND, [str(COMMAND)], environment)
        finally:
            os._exit(127)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    try:
        read_until(terminal, awaited, PATIENCE_SECONDS)
        seconds = time.perf_counter() - began
        read_until(terminal, None, REST_SECONDS)
        console = psutil.Process(pid)
        [writer] = console.children()
        return seconds, console.memory_info().rss / 2**20, writer.memory_info().rss / 2**20
    finally:
        with contextlib.suppress(OSError):  # where it has ended
            os.write(terminal, CTRL_Q)
            read_until(terminal, None, PATIENCE_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def read_until(terminal: int, wanted: bytes | None, seconds: float) -> None:
    """Reads what is drawn until something stands there, or for so many seconds where nothing is waited for."""
    drawn, end = b"", time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            try:
                drawn += os.read(terminal, 1 << 16)
            except OSError:  # it has ended
                break
        if wanted is not None and wanted in drawn:
            return
    if wanted is not None:
        raise SystemExit(f"{COMMAND} drew no prompt: {drawn[-500:].decode(errors='replace')!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    imports, opened = list[float](), list[tuple[float, float, float]]()
    with tempfile.TemporaryDirectory() as home:
        kept_out = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "RUMI_CORPUS_DIR")
        environment = {name: value for name, value in os.environ.items() if name not in kept_out}
        environment |= {"HOME": home, "TERM": "xterm-256color"}
        open_console(environment, TOUR)
        for _ in range(rounds):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", IMPORTS], check=True)
            imports.append(time.perf_counter() - began)
            opened.append(open_console(environment))
    seconds, console, writer = (statistics.median(values) for values in zip(*opened, strict=True))
    print(f"import of Textual   {statistics.median(imports):6.2f} s")
    print(f"prompt              {seconds:6.2f} s   {seconds / statistics.median(imports):.2f} times the import")
    print(f"console             {console:6.1f} MiB")
    print(f"writing process     {writer:6.1f} MiB")


if __name__ == "__main__":
    main()
