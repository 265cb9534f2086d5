"""Opens the works, the index and the glosses of the texts beside everything else. Knows nothing of screens.

What is not there yet is made by the indexing process, so that nobody who types meanwhile waits for an interpreter.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from models.errors import RumiError, describe
from rumi_tui.locations import index_folder, texts_folder
from rumi_tui.search.index import Index
from rumi_tui.search.index_process import GLOSSES, REFUSED, WORKS
from rumi_tui.texts.reader import Works, open_works

if TYPE_CHECKING:
    from rumi_tui.search.bridge import Bridge

# -P: a folder called `models` where the person happens to stand must not be taken for ours.
COMMAND = (sys.executable, "-P", "-m", "rumi_tui.search.index_process")


class Indexing:
    """Opens the texts for one thread after the other, so that nothing is made twice.

    Its methods may take half a minute. They raise `RumiError` where there are no texts, or nothing can be made of them.
    """

    def __init__(self) -> None:
        self._turn, self._turn_of_works = threading.Lock(), threading.Lock()
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def is_running(self) -> bool:
        """Whether something is made just now."""
        return bool(self._processes)

    @contextmanager
    def index(self) -> Iterator[Index]:
        """The couplets of the texts."""
        with self._turn:
            index = Index(texts_folder(), index_folder(), self._make)
        with closing(index):
            yield index

    @contextmanager
    def bridge(self) -> Iterator[Bridge]:
        """Their glosses and twins, with the index."""
        from rumi_tui.search.bridge import Bridge  # loads numpy, which nothing before needs

        with self.index() as index:
            with self._turn:
                bridge = Bridge(index, index_folder(), partial(self._make, GLOSSES))
            with closing(bridge):
                yield bridge

    def works(self) -> Works:
        """Rumi's works to read in."""
        with self._turn_of_works:
            return open_works(texts_folder(), index_folder(), partial(self._make, WORKS))

    def close(self) -> None:
        """Ends what is made just now: that is done another time."""
        for process in [*self._processes]:
            assert process.stdin is not None
            process.stdin.close()

    def _make(self, *options: str) -> None:
        command = (*COMMAND, str(texts_folder()), str(index_folder()), *options)
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        try:
            with subprocess.Popen(command, stdin=pipe, stdout=nothing, stderr=pipe) as process:
                assert process.stderr is not None
                self._processes.append(process)
                try:
                    complaint = process.stderr.read()
                finally:
                    self._processes.remove(process)
        except OSError as error:
            raise RumiError(f"The texts cannot be read ({describe(error)}): try again.") from error
        if process.returncode == REFUSED:
            raise RumiError(complaint.decode("utf-8", "replace"))
        if process.returncode:
            raise RumiError("What reads the texts ended unexpectedly: try again.")


indexing = Indexing()
"""The one of this program: screens come and go."""
