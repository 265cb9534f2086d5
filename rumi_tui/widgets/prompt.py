"""The line in which a person begins a poem. Remembers what was begun before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.binding import Binding
from textual.suggester import SuggestFromList
from textual.widgets import Input


class Prompt(Input):
    """An input whose up and down arrows go through the prompts of before; what was being typed comes back."""

    BINDINGS = [
        Binding("up", "recall(1)", "Earlier prompt", show=False),
        Binding("down", "recall(-1)", "Later prompt", show=False),
    ]

    def __init__(self, earlier: Iterable[str], completions: Sequence[str], id: str) -> None:
        """`earlier` prompts, the latest first, and the texts that what is typed is completed to."""
        super().__init__(
            placeholder="Begin a poem, or press Enter for one from nothing",
            suggester=SuggestFromList(completions, case_sensitive=False),
            id=id,
        )
        self._earlier = list(dict.fromkeys(prompt for prompt in earlier if prompt))
        self._place = 0
        """How many prompts back; 0 is the one being typed."""
        self._typed = ""

    def remember(self, prompt: str) -> None:
        """Puts a prompt before all earlier ones, and ends going through them."""
        if prompt:
            self._earlier = [prompt, *(earlier for earlier in self._earlier if earlier != prompt)]
        self._place = 0

    def action_recall(self, step: int) -> None:
        """Shows an earlier prompt (1) or a later one (-1)."""
        if self._place == 0:
            self._typed = self.value
        self._place = max(0, min(self._place + step, len(self._earlier)))
        self.value = self._earlier[self._place - 1] if self._place else self._typed
        self.cursor_position = len(self.value)
