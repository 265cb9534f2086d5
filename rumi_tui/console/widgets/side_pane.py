"""What may stand beside the poem on a wide screen: Rumi's verse in both languages, or the branches of the poem.

Knows nothing of when it is shown, and of what is done with what is chosen in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from models.errors import RumiError
from rumi_tui.bidi import Mode, is_right_to_left, to_display
from rumi_tui.console.complaints import sentence_of
from rumi_tui.console.threads import in_thread
from rumi_tui.console.widgets.branch_tree import BranchTree, branch_count
from rumi_tui.console.widgets.reading_view import ReadingView
from rumi_tui.console.widgets.wrap import shortened
from rumi_tui.library.poem import KeptPoem
from rumi_tui.search.indexing import indexing
from rumi_tui.texts.places import Place
from rumi_tui.texts.reader import Works
from rumi_tui.texts.whole_poem import WholePoem


class BesideView(ReadingView):
    """Verse of Rumi's beside the poem."""

    BINDINGS = [Binding("enter", "read", "Read", show=False)]

    class Read(Message):
        """The person wants the whole page for it."""

        def __init__(self, place: Place) -> None:
            super().__init__()
            self.place = place

    def action_read(self) -> None:
        """Asks for the page to read on."""
        if self._poem is not None and self.couplet is not None:
            self.post_message(self.Read(self._poem.place_of(self.couplet)))


class SidePane(Vertical):
    """Shows one or the other, or nothing."""

    class Opened(Message):
        """A poem of Rumi's was found, or it is told why not."""

        def __init__(self, works: Works | None, poem: WholePoem | None, number: int, complaint: str) -> None:
            super().__init__()
            self.works, self.poem, self.number, self.complaint = works, poem, number, complaint

    def __init__(self, mode: Mode, find: Callable[[Works, str], Place], wanted: str) -> None:
        """`find` finds the place that a person means; `wanted` is what the first one is called."""
        super().__init__()
        self._mode, self._find = mode, find
        self.wanted = wanted
        """The verse of Rumi's that is to be shown next, as a person names its place."""
        self._latest = ""
        """What was wanted and is shown, or on its way."""
        self._works: Works | None = None
        self._poem: WholePoem | None = None
        """Of Rumi's; None until the first one is found."""

    def compose(self) -> ComposeResult:
        """What it is, and the verse or the tree."""
        yield Static(id="beside-heading", markup=False)
        yield BesideView(self._mode)
        yield BranchTree(self._mode)

    def show_tree(self, family: Sequence[KeptPoem], current: int | None) -> None:
        """Shows a poem and its branches, the one on the page marked."""
        self.set_class(True, "-tree")
        self._tell(branch_count(family) if family else "The branches of your poem will stand here.")
        self.query_one(BranchTree).grow(family, current)

    def show_verse(self) -> None:
        """Shows the verse of Rumi's that is wanted, or else where the person is in it."""
        self.set_class(False, "-tree")
        if self._poem is None:
            self._tell("Opening the texts …")
        self._tell_place()
        if self.wanted != self._latest:
            self._latest = self.wanted
            self._open(self.wanted)

    def draw_in(self, mode: Mode) -> None:
        """Draws right-to-left lines in another way from now on."""
        self._mode = mode
        if not self.has_class("-tree"):
            self._tell_place()

    @in_thread(exclusive=True)
    def _open(self, typed: str) -> None:
        """In a thread: until the works are read for the first time it takes seconds."""
        try:
            works = indexing.works()
            place = self._find(works, typed)
            opened = self.Opened(works, works.poem(place), place.couplet, "")
        except RumiError as error:
            opened = self.Opened(None, None, 0, sentence_of(error))
        if not get_current_worker().is_cancelled:
            self.post_message(opened)

    def on_side_pane_opened(self, event: Opened) -> None:
        """Shows what was found."""
        if event.poem is None:
            self._latest = ""  # it is tried again: the texts may be fetched meanwhile
            if self._poem is None and not self.has_class("-tree"):
                self._tell(event.complaint)
            return
        self._works, self._poem = event.works, event.poem
        self.query_one(BesideView).show(event.poem, event.number, event.poem.languages, ())
        if not self.has_class("-tree"):
            self._tell_place()

    def turn(self, step: int) -> bool:
        """Turns to the poem of Rumi's before or after the one that is here; False where there is none."""
        if self._works is None or self._poem is None:
            return True
        place = self._works.beside(self._poem.place, step)
        if place is not None:
            self.post_message(self.Opened(self._works, self._works.poem(place), 0, ""))
        return place is not None

    def on_resize(self) -> None:
        """Sets the heading to the new width."""
        if not self.has_class("-tree"):
            self.call_after_refresh(self._tell_place)

    def _tell_place(self) -> None:
        if self._poem is not None:
            titles = sorted(self._poem.titles.values(), key=is_right_to_left)
            self._tell("\n".join(["Rumi, " + self._poem.place.name, *titles]))

    def _tell(self, words: str) -> None:
        width = max(8, self.content_size.width - 4)  # the heading itself may not have its new width yet
        lines = [to_display(shortened(line, width), self._mode, width) for line in words.split("\n")]
        self.query_one("#beside-heading", Static).update("\n".join(lines))
