"""Three pages for whoever opens the console for the first time."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from rumi_tui.console.keymap import spoken
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.screens.order import EnteredOver, TypedOver


def pages(keys: Mapping[str, str]) -> list[tuple[str, str]]:
    """Title and text of each page, for the key of each command."""
    key_names = {command.replace("-", "_"): spoken(key) for command, key in keys.items()}
    texts = (
        (
            "Welcome",
            "Here you write verse together with a small neural network. It has read Rumi's poems and nothing else, and "
            "it runs on this computer, offline. What it writes is new, though a few words may be his.\n\n"
            "Type a few words and press Enter: the poem goes on from them. Or just press Enter. "
            "Type in Persian, and it writes in Persian.",
        ),
        (
            "Make it yours",
            "{stop} stops the writing. {go_on} writes more of the poem, {again} writes another from the same "
            "words, and {undo} undoes any step.\n\n"
            "{lens} opens the lens: it shows what else could stand at each letter, word or line. Choose something "
            "else, and the poem goes on from there as a branch; {tree} shows all branches.",
        ),
        (
            "Nothing is lost",
            "Every poem is saved as it is written, and next time you go on where you left off. {library} shows all "
            "your poems. {export} saves one as a file, {copy} copies it.\n\n"
            "{read} opens Rumi's own works, in Persian and English; /fetch downloads them, once.\n\n"
            "{help} lists every key and command. {settings} changes colours, keys and more.",
        ),
    )
    return [(title, text.format(**key_names)) for title, text in texts]


class TourScreen(Dialog[None]):
    """One page at a time; the last leads to the page to write on."""

    BINDINGS = [
        Binding("right,enter,space", "turn(1)", "On"),
        Binding("left", "turn(-1)", "Back"),
        Binding("escape", "dismiss", "Start writing", priority=True),
    ]

    def __init__(self, keys: Mapping[str, str]) -> None:
        """The key of each command."""
        super().__init__()
        self._pages = pages(keys)
        self._number = 0

    def compose(self) -> ComposeResult:
        """The title, the text, and where one stands."""
        yield Static("", id="heading", markup=False)
        with VerticalScroll():
            yield Static("", id="words", markup=False)
        yield Static("", id="steps", markup=False)

    def on_mount(self) -> None:
        """Opens the first page."""
        self.action_turn(0)

    def on_key(self, event: events.Key) -> None:
        """Gives way to whoever does at once what the first page says."""
        turns = event.key == "space" and self.is_active
        if event.is_printable and event.character is not None and not turns:
            event.stop()
            self.post_message(TypedOver(event.character))
            self.dismiss(None)
        elif event.key == "enter" and not self.is_active:
            event.stop()
            self.post_message(EnteredOver())

    def on_click(self) -> None:
        """Turns the page."""
        self.action_turn(1)

    def action_turn(self, step: int) -> None:
        """Turns to the next page (1) or the one before (-1); after the last there is no more."""
        if self._number + step == len(self._pages):
            self.dismiss(None)
            return
        self._number = max(0, self._number + step)
        title, text = self._pages[self._number]
        dots = " ".join("●" if number == self._number else "○" for number in range(len(self._pages)))
        self.query_one("#heading", Static).update(f"❦  {title}")
        self.query_one("#words", Static).update(text)
        self.query_one("#steps", Static).update(f"{dots}   ← → turn · Escape to write")
        self.query_one(VerticalScroll).scroll_home(animate=False)
