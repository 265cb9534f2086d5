"""The fetching process: says on standard output how far a fetch is, a JSON document a line.

It fetches the texts, and with `ASK` as its argument the model of meaning. A process of its own, because taking verse
out of books keeps a Python interpreter busy for seconds. It ends when its standard input closes. Knows nothing of the
console.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from models.errors import RumiError
from rumi_tui.locations import fetched_texts, model_folder
from rumi_tui.search.sentence_model import FILES, fetch_model
from rumi_tui.texts.fetch import fetch, texts_here
from rumi_tui.texts.fetch_events import MODEL, Arrived, Began, Came, Ended, Event
from rumi_tui.texts.sources import TEXTS, Source, Text

ASK = "--ask"
REPORT_SECONDS = 0.2
"""Between two reports of how much has arrived."""


class Reports:
    """Sends events, as `rumi_tui.texts.download.Progress` those of how much has arrived."""

    def __init__(self, output: BinaryIO) -> None:
        self.what = ""
        """What comes now; empty for the texts."""
        self._output = output
        self._lock = threading.Lock()
        self._total = self._here = self._arrived = 0
        self._began = self._sent = time.monotonic()

    def send(self, event: Event) -> None:
        """Sends one event."""
        with self._lock:
            self._output.write(msgspec.json.encode(event) + b"\n")
            self._output.flush()

    def start(self, total: int, here: int) -> None:
        """So many bytes are wanted in all, and so many of them are here."""
        self._total, self._here, self._arrived, self._began = total, here, 0, time.monotonic()
        self.send(Arrived(here, total, None, self.what))

    def advance(self, amount: int) -> None:
        """So many bytes more."""
        with self._lock:
            self._arrived += amount
            now = time.monotonic()
            if now - self._sent < REPORT_SECONDS:
                return
            self._sent = now
        seconds = now - self._began
        missing = self._total - self._here - self._arrived
        left = round(missing * seconds / self._arrived) if self._arrived > 0 else None
        self.send(Arrived(self._here + self._arrived, self._total, left, self.what))


def run(
    folder: Path, texts: Sequence[Text], output: BinaryIO, model: Path | None = None, files: Sequence[Source] = FILES
) -> None:
    """Fetches the texts that are missing, then the model into its folder if one is given, and tells how it goes."""
    reports = Reports(output)
    trouble = ""
    try:
        here = texts_here(folder, texts)
        names, missing = [text.file for text in texts], [text.file for text in texts if text not in here]
        of_model = [MODEL] if model else []
        reports.send(Began(names + of_model, missing + of_model))
        for text, poems, complaint in fetch(folder, texts, reports):
            reports.send(Came(text.file, poems, complaint))
        if model:
            reports.what = MODEL
            reports.send(Came(MODEL, 0, _fetch_model(model, files, reports)))
    except RumiError as error:
        trouble = str(error)
    reports.send(Ended(trouble))


def _fetch_model(folder: Path, files: Sequence[Source], reports: Reports) -> str:
    """Fetches the model; gives back what keeps it away."""
    try:
        fetch_model(folder, files, reports)
    except RumiError as error:
        return str(error)
    return ""


def _end_with(orders: BinaryIO) -> None:
    """Ends this process when its orders end; what it has brought stays."""
    orders.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with, args=(sys.stdin.buffer,), daemon=True).start()
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        run(fetched_texts(), TEXTS, sys.stdout.buffer, model_folder() if ASK in sys.argv[1:] else None)
    os._exit(0)  # the thread that waits holds standard input, which an orderly end would wait for
