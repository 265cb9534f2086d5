"""The one error that a person is meant to read."""

from __future__ import annotations

import shlex
import sys

from models.characters import told

UNREADABLE = (ValueError, RecursionError)
"""What readers of UTF-8, JSON and TOML raise for what is none: the second for brackets in brackets by the thousand."""


class RumiError(Exception):
    """Something the person can mend: the message is one sentence that says what is wrong and what to do.

    Command lines print the message and exit with status 1; the console shows it and goes on. Whatever of a file it
    repeats, nothing in it controls a screen, and it has an end, see `models.characters.told`.
    """

    def __init__(self, message: str) -> None:
        super().__init__(told(message))


def needs_extra(what: str, missing: ModuleNotFoundError, extra: str) -> RumiError:
    """What to say where a library of an extra is not installed for the Python that runs, whatever `pip` belongs to."""
    python = shlex.quote(sys.executable)
    return RumiError(
        f"{what} needs {missing.name}: run {python} -m pip install '.[{extra}]' in the folder of the program."
    )


def describe(error: OSError) -> str:
    """What the system said, without the error number, as part of a sentence."""
    reason = error.strerror or str(error)
    return reason[:1].lower() + reason[1:]
