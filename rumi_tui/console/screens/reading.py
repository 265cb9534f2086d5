"""Rumi's works to read in: whole poems and sections, in both languages, and from any couplet on the machine."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from models.errors import RumiError
from rumi_tui.bidi import Mode, is_right_to_left, to_display
from rumi_tui.console import glosses
from rumi_tui.console.actions import closing
from rumi_tui.console.complaints import complain, complaining, sentence_of
from rumi_tui.console.screens.asking import AskingDialog
from rumi_tui.console.screens.contents import ContentsScreen
from rumi_tui.console.threads import in_thread
from rumi_tui.console.widgets.footer import KeyRow
from rumi_tui.console.widgets.interlinear import NotedWord
from rumi_tui.console.widgets.poem_view import SHORT
from rumi_tui.console.widgets.reading_view import WIDEST, Annotation, ReadingView, Told
from rumi_tui.console.widgets.verse_input import VerseInput
from rumi_tui.console.widgets.wrap import shortened
from rumi_tui.library.store import Library
from rumi_tui.search.indexing import indexing
from rumi_tui.search.spelling import ORIGINAL
from rumi_tui.texts.opening import Opening, opening_at
from rumi_tui.texts.places import Place, read_place
from rumi_tui.texts.plain import metre_lines
from rumi_tui.texts.reader import Works
from rumi_tui.texts.whole_poem import WholePoem
from rumi_tui.verse.feet import is_metre
from rumi_tui.verse.metre import Scansion, judge_of

TODAY, BY_CHANCE = "today", "random"
"""What can be typed instead of a place."""
GO_TO = "Type where to go: masnavi/1/2, masnavi/3:1259, ghazal 100 or a number"


class ReadingScreen(AskingDialog[Opening | None]):
    """Shows a whole poem; gives back what the machine is to write on from, if anything."""

    BINDINGS = [
        *closing("read", "back"),
        Binding("ctrl+g", "write_on", "Write on"),
        Binding("enter", "scan", "Scan"),
        Binding("alt+g", "gloss", "Gloss", priority=True),
        Binding("f3", "contents", "Contents"),
        Binding("ctrl+f", "bookmark", "★"),
        Binding("ctrl+r", "chance", "Random"),
        Binding("ctrl+t", "language", "Language", id="next_model"),
        Binding("ctrl+y", "copy", "Copy", show=False),
    ]
    AUTO_FOCUS = "ReadingView"

    class Opened(Message):
        """A poem was found, or it is told why not."""

        def __init__(self, works: Works | None, place: Place | None, complaint: str = "") -> None:
            super().__init__()
            self.works, self.place, self.complaint = works, place, complaint

    class Annotated(Message):
        """There is something to tell of a couplet."""

        def __init__(self, place: Place, annotation: Annotation, told: Sequence[Told]) -> None:
            super().__init__()
            self.place, self.annotation, self.told = place, annotation, told

    def __init__(self, library: Library, mode: Mode, typed: str = "", language: str | None = None) -> None:
        """`typed` names the place to open, as a person does; the poem of the day where it is empty.

        `language` is the one to write on in, where a couplet has it.
        """
        super().__init__()
        self._library, self._mode, self._typed, self._language = library, mode, typed or TODAY, language
        self._shown: str | None = None
        """The only language that is shown; None: all."""
        self._works: Works | None = None
        self._poem: WholePoem | None = None
        self._wants_contents = False
        self._asked = ""
        """The place that was typed last."""

    def compose(self) -> ComposeResult:
        """What it is, the verse, and where to go."""
        yield Static("Opening the texts …", id="heading", markup=False)
        yield ReadingView(self._mode)
        yield VerseInput(self._mode, placeholder=GO_TO, id="go-to", compact=True, select_on_focus=False)
        yield KeyRow()

    def on_mount(self) -> None:
        """Opens what was asked for."""
        self._close_input()
        self._go(lambda works: named(works, self._typed, None))

    # Finding, in a thread of its own: until the works are read for the first time it takes seconds

    @in_thread(exclusive=True)
    def _go(self, find: Callable[[Works], Place]) -> None:
        try:
            works = indexing.works()
            place = find(works)
            works.poem(place)
            opened = self.Opened(works, place)
        except RumiError as error:
            opened = self.Opened(None, None, sentence_of(error))
        self._post(opened)

    @on(Opened)
    def _show(self, event: Opened) -> None:
        if event.works is None or event.place is None:
            complain(self, event.complaint)
            if self._poem is None:
                self.query_one("#heading", Static).update(event.complaint)
            return
        self._works, self._poem = event.works, event.works.poem(event.place)
        if self._shown not in self._poem.languages:
            self._shown = None
        if self.query_one(Input).value in ("", self._asked):  # else another place is being typed
            self._close_input()
        self._draw(event.place.couplet)
        if self._wants_contents:
            self.action_contents()

    def _draw(self, number: int) -> None:
        assert self._poem is not None
        poem = self._poem.only_in(self._shown) if self._shown else self._poem
        with complaining(self):
            marked = [read_place(reference) for reference in self._library.bookmarks()]
            numbers = {couplet.number for couplet in poem.couplets if self._is_marked(couplet.number, marked)}
            self.query_one(ReadingView).show(poem, number, poem.languages, numbers)
        self._draw_heading()

    def _is_marked(self, number: int, marked: Sequence[Place]) -> bool:
        assert self._poem is not None
        return any(place.reference == self._reference(number) for place in marked)

    def _reference(self, number: int) -> str:
        assert self._poem is not None
        return Place(self._poem.place.work, self._poem.place.book, self._poem.place.number, number).reference

    def _draw_heading(self) -> None:
        poem = self._poem
        if poem is None:
            return
        heading = self.query_one("#heading", Static)
        width = min(heading.size.width - 4, WIDEST)
        first, last = poem.couplets[0].number, poem.couplets[-1].number
        span = f" · couplets {first} to {last}" if poem.place.work == "masnavi" else ""
        metre, *syllables = metre_lines(poem.metre) or [""]
        titles = sorted(poem.titles.values(), key=is_right_to_left)
        signs = [each.translate(SHORT) for each in syllables]
        rows = self._beside([f"{poem.place.name}{span}", *signs], width) + self._beside(titles, width)
        heading.update("\n".join([*rows, *self._beside([metre] if metre else [], width)]))

    def _beside(self, texts: Sequence[str], width: int) -> list[str]:
        """Two texts on one row, the second at its end, where both fit; else a row for each."""
        drawn = [to_display(text, self._mode, 0) for text in texts]
        if len(drawn) == 2 and sum(map(cell_len, drawn)) < width - 1:
            return [drawn[0] + " " * (width - sum(map(cell_len, drawn))) + drawn[1]]
        return [to_display(shortened(text, width), self._mode, width) for text in texts]

    def on_resize(self) -> None:
        """Sets the heading anew to the new width."""
        self.call_after_refresh(self._draw_heading)

    @property
    def place(self) -> Place | None:
        """Of the poem or section that is open."""
        return self._poem.place if self._poem else None

    # What the person does

    def _hand_over(self, event: events.Key | events.Paste) -> None:
        self.query_one(Input).add_class("-typed")  # where there is little room it is not shown before
        super()._hand_over(event)

    @on(Input.Submitted)
    def _take_place(self, event: Input.Submitted) -> None:
        typed, place = event.value, self._poem.place if self._poem else None
        self._asked = typed
        self._go(lambda works: named(works, typed, place))

    def _close_input(self) -> None:
        field = self.query_one(Input)
        field.value = ""
        field.remove_class("-typed")
        self.query_one(ReadingView).focus()

    def action_back(self) -> None:
        """Leaves the field to type in, or the page."""
        if self.query_one(Input).has_focus:
            self._close_input()
        else:
            self.dismiss(None)

    def action_turn(self, step: int) -> None:
        """Turns to the poem or section before or after this one."""
        if self._works is None or self._poem is None:
            return
        if place := self._works.beside(self._poem.place, step):
            self._show(self.Opened(self._works, place))
        else:
            self.notify("This is the first." if step < 0 else "This is the last.")

    def action_chance(self) -> None:
        """Opens a ghazal or a quatrain, whichever comes."""
        self._go(lambda works: named(works, BY_CHANCE, None))

    def action_contents(self) -> None:
        """Lists the book or the collection, and what was marked; as soon as there is something to list."""
        self._wants_contents = self._works is None
        if self._works is not None and self._poem is not None:
            with complaining(self):
                bookmarks = self._library.bookmarks()
                screen = ContentsScreen(self._works, self._poem.place, bookmarks, self._mode)
                self.app.push_screen(screen, self._open)

    def _open(self, typed: str | None) -> None:
        if typed is not None:
            self._go(lambda works: named(works, typed, None))

    def action_bookmark(self) -> None:
        """Marks the couplet to come back to, or no longer."""
        if couplet := self.query_one(ReadingView).couplet:
            reference = self._reference(couplet.number)
            with complaining(self):
                self._library.set_bookmark(reference, reference not in self._library.bookmarks())
                self._draw(couplet.number)

    def action_language(self) -> None:
        """Shows both languages, then each alone."""
        couplet = self.query_one(ReadingView).couplet
        if self._poem is None or couplet is None:
            return
        choices = [None, *self._poem.languages]
        if len(choices) < 3:
            self.notify("This is here in one language only.")
            return
        self._shown = choices[(choices.index(self._shown) + 1) % len(choices)]
        self._draw(couplet.number)

    def action_scan(self) -> None:
        """Shows how the couplet scans, or no longer."""
        if (verse := self._to_annotate("scansion")) is None or self._poem is None:
            return
        self.query_one(ReadingView).annotate(None)
        if verse and is_metre(self._poem.metre):
            self._scan(self._place, verse.split("\n"), self._poem.languages[0], self._poem.metre)
        else:
            self.notify("The metre of this poem is not known.")

    def action_gloss(self) -> None:
        """Shows the likeliest English of each Persian word of the couplet, or no longer."""
        if (verse := self._to_annotate("gloss")) is not None:
            self.query_one(ReadingView).annotate("gloss", [glosses.WAIT])
            self._gloss(self._place, verse)

    def _to_annotate(self, annotation: Annotation) -> str | None:
        """The original of the couplet, whatever language is shown; None where there is none, or it is told already."""
        view = self.query_one(ReadingView)
        if view.annotation == annotation:
            view.annotate(None)
        elif self._poem is not None and view.couplet and (couplet := self._poem.couplet(view.couplet.number)):
            return couplet.verse.get(ORIGINAL, "")
        return None

    @property
    def _place(self) -> Place:
        """Of the couplet under the cursor."""
        couplet = self.query_one(ReadingView).couplet
        assert self._poem is not None
        assert couplet is not None
        return self._poem.place_of(couplet)

    @in_thread(exclusive=True, group="annotation")
    def _scan(self, place: Place, lines: Sequence[str], language: str, metre: str) -> None:
        """In a thread: what is known of the words is read when it is first needed."""
        judge = judge_of(language)
        if judge is not None:
            self._post(self.Annotated(place, "scansion", [scanned(judge.scan(line, metre)) for line in lines]))

    @in_thread(exclusive=True, group="annotation")
    def _gloss(self, place: Place, verse: str) -> None:
        """In a thread: the glosses are learned in seconds, once."""
        try:
            lines = glosses.gloss(verse)
            told: list[Told] = [glosses.HEADING, *lines] if lines else [glosses.NOTHING]
        except RumiError as error:
            told = [sentence_of(error)]
        self._post(self.Annotated(place, "gloss", told))

    def _post(self, message: Message) -> None:
        """Tells the page, from a thread, unless another has taken its place."""
        if not get_current_worker().is_cancelled:
            self.post_message(message)

    @on(Annotated)
    def _annotate(self, event: Annotated) -> None:
        view = self.query_one(ReadingView)
        awaited = "gloss" if event.annotation == "gloss" else None  # which says that it is looked up
        if view.couplet is not None and self._place == event.place and view.annotation == awaited:
            view.annotate(event.annotation, event.told)

    def action_copy(self) -> None:
        """Gives the couplet, with its place, to the terminal's clipboard."""
        if self._poem is not None and (couplet := self.query_one(ReadingView).couplet):
            place = self._poem.place_of(couplet)
            verses = [verse for language, verse in couplet.verse.items() if self._shown in (None, language)]
            self.app.copy_to_clipboard("\n".join([*verses, f"Rumi, {place.name}", place.address]) + "\n")
            self.notify(f"Copied: {place.name}.")

    def action_write_on(self) -> None:
        """Has the machine write on from here."""
        if self._poem is not None and (couplet := self.query_one(ReadingView).couplet):
            wishes = [self._shown, self._language, *self._poem.languages]
            language = next(wish for wish in wishes if wish in self._poem.languages)
            assert language is not None
            self.dismiss(opening_at(self._poem, couplet.number, language))


def named(works: Works, typed: str, now: Place | None) -> Place:
    """The place that a person means, who may name a number of the book or collection where they are now.

    Raises `RumiError` where it is none, or not here.
    """
    words = typed.strip().lower()
    if words == TODAY:
        return works.of_the_day(datetime.date.today())
    if words == BY_CHANCE:
        return works.random(random.Random())
    if now is not None and words.isdecimal() and len(words) < 6:
        number = int(words)
        words = f"masnavi/{now.book}:{number}" if now.work == "masnavi" else f"{now.work}/{number}"
    return works.find(read_place(words))


def scanned(scansion: Scansion | None) -> Told:
    """The words of a line with the syllables of each, which run from right to left as the word does."""
    if scansion is None:
        return "This line does not scan in the metre as it is spelled."
    pairs = zip(scansion.words, scansion.syllables_by_word, strict=True)
    return [NotedWord(word, [syllables[::-1].translate(SHORT)]) for word, syllables in pairs]
