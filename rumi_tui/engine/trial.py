"""The first step of a stranger's model file, in a process of its own, where nothing that it does hurts.

Run as a program, it loads the model file it is given and takes one step.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from models.errors import RumiError

COMMAND = (sys.executable, "-P", "-m", "rumi_tui.engine.trial")
PATIENCE_SECONDS = 60
LARGEST_MEMORY = 8 << 30
"""Bytes of addresses that the process may take, where the system can be told so."""


def try_out(path: Path) -> None:
    """Has a model file loaded and run once. Raises `RumiError` where that ends the process that does it.

    What is refused in the usual way is refused there again, and told here by whoever loads the file next.
    """
    with contextlib.suppress(OSError):
        status = path.stat()
        _try_out(path, status.st_mtime_ns, status.st_size)


@lru_cache
def _try_out(path: Path, *_: int) -> None:
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # each thread takes addresses
    process = subprocess.Popen(
        [*COMMAND, str(path)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with process:
        try:
            if process.wait(PATIENCE_SECONDS):
                raise RumiError(f"{path} ends the program that runs it: it is damaged, or meant to do harm.")
        except subprocess.TimeoutExpired as error:
            raise RumiError(f"{path} takes a minute for one step: it is no model file of this program.") from error
        finally:
            process.kill()


def _main(path: Path) -> None:
    from rumi_tui.engine.session import Session

    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limit, and macOS refuses it
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        allowed = LARGEST_MEMORY if hard == resource.RLIM_INFINITY else min(hard, LARGEST_MEMORY)
        resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
    with contextlib.suppress(RumiError):
        Session(path)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
