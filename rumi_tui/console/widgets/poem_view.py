"""A poem on the screen, set as in a book. Knows nothing of how it is written."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, zip_longest
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from models.characters import printable
from models.forms import form_named
from rumi_tui.bidi import Mode, is_right_to_left, to_cells
from rumi_tui.console.plain import is_plain
from rumi_tui.console.widgets.columns import GAP, for_terminal, in_pairs, set_beside
from rumi_tui.console.widgets.wrap import hang_of, shortened, wrapped
from rumi_tui.verse.marks import KINDS, Kind, LineMarks
from rumi_tui.verse.rules import Fault
from rumi_tui.wording import counted

MEASURE = {False: 72, True: 52}
"""Cells of the column of text, left-to-right and right-to-left: the longest lines of the verse it is made for."""
HEMISTICH = range(34, 45)
"""Cells of a Persian hemistich where two stand side by side: 9 of 10 in the Divan fit into 37, nearly all into 44."""
NARROWEST = 24
"""Cells of a right-to-left column at least; it grows with the longest line in it, `STEP` cells at a time."""
STEP = 4
CURSOR = "▌"
LONG = 1_000
"""Characters of a line that is longer than any verse: what of it stands is not set again with each letter."""
FAULTS: dict[Fault, str] = {
    "rhyme": "no rhyme",
    "refrain": "no refrain",
    "rhyme word": "rhyme word again",
    "metre": "out of metre",
    "word": "unknown word",
    "repetition": "repeats",
    "copied": "copied",
}
"""What a line breaks, as it is told beside it."""
UNMARKED = LineMarks()
SHORT = str.maketrans("⏑", "∪")
"""The sign of a short syllable, which few fonts have, as most books print it."""


class Part(NamedTuple):
    """What of a line stands on a row."""

    number: int
    """Of the line."""
    begin: int
    end: int


class Row:
    """A row of the poem, with the parts of one line or of two; set once it is in sight."""

    __slots__ = ("parts", "text")

    def __init__(self, parts: tuple[Part | None, ...] = (), text: Text | None = None) -> None:
        self.parts, self.text = parts, text


class Standing(NamedTuple):
    """The rows of a very long line that stay as they are while more of it is written."""

    number: int
    """Of the line."""
    measure: int
    text: str
    """What is on them."""
    rows: list[Row]


class Setting(NamedTuple):
    """How verses are set."""

    lines: int
    """Of a verse."""
    measure: int
    """Cells of its rows at most, or of each half where they have two."""
    column: int
    """Cells of the column that they stand in."""
    right_to_left: bool


class PoemView(ScrollView, can_focus=False):
    """Shows a poem while it grows, at the same cost for each character however long it is.

    It is set verse by verse: a line, or where there is room for two Persian hemistichs beside each other, a couplet.
    Where its rows begin and end is found at once, but what stands on a row is set when it is drawn: of thousands, those
    in sight.
    Right-to-left columns are as wide as their longest line, since such lines stand at the right of a column and would
    else seem to stand off the middle. A longer line of the other kind goes on into the margin.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("poem--prompt", "poem--verse", "poem--cursor", "poem--try", "poem--caption", "poem--feet", "poem--fault"),
        *(f"poem--{kind}" for kind in KINDS),
    }

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode = mode
        self._form = ""
        self._lines: list[str] = [""]
        self._captions: dict[int, str] = {}
        """What is told above some lines, by their numbers."""
        self._given_parts: list[list[range]] = [[]]
        """For each line, which of its characters the person gave."""
        self._rows: list[Row] = []
        self._first_row: list[int] = []
        """For each verse, the row it begins on, the air before it included."""
        self._setting = Setting(1, 0, 0, False)
        self._longest = 0
        """Cells of the longest line so far, tries included."""
        self._follows = True
        """Whether the end is in sight and stays so while the poem grows."""
        self._margin = 0
        """Cells on the left of every row."""
        self.writing = False
        self._try: tuple[int, int, str] | None = None
        """The number of a line that is being tried, how many of its characters stand firm, and all of it for now."""
        self._marks: Sequence[LineMarks] = ()
        """Of the first lines; none where no marks are to be seen."""
        self._standing: Standing | None = None

    @property
    def line_count(self) -> int:
        """Lines of the poem, the one that is being written too."""
        return len(self._lines)

    def show(
        self, text: str, given_parts: Iterable[range], form: str, captions: Mapping[int, str] | None = None
    ) -> None:
        """Shows another poem without marks, of which the person gave some parts.

        Captions stand above the lines of these numbers. It is shown from its beginning; one that begins as the poem
        before stays where it is, as far as the first line is in sight in which the two differ.
        """
        old_lines, self._longest = self._lines, 0
        self._form, self._captions, self._marks, self._try = form, dict(captions or {}), (), None
        self._lines, self._given_parts, self._standing = [""], [[]], None
        end = 0
        for part in given_parts:
            self._add(text[end : part.start], is_given=False)
            self._add(text[part.start : part.stop], is_given=True)
            end = part.stop
        self._add(text[end:], is_given=False)
        self._lay_out(0)
        pairs = enumerate(zip(old_lines, self._lines, strict=False))
        common = next((number for number, (old, new) in pairs if old != new), min(len(old_lines), len(self._lines)))
        self.call_after_refresh(self._reveal, min(common, len(self._lines) - 1))

    def draw_in(self, mode: Mode) -> None:
        """Draws right-to-left lines in another way from now on."""
        self._mode = mode
        self._lay_out_in_place()

    def follow(self) -> None:
        """Keeps the end in sight from now on, until the person scrolls away from it."""
        self._follows = True
        self.scroll_end(animate=False)

    def show_from(self, line: int) -> None:
        """Has a line stand at the top, as far as there is enough below it; not where the person has scrolled away."""
        if self._follows:
            self.scroll_to_line(line)

    @property
    def top(self) -> int:
        """The line at the upper edge."""
        return self._line_at(self.scroll_offset.y)

    def scroll_to_line(self, line: int) -> None:
        """Has a line stand at the upper edge, as far as there is enough below it."""
        self.call_after_refresh(lambda: self.scroll_to(y=self._row_of(line), animate=False))

    @property
    def is_trying(self) -> bool:
        """Whether a line is shown that may come to nothing."""
        return self._try is not None

    def mark(self, lines: Sequence[LineMarks]) -> None:
        """Marks what there is to see of the verse in the lines of the poem, the first of them first."""
        self._marks = lines
        self._lay_out_in_place()

    def mark_style(self, kind: Kind) -> Style:
        """What a mark adds to the look of letters."""
        return self.get_component_rich_style(f"poem--{kind}", partial=True)

    def append(self, text: str) -> None:
        """Adds what was just written, and follows it unless the person scrolled away from the end."""
        last_line = len(self._lines) - 1
        self._try = None
        self._add(text, is_given=False)
        self._lay_out(last_line)
        if self._follows:
            self.scroll_end(animate=False)

    def show_try(self, line: str, number: int | None = None) -> None:
        """Shows a line as one that may come to nothing: in the place of one line, or going on from the last one."""
        self._longest = max(self._longest, cell_len(line[:LONG]))
        if number is None:
            last, firm = len(self._lines) - 1, self._lines[-1]
            self._try = last, len(firm), firm + line.removeprefix(firm)
            self._lay_out(last)
            if self._follows:
                self.scroll_end(animate=False)
        elif number < len(self._lines):
            is_first, self._try = self._try is None, (number, 0, line)
            self._lay_out(number)
            if is_first:
                self._reveal(number)

    def set_writing(self, writing: bool) -> None:
        """Whether a cursor stands at the end."""
        self.writing, self._try = writing, None
        self._lay_out(len(self._lines) - 1)

    def _add(self, text: str, is_given: bool) -> None:
        first, *others = (printable(line) for line in text.split("\n"))
        if is_given:
            self._given_parts[-1].append(range(len(self._lines[-1]), len(self._lines[-1]) + len(first)))
        self._lines[-1] += first
        self._lines += others
        changed_lines = (self._lines[-len(others) - 1], *others)
        self._longest = max(self._longest, *(cell_len(line[:LONG]) for line in changed_lines), 0)
        self._given_parts += [[range(len(line))] if is_given else [] for line in others]

    def _lay_out(self, from_line: int) -> None:
        """Sets the lines from this one on anew."""
        form = form_named(self._form)
        right_to_left = is_right_to_left("".join(self._lines[:2])) and not is_plain(self)
        room = self.size.width - 2
        half = (room - GAP) // 2
        side_by_side = right_to_left and form.columns == 2 and half >= HEMISTICH[0]
        fitting = max(NARROWEST, -(-(self._longest + 1) // STEP) * STEP)
        if side_by_side:
            lines, measure = 2, min(half, fitting)
            column, self._margin = measure, (room - 2 * measure - GAP) // 2 + 1
        else:
            column = max(8, min(room, MEASURE[right_to_left], fitting if right_to_left else room))
            lines, margin = 1, (self.size.width - column) // 2
            measure = max(column, self.size.width - margin - 1)  # up to the edge: a long line takes the margin, too
            self._margin = self.size.width - margin - measure if right_to_left else margin
            if is_plain(self):  # a row of braille shows the left of the screen
                self._margin, measure = 1, column
        setting = Setting(lines, measure, column, right_to_left)
        first_verse = from_line // lines if self._setting == setting else 0
        self._setting = setting
        if first_verse < len(self._first_row):
            del self._rows[self._first_row[first_verse] :], self._first_row[first_verse:]
        first_changed_row = len(self._rows)
        for number in range(first_verse * lines, len(self._lines), lines):
            self._first_row.append(len(self._rows))
            if form.spaced and number and number % form.unit == 0 and not side_by_side:
                self._rows.append(Row(text=Text()))
            for line in range(number, number + lines):
                if line in self._captions:
                    width = 2 * measure + GAP if side_by_side else column
                    left = measure - column if right_to_left else 0
                    self._rows += [Row(text=text) for text in self._set_caption(self._captions[line], left, width)]
            self._rows += self._rows_of(number)
            if self._marks:
                self._add_notes(number)
        self.virtual_size = Size(self.size.width, len(self._rows))
        y = max(0, first_changed_row - self.scroll_offset.y)
        self.refresh(Region(0, y, self.size.width, max(0, self.size.height - y)))

    def _set_caption(self, caption: str, left: int, width: int) -> list[Text]:
        """A row in the middle of a column that begins at `left`, with air above it unless it is the first."""
        middle = " " * left + shortened(caption, width).center(width)
        row = Text(middle, self.get_component_rich_style("poem--caption"))
        return [*([Text()] if self._rows and self._row(len(self._rows) - 1).plain else []), row]

    def _row(self, number: int) -> Text:
        """What stands on a row of the poem."""
        row = self._rows[number]
        if row.text is None:
            row.text = self._set_row(row.parts)
        return row.text

    def _verse(self, number: int) -> list[int]:
        """The lines of the verse with this line first."""
        return list(range(number, min(number + self._setting.lines, len(self._lines))))

    def _line(self, number: int) -> tuple[str, int]:
        """A line as it is shown, and how many of its characters stand firm."""
        if self._try and self._try[0] == number:
            return self._try[2], self._try[1]
        return self._lines[number], len(self._lines[number])

    def _rows_of(self, number: int) -> list[Row]:
        """The rows of the verse with this line first."""
        *firsts, last = self._verse(number)
        standing, (line, firm) = self._standing_of(last), self._line(last)
        count = len(standing.rows)
        others = [list(self._parts(each))[count:] for each in firsts]
        parts = list(self._parts(last, len(standing.text)))
        rows = [*standing.rows, *map(Row, zip_longest(*others, parts))]
        if firm > LONG and (ends := [part.end for part in parts if part.end + LONG <= firm]):
            measure = self._setting.measure
            self._standing = Standing(last, measure, line[: ends[-1]], rows[: count + len(ends)])
        return rows

    def _parts(self, number: int, start: int = 0) -> Iterator[Part]:
        """The parts of a line that stand on a row each, from one that begins at `start` on."""
        line, measure = self._line(number)[0], self._setting.measure
        hang = hang_of(line, measure, self._mode)
        return (Part(number, *part) for part in wrapped(line, measure - 1, hang, start))

    def _standing_of(self, number: int) -> Standing:
        """What of a line need not be set again; nothing of most."""
        measure, standing = self._setting.measure, self._standing
        if standing and standing[:2] == (number, measure) and self._line(number)[0].startswith(standing.text):
            return standing
        return Standing(number, measure, "", [])

    def _add_notes(self, number: int) -> None:
        """Adds what is told of the verse with this line first, on its last row where there is room."""
        lines, measure, column, right_to_left = self._setting
        width = measure if lines > 1 or right_to_left else column
        notes = [self._set_notes(each, width) for each in self._verse(number)]
        if lines > 1:
            self._rows += [Row(text=set_beside(second, first, width)) for first, second in in_pairs(notes, width)]
            return
        row, (below,) = self._row(len(self._rows) - 1), notes
        if len(below) == 1 and (note := below[0].plain.lstrip(" ")) and len(note) + GAP <= width - row.cell_len:
            row.append_text(below.pop()[row.cell_len :])
        self._rows += [Row(text=text) for text in below]

    def _marks_of(self, number: int) -> LineMarks:
        return self._marks[number] if number < len(self._marks) else UNMARKED

    def _set_notes(self, number: int, measure: int) -> list[Text]:
        """The rows below a line: how it scans, from the side that it is read from, and what it breaks."""
        line = self._marks_of(number)
        feet, faults = " | ".join(line.feet).translate(SHORT), ", ".join(FAULTS[each] for each in line.faults)
        if line.syllables:
            feet = counted(line.syllables, "syllable")
        elif self._mode != "off":
            feet = feet[::-1]
        notes = [Text(feet, self.get_component_rich_style("poem--feet"))] if feet else []
        if faults:
            notes.append(Text(faults, self.get_component_rich_style("poem--fault")))
        joined = Text("  ").join(notes[::-1] if is_right_to_left(self._lines[number]) else notes)
        rows = [joined] if notes and joined.cell_len <= measure else notes
        return [Text(" " * max(0, measure - row.cell_len)).append_text(row) for row in rows]

    def _set_row(self, parts: Sequence[Part | None]) -> Text:
        """The parts of one line, or of two beside each other, the first on the right."""
        lines, measure, *_ = self._setting
        halves = [[self._set_part(part)] if part else [] for part in parts]
        if lines == 1:
            return halves[0][0]
        ((first, second),) = in_pairs(halves, measure)
        return for_terminal(second, first) if self._mode == "terminal" else set_beside(second, first, measure)

    def _set_part(self, part: Part) -> Text:
        """A part of a line in the order of the screen; one of a right-to-left line ends at the edge of the column."""
        number, begin, end = part
        line, firm = self._line(number)
        end_of_words = begin + len(line[begin:end].rstrip(" "))
        names = ("verse", "prompt", "try", "cursor")
        plain, prompt, tried, cursor = (self.get_component_rich_style(f"poem--{name}") for name in names)
        styles = [plain if index < firm else tried for index in range(begin, end_of_words)]
        for given in self._given_parts[number]:
            for index in range(max(given.start, begin), min(given.stop, firm, end_of_words)):
                styles[index - begin] = prompt
        for mark in self._marks_of(number).marks:
            for index in range(max(mark.begin, begin), min(mark.end, firm, end_of_words)):
                styles[index - begin] += self.mark_style(mark.kind)
        text = Text()
        cells = to_cells(line, self._mode, (begin, end_of_words), joined=True)
        for style, run in groupby(cells, key=lambda cell: styles[cell.begin - begin]):
            text.append("".join(cell.text for cell in run), style)
        measure, right_to_left = self._setting.measure, is_right_to_left(line) and not is_plain(self)
        blanks = hang_of(line, measure, self._mode) if begin else 0
        if right_to_left:
            blanks = max(0, measure - text.cell_len - blanks)
        text = Text(" " * blanks).append_text(text)
        if self.writing and number == len(self._lines) - 1 and end == len(line):
            blank = len(text.plain) - len(text.plain.lstrip(" "))
            if not right_to_left:
                text.append(CURSOR, cursor)
            elif blank:
                text = Text(" " * (blank - 1)).append(CURSOR, cursor).append_text(text[blank:])
        return text

    def notify_style_update(self) -> None:
        """Sets everything anew in the colours of another theme."""
        super().notify_style_update()
        if self.is_mounted:
            self.call_later(self._lay_out_in_place)  # the colours of the parts of a poem come after those of the whole

    def on_resize(self) -> None:
        """Sets everything anew to another width; Textual tells of another length of the poem as well."""
        if self.size.width != self.virtual_size.width:
            self._lay_out_in_place()
        elif self.writing and self._follows:
            self.scroll_end(animate=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Whoever scrolls away from the end is not taken back to it, until it is in sight again."""
        super().watch_scroll_y(old_value, new_value)
        self._follows = new_value >= self.max_scroll_y

    def _lay_out_in_place(self) -> None:
        """Sets everything anew; what is at the top stays there, or the end in sight while the poem grows."""
        top, self._standing = self.top, None
        self._lay_out(0)
        if self.writing and self._follows:
            self.scroll_end(animate=False)
        elif top:
            self.scroll_to(y=self._row_of(top), animate=False)

    def _line_at(self, row: int) -> int:
        return max(0, bisect_right(self._first_row, row) - 1) * self._setting.lines

    def _row_of(self, line: int) -> int:
        """Where the verse with this line begins, the air before it left out."""
        verse = line // self._setting.lines
        row = self._first_row[min(verse, len(self._first_row) - 1)]
        return row + (verse > 0 and not self._row(row).plain)

    def _reveal(self, line: int) -> None:
        """Scrolls as little as brings a line into sight; to the beginning for the first."""
        row, top, height = self._row_of(line), self.scroll_offset.y, self.size.height
        if line == 0:
            self.scroll_home(animate=False)
        elif not top <= row < top + height:
            self.scroll_to(y=row - height // 2, animate=False)

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        _, scroll_y = self.scroll_offset
        width = self.size.width
        number = scroll_y + y
        if number >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        segments = [Segment(" " * self._margin), *self._row(number).render(self.app.console)]
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)
