"""The poems that were kept, to be found, read again and gone on with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rumi_tui.bidi import Mode, to_display
from rumi_tui.console.actions import closing
from rumi_tui.console.complaints import complain, complaining
from rumi_tui.console.delivery import give, give_library
from rumi_tui.console.screens.export import ExportScreen
from rumi_tui.console.screens.name import Name, NameScreen
from rumi_tui.console.screens.searching import SearchingDialog
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.console.widgets.footer import KeyRow
from rumi_tui.console.widgets.preview import Preview
from rumi_tui.console.widgets.wrap import shortened
from rumi_tui.library.exchange import LIBRARY
from rumi_tui.library.orders import ORDERS, named_first
from rumi_tui.library.poem import KeptPoem
from rumi_tui.library.store import Library

BESIDE = 96
"""Columns of a screen where the preview stands beside the list, as in the style sheet."""
DATED = 60
"""Cells of a row from which on it begins with date and form."""
BEGINNING = 24
"""Cells of a branch's first line, which it shares with other poems; what is its own follows."""


PAGE = 500
"""Poems that are read at once; the next ones, once the cursor or the wheel comes to the end of these."""


class LibraryScreen(SearchingDialog[KeptPoem]):
    """A list of poems; gives back the chosen one. Raises `RumiError` where the library cannot be read."""

    BINDINGS = [
        *closing("library", "back"),
        Binding("ctrl+f", "favour", "★"),
        Binding("f2", "only_favourites", "Only ★"),
        Binding("f3", "reorder", "Order"),
        Binding("ctrl+o", "name", "Name"),
        Binding("ctrl+s", "export", "Save as"),
        Binding("delete", "delete", "Delete"),
        Binding("ctrl+z", "undo", "Undo"),
        Binding("ctrl+down", "scroll_preview(1)", "Down the poem", show=False),
        Binding("ctrl+up", "scroll_preview(-1)", "Up the poem", show=False),
    ]

    def __init__(self, library: Library, mode: Mode, order: str, remember_order: Callable[[str], object]) -> None:
        """Lists in one of `ORDERS`, or for another name in the first; what is chosen instead is to be remembered."""
        super().__init__()
        self._library, self._mode = library, mode
        self._only_favourites = False
        self._order = order if order in ORDERS else next(iter(ORDERS))
        self._remember_order = remember_order
        self._look(PAGE)
        self._listed_width = 0

    def compose(self) -> ComposeResult:
        """The list, a line for each poem, and beside or below it the one under the cursor."""
        yield Static(id="heading", markup=False)
        with Container(id="shelf"):
            yield Choices(markup=False)
            yield Preview(self._mode)
        yield KeyRow()

    def on_mount(self) -> None:
        """Lists the first poems, and names one that is damaged; more are read as one comes to them."""
        self._list(0)
        self._name_damage()
        self.watch(self.query_one(OptionList), "scroll_y", self._read_on, init=False)

    def on_resize(self) -> None:
        """Cuts the lines to the new width."""
        if self._width != self._listed_width:
            self._list(self.query_one(OptionList).highlighted or 0)

    def action_favour(self) -> None:
        """Marks the poem as a favourite, or no longer."""
        if poem := self._highlighted:
            self._change(lambda: self._library.set_favourite(poem.id, not poem.favourite))

    def action_only_favourites(self) -> None:
        """Lists favourites alone, or everything."""
        self._only_favourites = not self._only_favourites
        self._change(lambda: None)

    def action_reorder(self) -> None:
        """Lists the poems in the next order."""
        names = list(ORDERS)
        self._order = names[(names.index(self._order) + 1) % len(names)]
        self._remember_order(self._order)
        self._change(lambda: None)

    def action_name(self) -> None:
        """Gives the poem a title and tags."""
        if poem := self._highlighted:
            self.app.push_screen(NameScreen(poem, self._mode), partial(self._take_name, poem))

    def _take_name(self, poem: KeptPoem, name: Name | None) -> None:
        if name is not None:
            self._change(lambda: self._library.name(poem.id, name.title, [name.tags]))

    def action_export(self) -> None:
        """Saves the poem, or all, as a file."""
        if poem := self._highlighted:
            self.app.push_screen(ExportScreen(), partial(self._export, poem))

    def _export(self, poem: KeptPoem, kind: str | None) -> None:
        if kind == LIBRARY:  # of the app: it goes on where the person leaves this page
            self.app.run_worker(give_library(self.app, self._library))
        elif kind is not None:
            self.app.run_worker(give(self.app, poem, kind))

    def action_delete(self) -> None:
        """Takes the poem out of the library."""
        if poem := self._highlighted:
            self._change(lambda: self._library.delete(poem.id))

    def action_undo(self) -> None:
        """Brings the poem back that was deleted last."""
        self._change(self._library.undelete)

    def action_scroll_preview(self, halves: int) -> None:
        """Moves the poem that is looked at."""
        self.query_one(Preview).turn(halves)

    @property
    def _highlighted(self) -> KeptPoem | None:
        number = self.query_one(OptionList).highlighted
        return self._poems[number] if number is not None else None

    def _find(self) -> None:
        self._change(lambda: None, row=0)

    def _look(self, count: int) -> None:
        """Looks what is in the library, and reads so many poems."""
        poems = self._library.listed(self._search)
        chosen = [poem for poem in poems if poem.favourite or not self._only_favourites]
        self._branches = sum(poem.is_branch for poem in chosen)
        ids = [poem.id for poem in named_first(ORDERS[self._order](chosen), self._search)]
        self._poems, self._unread = self._library.read(ids[:count]), ids[count:]

    def _read_on(self) -> None:
        """Lists more poems where the end of the list comes into sight."""
        options = self.query_one(OptionList)
        if not self._unread or options.scroll_y + 2 * options.size.height < options.virtual_size.height:
            return
        with complaining(self):
            poems = self._library.read(self._unread[:PAGE])
            del self._unread[:PAGE]
            self._poems += poems
            options.add_options(Option(self._row(poem)) for poem in poems)
            self._name_damage()

    def _name_damage(self) -> None:
        if self._library.damage:
            complain(self, self._library.damage)

    def _change(self, change: Callable[[], object], row: int | None = None) -> None:
        """Does something to the library and lists what is there then, with the same poem under the cursor if it is."""
        poem = self._highlighted if row is None else None
        if row is None:
            row = self.query_one(OptionList).highlighted or 0
        with complaining(self):
            change()
            self._look(PAGE if row == 0 else max(PAGE, len(self._poems)))
            ids = [other.id for other in self._poems]
            self._list(ids.index(poem.id) if poem is not None and poem.id in ids else row)

    def _list(self, row: int) -> None:
        count = len(self._poems) + len(self._unread)
        what = "Favourites" if self._only_favourites else "Poems"
        told = f"{count:,} (branches: {self._branches:,})" if self._branches else f"{count:,}"
        if self._search:
            words = f"{what} with {to_display(self._search, self._mode, 0)}: {told}"
        elif count or self._only_favourites:
            words = f"{what}: {told} · type to search"
        else:
            words = "No poem is kept yet: go back and write one, or add some from a file with /import."
        self.query_one(Static).update(f"{words} · {self._order}" if count > 1 else words)
        options = self.query_one(OptionList)
        self._listed_width = self._width
        options.clear_options()
        options.add_options(Option(self._row(poem)) for poem in self._poems)
        options.highlighted = min(row, len(self._poems) - 1) if self._poems else None
        self._preview()

    @on(OptionList.OptionHighlighted)
    def _preview(self) -> None:
        """Shows the poem under the cursor."""
        poem = self._highlighted
        with complaining(self):
            self.query_one(Preview).show(poem, self._library.given(poem) if poem else ())

    @property
    def _width(self) -> int:
        """Cells of a row of the list, told from the screen, since the list may not be drawn yet."""
        columns = self.app.size.width
        return (columns // 2 if columns >= BESIDE else columns) - 5

    def _row(self, poem: KeptPoem) -> str:
        """One line, as wide as the list: the beginning of a name is what it is cut to, in either direction."""
        width = self._width
        facts = "★ " if poem.favourite else "  "
        if width >= DATED:
            facts = f"{poem.written_here:%Y-%m-%d %H:%M} {facts}{poem.form:<8}"
        tags = "".join(f" #{to_display(tag, self._mode, 0)}" for tag in poem.tags)
        room = max(8, width - len(facts))
        if cell_len(tags) > room // 2:
            tags = f"{tags[: room // 2 - 1]}…"
        return f"{facts}{self._label(poem, room - cell_len(tags))}{tags}"

    def _label(self, poem: KeptPoem, room: int) -> str:
        """Title or first line; of a branch without a title, also what it has of its own."""
        name = poem.title or poem.text.lstrip("\n").split("\n", 1)[0]
        own = " ".join(poem.text[poem.branch.at :].split()) if poem.branch else ""
        if poem.title or not own:
            return to_display(shortened(name, room), self._mode, 0)
        name = shortened(name, min(BEGINNING, room // 2))
        own = shortened(own, max(1, room - cell_len(name) - 3))
        return f"{to_display(name, self._mode, 0)} ↳ {to_display(own, self._mode, 0)}"

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._poems[event.option_index])
