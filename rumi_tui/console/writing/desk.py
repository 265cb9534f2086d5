"""The desk: the poem on the page, the steps that led to it, what is being written, and what is not saved yet.

Each event of the writing process is posted once its job has handled it. Whoever shows the poem gives the event back
to `take_in` before drawing it, so that the desk never runs ahead of the page. Knows nothing of screens.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Protocol

import msgspec

from models.errors import RumiError
from rumi_tui.console.actions import Moment
from rumi_tui.console.writing.draft import Draft, Job, Settings
from rumi_tui.console.writing.drafting import Drafting
from rumi_tui.console.writing.history import Change, History, Snapshot, Step
from rumi_tui.console.writing.line import LineJob, LineWish
from rumi_tui.console.writing.look import Look
from rumi_tui.console.writing.replay import Rewriting
from rumi_tui.console.writing.unsaved import Unsaved
from rumi_tui.console.writing.writer import Writer
from rumi_tui.engine.messages import (
    Began,
    Describe,
    Described,
    Event,
    Failed,
    Finished,
    Order,
    WroteLine,
)
from rumi_tui.library.poem import Branch, KeptPoem
from rumi_tui.library.real_verse import RealVerse
from rumi_tui.library.store import DamagedPoemError, Library
from rumi_tui.texts.opening import Opening
from rumi_tui.verse.languages import LANGUAGES

AnyJob = Job | Drafting | LineJob | Rewriting
AFTER_RUMI = "After Rumi:"
"""How the title of a poem begins whose beginning is Rumi's; his place follows."""
BESIDE_RUMI = "Beside Rumi:"
"""How the title of a poem begins that a model wrote beside verse of Rumi's."""


class Task(Protocol):
    """Something that runs beside everything else."""

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""

    async def wait(self) -> None:
        """Waits for its end."""


