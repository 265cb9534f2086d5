"""The one question about right-to-left lines: which of two looks right. It is asked when the first one comes up."""

from __future__ import annotations

import os
from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from rumi_tui.bidi import Mode, Wish, choose_mode, is_right_to_left, to_display
from rumi_tui.console.complaints import complaining
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.screens.keeping import KeepingScreen
from rumi_tui.console.settings import SettingsFile
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.console.widgets.ordered import Ordering

LINE = "هوا خوب است."
"""Plain prose: the weather is fine."""
WIDTH = 16
"""Cells of a sample, which fit the smallest terminal without a break."""


class TypedOver(Message):
    """Somebody types on instead of answering."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class EnteredOver(Message):
    """Somebody pressed Enter instead of answering."""


class OrderScreen(Dialog[Wish | None]):
    """Shows one line as this program orders it and as the terminal does; gives back which looks right.

    `auto` where that cannot be told, None where somebody types on. The mode `off` draws like `terminal` does, so it is
    not asked for. No answer is highlighted at first: an Enter that was on its way as the question came up is none.
    """

    BINDINGS = [Binding("escape", "dismiss('auto')", "Not sure", priority=True)]
    AUTO_FOCUS = "OptionList"

    def __init__(self, leads_on: bool) -> None:
        """Whether something is done after the question, which an Enter then leads to, and to nothing else."""
        super().__init__()
        self._leads_on = leads_on

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        yield Static("Persian: which of these looks right?", id="question")
        choices = Choices(
            Option(to_display(LINE, "app", WIDTH), id="app"),
            Option(to_display(LINE, "terminal", WIDTH), id="terminal"),
            Option("Not sure (decide for me)", id="auto"),
            markup=False,
        )
        choices.highlighted = None  # Textual highlights the first
        yield choices
        yield Static(
            "Persian runs from right to left: the letters join, and the full stop stands at the left end.", id="hint"
        )
        yield Static("↑ ↓ Enter choose · or write on", id="keys")

    def on_key(self, event: events.Key) -> None:
        """Chooses, or gives way to whoever goes on with a line, or is done with it.

        Each key in its turn: what is bound is done only after the keys behind it have passed here.
        """
        choices = self.query_one(Choices)
        if event.is_printable and event.character is not None:
            self._give_way(event, TypedOver(event.character))
        elif event.key == "enter" and choices.highlighted is None:
            self._give_way(event, None if self._leads_on else EnteredOver())
        elif event.key in ("up", "down", "enter"):
            event.stop()
            deeds = {"up": choices.action_cursor_up, "down": choices.action_cursor_down, "enter": choices.action_select}
            deeds[event.key]()

    def on_paste(self, event: events.Paste) -> None:
        """The same."""
        self._give_way(event, TypedOver(event.text))

    def _give_way(self, event: events.Event, message: Message | None) -> None:
        event.stop()
        if message is not None:
            self.post_message(message)
        self.dismiss(None)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        match event.option_id:
            case "app" | "terminal" | "auto":
                self.dismiss(event.option_id)


class OrderingScreen(KeepingScreen):
    """A screen that asks how right-to-left lines look right, once, and draws them so from then on."""

    _file: SettingsFile
    asks_order = False
    """Whether that is to be asked, unless it was."""
    _asked_for_order = False
    """Whether somebody has answered, be it that they cannot tell."""
    _order_waits = False
    """Whether it is to be asked as soon as no other page lies on this one."""

    class OrderChanged(Message):
        """Lines are ordered in another way from now on, of which the terminal has to know."""

        def __init__(self, mode: Mode) -> None:
            super().__init__()
            self.mode = mode

    @property
    def mode(self) -> Mode:
        """How lines are ordered."""
        return self._mode

    def order(self, mode: Mode) -> None:
        """Draws right-to-left lines in another way from now on."""
        self._mode = mode
        self.post_message(self.OrderChanged(mode))
        for widget in self.query():
            if isinstance(widget, Ordering):
                widget.draw_in(mode)
        self._show_title()

    @on(events.ScreenResume)
    def _ask_later(self) -> None:
        """Asks what waited for this page to be in front."""
        if self._order_waits:
            self._order_waits = False
            self._ask_order()

    def _ask_for(self, text: str) -> None:
        """Asks where a text runs from right to left."""
        if is_right_to_left(text):
            self._ask_order()

    def _ask_order(self, then: Callable[[], object] | None = None) -> None:
        """Does something, if anything, first asking what has to be asked before; for nothing, over no other page."""
        if self._asked_for_order or not self.asks_order:
            if then is not None:
                then()
            return
        if then is None and not self.is_active:
            self._order_waits = True
            return

        def take(answer: Wish | None) -> None:
            self._asked_for_order = answer is not None
            if answer in ("app", "terminal"):
                with complaining(self):  # of a file that cannot be written: the answer holds for this run
                    self._file.change("rtl", answer)
            self.order(choose_mode(answer or "auto", os.environ))
            if then is not None:
                then()

        self.post_message(self.OrderChanged("app"))  # where it listens, only one can look right
        self.app.push_screen(OrderScreen(leads_on=then is not None), take)
