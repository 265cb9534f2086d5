"""The Textual application: what all screens share."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from functools import partial
from typing import Any

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.driver import Driver
from textual.screen import Screen

from models.characters import told
from models.errors import RumiError
from rumi_tui.bidi import KEEPS, ORDERS, Mode, choose_mode
from rumi_tui.console import actions, keyboard, keymap
from rumi_tui.console.complaints import complain, complaining
from rumi_tui.console.fetching import Fetching
from rumi_tui.console.gate import Gate
from rumi_tui.console.notices import Notices
from rumi_tui.console.pasting import take_pastes_as_text
from rumi_tui.console.plain import PLAIN, SHOW_CURSOR, PlainFilter
from rumi_tui.console.screens.fetch import FetchScreen
from rumi_tui.console.screens.help import HelpScreen
from rumi_tui.console.screens.messages import MessagesScreen
from rumi_tui.console.screens.order import EnteredOver, TypedOver
from rumi_tui.console.screens.palette import Palette
from rumi_tui.console.screens.settings import SettingsScreen
from rumi_tui.console.screens.tour import TourScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.session_file import SessionFile, begin
from rumi_tui.console.settings import SettingsFile, UserSettings
from rumi_tui.console.themes import DESCRIPTIONS, THEMES
from rumi_tui.console.themes.few_colours import CHOICE, FewColours
from rumi_tui.console.web.packets import with_whole_packets
from rumi_tui.console.widgets.prompt import Prompt
from rumi_tui.console.widgets.settings_bar import SettingsBar
from rumi_tui.console.widgets.status_line import StatusLine
from rumi_tui.console.writing.writer import Writer
from rumi_tui.library.store import Library
from rumi_tui.search.background import reading
from rumi_tui.search.indexing import indexing
from rumi_tui.search.model_files import is_model_here

LOOK_SECONDS = 1.0
"""Between two looks at what goes on beside the writing."""

SAVE_SECONDS = 1.0
"""At most so much of a session is lost where the console is killed; of its poems less, see `Draft`."""
SAVE_AGAIN_SECONDS = 5.0
"""Between two tries to save what could not be saved: where another program holds the library, one takes a second."""
NOT_SAVED = "not saved"


class RumiApp(App[None]):
    """The console."""

    TITLE = "Rumi"
    CSS_PATH = [
        "themes/no_color.tcss",
        "screens/write.tcss",
        "screens/cento.tcss",
        "screens/contents.tcss",
        "screens/drafts.tcss",
        "screens/edit.tcss",
        "screens/export.tcss",
        "screens/fetch.tcss",
        "screens/gloss.tcss",
        "screens/help.tcss",
        "screens/lens.tcss",
        "screens/library.tcss",
        "screens/line.tcss",
        "screens/messages.tcss",
        "screens/name.tcss",
        "screens/order.tcss",
        "screens/palette.tcss",
        "screens/piece.tcss",
        "screens/reading.tcss",
        "screens/settings.tcss",
        "screens/taking_in.tcss",
        "screens/tour.tcss",
        "screens/tree.tcss",
        "screens/verses.tcss",
        "widgets/settings_bar.tcss",
        "widgets/lens_view.tcss",
        "widgets/poem_view.tcss",
        "widgets/reading_view.tcss",
        "widgets/side_pane.tcss",
        "widgets/status_line.tcss",
        "themes/plain.tcss",
    ]
    BINDINGS = actions.bindings(actions.EVERYWHERE)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (78, "-wide"), (96, "-roomy")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (14, "-tall")]

    def __init__(
        self,
        library: Library,
        model: str | None,
        mode: Mode,
        settings: SettingsFile | None = None,
        welcome: bool = False,
        screen_reader: bool = False,
        asks_order: bool = False,
        session: SessionFile | None = None,
    ) -> None:
        """The library and the model to begin with; without a model, that of the last session or of the settings.

        Without a settings file the defaults hold, and without one of the session nothing comes back. Whoever is to be
        welcomed is shown the tour first. A screen reader may be there though the settings say nothing. How
        right-to-left lines look right may be asked when the first one comes up.
        """
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)  # else grey would be drawn for it
        self.library = library
        self.settings_file = settings or SettingsFile()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self.settings_file.settings.theme  # before there is a page, whose styles would be worked out twice
        self._welcome = welcome
        self.notices = Notices()
        """What was told so far."""
        self.unsaved_poems = ""
        """What could not be saved by the end, as text; empty where everything is kept."""
        self.writer = Writer()
        self._fetching = Fetching()
        self._filters.append(Gate())  # for which Textual has no other place
        if screen_reader or self.settings_file.settings.screen_reader == "on":
            self.add_class(PLAIN)
            self._filters.append(PlainFilter())
            self.animation_level = "none"
        if (depth := self.console.color_system) in CHOICE and not os.environ.get("NO_COLOR"):
            self._filters.append(FewColours(depth))
        self._session_file = session or SessionFile()
        self._saving = asyncio.Lock()
        begun = begin(self._session_file, self.settings_file.settings, model, is_first=welcome)
        self._trouble, self._cannot_save = begun.trouble, False
        self._writing = WriteScreen(library, self.writer, begun.model, mode, self.settings_file, begun.session)
        self._writing.asks_order = asks_order

    def get_driver_class(self) -> type[Driver]:
        """What reads the keyboard and writes to the screen or to a page."""
        take_pastes_as_text()
        return with_whole_packets(keyboard.with_alternate_keys(super().get_driver_class()))

    async def on_mount(self) -> None:
        """Opens the page to write on."""
        self.set_keymap(keymap.for_textual(self._keys))
        if self.has_class(PLAIN):
            self._show_cursor()
            self.app_resume_signal.subscribe(self, self._show_cursor)
        await self.push_screen(self._writing)
        if self._trouble:
            complain(self._writing, self._trouble)
        self.set_interval(LOOK_SECONDS, self._tell_what_goes_on)
        if self._welcome:
            self.action_tour()
        self.set_interval(SAVE_SECONDS, self._save_changes)
        self.set_interval(SAVE_AGAIN_SECONDS, self._writing.save_again)

    def push_screen(self, screen: Screen[Any] | str, *args: Any, **options: Any) -> Any:
        """Opens a page that has the classes of its size from the beginning: else its styles were worked out twice."""
        if isinstance(screen, Screen):
            for size, wanted, usual in (
                (self.size.width, screen.HORIZONTAL_BREAKPOINTS, self.HORIZONTAL_BREAKPOINTS),
                (self.size.height, screen.VERTICAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS),
            ):
                breakpoints = sorted(usual if wanted is None else wanted)
                screen.add_class(*[name for least, name in breakpoints if least <= size][-1:])
        return super().push_screen(screen, *args, **options)

    def _save_changes(self) -> None:
        """Saves the session where it has changed; beside everything else, since a disk may be slow."""
        session = self._writing.saved()
        if session is not None and not self._session_file.has_saved(session):
            self.run_worker(self._save(), group="session")

    async def _save(self) -> None:
        """Saves the session as it is once no other is being written, so that the newest is written last."""
        async with self._saving:
            if (session := self._writing.saved()) is None:
                return
            try:
                await asyncio.to_thread(self._session_file.write, session)
                self._cannot_save = False
            except RumiError as error:
                if not self._cannot_save:  # once is enough
                    complain(self._writing, str(error))
                self._cannot_save = True

    def _show_cursor(self, *_: object) -> None:
        if self._driver is not None:
            self._driver.write(SHOW_CURSOR)

    def get_key_display(self, binding: Binding) -> str:
        """How a key is written in the footer: in words where it is read aloud."""
        return keymap.spoken(binding.key) if self.has_class(PLAIN) else super().get_key_display(binding)

    def action_command_palette(self) -> None:
        """Opens the palette where it is not on top: another may lie below, so it has no id as that of Textual has."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_show_help(self) -> None:
        """Shows what can be done, or no longer."""
        self._turn_over(HelpScreen(self._keys, self.is_web))

    def action_tour(self) -> None:
        """Shows the pages for newcomers, or no longer."""
        self._turn_over(TourScreen(self._keys))

    def action_settings(self) -> None:
        """Shows the settings, or no longer."""
        self._turn_over(SettingsScreen(self.settings_file))

    def action_messages(self) -> None:
        """Shows what was told so far, or no longer."""
        self._turn_over(MessagesScreen([*self.notices], self.mode))

    def action_help_quit(self) -> None:
        """Tells whoever interrupts the program how to leave it."""
        self.notify(f"{keymap.spoken(self._keys['quit'])} quits.")

    def action_fetch(self) -> None:
        """Fetches the texts, or shows how far they are, or no longer."""
        if not isinstance(self.screen, FetchScreen) and not self._fetching.is_running:
            self.run_worker(self._fetch(), group="fetch")
        self._turn_over(FetchScreen(self._fetching))

    def action_fetch_model(self) -> None:
        """Fetches the model of meaning, and the texts if need be, or shows how far they are."""
        self._fetching.wants_model = True
        self.action_fetch()

    async def _fetch(self) -> None:
        words = await self._fetching.run()
        if self._fetching.wants_model and is_model_here():
            reading.start(again=True)
        self._tell_what_goes_on()
        if not isinstance(self.screen, FetchScreen):
            self._writing.notify(words, severity="error" if self._fetching.has_failed else "information")

    def _tell_what_goes_on(self) -> None:
        """Says beside what is written that it is not saved, or how far the fetch or the reading of the texts is."""
        for line in self._writing.query(StatusLine):
            line.accompany(NOT_SAVED * self._writing.has_unsaved or self._fetching.in_short or reading.in_short)

    def notify(self, message: str, **options: Any) -> None:
        """Tells something in one row of the screen, as it is, brackets and all.

        Textual would lay it on a corner of the screen for some seconds. Of its `options` only the `severity` matters.
        """
        is_error = options.get("severity") == "error"
        message = told(message)
        self.notices.add(message, is_error)
        if not self.screen_stack or not self.screen.is_attached:  # on the way out
            return
        if lines := self.screen.query(StatusLine):
            lines.first().tell(message, is_error)
        else:
            self.screen.mount(StatusLine(self.mode, message, is_error))

    async def on_event(self, event: events.Event) -> None:
        """Takes each key as it is meant, and lets letters reach the prompt.

        Takes a message that was read from a dialog, where nothing else would.
        """
        if isinstance(event, events.Key) and not event.is_forwarded and self.screen_stack:
            event = keyboard.as_meant(event, self.focused)
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded and self._writing.is_active:
            self._writing.guide(event)
        if isinstance(event, events.Key) and self.screen_stack and self.screen.is_modal:
            for line in self.screen.query(StatusLine):
                line.display = not line.has_stood
        await super().on_event(event)

    @property
    def mode(self) -> Mode:
        """How right-to-left lines are ordered now."""
        return self._writing.mode

    @on(WriteScreen.OrderChanged)
    def _tell_terminal(self, event: WriteScreen.OrderChanged) -> None:
        """Has the terminal leave right-to-left lines as they are, or order them."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(KEEPS if event.mode == "app" else ORDERS)

    @property
    def _keys(self) -> dict[str, str]:
        return keymap.in_force(self.settings_file.settings.keys, self.is_web)

    def _turn_over(self, page: Screen[None]) -> None:
        """Lays a page on what is there; takes it away where it is there already."""
        if isinstance(self.screen, type(page)):
            self.screen.dismiss(None)
        else:
            self.push_screen(page)

    @on(TypedOver)
    def _begin(self, event: TypedOver) -> None:
        """Lets what is typed over another page begin a poem."""
        self._writing.query_one(Prompt).take_in(event.text)

    @on(EnteredOver)
    def _submit(self) -> None:
        """Has an Enter send what was typed, if anything: behind the keys that still wait there."""
        prompt = self._writing.query_one(Prompt)
        if prompt.unsent_text:
            prompt.post_message(events.Key("enter", "\r"))

    @on(SettingsScreen.Changed)
    def _follow(self, event: SettingsScreen.Changed) -> None:
        """Lets a changed setting hold at once."""
        self._hold(self.settings_file.settings)
        if event.entry.name == "rtl":
            self._writing.asks_order &= self.settings_file.settings.rtl == "auto"  # anything else says it
            self._writing.order(choose_mode(self.settings_file.settings.rtl, os.environ))
        self._writing.query_one(SettingsBar).follow(event.entry, self.settings_file.settings)
        self._writing.follow_settings()

    def _hold(self, settings: UserSettings) -> None:
        self.theme = settings.theme
        self.set_keymap(keymap.for_textual(self._keys))

    def _choose_theme(self, name: str) -> None:
        with complaining(self):
            self.settings_file.change("theme", name)
            self.theme = name

    async def action_quit(self) -> None:
        """Leaves, with everything saved that can be."""
        await self._close()
        self.exit()

    async def _close(self) -> None:
        """Ends all that goes on. May be done twice: what could not be saved is tried again."""
        self.unsaved_poems = await self._writing.close()
        await self._save()
        await self.writer.close()
        await self._fetching.close()
        indexing.close()

    async def on_exit_app(self) -> None:
        """Leaves as orderly where it is a page in a browser that was closed."""
        await self._close()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: what can be done now, with its keys, and the choice of colours."""
        keys = self._keys
        on_page = self._writing.fitting_actions() if screen is self._writing else ()
        for action in (*on_page, *actions.EVERYWHERE):
            owner = self._writing if action in actions.WRITING else self
            words = f"{action.help} {keymap.spoken(keys[action.command])}"
            yield SystemCommand(action.title, words, getattr(owner, f"action_{action.name}"))
        for name, words in DESCRIPTIONS.items():
            yield SystemCommand(f"Colours: {name}", words, partial(self._choose_theme, name))
