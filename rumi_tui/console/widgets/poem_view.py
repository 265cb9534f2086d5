"""A poem on the screen, set as in a book. Knows nothing of how it is written."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
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


class Standing(NamedTuple):
    """The rows of a very long line that stay as they are while more of it is written."""

    number: int
    """Of the line."""
    measure: int
    text: str
    """What is on them."""
    rows: list[Text]


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
    A verse that fits into a row, as most do, is set once it is in sight: thousands are not, however often the size
    changes.
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
        self._rows: list[Text | None] = []
        """None for the only row of a verse that has not been in sight yet; see `_row`."""
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
                self._rows.append(Text())
            for line in range(number, number + lines):
                if line in self._captions:
                    width = 2 * measure + GAP if side_by_side else column
                    left = measure - column if right_to_left else 0
                    self._rows += self._set_caption(self._captions[line], left, width)
            self._rows += [None] if self._is_one_row(number) else self._set_verse(number)
        self.virtual_size = Size(self.size.width, len(self._rows))
        y = max(0, first_changed_row - self.scroll_offset.y)
        self.refresh(Region(0, y, self.size.width, max(0, self.size.height - y)))

    def _set_caption(self, caption: str, left: int, width: int) -> list[Text]:
        """A row in the middle of a column that begins at `left`, with air above it unless it is the first."""
        middle = " " * left + shortened(caption, width).center(width)
        row = Text(middle, self.get_component_rich_style("poem--caption"))
        return [*([Text()] if self._rows and self._row(len(self._rows) - 1).plain else []), row]

    def _is_one_row(self, number: int) -> bool:
        """Whether the verse with this line first takes a row and is no other before the poem is set anew."""
        lines, measure, *_ = self._setting
        verse = self._lines[number : number + lines]
        is_tried = self._try is not None and number <= self._try[0] < number + lines
        is_last = number + lines >= len(self._lines)
        fits = all(next(wrapped(line, measure - 1)) == (0, len(line)) for line in verse)
        return fits and not (self._marks or is_tried or is_last)

    def _set_verse(self, number: int) -> list[Text]:
        """The rows of the verse with this line first."""
        lines, measure, column, right_to_left = self._setting
        if lines == 2:
            return self._set_couplet(number, measure)
        width = measure if right_to_left else column
        rows, notes = self._set_line(number, measure), self._set_notes(number, width)
        room = width - rows[-1].cell_len
        if len(notes) == 1 and (note := notes[0].plain.lstrip(" ")) and len(note) + GAP <= room:
            rows[-1].append_text(notes.pop()[rows[-1].cell_len :])
        return rows + notes

    def _row(self, number: int) -> Text:
        """A row of the poem."""
        row = self._rows[number]
        if row is None:
            verse = bisect_right(self._first_row, number) - 1
            (row,) = self._set_verse(verse * self._setting.lines)
            self._rows[number] = row
        return row

    def _set_couplet(self, number: int, measure: int) -> list[Text]:
        """The rows of two lines beside each other, the first on the right."""
        numbers = [each for each in (number, number + 1) if each < len(self._lines)]
        rows = []
        for first, second in in_pairs([self._set_line(each, measure) for each in numbers], measure):
            if self._mode == "terminal":
                rows.append(for_terminal(second, first))
            else:
                rows.append(set_beside(second, first, measure))
        notes = in_pairs([self._set_notes(each, measure) for each in numbers], measure)
        return rows + [set_beside(second, first, measure) for first, second in notes]

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

    def _set_line(self, number: int, measure: int) -> list[Text]:
        """The rows of one line, at most `measure` cells wide; those of a right-to-left line end there."""
        is_last = number == len(self._lines) - 1
        firm, line = len(self._lines[number]), self._lines[number]
        if self._try and self._try[0] == number:
            _, firm, line = self._try
        names = ("verse", "prompt", "try", "cursor")
        plain, prompt, tried, cursor = (self.get_component_rich_style(f"poem--{name}") for name in names)
        standing = self._standing_of(number, measure, line)
        rows, start = [*standing.rows], len(standing.text)
        end_that_stands, count_that_stands = start, len(rows)
        styles = [plain] * (firm - start) + [tried] * (len(line) - max(start, firm))
        for part in self._given_parts[number]:
            if given := range(max(part.start, start), min(part.stop, firm)):
                styles[given.start - start : given.stop - start] = [prompt] * len(given)
        for mark in self._marks_of(number).marks:
            for index in range(mark.begin, min(mark.end, firm)):
                styles[index] += self.mark_style(mark.kind)
        right_to_left = is_right_to_left(line) and not is_plain(self)
        hang = hang_of(line, measure, self._mode)
        for begin, end in wrapped(line, measure - 1, hang, start):
            row = self._set_row(line, (begin, begin + len(line[begin:end].rstrip(" "))), styles, start)
            blanks = hang if begin else 0
            if right_to_left:
                blanks = max(0, measure - row.cell_len - blanks)
            rows.append(Text(" " * blanks).append_text(row) if blanks else row)
            if end + LONG <= firm and not self._marks:
                end_that_stands, count_that_stands = end, len(rows)
        if count_that_stands:
            self._standing = Standing(number, measure, line[:end_that_stands], rows[:count_that_stands])
        if self.writing and is_last:
            blank = len(rows[-1].plain) - len(rows[-1].plain.lstrip(" "))
            if not right_to_left:
                rows[-1].append(CURSOR, cursor)
            elif blank:
                rows[-1] = Text(" " * (blank - 1)).append(CURSOR, cursor).append_text(rows[-1][blank:])
        return rows

    def _standing_of(self, number: int, measure: int, line: str) -> Standing:
        """What of a line need not be set again; nothing of most."""
        standing = self._standing
        if standing and standing[:2] == (number, measure) and line.startswith(standing.text):
            return standing
        return Standing(number, measure, "", [])

    def _set_row(self, line: str, row: tuple[int, int], styles: Sequence[Style], start: int) -> Text:
        """A row of a line in the order of the screen; `styles` has that of each character of the line from `start`."""
        text = Text()
        cells = to_cells(line, self._mode, row, joined=True)
        for style, run in groupby(cells, key=lambda cell: styles[cell.begin - start]):
            text.append("".join(cell.text for cell in run), style)
        return text

    def notify_style_update(self) -> None:
        """Sets everything anew in the colours of another theme."""
        super().notify_style_update()
        if self.is_mounted:
            self.call_later(self._lay_out_in_place)  # the colours of the parts of a poem come after those of the whole

    def on_resize(self) -> None:
        """Sets everything anew to the new width."""
        self._lay_out_in_place()

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
