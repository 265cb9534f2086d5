"""Everything that the console told in this session, to be read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from models.characters import printable
from rumi_tui.bidi import Mode, to_cells
from rumi_tui.console.notices import Notice
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.widgets.rows import Rows
from rumi_tui.console.widgets.status_line import ERROR_SIGN
from rumi_tui.console.widgets.wrap import wrapped

TIME = "%H:%M:%S"
INDENT = 10
"""Cells on the left of the text of a notice, where its time stands."""
NARROW = 45
"""Cells of a list below which the time stands above the text."""


class Row(NamedTuple):
    """Of a notice, what stands in one row of the screen."""

    notice: Notice
    line: str = ""
    """Of its text, all of it."""
    begin: int = 0
    end: int = 0
    """What of the line stands here."""
    has_time: bool = False


class NoticeList(Rows[Row]):
    """Notices with their time, the oldest first."""

    COMPONENT_CLASSES = {"notices--time", "notices--error"}

    def __init__(self, notices: Sequence[Notice], mode: Mode) -> None:
        super().__init__()
        self._notices, self._mode = notices, mode
        self._indent = 0

    def set_rows(self, width: int) -> Iterator[Row]:
        """The rows of all notices."""
        self._indent = INDENT if width >= NARROW else 0
        for notice in self._notices:
            if not self._indent:
                yield Row(notice, has_time=True)
            has_time = bool(self._indent)
            for line in map(printable, f"{ERROR_SIGN * notice.is_error}{notice.text}".split("\n")):
                for begin, end in wrapped(line, max(1, width - self._indent)):
                    yield Row(notice, line, begin, begin + len(line[begin:end].rstrip(" ")), has_time)
                    has_time = False

    def draw_row(self, row: Row) -> Text:
        """The time, or blanks below it, and the words."""
        time = f"{row.notice.time:{TIME}}" if row.has_time else ""
        style = self.get_component_rich_style("notices--error", partial=True) if row.notice.is_error else ""
        words = "".join(cell.text for cell in to_cells(row.line, self._mode, (row.begin, row.end), joined=True))
        drawn = Text(time.ljust(self._indent), self.get_component_rich_style("notices--time", partial=True))
        return Text.assemble(drawn, (words, style))


class MessagesScreen(Dialog[None]):
    """A page of messages; opens at the latest."""

    BINDINGS = [Binding("escape", "dismiss", "Back", priority=True)]
    AUTO_FOCUS = "VerticalScroll"

    def __init__(self, notices: Sequence[Notice], mode: Mode) -> None:
        super().__init__()
        self._notices, self._mode = notices, mode

    def compose(self) -> ComposeResult:
        """The messages, or that there are none."""
        with VerticalScroll():
            if self._notices:
                yield NoticeList(self._notices, self._mode)
            else:
                yield Static("No messages yet.", markup=False)

    def on_mount(self) -> None:
        """Shows the latest, whatever the size of the screen."""
        self.query_one(VerticalScroll).anchor()
