"""What can be done, made from the registry of actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from rumi_tui.console.keymap import BY_COMMAND, spoken
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.slash_commands import SIGN, described

ABOUT = """\
A small neural network, trained only on Rumi's verse, writes here one character at a time. \
What it writes is new: in his manner, not his words. It knows how verse sounds, not what it means. \
Type how a poem should begin, or nothing at all, and press Enter."""
TYPED = "You can also type the commands in the second column into the prompt, and these, for the settings of a poem:"
IN_BROWSER = """\
Your browser keeps some keys for itself: Ctrl+N, Ctrl+T, Ctrl+W and, in Firefox, Ctrl+Q. The keys above do without \
them, and Ctrl+Backspace deletes the word before the cursor. You can also type any command, or find it with Ctrl+P."""
COLUMNS = {"key": 10, "command": 15}
"""How wide they are; what they do has the rest."""
TINY = 48
"""Columns of a screen below which what belongs together stands one above the other."""


class Sheet(Widget):
    """Keys, what can be typed, and what they do: one widget, since one for each cell takes half a second to show."""

    COMPONENT_CLASSES = {"sheet--key", "sheet--command"}

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """The names of all columns but the last, and the parts of each row; an empty part says nothing."""
        super().__init__()
        self._columns, self.rows = columns, rows

    def on_resize(self) -> None:
        """What belongs together may stand otherwise now."""
        self.refresh(layout=True)

    def render(self) -> RenderableType:
        """As it fits the screen."""
        styles = [self.get_component_rich_style(f"sheet--{column}", partial=True) for column in self._columns]
        styles.append(Style.null())
        rows = [[Text(part, style) for part, style in zip(row, styles, strict=True)] for row in self.rows]
        if self.screen.size.width < TINY:
            return Text("\n\n").join(Text("\n").join(part for part in row if part) for row in rows)
        table = Table.grid(expand=True)
        for column in self._columns:
            table.add_column(width=COLUMNS[column])
        for row in rows:
            table.add_row(*row)
        return table


class HelpScreen(Dialog[None]):
    """One page of help."""

    BINDINGS = [Binding("escape", "dismiss", "Back", priority=True)]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (TINY, "-narrow"), (78, "-wide")]

    def __init__(self, keys: Mapping[str, str], in_browser: bool) -> None:
        """The key of each command."""
        super().__init__()
        self._keys, self._in_browser = keys, in_browser

    def compose(self) -> ComposeResult:
        """Who writes here, every key, and everything that can be typed."""
        keys = [("Enter", "", "Write a poem that begins with the prompt.")]
        keys += [(spoken(key), f"{SIGN}{command}", BY_COMMAND[command].help) for command, key in self._keys.items()]
        keys += [("Tab", "", "Go to the next setting."), ("Ctrl+P", "", "Find any command.")]
        with VerticalScroll():
            yield Static(ABOUT, classes="paragraph", markup=False)
            yield Sheet(["key", "command"], keys)
            if self._in_browser:
                yield Static(IN_BROWSER, classes="paragraph", markup=False)
            yield Static(TYPED, classes="paragraph", markup=False)
            yield Sheet(["command"], described())
            yield Static("Escape closes this page.", classes="paragraph", markup=False)
