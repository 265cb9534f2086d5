"""How the room of the screen is used: what steps back so that the poem is alone, and what stands beside it.

Knows nothing of how poems are written.
"""

from __future__ import annotations

import datetime
from functools import partial

from textual import events, on
from textual.binding import ActiveBinding, Binding
from textual.timer import Timer
from textual.widgets import Tree

from rumi_tui.console.plain import is_plain
from rumi_tui.console.screens.reading import TODAY, named
from rumi_tui.console.screens.real_verse import RealVerseScreen
from rumi_tui.console.settings import ENTRIES, UserSettings
from rumi_tui.console.widgets.prompt import Prompt
from rumi_tui.console.widgets.side_pane import BesideView, SidePane
from rumi_tui.console.writing.draft import Draft
from rumi_tui.library.poem import KeptPoem
from rumi_tui.texts.places import Place
from rumi_tui.texts.reader import Works

BROAD = 120
"""Columns of a screen from which on something may stand beside the poem."""
UNDISTURBED_SECONDS = 1.0
"""How long a poem is being written before settings and keys step back: a quick one lets nothing flicker."""
NAMES = {"rumi": "Rumi", "tree": "The tree"}
TOLD_FOCUS = {"off": "Settings and keys are back.", "on": "Only the poem: Tab brings the settings."}
TOLD_SCREEN_READER = {
    "off": "Frames and colours come back with the next start.",
    "on": "Plain lines for a screen reader come with the next start.",
}
TOLD_BESIDE = {
    "off": "Nothing stands beside the poem.",
    "rumi": "Rumi stands beside the poem: Tab leads there, ← and → turn the page, Enter opens it.",
    "tree": "The branches stand beside the poem: Tab leads there, Enter opens one.",
}


class ArrangingScreen(RealVerseScreen):
    """A screen with a poem, settings, a prompt, the row of keys, and a pane beside the poem."""

    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (48, "-narrow"), (78, "-wide"), (96, "-roomy"), (BROAD, "-broad")]
    BINDINGS = [
        Binding("tab", "go_round(1)", show=False),
        Binding("shift+tab", "go_round(-1)", show=False),
    ]
    FIRST_KEYS = ("stop", "show_help")
    """What the footer shows on a screen of any width, and while a poem is being written."""
    _arranged: UserSettings | None = None
    """The settings that the page was last arranged by."""
    _until_undisturbed: Timer | None = None
    _waits_for_room = False
    """Whether it was told that what is to stand beside the poem needs a wider screen."""
    _followed: Draft | None = None
    """The poem that the pane was last told of."""

    def follow_settings(self) -> None:
        """Arranges the page as the settings say, and tells what is new of it."""
        settings, old = self._file.settings, self._arranged
        self._arranged = settings
        self.set_class(settings.focus == "on", "-focus")
        self.set_class(settings.beside != "off", "-beside")
        if settings.focus == "on" and self.query("SettingsBar:focus-within"):
            self.set_focus(self.query_one(Prompt))
        self._fill_pane()
        if old is not None and old.focus != settings.focus:
            self.notify(TOLD_FOCUS[settings.focus])
        if old is not None and old.beside != settings.beside:
            self._tell_beside()
        if old is not None and old.screen_reader != settings.screen_reader:
            self.notify(TOLD_SCREEN_READER[settings.screen_reader])

    # The poem alone

    async def action_show_focus(self) -> None:
        """Leaves the poem and the prompt alone on the screen, or no longer."""
        focus = "off" if self._file.settings.focus == "on" else "on"
        await self._attempt("focus", partial(self._put, "focus", focus))

    def action_go_round(self, step: int) -> None:
        """Moves the focus on or back; where the settings have stepped back, they come for as long as they have it."""
        move = self.focus_next if step > 0 else self.focus_previous
        if self.has_class("-focus") and not self.has_class("-asked"):
            self.add_class("-asked")
            self.call_after_refresh(move)
        else:
            move()

    @on(events.DescendantFocus)
    def _forget_settings(self) -> None:
        if isinstance(self.focused, Prompt):
            self.remove_class("-asked")

    def _step_back(self) -> None:
        """Has settings and keys step back once a poem has been written for a moment; they keep their rows."""
        self._come_back()
        if is_plain(self):
            return
        self._until_undisturbed = self.set_timer(UNDISTURBED_SECONDS, partial(self._leave_undisturbed, True))

    def _come_back(self) -> None:
        if self._until_undisturbed is not None:
            self._until_undisturbed.stop()
        self._leave_undisturbed(False)

    def _leave_undisturbed(self, is_writing: bool) -> None:
        self.set_class(is_writing, "-undisturbed")
        self.refresh_bindings()

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys that the footer shows, fewer of them while a poem is being written."""
        bindings = super().active_bindings
        if not self.has_class("-undisturbed"):
            return bindings
        return {
            key: active
            for key, active in bindings.items()
            if active.binding.action in self.FIRST_KEYS or not active.binding.show
        }

    # Beside the poem

    async def action_beside(self) -> None:
        """Goes over to the next that can stand beside the poem: Rumi's verse, its branches, nothing."""
        choices = ENTRIES["beside"].choices
        next_choice = choices[(choices.index(self._file.settings.beside) + 1) % len(choices)]
        await self._attempt("beside", partial(self._put, "beside", next_choice))

    def _tell_beside(self) -> None:
        beside, width = self._file.settings.beside, self.size.width
        self._waits_for_room = beside != "off" and width < BROAD
        if self._waits_for_room:
            self.notify(f"{NAMES[beside]} will stand beside the poem on {BROAD} columns; this screen has {width}.")
        else:
            self.notify(TOLD_BESIDE[beside])

    @on(events.ScreenResume)
    @on(events.Resize)
    def _fill_pane(self) -> None:
        """Brings what stands beside the poem up to date, where it is to be seen."""
        if self.size.width < BROAD or not self.query(SidePane):
            return
        if self._waits_for_room:
            self._tell_beside()
        pane, beside = self.query_one(SidePane), self._file.settings.beside
        if beside == "tree":
            snapshot = self._desk.now
            pane.show_tree(self._family(snapshot.draft) if snapshot else [], snapshot.draft.id if snapshot else None)
        elif beside == "rumi":
            pane.show_verse()

    def _follow_poem(self) -> None:
        """Shows beside a poem its branches as they are now, and what it goes on from."""
        draft = self._desk.now.draft if self._desk.now else None
        if draft is not None and draft is not self._followed and draft.real is not None and draft.real.address:
            self.query_one(SidePane).wanted = draft.real.address
        self._followed = draft
        self._fill_pane()

    def _find_beside(self, works: Works, typed: str) -> Place:
        """A place of Rumi's works; what stands there on a day is in the language that one writes in, if it can be.

        Raises `RumiError` where it is none, or not here.
        """
        if typed == TODAY:
            return works.of_the_day(datetime.date.today(), self._language)
        return named(works, typed, None)

    @on(BesideView.Read)
    def _read_on(self, event: BesideView.Read) -> None:
        self.action_read(event.place.reference)

    @on(Tree.NodeSelected)
    async def _open_branch(self, event: Tree.NodeSelected[KeptPoem]) -> None:
        poem, snapshot = event.node.data, self._desk.now
        if poem is not None and (snapshot is None or snapshot.draft.id != poem.id):
            await self._open(poem)

    def action_turn(self, step: int) -> None:
        """Turns to the poem of Rumi's before or after the one beside the poem."""
        if not self.query_one(SidePane).turn(step):
            self.notify("This is the first." if step < 0 else "This is the last.")
