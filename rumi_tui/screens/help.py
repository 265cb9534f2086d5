"""What can be done, made from the registry of actions."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from rumi_tui.commands import SIGN, described
from rumi_tui.keymap import BY_COMMAND, spoken
from rumi_tui.screens.visit import Visit

ABOUT = """\
A small neural network, trained on Rumi's verse alone, writes here one character after the other. \
What it writes is new: in his manner, not his words, and it knows nothing but the shape of verse. \
Type how a poem should begin, or nothing at all, and press Enter."""
TYPED = "What stands in the second column can be typed into the prompt instead. So can the settings of a poem:"


class HelpScreen(Visit[None]):
    """One page of help."""

    BINDINGS = [Binding("escape", "dismiss", "Back", priority=True)]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (48, "-narrow"), (78, "-wide")]

    def __init__(self, keys: Mapping[str, str]) -> None:
        """The key of each command."""
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Who writes here, every key, and everything that can be typed."""
        keys = [("Enter", "", "Write a poem that begins with the prompt.")]
        keys += [(spoken(key), f"{SIGN}{command}", BY_COMMAND[command].help) for command, key in self._keys.items()]
        keys += [("Tab", "", "Go to the next setting."), ("Ctrl+P", "", "Find any command.")]
        with VerticalScroll():
            yield Static(ABOUT, classes="paragraph", markup=False)
            for key, command, words in keys:
                with Horizontal():
                    yield Static(key, classes="key", markup=False)
                    yield Static(command, classes="command", markup=False)
                    yield Static(words, classes="words", markup=False)
            yield Static(TYPED, classes="paragraph", markup=False)
            for command, words in described():
                with Horizontal():
                    yield Static(command, classes="command", markup=False)
                    yield Static(words, classes="words", markup=False)
            yield Static("Escape closes this page.", classes="paragraph", markup=False)
