"""The screen to write on: what each key and command does.

The desk (`rumi_tui.console.writing.desk`) has the poems written; this screen hands it what the person asks for, and
the page (`rumi_tui.console.widgets.page`) draws what comes back. Workers post `Happened` messages as events come; only
handlers change the screen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.message import Message
from textual.widgets import Input, Select, Static

from models.errors import RumiError
from rumi_tui.bidi import Mode
from rumi_tui.console import actions
from rumi_tui.console.actions import WRITING, Action
from rumi_tui.console.complaints import complain, complaining
from rumi_tui.console.screens.drafts import DraftsScreen
from rumi_tui.console.screens.edit import Edited, EditScreen
from rumi_tui.console.screens.lens import Branching, LensScreen
from rumi_tui.console.screens.line import LineScreen
from rumi_tui.console.screens.real_verse import RealVerseScreen
from rumi_tui.console.settings import UserSettings
from rumi_tui.console.slash_commands import SIGN, RunAction, SetValue, completions, read_command
from rumi_tui.console.widgets.footer import KeyRow
from rumi_tui.console.widgets.page import Page
from rumi_tui.console.widgets.prompt import Prompt
from rumi_tui.console.widgets.settings_bar import HINTS, SettingsBar
from rumi_tui.console.writing.desk import AnyJob, Desk
from rumi_tui.console.writing.draft import Draft, Job, Settings, shared_beginning
from rumi_tui.console.writing.drafting import Drafting
from rumi_tui.console.writing.history import Snapshot
from rumi_tui.console.writing.line import LineWish, read_wish
from rumi_tui.console.writing.writer import Writer
from rumi_tui.engine.messages import Began, Described, Event, Failed, Finished, Judged, Tried, Wrote, WroteLine
from rumi_tui.library.store import Library

PROMPTS = 100
"""Earlier prompts that the arrow keys go through."""


class WriteScreen(RealVerseScreen):
    """The poem, the settings and the prompt."""

    AUTO_FOCUS = "#prompt"
    BINDINGS = actions.bindings(WRITING)

    class Happened(Message):
        """Something came from the writing process."""

        def __init__(self, job: AnyJob | None, event: Event) -> None:
            super().__init__()
            self.job, self.event = job, event

    def __init__(self, library: Library, writer: Writer, model: str, mode: Mode, settings: UserSettings) -> None:
        super().__init__()
        self._library, self._model, self._mode, self._user_settings = library, model, mode, settings
        self._desk = Desk(library, writer, self.run_worker, self._post)
        self._drafts: DraftsScreen | None = None
        """Where drafts grow; None where they do not."""

    def compose(self) -> ComposeResult:
        """The page from top to bottom."""
        yield Static("❦  R U M I  ❦", id="title")
        yield Page(self._mode)
        yield SettingsBar(self._model, self._user_settings, self._mode)
        try:
            earlier_prompts = self._library.prompts(PROMPTS)
        except RumiError:
            earlier_prompts = []  # what is wrong with the library is told when it is next used
        yield Prompt(self._mode, earlier_prompts, completions(), id="prompt")
        yield KeyRow(show_command_palette=False)

    def on_mount(self) -> None:
        """Tells of a library that had to be set aside."""
        if self._library.set_aside is not None:
            complain(self, f"The library was damaged. It is now {self._library.set_aside}, and a new one was started.")

    def notify(self, message: str, **options: Any) -> None:
        """Tells something on this page too where another screen lies on top, and would take it along."""
        super().notify(message, **options)
        if self.app.screen is not self:
            self.query_one(Page).line.tell(message, options.get("severity") == "error")

    async def close(self) -> str:
        """Stops, saves, and gives back the poems that could not be saved."""
        return await self._desk.close()

    # What fits the moment

    def fitting_actions(self) -> list[Action]:
        """What can be done now."""
        return actions.fitting(self._desk.moments)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys that the footer shows; another is heard all the same, so that its action can say why not."""
        hidden_names = {action.name for action in WRITING} - {action.name for action in self.fitting_actions()}
        return {
            key: bound for key, bound in super().active_bindings.items() if bound.binding.action not in hidden_names
        }

    # What comes from the writing process

    def _post(self, job: AnyJob | None, event: Event) -> None:
        self.post_message(self.Happened(job, event))

    @on(Happened)
    def _hear(self, message: Happened) -> None:
        job, event, bar = message.job, message.event, self.query_one(SettingsBar)
        if isinstance(event, Described) and event.model == bar.model:
            bar.offer(event.card.forms, event.tokenizer)
            self.query_one(Prompt).completions = completions(event.tokenizer.metres)
        elif isinstance(event, Failed):
            complain(self, event.message)
            if job is None:
                bar.await_forms(event.message)
        if self._desk.take_in(job, event):
            self._draw(job, event)
        for draft in job.drafts if isinstance(job, Drafting) else [job.draft] if job is not None else []:
            if draft is not None:
                self._watch_saving(draft)

    def _draw(self, job: AnyJob | None, event: Event) -> None:
        page, snapshot = self.query_one(Page), self._desk.now
        if isinstance(job, Drafting):
            if self._drafts is not None:
                self._drafts.draw(event)
            return
        self._draw_beside(job, event)
        match event:
            case Began():
                page.begin(snapshot, job, event)
                self.refresh_bindings()
            case Tried():
                page.show_try(job, event)
            case Wrote():
                page.append(event)
            case Finished() | Failed() | WroteLine() if self._desk.job is None:
                page.end(snapshot, job, event)
                self.refresh_bindings()
                self._mark()

    def _show(self, words: str) -> None:
        """Draws what stands on the page, and tells how it came there."""
        self.query_one(Page).show(self._desk.now, words)
        self.refresh_bindings()
        self._mark()

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _hint(self) -> None:
        """Tells what a setting means while it has the focus."""
        self.query_one(Page).line.hint(HINTS.get(self.focused.id or "", "") if self.focused is not None else "")

    def _watch_saving(self, draft: Draft) -> None:
        """Tells the person when poems cannot be saved, and when they can again."""
        unsaved = self._desk.unsaved
        had_unsaved = bool(unsaved)
        unsaved.watch(draft)
        if unsaved and not had_unsaved:
            complain(self, f"{draft.trouble} Poems stay here, and saving will be tried again.")
        elif had_unsaved and not unsaved:
            self.notify("Everything is saved again.")

    # Settings

    def _settings(self) -> Settings:
        return self.query_one(SettingsBar).read()

    @on(Select.Changed, "#model")
    def _read_model(self, event: Select.Changed) -> None:
        self.query_one(SettingsBar).await_forms()
        self._desk.describe(str(event.value))

    @on(Input.Blurred, "SettingsBar Input")
    @on(Select.Changed, "#preset, #metre, #keep")
    async def _take_changes(self) -> None:
        """Lets changed settings count from the next character of what is being written."""
        if isinstance(self._desk.job, Job):
            with complaining(self):
                await self._desk.change_settings(self._settings(), self.query_one(SettingsBar).is_seed_locked)

    @on(Input.Submitted, "SettingsBar Input")
    async def _take_field(self) -> None:
        if self._desk.job is None:
            await self._write_new()
        else:
            await self._take_changes()

    # What the person does

    @on(Prompt.Submitted)
    async def _take_prompt(self, event: Prompt.Submitted) -> None:
        if event.text.startswith(SIGN):
            self.query_one(Prompt).remember(event.text)
            await self._obey(event.text)
        else:
            await self._write_new()

    async def _write_new(self) -> None:
        prompt = self.query_one(Prompt)
        text = "" if prompt.text.startswith(SIGN) else prompt.text
        prompt.remember(text)
        with complaining(self):
            await self._desk.write_new(self._settings(), text)

    async def _obey(self, line: str) -> None:
        """Does what a command says, and empties the prompt once it is done."""
        with complaining(self):
            match read_command(line):
                case SetValue(name, value):
                    self.query_one(SettingsBar).set(name, value)
                    await self._take_changes()
                case RunAction(action, value) if action.name == "export" and value:
                    self._export(value)
                case RunAction(action, value) if action.name == "drafts" and value:
                    await self._write_drafts(value)
                case RunAction(action, value) if action.name == "line" and value:
                    await self._write_line(read_wish(value))
                case RunAction(action, value) if action.name in ("ask", "search", "read", "gloss", "cento"):
                    getattr(self, f"action_{action.name}")(value)
                case RunAction(action, _):
                    owner = self if action in WRITING else self.app
                    await owner.run_action(action.name)
            self.query_one(Prompt).clear()

    async def action_stop(self) -> None:
        """Stops writing and keeps what is there."""
        await self._desk.stop()

    async def action_again(self) -> None:
        """Writes a poem from the same beginning."""
        if (snapshot := self._desk.now) is None:
            await self._write_new()
        else:
            with complaining(self):
                await self._desk.write_again(self._settings(), snapshot.draft)

    async def action_drafts(self) -> None:
        """Writes several poems with what is typed, or else as the poem on the page began."""
        prompt, snapshot = self.query_one(Prompt), self._desk.now
        text = prompt.unsent_text if snapshot else prompt.text
        text = "" if text.startswith(SIGN) else text
        await self._write_drafts(text, snapshot.draft if snapshot and not text else None)

    async def _write_drafts(self, text: str, draft: Draft | None = None) -> None:
        with complaining(self):
            job = await self._desk.write_drafts(self._settings(), text, draft)
            self.query_one(Prompt).remember(text)
            self._drafts = DraftsScreen(job, self._mode)
            await self.app.push_screen(self._drafts, self._take_draft)

    async def _take_draft(self, draft: Draft | None) -> None:
        self._drafts = None
        await self._desk.finish()
        if draft is not None:
            self._desk.keep(draft)
            self._show(f"seed {draft.passages[-1].seed} · the tree has the other drafts")
        self.refresh_bindings()

    async def action_go_on(self) -> None:
        """Continues the poem on the page."""
        snapshot = self._desk.now
        if snapshot is not None and self._desk.job is None:
            with complaining(self):
                await self._desk.go_on(self._settings(), snapshot)

    async def action_same_again(self) -> None:
        """Writes the poem on the page again, to see that it comes out the same."""
        await self._desk.finish()
        with complaining(self):
            if (snapshot := self._snapshot()) and not self._desk.replay(snapshot.draft):
                self.notify("No part of this poem was written by a model.")

    def action_lock_seed(self) -> None:
        """Takes the seed of the poem on the page into the settings, or out of them."""
        bar, snapshot = self.query_one(SettingsBar), self._desk.now
        with complaining(self):  # where another setting makes no sense
            if bar.is_seed_locked:
                bar.set("seed", "")
                self.notify("Seed released: each poem gets a new one.")
            elif snapshot is not None and snapshot.draft.passages:
                seed = snapshot.draft.passages[-1].seed
                bar.set("seed", str(seed))
                self.notify(f"Seed {seed} is locked until you release it.")

    async def action_undo(self) -> None:
        """Takes the last step back."""
        await self._desk.finish()
        self._show_step(self._desk.undo(), "undone", "Nothing to undo.")

    async def action_redo(self) -> None:
        """Takes a step again."""
        await self._desk.finish()
        self._show_step(self._desk.redo(), "redone", "Nothing to redo.")

    def _show_step(self, has_moved: bool, words: str, otherwise: str) -> None:
        if has_moved:
            self._show(words)
        else:
            self.notify(otherwise)

    async def action_edit(self) -> None:
        """Lets the person change the poem."""
        await self._desk.finish()
        if snapshot := self._snapshot():
            self.app.push_screen(EditScreen(snapshot.text, self._mode), partial(self._take_edited, snapshot))

    async def _take_edited(self, snapshot: Snapshot, edit: Edited | None) -> None:
        if edit is None:
            return
        shared_length = shared_beginning(edit.text, snapshot.text)
        if edit.goes_on and edit.text == snapshot.text:
            await self.action_go_on()
        elif edit.goes_on:
            with complaining(self):
                await self._desk.branch(self._settings(), snapshot, edit.text, shared_length, is_typed=True)
        elif edit.text != snapshot.text:
            self._watch_saving(self._desk.change_by_hand(snapshot, edit.text, shared_length))
            self._show("changed by hand")

    async def action_lens(self) -> None:
        """Shows what the model thought at every place of the poem."""
        await self._desk.finish()
        if (snapshot := self._snapshot()) and snapshot.text:
            answer = self._desk.inspect(snapshot)
            lens = LensScreen(snapshot.text, snapshot.draft.model_sha256, answer, self._mode)
            self.app.push_screen(lens, partial(self._branch, snapshot))

    async def _branch(self, snapshot: Snapshot, choice: Branching | None) -> None:
        if choice is not None:
            text = snapshot.text[: choice.at] + choice.text
            with complaining(self):
                await self._desk.branch(self._settings(), snapshot, text, choice.at, snapshot.draft.is_typed)

    async def action_line(self) -> None:
        """Lets the person choose a line that is to be written anew."""
        await self._desk.finish()
        if (snapshot := self._snapshot()) and snapshot.text:
            self.app.push_screen(LineScreen(snapshot.text, self._mode), self._write_line)

    async def _write_line(self, wish: LineWish | None) -> None:
        await self._desk.finish()
        if wish is not None and (snapshot := self._snapshot()):
            with complaining(self):
                await self._desk.write_line(self._settings(), snapshot, wish)
                self.query_one(Page).show(snapshot, "")
                self.query_one(Page).line.tell(f"rewriting line {wish.number}")
                self.refresh_bindings()

    def action_marks(self) -> None:
        """Shows rhymes, feet and faults in the poem, or no longer."""
        page = self.query_one(Page)
        if page.toggle_marks():
            self._mark()
        elif self._desk.job is None:
            page.show(self._desk.now, "")

    def _mark(self) -> None:
        """Has the poem on the page judged where its marks are to be seen."""
        snapshot, page = self._desk.now, self.query_one(Page)
        if page.shows_marks and snapshot is not None and snapshot.text and self._desk.job is None:
            self.run_worker(self._take_marks(snapshot, self._desk.judge(snapshot)))

    async def _take_marks(self, snapshot: Snapshot, answer: AsyncIterator[Event]) -> None:
        async for event in answer:
            if isinstance(event, Failed):
                complain(self, event.message)
            elif isinstance(event, Judged) and self._desk.job is None and self._desk.now == snapshot:
                self.query_one(Page).mark(event)

    def action_next_model(self) -> None:
        """Changes to the next model."""
        self.query_one(SettingsBar).next_model()
