"""A poem whose every character shows how it surprised the model. Knows nothing of where the surprises come from."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import ClassVar, Literal, NamedTuple, get_args

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from rumi_tui.bidi import Mode, is_right_to_left, to_cells
from rumi_tui.console.widgets.poem_view import FAULTS, SHORT
from rumi_tui.console.widgets.wrap import hang_of, wrapped
from rumi_tui.engine.written import TokenScore
from rumi_tui.verse.marks import KINDS, Kind, LineMarks
from rumi_tui.verse.words import spelled_words
from rumi_tui.wording import counted

LEVELS = (0.5, 1.5, 3.0, 5.0)
"""Bits of surprise that part the five shades: a coin's toss is 1 bit, a letter drawn blindly about 6."""
LINE_END = "↵"
"""Stands where the model ended a line, which it chose like any other character."""
WIDEST = 72
"""Cells of the column of text."""
SIGNS: dict[Kind, str] = {"rhyme": "═", "refrain": "─", "copied": "┄"}
"""What stands below marked letters: their own look tells the surprise."""
AIR = 2
"""Cells between what stands below a line."""

Grain = Literal["character", "word", "line"]
"""What the cursor stands on, all of it."""
GRAINS: tuple[Grain, ...] = get_args(Grain)


def level(surprise: float) -> int:
    """The shade of a surprise in bits: 0 for what was expected to `len(LEVELS)` for what was not."""
    return bisect.bisect_right(LEVELS, surprise)


class Unit(NamedTuple):
    """What the cursor can stand on."""

    scores: range
    """The scores that it has part in."""
    begin: int
    """Its first character, counted from 0 in the poem."""
    end: int
    """The one after its last; the line end belongs to its line."""


class Glyph(NamedTuple):
    """One cell of the poem."""

    text: str
    scores: range
    """The scores it shows: one, and those of the marks on it."""
    begin: int
    """The first character that it shows, counted from 0 in the poem."""
    end: int
    """The one after the last."""


class Part(NamedTuple):
    """Some cells of a row below a line."""

    text: str
    look: str = ""
    """Of a component class of the view, what follows `lens--`; empty for none."""


