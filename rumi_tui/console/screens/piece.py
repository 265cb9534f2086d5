"""A poem whose place in Rumi's works the texts do not say: a couplet that was found, among its others."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from models.errors import RumiError
from rumi_tui.bidi import Mode, to_display
from rumi_tui.console import glosses
from rumi_tui.console.complaints import sentence_of
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.threads import in_thread
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.console.widgets.interlinear import NotedWord, interlinear
from rumi_tui.console.widgets.wrap import hanging
from rumi_tui.search.index import Couplet

KEYS = "Ctrl+G lets the machine continue from the couplet; Alt+G glosses its Persian; Ctrl+Y copies it."


class PieceScreen(Dialog[Couplet]):
    """Shows all couplets; gives back the one that the machine is to write on from."""

    BINDINGS = [
        Binding("escape", "dismiss", "Back", priority=True),
        Binding("ctrl+g", "write_on", "Write on", priority=True),
        Binding("alt+g", "gloss", "Gloss", priority=True),
        Binding("ctrl+y", "copy", "Copy", show=False),
    ]
    AUTO_FOCUS = "Choices"

    class Glossed(Message):
        """The words of a couplet with their English, line by line, or what is to be told instead."""

        def __init__(self, number: int, lines: list[list[NotedWord]], words: str) -> None:
            super().__init__()
            self.number, self.lines, self.words = number, lines, words

    def __init__(self, couplets: Sequence[Couplet], number: int, mode: Mode) -> None:
        """The couplets of the poem in their order, and the index of the one to begin at."""
        super().__init__()
        self._couplets, self._number, self._mode = couplets, number, mode
        self._glossed: int | None = None
        """The couplet whose gloss is shown or awaited."""

    def compose(self) -> ComposeResult:
        """Where it stands and whose it is, and the verse."""
        yield Static(id="heading", markup=False)
        yield Choices(markup=False)

    def on_resize(self) -> None:
        """Sets the lines to the new width."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        options = self.query_one(Choices)
        number = self._number if options.highlighted is None else options.highlighted
        options.clear_options()
        self._glossed = None
        options.add_options(Option(self._drawn(couplet)) for couplet in self._couplets)
        options.highlighted = number
        options.scroll_to_highlight()

    @property
    def _width(self) -> int:
        """Cells of a line."""
        return max(0, self.query_one(Choices).size.width - 4)

    def _drawn(self, couplet: Couplet, notes: Sequence[str] = ()) -> str:
        rows = (row for line in couplet.verse.split("\n") for row in hanging(line, max(8, self._width), self._mode))
        return "\n".join([*(to_display(row, self._mode, self._width) for row in rows), *notes, ""])

    def action_gloss(self) -> None:
        """Shows the likeliest English of each Persian word of the couplet, or no longer."""
        number, before = self.query_one(Choices).highlighted, self._glossed
        if before is not None:
            self._note(before, ())
            self._glossed = None
        if number is not None and number != before:
            self._glossed = number
            self._note(number, [glosses.WAIT])
            self._gloss(number)

    @in_thread(exclusive=True)
    def _gloss(self, number: int) -> None:
        """In a thread of its own: the glosses are learned in seconds, once."""
        try:
            lines, words = glosses.gloss(self._couplets[number].verse), glosses.NOTHING
        except RumiError as error:
            lines, words = [], sentence_of(error)
        if not get_current_worker().is_cancelled:
            self.post_message(self.Glossed(number, lines, words))

    @on(Glossed)
    def _show_gloss(self, event: Glossed) -> None:
        if event.number != self._glossed:
            return
        rows = [row for line in event.lines for row in interlinear(line, self._mode, self._width)]
        self._note(event.number, [glosses.HEADING, *rows] if rows else [event.words])

    def _note(self, number: int, notes: Sequence[str]) -> None:
        """Tells something below a couplet."""
        self.query_one(Choices).replace_option_prompt_at_index(number, self._drawn(self._couplets[number], notes))

    def action_copy(self) -> None:
        """Gives the couplet, with its place, to the terminal's clipboard."""
        number = self.query_one(Choices).highlighted
        if number is not None:
            couplet = self._couplets[number]
            whose = ", ".join(filter(None, [couplet.author, couplet.place]))
            self.app.copy_to_clipboard("\n".join(filter(None, [couplet.verse, whose, couplet.address])) + "\n")
            self.notify(f"Copied: {couplet.place}.")

    @on(Choices.OptionHighlighted)
    def _tell_place(self, event: Choices.OptionHighlighted) -> None:
        """Tells the place of the couplet."""
        couplet = self._couplets[event.option_index]
        author = f"{couplet.author}. " if couplet.author else ""
        self.query_one("#heading", Static).update(f"{couplet.place}\n{author}{KEYS}")

    def action_write_on(self) -> None:
        """Has the machine write on from the couplet under the cursor."""
        number = self.query_one(Choices).highlighted
        if number is not None:
            self.dismiss(self._couplets[number])
