"""The lines in which a person begins a poem. Remembers what was begun before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import events
from textual.binding import Binding
from textual.message import Message

from rumi_tui.bidi import Mode
from rumi_tui.console.widgets.verse_area import VerseArea


class Prompt(VerseArea):
    """A few lines to type in; on the first and the last, the arrows go to the prompts of before and back."""

    BINDINGS = [
        Binding("ctrl+j,shift+enter,alt+enter", "new_line", "New line", show=False),
    ]

    class Submitted(Message):
        """The person pressed Enter."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, mode: Mode, earlier_prompts: Iterable[str], completions: Sequence[str], id: str) -> None:
        """The `earlier_prompts`, the latest first, and the texts that what is typed is completed to."""
        super().__init__(mode, id=id, placeholder="Begin a poem, or just press Enter")
        self._earlier_prompts = list(dict.fromkeys(prompt for prompt in earlier_prompts if prompt))
        self.completions = completions
        """What a command that is typed can be completed to."""
        self._steps_back = 0
        """How many prompts back; 0 is the one being typed."""
        self._typed_text = self._sent_text = ""

    def remember(self, prompt: str) -> None:
        """Puts a prompt before all earlier ones, and ends going through them.

        It stays, selected: Enter begins another poem with it, and what is typed takes its place.
        """
        if prompt:
            self._earlier_prompts = [prompt, *(other for other in self._earlier_prompts if other != prompt)]
        self._steps_back, self._sent_text = 0, prompt
        self.select_all()

    @property
    def unsent_text(self) -> str:
        """What stands here; empty where it is what the latest poem began with."""
        return "" if self.text == self._sent_text else self.text

    def update_suggestion(self) -> None:
        """Offers the rest of what is begun."""
        text = self.text
        matches = (whole for whole in self.completions if text and whole.startswith(text.lower()) and whole != text)
        self.suggestion = next(matches, "")[len(text) :]

    async def _on_key(self, event: events.Key) -> None:
        """Enter hands over what was typed: as a key in its turn, since a binding overtakes letters on their way."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Submitted(self.text))

    def action_new_line(self) -> None:
        """Begins another line."""
        self.insert("\n")

    def action_cursor_up(self, select: bool = False) -> None:
        """Moves up, and from the first row to the prompt of before."""
        if self.navigator.is_first_wrapped_line(self.cursor_location) and not select:
            self._recall(1)
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Moves down, and from the last row to the prompt after."""
        if self.navigator.is_last_wrapped_line(self.cursor_location) and not select:
            self._recall(-1)
        else:
            super().action_cursor_down(select)

    def _recall(self, step: int) -> None:
        if self._steps_back and self.text != self._earlier_prompts[self._steps_back - 1]:
            self._steps_back = 0  # what was recalled and changed is what is being typed
        if self._steps_back == 0:
            self._typed_text = self.text
        choices = [self._typed_text, *self._earlier_prompts]
        steps_back = self._steps_back + step
        if steps_back < len(choices) and choices[steps_back] == self._typed_text and steps_back > 0:
            steps_back += step  # what stands there already
        if 0 <= steps_back < len(choices):
            self._steps_back = steps_back
            self.text = choices[steps_back]
            self.move_cursor(self.document.end)