class LensView(ScrollView, can_focus=True):
    """Shows the scores of a poem and a cursor to move over them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"lens--{shade}" for shade in range(len(LEVELS) + 1)),
        *("lens--cursor", "lens--sign", "lens--feet", "lens--fault"),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "sideways(-1)", "Left", show=False),
        Binding("right", "sideways(1)", "Right", show=False),
        Binding("up", "vertically(-1)", "Up", show=False),
        Binding("down", "vertically(1)", "Down", show=False),
        Binding("shift+left,alt+left,ctrl+left", "by('word', -1)", "Word on the left", show=False),
        Binding("shift+right", "by('word', 1)", "Word", key_display="shift+←→"),
        Binding("alt+right,ctrl+right", "by('word', 1)", "Word on the right", show=False),
        Binding("shift+up,alt+up", "by('line', -1)", "Line before", show=False),
        Binding("shift+down", "by('line', 1)", "Line", key_display="shift+↑↓"),
        Binding("alt+down", "by('line', 1)", "Line after", show=False),
        Binding("space", "go_over('word')", "By word"),
        Binding("space", "go_over('line')", "By line"),
        Binding("space", "go_over('character')", "By letter"),
        Binding("home", "leap(0)", "First", show=False),
        Binding("end", "leap(-1)", "Last", show=False),
    ]

    grain: var[Grain] = var("character", bindings=True)

    class Moved(Message):
        """The cursor stands on something else."""

        def __init__(self, grain: Grain, unit: Unit) -> None:
            super().__init__()
            self.grain, self.unit = grain, unit

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode = mode
        self._scores: Sequence[TokenScore] = ()
        self._text = ""
        """All of the poem; its end has the scores."""
        self._surprises: list[float] = []
        """What each score is shaded by: its surprise, or the mean over the characters of the unit it belongs to."""
        self._rows: list[list[Glyph]] = []
        self._indents: list[int] = []
        self._is_leftwards: list[bool] = []
        """For each row, whether it is read from right to left."""
        self._drawn: list[int | list[Part]] = []
        """For each row of the screen, the number of its row of the poem, or what stands below one."""
        self._marks: Sequence[LineMarks] = ()
        """Of the first lines of the poem; none where no marks are to be seen."""
        self.units: list[Unit] = []
        self._number = 0
        """Of the unit under the cursor."""
        self._place = 0
        """The score that the cursor came to, which the unit under it holds: where smaller units lead back to."""

    @property
    def cursor(self) -> int:
        """The index of the first score under it."""
        return self.units[self._number].scores.start if self.units else 0

    @property
    def _begin(self) -> int:
        """How many characters of the poem have no scores."""
        return len(self._text) - sum(len(score.text) for score in self._scores)

    def show(self, scores: Sequence[TokenScore], text: str) -> None:
        """Shows a poem, of which a beginning may have no scores, the cursor on its first score."""
        self._scores, self._text = scores, text
        self._set_grain(self.grain)
        self._lay_out()
        self.move_to(0)

    def mark(self, lines: Sequence[LineMarks]) -> None:
        """Marks what there is to see of the verse in the lines of the poem, the first first; nothing for none."""
        self._marks = lines
        self._lay_out()
        self._go(self._number)

    def move_to(self, score: int) -> None:
        """Puts the cursor on what a score belongs to, or what comes before it, and brings it into sight."""
        self._place = score
        self._go(bisect.bisect_right([unit.scores.start for unit in self.units], score) - 1)

    def _go(self, number: int) -> None:
        if not self.units:
            return
        self._number = max(0, min(number, len(self.units) - 1))
        unit = self.units[self._number]
        places = [(row, column) for row, column, glyph in self._places() if _meet(glyph, unit)]
        if places:
            (first, column), (last, _) = places[0], places[-1]
            self.scroll_to_region(Region(column, first, 1, last - first + 1), animate=False)
        self.refresh()
        self.post_message(self.Moved(self.grain, unit))

    def action_sideways(self, step: int) -> None:
        """Moves to what stands on the left (-1) or on the right (1), and at the edge of a row to the next one."""
        spot = self._spot()
        if spot is None:
            return
        row, glyph = spot
        is_forward = (step > 0) != self._is_leftwards[row]
        if self.grain == "character":  # not to each mark on one letter
            self.move_to(glyph.scores[-1] + 1 if is_forward else glyph.scores[0] - 1)
        else:
            self._go(self._number + (1 if is_forward else -1))

    def action_vertically(self, step: int) -> None:
        """Moves by a line, or by a row to what is nearest there."""
        if self.grain == "line":
            self._go(self._number + step)
        elif spot := self._spot():
            row, glyph = spot
            self._point(row + step, self._indents[row] + self._rows[row].index(glyph))

    def action_by(self, grain: Grain, step: int) -> None:
        """Moves by a word to the left or the right, or by a line up or down."""
        self._set_grain(grain)
        self.action_sideways(step) if grain == "word" else self.action_vertically(step)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """From characters one goes over to words, from these to lines, and from lines to characters."""
        return action != "go_over" or parameters[0] == GRAINS[(GRAINS.index(self.grain) + 1) % len(GRAINS)]

    def action_go_over(self, grain: Grain) -> None:
        """Goes over to words, lines or characters."""
        self._set_grain(grain)
        self._go(self._number)

    def action_leap(self, index: int) -> None:
        """Moves to the beginning, or with -1 to the end."""
        self._go(index if index >= 0 else len(self.units) - 1)

    def on_click(self, event: events.Click) -> None:
        """Moves to what was clicked on."""
        y = event.y + self.scroll_offset.y
        if 0 <= y < len(self._drawn):
            rows = [row for row in self._drawn[: y + 1] if isinstance(row, int)]
            self._point(rows[-1], event.x)

    def on_resize(self) -> None:
        """Sets everything anew to the new width."""
        self._lay_out()
        self._go(self._number)

    def _point(self, row: int, column: int) -> None:
        if 0 <= row < len(self._rows):
            glyphs = self._rows[row]
            self.move_to(glyphs[max(0, min(column - self._indents[row], len(glyphs) - 1))].scores[0])

    def _places(self) -> Iterator[tuple[int, int, Glyph]]:
        """Row and column on the screen of every cell of the poem."""
        for y, row in enumerate(self._drawn):
            if isinstance(row, int):
                for column, glyph in enumerate(self._rows[row], self._indents[row]):
                    yield y, column, glyph

    def _spot(self) -> tuple[int, Glyph] | None:
        """The row of the poem, and the cell, of the first score under the cursor."""
        cells = ((row, glyph) for row, glyphs in enumerate(self._rows) for glyph in glyphs)
        return next((cell for cell in cells if self.cursor in cell[1].scores), None)

    def _set_grain(self, grain: Grain) -> None:
        """Lets the cursor stand on other units; it stays where it is. A poem without words has only its lines."""
        if self.units and self._place not in self.units[self._number].scores:
            self._place = self.cursor
        self.grain, self.units = grain, _units(self._scores, self._text, grain)
        if self._scores and not self.units:
            self.grain, self.units = "line", _units(self._scores, self._text, "line")
        self._number = max(0, bisect.bisect_right([unit.scores.start for unit in self.units], self._place) - 1)
        self._surprises = [score.surprise for score in self._scores]
        for unit in self.units if self.grain != "character" else ():
            bits = sum(self._scores[index].surprise for index in unit.scores)
            length = sum(len(self._scores[index].text) for index in unit.scores)
            for index in unit.scores:
                self._surprises[index] = bits / length

    def _lay_out(self) -> None:
        measure = max(8, min(self.size.width - 2, WIDEST))
        self._rows, self._indents, self._is_leftwards, self._drawn = [], [], [], []
        begin = self._begin
        first, cut = self._text.count("\n", 0, begin), begin - (self._text.rfind("\n", 0, begin) + 1)
        for number, (characters, owners) in enumerate(self._lines(), first):
            right_to_left = is_right_to_left(characters)
            marks = self._marks[number] if number < len(self._marks) else LineMarks()
            hang = hang_of(characters, measure, self._mode)
            for row_begin, row_end in wrapped(characters, measure, hang):
                row = [
                    Glyph(
                        cell.text,
                        range(owners[cell.begin], owners[cell.end - 1] + 1),
                        begin + cell.begin,
                        begin + cell.end,
                    )
                    for cell in to_cells(characters, self._mode, (row_begin, row_end))
                ]
                self._drawn.append(len(self._rows))
                self._rows.append(row)
                blanks = hang if row_begin else 0
                self._indents.append(1 + (measure - len(row) - blanks if right_to_left else blanks))
                self._is_leftwards.append(right_to_left and self._mode != "off")
                signs = " " * self._indents[-1] + self._set_signs(row, marks, begin - cut, right_to_left)
                if row_end < len(characters) and signs.strip():
                    self._drawn.append([Part(signs, "sign")])
            self._drawn += _set_notes(signs, self._notes(marks, right_to_left), measure, right_to_left)
            begin, cut = begin + len(characters), 0
        self.virtual_size = Size(self.size.width, len(self._drawn))
        self.refresh()

    def _notes(self, marks: LineMarks, right_to_left: bool) -> list[Part]:
        """How a line scans, in the direction that it is read in, and what it breaks, as they stand on the screen."""
        feet = counted(marks.syllables, "syllable") if marks.syllables else " | ".join(marks.feet).translate(SHORT)
        if right_to_left and self._mode != "off":
            feet = feet[::-1]
        faults = ", ".join(FAULTS[fault] for fault in marks.faults)
        parts = [Part(text, name) for text, name in ((feet, "feet"), (faults, "fault")) if text]
        return parts[::-1] if right_to_left else parts

    def _set_signs(self, row: Sequence[Glyph], marks: LineMarks, line_begin: int, right_to_left: bool) -> str:
        """What stands below each cell of a row whose line begins after so many characters of the poem."""
        signs = ""
        for glyph in row:
            places = range(glyph.begin - line_begin, glyph.end - line_begin)
            kinds = {mark.kind for mark in marks.marks if mark.begin < places.stop and places.start < mark.end}
            signs += next((SIGNS[kind] for kind in KINDS if kind in kinds), " ")
        return signs[::-1] if right_to_left and self._mode == "terminal" else signs  # which turns only letters round

    def _lines(self) -> Iterator[tuple[str, list[int]]]:
        """The characters of each line, its end drawn as one, and the index of the score that each belongs to."""
        characters, owners = "", list[int]()
        for index, score in enumerate(self._scores):
            text = LINE_END if score.text == "\n" else score.text
            characters += text
            owners += [index] * len(text)
            if score.text == "\n":
                yield characters, owners
                characters, owners = "", []
        if characters:
            yield characters, owners

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        row, width = y + self.scroll_offset.y, self.size.width
        if row >= len(self._drawn):
            return Strip.blank(width, self.rich_style)
        drawn = self._drawn[row]
        segments = self._render_row(drawn) if isinstance(drawn, int) else map(self._render_part, drawn)
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)

    def _render_row(self, row: int) -> Iterator[Segment]:
        yield Segment(" " * self._indents[row])
        unit = self.units[self._number]
        for glyph in self._rows[row]:
            surprise = max(self._surprises[index] for index in glyph.scores)
            style = self.get_component_rich_style(f"lens--{level(surprise)}")
            if _meet(glyph, unit):
                style += self.get_component_rich_style("lens--cursor")
            yield Segment(glyph.text, style)

    def _render_part(self, part: Part) -> Segment:
        return Segment(part.text, self.get_component_rich_style(f"lens--{part.look}") if part.look else None)


def _units(scores: Sequence[TokenScore], text: str, grain: Grain) -> list[Unit]:
    """What the cursor can stand on in a poem that ends with these scores."""
    begins = list(accumulate((len(score.text) for score in scores), initial=0))
    begin = len(text) - begins[-1]
    match grain:
        case "character":
            spans = [range(*pair) for pair in pairwise(begins)]
        case "word":
            spans = [
                range(word.start - begin, word.stop - begin) for word in spelled_words(text) if word.start >= begin
            ]
        case "line":
            spans = [range(*line.span()) for line in re.finditer("[^\n]*\n|[^\n]+", text[begin:])]
    return [
        Unit(
            range(bisect.bisect_right(begins, span.start) - 1, bisect.bisect_right(begins, span.stop - 1)),
            begin + span.start,
            begin + span.stop,
        )
        for span in spans
    ]


def _meet(glyph: Glyph, unit: Unit) -> bool:
    return glyph.begin < unit.end and unit.begin < glyph.end


def _set_notes(signs: str, notes: list[Part], measure: int, right_to_left: bool) -> list[list[Part]]:
    """The rows below a line, from its edge on: the signs, and the notes beside them where they leave room."""
    parts = [part for note in notes for part in (Part(" " * AIR), note)][1:]
    width = sum(cell_len(part.text) for part in parts)
    left = max(1, 1 + measure - width) if right_to_left else 1
    row, gap = [Part(" " * left), *parts], signs.strip()
    if not gap or not parts:
        return [[Part(signs.rstrip(), "sign")]] if gap else [row] if parts else []
    first, last = len(signs) - len(signs.lstrip()), len(signs.rstrip())
    if right_to_left and last + AIR <= left:
        return [[Part(signs.rstrip(), "sign"), Part(" " * (left - last)), *parts]]
    if not right_to_left and left + width + AIR <= first:
        return [[*row, Part(signs[left + width :].rstrip(), "sign")]]
    return [[Part(signs.rstrip(), "sign")], row]
