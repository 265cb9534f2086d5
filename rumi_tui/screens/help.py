"""What can be done, made from the registry of actions."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.keys import format_key
from textual.screen import ModalScreen
from textual.widgets import Static

from rumi_tui.actions import EVERYWHERE, WRITING

ABOUT = """\
A small neural network, trained on Rumi's verse alone, writes here one character after the other. \
What it writes is new: in his manner, not his words, and it knows nothing but the shape of verse. \
Type how a poem should begin, or nothing at all, and press Enter."""


class HelpScreen(ModalScreen[None]):
    """One page of help."""

    BINDINGS = [Binding("escape", "dismiss", "Back", priority=True)]

    def compose(self) -> ComposeResult:
        """Who writes here, and every key."""
        keys = [("Enter", "Write a poem that begins with the prompt.")]
        keys += [(format_key(action.key), action.help) for action in (*WRITING, *EVERYWHERE)]
        keys += [("Tab", "Go to the next setting."), (format_key("ctrl+p"), "Find any command.")]
        width = max(len(key) for key, _ in keys)
        with VerticalScroll():
            yield Static(ABOUT + "\n", markup=False)
            for key, help_line in keys:
                yield Static(f"{key:<{width}}  {help_line}", markup=False)
            yield Static("\nEscape closes this page.", markup=False)
