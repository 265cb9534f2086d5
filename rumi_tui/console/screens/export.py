"""The choice of a format to save a poem in."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rumi_tui.console.actions import closing
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.library.exchange import LIBRARY
from rumi_tui.library.formats import FORMATS, Format


class ExportScreen(Dialog[str | None]):
    """Gives back the ending of the chosen format, or `LIBRARY`."""

    BINDINGS = closing("export", "dismiss")

    def compose(self) -> ComposeResult:
        """The formats, one a line, and last the whole library."""
        kinds = {ending: _what(kind) for ending, kind in FORMATS.items()} | {LIBRARY: "every poem, as one file"}
        yield Static("Save the poem as", markup=False)
        yield Choices(*(Option(f"{name:<9}{what}", id=name) for name, what in kinds.items()))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)


def _what(kind: Format) -> str:
    return f"{kind.what} (needs {kind.missing})" if kind.missing else kind.what
