"""What keys mean under a Persian keyboard, however a terminal sends them. Knows nothing of what they do.

Textual takes in printable characters only, and a zero-width non-joiner, by which Persian parts the pieces of a word, is
none. It binds Ctrl and Alt with Latin letters only, where a terminal that speaks the keyboard protocol of kitty
(https://sw.kovidgoyal.net/kitty/keyboard-protocol/) names the Persian letter of the key. What a terminal says beyond
that, as the letter at the same place of a Latin keyboard, Textual does not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import wraps

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.driver import Driver
from textual.keys import _character_to_key
from textual.widget import Widget
from textual.widgets import Input, TextArea

ZWNJ = "\N{ZERO WIDTH NON-JOINER}"
_ZWNJ_KEY = "zero_width_non_joiner"
"""Textual's name for its key."""
_LATIN = dict(
    zip(
        "ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپو۱۲۳۴۵۶۷۸۹۰",
        map(_character_to_key, "qwertyuiop[]asdfghjkl;'zxcvbnm,1234567890"),
        strict=True,
    )
)
"""Textual's names of the keys where a Persian keyboard (ISIRI 9147) has its letters and digits without Shift."""
_MODIFIERS = frozenset({"ctrl", "alt", "super", "hyper", "meta"})


_PERSIAN_LETTER = re.compile(r"[\u0621-\u064a\u066e-\u06d3]\Z")
_KITTY_KEY = re.compile(r"\x1b\[(\d+)(?::\d*(?::(\d+))?)?(?:;(\d*)(?::\d+)?)?(?:;([\d:]*))?u")
"""Code, the code at its place of a Latin keyboard, modifiers and text."""
_NO_KEY = re.compile(r"\x1b\[(<(?!-?\d+;-?\d+;-?\d+[Mm])[^Mm]*[Mm]|[=>?][\d;]*[cu])")
"""A place of the mouse that is none, and what a terminal says of itself: Textual would take both for letters."""
IGNORED = "ignored"
"""The name of a key that does nothing."""
_COMMANDING = 0b111110
"""The bits of `_MODIFIERS` in such a sequence; those of Shift and of the locks are others."""
ASK_FOR_ALTERNATE_KEYS = "\x1b[=4;2u"
"""In addition to what Textual asks of the keyboard protocol, and taken back with it."""


class Key(events.Key):
    """A key that is typed even though its character is invisible."""

    @property
    def is_printable(self) -> bool:
        """Whether fields take it in."""
        return True


def as_meant(event: events.Key, focused: Widget | None) -> events.Key:
    """The key that a person means by a key that came while a widget has the focus.

    Shift+Space that comes without a character is a non-joiner behind a Persian letter, and a blank elsewhere. A letter
    with Alt or its like types nothing.
    """
    *modifiers, name = event.key.split("+")
    if event.character == ZWNJ or name == _ZWNJ_KEY:
        return Key(_ZWNJ_KEY, ZWNJ)
    if event.key == "shift+space" and event.character is None:
        return Key(_ZWNJ_KEY, ZWNJ) if _PERSIAN_LETTER.search(_before_cursor(focused)) else events.Key("space", " ")
    if _MODIFIERS.intersection(modifiers) and name in _LATIN:
        return events.Key("+".join([*modifiers, _LATIN[name]]), None)
    if _MODIFIERS.intersection(modifiers) and event.is_printable:
        return events.Key(event.key, None)
    return event


def _before_cursor(widget: Widget | None) -> str:
    """What is typed before the cursor in its line."""
    if isinstance(widget, TextArea):
        line, column = widget.cursor_location
        return widget.document.get_line(line)[:column]
    return widget.value[: widget.cursor_position] if isinstance(widget, Input) else ""


def in_plain_terms(sequence: str) -> str:
    """A key of the kitty protocol as Textual reads it; what is no such key, as it is.

    Beside the key that was pressed, a terminal may name what Shift makes of it and the key at the same place of a Latin
    keyboard. With Ctrl or its like, the last one stands for a letter that is not Latin, in any layout.
    """
    if (match := _KITTY_KEY.fullmatch(sequence)) is None:
        return sequence
    code, latin, modifiers, text = match.groups(default="")
    if latin and int(code) > 127 and int(modifiers or 1) - 1 & _COMMANDING:
        code = latin
    return f"\x1b[{code};{modifiers};{text}u"


def understand_alternate_keys() -> bool:
    """Has Textual's parser read keys `in_plain_terms`; whether it does.

    Textual has no place for this, and its parser ends the program at such a key: it must not be asked for in vain. So
    what the parser cannot read at all, as a number that is no character, is a key that does nothing.
    """
    if not hasattr(XTermParser._sequence_to_key_events, "__wrapped__"):
        plain = XTermParser._sequence_to_key_events

        @wraps(plain)
        def understanding(parser: XTermParser, sequence: str, alt: bool = False) -> Iterable[events.Key]:
            try:
                keys = list(plain(parser, in_plain_terms(sequence), alt))
                "".join(key.character or "" for key in keys).encode()
            except (ValueError, OverflowError):
                return [events.Key(IGNORED, None)]
            return keys or [events.Key(IGNORED, None)] * bool(_NO_KEY.fullmatch(sequence))

        setattr(XTermParser, plain.__name__, understanding)
    try:
        return [getattr(event, "key", "") for event in XTermParser().feed("\x1b[1604::103;5u")] == ["ctrl+g"]
    except ValueError:
        return False


def with_alternate_keys(driver: type[Driver]) -> type[Driver]:
    """A driver that asks its terminal for these keys, where it has one."""
    understands = understand_alternate_keys()
    if driver.__module__ != "textual.drivers.linux_driver" or not understands:
        return driver

    class AskingDriver(driver):  # type: ignore[valid-type, misc]
        def start_application_mode(self) -> None:
            super().start_application_mode()
            if not constants.DISABLE_KITTY_KEY:
                self.write(ASK_FOR_ALTERNATE_KEYS)

    return AskingDriver
