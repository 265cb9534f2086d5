"""The texts on their way: how far they are, while the fetch goes on whether this page is open or not."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from rumi_tui.console.fetching import Fetching
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.search.background import reading
from rumi_tui.search.model_files import is_model_here

OF_THE_MODEL = "/fetch ask brings a model of meaning too (91 MB): questions then find what is said in other words."
LOOK_SECONDS = 0.2
"""Between two looks at how far the fetch is."""


class FetchScreen(Dialog[None]):
    """Shows a fetch."""

    BINDINGS = [Binding("escape", "dismiss", "Back", priority=True)]

    def __init__(self, fetching: Fetching) -> None:
        super().__init__()
        self._fetching = fetching

    def compose(self) -> ComposeResult:
        """What it is, how far it is, and how it is with each text."""
        yield Static("Fetching Rumi's verse. Escape goes back; the fetch continues.", id="heading")
        yield Static("", id="status", markup=False)
        with VerticalScroll():
            yield Static("", id="texts", markup=False)
            yield Static("", id="more", markup=False)

    def on_mount(self) -> None:
        """Looks at the fetch again and again."""
        self._draw()
        self.set_interval(LOOK_SECONDS, self._draw)

    def _draw(self) -> None:
        words = filter(None, (self._fetching.summary, reading.in_short))
        self.query_one("#status", Static).update(" ".join(words))
        rows = (f"{file}\n  {state}" for file, state in self._fetching.rows)
        self.query_one("#texts", Static).update("\n".join(rows))
        is_known = self._fetching.wants_model or is_model_here()
        self.query_one("#more", Static).update("" if is_known else OF_THE_MODEL)
