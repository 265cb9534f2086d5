"""What is asked once, before the console opens for the first time: how right-to-left lines look right here."""

from __future__ import annotations

import contextlib
import os
from typing import Literal

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from models.errors import RumiError
from rumi_tui.bidi import terminal_keeps_order, to_display
from rumi_tui.console.settings import SettingsFile
from rumi_tui.console.themes import THEMES
from rumi_tui.console.widgets.choices import Choices

LINE = "هوا خوب است."
"""Plain prose: the weather is fine."""
WIDTH = 16
"""Cells of a sample, which fit the smallest terminal without a break."""

Ordering = Literal["app", "terminal", "auto"]


def ask_order(file: SettingsFile) -> Ordering | None:
    """What the person says that looks right, kept in the settings; None where the program was left instead.

    It is asked while the terminal is told not to order lines itself: where it listens, only one can look right.
    """
    with terminal_keeps_order("app"):
        answer = OrderApp(file.settings.theme).run()
    if answer in ("app", "terminal"):
        with contextlib.suppress(RumiError):  # of a file that cannot be written: the answer holds for this run
            file.change("rtl", answer)
    return answer


class OrderApp(App[Ordering]):
    """Shows one line as this program orders it and as the terminal does; gives back which looks right.

    `auto` where that cannot be told, None where the person left the program. The mode `off` draws like `terminal`
    does, so it is not asked for.
    """

    CSS_PATH = ["themes/no_color.tcss", "first_run.tcss"]
    BINDINGS = [Binding("escape", "skip", "Not sure", priority=True)]
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (40, "-wide")]

    def __init__(self, theme: str) -> None:
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        self._colours = theme

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        yield Static("Which of these looks right?", id="question")
        yield Choices(
            Option(to_display(LINE, "app", WIDTH), id="app"),
            Option(to_display(LINE, "terminal", WIDTH), id="terminal"),
            Option("Not sure (decide for me)", id="auto"),
            markup=False,
        )
        yield Static(
            "Persian runs from right to left: the letters join, and the full stop stands at the left end.", id="hint"
        )

    def on_mount(self) -> None:
        """Puts on the colours of the settings."""
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self._colours

    def action_skip(self) -> None:
        """Leaves the choice to the program."""
        self.exit("auto")

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        match event.option_id:
            case "app" | "terminal" | "auto":
                self.exit(event.option_id)
