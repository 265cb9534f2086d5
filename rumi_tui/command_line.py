"""The edge of every command: shared options, one-line errors, and how it ends.

Knows nothing of what the commands do.
"""

from __future__ import annotations

import functools
import json
import math
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import msgspec
import typer

from models.characters import is_printable, one_line, printable
from models.errors import RumiError, describe
from models.paths import given_path
from rumi_tui.interruptions import handled, interrupt
from rumi_tui.verse.languages import LANGUAGES

Command = TypeVar("Command", bound=Callable[..., Any])

DONE, FAILED, MISUSED = 0, 1, 2
"""How a command ends: it did all that it was asked for; it did not, was interrupted, or what it printed was read by
nobody; or it was asked in a way that it does not understand. There is no other exit status, unless a signal ends it
before it has begun or where nothing can be cleared up, see `rumi_tui.interruptions`."""

_INTERRUPTED = 130
"""What newer versions of typer make of a `KeyboardInterrupt`."""
_BOLD, _NOT_BOLD = "\x1b[1m", "\x1b[22m"
_KEPT = re.compile(f"(\n|{re.escape(_BOLD)}|{re.escape(_NOT_BOLD)})")

PATIENCE = 2.0
"""Seconds that a person is left without a word."""
READING_TEXTS = "The texts are read for the first time, which takes up to half a minute."


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # takes as long as onnxruntime, and few ask

        typer.echo(version("rumi-tui"))
        raise typer.Exit


def finite(number: float | None) -> float | None:
    """For an option that takes a number: "nan" is one to Python, and in no range."""
    if number is not None and math.isnan(number):
        raise typer.BadParameter("nan is no number.")
    return number


Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Language = Annotated[
    str | None, typer.Option(help=f"Only texts in this language: {', '.join(LANGUAGES)}.", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


class CommandLine(typer.Typer):
    """A command line whose commands are given paths as a person means them, see `models.paths.given_path`."""

    def command(self, *names: Any, **settings: Any) -> Callable[[Command], Command]:
        """As `typer.Typer.command`."""
        register = super().command(*names, **settings)

        def add(command: Command) -> Command:
            @functools.wraps(command)
            def called(**values: Any) -> Any:
                return command(**{name: _given(value) for name, value in values.items()})

            register(called)
            return command

        return add


def _given(value: Any) -> Any:
    """An argument of a command; where it is a path or several, those that a person means."""
    if isinstance(value, list | tuple):
        return [_given(each) for each in value]
    return given_path(value) if isinstance(value, Path) else value


def new_app(**settings: Any) -> CommandLine:
    """A command line in the house style: plain help, no options that install things, no private tracebacks."""
    return CommandLine(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        **settings,
    )


def narrate(sentence: str) -> None:
    """Says something to the person, on standard error, see `models.characters.one_line`."""
    typer.echo(one_line(sentence), err=True)


def bold(words: str) -> str:
    """Words that a terminal shows bold, for `say`."""
    return f"{_BOLD}{words}{_NOT_BOLD}"


def say(text: object = "", end: str = "\n", flush: bool = False) -> None:
    """Prints what was asked for; of what controls a terminal, only line ends and `bold` get through."""
    parts = _KEPT.split(str(text))
    print(*(part if _KEPT.fullmatch(part) else printable(part) for part in parts), sep="", end=end, flush=flush)


def say_json(value: object) -> None:
    """Prints a value as one JSON document in a line, in which what controls a terminal is escaped."""
    document = msgspec.json.encode(value).decode()
    print("".join(c if is_printable(c) else json.dumps(c)[1:-1] for c in document))


@contextmanager
def patience(sentence: str) -> Iterator[Callable[[], None]]:
    """Says why it takes long, if what is done inside takes longer than `PATIENCE`; gives what ends the waiting.

    Only where a person sees it: not where standard error is no terminal.
    """
    timer = threading.Timer(PATIENCE, narrate, [sentence])
    timer.daemon = True
    if sys.stderr.isatty():
        timer.start()
    try:
        yield timer.cancel
    finally:
        timer.cancel()


def _show_traceback() -> None:
    """Where a person asks for it, of the error that is handled."""
    if "--debug" in sys.argv:
        for line in traceback.format_exc().splitlines():
            narrate(line)


@contextmanager
def _heard_everywhere(command: str) -> Iterator[None]:
    """Has a command end also where Python swallows an interruption: while it lets go of an object, say.

    Python would print a traceback and go on. What is half-written goes a day later, as after a kill.
    """

    def end(lost: sys.UnraisableHookArgs) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            hook(lost)
            return
        with suppress(OSError, RuntimeError):  # a pipe that nobody reads, or it is being written to just now
            sys.stdout.flush()
        try:
            narrate(f"{command}: stopped.")
        finally:
            os._exit(FAILED)

    hook, sys.unraisablehook = sys.unraisablehook, end
    try:
        yield
    finally:
        sys.unraisablehook = hook


def run(app: typer.Typer) -> NoReturn:
    """Runs a command line and exits with its status: `DONE`, `FAILED` or `MISUSED`."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        narrate("Standard output is closed: send it to a file, or to /dev/null.")
        sys.exit(FAILED)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    command = os.path.basename(sys.argv[0]).removesuffix(".exe")
    if f"_{command.upper().replace('-', '_')}_COMPLETE" in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()
    try:
        with handled(interrupt), _heard_everywhere(command):
            status = app(standalone_mode=False, prog_name=command)
            if status == _INTERRUPTED:
                raise KeyboardInterrupt
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(FAILED)
    except (KeyboardInterrupt, typer.Abort):
        narrate(f"{command}: stopped.")
        sys.exit(FAILED)
    except (RumiError, OSError) as error:
        _show_traceback()
        message = str(error) if isinstance(error, RumiError) else f"the system says: {describe(error)}."
        narrate(f"{command}: {message}")
        sys.exit(FAILED)
    except Exception as error:
        _show_traceback()
        if not hasattr(error, "format_message"):
            narrate(f"{command}: something unforeseen happened ({type(error).__name__}: {error}); see it with --debug.")
            sys.exit(FAILED)
        narrate(f"{command}: {error.format_message().rstrip('.')}; see {command} --help.")
        sys.exit(MISUSED)
    sys.exit(status if isinstance(status, int) else DONE)