class Desk:
    """Has poems written, one at a time."""

    def __init__(
        self,
        library: Library,
        writer: Writer,
        start: Callable[[Coroutine[None, None, None]], Task],
        post: Callable[[AnyJob | None, Event], object],
    ) -> None:
        """`start` runs a coroutine as a task; `post` takes each event, with its job if it belongs to one."""
        self.library, self._writer, self._start, self._post = library, writer, start, post
        self.history = History()
        self.unsaved = Unsaved()
        self.job: AnyJob | None = None
        """What is being written, until its last event has been taken in."""
        self._job_settings: Settings | None = None
        """What the person's settings were when the job began."""
        self._task: Task | None = None

    @property
    def now(self) -> Snapshot | None:
        """What stands on the page."""
        return self.history.now

    @property
    def moments(self) -> set[Moment]:
        """What is going on."""
        moments: set[Moment] = {"writing"} if self.job is not None else set()
        if self.now is not None:
            moments |= {"poem"} if moments else {"poem", "rest"}
        return moments

    # Writing. All of these raise `RumiError` for settings that nothing can be written with.

    async def write_new(self, settings: Settings, text: str) -> None:
        """Begins a poem with what the person typed."""
        await self._write(settings, text, is_typed=True)

    async def write_after(self, settings: Settings, opening: Opening) -> None:
        """Has the model of its language write on from verse of Rumi's, in its form, metre and rhyme if it can.

        The title tells whose the beginning is, and the poem where it ends.
        """
        settings, opening = await self._meant_for(settings, opening)
        real = RealVerse(length=len(opening.text), place=opening.place, address=opening.address)
        await self._write(settings, opening.text, is_typed=True, title=_title_of(real), real=real)

    async def write_beside(self, settings: Settings, lines: int, like: Opening) -> None:
        """Has a poem of its own written beside verse of Rumi's, as long, and in its form, metre and rhyme."""
        settings, _ = await self._meant_for(settings, like)
        settings = msgspec.structs.replace(settings, lines=lines)
        await self._write(settings, "", is_typed=True, title=f"{BESIDE_RUMI} {like.place}")

    async def _meant_for(self, settings: Settings, opening: Opening) -> tuple[Settings, Opening]:
        """Settings for the model of a language that is to keep to an opening as far as it can, and what it can."""
        language = LANGUAGES.get(opening.language or "")
        model = language.model if language else settings.model
        described = await self._described(model)
        opening = opening.meant_for(described.tokenizer, described.card.forms)
        settings = settings.meant_for(model, opening.form)
        return msgspec.structs.replace(settings, metre=opening.metre, rhyme=opening.rhyme), opening

    async def _described(self, model: str) -> Described:
        await self.finish()
        async for event in self._writer.carry_out(Describe(model)):
            if isinstance(event, Described):
                return event
            if isinstance(event, Failed):
                raise RumiError(event.message)
        raise RumiError(f"The model {model} could not be read: try again.")

    async def write_again(self, settings: Settings, draft: Draft) -> None:
        """Begins another poem as `draft` began."""
        like = draft if draft.branch else None  # a branch needs the very beginning, model and form that it has
        is_typed = like is None or draft.is_typed
        await self._write(
            settings,
            draft.prompt,
            is_typed=is_typed,
            like=like,
            branch=draft.branch,
            title=_title_of(draft.real),
            real=draft.real,
        )

    async def write_drafts(self, settings: Settings, text: str, draft: Draft | None = None) -> Drafting:
        """Begins several poems with what the person typed, or as `draft` began; none of them goes on the page."""
        like = draft if draft and draft.branch else None
        if draft:
            text = draft.prompt
        if like:
            settings = settings.meant_for(like.model, like.form)
            settings = msgspec.structs.replace(settings, metre=settings.metre or like.metre_at(len(text)))
        real = draft.real if draft else None
        job = Drafting(self.library, settings, text, like is None or like.is_typed, like, _title_of(real), real)
        commands = job.commands()
        await self.finish()
        self.job = job
        self._task = self._carry_out(job, commands)
        return job

    async def go_on(self, settings: Settings, snapshot: Snapshot) -> None:
        """Writes more of a poem; of a beginning of one, as a branch. What was stopped gets the lines that it lacks."""
        draft = snapshot.draft
        if snapshot.is_whole:
            line_is_whole = bool(draft.passages) and draft.passages[-1].ending in ("end", "lines", "line")
            text = draft.text + "\n" * line_is_whole
            await self._write(
                settings, text, is_typed=draft.is_typed, draft=draft, lines=self._lines_left(settings, draft)
            )
        else:
            await self.branch(settings, snapshot, snapshot.text, len(snapshot.text), is_typed=draft.is_typed)

    def _lines_left(self, settings: Settings, draft: Draft) -> int | None:
        """Of a poem that was stopped, as long as nobody asks for another number of lines; None: as many as those."""
        if not draft.passages or draft.passages[-1].ending is not None or self._job_settings is None:
            return None
        passage = draft.passages[-1]
        left = (passage.lines or 0) - draft.text.count("\n", passage.begins_at)
        return left if left > 0 and settings.lines == self._job_settings.lines else None

    async def branch(self, settings: Settings, snapshot: Snapshot, text: str, at: int, is_typed: bool) -> None:
        """Goes on from `text`, which has the first `at` characters in common with the poem on the page."""
        await self._write(settings, text, is_typed=is_typed, like=snapshot.draft, branch=snapshot.branch(at))

    async def write_line(self, settings: Settings, snapshot: Snapshot, wish: LineWish) -> None:
        """Writes one line of a poem anew, as a branch."""
        job = LineJob(self.library, settings, snapshot, wish)
        await self.finish()
        self.job = job
        self._task = self._carry_out(job, job.commands())

    async def change_settings(self, settings: Settings, is_seed_locked: bool) -> None:
        """Lets other settings count from the next character of what is being written."""
        job, job_settings = self.job, self._job_settings
        if not isinstance(job, Job) or job.draft is None or job_settings is None:
            return
        if settings.model != job_settings.model:  # its metre and rhyme are for the next poem
            settings = msgspec.structs.replace(settings, metre=job_settings.metre, rhyme=job_settings.rhyme)
        settings = msgspec.structs.replace(settings, model=job_settings.model, form=job_settings.form)
        if settings == (job_settings if is_seed_locked else msgspec.structs.replace(job_settings, seed=settings.seed)):
            return
        await self.finish()
        draft, passage = job.draft, job.draft.passages[-1]
        if passage.ending is None:
            line_count = draft.text[passage.begins_at :].count("\n")
            lines_left = job.settings.lines - line_count + settings.lines - job_settings.lines
            await self._write(settings, draft.text, draft=draft, lines=max(1, lines_left))

    async def _write(
        self,
        settings: Settings,
        text: str,
        *,
        is_typed: bool = False,
        draft: Draft | None = None,
        like: Draft | None = None,
        branch: Branch | None = None,
        lines: int | None = None,
        title: str = "",
        real: RealVerse | None = None,
    ) -> None:
        """Has verse written: more of `draft`, or a new poem, which may leave another at `branch` and be `like` it.

        `lines`, where given, is how many of the lines that the settings allow are left. What is `real` of the text is
        Rumi's. Where nobody asks for a metre,
        it goes on in the one that it has.
        """
        if source := draft or like:
            settings = settings.meant_for(source.model, source.form)
        job_settings = settings
        if lines is not None:
            settings = msgspec.structs.replace(settings, lines=lines)
        if source and not settings.metre:
            settings = msgspec.structs.replace(settings, metre=source.metre_at(len(text)))
        job = Job(self.library, settings, text, is_typed, draft, like, branch, title, real)
        commands = job.commands()
        await self.finish()
        self.history.hold()
        self.job, self._job_settings = job, job_settings
        self._task = self._carry_out(job, commands)

    def replay(self, draft: Draft) -> bool:
        """Has a poem written again from its seeds; whether there is anything in it that a model wrote.

        Raises `RumiError` where a line of it was written anew, which its seed alone does not tell.
        """
        if any(passage.ending == "line" for passage in draft.passages):
            raise RumiError("A line of this poem was rewritten, so the poem cannot be compared.")
        job = Rewriting(draft)
        if job.is_over:
            return False
        self.job = job
        self._task = self._carry_out(job, job.commands())
        return True

    def describe(self, model: str) -> None:
        """Has a model loaded; `Described` or `Failed` will be posted, without a job."""
        self._carry_out(None, [Describe(model)])

    def look(self, snapshot: Snapshot, settings: Callable[[], Settings]) -> Look:
        """Lets the writing process be asked about what stands on the page."""
        return Look(self._writer, snapshot, settings)

    async def stop(self) -> None:
        """Stops what is being written; its last events are still to come."""
        await self._writer.stop()

    async def finish(self) -> None:
        """Stops what is being written and waits until all of it has come."""
        if self._task is not None and self._task.is_running:
            await self._writer.stop()
            await self._task.wait()

    def _carry_out(self, job: AnyJob | None, commands: Sequence[Order]) -> Task:
        """Has commands carried out; a stop from now on holds for them, also where they have not been sent yet."""
        return self._start(self._listen(job, [self._writer.carry_out(command) for command in commands]))

    async def _listen(self, job: AnyJob | None, answers: Sequence[AsyncIterator[Event]]) -> None:
        for events in answers:
            event: Event | None = None
            async for event in events:
                if job is not None:
                    job.handle(event)
                self._post(job, event)
            if isinstance(event, Failed):
                return

    # What stands on the page

    def take_in(self, job: AnyJob | None, event: Event) -> bool:
        """Lets an event count; whether the page shows its job. If not, something else stands there by now."""
        if job is None or job is not self.job:
            return False
        if isinstance(event, Began) and isinstance(job, Job):
            assert job.draft is not None
            self.history.turn_to(job.draft)
        elif isinstance(event, WroteLine):
            assert job.draft is not None
            self.history.turn_to(job.draft)
            self.job = None
        elif isinstance(event, Failed) or (isinstance(event, Finished) and _is_last(job, event)):
            self.job = None
        return True

    def undo(self) -> bool:
        """Takes the last step back; whether there was one."""
        self.job = None
        return self.history.undo()

    def redo(self) -> bool:
        """Takes the step again that was taken back last; whether there was one."""
        self.job = None
        return self.history.redo()

    def clear(self, change: Change | None) -> None:
        """Empties the page: a step that also takes a change of settings along, if there was one."""
        self.job = None
        self.history.clear(change)

    def keep(self, draft: Draft) -> None:
        """Puts one of several drafts on the page; none of them is being written any more."""
        self.job = None
        self.history.turn_to(draft)

    def change_by_hand(self, snapshot: Snapshot, text: str, at: int) -> Draft:
        """Puts the poem on the page as the person changed it; the first `at` characters are as they were."""
        self.job = None
        draft, branch = snapshot.draft, snapshot.branch(at)
        inherited_parts = draft.given if branch else ()
        real = draft.real and draft.real.changed(snapshot.text, text, "hand")
        new_draft = Draft(
            self.library, draft.model, draft.model_sha256, draft.form, text, branch, inherited_parts, real=real
        )
        new_draft.save()
        self.history.turn_to(new_draft)
        return new_draft

    def open(self, poem: int) -> None:
        """Puts a poem of the library on the page. Raises `RumiError` where it cannot be read."""
        self.job = None
        self.history.turn_to(self.unsaved.find(poem) or Draft.reopen(self.library, self.library.poem(poem)))

    def take_up(self, steps: Sequence[Step], number: int) -> None:
        """Puts on the page what stood there in another session, with the steps that led to it.

        Poems that were deleted since are left out, and damaged ones. Raises `RumiError` where the library cannot be
        read.
        """
        drafts: dict[int, Draft] = {}
        for poem in {step.poem for step in steps if step.poem is not None}:
            if self.library.lists(poem):
                with contextlib.suppress(DamagedPoemError):
                    drafts[poem] = Draft.reopen(self.library, self.library.poem(poem))
        self.history.take_up(steps, number, drafts.get)

    def title(self) -> str:
        """Of the poem on the page, as the library has it. Raises `RumiError` where it cannot be read."""
        return self.library.poem(self.now.draft.id).title if self.now and self.now.draft.id is not None else ""

    def family(self, draft: Draft) -> list[KeptPoem]:
        """The poems of the tree that a poem stands in. Raises `RumiError` where they cannot be read."""
        return self.library.family(draft.id) if draft.id is not None else []

    def as_saved(self, snapshot: Snapshot) -> KeptPoem:
        """What stands on the page as the library has it. Raises `RumiError` for nothing, and where it is not saved."""
        draft = snapshot.draft
        draft.save()
        if draft.trouble is not None:
            raise RumiError(draft.trouble)
        if draft.id is None:
            raise RumiError("Nothing is written on this page yet.")
        poem = self.library.poem(draft.id)
        passages = tuple(passage for passage in poem.passages if passage.begins_at <= len(snapshot.text))
        return msgspec.structs.replace(poem, text=snapshot.text, passages=passages)

    async def close(self) -> str:
        """Stops, saves, and gives back the poems that could not be saved."""
        await self.finish()
        if self.job is not None and self.job.draft is not None:
            self.unsaved.watch(self.job.draft)
        self.unsaved.save()
        return self.unsaved.text


def _title_of(real: RealVerse | None) -> str:
    """Of a poem whose beginning is Rumi's; empty for another."""
    return f"{AFTER_RUMI} {real.place}" if real else ""


def _is_last(job: AnyJob, event: Finished) -> bool:
    """Whether nothing follows; a poem that is written again has an end for each of its passages."""
    return isinstance(job, Job | LineJob) or event.ending is None or job.is_over
