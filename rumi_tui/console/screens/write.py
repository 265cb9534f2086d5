"""The screen to write on: what each key and command does.

The desk (`rumi_tui.console.writing.desk`) has the poems written; this screen hands it what the person asks for, and
the page (`rumi_tui.console.widgets.page`) draws what comes back. Workers post `Happened` messages as events come; only
handlers change the screen.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Select, Static

from models.errors import RumiError
from rumi_tui.bidi import Mode
from rumi_tui.console import actions
from rumi_tui.console.actions import WRITING, Action
from rumi_tui.console.complaints import complain
from rumi_tui.console.screens.drafts import DraftsScreen
from rumi_tui.console.screens.editing import EditingScreen
from rumi_tui.console.screens.lens import Branching, LensScreen
from rumi_tui.console.screens.line import LineScreen
from rumi_tui.console.screens.prompting import TO_WRITE
from rumi_tui.console.screens.reading import TODAY
from rumi_tui.console.session_file import SavedSession
from rumi_tui.console.settings import SettingsFile
from rumi_tui.console.slash_commands import completions
from rumi_tui.console.widgets.footer import KeyRow
from rumi_tui.console.widgets.page import Page
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.prompt import PROMPTS, Prompt
from rumi_tui.console.widgets.settings_bar import HINTS, NotYetError, SettingsBar
from rumi_tui.console.widgets.side_pane import SidePane
from rumi_tui.console.writing.desk import AnyJob, Desk
from rumi_tui.console.writing.draft import Draft, Job
from rumi_tui.console.writing.drafting import Drafting
from rumi_tui.console.writing.history import Snapshot
from rumi_tui.console.writing.line import LineWish, read_wish
from rumi_tui.console.writing.writer import Writer
from rumi_tui.engine.messages import Began, Described, Event, Failed, Finished, Judged, Tried, Wrote, WroteLine
from rumi_tui.library.store import Library
from rumi_tui.verse.languages import is_written_leftwards

STILL_WRITING = "Still writing the poem: this is done as soon as it is finished."


class WriteScreen(EditingScreen):
    """The poem, the settings and the prompt."""

    AUTO_FOCUS = "#prompt"
    BINDINGS = actions.bindings(WRITING)

    class Happened(Message):
        """Something came from the writing process."""

        def __init__(self, job: AnyJob | None, event: Event) -> None:
            super().__init__()
            self.job, self.event = job, event

    def __init__(
        self, library: Library, writer: Writer, model: str, mode: Mode, file: SettingsFile, last: SavedSession
    ) -> None:
        """To begin with a model, and all else as the last session had it."""
        super().__init__()
        self._library, self._model, self._mode, self._file, self._last = library, model, mode, file, last
        self._desk = Desk(library, writer, self.run_worker, self._post)
        self._drafts: DraftsScreen | None = None
        """Where drafts grow; None where they do not."""

    def compose(self) -> ComposeResult:
        """The page from top to bottom."""
        yield Static(id="title", markup=False)
        with Horizontal(id="spread"):
            yield Page(self._mode)
            yield SidePane(self._mode, self._find_beside, TODAY)
        yield SettingsBar(self._model, self._file.settings, self._mode, self._last.settings)
        try:
            earlier_prompts = self._library.prompts(PROMPTS)
        except RumiError:
            earlier_prompts = []  # what is wrong with the library is told when it is next used
        yield Prompt(self._mode, earlier_prompts, completions(), id="prompt")
        yield KeyRow()

    def on_mount(self) -> None:
        """Arranges the page."""
        self.follow_settings()

    def notify(self, message: str, **options: Any) -> None:
        """Tells something on this page too where another screen lies on top, and would take it along."""
        super().notify(message, **options)
        if self.app.screen is not self:
            self.query_one(Page).line.tell(message, options.get("severity") == "error")

    # What fits the moment

    def fitting_actions(self) -> list[Action]:
        """What can be done now."""
        return actions.fitting(self._desk.moments)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys that the footer shows; another is heard all the same, so that its action can say why not.

        How to leave stands where there is room for it.
        """
        hidden_names = {action.name for action in WRITING} - {action.name for action in self.fitting_actions()}
        bindings = [item for item in super().active_bindings.items() if item[1].binding.action not in hidden_names]
        ranks = dict.fromkeys(self.FIRST_KEYS, 0) | {"quit": 1}
        return dict(sorted(bindings, key=lambda item: ranks.get(item[1].binding.action, 2)))

    # What comes from the writing process

    def _post(self, job: AnyJob | None, event: Event) -> None:
        self.post_message(self.Happened(job, event))

    @on(Happened)
    def _hear(self, message: Happened) -> None:
        job, event, bar = message.job, message.event, self.query_one(SettingsBar)
        if isinstance(event, Described) and event.model == bar.model:
            bar.offer(event.card, event.tokenizer)
            self.query_one(Prompt).completions = completions(event.tokenizer.metres)
            self.call_later(self._do_waiting)
            if is_written_leftwards(event.card.language) and not self.query_one(Prompt).unsent_text:
                self._ask_order()  # or else somebody is typing
        elif isinstance(event, Failed):
            complain(self, event.message)
            if job is None:
                bar.await_forms(event.message)
                self._forget_waiting()
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
                self._show_title()
                self._ask_for(event.text)
                page.begin(snapshot, job, event)
                self._follow_poem()
                self._step_back()
            case Tried():
                page.show_try(job, event)
            case Wrote():
                page.append(event)
            case Finished() | Failed() | WroteLine() if self._desk.job is None:
                page.end(snapshot, job, event)
                self._show_title()
                self._follow_poem()
                self._come_back()
                self._mark()
                self.call_later(self._do_waiting)

    def _show(self, words: str) -> None:
        """Draws what stands on the page, and tells how it came there."""
        self._show_title()
        self.query_one(Page).show(self._desk.now, words)
        if self._desk.now:
            self._ask_for(self._desk.now.text)
        self._follow_poem()
        self._come_back()
        self._mark()

    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _hint(self) -> None:
        """Tells what a setting means while it has the focus."""
        self.query_one(Page).line.hint(HINTS.get(self.focused.id or "", "") if self.focused is not None else "")

    def _watch_saving(self, draft: Draft) -> None:
        """Tells the person when poems cannot be saved, and when they can again."""
        had_unsaved = self.has_unsaved
        self._desk.unsaved.watch(draft)
        if self.has_unsaved and not had_unsaved:
            complain(self, f"Not saved, but kept here, and tried again: {draft.trouble}")
        elif had_unsaved:
            self._tell_saved()

    @property
    def has_unsaved(self) -> bool:
        """Whether there are poems that could not be saved so far."""
        return bool(self._desk.unsaved)

    def save_again(self) -> None:
        """Tries again to save what could not be saved."""
        if self.has_unsaved:
            self._desk.unsaved.save()
            self._tell_saved()

    def _tell_saved(self) -> None:
        if not self.has_unsaved:
            self.notify("Everything is saved again.")

    # Settings

    @on(Select.Changed, "#model")
    def _read_model(self, event: Select.Changed) -> None:
        self.query_one(SettingsBar).await_forms()
        self._desk.describe(str(event.value))

    @on(Input.Blurred, "SettingsBar Input")
    @on(Select.Changed, "#preset, #metre, #keep")
    async def _take_changes(self) -> None:
        """Lets changed settings count from the next character of what is being written."""
        await self._attempt("changes", self._change_settings)

    async def _change_settings(self) -> None:
        if isinstance(self._desk.job, Job):
            await self._desk.change_settings(self._settings(), self.query_one(SettingsBar).is_seed_locked)

    @on(Input.Submitted, "SettingsBar Input")
    async def _take_field(self) -> None:
        if self._desk.job is None:
            await self._begin(self.query_one(Prompt).text)
        else:
            await self._take_changes()

    # What the person does

    @property
    def _taking_words(self) -> Mapping[str, Callable[[str], Awaitable[None] | None]]:
        return {
            "export": self._export,
            "drafts": self._write_drafts,
            "line": self._write_wished_line,
            "ask": self.action_ask,
            "search": self.action_search,
            "read": self.action_read,
            "gloss": self.action_gloss,
            "cento": self.action_cento,
            "import": self.action_import,
            "editor": self.action_editor,
            "fetch": self._fetch_model,
        }

    async def _fetch_model(self, _: str) -> None:
        await self.app.run_action("fetch_model")

    async def _write_new(self, text: str) -> None:
        bar = self.query_one(SettingsBar)
        if bar.trouble:  # which may be over: the file is there, there is memory again
            bar.await_forms()
            self._desk.describe(bar.model)
        await self._desk.write_new(self._settings(), text)

    async def action_stop(self) -> None:
        """Stops writing and keeps what is there, leaves out what waits, or else withdraws what is typed."""
        prompt = self.query_one(Prompt)
        has_waited = self._forget_waiting()
        if self._desk.job is not None:
            await self._desk.stop()
        elif has_waited:
            self.notify("Nothing waits to be done any more.")
        elif self.focused is not prompt:
            self.set_focus(prompt)
        else:
            prompt.withdraw()

    async def action_again(self) -> None:
        """Writes a poem from the same beginning."""
        if (snapshot := self._desk.now) is None:
            await self._begin(self.query_one(Prompt).text)
        else:
            await self._attempt(TO_WRITE, partial(self._write_again, snapshot.draft))

    async def _write_again(self, draft: Draft) -> None:
        await self._desk.write_again(self._settings(), draft)

    async def action_drafts(self) -> None:
        """Writes several poems with what is typed, or else as the poem on the page began."""
        prompt, snapshot = self.query_one(Prompt), self._desk.now
        text = self._as_beginning(prompt.unsent_verse if snapshot else prompt.verse)
        draft = snapshot.draft if snapshot and not text else None
        await self._attempt(TO_WRITE, partial(self._write_drafts, text, draft))

    async def _write_drafts(self, text: str, draft: Draft | None = None) -> None:
        job = await self._desk.write_drafts(self._settings(), text, draft)
        if text:
            self.query_one(Prompt).remember(text)
        self._drafts = DraftsScreen(job, self._mode)
        await self.app.push_screen(self._drafts, self._take_draft)

    async def _take_draft(self, draft: Draft | None) -> None:
        self._drafts = None
        await self._desk.finish()
        if draft is not None:
            self._desk.keep(draft)
            self._show(f"seed {draft.passages[-1].seed} · the tree has the other drafts")
        elif self.query_one(PoemView).writing:  # what was being written when the drafts began
            self._show("No draft was chosen; the library has them.")
        self.refresh_bindings()

    async def action_go_on(self) -> None:
        """Continues the poem on the page."""
        if snapshot := self._snapshot():
            await self._attempt("go-on", partial(self._go_on, snapshot.draft))

    async def _go_on(self, draft: Draft) -> None:
        if snapshot := self._at_rest(draft):
            await self._write_more(snapshot)

    async def action_same_again(self) -> None:
        """Writes the poem on the page again, to see that it comes out the same."""
        if snapshot := self._snapshot():
            await self._attempt("same-again", partial(self._compare, snapshot.draft))

    async def _compare(self, draft: Draft) -> None:
        if (snapshot := self._at_rest(draft)) and not self._desk.replay(snapshot.draft):
            self.notify("No part of this poem was written by a model.")

    def _at_rest(self, draft: Draft) -> Snapshot | None:
        """The poem on the page, if it is still this one. Raises `NotYetError` while it is being written."""
        snapshot = self._desk.now
        if snapshot is None or snapshot.draft is not draft:
            return None
        if self._desk.job is not None:
            raise NotYetError(STILL_WRITING)
        return snapshot

    async def action_lock_seed(self) -> None:
        """Takes the seed of the poem on the page into the settings, or out of them."""
        await self._attempt("lock-seed", self._lock_seed)

    async def _lock_seed(self) -> None:
        bar, snapshot = self.query_one(SettingsBar), self._desk.now
        if bar.is_seed_locked:
            bar.set("seed", "")
            self.notify("Seed released: each poem gets a new one.")
        elif snapshot is not None and snapshot.draft.passages:
            seed = snapshot.draft.passages[-1].seed
            bar.set("seed", str(seed))
            self.notify(f"Seed {seed} is locked until you release it.")

    async def action_lens(self) -> None:
        """Shows what the model thought at every place of the poem."""
        await self._desk.finish()
        if (snapshot := self._snapshot()) and snapshot.text:
            snapshot = snapshot.held()
            look = self._desk.look(snapshot, self._settings)
            lens = LensScreen(look, self._mode, self.query_one(Page).shows_marks)
            self.app.push_screen(lens, partial(self._take_choice, snapshot))

    async def _take_choice(self, snapshot: Snapshot, choice: Branching | None) -> None:
        text = snapshot.text[: choice.at] + choice.text if choice else ""
        if choice and not choice.goes_on:
            await self._change_by_hand(snapshot, text, choice.at, "the poem ends here")
        elif choice:
            await self._branch(snapshot, text, choice.at, snapshot.draft.is_typed)

    async def _branch(self, snapshot: Snapshot, text: str, at: int, is_typed: bool) -> None:
        async def branch() -> None:
            await self._desk.branch(self._settings(), snapshot, text, at, is_typed)

        await self._attempt(TO_WRITE, branch)

    async def action_line(self) -> None:
        """Lets the person choose a line that is to be written anew."""
        await self._desk.finish()
        if (snapshot := self._snapshot()) and snapshot.text:
            screen = LineScreen(snapshot.text, self.query_one(Page).broken, self._mode)
            self.app.push_screen(screen, partial(self._take_wish, snapshot.held()))

    async def _write_wished_line(self, words: str) -> None:
        wish = read_wish(words)
        if snapshot := self._snapshot():
            await self._write_line(snapshot, wish)

    async def _take_wish(self, snapshot: Snapshot, wish: LineWish | None) -> None:
        if wish is not None:
            await self._attempt(TO_WRITE, partial(self._write_line, snapshot, wish))

    async def _write_line(self, snapshot: Snapshot, wish: LineWish) -> None:
        await self._desk.finish()
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
            self.run_worker(self._take_marks(snapshot, self._desk.look(snapshot, self._settings).marks()))

    async def _take_marks(self, snapshot: Snapshot, answer: AsyncIterator[Event]) -> None:
        async for event in answer:
            if isinstance(event, Failed):
                complain(self, event.message)
            elif isinstance(event, Judged) and self._desk.job is None and self._desk.now == snapshot:
                self.query_one(Page).mark(event)

    def action_next_model(self) -> None:
        """Changes to the next model."""
        self.query_one(SettingsBar).next_model()
