"""Reads the texts for their meaning while questions are answered by words. Knows nothing of screens."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from models.errors import RumiError
from rumi_tui.locations import index_folder, model_folder
from rumi_tui.search.indexing import indexing

if TYPE_CHECKING:
    from rumi_tui.search.embeddings import Batches


class BackgroundReading:
    """Makes the embeddings of an index in a thread of its own, one index at a time.

    It ends with the main thread; what was read is kept, and the next reading goes on from there.
    """

    def __init__(self) -> None:
        self.share = 0.0
        """Of the reading under way that is done."""
        self.complaint = ""
        """What ended the last reading; empty if nothing did."""
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether a reading goes on."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def in_short(self) -> str:
        """How far the reading is, in a few words; empty where none goes on."""
        return f"Reading for meaning {self.share:.0%}" if self.is_running else ""

    def start(self, again: bool = False) -> None:
        """Begins to read the texts, unless a reading goes on or the last one failed; then only `again`."""
        if not self.is_running and (again or not self.complaint):
            self.share, self.complaint = 0.0, ""
            self._thread = threading.Thread(target=self._read, name="reading for meaning")
            self._thread.start()

    def join(self) -> None:
        """Waits for the end of the reading under way."""
        if self._thread is not None:
            self._thread.join()

    def _read(self) -> None:
        from rumi_tui.search.embeddings import Embeddings  # these load numpy, which nothing before needs
        from rumi_tui.search.encoder import Encoder

        try:
            with indexing.index() as index:  # its own: a connection to SQLite belongs to a thread
                Embeddings(index, Encoder(model_folder()), index_folder()).read(self._track)
        except RumiError as error:
            self.complaint = str(error)

    def _track(self, batches: Batches) -> Iterator[Sequence[int]]:
        for number, batch in enumerate(batches):
            if not threading.main_thread().is_alive():
                return
            self.share = number / len(batches)
            yield batch


reading = BackgroundReading()
"""The one of this program: screens come and go, and it goes on."""
