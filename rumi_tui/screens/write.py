"""The page to write on: the poem, the settings, the prompt.

Workers post `Reported` messages as reports come from the writing process; only handlers change the screen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Footer, Input, Select, Static
from textual.worker import Worker as TextualWorker

from models.errors import RumiError
from rumi_tui import actions
from rumi_tui.bidi import Mode
from rumi_tui.commands import SIGN, Deed, Setting, completions, read_command
from rumi_tui.draft import Draft, Job
from rumi_tui.engine.messages import Began, Describe, Described, Failed, Finished, Look, Report, Wrote
from rumi_tui.library.formats import FORMATS, save_file
from rumi_tui.library.store import Branch, KeptPoem, Library
from rumi_tui.locations import poems_folder
from rumi_tui.screens.export import ExportScreen
from rumi_tui.screens.fitting import FittingScreen
from rumi_tui.screens.lens import Choice, LensScreen
from rumi_tui.screens.library import LibraryScreen
from rumi_tui.screens.tree import TreeScreen
from rumi_tui.settings import UserSettings
from rumi_tui.widgets.craft import Craft
from rumi_tui.widgets.poem_view import PoemView
from rumi_tui.widgets.prompt import Prompt
from rumi_tui.writer import Writer

PROMPTS = 100
"""Earlier prompts that the arrow keys go through."""
ENDINGS = {"end": "the poem ended here", "lines": "enough lines", "characters": "enough characters", None: "stopped"}


class WriteScreen(FittingScreen):
    """The page to write on."""

    BINDINGS = actions.bindings(actions.WRITING)
    AUTO_FOCUS = "#prompt"

    class Reported(Message):
        """Something came from the writing process."""

        def __init__(self, job: Job | None, report: Report) -> None:
            super().__init__()
            self.job, self.report = job, report

    def __init__(self, library: Library, writer: Writer, model: str, mode: Mode, settings: UserSettings) -> None:
        super().__init__()
        self._user_settings = settings
        self._library, self._writer, self._model, self._mode = library, writer, model, mode
        self._job: Job | None = None
        """The order being carried out."""
        self._draft: Draft | None = None
        """The poem on the page."""
        self._working: TextualWorker[None] | None = None
        """Carries the order out."""
        self._unsaved: list[Draft] = []
        """Poems that could not be saved so far."""

    def compose(self) -> ComposeResult:
        """The page from top to bottom."""
        yield Static("❦  R U M I  ❦", id="title")
        yield PoemView(self._mode)
        yield Static("", id="status", markup=False)
        yield Craft(self._model, self._user_settings)
        try:
            earlier = self._library.prompts(PROMPTS)
        except RumiError:
            earlier = []  # what is wrong with the library is told when it is next used
        yield Prompt(earlier, completions(), id="prompt")
        yield Footer(show_command_palette=False)

    def moments(self) -> set[actions.Moment]:
        """What is going on."""
        moments: set[actions.Moment] = {"writing"} if self._job is not None else set()
        if self._draft is not None:
            moments |= {"poem"} if moments else {"poem", "rest"}
        return moments

    # What the person does

    @on(Select.Changed, "#model")
    def _read_model(self, event: Select.Changed) -> None:
        self.query_one(Craft).await_forms()
        self._hear_out(None, self._writer.carry_out(Describe(str(event.value))))

    @on(Input.Submitted, "#prompt")
    async def _take_prompt(self, event: Input.Submitted) -> None:
        self.query_one(Prompt).remember(event.value)
        if event.value.startswith(SIGN):
            await self._obey(event.value)
        else:
            await self._write_new()

    @on(Input.Submitted, "Craft Input")
    async def _write_new(self) -> None:
        prompt = self.query_one("#prompt", Input).value
        await self._write("" if prompt.startswith(SIGN) else prompt, typed=True, draft=None)

    async def _obey(self, line: str) -> None:
        """Does what a command says, and empties the prompt once it is done."""
        try:
            match read_command(line):
                case Setting(name, value):
                    self.query_one(Craft).set(name, value)
                case Deed(action, value) if action.name == "export" and value:
                    self._export(value)
                case Deed(action, _):
                    owner = self if action in actions.WRITING else self.app
                    await owner.run_action(action.name)
            self.query_one("#prompt", Input).clear()
        except RumiError as error:
            self._complain(str(error))

    async def action_stop(self) -> None:
        """Stops writing and keeps what is there."""
        await self._writer.stop()

    async def action_again(self) -> None:
        """Writes a poem from the same beginning."""
        if self._draft is None:
            await self._write_new()
        else:
            branch = self._draft.branch  # which stays a branch only with the very beginning, model and form it has
            like = self._draft if branch else None
            await self._write(self._draft.prompt, typed=branch is None, draft=None, branch=branch, like=like)

    async def action_go_on(self) -> None:
        """Continues the poem on the page."""
        draft = self._draft
        if draft is None or self._job is not None:
            return
        line_is_whole = bool(draft.passages) and draft.passages[-1].ending in ("end", "lines")
        await self._write(draft.text + "\n" * line_is_whole, typed=False, draft=draft)

    async def action_lens(self) -> None:
        """Shows what the model thought at every place of the poem."""
        await self._finish_job()
        draft = self._draft
        if draft is None or not draft.text:
            self.notify("There is no poem to look into yet: write one.")
            return
        reports = self._writer.carry_out(Look(draft.model, draft.form, draft.text))
        lens = LensScreen(draft.text, draft.model_sha256, reports, self._mode)
        self.app.push_screen(lens, self._branch)

    async def _branch(self, choice: Choice | None) -> None:
        draft = self._draft
        if choice is not None and draft is not None:
            branch = Branch(draft.id, choice.at) if draft.id is not None else None
            text = draft.text[: choice.at] + choice.text
            await self._write(text, typed=False, draft=None, branch=branch, like=draft)

    async def action_tree(self) -> None:
        """Shows all branches of the poem."""
        family = self._family()
        if family and self._draft is not None and self._draft.id is not None:
            self.app.push_screen(TreeScreen(family, self._draft.id, self._mode), self._open)

    async def action_next_branch(self) -> None:
        """Turns to the next branch of the poem, and from the last to the first."""
        family = self._family()
        places = [place for place, kept in enumerate(family) if self._draft is not None and kept.id == self._draft.id]
        if len(family) > 1 and places:
            await self._open(family[(places[0] + 1) % len(family)])
        elif family:
            self.notify("This poem has no branch yet: F2 makes one.")

    def _family(self) -> list[KeptPoem]:
        """The poems of the tree that the one on the page stands in; tells why where there are none."""
        if self._draft is None or self._draft.id is None:
            self.notify("There is no poem on the page yet: write one.")
            return []
        try:
            return self._library.family(self._draft.id)
        except RumiError as error:
            self._complain(str(error))
            return []

    def action_copy(self) -> None:
        """Gives the poem to the terminal's clipboard, and to a file, since no terminal says whether it took it."""
        if self._draft is not None:
            self.app.copy_to_clipboard(self._draft.text)
        poem = self._kept()
        if poem is not None:
            self._save_file(poem, "txt", "Copied. If your terminal keeps no clipboard, the poem is in")

    def action_export(self) -> None:
        """Saves the poem as a file."""
        if self._kept() is not None:
            self.app.push_screen(ExportScreen(), self._export)

    def _export(self, ending: str | None) -> None:
        if ending is not None and ending not in FORMATS:
            raise RumiError(f"A poem cannot be saved as {ending!r}: choose one of {', '.join(FORMATS)}.")
        if ending is not None and (poem := self._kept()):
            self._save_file(poem, ending, "Saved as")

    def _save_file(self, poem: KeptPoem, ending: str, words: str) -> None:
        try:
            self.notify(f"{words} {save_file(poem, ending, poems_folder())}", markup=False, timeout=10)
        except RumiError as error:
            self._complain(str(error))

    def _kept(self) -> KeptPoem | None:
        """The poem on the page as the library has it, up to its last character; tells why if there is none."""
        draft = self._draft
        if draft is None:
            self.notify("There is no poem on the page yet: write one.")
            return None
        draft.save()
        try:
            if draft.trouble is not None:
                raise RumiError(draft.trouble)
            assert draft.id is not None
            return self._library.poem(draft.id)
        except RumiError as error:
            self._complain(str(error))
            return None

    async def action_library(self) -> None:
        """Looks through the poems that were kept."""
        try:
            self.app.push_screen(LibraryScreen(self._library, self._mode), self._open)
        except RumiError as error:
            self._complain(str(error))

    def action_next_model(self) -> None:
        """Changes to the next model."""
        self.query_one(Craft).next_model()

    async def _open(self, kept: KeptPoem | None) -> None:
        if kept is None:
            return
        await self._finish_job()
        self._job = None
        try:
            draft = self._unsaved_draft(kept.id) or Draft.reopen(self._library, self._library.poem(kept.id))
        except RumiError as error:
            self._complain(str(error))
            return
        self._show(draft, draft.text)
        self._say(f"{kept.model}, {kept.form}, {kept.written[:10]}")

    # What is done about it

    async def _write(
        self,
        text: str,
        typed: bool,
        draft: Draft | None,
        branch: Branch | None = None,
        like: Draft | None = None,
    ) -> None:
        """Has verse written: more of `draft`, or a new poem, which may branch from another and be `like` it in form."""
        try:
            settings = self.query_one(Craft).read()
            if like := draft or like:
                settings = msgspec.structs.replace(settings, model=like.model, form=like.form)
            job = Job(self._library, settings, text, typed, draft, branch)
            order = job.order()
            await self._finish_job()
            self._job = job
            self._working = self._hear_out(job, self._writer.carry_out(order))
        except RumiError as error:
            self._complain(str(error))

    async def _finish_job(self) -> None:
        """Stops what is being written and waits until all of it has come."""
        if self._working is not None and self._working.is_running:
            await self._writer.stop()
            await self._working.wait()

    @work
    async def _hear_out(self, job: Job | None, reports: AsyncIterator[Report]) -> None:
        async for report in reports:
            if job is not None:
                job.hear(report)
            self.post_message(self.Reported(job, report))

    # What comes back

    @on(Reported)
    def _hear(self, message: Reported) -> None:
        job, report = message.job, message.report
        match report:
            case Described():
                if report.model == self.query_one(Craft).model:
                    self.query_one(Craft).offer_forms(report.card.forms)
            case Began() if job is not None and job is self._job and job.draft is not None:
                self._show(job.draft, report.text)
                self.query_one(PoemView).set_writing(True)
                self._say(f"seed {job.settings.seed} · temperature {job.settings.sampling.temperature:g} · writing")
                for note in report.notes:
                    self.notify(note, markup=False)
            case Wrote() if job is not None and job.draft is self._draft:
                self.query_one(PoemView).append("".join(step.text for step in report.steps))
            case Finished() if job is not None:
                rate = f" · {report.characters / report.seconds:,.0f} characters/second" if report.seconds else ""
                self._end(job, f"seed {job.settings.seed} · {ENDINGS[report.ending]}{rate}")
            case Failed():
                self._complain(report.message)
                if job is not None:
                    self._end(job, "")
        if job is not None and job.draft is not None:
            self._watch_saving(job.draft)

    def _end(self, job: Job, words: str) -> None:
        if self._job is job:
            self._job = None
        if job.draft is self._draft:
            self.query_one(PoemView).set_writing(False)
            self._say(words)

    def _show(self, draft: Draft, text: str) -> None:
        self._draft = draft
        view = self.query_one(PoemView)
        view.set_writing(False)
        view.show(text, draft.prompt, draft.form)

    def _say(self, words: str) -> None:
        self.query_one("#status", Static).update(words)
        self.refresh_bindings()

    def _complain(self, sentence: str) -> None:
        self.notify(sentence, severity="error", markup=False, timeout=10)

    def _watch_saving(self, draft: Draft) -> None:
        """Holds on to poems that cannot be saved, and tells the person when that begins and when it is over."""
        if draft.trouble is not None:
            if not self._unsaved:
                self._complain(f"{draft.trouble} Poems stay here and saving is tried again.")
            if draft not in self._unsaved:
                self._unsaved.append(draft)
        elif self._unsaved:
            self._save_all()
            if not self._unsaved:
                self.notify("Everything is saved again.")

    def _unsaved_draft(self, poem: int) -> Draft | None:
        return next((draft for draft in self._unsaved if draft.id == poem), None)

    def _save_all(self) -> None:
        for draft in self._unsaved:
            draft.save()
        self._unsaved = [draft for draft in self._unsaved if draft.trouble is not None]

    async def close(self) -> str:
        """Stops, saves, and gives back the poems that could not be saved."""
        await self._finish_job()
        for draft in (self._draft, self._job.draft if self._job is not None else None):
            if draft is not None and draft.trouble is not None and draft not in self._unsaved:
                self._unsaved.append(draft)
        self._save_all()
        return "\n\n".join(draft.text for draft in self._unsaved)
