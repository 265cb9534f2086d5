"""The choice of a line to write anew, and of what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from models.errors import RumiError
from rumi_tui.bidi import Mode, to_display
from rumi_tui.console.actions import closing
from rumi_tui.console.complaints import complaining
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.console.widgets.verse_input import VerseInput
from rumi_tui.console.widgets.wrap import hanging
from rumi_tui.console.writing.line import LineWish, read_wish

WIDTH = 60
"""Cells of the dialog."""


class LineScreen(Dialog[LineWish | None]):
    """Gives back which line is to be written anew, and how."""

    BINDINGS = closing("line", "dismiss")
    AUTO_FOCUS = "Choices"

    def __init__(self, text: str, broken: Sequence[int], mode: Mode) -> None:
        """The poem, and the numbers of its lines that break the form, in order."""
        super().__init__()
        self._lines, self._broken, self._mode = text.rstrip("\n").split("\n"), broken, mode

    def compose(self) -> ComposeResult:
        """The lines of the poem, and a field for what is asked of the chosen one."""
        yield Label("Enter rewrites the chosen line; the others stay.", markup=False)
        yield Choices(markup=False)
        yield VerseInput(self._mode, placeholder="optional: rhyme love, end heart, metre NAME", id="wish")

    def on_mount(self) -> None:
        """Begins at the first line that breaks the form, or else at the last one, which is the latest."""
        self._list()
        self._choose(next(iter(self._broken), len(self._lines)))

    def _choose(self, number: int) -> None:
        if 1 <= number <= len(self._lines):
            self.query_one(Choices).highlighted = number - 1

    @on(Input.Changed)
    def _follow_number(self, event: Input.Changed) -> None:
        """Chooses the line whose number the wish begins with."""
        if number := _number(event.value):
            self._choose(int(number))

    def on_key(self, event: events.Key) -> None:
        """Lets what is typed over the list be the wish."""
        wish = self.query_one("#wish", Input)
        if event.is_printable and event.character is not None:
            event.stop()
            wish.insert_text_at_cursor(event.character)
        elif event.key == "backspace":
            event.stop()
            wish.action_delete_left()

    def on_paste(self, event: events.Paste) -> None:
        """The same."""
        event.stop()
        self.query_one("#wish", Input).insert_text_at_cursor(" ".join(event.text.split()))

    def on_resize(self) -> None:
        """Sets the lines to the new width."""
        self._list()

    def _list(self) -> None:
        choices = self.query_one(Choices)
        chosen = choices.highlighted
        choices.clear_options()
        choices.add_options(self._rows(min(WIDTH, self.size.width) - 8))
        choices.highlighted = chosen

    def _rows(self, width: int) -> Sequence[Option]:
        return [
            Option(f"{number:>2} " + "\n   ".join(to_display(row, self._mode, width) for row in rows))
            for number, rows in enumerate((hanging(line, width, self._mode) for line in self._lines), 1)
        ]

    @on(OptionList.OptionSelected)
    @on(Input.Submitted)
    def _answer(self) -> None:
        chosen, typed = self.query_one(Choices).highlighted or 0, self.query_one("#wish", Input).value
        number = _number(typed)
        with complaining(self):
            if number and not 1 <= int(number) <= len(self._lines):
                raise RumiError(f"There is no line {int(number)}: the poem has {len(self._lines)}.")
            rest = typed.strip().removeprefix(number)
            self.dismiss(read_wish(f"{chosen + 1} {rest}"))


def _number(typed: str) -> str:
    """Of a line, where a wish begins with one; empty where it does not."""
    first = typed.split(maxsplit=1)[:1]
    return first[0] if first and first[0].isdecimal() else ""
