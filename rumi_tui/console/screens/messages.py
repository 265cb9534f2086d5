"""Everything that the console told in this session, to be read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from models.characters import printable
from rumi_tui.bidi import Mode, to_cells
from rumi_tui.console.notices import Notice
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.widgets.status_line import ERROR_SIGN
from rumi_tui.console.widgets.wrap import wrapped

TIME = "%H:%M:%S"
INDENT = 10
"""Cells on the left of the text of a notice, where its time stands."""
NARROW = 48
"""Cells of a list below which the time stands above the text."""


class NoticeList(Widget):
    """Notices with their time, the oldest first."""

    COMPONENT_CLASSES = {"notices--time", "notices--error"}

    def __init__(self, notices: Sequence[Notice], mode: Mode) -> None:
        super().__init__()
        self._notices, self._mode = notices, mode

    def on_resize(self) -> None:
        """Sets the rows to the new width."""
        self.refresh(layout=True)

    def render(self) -> Text:
        """The rows of all notices."""
        return Text("\n").join(row for notice in self._notices for row in self._rows(notice))

    def _rows(self, notice: Notice) -> Iterator[Text]:
        width = self.container_size.width
        indent = INDENT if width >= NARROW else 0
        time = Text(f"{notice.time:{TIME}}".ljust(indent), self.get_component_rich_style("notices--time", partial=True))
        style = self.get_component_rich_style("notices--error", partial=True) if notice.is_error else ""
        text = ERROR_SIGN * notice.is_error + notice.text
        if not indent:
            yield time
        for line in text.split("\n"):
            line = printable(line)
            for begin, end in wrapped(line, max(1, width - indent)):
                end = begin + len(line[begin:end].rstrip(" "))
                row = "".join(cell.text for cell in to_cells(line, self._mode, (begin, end), joined=True))
                yield (time if indent and begin == 0 else Text(" " * indent)) + Text(row, style)
                time = Text(" " * indent)


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
