"""What is done with poems that are kept: a title, a copy, a file, paper, and another one opened on the page."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from textual import events, on
from textual.screen import Screen
from textual.widgets import Static

from rumi_tui.bidi import Mode, to_display
from rumi_tui.console.complaints import complaining
from rumi_tui.console.delivery import give, give_library, send_to_printer
from rumi_tui.console.plain import is_plain
from rumi_tui.console.screens.export import ExportScreen
from rumi_tui.console.screens.library import LibraryScreen
from rumi_tui.console.screens.name import Name, NameScreen
from rumi_tui.console.screens.taking_in import ImportScreen
from rumi_tui.console.screens.tree import TreeScreen
from rumi_tui.console.writing.desk import Desk
from rumi_tui.console.writing.draft import Draft
from rumi_tui.console.writing.history import Snapshot
from rumi_tui.library.exchange import LIBRARY, read_file, take_in
from rumi_tui.library.formats import to_text
from rumi_tui.library.poem import KeptPoem
from rumi_tui.library.store import Library

NAME = "R U M I"
"""What stands above a poem without a title."""


class KeepingScreen(Screen[None]):
    """A screen with a poem on it."""

    _library: Library
    _desk: Desk
    _mode: Mode
    _library_order = ""
    """That in which the library lists its poems; empty for its first."""

    def _show(self, words: str) -> None:
        """Shows what the desk has on the page, with a word on how it came there."""
        raise NotImplementedError

    @on(events.ScreenResume)
    def _show_title(self) -> None:
        """Shows above the page what its poem is called, which another screen may have changed."""
        with complaining(self):
            title = to_display(self._desk.title(), self._mode, 0)
            name = title or (self.app.title if is_plain(self) else NAME)
            self.query_one("#title", Static).update(f"❦  {name}  ❦")

    def action_name(self) -> None:
        """Gives the poem on the page a title and tags."""
        if poem := self._as_saved():
            self.app.push_screen(NameScreen(poem, self._mode), partial(self._take_name, poem))

    def _take_name(self, poem: KeptPoem, name: Name | None) -> None:
        if name is not None:
            with complaining(self):
                self._library.name(poem.id, name.title, [name.tags])

    def action_copy(self) -> None:
        """Gives the poem to the terminal's clipboard, and to a file, since no terminal says whether it took it."""
        if snapshot := self._snapshot():
            poem = self._as_saved()
            self.app.copy_to_clipboard(to_text(poem).removesuffix("\n") if poem else snapshot.text)
            if self.app.is_web:
                self.notify("Copied.")
            elif poem:
                words = "Copied, and saved as"
                self.run_worker(give(self.app, poem, "txt", words))

    def action_export(self) -> None:
        """Saves the poem as a file."""
        if self._as_saved() is not None:
            self.app.push_screen(ExportScreen(), self._export)

    def _export(self, kind: str | None) -> None:
        """Saves the poem in one of `FORMATS`, or the whole library."""
        if kind == LIBRARY:
            self.run_worker(give_library(self.app, self._library))
        elif kind is not None and (poem := self._as_saved()):
            self.run_worker(give(self.app, poem, kind))

    def action_print(self) -> None:
        """Sends the poem to the printer."""
        if poem := self._as_saved():
            self.run_worker(send_to_printer(self.app, poem))

    def action_import(self, path: str = "") -> None:
        """Adds the poems of a file to the library, or asks for one. Raises `RumiError` where that cannot be."""
        if name := path.strip().strip("'\""):  # which a terminal puts around a file that is dropped on it
            self.notify(take_in(self._library, read_file(Path(name))).words)
        else:
            self.app.push_screen(ImportScreen(), self._take_in)

    def _take_in(self, path: str | None) -> None:
        if path and path.strip():
            with complaining(self):
                self.action_import(path)

    def _snapshot(self) -> Snapshot | None:
        """What stands on the page; tells the person where nothing does."""
        if self._desk.now is None:
            self.notify("There is no poem on the page yet: write one.")
        return self._desk.now

    def _as_saved(self) -> KeptPoem | None:
        """The poem on the page as the library has it, as far as it stands there; tells why if there is none."""
        if snapshot := self._snapshot():
            with complaining(self):
                return self._desk.as_saved(snapshot)
        return None

    async def action_tree(self) -> None:
        """Shows all branches of the poem."""
        if (snapshot := self._snapshot()) and (family := self._family(snapshot.draft)):
            assert snapshot.draft.id is not None
            self.app.push_screen(TreeScreen(family, snapshot.draft.id, self._mode), self._open)

    async def action_next_branch(self) -> None:
        """Turns to the next branch of the poem, and from the last to the first."""
        if (snapshot := self._snapshot()) and (family := self._family(snapshot.draft)):
            ids = [poem.id for poem in family]
            if len(ids) > 1 and snapshot.draft.id in ids:
                await self._open(family[(ids.index(snapshot.draft.id) + 1) % len(ids)])
            else:
                self.notify("This poem has no branches yet: the lens makes one.")

    def _family(self, draft: Draft) -> list[KeptPoem]:
        with complaining(self):
            return self._desk.family(draft)
        return []

    async def action_library(self) -> None:
        """Looks through the poems that were kept."""
        with complaining(self):
            screen = LibraryScreen(self._library, self._mode, self._library_order, self._remember_order)
            self.app.push_screen(screen, self._open)

    def _remember_order(self, order: str) -> None:
        self._library_order = order

    async def _open(self, poem: KeptPoem | None) -> None:
        if poem is None:
            return
        await self._desk.finish()
        with complaining(self):
            self._desk.open(poem.id)
            changed = "" if poem.is_real else ", changed by hand"
            author = f"Rumi{changed}" if poem.real and not poem.passages else poem.model
            self._show(f"{author}, {poem.form}, {poem.written_here:%Y-%m-%d}")
