"""Runs every command but fetch without a network, and looks at the system calls that it makes.

Each runs in a network namespace that has no interface (`unshare`), under `strace`, in a home of its own. It must do its
work, open no socket but those of this machine (AF_UNIX), and write no file outside of its home. In the end nothing may
be there that the program is not known to keep: a library that sends or stores something, as onnxruntime does unless it
is told not to, is caught. The summary is one JSON document, see `docs/reliability.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import terminal_support
from support import write_corpus, write_works
from terminal_support import Terminal

terminal_support.PATIENCE_SECONDS = 300.0  # a traced console is slow
WATCHED = "%network,open,openat,openat2,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat"
NAMESPACE = ("unshare", "--map-root-user", "--net")
KEPT = re.compile(
    r"rumi-tui/(poems\.sqlite(-wal|-shm)?|session\.json|welcomed|settings\.toml)|rumi-tui/[0-9a-f]{16}(-bridge|-works)?\.sqlite"
    r"|run/(loss\.csv|loss\.png|samples\.txt|(model|state)\.safetensors|tensorboard/.*|model\.onnx)|saved\.json"
    r"|rumi-tui/models/rumi-\w+-[0-9a-f]{16}/(model\.onnx|model\.weights|seal)|(matplotlib|fontconfig)/.*"
)
"""Files of a home that a command is known to keep; matplotlib, which draws the curve of a run, lists the fonts."""
DEVICES = re.compile(r"/dev/(null|tty|ptmx|pts/.*|shm/sem\..*)|/proc/self/.*|pipe:.*")
"""Not files; a semaphore is memory that has a name, and that only until it is made."""
_SOCKET = re.compile(r"\bsocket\((AF_\w+).* = \d")
_WRITING = re.compile(
    r"\bopen\w*\((?:(?:AT_FDCWD|\d+)<(?P<folder>[^>]*)>, )?\"(?P<path>[^\"]*)\".*(?:O_WRONLY|O_RDWR|O_CREAT).* = \d"
)
_MAKING = re.compile(
    r"\b(?:mkdir|rename|link|symlink)\w*\(.*?(?:(?:AT_FDCWD|\d+)<(?P<folder>[^>]*)>, )?\"(?P<path>[^\"]*)\"[^\"]* = 0"
)


def missing_tools() -> str:
    """What this machine lacks for it; empty for nothing."""
    for name in ("unshare", "strace"):
        if shutil.which(name) is None:
            return f"{name} is not installed"
    tried = subprocess.run(
        [*NAMESPACE, "strace", "-o", os.devnull, "true"], capture_output=True, text=True, check=False
    )
    return f"no network namespace can be made here ({tried.stderr.strip()})" if tried.returncode else ""


def complaints(trace: str, home: Path) -> list[str]:
    """What in a trace of system calls reaches beyond this machine and the home."""
    found = []
    for line in trace.splitlines():
        if (socket := _SOCKET.search(line)) and socket[1] != "AF_UNIX":
            found.append(f"opens a socket: {line}")
        if call := _WRITING.search(line) or _MAKING.search(line):
            path = os.path.normpath(os.path.join(call["folder"] or home, call["path"]))
            if not (Path(path).is_relative_to(home) or DEVICES.fullmatch(path)):
                found.append(f"writes {path}: {line}")
    return found


class Home:
    """Where the commands run."""

    def __init__(self, folder: Path, setenv: Callable[[str, str], object] = os.environ.__setitem__) -> None:
        self.folder = folder / "home"
        self._traces = folder / "traces"
        for made in (self.folder / "tmp", self._traces):
            made.mkdir(parents=True)
        names = ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DOCUMENTS_DIR")
        places = dict.fromkeys(names, str(self.folder)) | {"TMPDIR": str(self.folder / "tmp")}
        texts = {"RUMI_CORPUS_DIR": str(folder / "works")}
        quiet = {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}  # Python keeps compiled what is installed
        for name, value in (places | texts | quiet).items():
            setenv(name, value)
        write_works(folder / "works")
        write_corpus(folder / "corpus")

    def watched(self, name: str) -> list[str]:
        """What a command is run under, to be seen by `seen`."""
        trace = str(self._traces / name)
        return [*NAMESPACE, "strace", "--follow-forks", "--decode-fds=path", "-qq", "-e", WATCHED, "-o", trace]

    def seen(self, name: str) -> list[str]:
        """What is to be said against what was done under that name."""
        return complaints((self._traces / name).read_text("utf-8", "replace"), self.folder)

    def run(self, command: Sequence[str]) -> list[str]:
        """Runs a command; gives back what is to be said against it."""
        program = str(Path(sys.executable).parent / command[0])
        done = subprocess.run(
            [*self.watched(command[0]), program, *command[1:]],
            cwd=self.folder,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        failed = [f"ended with {done.returncode}: {done.stderr}"] if done.returncode else []
        return failed + self.seen(command[0])

    def write_in_the_console(self) -> list[str]:
        """Opens the console in a terminal, writes, and leaves; gives back what is to be said against it."""
        terminal = Terminal(self.folder, Path("en"))
        terminal.ready = "free"
        with ExitStack() as closing:
            closing.callback(terminal.close)
            console = terminal.open_console(under=self.watched("console"))
            terminal.submit("/keep off")
            terminal.submit("amber")
            terminal.until(terminal.poems, "a poem")
            terminal.press("C-q")
            console.wait(terminal_support.PATIENCE_SECONDS)
        for name in ("tmux", "output"):
            (self.folder / name).unlink()
        return self.seen("console")

    def left_over(self) -> list[str]:
        """Files that no command is known to keep."""
        paths = (str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
        return [path for path in paths if not KEPT.fullmatch(path)]


COMMANDS = [
    ["rumi-generate", "amber", "--chars", "40"],
    ["rumi-generate", "چراغ", "--model", "fa", "--chars", "40"],
    ["rumi-corpus", "list"],
    ["rumi-corpus", "search", "lantern"],
    ["rumi-corpus", "gloss", "چراغ"],
    ["rumi-corpus", "read", "divan", "100"],
    ["rumi-corpus", "random"],
    ["rumi-ask", "What is a lantern?", "--seed", "1"],
    ["rumi-train", "--corpus", "../corpus/one.txt", "--preset", "minimal", "--steps", "2", "--out", "run"],
    ["rumi-eval", "--model", "run", "--text", "../corpus/one.txt"],
    ["rumi-export", "run"],
    ["rumi-generate", "--model", "run/model.onnx", "--chars", "20", "--keep", "off"],
    ["rumi-tui", "--export", "saved.json"],
    ["rumi-tui", "--plain"],
]


def walk(folder: Path, report: Callable[[str, list[str]], None]) -> None:
    """Runs all commands, and tells what is to be said against each."""
    home = Home(folder)
    report("rumi-tui", home.write_in_the_console())
    for command in COMMANDS:
        report(" ".join(command), home.run(command))
    report("files that nobody knows", home.left_over())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--report", type=Path, default=None, help="folder that the summary is written into, too")
    options = parser.parse_args()
    if reason := missing_tools():
        sys.exit(f"Not done: {reason}.")
    rows: list[dict[str, object]] = []
    began = time.monotonic()

    def report(what: str, said: list[str]) -> None:
        rows.append({"what": what, "count": 1, "failures": int(bool(said))})
        for each in said:
            print(f"{what}: {each}", file=sys.stderr)

    with tempfile.TemporaryDirectory(prefix="rumi-offline-") as folder:
        walk(Path(folder), report)
    minutes = round((time.monotonic() - began) / 60, 1)
    summary = json.dumps({"harness": "offline", "minutes": minutes, "seed": 0, "rows": rows}, indent=1)
    print(summary)
    if options.report is not None:
        options.report.mkdir(parents=True, exist_ok=True)
        (options.report / "offline.json").write_text(summary + "\n", "utf-8")
    sys.exit(1 if any(row["failures"] for row in rows) else 0)


if __name__ == "__main__":
    main()
