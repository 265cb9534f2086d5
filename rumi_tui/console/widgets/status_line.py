"""The line of a screen that tells the last thing there is to tell. Knows nothing of what that is."""

from __future__ import annotations

from time import monotonic

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.widgets import Static

from rumi_tui.bidi import Mode, to_display
from rumi_tui.console.keymap import spoken
from rumi_tui.console.plain import is_plain, with_pauses

ERROR_SIGN = "✗ "
"""Before what went wrong, which colour alone must not tell."""
BETWEEN, LEAST = 2, 24
"""Cells before what goes on beside, and those that a message must have left."""
STANDS_SECONDS = 3.0
"""How long a message is left alone by the keys that are pressed after it."""


class StatusLine(Static):
    """One row, never more: of a long message its beginning, and the key that opens the page of all messages.

    What is told last takes the place of what was told before. A hint stands in front of it for as long as it is set.
    """

    def __init__(self, mode: Mode, words: str = "", is_error: bool = False, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._mode = mode
        self._hint = ""
        self._legend = Text()
        self._beside = ""
        self.tell(words, is_error)

    def draw_in(self, mode: Mode) -> None:
        """Draws right-to-left lines in another way from now on."""
        self._mode = mode
        self._draw()

    def tell(self, words: str, is_error: bool = False) -> None:
        """Shows a message, and takes away a hint."""
        self._words, self._is_error, self._hint = " ".join(words.split("\n")), is_error, ""
        self._since, self.display = monotonic(), True
        self._draw()

    def forgive(self) -> None:
        """Takes away what went wrong, and nothing else."""
        if self._is_error:
            self.tell("")

    def hint(self, words: str) -> None:
        """Shows something else for as long as it is not empty."""
        self._hint = words
        self._draw()

    def explain(self, legend: Text) -> None:
        """Shows what the signs on the page mean, after the message; of a long message it takes the place."""
        self._legend = legend
        self._draw()

    def accompany(self, words: str) -> None:
        """Shows at the end of the row what goes on beside the writing, for as long as it is not empty."""
        if words != self._beside:
            self._beside = words
            self._draw()

    @property
    def has_stood(self) -> bool:
        """Whether the message could be read by now."""
        return monotonic() - self._since >= STANDS_SECONDS

    def on_click(self) -> None:
        """Opens the page of all messages."""
        self.app.call_later(self.app.run_action, "messages")

    def _draw(self) -> None:
        self.set_class(self._is_error and not self._hint, "-error")
        self.update(self._text(None), layout=False)

    def _text(self, width: int | None) -> Text:
        """What stands there in so many cells; in its full length where there is no width.

        What goes wrong and hints are shown in full where they can be, all else leaves room for what goes on beside.
        """
        if not self._beside:
            return self._message(width)
        beside = Text(self._beside)
        if width is None:
            return Text(" · ").join(part for part in (self._message(None), beside) if part)
        room = width - beside.cell_len - BETWEEN
        whole = self._message(None)
        if whole.cell_len > room and (self._is_error or self._hint or room < LEAST):
            return self._message(width)
        message = self._message(room)
        return Text.assemble(message, " " * (width - message.cell_len - beside.cell_len), beside)

    def _message(self, width: int | None) -> Text:
        """What was told, or stands in front of it, in so many cells."""
        if self._hint or self._is_error or not self._legend:
            sign = "Error: " if is_plain(self) else ERROR_SIGN
            words = self._hint or sign * self._is_error + self._words
            words = with_pauses(words) if is_plain(self) else words
            if width is None or cell_len(words) <= width:
                return Text(to_display(words, self._mode, 0))
            more = "…" if self._hint else f"… {self._key}".rstrip()
            beginning = set_cell_size(words, max(0, width - len(more))).rstrip()
            return Text(to_display(beginning, self._mode, 0) + more)
        words = with_pauses(self._words) if is_plain(self) else self._words
        parts = [Text(to_display(words, self._mode, 0)), self._legend]
        whole = Text(" · ").join(part for part in parts if part)
        return whole if width is None or whole.cell_len <= width else self._legend

    @property
    def _key(self) -> str:
        """What opens the page of all messages."""
        keys = (key for key, bound in self.screen.active_bindings.items() if bound.binding.id == "messages")
        return spoken(next(keys, ""))

    def render(self) -> Text:
        """What fits."""
        return self._text(self.size.width)
