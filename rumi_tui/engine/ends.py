"""Where a poem ends: with a unit of its form and a sentence, near the lines that were asked for.

Knows nothing of models, or of how lines are found.
"""

from __future__ import annotations

import math

from models.forms import form_named
from models.tokenizer import Tokenizer
from rumi_tui.engine.request import Request
from rumi_tui.verse.words import ends_sentence

LEAST = 0.5
"""Of the lines that were asked for: before, the model may not end the poem ..."""
MOST_LEAST = 24
"""... but after so many, as many as Rumi's own poems often have, it may: a limit may be there for nothing."""
MOST_OVER = 8
"""Lines beyond those that were asked for, while no sentence ends; then the poem stops all the same."""


class Ends:
    """The ends of one poem. Its lines are counted from 1, with those that it was begun with."""

    def __init__(self, request: Request, tokenizer: Tokenizer) -> None:
        form, begun = form_named(request.form), request.text.count("\n")
        self._unit = form.unit
        self._limit, self._least = math.inf, 0.0
        if request.lines is not None:
            self._limit = begun + request.lines
            self._least = min(self._limit, form.lines or begun + min(LEAST * request.lines, MOST_LEAST))
        self._has_marks = any("." in token for token in tokenizer.tokens)
        """Whether sentences show their ends: not in Persian verse, where each couplet stands for itself."""

    def may_end(self, line: int) -> bool:
        """Whether the model may end the poem with this line."""
        return line % self._unit == 0 and line >= self._least

    def has_enough(self, line: int, text: str) -> bool:
        """Whether the poem stops with this line of this text, where the model would go on."""
        return (self._is_due(line) and self._ends_sentence(text)) or line >= self._limit + MOST_OVER

    def breaks_off(self, line: int, text: str, is_last: bool) -> bool:
        """Whether the poem would stop with this line in the middle of a sentence; `is_last`: the model stops there."""
        return (is_last or self._is_due(line)) and not self._ends_sentence(text)

    def _is_due(self, line: int) -> bool:
        return line >= self._limit and line % self._unit == 0

    def _ends_sentence(self, text: str) -> bool:
        """Stricter than `ends_sentence`: after a semicolon, a poem would still seem to want something."""
        return not self._has_marks or (ends_sentence(text) and not text.rstrip().endswith(";"))
