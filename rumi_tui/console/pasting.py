"""What is pasted stays text, whatever is in it. Knows nothing of what is done with it.

A terminal marks where a paste begins and ends (xterm's bracketed paste mode). Textual takes an escape character between
the marks for the beginning of a key: the paste comes in pieces, in another order, and characters behind it press keys.
So escape characters are left out of a paste before Textual reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import wraps

from textual._xterm_parser import XTermParser
from textual.message import Message

BEGIN, END = "\x1b[200~", "\x1b[201~"
ESCAPE = "\x1b"


class Pastes:
    """Where in what a terminal sends, piece by piece, something is pasted."""

    def __init__(self) -> None:
        self._is_inside = False
        self._tail = ""
        """Outside of a paste the last characters, which have been handed on; inside those that may begin its end."""

    def without_escapes(self, data: str) -> str:
        """What was sent, with no escape character in what is pasted."""
        kept = []
        while data:
            before, self._tail = self._tail, ""
            if self._is_inside:
                text, end, data = (before + data).partition(END)
                if not end:
                    self._tail = _beginning_of_end(text)
                    text = text.removesuffix(self._tail)
                kept += [text.replace(ESCAPE, ""), end]
                self._is_inside = not end
            else:
                place = (before + data).find(BEGIN)
                self._is_inside = place >= 0
                length = place + len(BEGIN) - len(before) if self._is_inside else len(data)
                kept.append(data[:length])
                self._tail = "" if self._is_inside else (before + data)[1 - len(BEGIN) :]
                data = data[length:]
        return "".join(kept)


def take_pastes_as_text() -> None:
    """Has Textual's parser read what it is sent without escape characters in what is pasted."""
    feed = XTermParser.feed
    if hasattr(feed, "__wrapped__"):
        return

    @wraps(feed)
    def feed_without(parser: XTermParser, data: str) -> Iterable[Message]:
        pastes = vars(parser).setdefault("pastes", Pastes())
        if not data or (data := pastes.without_escapes(data)):  # of no data, the parser has come to its end
            yield from feed(parser, data)

    setattr(XTermParser, feed.__name__, feed_without)


def _beginning_of_end(text: str) -> str:
    """The last characters of a text where they may be the first ones of the mark that ends a paste."""
    return next((END[:count] for count in range(len(END) - 1, 0, -1) if text.endswith(END[:count])), "")
