"""What is done with a poem that stands on the page, whoever wrote it: a title, a copy, a file."""

from __future__ import annotations

from functools import partial

from textual.screen import Screen

from rumi_tui.console.complaints import complaining
from rumi_tui.console.screens.export import ExportScreen
from rumi_tui.console.screens.name import Name, NameScreen
from rumi_tui.console.writing.desk import Desk
from rumi_tui.console.writing.history import Snapshot
from rumi_tui.library.formats import save_file, to_text
from rumi_tui.library.store import KeptPoem, Library
from rumi_tui.locations import poems_folder


class KeepingScreen(Screen[None]):
    """A screen with a poem on it."""

    _library: Library
    _desk: Desk

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
                self._save_file(poem, "txt", "Copied. If your terminal keeps no clipboard, the poem is in")

    def action_export(self) -> None:
        """Saves the poem as a file."""
        if self._as_saved() is not None:
            self.app.push_screen(ExportScreen(), self._export)

    def _export(self, ending: str | None) -> None:
        if ending is not None and (poem := self._as_saved()):
            self._save_file(poem, ending, "Saved as")

    def _save_file(self, poem: KeptPoem, ending: str, words: str) -> None:
        with complaining(self):
            self.notify(f"{words} {save_file(poem, ending, poems_folder())}", markup=False, timeout=10)

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
