"""A poem on the screen, set as in a book. Knows nothing of how it is written."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.text import Text
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from rumi_tui.bidi import Mode, is_right_to_left, printable, to_display

MEASURE = {False: 72, True: 52}
"""Cells of the column of text, left-to-right and right-to-left: the longest lines of the verse it is made for."""
COUPLED_FORMS = ("couplet", "ghazal")
"""Forms whose lines belong together in twos, with air between."""
CURSOR = "▌"


class PoemView(ScrollView, can_focus=True):
    """Shows a poem while it grows, at the same cost for each character however long it is."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"poem--prompt", "poem--verse", "poem--cursor"}

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode = mode
        self._lines: list[str] = [""]
        self._prompt_left: list[int] = [0]
        """For each line, how many of its characters the person gave."""
        self._rows: list[Text] = []
        self._first_row: list[int] = [0]
        """For each line, the row it begins on."""
        self._coupled = False
        self.writing = False

    def show(self, text: str, prompt: str, form: str) -> None:
        """Shows another poem, of which the person gave the beginning `prompt`."""
        self._coupled = form in COUPLED_FORMS
        self._lines, self._prompt_left = [""], [0]
        self._add(prompt, given=True)
        self._add(text[len(prompt) :], given=False)
        self._lay_out(0)
        self.scroll_end(animate=False)

    def append(self, text: str) -> None:
        """Adds what was just written, and follows it unless the person scrolled away from the end."""
        follows = self.is_vertical_scroll_end
        changed = len(self._lines) - 1
        self._add(text, given=False)
        self._lay_out(changed)
        if follows:
            self.scroll_end(animate=False)

    def set_writing(self, writing: bool) -> None:
        """Whether a cursor stands at the end."""
        self.writing = writing
        self._lay_out(len(self._lines) - 1)

    def _add(self, text: str, given: bool) -> None:
        first, *others = text.split("\n")
        self._lines[-1] += first
        self._prompt_left[-1] += len(first) * given
        self._lines += others
        self._prompt_left += [len(line) * given for line in others]

    def _lay_out(self, from_line: int) -> None:
        """Sets the lines from this one on anew."""
        del self._first_row[from_line:]
        first_row = 0 if from_line == 0 else self._row_after(from_line - 1)
        del self._rows[first_row:]
        for number in range(from_line, len(self._lines)):
            if self._coupled and number and number % 2 == 0:
                self._rows.append(Text())
            self._first_row.append(len(self._rows))
            self._rows += self._set_line(number)
        self.virtual_size = Size(self.size.width, len(self._rows))
        self.refresh()

    def _row_after(self, line: int) -> int:
        return self._first_row[line] + len(self._set_line(line))

    @property
    def _measure(self) -> int:
        return max(8, min(self.size.width - 2, MEASURE[is_right_to_left("".join(self._lines[:2]))]))

    def _set_line(self, number: int) -> list[Text]:
        """The rows of one line, as wide as the column."""
        line = printable(self._lines[number])
        cursor = CURSOR if self.writing and number == len(self._lines) - 1 else ""
        right_to_left = is_right_to_left(line)
        styles = {name: self.get_component_rich_style(f"poem--{name}") for name in ("prompt", "verse", "cursor")}
        text = Text(line, style=styles["verse"])
        text.stylize(styles["prompt"], 0, self._prompt_left[number])
        rows = list(text.wrap(self.app.console, self._measure - 1)) or [Text()]
        if right_to_left:
            given = 0 < len(line) <= self._prompt_left[number]
            style = styles["prompt" if given else "verse"]
            rows = [Text(to_display(row.plain, self._mode, self._measure), style=style) for row in rows]
            if cursor:
                blank = len(rows[-1].plain) - len(rows[-1].plain.lstrip(" "))
                if blank:
                    before = Text(" " * (blank - 1))
                    rows[-1] = before.append(cursor, styles["cursor"]).append(rows[-1].plain[blank:], style)
        elif cursor:
            rows[-1].append(cursor, styles["cursor"])
        return rows

    def notify_style_update(self) -> None:
        """Sets everything anew in the colours of another theme."""
        super().notify_style_update()
        if self.is_mounted:
            self._lay_out(0)

    def on_resize(self) -> None:
        """Sets everything anew to the new width."""
        self._lay_out(0)

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        _, scroll_y = self.scroll_offset
        width = self.size.width
        number = scroll_y + y
        if number >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        margin = Segment(" " * ((width - self._measure) // 2))
        segments = [margin, *self._rows[number].render(self.app.console)]
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)
