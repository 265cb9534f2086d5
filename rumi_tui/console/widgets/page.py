"""The poem, and the line below it that tells how the writing goes. Knows nothing of who has it written."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from rumi_tui.bidi import Mode, to_cells
from rumi_tui.console.plain import is_plain
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.status_line import StatusLine
from rumi_tui.console.writing.desk import AnyJob
from rumi_tui.console.writing.draft import Job
from rumi_tui.console.writing.history import Snapshot
from rumi_tui.console.writing.line import LineJob
from rumi_tui.console.writing.replay import Rewriting
from rumi_tui.engine.messages import Began, Failed, Finished, Judged, Tried, Wrote, WroteLine
from rumi_tui.library.real_verse import MACHINE_CAPTION, RealVerse
from rumi_tui.verse.marks import KINDS
from rumi_tui.wording import counted

ENDINGS = {"end": "the poem ended here", None: "stopped"}


def captions(text: str, real: RealVerse | None) -> dict[int, str]:
    """What is told above which lines of a poem, so that nobody takes the machine's for Rumi's."""
    above, lines = dict[int, str](), 0
    for part, count in real.lines_by_place(text) if real else ():
        above[lines] = part.caption
        lines += count
    return {**above, lines: MACHINE_CAPTION} if above else {}


class Page(Vertical):
    """Draws what stands there and what is added to it."""

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode = mode
        self._unended = ""
        """What is written of a line that is shown once it is whole: that is how it is read aloud."""
        self.shows_marks = False
        """Whether a poem at rest is to have its marks."""
        self._judged: Judged | None = None
        """What the line tells of marks; None where there are none."""
        self.foreword = ""
        """What is to be told of the poem that begins next."""
        self._notes = ""
        """The same of the one that is being written, and what the model could not read of its beginning."""
        self._broken: list[int] = []
        """The lines that break the form, as was told when the poem was finished."""

    def compose(self) -> ComposeResult:
        """What is out of sight of the poem, the poem, and below it the line."""
        yield Static("", id="more", markup=False)
        yield PoemView(self._mode)
        yield StatusLine(self._mode, id="status")

    def draw_in(self, mode: Mode) -> None:
        """Draws right-to-left lines in another way from now on."""
        self._mode = mode

    @property
    def line(self) -> StatusLine:
        """The line below the poem."""
        return self.query_one(StatusLine)

    def on_mount(self) -> None:
        """Tells from now on what is out of sight, and what the marks mean in the colours of the theme."""
        view = self.query_one(PoemView)
        for name in ("scroll_y", "virtual_size"):
            self.watch(view, name, self._tell_more)
        self.app.theme_changed_signal.subscribe(self, lambda _: self._explain_marks())

    def on_resize(self) -> None:
        """Another part of it is out of sight now."""
        self.call_after_refresh(self._tell_more)

    def _tell_more(self) -> None:
        view = self.query_one(PoemView)
        above = view.scroll_offset.y
        below = view.virtual_size.height - above - view.size.height
        if is_plain(self):
            words = [f"{counted(above, 'row')} above: PageUp."] * (above > 0)
            words += [f"{counted(below, 'row')} below: PageDown."] * (below > 0 and view.size.height > 0)
            self.query_one("#more", Static).update(" ".join(words))
            return
        words = [f"↑ {above:,} PageUp"] * (above > 0) + [f"↓ {below:,} PageDown"] * (below > 0 and view.size.height > 0)
        self.query_one("#more", Static).update("  ".join(words))

    @property
    def broken(self) -> list[int]:
        """The numbers of the lines that break the form, in order, as far as that was judged."""
        if self._judged is not None:
            return [number for number, line in enumerate(self._judged.lines, 1) if line.faults]
        return self._broken

    def show(self, snapshot: Snapshot | None, words: str) -> None:
        """Draws a poem where nothing is being written, and tells how it stands; nothing where the words are empty."""
        self._draw(snapshot)
        if words:
            self.screen.notify(words)

    def begin(self, snapshot: Snapshot | None, job: AnyJob | None, began: Began) -> None:
        """Draws the beginning of what is being written, with a cursor."""
        self._unended = ""
        self._draw(snapshot, began.text)
        view = self.query_one(PoemView)
        view.set_writing(True)
        view.follow()
        words = "writing again"
        if isinstance(job, Job):
            words = f"seed {job.settings.seed} · temperature {job.settings.sampling.temperature:g} · writing"
        self.line.tell(words)
        self._notes, self.foreword = " ".join(filter(None, [self.foreword, *began.notes])), ""
        if self._notes:
            self.screen.notify(self._notes)

    def append(self, wrote: Wrote) -> None:
        """Draws what was just written."""
        text = "".join(step.text for step in wrote.steps)
        if is_plain(self):
            lines, end, self._unended = (self._unended + text).rpartition("\n")
            text = lines + end
        if text:
            view = self.query_one(PoemView)
            view.append(text)
            if is_plain(self):
                self.line.tell(f"line {view.line_count - 1} is written")

    def show_try(self, job: AnyJob | None, tried: Tried) -> None:
        """Draws a try at the next line, or at the one that is written anew, faintly; none where it is read aloud."""
        if is_plain(self):
            return
        self.query_one(PoemView).show_try(tried.line, job.wish.number - 1 if isinstance(job, LineJob) else None)

    def toggle_marks(self) -> bool:
        """Whether a poem at rest is to have its marks from now on."""
        self.shows_marks = not self.shows_marks
        return self.shows_marks

    def mark(self, judged: Judged) -> None:
        """Marks the poem that stands there, and tells what the marks mean."""
        self._judged = judged
        self.query_one(PoemView).mark(judged.lines)
        self._explain_marks()

    def _explain_marks(self) -> None:
        judged, view = self._judged, self.query_one(PoemView)
        if judged is None:
            return
        kinds = {mark.kind for line in judged.lines for mark in line.marks}
        legend = Text(" ").join(Text(kind, view.mark_style(kind)) for kind in KINDS if kind in kinds)
        if judged.metre:
            metre = "".join(cell.text for cell in to_cells(judged.metre.partition("(")[0].strip(), self._mode))
            legend.append(f" · {metre}" if kinds else metre)
        self.line.explain(legend)

    def end(self, snapshot: Snapshot | None, job: AnyJob | None, event: Finished | Failed | WroteLine) -> None:
        """Takes the cursor away and tells how the writing went."""
        if self._unended:
            self.query_one(PoemView).append(self._unended)
            self._unended = ""
        if isinstance(job, Job) and isinstance(event, Finished):
            rate = ""
            if event.seconds and job.settings.keep == "off":  # of a line that was tried, the speed tells nothing
                rate = f" · {event.characters / event.seconds:,.0f} characters/second"
            ending = self._told_ending(job, event)
            self._leave_off(job)
            numbers = ", ".join(map(str, event.broken))
            broken = f" · the form breaks in line {numbers}" if event.broken else ""
            words = f"seed {job.settings.seed} · {ending}{broken}{rate}"
            self.screen.notify(words)
            if self._notes:  # told before, and to be read when the poem is
                self.line.tell(f"{self._notes} · {words}")
            self._broken = event.broken
        elif isinstance(event, Failed):
            self._draw(snapshot)
        elif isinstance(job, Rewriting):
            self.show(snapshot, job.verdict if job.is_over else "the poem is unchanged")
        elif isinstance(job, LineJob):
            self.show(snapshot, job.words or "the poem is unchanged")
        else:
            self.show(snapshot, "")

    def _told_ending(self, job: Job, event: Finished) -> str:
        """Why the poem stands as it does, where that may surprise."""
        if event.ending is None and self.query_one(PoemView).is_trying:
            return "stopped; the line that was being tried is left out"
        if (ending := ENDINGS.get(event.ending)) or job.draft is None:
            return ending or "stopped"
        passage, lines = job.draft.passages[-1], job.draft.text.count("\n") + 1
        wanted = job.draft.text.count("\n", 0, passage.begins_at) + (passage.lines or 0)
        over = f", not {wanted}, so that nothing is cut off" if lines > wanted else ""
        return f"stopped at {lines} line{'s' * (lines != 1)}{over}"

    def _leave_off(self, job: Job) -> None:
        """Takes the cursor away, and shows what was just written from its beginning.

        Whoever had it come at a pace to read by has read it, and stays at its end.
        """
        view, draft = self.query_one(PoemView), job.draft
        view.set_writing(False)
        if draft is not None and job.settings.pace is None:
            goes_on = draft.branch is not None or len(draft.passages) > 1
            view.show_from(draft.text.count("\n", 0, draft.passages[-1].begins_at) if goes_on else 0)

    def _draw(self, snapshot: Snapshot | None, text: str | None = None) -> None:
        """Draws a poem, or a beginning of it."""
        view = self.query_one(PoemView)
        view.set_writing(False)
        self._judged, self._broken = None, []
        self.line.explain(Text())
        if snapshot is None:
            view.show("", (), "")
        else:
            text = snapshot.text if text is None else text
            view.show(text, snapshot.draft.given, snapshot.draft.form, captions(text, snapshot.draft.real))
