"""The contents of Rumi's works: the poem of the day, what was marked, the books, and the poems of one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rumi_tui.bidi import Mode, is_right_to_left, to_display
from rumi_tui.console.screens.searching import SearchingDialog
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.console.widgets.columns import GAP
from rumi_tui.console.widgets.wrap import shortened
from rumi_tui.texts.places import Place, read_place
from rumi_tui.texts.reader import Works
from rumi_tui.verse.words import fold

MOST = 240
"""Lines that are listed at once, around the poem that is open: to draw thousands takes seconds."""
WIDTH = 6
"""Cells of a number."""
ROOMY = 60
"""Cells of both titles beside each other."""
COLLECTIONS = {"divan": "Divan-e Shams, ghazals", "rubai": "Quatrains"}


class Line(NamedTuple):
    """A line to choose."""

    leads_to: str | Place
    """What the page opens, as it is typed; or, of a book, the place whose contents are listed."""
    number: str
    titles: tuple[str, ...]


class ContentsScreen(SearchingDialog[str]):
    """A list of poems; gives back the chosen one, as a person would type it."""

    BINDINGS = [
        Binding("escape", "back", "Back", priority=True),
        Binding("f3", "dismiss", show=False, priority=True),
    ]

    def __init__(self, works: Works, place: Place, bookmarks: Sequence[str], mode: Mode) -> None:
        """The works, the poem that is open, and the places that were marked."""
        super().__init__()
        self._works, self._place, self._bookmarks, self._mode = works, place, bookmarks, mode
        self._book = place.whole
        self._lines: list[Line] = []

    def compose(self) -> ComposeResult:
        """What is listed, and the list."""
        yield Static(id="heading", markup=False)
        yield Choices(markup=False)

    def on_mount(self) -> None:
        """Lists the book that is open, at the place where it is."""
        self.call_after_refresh(self._find)

    def _find(self) -> None:
        wanted, poems = fold(self._search).casefold(), list(self._poems())
        general = [] if wanted else list(self._general())
        if wanted:
            poems = [line for line in poems if wanted in fold(" ".join([line.number, *line.titles])).casefold()]
        place = self._place.whole.reference
        current = next((at for at, line in enumerate(poems) if line.leads_to == place), 0)
        begin = max(0, min(current - MOST // 2, len(poems) - MOST))
        self._lines = [*general, *poems[begin : begin + MOST]]
        at = next((at for at, line in enumerate(self._lines) if line.leads_to == place), len(general))
        words = f"Titles with {to_display(self._search, self._mode, 0)}: {len(poems):,}"
        part = f" · starting at number {poems[begin].number}" if len(poems) > MOST else ""
        self.query_one(Static).update((words if wanted else "Enter opens it · type to search the titles") + part)
        options = self.query_one(OptionList)
        width = options.size.width - 4
        options.clear_options()
        options.add_options(Option(self._drawn(line, width)) for line in self._lines)
        options.highlighted = at if self._lines else None
        options.focus()
        self.call_after_refresh(options.scroll_to_highlight)

    def _general(self) -> Iterator[Line]:
        yield Line("today", "", ("The poem of the day",))
        yield Line("random", "", ("A random poem",))
        for reference in self._bookmarks:
            yield Line(reference, "★", (read_place(reference).name,))
        for book in self._works.books():
            yield Line(book, "", (COLLECTIONS.get(book.work) or book.name,))

    def _poems(self) -> Iterator[Line]:
        for entry in self._works.contents(self._book):
            yield Line(entry.place.reference, str(entry.place.number), tuple(entry.titles.values()))

    def _drawn(self, line: Line, width: int) -> str:
        """Two titles stand beside each other where there is room; else only the one from left to right."""
        room = max(8, width - WIDTH)
        titles = sorted(line.titles, key=is_right_to_left)
        if len(titles) > 1 and room >= ROOMY:
            half = (room - GAP) // 2
            left, right = (to_display(shortened(title, half), self._mode, half) for title in titles)
            title = left + " " * (half - cell_len(left) + GAP) + right
        else:
            title = to_display(shortened(titles[0], room), self._mode, room) if titles else ""
        return f"{line.number:<{WIDTH}}{title}"

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        line = self._lines[event.option_index]
        if isinstance(line.leads_to, Place):
            self._book, self._search = line.leads_to, ""
            self._find()
        else:
            self.dismiss(line.leads_to)
