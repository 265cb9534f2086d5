"""The page to write on: what each key and command does there."""

from __future__ import annotations

from functools import partial

import msgspec
from textual import on
from textual.widgets import Input

from models.errors import RumiError
from rumi_tui.console import actions
from rumi_tui.console.screens.edit import Edited, EditScreen
from rumi_tui.console.screens.export import ExportScreen
from rumi_tui.console.screens.lens import Branching, LensScreen
from rumi_tui.console.screens.library import LibraryScreen
from rumi_tui.console.screens.name import Name, NameScreen
from rumi_tui.console.screens.page import Manner, PageScreen
from rumi_tui.console.screens.tree import TreeScreen
from rumi_tui.console.screens.verses import Asking, VersesScreen
from rumi_tui.console.slash_commands import SIGN, RunAction, SetValue, read_command
from rumi_tui.console.widgets.prompt import Prompt
from rumi_tui.console.widgets.settings_bar import SettingsBar
from rumi_tui.console.writing.draft import Draft, shared_beginning
from rumi_tui.console.writing.history import Snapshot
from rumi_tui.console.writing.replay import Rewriting
from rumi_tui.engine.messages import Inspect
from rumi_tui.library.formats import FORMATS, save_file
from rumi_tui.library.store import KeptPoem
from rumi_tui.locations import poems_folder
from rumi_tui.search.index import Couplet
from rumi_tui.verse.languages import LANGUAGES


