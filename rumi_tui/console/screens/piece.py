"""A poem whose place in Rumi's works the texts do not say: a couplet that was found, among its others."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static
from textual.widgets.option_list import Option

from rumi_tui.bidi import Mode, to_display
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.search.index import Couplet

KEYS = "Ctrl+G lets the machine continue from the couplet."


class PieceScreen(Dialog[Couplet]):
    """Shows all couplets; gives back the one that the machine is to write on from."""

    BINDINGS = [
        Binding("escape", "dismiss", "Back", priority=True),
        Binding("ctrl+g", "write_on", "Write on", priority=True),
    ]
    AUTO_FOCUS = "Choices"

    def __init__(self, couplets: Sequence[Couplet], number: int, mode: Mode) -> None:
        """The couplets of the poem in their order, and the index of the one to begin at."""
        super().__init__()
        self._couplets, self._number, self._mode = couplets, number, mode

    def compose(self) -> ComposeResult:
        """Where it stands and whose it is, and the verse."""
        yield Static(id="heading", markup=False)
        yield Choices(markup=False)

    def on_resize(self) -> None:
        """Sets the lines to the new width."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        options = self.query_one(Choices)
        width = max(0, options.size.width - 4)
        number = self._number if options.highlighted is None else options.highlighted
        options.clear_options()
        for couplet in self._couplets:
            lines = [to_display(line, self._mode, width) for line in couplet.verse.split("\n")]
            options.add_option(Option("\n".join([*lines, ""])))
        options.highlighted = number
        options.scroll_to_highlight()

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
