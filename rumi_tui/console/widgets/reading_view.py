"""A poem of Rumi's to read in, couplet by couplet, in one language or two. Knows nothing of where it comes from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest
from typing import ClassVar, Literal, NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from models.forms import form_named
from rumi_tui.bidi import Mode, is_right_to_left, to_display
from rumi_tui.console.widgets.columns import GAP, for_terminal
from rumi_tui.console.widgets.interlinear import NotedWord, interlinear
from rumi_tui.console.widgets.poem_view import HEMISTICH, MEASURE
from rumi_tui.console.widgets.wrap import hanging
from rumi_tui.texts.whole_poem import NumberedCouplet, WholePoem

NUMBER = 5
"""Cells of the number of a couplet; its mark and a blank follow."""
CURSOR, BOOKMARK = "▌", "★"
MARGIN = NUMBER + 2
"""Cells before the verse."""
LEAST = 30
"""Cells of the narrower of two columns."""
WIDEST = MARGIN + MEASURE[False] + GAP + HEMISTICH[-1]
"""Cells that verse in two languages takes at most."""
TINY = 40
"""Cells of a screen below which no numbers are shown."""


Annotation = Literal["scansion", "gloss"]
"""What can be told below a couplet."""
Told = str | Sequence[NotedWord]
"""A sentence, or the words of a line."""


class Row(NamedTuple):
    """A row of the screen."""

    couplet: int
    """Which of the poem it belongs to, from 0."""
    left: str
    right: str = ""
    """In a column of its own; empty where there is none, or nothing in it."""
    is_ready: bool = False
    """Whether it is a row of signs in the order of the screen."""
    look: str = "verse"
    """Which of the component classes it has, unless it is under the cursor."""


class ReadingView(ScrollView, can_focus=True):
    """Shows a whole poem and a cursor that stands on a couplet."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "reading--verse",
        "reading--number",
        "reading--cursor",
        "reading--note",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "screen.turn(-1)", "Before", key_display="←"),
        Binding("right", "screen.turn(1)", "Next", key_display="→"),
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "leap(0)", "First", show=False),
        Binding("end", "leap(-1)", "Last", show=False),
    ]

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode = mode
        self._poem: WholePoem | None = None
        self._languages: Sequence[str] = ()
        self._bookmarks: Collection[int] = ()
        self.annotation: Annotation | None = None
        """What stands below the couplet under the cursor; None for nothing."""
        self._told: Sequence[Told] = ()
        self._rows: list[Row] = []
        self._first_row: list[int] = []
        """Of each couplet."""
        self._columns = (0, 0)
        """Cells of the left and of the right one, which is none where all stands below each other."""
        self._cursor = 0

    @property
    def couplet(self) -> NumberedCouplet | None:
        """The one that the cursor stands on."""
        return self._poem.couplets[self._cursor] if self._poem else None

    def show(self, poem: WholePoem, number: int, languages: Sequence[str], bookmarks: Collection[int]) -> None:
        """Shows a poem in these languages, the cursor on the couplet of this number, or the first."""
        self._poem, self._languages, self._bookmarks = poem, languages, bookmarks
        self.annotation, self._told = None, ()
        self._cursor = [couplet.number for couplet in poem.couplets].index(poem.nearest(number))
        self._lay_out()
        self.call_after_refresh(self._follow)

    def draw_in(self, mode: Mode) -> None:
        """Draws right-to-left lines in another way from now on."""
        self._mode = mode
        self._lay_out()

    def annotate(self, annotation: Annotation | None, told: Sequence[Told] = ()) -> None:
        """Tells something below the couplet under the cursor, until the cursor leaves it; None takes it away."""
        self.annotation, self._told = annotation, told
        self._lay_out()
        self._follow()

    def action_move(self, step: int) -> None:
        """Moves by some couplets."""
        if self._poem is None or self._scrolls_within(step):
            return
        cursor = max(0, min(self._cursor + step, len(self._poem.couplets) - 1))
        if cursor != self._cursor:
            self._cursor = cursor
            if self.annotation:
                self.annotate(None)
            self._follow()

    def _scrolls_within(self, step: int) -> bool:
        """Scrolls to the rest of a couplet that is higher than the screen; whether there was some."""
        height, top = self.size.height, self.scroll_offset.y
        rows = self._rows_of_cursor
        hidden = rows.stop - top - height if step > 0 else top - rows.start
        if abs(step) != 1 or len(rows) <= height or hidden <= 0:
            return False
        self.scroll_to(y=top + step * min(hidden, height - 1), animate=False)
        return True

    @property
    def _rows_of_cursor(self) -> range:
        """The rows of the couplet under the cursor, with what is told below it."""
        first = self._first_row[self._cursor]
        end = self._first_row[self._cursor + 1] if self._cursor + 1 < len(self._first_row) else len(self._rows)
        while end > first and not (self._rows[end - 1].left or self._rows[end - 1].right):
            end -= 1  # the air before the next one
        return range(first, end)

    def action_page(self, step: int) -> None:
        """Moves by what is shown."""
        rows = max(1, self.size.height - 2)
        target = self._first_row[self._cursor] + step * rows if self._first_row else 0
        ahead = [abs(row - target) for row in self._first_row]
        if ahead:
            nearest = ahead.index(min(ahead))
            self.action_move(nearest - self._cursor or step)

    def action_leap(self, index: int) -> None:
        """Moves to the first couplet, or with -1 to the last."""
        if self._poem is not None:
            self.action_move((0 if index == 0 else len(self._poem.couplets) - 1) - self._cursor)

    def on_click(self, event: events.Click) -> None:
        """Moves to the couplet that was clicked on."""
        row = event.y + self.scroll_offset.y
        if row < len(self._rows):
            self.action_move(self._rows[row].couplet - self._cursor)

    def on_resize(self) -> None:
        """Sets everything anew to the new width."""
        self._lay_out()
        self._follow()

    def notify_style_update(self) -> None:
        """Draws everything anew in the colours of another theme."""
        super().notify_style_update()
        self.refresh()

    def _follow(self) -> None:
        """Brings the couplet under the cursor into sight, with one row around it."""
        if self._first_row:
            rows = self._rows_of_cursor
            if len(rows) > self.size.height:  # what is told is in sight, or else the beginning
                notes = (row for row in rows if self._rows[row].look == "note")
                self.scroll_to(y=next(notes, rows.start), animate=False)
            else:
                self.scroll_to_region(Region(0, max(0, rows.start - 1), 1, len(rows) + 2), animate=False)
        self.refresh()

    # Setting

    def _lay_out(self) -> None:
        self._rows, self._first_row = [], []
        if self._poem is None:
            return
        margin = self._margin
        room = max(8, self.size.width - margin - 2)
        self._columns = self._set_columns(room)
        for index, couplet in enumerate(self._poem.couplets):
            if self._rows and (self._poem.form != "rubai" or len(self._languages) > 1):
                self._rows += [Row(index - 1, "")] * (not self._is_dense)
            self._first_row.append(len(self._rows))
            self._rows += self._set_couplet(index, couplet)
            if index == self._cursor:
                self._rows += self._set_annotation(index, room)
        self.virtual_size = Size(self.size.width, len(self._rows))
        self.refresh()

    @property
    def _margin(self) -> int:
        return MARGIN if self.size.width >= TINY else 2

    @property
    def _is_dense(self) -> bool:
        """Whether each couplet is one row, without air between them."""
        return bool(self._columns[1]) and len(self._languages) == 1

    def _set_columns(self, room: int) -> tuple[int, int]:
        """Two languages beside each other, or the two hemistichs of one, where there is room; else one column."""
        poem = self._poem
        assert poem is not None
        leftwards = [language for language in self._languages if _is_leftwards(poem, language)]
        half = (room - GAP) // 2
        if half >= LEAST:
            if len(self._languages) > 1 and leftwards:
                right = min(half, HEMISTICH[-1])
                return min(room - GAP - right, MEASURE[False]), right
            if len(self._languages) == len(leftwards) and form_named(poem.form).columns == 2 and _fits(poem, half):
                width = min(half, HEMISTICH[-1], max(LEAST, _widest(poem, self._languages)))
                return width, width
        return min(room, MEASURE[bool(leftwards) and len(self._languages) == 1]), 0

    def _set_couplet(self, index: int, couplet: NumberedCouplet) -> Iterator[Row]:
        left, right = self._columns
        verses = [couplet.verse[language].split("\n") for language in self._languages if language in couplet.verse]
        if right and len(self._languages) == 1:
            first, second = (*verses[0], "")[:2]
            pairs = zip_longest(self._pieces([second], left), self._pieces([first], right), fillvalue="")
            yield from (Row(index, *pair) for pair in pairs)
        elif right:
            leftwards = [line for lines in verses if is_right_to_left(lines[0]) for line in lines]
            others = [line for lines in verses if not is_right_to_left(lines[0]) for line in lines]
            beside = zip_longest(self._pieces(others, left), self._pieces(leftwards, right), fillvalue="")
            yield from (Row(index, *pair) for pair in beside)
        else:
            yield from (Row(index, piece) for lines in verses for piece in self._pieces(lines, left))

    def _set_annotation(self, index: int, room: int) -> Iterator[Row]:
        width = room if not self._columns[1] else sum(self._columns) + GAP
        for told in self._told:
            if isinstance(told, str):
                yield from (Row(index, row, look="note") for row in self._pieces([told], width))
            else:
                yield from (Row(index, row, is_ready=True, look="note") for row in interlinear(told, self._mode, width))

    def _pieces(self, lines: Sequence[str], width: int) -> list[str]:
        """The rows of some lines, at most so many cells wide."""
        return [row for line in lines for row in hanging(line, width, self._mode)]

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        number, width = self.scroll_offset.y + y, self.size.width
        if number >= len(self._rows) or self._poem is None:
            return Strip.blank(width, self.rich_style)
        row = self._rows[number]
        is_first = self._first_row[row.couplet] == number
        is_under_cursor = row.couplet == self._cursor and (is_first or bool(row.left or row.right))
        look = "cursor" if is_under_cursor and row.look == "verse" else row.look
        verse = self._draw(row)
        verse.stylize(self.get_component_rich_style(f"reading--{look}"))
        text = self._draw_margin(row, is_first, is_under_cursor).append_text(verse)
        return Strip(text.render(self.app.console)).adjust_cell_length(width).apply_style(self.rich_style)

    def _draw_margin(self, row: Row, is_first: bool, is_under_cursor: bool) -> Text:
        assert self._poem is not None
        number = self._poem.couplets[row.couplet].number
        star = BOOKMARK if is_first and number in self._bookmarks else ""
        mark = CURSOR if is_under_cursor else " "
        shown = f"{star}{number}" if is_first else ""
        margin = f"{shown:>{NUMBER}}{mark} " if self._margin == MARGIN else f"{star or mark} "
        return Text(margin, self.get_component_rich_style("reading--cursor" if is_under_cursor else "reading--number"))

    def _draw(self, row: Row) -> Text:
        left_width, right_width = self._columns
        if row.is_ready:
            return Text(row.left)
        left = to_display(row.left, self._mode, left_width)
        if not right_width or row.look == "note":
            return Text(left)
        right = to_display(row.right, self._mode, right_width)
        if self._mode == "terminal" and is_right_to_left(row.left) and is_right_to_left(row.right):
            return for_terminal(Text(left), Text(right))
        return Text(left + " " * (left_width - cell_len(left) + GAP) + right)


def _is_leftwards(poem: WholePoem, language: str) -> bool:
    verse = next(couplet.verse[language] for couplet in poem.couplets if language in couplet.verse)
    return is_right_to_left(verse)


def _fits(poem: WholePoem, width: int) -> bool:
    """Whether nearly all lines of a poem are no wider than this."""
    widths = [
        cell_len(line) for couplet in poem.couplets for verse in couplet.verse.values() for line in verse.split("\n")
    ]
    return sorted(widths)[len(widths) * 9 // 10] <= width


def _widest(poem: WholePoem, languages: Collection[str]) -> int:
    """Cells of the widest line in some languages."""
    verses = [verse for couplet in poem.couplets for code, verse in couplet.verse.items() if code in languages]
    return max(cell_len(line) for verse in verses for line in verse.split("\n"))
