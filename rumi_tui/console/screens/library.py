"""The poems that were kept, to be found, read again and gone on with."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rumi_tui.bidi import Mode, to_display
from rumi_tui.console.actions import closing
from rumi_tui.console.complaints import complaining
from rumi_tui.console.screens.name import Name, NameScreen
from rumi_tui.console.screens.searching import SearchingDialog
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.library.store import KeptPoem, Library

KEYS = "type to search · ^f ★ · ^o name · Delete, ^z undo"


class LibraryScreen(SearchingDialog[KeptPoem]):
    """A list of poems; gives back the chosen one. Raises `RumiError` where the library cannot be read."""

    BINDINGS = [
        *closing("library", "back"),
        Binding("ctrl+f", "favour", "Favourite"),
        Binding("ctrl+o", "name", "Name"),
        Binding("delete", "delete", "Delete"),
        Binding("ctrl+z", "undo", "Undo"),
    ]

    def __init__(self, library: Library, mode: Mode) -> None:
        super().__init__()
        self._library, self._mode = library, mode
        self._poems = library.poems()

    def compose(self) -> ComposeResult:
        """The latest poem first, a line each."""
        yield Static(markup=False)
        yield Choices(markup=False)

    def on_mount(self) -> None:
        """Lists all poems."""
        self._list(0)

    def action_favour(self) -> None:
        """Marks the poem as a favourite, or no longer."""
        if poem := self._highlighted:
            self._change(lambda: self._library.set_favourite(poem.id, not poem.favourite))

    def action_name(self) -> None:
        """Gives the poem a title and tags."""
        if poem := self._highlighted:
            self.app.push_screen(NameScreen(poem, self._mode), partial(self._take_name, poem))

    def _take_name(self, poem: KeptPoem, name: Name | None) -> None:
        if name is not None:
            self._change(lambda: self._library.name(poem.id, name.title, name.tags))

    def action_delete(self) -> None:
        """Takes the poem out of the library."""
        if poem := self._highlighted:
            self._change(lambda: self._library.delete(poem.id))

    def action_undo(self) -> None:
        """Brings the poem back that was deleted last."""
        self._change(self._library.undelete)

    @property
    def _highlighted(self) -> KeptPoem | None:
        number = self.query_one(OptionList).highlighted
        return self._poems[number] if number is not None else None

    def _find(self) -> None:
        self._change(lambda: None, row=0)

    def _change(self, change: Callable[[], object], row: int | None = None) -> None:
        """Does something to the library and lists what is there then."""
        if row is None:
            row = self.query_one(OptionList).highlighted or 0
        with complaining(self):
            change()
            self._poems = self._library.poems(self._search)
            self._list(row)

    def _list(self, row: int) -> None:
        count = len(self._poems)
        if self._search:
            words = f"Poems with {to_display(self._search, self._mode, 0)}: {count}"
        else:
            words = f"Poems kept: {count} · {KEYS}" if count else "No poem is kept yet: go back and write one."
        self.query_one(Static).update(words)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(self._title(poem)) for poem in self._poems)
        options.highlighted = min(row, count - 1) if count else None

    def _title(self, poem: KeptPoem) -> str:
        date = datetime.datetime.fromisoformat(poem.written).astimezone()
        name = to_display(poem.title or poem.text.split("\n", 1)[0], self._mode, 0)
        tags = "".join(f" #{to_display(tag, self._mode, 0)}" for tag in poem.tags)
        return f"{date:%Y-%m-%d %H:%M} {'★' if poem.favourite else ' '}{poem.form:<8}{name}{tags}"

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._poems[event.option_index])
