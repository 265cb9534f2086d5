"""The poems that were kept, to be found, read again and gone on with."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from models.errors import RumiError
from rumi_tui.bidi import Mode, to_display
from rumi_tui.library.store import KeptPoem, Library
from rumi_tui.widgets.choices import Choices

KEYS = "type to search · Ctrl+F favourite · Delete, Ctrl+Z undo"


class LibraryScreen(ModalScreen[KeptPoem | None]):
    """A list of poems; gives back the chosen one. Raises `RumiError` where the library cannot be read."""

    BINDINGS = [
        Binding("escape,ctrl+l", "back", "Back", priority=True),
        Binding("backspace", "shorten", "Search less", show=False),
        Binding("ctrl+f", "favour", "Favourite"),
        Binding("delete", "delete", "Delete"),
        Binding("ctrl+z", "undo", "Undo"),
    ]

    def __init__(self, library: Library, mode: Mode) -> None:
        super().__init__()
        self._library, self._mode = library, mode
        self._search = ""
        self._deleted: list[int] = []
        self._poems = library.poems()

    def compose(self) -> ComposeResult:
        """The latest poem first, a line each."""
        yield Static(markup=False)
        yield Choices(markup=False)

    def on_mount(self) -> None:
        """Lists all poems."""
        self._list(0)

    def on_key(self, event: events.Key) -> None:
        """Searches for what is typed."""
        if event.is_printable and event.character is not None:
            event.stop()
            self._look_for(self._search + event.character)

    def action_shorten(self) -> None:
        """Takes the last character of the search away."""
        self._look_for(self._search[:-1])

    def action_back(self) -> None:
        """Ends the search, or leaves."""
        if self._search:
            self._look_for("")
        else:
            self.dismiss(None)

    def action_favour(self) -> None:
        """Marks the poem as a favourite, or no longer."""
        if poem := self._highlighted:
            self._change(lambda: self._library.set_favourite(poem.id, not poem.favourite))

    def action_delete(self) -> None:
        """Takes the poem out of the library."""
        if (poem := self._highlighted) and self._change(partial(self._library.set_deleted, poem.id, True)):
            self._deleted.append(poem.id)

    def action_undo(self) -> None:
        """Brings the poem back that was deleted last."""
        if self._deleted:
            poem = self._deleted[-1]
            if self._change(lambda: self._library.set_deleted(poem, False)):
                self._deleted.pop()

    @property
    def _highlighted(self) -> KeptPoem | None:
        number = self.query_one(OptionList).highlighted
        return self._poems[number] if number is not None else None

    def _look_for(self, search: str) -> None:
        self._search = search
        self._change(lambda: None, place=0)

    def _change(self, change: Callable[[], None], place: int | None = None) -> bool:
        """Does something to the library and lists what is there then; whether it could be done."""
        if place is None:
            place = self.query_one(OptionList).highlighted or 0
        try:
            change()
            self._poems = self._library.poems(self._search)
        except RumiError as error:
            self.notify(str(error), severity="error", markup=False, timeout=10)
            return False
        self._list(place)
        return True

    def _list(self, place: int) -> None:
        count = len(self._poems)
        if self._search:
            words = f"Poems with {to_display(self._search, self._mode, 0)}: {count}"
        else:
            words = f"Poems kept: {count} · {KEYS}" if count else "No poem is kept yet: go back and write one."
        self.query_one(Static).update(words)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(self._title(poem)) for poem in self._poems)
        options.highlighted = min(place, count - 1) if count else None

    def _title(self, poem: KeptPoem) -> str:
        written = datetime.datetime.fromisoformat(poem.written).astimezone()
        first_line = to_display(poem.text.split("\n", 1)[0], self._mode, 0)
        return f"{written:%Y-%m-%d %H:%M} {'★' if poem.favourite else ' '}{poem.form:<8}{first_line}"

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._poems[event.option_index])
