"""What can be done, made from the registry of actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from rumi_tui.console.keymap import BY_COMMAND, spoken
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.slash_commands import SIGN, described
from rumi_tui.console.widgets.rows import Rows
from rumi_tui.console.widgets.wrap import wrapped

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
TINY = 45
"""Cells of a sheet below which what belongs together stands one above the other."""


class Sheet(Rows[Sequence[str]]):
    """Keys, what can be typed, and what they do."""

    COMPONENT_CLASSES = {"sheet--key", "sheet--command"}

    def __init__(self, columns: Sequence[str], entries: Sequence[Sequence[str]]) -> None:
        """The names of all columns but the last, and the parts of each entry; an empty part says nothing."""
        super().__init__()
        self._columns, self.entries = columns, entries
        self._widths: list[int] = []
        """Cells of these columns, 0 where the parts stand one below the other."""

    def set_rows(self, width: int) -> Iterator[Sequence[str]]:
        """What belongs together side by side, or one below the other with a blank row after it."""
        is_wide = width >= TINY
        self._widths = [COLUMNS[column] if is_wide else 0 for column in self._columns]
        rest = max(1, width - sum(self._widths))
        for number, entry in enumerate(self.entries):
            pieces = [_pieces(part, cells or rest) for part, cells in zip(entry, [*self._widths, rest], strict=True)]
            if is_wide:
                yield from zip_longest(*pieces, fillvalue="")
            else:
                if number:
                    yield [""]
                yield from ([""] * place + [piece] for place, part in enumerate(pieces) for piece in part if piece)

    def draw_row(self, row: Sequence[str]) -> Text:
        """Each part in the look of its column."""
        styles = [self.get_component_rich_style(f"sheet--{column}", partial=True) for column in self._columns]
        looks = zip(row, [*self._widths, 0], [*styles, Style.null()], strict=False)
        return Text.assemble(*((part.ljust(cells), style) for part, cells, style in looks))


def _pieces(part: str, cells: int) -> list[str]:
    return [part[begin:end].rstrip(" ") for begin, end in wrapped(part, cells)]


class HelpScreen(Dialog[None]):
    """One page of help."""

    BINDINGS = [Binding("escape", "dismiss", "Back", priority=True)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (78, "-wide")]

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
