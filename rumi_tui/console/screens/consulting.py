"""What leads from the page to Rumi's own verse, and from a couplet of his back to writing.

Knows nothing of how his verse is found or read.
"""

from __future__ import annotations

from functools import partial

from rumi_tui.console.screens.prompting import POEM, PromptingScreen
from rumi_tui.console.screens.reading import ReadingScreen
from rumi_tui.console.screens.verses import Asking, VersesScreen
from rumi_tui.console.widgets.settings_bar import SettingsBar
from rumi_tui.console.writing.draft import Settings
from rumi_tui.texts.opening import Opening


class ConsultingScreen(PromptingScreen):
    """A screen from which Rumi is asked, searched and read."""

    def _settings(self) -> Settings:
        return self.query_one(SettingsBar).read()

    def action_ask(self, question: str = "") -> None:
        """Asks the real verse."""
        self._find_verses("ask", question)

    def action_search(self, words: str = "") -> None:
        """Searches the real verse."""
        self._find_verses("search", words)

    def _find_verses(self, kind: Asking, words: str) -> None:
        self.app.push_screen(VersesScreen(self._library, kind, words, self._mode), self._write_after)

    def action_read(self, place: str = "") -> None:
        """Reads in the works: at a place, or the poem of the day, and from there whatever the person likes."""
        language = self.query_one(SettingsBar).model.partition("-")[0]  # of no use where it is a file
        self.app.push_screen(ReadingScreen(self._library, self._mode, place, language), self._write_after)

    async def _write_after(self, opening: Opening | None) -> None:
        if opening is not None:
            await self._attempt(POEM, partial(self._write_from, opening))

    async def _write_from(self, opening: Opening) -> None:
        await self._desk.write_after(self._settings(), opening)
