"""How verse comes onto the page: commands go to the writing process, and its events are drawn and saved.

Workers post `Happened` messages as events come; only handlers change the screen. Knows nothing of keys or commands.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

import msgspec
from textual import events, on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input, Select, Static
from textual.worker import Worker as TextualWorker

from models.errors import RumiError
from rumi_tui.bidi import Mode
from rumi_tui.console.actions import Moment
from rumi_tui.console.screens.fitting import FittingScreen
from rumi_tui.console.settings import UserSettings
from rumi_tui.console.slash_commands import completions
from rumi_tui.console.widgets.footer import KeyRow
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.prompt import Prompt
from rumi_tui.console.widgets.settings_bar import HINTS, SettingsBar
from rumi_tui.console.writing.draft import Draft, Job, Settings
from rumi_tui.console.writing.history import History
from rumi_tui.console.writing.replay import Rewriting
from rumi_tui.console.writing.unsaved import Unsaved
from rumi_tui.console.writing.writer import Writer
from rumi_tui.engine.messages import Began, Describe, Described, Event, Failed, Finished, Write, Wrote
from rumi_tui.library.store import Branch, Library

PROMPTS = 100
"""Earlier prompts that the arrow keys go through."""
ENDINGS = {"end": "the poem ended here", "lines": "enough lines", "characters": "enough characters", None: "stopped"}


class Manner(NamedTuple):
    """Who writes, and in which form."""

    model: str
    form: str


class PageScreen(FittingScreen):
    """The poem, the settings and the prompt, and the poem that is being written."""

    AUTO_FOCUS = "#prompt"

    class Happened(Message):
        """Something came from the writing process."""

        def __init__(self, job: Job | Rewriting | None, event: Event) -> None:
            super().__init__()
            self.job, self.event = job, event

    def __init__(self, library: Library, writer: Writer, model: str, mode: Mode, settings: UserSettings) -> None:
        super().__init__()
        self._library, self._writer, self._model, self._mode = library, writer, model, mode
        self._user_settings = settings
        self._job: Job | Rewriting | None = None
        """What is being written."""
        self._asked: Settings | None = None
        """What the settings said when it was begun."""
        self._history = History()
        self._working: TextualWorker[None] | None = None
        """Carries the command out."""
        self._unsaved = Unsaved()
        self._words = ""
        """How the writing goes."""

    def compose(self) -> ComposeResult:
        """The page from top to bottom."""
        yield Static("❦  R U M I  ❦", id="title")
        yield PoemView(self._mode)
        yield Static("", id="status", markup=False)
        yield SettingsBar(self._model, self._user_settings)
        try:
            earlier = self._library.prompts(PROMPTS)
        except RumiError:
            earlier = []  # what is wrong with the library is told when it is next used
        yield Prompt(self._mode, earlier, completions(), id="prompt")
        yield KeyRow(show_command_palette=False)

    def on_mount(self) -> None:
        """Tells of a library that had to be set aside."""
        if self._library.set_aside is not None:
            self._complain(f"The library was damaged: it is kept as {self._library.set_aside}, and a new one begun.")

    def moments(self) -> set[Moment]:
        """What is going on."""
        moments: set[Moment] = {"writing"} if self._job is not None else set()
        if self._history.now is not None:
            moments |= {"poem"} if moments else {"poem", "rest"}
        return moments

    @on(Select.Changed, "#model")
    def _read_model(self, event: Select.Changed) -> None:
        self.query_one(SettingsBar).await_forms()
        self._have_done(None, [Describe(str(event.value))])

    @on(Input.Blurred, "SettingsBar Input")
    @on(Select.Changed, "#preset")
    async def _take_changes(self) -> None:
        """Lets changed settings count from the next character of what is being written."""
        job, asked = self._job, self._asked
        if not isinstance(job, Job) or job.draft is None or asked is None:
            return
        bar = self.query_one(SettingsBar)
        try:
            settings = msgspec.structs.replace(bar.read(), model=asked.model, form=asked.form)
        except RumiError as error:
            self._complain(str(error))
            return
        if settings == (asked if bar.is_seed_locked else msgspec.structs.replace(asked, seed=settings.seed)):
            return
        await self._finish_job()
        draft, passage = job.draft, job.draft.passages[-1]
        if passage.ending is None:
            done = draft.text[passage.begins_at :].count("\n")
            left = job.settings.lines - done + settings.lines - asked.lines
            await self._write(draft.text, draft=draft, lines=max(1, left))

    async def _write(
        self,
        text: str,
        *,
        typed: bool = False,
        draft: Draft | None = None,
        like: Draft | None = None,
        branch: Branch | None = None,
        lines: int | None = None,
        manner: Manner | None = None,
        title: str = "",
    ) -> None:
        """Has verse written: more of `draft`, or a new poem, which may leave another at `branch` and be `like` it.

        `lines`, where given, is how many of the lines that the settings allow are left.
        """
        try:
            settings = self.query_one(SettingsBar).read()
            if source := draft or like or manner:
                settings = msgspec.structs.replace(settings, model=source.model, form=source.form)
            asked = settings
            if lines is not None:
                settings = msgspec.structs.replace(settings, lines=lines)
            job = Job(self._library, settings, text, typed, draft, like, branch, title)
            commands = job.commands()
            await self._finish_job()
            self._history.hold()
            self._job, self._asked = job, asked
            self._working = self._have_done(job, commands)
        except RumiError as error:
            self._complain(str(error))

    async def _finish_job(self) -> None:
        """Stops what is being written and waits until all of it has come."""
        if self._working is not None and self._working.is_running:
            await self._writer.stop()
            await self._working.wait()

    def _have_done(self, job: Job | Rewriting | None, commands: Sequence[Describe | Write]) -> TextualWorker[None]:
        """Has commands carried out; a stop from now on holds for them, also where they have not been sent yet."""
        return self._hear_out(job, [self._writer.carry_out(command) for command in commands])

    @work
    async def _hear_out(self, job: Job | Rewriting | None, answers: Sequence[AsyncIterator[Event]]) -> None:
        for answer in answers:
            async for event in answer:
                if job is not None:
                    job.handle(event)
                self.post_message(self.Happened(job, event))
            if isinstance(event, Failed):
                return

    # What comes back

    @on(Happened)
    def _hear(self, message: Happened) -> None:
        job, event = message.job, message.event
        if isinstance(event, Described):
            if event.model == self.query_one(SettingsBar).model:
                self.query_one(SettingsBar).offer_forms(event.card.forms)
        elif isinstance(event, Failed):
            self._complain(event.message)
            if job is None:
                self.query_one(SettingsBar).await_forms(event.message)
        if job is None:
            return
        if job is self._job:  # otherwise something else stands on the page by now
            match event:
                case Began():
                    self._begin(job, event)
                case Wrote():
                    self.query_one(PoemView).append("".join(step.text for step in event.steps))
                case Finished() | Failed():
                    self._end(job, event)
        if job.draft is not None:
            self._watch_saving(job.draft)

    def _begin(self, job: Job | Rewriting, began: Began) -> None:
        words = "written again"
        if isinstance(job, Job):
            assert job.draft is not None
            self._history.turn_to(job.draft)
            words = f"seed {job.settings.seed} · temperature {job.settings.sampling.temperature:g} · writing"
        self._show(began.text)
        self.query_one(PoemView).set_writing(True)
        self._say(words)
        for note in began.notes:
            self.notify(note, markup=False)

    def _end(self, job: Job | Rewriting, event: Finished | Failed) -> None:
        if isinstance(job, Rewriting):
            if isinstance(event, Finished) and event.ending is not None and not job.is_over:
                return  # of several passages this was one
            words = job.verdict if job.is_over else "the poem stands as it was"
            self._show()
        elif isinstance(event, Finished):
            rate = f" · {event.characters / event.seconds:,.0f} characters/second" if event.seconds else ""
            words = f"seed {job.settings.seed} · {ENDINGS[event.ending]}{rate}"
        else:
            words = ""
            self._show()
        self._job = None
        self.query_one(PoemView).set_writing(False)
        self._say(words)

    def _turn_to(self, draft: Draft) -> None:
        self._history.turn_to(draft)
        self._show()

    def _show(self, text: str | None = None) -> None:
        """Draws what stands on the page, or a beginning of it."""
        view, snapshot = self.query_one(PoemView), self._history.now
        view.set_writing(False)
        if snapshot is None:
            view.show("", (), "")
        else:
            view.show(snapshot.text if text is None else text, snapshot.draft.given, snapshot.draft.form)

    def _say(self, words: str) -> None:
        self._words = words
        self._draw_status()
        self.refresh_bindings()

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _draw_status(self) -> None:
        """What a setting means while it has the focus, and otherwise how the writing goes."""
        hint = HINTS.get(self.focused.id or "") if self.focused is not None else None
        self.query_one("#status", Static).update(hint or self._words)

    def _complain(self, sentence: str) -> None:
        self.notify(sentence, severity="error", markup=False, timeout=10)

    def _watch_saving(self, draft: Draft) -> None:
        """Tells the person when poems cannot be saved, and when they can again."""
        before = bool(self._unsaved)
        self._unsaved.watch(draft)
        if self._unsaved and not before:
            self._complain(f"{draft.trouble} Poems stay here and saving is tried again.")
        elif before and not self._unsaved:
            self.notify("Everything is saved again.")

    async def close(self) -> str:
        """Stops, saves, and gives back the poems that could not be saved."""
        await self._finish_job()
        if self._job is not None and self._job.draft is not None:
            self._unsaved.watch(self._job.draft)
        self._unsaved.save()
        return self._unsaved.text
