"""Several drafts of one beginning side by side: they grow one after the other, and one is chosen."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import ItemGrid, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from rumi_tui.bidi import Mode, is_right_to_left
from rumi_tui.console.actions import closing
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.widgets.footer import KeyRow
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.writing.draft import Draft
from rumi_tui.console.writing.drafting import DRAFTS, Drafting
from rumi_tui.engine.messages import Began, Event, Failed, Finished, Tried, Wrote
from rumi_tui.engine.rank import Rank

COLUMN = 38
"""Cells of a draft at least where there are several beside each other: a Persian hemistich."""


class DraftView(PoemView, can_focus=True):
    """A draft under a line that tells how it stands."""

    def __init__(self, mode: Mode) -> None:
        super().__init__(mode)
        self.draft: Draft | None = None
        """None until it has begun."""
        self.rank: Rank | None = None
        """None until it is written."""
        self.border_title = "waiting"


class DraftsScreen(Dialog[Draft | None]):
    """Shows drafts as they grow and then the best first; gives back the chosen one."""

    BINDINGS = [
        Binding("enter", "keep", "Keep", priority=True),
        *closing("drafts", "back"),
        Binding("left", "move(-1, 0)", show=False, priority=True),
        Binding("right", "move(1, 0)", show=False, priority=True),
        Binding("up", "move(0, -1)", show=False, priority=True),
        Binding("down", "move(0, 1)", show=False, priority=True),
        Binding("pageup", "scroll(-1)", show=False, priority=True),
        Binding("pagedown", "scroll(1)", show=False, priority=True),
    ]
    AUTO_FOCUS = "DraftView"

    def __init__(self, job: Drafting, mode: Mode) -> None:
        super().__init__()
        self._job, self._mode = job, mode
        self._views = [DraftView(mode) for _ in range(DRAFTS)]
        """In the order in which they are written."""
        self._finished = 0

    def compose(self) -> ComposeResult:
        """The drafts, in as many columns as there is room for."""
        yield Static("", id="legend", markup=False)
        with VerticalScroll(can_focus=False):
            yield ItemGrid(*self._views, min_column_width=COLUMN, stretch_height=False)
        yield KeyRow()

    def on_mount(self) -> None:
        """Tells what is going on."""
        self._tell()

    def draw(self, event: Event) -> None:
        """Draws what came from the writing process."""
        if self._finished == DRAFTS:
            return
        view = self._views[self._finished]
        match event:
            case Began():
                self._begin(view, event)
            case Tried():
                view.show_try(event.line)
            case Wrote():
                view.append("".join(step.text for step in event.steps))
            case Finished():
                self._finish(view, event.rank)
            case Failed() if view.draft is None and not self._finished:
                self.dismiss(None)
            case Failed():
                view.set_writing(False)
                view.border_title = "stopped"

    def _begin(self, view: DraftView, began: Began) -> None:
        draft = view.draft = self._job.drafts[self._finished]
        view.border_title = "writing"
        view.show(began.text, draft.given, draft.form)
        view.set_writing(True)
        if self._mode == "terminal" and is_right_to_left(began.text):
            self.query_one(ItemGrid).min_column_width = None
        if self._finished == 0 and began.notes:
            self.notify(" ".join(began.notes))

    def _finish(self, view: DraftView, rank: Rank | None) -> None:
        view.set_writing(False)
        view.rank, view.border_title = rank, rank.reasons if rank else "stopped"
        self._finished += 1
        if self._finished == DRAFTS:
            self._sort()
        self._tell()

    def _sort(self) -> None:
        ranks: dict[Widget, Rank] = {view: view.rank for view in self._views if view.rank is not None}
        if len(ranks) < DRAFTS:
            return
        self.query_one(ItemGrid).sort_children(key=lambda view: ranks[view])
        if self.focused is self._views[0]:  # where it was from the beginning on
            self._shown[0].focus(scroll_visible=False)
            self.query_one(VerticalScroll).scroll_home(animate=False)

    def _tell(self) -> None:
        if self._finished == DRAFTS:
            words = "The best first: form kept, ended, few bits a letter · Enter keeps one; the others stay as branches"
        else:
            words = f"{self._finished} of {DRAFTS} written · the best will come first"
        self.query_one("#legend", Static).update(words)

    @property
    def _shown(self) -> list[DraftView]:
        """In the order of the screen."""
        return list(self.query(DraftView))

    def action_move(self, columns: int, rows: int) -> None:
        """Goes to a draft beside or below, if there is one."""
        views = self._shown
        if not isinstance(self.focused, DraftView):
            return
        width = sum(view.region.y == views[0].region.y for view in views)
        number = views.index(self.focused) + columns + rows * width
        if 0 <= number < len(views):
            views[number].focus()

    def action_scroll(self, pages: int) -> None:
        """Scrolls by what is in sight."""
        area = self.query_one(VerticalScroll)
        area.scroll_relative(y=pages * area.size.height, animate=False)

    def action_keep(self) -> None:
        """Leaves with the draft that has the focus, if it has begun."""
        if isinstance(self.focused, DraftView) and self.focused.draft is not None:
            self.dismiss(self.focused.draft)

    def action_back(self) -> None:
        """Leaves without a draft; those that were written stay in the library."""
        self.dismiss(None)
