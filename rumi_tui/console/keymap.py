"""Which key does what: that of the registry of actions, or the one that a person set instead.

Knows nothing of the file that keeps what was set.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from textual.binding import Binding
from textual.keys import Keys
from textual.widgets import Input, TextArea

from models.characters import printable
from models.errors import RumiError
from rumi_tui.console.actions import EVERYWHERE, WRITING

BY_COMMAND = {action.command: action for action in (*WRITING, *EVERYWHERE)}
"""Every action, by its name as it is typed."""

_NAMES = "|".join(sorted({key.value.rpartition("+")[2] for key in Keys if "<" not in key.value}))
_KEY = re.compile(rf"(shift\+)?(f\d\d?|escape|insert)|((ctrl|alt|shift)\+)*(ctrl|alt)\+({_NAMES}|\S)")
"""Keys that type no letter."""
_OF_THE_CONSOLE = {"ctrl+p", "ctrl+c", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+h"}
"""The palette, the way to interrupt, and what terminals send for Tab, Enter and Backspace."""
_OF_THE_PROMPT = {binding.key for kind in (Input, TextArea) for binding in Binding.make_bindings(kind.BINDINGS)}
"""What a person edits text with."""
DELETING = {"ctrl+k", "ctrl+d"}
"""Those of them that the prompt keeps for as long as there is something behind the cursor to be deleted."""
KEPT_BY_BROWSERS = {"ctrl+n", "ctrl+t", "ctrl+w", "ctrl+q", "ctrl+tab", "ctrl+pageup", "ctrl+pagedown", "alt+f4"}
KEPT_BY_BROWSERS |= {f"ctrl+shift+{key}" for key in ("n", "p", "q", "t", "w", "tab")}
"""Keys that pages never get, in Chromium (`IsReservedCommandOrKey`) or Firefox (`reserved` in browser-sets)."""
_TAKEN = (_OF_THE_CONSOLE | _OF_THE_PROMPT) - {action.key for action in BY_COMMAND.values()}


def check(keys: Mapping[str, str]) -> None:
    """Raises `RumiError` for keys, by the command of their action, that cannot all be set."""
    for command, key in keys.items():
        if not _KEY.fullmatch(key) or key != printable(key):
            raise RumiError(f"keys.{command} cannot be {key[:40]!r}: choose a key like f8, ctrl+k or alt+x.")
        if key in _TAKEN:
            raise RumiError(
                f"keys.{command} cannot be {key!r}, which is needed for editing or for the console: choose another."
            )
    owners: dict[str, str] = {}
    for command, key in in_force(keys).items():
        if key in owners:
            raise RumiError(f"keys.{owners[key]} and keys.{command} cannot both be {key!r}: choose another for one.")
        owners[key] = command


def in_force(keys: Mapping[str, str], in_browser: bool = False) -> dict[str, str]:
    """The key of every command, where these were set.

    In a browser, a key that it keeps for itself gives way to another, unless that was set for something else.
    """
    default = {command: action.key for command, action in BY_COMMAND.items()}
    if in_browser:
        others = {command: action.key_in_browser for command, action in BY_COMMAND.items() if action.key_in_browser}
        default |= {command: key for command, key in others.items() if key not in keys.values()}
    return default | dict(keys)


def for_textual(keys: Mapping[str, str]) -> dict[str, str]:
    """The keys that are not those of the registry, by the id of their binding, for `App.set_keymap`."""
    return {BY_COMMAND[command].name: key for command, key in keys.items() if key != BY_COMMAND[command].key}


def spoken(key: str) -> str:
    """A key as people write it: Ctrl+R."""
    return "+".join(part.capitalize() for part in key.split("+"))
