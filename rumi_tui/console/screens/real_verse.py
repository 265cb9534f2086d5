"""What leads from the page to Rumi's own verse, and from there back to the machine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from rumi_tui.console.screens.cento import CentoScreen
from rumi_tui.console.screens.gloss import GlossScreen
from rumi_tui.console.screens.prompting import TO_WRITE
from rumi_tui.console.screens.reading import ReadingScreen
from rumi_tui.console.screens.session import SessionScreen
from rumi_tui.console.screens.verses import Asking, VersesScreen
from rumi_tui.console.widgets.settings_bar import SettingsBar
from rumi_tui.console.widgets.side_pane import SidePane
from rumi_tui.console.writing.desk import AnyJob
from rumi_tui.console.writing.draft import Draft, Settings
from rumi_tui.engine.messages import Event
from rumi_tui.locations import texts_folder
from rumi_tui.texts.opening import Opening


class RealVerseScreen(SessionScreen):
    """A screen with a poem on it, from which the works can be read, asked and searched."""

    _beside: tuple[CentoScreen, AnyJob] | None = None
    """A cento that the machine writes beside, while it is looked at."""

    def _settings(self) -> Settings:
        """Those that a poem would be written with now."""
        return self.query_one(SettingsBar).read()

    def _open_page(self, open_page: Callable[[], object]) -> None:
        """Opens a page of the real verse; as far as that is there, some of it is Persian."""
        if any(texts_folder().glob("*.txt")):
            self._ask_order(open_page)
        else:
            open_page()

    def action_ask(self, question: str = "") -> None:
        """Asks the real verse."""
        self._find_verses("ask", question)

    def action_search(self, words: str = "") -> None:
        """Searches the real verse."""
        self._find_verses("search", words)

    def _find_verses(self, kind: Asking, words: str) -> None:

        def open_page() -> None:
            self.app.push_screen(VersesScreen(self._library, kind, words, self._mode), self._write_after)

        self._open_page(open_page)

    def action_read(self, typed: str = "") -> None:
        """Reads in the works: at a place, or the poem of the day, and from there whatever the person likes."""

        def open_page() -> None:
            screen = ReadingScreen(self._library, self._mode, typed, self._language)
            self.app.push_screen(screen, partial(self._leave_reading, screen))

        self._open_page(open_page)

    @property
    def _language(self) -> str:
        """The one that is written in; of no use where the model is a file."""
        return self.query_one(SettingsBar).model.partition("-")[0]

    async def _leave_reading(self, screen: ReadingScreen, opening: Opening | None) -> None:
        """Beside the poem stays what was read."""
        if screen.place is not None:
            self.query_one(SidePane).wanted = screen.place.reference
        await self._write_after(opening)

    async def _write_after(self, opening: Opening | None) -> None:
        if opening is not None:
            await self._attempt(TO_WRITE, partial(self._write_from, opening))

    async def _write_from(self, opening: Opening) -> None:
        await self._desk.write_after(self._settings(), opening)

    def action_gloss(self, line: str = "") -> None:
        """Shows the likeliest English of the Persian words of a line, or else of the poem on the page."""
        if line:
            self.app.push_screen(GlossScreen(line, self._mode))
        elif snapshot := self._snapshot():
            self.app.push_screen(GlossScreen(snapshot.text, self._mode))

    def action_cento(self, words: str = "") -> None:
        """Makes a poem of Rumi's own couplets around some words."""

        async def write_beside(draft: Draft, like: Opening) -> None:
            settings = self._settings()
            await self._put_on_page(draft)
            await self._desk.write_beside(settings, draft.text.count("\n") + 1, like)
            if self._desk.job is not None:
                self._beside = screen, self._desk.job

        screen: CentoScreen

        def open_page() -> None:
            nonlocal screen
            screen = CentoScreen(self._library, words, self._mode, write_beside)
            self.app.push_screen(screen, self._leave_cento)

        self._open_page(open_page)

    def _draw_beside(self, job: AnyJob | None, event: Event) -> None:
        """Lets the cento show what is written beside it."""
        if self._beside is not None and self._beside[1] is job:
            self._beside[0].draw(event)

    async def _leave_cento(self, chosen: Draft | Opening | None) -> None:
        self._beside = None
        if isinstance(chosen, Opening):
            await self._write_after(chosen)
        elif chosen is not None:
            await self._put_on_page(chosen)

    async def _put_on_page(self, cento: Draft) -> None:
        await self._desk.finish()
        if self._desk.now is None or self._desk.now.draft is not cento:
            self._desk.keep(cento)
        self._show("every line is Rumi's, the order is the program's")
