"""How the page goes on where another session left off, and how one begins afresh."""

from __future__ import annotations

from textual.css.query import NoMatches

from rumi_tui.console.complaints import complain, complaining
from rumi_tui.console.keymap import in_force, spoken
from rumi_tui.console.screens.prompting import PromptingScreen
from rumi_tui.console.session_file import SavedSession, defaults_of
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.prompt import Prompt
from rumi_tui.console.widgets.settings_bar import SettingsBar
from rumi_tui.console.writing.history import Change


class SessionScreen(PromptingScreen):
    """A screen that can be saved and taken up again: its poem and steps, its settings, its prompt."""

    _last: SavedSession
    _has_begun = False
    _has_steps = False
    """Whether those of the last session could be taken up, or are not wanted any more."""

    def on_mount(self) -> None:
        """Takes up the last session; its settings stand there already. Tells of a library that had to be set aside."""
        if self._library.set_aside is not None:
            complain(self, f"The library was damaged. It is now {self._library.set_aside}, and a new one was started.")
        last, prompt = self._last, self.query_one(Prompt)
        self._library_order, self._asked_for_order = last.library_order, last.asked_for_order
        if last.prompt:
            prompt.take_up(last.prompt, last.cursor, last.is_sent)
            self._followed_verse = prompt.text  # whoever chose another model than its own meant that
        with complaining(self):
            self._desk.take_up(last.steps, last.number)
            if self._desk.now is not None:
                self._show(f"Here you left off. {spoken(in_force(self._file.settings.keys)['new'])} begins afresh.")
                self.query_one(PoemView).scroll_to_line(last.top)
            self._has_steps = True
        self._has_begun = True

    def saved(self) -> SavedSession | None:
        """What another console is to take up; None as long as the last session was not, and where the page is gone."""
        if not self._has_begun:
            return None
        try:
            prompt, view = self.query_one(Prompt), self.query_one(PoemView)
            settings = self.query_one(SettingsBar).latest_values
        except NoMatches:  # a page goes piece by piece
            return None
        steps, number = self._desk.history.saved()
        if not self._has_steps and all(step.poem is None for step in steps):  # the library may be readable again then
            steps, number = self._last.steps, self._last.number
        return SavedSession(
            settings=settings,
            defaults=defaults_of(self._file.settings),
            steps=steps,
            number=number,
            top=view.top,
            prompt=prompt.verse,
            cursor=prompt.cursor_in_verse,
            is_sent=bool(prompt.verse) and not prompt.unsent_verse,
            library_order=self._library_order,
            asked_for_order=self._asked_for_order,
        )

    async def close(self) -> str:
        """Stops, saves, and gives back the poems that could not be saved."""
        return await self._desk.close()

    async def action_new(self) -> None:
        """Empties the page, and lets all settings but the model be as the settings file has them."""
        await self._desk.finish()
        bar, old_values = self.query_one(SettingsBar), self._values()
        bar.begin_afresh()
        self.query_one(Prompt).discard()
        values = self._values()
        names = sorted(values, key=lambda name: name != "form")  # on which the rhyme depends
        names = [name for name in names if values[name] != old_values[name]]
        before, after = ({name: some[name] for name in names} for some in (old_values, values))
        self._desk.clear(Change(before, after) if names else None)
        self._has_steps = True
        self._show(f"An empty page{', and the settings as F4 has them' if names else ''}.")
