"""The poems that were kept, to be read again and gone on with."""

from __future__ import annotations

import datetime

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rumi_tui.bidi import Mode, to_display
from rumi_tui.library.store import KeptPoem


class LibraryScreen(ModalScreen[KeptPoem | None]):
    """A list of poems; gives back the chosen one."""

    BINDINGS = [Binding("escape,ctrl+l", "dismiss", "Back", priority=True)]

    def __init__(self, poems: list[KeptPoem], mode: Mode) -> None:
        super().__init__()
        self._poems, self._mode = poems, mode

    def compose(self) -> ComposeResult:
        """The latest poem first, a line each."""
        words = f"Poems kept: {len(self._poems)}" if self._poems else "No poem is kept yet: go back and write one."
        yield Static(words, markup=False)
        yield OptionList(*(Option(self._title(poem)) for poem in self._poems), markup=False)

    def _title(self, poem: KeptPoem) -> str:
        written = datetime.datetime.fromisoformat(poem.written).astimezone()
        first_line = to_display(poem.text.split("\n", 1)[0], self._mode, 0)
        return f"{written:%Y-%m-%d %H:%M}  {poem.form:<8}{first_line}"

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._poems[event.option_index])
