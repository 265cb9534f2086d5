"""A new poem of Rumi's own couplets, each with its place, and beside it one by the machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from models.errors import RumiError
from rumi_tui.bidi import Mode, to_display
from rumi_tui.console.actions import closing as closing_keys
from rumi_tui.console.complaints import complain, complaining, sentence_of
from rumi_tui.console.screens.asking import AskingDialog
from rumi_tui.console.screens.gloss import GlossScreen
from rumi_tui.console.screens.reading import ReadingScreen
from rumi_tui.console.threads import in_thread
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.console.widgets.poem_view import MEASURE, PoemView
from rumi_tui.console.widgets.settings_bar import NotYetError
from rumi_tui.console.widgets.verse_input import VerseInput
from rumi_tui.console.widgets.wrap import hanging
from rumi_tui.console.writing.cento import draft_of, to_write_beside
from rumi_tui.console.writing.draft import Draft
from rumi_tui.engine.messages import Began, Event, Failed, Finished, Tried, Wrote
from rumi_tui.library.formats import to_text
from rumi_tui.library.real_verse import MACHINE_CAPTION
from rumi_tui.library.store import Library
from rumi_tui.search.cento import Cento, Chosen, cento
from rumi_tui.search.indexing import indexing
from rumi_tui.texts.opening import Opening
from rumi_tui.verse.languages import language_of

HEADING = "A new poem of Rumi's own couplets, each from another poem. Every line is his; the order is the program's."
KEYS = "Enter reads on there · ^g the machine tries the same · ^y copy"

WriteBeside = Callable[[Draft, Opening], Awaitable[None]]


class CentoScreen(AskingDialog[Draft | Opening | None]):
    """Makes centos and keeps them in the library.

    Gives back the last one, unless the machine wrote beside it, or verse that the machine is to write on from.
    """

    BINDINGS = [
        *closing_keys("cento", "back"),
        Binding("ctrl+g", "write_beside", "Machine", priority=True),
        Binding("ctrl+y", "copy", "Copy", priority=True),
        Binding("alt+g", "gloss", "Gloss", priority=True),
    ]
    AUTO_FOCUS = "Input"

    class Made(Message):
        """A cento, or why there is none."""

        def __init__(self, made: Cento | None, complaint: str = "") -> None:
            super().__init__()
            self.made, self.complaint = made, complaint

    def __init__(self, library: Library, words: str, mode: Mode, write_beside: WriteBeside) -> None:
        """With these words to begin with. What the machine is to keep to goes to `write_beside`, with the cento."""
        super().__init__()
        self._library, self._words, self._mode, self._write_beside = library, words, mode, write_beside
        self._cento: Cento | None = None
        self._draft: Draft | None = None
        """The same as it is kept."""
        self._is_beside = False
        """Whether the machine wrote beside it."""

    def compose(self) -> ComposeResult:
        """The words, how it goes, his lines, and the machine's."""
        yield Static(HEADING, id="heading", markup=False)
        words = "A word, some, or a question: love, what is patience?"
        yield VerseInput(self._mode, self._words, placeholder=words, compact=True)
        yield Static("", id="status", markup=False)
        with Container(id="both"):
            yield Choices(markup=False)
            yield PoemView(self._mode)

    def on_mount(self) -> None:
        """Makes one of what was said already."""
        self.query_one(Choices).border_title = "Rumi"
        self.query_one(PoemView).border_title = MACHINE_CAPTION
        if self._words:
            self._begin(self._words)

    @on(Input.Submitted)
    def _take_words(self, event: Input.Submitted) -> None:
        self._begin(event.value)

    def _begin(self, words: str) -> None:
        self._words = words
        self._tell("Looking …")
        self._make(words)

    def _tell(self, words: str) -> None:
        self.query_one("#status", Static).update(words)

    @in_thread(exclusive=True)
    def _make(self, words: str) -> None:
        """In a thread of its own: the texts are read for the first time in seconds."""
        try:
            with indexing.index() as index:
                made = self.Made(cento(indexing.works(), index, words, language_of(words)))
        except RumiError as error:
            made = self.Made(None, sentence_of(error))
        if not get_current_worker().is_cancelled:
            self.post_message(made)

    @on(Made)
    def _take(self, event: Made) -> None:
        self._tell(event.complaint or KEYS)
        if event.made is None:
            return
        self._cento, self._draft, self._is_beside = event.made, None, False
        self.query_one(PoemView).remove_class("-begun")
        with complaining(self):
            self._draft = draft_of(self._library, event.made)
            if self._draft.trouble:
                complain(self, self._draft.trouble)
        self._list()
        choices = self.query_one(Choices)
        choices.highlighted = 0
        if self.query_one(Input).value == self._words:  # else other words are being typed
            choices.focus()

    def on_resize(self) -> None:
        """Sets the lines to the new width."""
        self.call_after_refresh(self._list)

    def _list(self) -> None:
        choices = self.query_one(Choices)
        highlighted = choices.highlighted
        width = max(8, min(choices.scrollable_content_region.width - 4, MEASURE[True]))
        choices.clear_options()
        if self._cento is not None:
            choices.add_options(Option(self._drawn(couplet, width)) for couplet in self._cento.couplets)
            choices.highlighted = highlighted

    def _drawn(self, couplet: Chosen, width: int) -> Content:
        lines = couplet.verse.split("\n")
        rows = [row for line in lines for row in hanging(line, width, self._mode)]
        return Content("\n".join([*(to_display(row, self._mode, width) for row in rows), f"— {couplet.place}", ""]))

    @on(Choices.OptionSelected)
    def _read(self, event: Choices.OptionSelected) -> None:
        if self._cento is not None:
            couplet = self._cento.couplets[event.option_index]
            screen = ReadingScreen(self._library, self._mode, couplet.reference, self._cento.language)
            self.app.push_screen(screen, self._leave_with)

    def _leave_with(self, opening: Opening | None) -> None:
        if opening is not None:
            self.dismiss(opening)

    def action_gloss(self) -> None:
        """Shows the likeliest English of each Persian word."""
        if self._draft is not None:
            self.app.push_screen(GlossScreen(self._draft.text, self._mode))

    def action_copy(self) -> None:
        """Gives the poem, each couplet with its place, to the terminal's clipboard."""
        if self._draft is not None and self._draft.id is not None:
            with complaining(self):
                self.app.copy_to_clipboard(to_text(self._library.poem(self._draft.id)))
                self.notify("Copied.")

    async def action_write_beside(self) -> None:
        """Has the machine write a poem in the same form, metre and rhyme."""
        if self._cento is None or self._draft is None:
            self.notify("There is no cento yet: type a word, and press Enter.")
            return
        with complaining(self):
            try:
                await self._write_beside(self._draft, to_write_beside(self._cento))
                self._is_beside = True
            except NotYetError:
                self.notify("The model is still being read: try again in a moment.")

    def draw(self, event: Event) -> None:
        """Draws what the machine writes beside it."""
        view = self.query_one(PoemView)
        match event:
            case Began():
                view.add_class("-begun")
                view.show(event.text, (), self._cento.form if self._cento else "")
                view.set_writing(True)
                self.call_after_refresh(self._list)
            case Tried():
                view.show_try(event.line)
            case Wrote():
                view.append("".join(step.text for step in event.steps))
            case Finished() | Failed():
                view.set_writing(False)

    def action_back(self) -> None:
        """Leaves; the cento goes on the page, where the machine's poem is not there already."""
        self.dismiss(None if self._is_beside else self._draft)
