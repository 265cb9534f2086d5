"""Three pages for whoever opens the console for the first time."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from rumi_tui.console.keymap import spoken
from rumi_tui.console.screens.dialog import Dialog


def pages(keys: Mapping[str, str]) -> list[tuple[str, str]]:
    """Title and text of each page, for the key of each command."""
    key_names = {command.replace("-", "_"): spoken(key) for command, key in keys.items()}
    texts = (
        (
            "Begin",
            "A small neural network, trained only on Rumi's verse, writes here one character at a time, on this "
            "computer and offline. What it writes is new.\n\n"
            "Type how a poem should begin, or nothing at all, and press Enter.",
        ),
        (
            "Make it yours",
            "{stop} stops and keeps what is there. {go_on} goes on; {again} writes another from the same beginning.\n\n"
            "{lens} opens the lens, which shows how the model chose each character. Pick another choice there, and the "
            "poem branches; {tree} shows all its branches.",
        ),
        (
            "Nothing is lost",
            "Every poem is saved while it is written: {library} opens the library. {export} saves one as a file, "
            "{copy} copies it.\n\n{help} shows every key and command; {settings} changes colours, keys and more.",
        ),
    )
    return [(title, text.format(**key_names)) for title, text in texts]


class TourScreen(Dialog[None]):
    """One page at a time; the last leads to the page to write on."""

    BINDINGS = [
        Binding("right,enter,space", "turn(1)", "On"),
        Binding("left", "turn(-1)", "Back"),
        Binding("escape", "dismiss", "Begin", priority=True),
    ]

    class Typed(Message):
        """The person has begun to type a poem."""

        def __init__(self, character: str) -> None:
            super().__init__()
            self.character = character

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
            self.post_message(self.Typed(event.character))
            self.dismiss(None)

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
        self.query_one("#steps", Static).update(f"{dots}   ← → turn · Escape starts")
        self.query_one(VerticalScroll).scroll_home(animate=False)
