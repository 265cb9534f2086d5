"""What is typed into the prompt: how a poem begins, a command, a setting. What cannot be done yet waits.

Knows nothing of what the commands do.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from textual import events, on
from textual.binding import Binding
from textual.widgets import Input, OptionList, Select, Tree

from rumi_tui.console.actions import SCROLLING, WRITING
from rumi_tui.console.complaints import complaining
from rumi_tui.console.keymap import DELETING, in_force
from rumi_tui.console.plain import is_plain
from rumi_tui.console.screens.order import OrderingScreen
from rumi_tui.console.screens.settings import SettingsScreen
from rumi_tui.console.settings import ENTRIES, as_typed, choice_of, typed, value_of
from rumi_tui.console.slash_commands import OF_THE_FILE, SIGN, RunAction, SetValue, read_command
from rumi_tui.console.widgets.page import Page
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.prompt import Prompt
from rumi_tui.console.widgets.settings_bar import LEFT_OUT, NotYetError, SettingsBar
from rumi_tui.console.widgets.side_pane import BesideView
from rumi_tui.console.writing.history import Change
from rumi_tui.verse.languages import language_name, language_typed

Step = Callable[[], Awaitable[None]]
TO_WRITE = "write"
"""What a step is called that has something written: the latest of them takes the place of one that still waits."""


class PromptingScreen(OrderingScreen):
    """A screen with a prompt, to which every letter goes that nothing else takes."""

    BINDINGS = [Binding(key, f"move_poem({way!r})", show=False) for key, way in SCROLLING.items()]

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[str, Step] = {}
        """What was asked for and cannot be done yet, in its order."""
        self._deletes = False
        """Whether there is something for the keys that delete, as the row of keys was last told."""
        self._language_typed: str | None = None
        """The language of the prompt, where it has letters."""
        self._followed_verse = ""
        """The beginning whose script was followed last."""

    @property
    def _taking_words(self) -> Mapping[str, Callable[[str], Awaitable[None] | None]]:
        """What does the actions that can be told something."""
        raise NotImplementedError

    async def _write_new(self, text: str) -> None:
        raise NotImplementedError

    async def _take_changes(self) -> None:
        raise NotImplementedError

    # Where letters, page keys and the wheel go

    def guide(self, event: events.Key | events.Paste) -> None:
        """Gives the focus to the prompt for what is typed or pasted, unless what has it takes that.

        To be called before the event goes to what has the focus, or letters would overtake each other.
        """
        prompts = self.query(Prompt)  # none while the page is not composed
        if not prompts or self.focused is prompts.first() or (isinstance(event, events.Key) and not _types(event)):
            return
        match self.focused:
            case Input(id="rhyme"):
                takes = True
            case Input():
                takes = isinstance(event, events.Paste) or _fits_a_number(event)
            case OptionList():
                takes = True
            case BesideView() | Tree():
                takes = isinstance(event, events.Key) and event.key == "enter"
            case Select():
                takes = isinstance(event, events.Key) and event.key in ("enter", "space")
            case _:
                takes = False
        if not takes:
            self.set_focus(prompts.first())

    def on_click(self, event: events.Click) -> None:
        """Leads back to the prompt from wherever nothing else is to be had."""
        if self.get_focusable_widget_at(event.screen_x, event.screen_y) is None:
            self.set_focus(self.query_one(Prompt))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """A key that deletes in the prompt does so as long as there is something; it has its other meaning then."""
        gives_way = {name for name, key in in_force(self._file.settings.keys).items() if key in DELETING}
        prompts = self.query(Prompt)
        return not (action.replace("_", "-") in gives_way and prompts and _deletes(prompts.first()))

    @on(Prompt.SelectionChanged)
    def _tell_keys(self) -> None:
        """Lets the row of keys say what those do that delete."""
        deletes = _deletes(self.query_one(Prompt))
        if deletes != self._deletes:
            self._deletes = deletes
            self.refresh_bindings()

    async def action_move_poem(self, way: str) -> None:
        """Scrolls the poem, wherever the focus is."""
        await self.query_one(PoemView).run_action(way)

    def on_mouse_scroll_up(self) -> None:
        """Scrolls the poem, wherever the mouse is."""
        self.query_one(PoemView).scroll_up(animate=False)

    def on_mouse_scroll_down(self) -> None:
        """Scrolls the poem, wherever the mouse is."""
        self.query_one(PoemView).scroll_down(animate=False)

    # What is done, now or later

    async def _attempt(self, name: str, step: Step) -> bool:
        """Does something, or has it wait where it cannot be done yet; where it cannot be at all, says why: False."""
        with complaining(self):
            try:
                await step()
            except NotYetError as error:
                self._waiting.pop(name, None)
                self._waiting[name] = step
                self.notify(str(error))
            return True
        return False

    async def _do_waiting(self) -> None:
        """Does what has waited, as far as it can be done now."""
        waiting, self._waiting = self._waiting, {}
        for name, step in waiting.items():
            with complaining(self):
                try:
                    await step()
                except NotYetError:
                    self._waiting.setdefault(name, step)

    def _forget_waiting(self) -> bool:
        """Lets nothing wait any more; whether anything did."""
        has_waited = bool(self._waiting)
        self._waiting = {}
        return has_waited

    # What is typed

    @on(Prompt.Changed)
    def _follow_script(self, event: Prompt.Changed) -> None:
        """Has the language written in whose script the prompt is, whatever was chosen since the last letter.

        A beginning that comes back after a command, or at the next start, is not typed: what was chosen since holds.
        """
        text = event.text_area.text
        if text.startswith(SIGN) or text == self._followed_verse:
            return
        self._followed_verse, language = text, language_typed(text)
        if language and self.query_one(SettingsBar).write_in(language):
            name = language_name(language)
            self.notify(f"You type {name}: the {name} model writes now.")
        if language != self._language_typed:
            self._language_typed = language
            self._ask_for(text)

    @on(Prompt.Overfull)
    def _tell_room(self, event: Prompt.Overfull) -> None:
        self.notify(f"The prompt has room for {event.longest:,} characters: the rest is left out.")

    @on(Prompt.Submitted)
    async def _take_prompt(self, event: Prompt.Submitted) -> None:
        if event.text.startswith(SIGN):
            self.query_one(Prompt).remember(event.text)
            await self._obey(event.text)
        else:
            await self._begin(event.text)

    async def _begin(self, text: str) -> None:
        """Begins a poem, with what a command was typed over where one stands in the prompt."""
        prompt = self.query_one(Prompt)
        text = prompt.verse if text.startswith(SIGN) else text
        prompt.remember(text)
        await self._attempt(TO_WRITE, partial(self._write_new, self._as_beginning(text)))

    def _as_beginning(self, text: str) -> str:
        """The text, or nothing where the model of another language was chosen since it was typed."""
        page, now, typed = self.query_one(Page), self.query_one(SettingsBar).language, language_typed(text)
        page.foreword = ""
        if not (now and typed and now != typed):
            return text
        page.foreword = f"Without what you typed, which is {language_name(typed)}: {language_name(now)} is written now."
        return ""

    async def _obey(self, line: str) -> None:
        """Does what a command says, and empties the prompt once it is done or waits to be.

        What went wrong before is no longer told: the line tells of this command alone.
        """
        self.query_one(Page).line.forgive()
        name = line.removeprefix(SIGN).strip().partition(" ")[0].lower()
        if await self._attempt(name, partial(self._carry_out, line)):
            self.query_one(Prompt).clear()

    async def _carry_out(self, line: str) -> None:
        match read_command(line):
            case SetValue(_, "") as setting:
                self._tell(setting)
            case SetValue(name, value):
                await self._change(name, value)
            case RunAction(action, value) if value and action.name in self._taking_words:
                result = self._taking_words[action.name](value)
                if inspect.isawaitable(result):
                    await result
            case RunAction(action, _):
                owner = self if action in WRITING else self.app
                await owner.run_action(action.name)

    # Settings

    def _values(self) -> dict[str, str]:
        settings = self._file.settings
        of_the_file = {name: typed(value_of(settings, ENTRIES[name])) for name in OF_THE_FILE}
        return of_the_file | self.query_one(SettingsBar).values()

    def _tell(self, setting: SetValue) -> None:
        """Says what a setting is and what it may be."""
        value = self._values().get(setting.name)
        now = "" if value is None else f"{setting.name} is {value or LEFT_OUT.get(setting.name, 'nothing')} · "
        metres = self.query_one(SettingsBar).metres if setting.name == "metre" else ""
        self.notify(f"{now}{setting.hint}{f' · {metres}' * bool(metres)}")

    async def _change(self, name: str, value: str) -> None:
        """Gives a setting another value: a step that can be taken back."""
        old_values = self._values()
        await self._put(name, value)
        values = self._values()
        names = [each for each in values if values[each] != old_values[each]]
        if names:
            before, after = ({each: some[each] for each in names} for some in (old_values, values))
            self._desk.history.note(Change(before, after))
            if is_plain(self):
                self.notify(
                    ", ".join(f"{each} is {values[each] or LEFT_OUT.get(each, 'nothing')} now" for each in names)
                )

    async def _put(self, name: str, value: str) -> None:
        if name in OF_THE_FILE:
            value = choice_of(value, ("default", *OF_THE_FILE[name]))
            self._file.change(name, None if value == "default" else as_typed(name, value))
            self.post_message(SettingsScreen.Changed(ENTRIES[name]))
        else:
            bar = self.query_one(SettingsBar)
            bar.set(name, value)
            await self._take_changes()
            if name == "rhyme" and value and bar.rhymes_anew:
                self.notify("The first couplet rhymes so; each that follows has a rhyme of its own.")

    async def _put_all(self, values: Mapping[str, str]) -> None:
        """Lets settings be as they were before a step, or after it."""
        for name, value in values.items():
            await self._attempt(name, partial(self._put, name, value))
        told = (f"{name} {value or LEFT_OUT.get(name, 'nothing')}" for name, value in values.items())
        self.notify(f"Again: {', '.join(told)}")

    # Steps: those of the poem, and those of its settings

    async def action_undo(self) -> None:
        """Takes the last step back."""
        history = self._desk.history
        if (change := history.change) is not None and history.leaves_page(-1):
            history.undo()
        else:
            await self._desk.finish()
            self._show_step(self._desk.undo(), "undone", "Nothing to undo.")
        if change is not None:
            await self._put_all(change.before)

    async def action_redo(self) -> None:
        """Takes a step again."""
        history = self._desk.history
        if (change := history.next_change) is not None and history.leaves_page(1):
            history.redo()
        else:
            await self._desk.finish()
            self._show_step(self._desk.redo(), "redone", "Nothing to redo.")
        if change is not None:
            await self._put_all(change.after)

    def _show_step(self, has_moved: bool, words: str, otherwise: str) -> None:
        if has_moved:
            self._show(words)
        else:
            self.notify(otherwise)


def _types(event: events.Key) -> bool:
    return event.is_printable or event.key == "enter"


def _fits_a_number(event: events.Key) -> bool:
    return event.key == "enter" or (event.character or "").isdigit() or event.character in (*".-",)


def _deletes(prompt: Prompt) -> bool:
    return prompt.has_focus and prompt.has_more_ahead
