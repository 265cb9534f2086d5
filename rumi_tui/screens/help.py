"""What can be done, made from the registry of actions."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from rumi_tui.keymap import BY_COMMAND, spoken

ABOUT = """\
A small neural network, trained on Rumi's verse alone, writes here one character after the other. \
What it writes is new: in his manner, not his words, and it knows nothing but the shape of verse. \
Type how a poem should begin, or nothing at all, and press Enter."""


class HelpScreen(ModalScreen[None]):
    """One page of help."""

    BINDINGS = [Binding("escape", "dismiss", "Back", priority=True)]

    def __init__(self, keys: Mapping[str, str]) -> None:
        """The key of each command."""
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Who writes here, and every key."""
        keys = [("Enter", "Write a poem that begins with the prompt.")]
        keys += [(spoken(key), BY_COMMAND[command].help) for command, key in self._keys.items()]
        keys += [("Tab", "Go to the next setting."), ("Ctrl+P", "Find any command.")]
        width = max(len(key) for key, _ in keys)
        with VerticalScroll():
            yield Static(ABOUT + "\n", markup=False)
            for key, help_line in keys:
                yield Static(f"{key:<{width}}  {help_line}", markup=False)
            yield Static("\nEscape closes this page.", markup=False)
