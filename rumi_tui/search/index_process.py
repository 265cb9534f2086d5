"""The indexing process: makes the index of a folder of texts; with `GLOSSES` as its last argument their glosses, too.

With `WORKS` there it reads the works instead.

A process of its own, since it keeps a Python interpreter busy for half a minute and takes hundreds of megabytes. What
is wrong it says on standard error, and ends with `REFUSED`. It ends early when its standard input does.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from models.errors import RumiError
from rumi_tui.search.index import Index
from rumi_tui.texts.reader import open_works

GLOSSES, WORKS = "--glosses", "--works"
REFUSED = 3


def main(texts: Path, cache_dir: Path, wanted: str, complaints: BinaryIO) -> int:
    """Makes what is missing in the folder `cache_dir`, and gives back the exit status."""
    try:
        if wanted == WORKS:
            open_works(texts, cache_dir)
            return 0
        with closing(Index(texts, cache_dir)) as index:
            if wanted == GLOSSES:
                from rumi_tui.search.bridge import Bridge  # loads numpy, which nothing before needs

                Bridge(index, cache_dir).close()
    except RumiError as error:
        complaints.write(str(error).encode())
        return REFUSED
    return 0


def _end_with(orders: int) -> None:
    """Ends this process when that file ends, with nothing half made left behind."""
    os.read(orders, 1)  # not `sys.stdin`, which the end of a process waits for
    _thread.interrupt_main(signal.SIGTERM)


def _end(*_: object) -> None:
    raise SystemExit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_end_with, args=(sys.stdin.fileno(),), daemon=True).start()
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), "".join(sys.argv[3:]), sys.stderr.buffer))
