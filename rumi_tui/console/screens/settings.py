"""The settings, to be read and changed. Each change is saved at once; what follows from it is for others to do."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from models.errors import RumiError
from rumi_tui.console.complaints import complain
from rumi_tui.console.screens.dialog import Dialog
from rumi_tui.console.settings import ENTRIES, Entry, SettingsFile, as_typed, typed, value_of
from rumi_tui.console.widgets.choices import Choices
from rumi_tui.console.widgets.verse_input import VerseInput


class SettingsScreen(Dialog[None]):
    """A list of settings with their values; below it, what the highlighted one is and takes."""

    BINDINGS = [
        Binding("escape", "back", "Back", priority=True),
        Binding("left", "turn(-1)", "Choice before", show=False),
        Binding("right", "turn(1)", "Choice after", show=False),
        Binding("delete", "reset", "Default", show=False),
    ]
    AUTO_FOCUS = "OptionList"

    class Changed(Message):
        """A setting has another value, which is saved."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self, file: SettingsFile) -> None:
        super().__init__()
        self._file = file
        self._entries = list(ENTRIES.values())

    def compose(self) -> ComposeResult:
        """The settings, one a line, and the line to type a value into."""
        yield Static("Settings · Enter or ← → to change · Delete resets", id="keys", markup=False)
        yield Choices(markup=False)
        yield Static("", id="about", markup=False)
        yield VerseInput("off", id="value", compact=True)

    def on_mount(self) -> None:
        """Lists all settings."""
        self.query_one(OptionList).add_options(Option(self._row(entry)) for entry in self._entries)
        self.query_one(OptionList).highlighted = 0
        self.query_one(Input).display = False

    @property
    def _highlighted(self) -> Entry:
        return self._entries[self.query_one(OptionList).highlighted or 0]

    @property
    def _is_typing(self) -> bool:
        return self.query_one(Input).display

    def _value(self, entry: Entry) -> str:
        return typed(value_of(self._file.settings, entry))

    def _row(self, entry: Entry) -> str:
        width = max(map(len, ENTRIES))
        return f"{entry.name:<{width}}  {self._value(entry) or entry.left_out}"

    @on(OptionList.OptionHighlighted)
    def _tell(self) -> None:
        """Says what the highlighted setting is, what it takes, and what it is where nobody changed it."""
        entry = self._highlighted
        self.query_one("#about", Static).update(f"{entry.hint}\ndefault: {entry.default or entry.left_out}")

    @on(OptionList.OptionSelected)
    def _begin(self) -> None:
        entry = self._highlighted
        if entry.choices:
            self.action_turn(1)
            return
        field = self.query_one(Input)
        field.value, field.placeholder = self._value(entry), f"{entry.name}; leave it empty for the default"
        field.display = True
        field.focus()

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        entry = self._highlighted
        try:
            value = as_typed(entry.name, event.value)
        except RumiError as error:
            complain(self, str(error))
            return
        if self._change(entry, value):
            self._end_typing()

    def action_turn(self, step: int) -> None:
        """Gives a setting with named choices the next (1) or the one before (-1)."""
        entry = self._highlighted
        if entry.choices and not self._is_typing:
            index = entry.choices.index(self._value(entry))
            self._change(entry, entry.choices[(index + step) % len(entry.choices)] or None)

    def action_reset(self) -> None:
        """Gives a setting its default."""
        self._change(self._highlighted, None)

    def action_back(self) -> None:
        """Leaves the line that is typed into as it was, or the screen."""
        if self._is_typing:
            self._end_typing()
        else:
            self.dismiss(None)

    def _change(self, entry: Entry, value: object) -> bool:
        try:
            self._file.change(entry.name, value)
        except RumiError as error:
            complain(self, str(error))
            return False
        options = self.query_one(OptionList)
        options.replace_option_prompt_at_index(self._entries.index(entry), self._row(entry))
        self.post_message(self.Changed(entry))
        return True

    def _end_typing(self) -> None:
        self.query_one(Input).display = False
        self.query_one(OptionList).focus()
