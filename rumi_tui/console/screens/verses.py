"""The real verse: couplets that hold some words, or bear on a question, with the lines around them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from models.errors import RumiError
from rumi_tui.bidi import Mode, to_display
from rumi_tui.console import glosses
from rumi_tui.console.complaints import sentence_of
from rumi_tui.console.screens.asking import AskingDialog
from rumi_tui.console.screens.piece import PieceScreen
from rumi_tui.console.screens.reading import ReadingScreen
from rumi_tui.console.threads import in_thread
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.console.widgets.interlinear import NotedWord, interlinear
from rumi_tui.console.widgets.verse_input import VerseInput
from rumi_tui.console.widgets.wrap import hanging, shortened
from rumi_tui.library.store import Library
from rumi_tui.locations import index_folder
from rumi_tui.search.background import reading
from rumi_tui.search.index import Couplet, Quotation
from rumi_tui.search.indexing import indexing
from rumi_tui.search.model_files import is_model_here
from rumi_tui.search.opening import opening_of
from rumi_tui.texts.opening import Opening
from rumi_tui.wording import counted

HIT = "bold underline"
MARGIN = 4
"""Cells of a row that are no verse: two around an option, two before each line of a couplet."""
LOOK_SECONDS = 0.5
"""Between two looks at how far the reading is."""
PATIENCE = 0.5
"""Seconds after which it is told why nothing has come yet."""
FIRST_TIME = "The texts are read for the first time, which takes up to half a minute …"
Asking = Literal["ask", "search"]
HEADINGS = {
    "ask": "Ask a question, and read what Rumi says about it.",
    "search": "Search Rumi's verse for words.",
}
KEYS = "Enter opens the poem; Ctrl+G lets the machine continue from the couplet; Alt+G glosses its Persian."


class VersesScreen(AskingDialog[Opening | None]):
    """Finds couplets; gives back what to write on from."""

    BINDINGS = [
        Binding("escape", "dismiss", "Back", priority=True),
        Binding("ctrl+g", "write_on", "Write on", priority=True),
        Binding("alt+g", "gloss", "Gloss", priority=True),
        Binding("right,pagedown", "turn(1)", "Next page", show=False),
        Binding("left,pageup", "turn(-1)", "Page before", show=False),
    ]
    AUTO_FOCUS = "Input"

    class Progress(Message):
        """How far the search is, or that there is nothing."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Prepared(Message):
        """The texts are ready to be asked."""

    class Results(Message):
        """A page of couplets."""

        def __init__(self, words: str, passages: list[Quotation], pages: int, by_meaning: bool = True) -> None:
            super().__init__()
            self.words, self.passages, self.pages, self.by_meaning = words, passages, pages, by_meaning

    class Glossed(Message):
        """The words of a couplet that was found, with their English, line by line."""

        def __init__(self, passage: Quotation, lines: list[list[NotedWord]]) -> None:
            super().__init__()
            self.passage, self.lines = passage, lines

    class Opened(Message):
        """The poem of a couplet whose place nobody said was found."""

        def __init__(self, couplets: list[Couplet], couplet: Couplet) -> None:
            super().__init__()
            self.couplets, self.couplet = couplets, couplet

    class Begun(Message):
        """What the machine is to write on from was found."""

        def __init__(self, opening: Opening) -> None:
            super().__init__()
            self.opening = opening

    def __init__(self, library: Library, kind: Asking, words: str, mode: Mode) -> None:
        """To ask or to search, with these words to begin with; the library keeps the bookmarks of who reads on."""
        super().__init__()
        self._library = library
        self._kind, self._words, self._mode = kind, words, mode
        self._passages: list[Quotation] = []
        self._glosses: dict[int, list[list[NotedWord]]] = {}
        """By the place of its couplet among them."""
        self._page = self._pages = 1
        self._awaits_meaning = False
        self._status = ""
        """What is told of the page of couplets."""

    def compose(self) -> ComposeResult:
        """The words, how it goes, and what was found."""
        yield Static(f"{HEADINGS[self._kind]} {KEYS}", id="heading", markup=False)
        yield VerseInput(
            self._mode, self._words, placeholder="What is love?" if self._kind == "ask" else "reed fire", compact=True
        )
        yield Static("", id="status", markup=False)
        yield Choices(markup=False)

    def on_mount(self) -> None:
        """Looks for what was said already; else has the texts made ready while the words are typed."""
        self.set_interval(LOOK_SECONDS, self._follow_reading)
        if self._words:
            self._find(self._words, 1)
        else:
            self._prepare()
        self.set_timer(PATIENCE, self._say_why_it_takes_long)

    def _say_why_it_takes_long(self) -> None:
        if indexing.is_running:
            self._tell(self.Progress(FIRST_TIME))

    @in_thread(group="prepare")
    def _prepare(self) -> None:
        """In a thread of its own: what is there already is only opened."""
        opened = indexing.bridge() if self._kind == "ask" else indexing.index()
        with suppress(RumiError), opened:  # what is wrong is told when something is asked
            pass
        self._post(self.Prepared())

    @on(Input.Submitted)
    def _take_words(self, event: Input.Submitted) -> None:
        self._words = event.value
        self._find(event.value, 1)

    def action_turn(self, step: int) -> None:
        """Turns to another page of what was found."""
        if self._kind == "search" and 1 <= self._page + step <= self._pages:
            self._find(self._words, self._page + step)

    @in_thread(exclusive=True)
    def _find(self, words: str, page: int) -> None:
        """In a thread of its own: the texts are read for the first time in seconds.

        For their meaning they are read in minutes, in the background; until then a question is answered by its words.
        """
        self._post(self.Progress(FIRST_TIME if indexing.is_running else "Searching …"))
        self._page = page
        try:
            self._post(self._asked(words) if self._kind == "ask" else self._searched(words, page))
        except RumiError as error:
            self._post(self.Results(sentence_of(error), [], 1))

    def _searched(self, words: str, page: int) -> Results:
        with indexing.index() as index:
            results = index.search(words, page=page)
        count = f"{counted(results.found, 'couplet')}, page {page} of {results.pages:,} (← →)"
        status = count if results.found else "No couplet has all of these words."
        return self.Results(status, results.passages, results.pages)

    def _asked(self, words: str) -> Results:
        from rumi_tui.search.embeddings import open_embeddings  # these load numpy, which nothing before needs
        from rumi_tui.search.ranking import Ranking
        from rumi_tui.search.retrieval import retrieve

        with indexing.bridge() as bridge:
            embeddings = open_embeddings(bridge.index, index_folder())
            if embeddings is None and is_model_here():
                reading.start()
            passages = retrieve(Ranking(bridge), embeddings, words)
        status = "" if passages else "Nothing in the texts bears on this."
        return self.Results(status, passages, 1, by_meaning=embeddings is not None)

    def action_gloss(self) -> None:
        """Shows the likeliest English of each word of the couplet that is highlighted, where it stands in Persian."""
        number = self.query_one(Choices).highlighted
        if number is not None and number < len(self._passages):
            self._gloss(self._passages[number])

    @in_thread(exclusive=True, group="gloss")
    def _gloss(self, passage: Quotation) -> None:
        """In a thread of its own: the glosses are learned in seconds, once."""
        self._post(self.Progress(glosses.WAIT))
        try:
            self._post(self.Glossed(passage, glosses.gloss(f"{passage.couplet.verse}\n{passage.translation}")))
        except RumiError as error:
            self._post(self.Progress(sentence_of(error)))

    @on(Glossed)
    def _show_gloss(self, event: Glossed) -> None:
        if event.passage not in self._passages:  # others have been found meanwhile
            return
        self.query_one("#status", Static).update(self._status if event.lines else glosses.NOTHING)
        if not event.lines:
            return
        number = self._passages.index(event.passage)
        self._glosses[number] = event.lines
        self.query_one(Choices).replace_option_prompt_at_index(number, self._drawn(number))

    def _post(self, message: Message) -> None:
        """Tells the screen, from the thread of a search, unless another search has taken its place."""
        if not get_current_worker().is_cancelled:
            self.post_message(message)

    def _follow_reading(self) -> None:
        """Tells how far the texts are read for their meaning, and asks again when they are."""
        if not self._awaits_meaning:
            return
        if reading.is_running:
            words = f"Found by words. Reading the texts for their meaning, once: {reading.share:.0%}"
            self.query_one("#status", Static).update(words)
            return
        self._awaits_meaning = False
        if reading.complaint:
            self.query_one("#status", Static).update(reading.complaint)
        else:
            self._find(self._words, 1)

    @on(Progress)
    def _tell(self, event: Progress) -> None:
        self.query_one("#status", Static).update(event.words)

    @on(Prepared)
    def _tell_no_longer(self) -> None:
        status = self.query_one("#status", Static)
        if status.content == FIRST_TIME:
            status.update("")

    @on(Results)
    def _list(self, event: Results) -> None:
        self._status = event.words
        self.query_one("#status", Static).update(event.words)
        self._passages, self._pages, self._glosses = event.passages, event.pages, {}
        self._awaits_meaning = not event.by_meaning and is_model_here()
        self._draw()
        if event.passages:
            options = self.query_one(Choices)
            if self.query_one(Input).value == self._words:  # else another question is being typed
                options.focus()
            options.highlighted = 0

    @property
    def _width(self) -> int:
        """Cells of a line, as many as beside a scrollbar of the list, be it there or not."""
        choices = self.query_one(Choices)
        around = choices.styles.gutter.width + choices.styles.scrollbar_size_vertical
        return max(0, choices.outer_size.width - around - MARGIN)

    def _drawn(self, number: int) -> Content:
        passage, width = self._passages[number], self._width
        rows = [passage.couplet.place]
        rows += [to_display(shortened(title, width), self._mode, width) for title in passage.couplet.titles]
        around = [
            [margin + row for row in self._rows(verse)]
            for margin, verse in (("  ", passage.before), ("▌ ", passage.couplet.verse), ("  ", passage.after))
        ]
        hits = {to_display(passage.couplet.verse[start:end], self._mode, 0).strip() for start, end in passage.marks}
        couplet = [_marked(line, hits) for line in around[1]]
        couplet += [Content(f"▌ {row}") for row in self._rows(passage.translation)]
        below = [*around[2], ""]
        if number in self._glosses:
            noted = [row for line in self._glosses[number] for row in interlinear(line, self._mode, width)]
            below += [glosses.HEADING, *noted, ""]
        return Content("\n").join([*map(Content, [*rows, *around[0]]), *couplet, *map(Content, below)])

    def _rows(self, verse: str) -> list[str]:
        """The lines of a verse as they are drawn: broken first and then put in order, row by row."""
        lines = filter(None, verse.split("\n"))
        rows = (row for line in lines for row in hanging(line, max(8, self._width), self._mode))
        return [to_display(row, self._mode, self._width) for row in rows]

    def on_resize(self) -> None:
        """Sets the lines to the new width."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        """Lists the couplets."""
        options = self.query_one(Choices)
        highlighted = options.highlighted
        options.clear_options()
        options.add_options(Option(self._drawn(number)) for number in range(len(self._passages)))
        options.highlighted = highlighted if self._passages else None

    @on(Choices.OptionSelected)
    def _choose(self, event: Choices.OptionSelected) -> None:
        if event.option_index < len(self._passages):  # it may have been pressed on a list that is gone
            couplet = self._passages[event.option_index].couplet
            if couplet.reference:
                screen = ReadingScreen(self._library, self._mode, couplet.reference, couplet.language)
                self.app.push_screen(screen, self._write_after)
            else:
                self._open_piece(couplet)

    @in_thread(exclusive=True, group="piece")
    def _open_piece(self, couplet: Couplet) -> None:
        """In a thread: a text that has changed since is read anew."""
        try:
            with indexing.index() as index:
                self._post(self.Opened(index.poem_around(couplet.id), couplet))
        except RumiError as error:
            self._post(self.Progress(sentence_of(error)))

    @on(Opened)
    def _show_piece(self, event: Opened) -> None:
        if self.is_active and event.couplet in event.couplets:
            screen = PieceScreen(event.couplets, event.couplets.index(event.couplet), self._mode)
            self.app.push_screen(screen, self._write_after_couplet)

    def action_write_on(self) -> None:
        """Has the machine write on from the couplet under the cursor."""
        number = self.query_one(Choices).highlighted
        if number is not None and number < len(self._passages):
            self._begin(self._passages[number].couplet)

    @in_thread(exclusive=True)
    def _begin(self, couplet: Couplet) -> None:
        """In a thread: the whole poem is read, for its beginning tells how it must go on."""
        try:
            self._post(self.Begun(opening_of(couplet, indexing.works)))
        except RumiError as error:
            self._post(self.Results(sentence_of(error), [], 1))

    @on(Begun)
    def _leave(self, event: Begun) -> None:
        self.dismiss(event.opening)

    def _write_after_couplet(self, couplet: Couplet | None) -> None:
        if couplet is not None:
            self._begin(couplet)

    def _write_after(self, opening: Opening | None) -> None:
        if opening is not None:
            self.dismiss(opening)


def _marked(line: str, hits: Iterable[str]) -> Content:
    """A line as it is shown, with the words that were searched for in bold."""
    content = Content(line)
    for hit in hits:
        for match in re.finditer(rf"(?<!\w){re.escape(hit)}(?!\w)", line):
            content = content.stylize(HIT, *match.span())
    return content
