"""Where a program is harmed: a home of its own, in which commands run as processes that are forked.

A forked command has all its modules loaded, so that what is interrupted is its work and not its imports. Knows nothing
of what the commands do.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import re
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple

import psutil

PATIENCE_SECONDS = 300.0
BROKE = 70
"""The status of a command that let an exception through, which none may."""
_PR_SET_CHILD_SUBREAPER = 36
_MADE_UP = re.compile(r"[0-9a-f]{16}|(?<=tfevents).*|(?<=damaged-)[\d-]+")
"""What of a file's name is another in each run."""


class Ended(NamedTuple):
    """What came of a command."""

    status: int
    """Of its exit; below zero the number of the signal that ended it."""
    output: str
    errors: str
    seconds: float


class Started:
    """A command that runs."""

    def __init__(self, pid: int, said: Path) -> None:
        self.pid, self._said, self._began = pid, said, time.monotonic()

    def send(self, number: signal.Signals) -> None:
        """Sends a signal, if it is still there."""
        os.kill(self.pid, number)  # it is waited for only by us, so the number is its own until then

    def ends_within(self, seconds: float) -> bool:
        """Waits so long for its end, and says whether it came."""
        deadline = time.monotonic() + seconds
        while os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.002)
        return True

    def wait(self) -> Ended:
        """Waits for its end; one that does not come is a failure."""
        if not self.ends_within(PATIENCE_SECONDS):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            raise AssertionError(f"It did not end within {PATIENCE_SECONDS:.0f} seconds.")
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        texts = [self._said.with_suffix(kind).read_text("utf-8", "replace") for kind in (".out", ".err")]
        return Ended(status, *texts, time.monotonic() - self._began)


class Place:
    """A folder with a home, and the environment of whoever lives there."""

    def __init__(self, folder: Path, shared: Path) -> None:
        self.shared = shared
        """Texts, models and poems that all programs read and none changes."""
        self.home = folder / "home"
        self.closing = ExitStack()
        """What is done when nothing more happens here."""
        self.patch: Callable[[], object] = bool
        """What is done in each command's process before it begins."""
        self.trouble = "none"
        """Of the network, see `network.TROUBLES`."""
        self._said = folder / "said"
        self._count = 0
        for made in (self.home / "tmp", self._said):
            made.mkdir(parents=True)
        names = ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DOCUMENTS_DIR")
        self.environment = dict.fromkeys(names, str(self.home)) | {
            "TMPDIR": str(self.home / "tmp"),
            "RUMI_CORPUS_DIR": str(shared / "corpus"),
            "OMP_NUM_THREADS": "1",
        }

    def start(self, command: Sequence[str], harm: Callable[[], object] = bool) -> Started:
        """Starts one of our commands; `harm` is done in its process first."""
        self._count += 1
        said = self._said / str(self._count)
        for kind in (".out", ".err"):  # here, for it may be killed before it does anything
            said.with_suffix(kind).touch()
        pid = os.fork()
        if pid == 0:
            _be(command, self.environment, self.home, said, (self.patch, harm))
        return Started(pid, said)

    def run(self, command: Sequence[str], harm: Callable[[], object] = bool) -> Ended:
        """Runs one of our commands to its end."""
        return self.start(command, harm).wait()

    def files(self) -> set[str]:
        """The files of the home, without what of their names is another in each run."""
        paths = (path.relative_to(self.home) for path in self.home.rglob("*") if not path.is_dir())
        return {_MADE_UP.sub("*", str(path)) for path in paths}

    def date_files(self, days: int) -> None:
        """Has all files of the home last changed so many days from now; fewer than 0: ago."""
        changed = time.time() + days * 24 * 3600
        for path in self.home.rglob("*"):
            if path.exists():
                os.utime(path, (changed, changed))


def adopt_orphans() -> None:
    """Has processes whose parents have ended become children of this one."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def check_nothing_runs() -> None:
    """Everything that was started has ended; what has only just lost its parent is given a while."""
    _, alive = psutil.wait_procs(psutil.Process().children(recursive=True), timeout=30)
    assert not alive, f"Processes are left: {[' '.join(process.cmdline()) for process in alive]}"


def _be(
    command: Sequence[str], environment: dict[str, str], home: Path, said: Path, harms: Sequence[Callable[[], object]]
) -> None:
    """Is a command, in this process, and never returns."""
    status = BROKE
    try:
        os.setsid()
        atexit._clear()
        _redirect(said)
        os.environ.update(environment)
        os.chdir(home)
        sys.argv = list(command)
        [entry] = entry_points(group="console_scripts", name=command[0])
        main = entry.load()
        for harm in harms:
            harm()
        main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _redirect(said: Path) -> None:
    for number, name in enumerate((os.devnull, said.with_suffix(".out"), said.with_suffix(".err"))):
        opened = os.open(name, os.O_RDWR | os.O_CREAT, 0o666)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
