"""The Persian of a poem with the likeliest English of each word, whoever wrote it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from models.errors import RumiError
from rumi_tui.bidi import Mode
from rumi_tui.console import glosses
from rumi_tui.console.actions import closing
from rumi_tui.console.complaints import sentence_of
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.threads import in_thread
from rumi_tui.console.widgets.interlinear import NotedWord, interlinear


class GlossScreen(Dialog[None]):
    """Shows line by line what the words may mean."""

    BINDINGS = closing("gloss", "dismiss")
    AUTO_FOCUS = "VerticalScroll"

    class Glossed(Message):
        """The words of each Persian line with their English, or why there are none."""

        def __init__(self, lines: Sequence[Sequence[NotedWord]], words: str) -> None:
            super().__init__()
            self.lines, self.words = lines, words

    def __init__(self, text: str, mode: Mode) -> None:
        """The poem."""
        super().__init__()
        self._text, self._mode = text, mode
        self._lines: Sequence[Sequence[NotedWord]] = ()

    def compose(self) -> ComposeResult:
        """What it is, and the lines."""
        yield Static(glosses.WAIT, id="heading", markup=False)
        with VerticalScroll():
            yield Static(id="lines")

    def on_mount(self) -> None:
        """Looks the words up."""
        self._look_up()
        self.watch(self.query_one(VerticalScroll), "show_vertical_scrollbar", self.on_resize, init=False)

    @in_thread()
    def _look_up(self) -> None:
        """In a thread: the glosses are learned in seconds, once."""
        try:
            lines = glosses.gloss(self._text)
            glossed = self.Glossed(lines, glosses.HEADING if lines else glosses.NOTHING)
        except RumiError as error:
            glossed = self.Glossed((), sentence_of(error))
        if not get_current_worker().is_cancelled:
            self.post_message(glossed)

    @on(Glossed)
    def _show(self, event: Glossed) -> None:
        self._lines = event.lines
        self.query_one("#heading", Static).update(event.words)
        self._draw()

    def on_resize(self) -> None:
        """Sets the lines to the new width, also where the bar to scroll with has taken a part of it."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        width = max(8, self.query_one(VerticalScroll).scrollable_content_region.width - 1)
        blocks = ["\n".join(interlinear(line, self._mode, width)) for line in self._lines]
        self.query_one("#lines", Static).update(Text("\n\n".join(blocks), no_wrap=True))
