"""What is done with poems that are kept: a title, a copy, a file, and another one opened on the page."""

from __future__ import annotations

from functools import partial

from textual.screen import Screen

from rumi_tui.bidi import Mode
from rumi_tui.console.complaints import complaining
from rumi_tui.console.screens.export import ExportScreen
from rumi_tui.console.screens.library import LibraryScreen
from rumi_tui.console.screens.name import Name, NameScreen
from rumi_tui.console.screens.tree import TreeScreen
from rumi_tui.console.writing.desk import Desk
from rumi_tui.console.writing.draft import Draft
from rumi_tui.console.writing.history import Snapshot
from rumi_tui.library.formats import save_file, to_text
from rumi_tui.library.store import KeptPoem, Library
from rumi_tui.locations import poems_folder


class KeepingScreen(Screen[None]):
    """A screen with a poem on it."""

    _library: Library
    _desk: Desk
    _mode: Mode

    def _show(self, words: str) -> None:
        """Shows what the desk has on the page, with a word on how it came there."""
        raise NotImplementedError

    def action_name(self) -> None:
        """Gives the poem on the page a title and tags."""
        if poem := self._as_saved():
            self.app.push_screen(NameScreen(poem), partial(self._take_name, poem))

    def _take_name(self, poem: KeptPoem, name: Name | None) -> None:
        if name is not None:
            with complaining(self):
                self._library.name(poem.id, name.title, name.tags)

    def action_copy(self) -> None:
        """Gives the poem to the terminal's clipboard, and to a file, since no terminal says whether it took it."""
        if snapshot := self._snapshot():
            poem = self._as_saved()
            self.app.copy_to_clipboard(to_text(poem) if poem and poem.real else snapshot.text)
            if poem:
                self._save_file(poem, "txt", "Copied, and saved as")

    def action_export(self) -> None:
        """Saves the poem as a file."""
        if self._as_saved() is not None:
            self.app.push_screen(ExportScreen(), self._export)

    def _export(self, ending: str | None) -> None:
        if ending is not None and (poem := self._as_saved()):
            self._save_file(poem, ending, "Saved as")

    def _save_file(self, poem: KeptPoem, ending: str, words: str) -> None:
        with complaining(self):
            self.notify(f"{words} {save_file(poem, ending, poems_folder())}")

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
            self.app.push_screen(LibraryScreen(self._library, self._mode), self._open)

    async def _open(self, poem: KeptPoem | None) -> None:
        if poem is None:
            return
        await self._desk.finish()
        with complaining(self):
            self._desk.open(poem.id)
            author = "Rumi" if poem.is_real else poem.model
            self._show(f"{author}, {poem.form}, {poem.written[:10]}")