class WriteScreen(PageScreen):
    """The page to write on."""

    BINDINGS = actions.bindings(actions.WRITING)

    # What the person does

    @on(Prompt.Submitted)
    async def _take_prompt(self, event: Prompt.Submitted) -> None:
        if event.text.startswith(SIGN):
            self.query_one(Prompt).remember(event.text)
            await self._obey(event.text)
        else:
            await self._write_new()

    @on(Input.Submitted, "SettingsBar Input")
    async def _take_field(self) -> None:
        if self._job is None:
            await self._write_new()
        else:
            await self._take_changes()

    async def _write_new(self) -> None:
        prompt = self.query_one(Prompt)
        text = "" if prompt.text.startswith(SIGN) else prompt.text
        prompt.remember(text)
        await self._write(text, typed=True)

    async def _obey(self, line: str) -> None:
        """Does what a command says, and empties the prompt once it is done."""
        try:
            match read_command(line):
                case SetValue(name, value):
                    self.query_one(SettingsBar).set(name, value)
                    await self._take_changes()
                case RunAction(action, value) if action.name == "export" and value:
                    self._export(value)
                case RunAction(action, value) if action.name == "ask":
                    self._find_verses("ask", value)
                case RunAction(action, value) if action.name == "search":
                    self._find_verses("search", value)
                case RunAction(action, _):
                    owner = self if action in actions.WRITING else self.app
                    await owner.run_action(action.name)
            self.query_one(Prompt).clear()
        except RumiError as error:
            self._complain(str(error))

    async def action_stop(self) -> None:
        """Stops writing and keeps what is there."""
        await self._writer.stop()

    async def action_again(self) -> None:
        """Writes a poem from the same beginning."""
        if (snapshot := self._history.now) is None:
            await self._write_new()
        else:
            draft = snapshot.draft  # a branch stays one only with the very beginning, model and form it has
            like = draft if draft.branch else None
            typed = like is None or draft.is_typed
            await self._write(draft.prompt, typed=typed, like=like, branch=draft.branch)

    async def action_go_on(self) -> None:
        """Continues the poem on the page."""
        snapshot = self._history.now
        if snapshot is None or self._job is not None:
            return
        draft = snapshot.draft
        line_is_whole = bool(draft.passages) and draft.passages[-1].ending in ("end", "lines")
        if snapshot.is_whole:
            await self._write(draft.text + "\n" * line_is_whole, typed=draft.is_typed, draft=draft)
        else:
            await self._write(snapshot.text, typed=draft.is_typed, like=draft, branch=snapshot.branch())

    async def action_same_again(self) -> None:
        """Writes the poem on the page again, to see that it comes out the same."""
        await self._finish_job()
        if snapshot := self._snapshot():
            job = Rewriting(snapshot.draft)
            if job.is_over:
                self.notify("No model wrote anything of this poem.")
                return
            self._job = job
            self._working = self._have_done(job, job.commands())

    def action_lock_seed(self) -> None:
        """Takes the seed of the poem on the page into the settings, or out of them."""
        bar, snapshot = self.query_one(SettingsBar), self._history.now
        try:
            if bar.is_seed_locked:
                bar.set("seed", "")
                self.notify("The seed is free: each poem takes another.")
            elif snapshot is not None and snapshot.draft.passages:
                seed = snapshot.draft.passages[-1].seed
                bar.set("seed", str(seed))
                self.notify(f"The seed stays {seed} until you free it.")
        except RumiError as error:  # another setting makes no sense
            self._complain(str(error))

    async def action_undo(self) -> None:
        """Takes the last step back."""
        await self._finish_job()
        self._turned(self._history.undo(), "There is no step to take back.")

    async def action_redo(self) -> None:
        """Takes a step again."""
        await self._finish_job()
        self._turned(self._history.redo(), "There is no step to take again.")

    def _turned(self, done: bool, otherwise: str) -> None:
        self._job = None
        if not done:
            self.notify(otherwise)
            return
        self._show()
        self._say("" if self._history.now is None else "as it stood here")

    async def action_edit(self) -> None:
        """Lets the person change the poem."""
        await self._finish_job()
        if snapshot := self._snapshot():
            self.app.push_screen(EditScreen(snapshot.text, self._mode), partial(self._take_edited, snapshot))

    async def _take_edited(self, snapshot: Snapshot, edited: Edited | None) -> None:
        if edited is None:
            return
        draft, text = snapshot.draft, edited.text
        if edited.goes_on and text == snapshot.text:
            await self.action_go_on()
            return
        branch = snapshot.branch(shared_beginning(text, snapshot.text))
        if edited.goes_on:
            await self._write(text, typed=True, like=draft, branch=branch)
        elif text != snapshot.text:
            given = draft.given if branch else ()
            changed = Draft(self._library, draft.model, draft.model_sha256, draft.form, text, branch, given)
            changed.save()
            self._watch_saving(changed)
            self._turn_to(changed)
            self._say("changed by hand")

    async def action_lens(self) -> None:
        """Shows what the model thought at every place of the poem."""
        await self._finish_job()
        if (snapshot := self._snapshot()) and snapshot.text:
            draft = snapshot.draft
            answer = self._writer.carry_out(Inspect(draft.model, draft.form, snapshot.text))
            lens = LensScreen(snapshot.text, draft.model_sha256, answer, self._mode)
            self.app.push_screen(lens, partial(self._branch, snapshot))

    async def _branch(self, snapshot: Snapshot, choice: Branching | None) -> None:
        if choice is not None:
            text = snapshot.text[: choice.at] + choice.text
            await self._write(
                text, typed=snapshot.draft.is_typed, like=snapshot.draft, branch=snapshot.branch(choice.at)
            )

    async def action_tree(self) -> None:
        """Shows all branches of the poem."""
        if (snapshot := self._snapshot()) and (family := self._family(snapshot.draft)):
            assert snapshot.draft.id is not None
            self.app.push_screen(TreeScreen(family, snapshot.draft.id, self._mode), self._open)

    async def action_next_branch(self) -> None:
        """Turns to the next branch of the poem, and from the last to the first."""
        if (snapshot := self._snapshot()) and (family := self._family(snapshot.draft)):
            places = [place for place, kept in enumerate(family) if kept.id == snapshot.draft.id]
            if len(family) > 1 and places:
                await self._open(family[(places[0] + 1) % len(family)])
            else:
                self.notify("This poem has no branch yet: the lens makes one.")

    def _family(self, draft: Draft) -> list[KeptPoem]:
        """The poems of the tree that a poem stands in."""
        try:
            return self._library.family(draft.id) if draft.id is not None else []
        except RumiError as error:
            self._complain(str(error))
            return []

    def action_name(self) -> None:
        """Gives the poem on the page a title and tags."""
        if poem := self._kept():
            self.app.push_screen(NameScreen(poem), partial(self._take_name, poem))

    def _take_name(self, poem: KeptPoem, name: Name | None) -> None:
        if name is not None:
            try:
                self._library.name(poem.id, name.title, name.tags)
            except RumiError as error:
                self._complain(str(error))

    def action_copy(self) -> None:
        """Gives the poem to the terminal's clipboard, and to a file, since no terminal says whether it took it."""
        if snapshot := self._snapshot():
            self.app.copy_to_clipboard(snapshot.text)
            if poem := self._kept():
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

    async def action_library(self) -> None:
        """Looks through the poems that were kept."""
        try:
            self.app.push_screen(LibraryScreen(self._library, self._mode), self._open)
        except RumiError as error:
            self._complain(str(error))

    def action_ask(self) -> None:
        """Asks the real verse."""
        self._find_verses("ask")

    def action_search(self) -> None:
        """Searches the real verse."""
        self._find_verses("search")

    def _find_verses(self, kind: Asking, words: str = "") -> None:
        self.app.push_screen(VersesScreen(kind, words, self._mode), self._write_after)

    async def _write_after(self, couplet: Couplet | None) -> None:
        """Has the model of its language write on from a couplet of Rumi's, and notes in the title whose it is."""
        if couplet is not None:
            language = LANGUAGES.get(couplet.language or "")
            model = language.model if language else self.query_one(SettingsBar).model
            title = f"After Rumi: {couplet.place}"
            await self._write(f"{couplet.verse}\n", typed=True, manner=Manner(model, couplet.form), title=title)

    def action_next_model(self) -> None:
        """Changes to the next model."""
        self.query_one(SettingsBar).next_model()

    async def _open(self, kept: KeptPoem | None) -> None:
        if kept is None:
            return
        await self._finish_job()
        self._job = None
        try:
            draft = self._unsaved.find(kept.id) or Draft.reopen(self._library, self._library.poem(kept.id))
        except RumiError as error:
            self._complain(str(error))
            return
        self._turn_to(draft)
        self._say(f"{kept.model}, {kept.form}, {kept.written[:10]}")

    def _snapshot(self) -> Snapshot | None:
        """What stands on the page; tells the person where nothing does."""
        if self._history.now is None:
            self.notify("There is no poem on the page yet: write one.")
        return self._history.now

    def _kept(self) -> KeptPoem | None:
        """The poem on the page as the library has it, as far as it stands there; tells why if there is none."""
        if (snapshot := self._snapshot()) is None:
            return None
        draft = snapshot.draft
        draft.save()
        try:
            if draft.trouble is not None:
                raise RumiError(draft.trouble)
            assert draft.id is not None
            poem = self._library.poem(draft.id)
        except RumiError as error:
            self._complain(str(error))
            return None
        passages = tuple(passage for passage in poem.passages if passage.begins_at <= len(snapshot.text))
        return msgspec.structs.replace(poem, text=snapshot.text, passages=passages)
