"""The lines in which a person begins a poem. Remembers what was begun before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding
from textual.message import Message
from textual.widgets.text_area import Edit, EditResult

from rumi_tui.bidi import Mode
from rumi_tui.console.slash_commands import SIGN
from rumi_tui.console.widgets.verse_area import VerseArea

PROMPTS = 100
"""Earlier prompts that are remembered."""


class Prompt(VerseArea):
    """A few lines to type in; on the first and the last, the arrows go to the prompts of before and back.

    A slash begins a command whatever stands there, unless it is typed in the middle. What stood there comes back once
    the command is gone; a second slash takes the first for a letter of it.
    """

    LONGEST = 20_000
    """More than a model that ships reads back."""

    BINDINGS = [
        Binding("ctrl+j,shift+enter,alt+enter", "new_line", "New line", show=False),
        Binding("tab", "complete", "Complete", show=False),
    ]

    class Submitted(Message):
        """The person pressed Enter."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, mode: Mode, earlier_prompts: Iterable[str], completions: Sequence[str], id: str) -> None:
        """The `earlier_prompts`, the latest first, and the texts that what is typed is completed to."""
        super().__init__(mode, id=id, placeholder="Begin a poem, or just press Enter")
        self._earlier_prompts = list(dict.fromkeys(prompt[: self.LONGEST] for prompt in earlier_prompts if prompt))
        self.completions = completions
        """What a command that is typed can be completed to."""
        self._steps_back = 0
        """How many prompts back; 0 is the one being typed."""
        self._typed_text = self._sent_text = ""
        self._aside = ""
        """What stood here before a command was begun."""
        self._stem = ""
        """What the completion that stands here began as."""

    def remember(self, prompt: str) -> None:
        """Puts a prompt before all earlier ones, and ends going through them.

        It stays, selected: Enter begins another poem with it, and what is typed takes its place.
        """
        if not prompt.startswith(SIGN):
            self._keep(self._aside)
            self._sent_text, self._aside = prompt, ""
        self._keep(prompt)
        self.select_all()

    def withdraw(self) -> None:
        """Empties the prompt, or takes a command out of it; the up arrow brings back what is gone."""
        self._keep(self.text)
        self.clear()

    def discard(self) -> None:
        """Empties the prompt; the up arrow brings back what stood here, before a command too."""
        self._keep(self._aside)
        self._aside = ""
        self.withdraw()

    def _keep(self, prompt: str) -> None:
        """Has a prompt be the latest of the earlier ones; the one before it is what was left half typed for those."""
        half_typed = self._typed_text if self._steps_back else ""
        for each in (half_typed, prompt):
            if each:
                others = (other for other in self._earlier_prompts if other != each)
                self._earlier_prompts = [each, *islice(others, PROMPTS - 1)]
        self._steps_back = 0

    def take_up(self, text: str, cursor: tuple[int, int], is_sent: bool) -> None:
        """Has a text stand here as in another session, selected where a poem was begun with it."""
        self.text = text
        if is_sent:
            self._sent_text = text
            self.select_all()
        else:
            self.move_cursor(cursor)

    def take_in(self, letters: str) -> None:
        """Takes letters that were typed elsewhere as its own keys would be: in the place of what is selected."""
        self.replace(letters, *sorted(self.selection), maintain_selection_offset=False)

    @property
    def unsent_text(self) -> str:
        """What stands here; empty where it is what the latest poem began with."""
        return "" if self.text == self._sent_text else self.text

    @property
    def verse(self) -> str:
        """How a poem is to begin, also while a command stands in front of it."""
        return self._aside if self.text.startswith(SIGN) else self.text

    @property
    def unsent_verse(self) -> str:
        """The same; empty where the latest poem began so."""
        return "" if self.verse == self._sent_text else self.verse

    @property
    def cursor_in_verse(self) -> tuple[int, int]:
        """Its line and column; at the end of the verse while a command stands in front of it."""
        if not self.text.startswith(SIGN):
            return self.cursor_location
        lines = self.verse.split("\n")
        return len(lines) - 1, len(lines[-1])

    def put_verse(self, verse: str) -> None:
        """Has a text in the place of what stands here; after a command that stands in front of it."""
        if self.text.startswith(SIGN):
            self._aside = verse
        else:
            self._put(verse)

    def update_suggestion(self) -> None:
        """Offers the rest of what is begun."""
        text = self.text
        begun = text.lower() if text.startswith(SIGN) else None  # nothing else is completed, however long it is
        matches = (whole for whole in self.completions if begun and whole.startswith(begun) and whole != text)
        self.suggestion = next(matches, "")[len(text) :]

    async def _on_key(self, event: events.Key) -> None:
        """Enter hands over what was typed: as a key in its turn, since a binding overtakes letters on their way."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.post_message(self.Submitted(self.text))
        elif event.character == SIGN and self.text == SIGN and self._aside:
            event.stop()
            event.prevent_default()
            self._bring_back(SIGN)
        elif event.character == SIGN and self._may_begin_command:
            event.stop()
            event.prevent_default()
            aside = self.text
            self._put(SIGN)
            self._aside = aside

    @property
    def _may_begin_command(self) -> bool:
        """Whether a verse stands here and the cursor is not in the middle of it."""
        begin, end = sorted(self.selection)
        is_at_an_end = end == (0, 0) or begin == self.document.end or (begin, end) == ((0, 0), self.document.end)
        return bool(self.text) and not self.text.startswith(SIGN) and is_at_an_end

    def load_text(self, text: str) -> None:
        """Has a text stand here, as far as there is room."""
        super().load_text(text[: self.LONGEST])

    def edit(self, edit: Edit) -> EditResult:
        """Brings back what stood here before a command that has been deleted, or carried out."""
        result = super().edit(edit)
        self._stem = ""
        if self._aside and not self.text:
            self._bring_back()
        elif self._aside and not self.text.startswith(SIGN):  # the command was undone, or another prompt brought back
            self._keep(self._aside)
            self._aside = ""
        return result

    def _bring_back(self, more: str = "") -> None:
        aside, self._aside = self._aside, ""
        self._put(aside + more)
        if self.text == self._sent_text:
            self.select_all()

    def _put(self, text: str) -> None:
        """Has a text in the place of all that stands here; that can be undone."""
        self.replace(text, (0, 0), self.document.end)
        self.move_cursor(self.document.end)

    @property
    def has_more_ahead(self) -> bool:
        """Whether something stands after the cursor."""
        return self.cursor_location != self.document.end

    def action_complete(self) -> None:
        """Completes a command; again, to the next one that begins so. Elsewhere the key leads to the settings."""
        if not self.text.startswith(SIGN):
            raise SkipAction
        text, stem = self.text, self._stem or self.text.lower()
        choices = [whole for whole in self.completions if whole.startswith(stem) and whole != stem]
        if choices:
            number = choices.index(text) + 1 if text in choices else 0
            self._put(choices[number % len(choices)])
            self._stem = stem

    def action_cursor_page_up(self) -> None:
        """Leaves the key to the poem."""
        raise SkipAction

    def action_cursor_page_down(self) -> None:
        """Leaves the key to the poem."""
        raise SkipAction

    def on_resize(self) -> None:
        """Takes as many rows as its text has in the new width, which is only known now."""
        self.call_after_refresh(self.refresh, layout=True)

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
