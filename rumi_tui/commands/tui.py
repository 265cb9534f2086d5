"""The command rumi-tui: it parses, calls and prints."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.errors import RumiError, needs_extra
from models.paths import given_path
from models.pretrained import MODELS, shipped
from rumi_tui.command_line import FAILED, Debug, Version, narrate, new_app, say
from rumi_tui.terminal import end_with_terminal, ended_in_order, in_browser

if TYPE_CHECKING:
    from rumi_tui.console.app import RumiApp
    from rumi_tui.library.store import Library

MOMENT_SECONDS = 0.05
SMALLEST_TERMINAL = (20, 8)
"""Columns and rows."""

tui_app = new_app()


@tui_app.command()
def tui(
    model: Annotated[
        str | None, typer.Option(help=f"{', '.join(MODELS)}, or a model file; default: the one in the settings.")
    ] = None,
    rtl: Annotated[
        str | None,
        typer.Option(
            help="Who orders right-to-left lines: terminal, app, nobody (off), or auto; default: as in the settings."
        ),
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="Save every poem of the library as one JSON file, and open nothing.")
    ] = None,
    import_: Annotated[
        Path | None,
        typer.Option("--import", help="Add the poems of such a file, or of one poem saved as JSON, and open nothing."),
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Print all poems of the library, and exit.")] = False,
    screen_reader: Annotated[
        bool,
        typer.Option(
            "--screen-reader", help="Plain lines for a screen reader: no frames, no signs, nothing that moves."
        ),
    ] = False,
    settings: Annotated[
        bool, typer.Option("--settings", help="Print every setting that the settings file takes, and exit.")
    ] = False,
    web: Annotated[bool, typer.Option("--web", help="Serve the console to a browser, on this machine only.")] = False,
    host: Annotated[str, typer.Option(help="With --web, the address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="With --web, the port to listen on.")] = 8000,
    public_url: Annotated[
        str | None,
        typer.Option(help="With --web, where else it is found: https://HOST, if a proxy or a tunnel leads here."),
    ] = None,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Open the poetry console."""
    from rumi_tui.console.settings import SettingsFile, page
    from rumi_tui.locations import library_path, session_path, settings_path, welcome_path

    if plain:
        print_library()
        return
    if export or import_:
        exchange(export, import_)
        return
    if settings:
        say(page(settings_path()))
        return
    if web:
        check_system()
    elif not in_browser():
        check_terminal()
    from rumi_tui.bidi import choose_mode, terminal_keeps_order
    from rumi_tui.library.store import Library

    settings_file = SettingsFile(settings_path())
    if model is not None:
        model = shipped(model) or str(given_path(model).resolve())
    if os.environ.get("NO_COLOR") == "":  # which stands for colours (no-color.org); Textual takes it for none
        del os.environ["NO_COLOR"]
    is_read_aloud = screen_reader or settings_file.settings.screen_reader == "on"
    # what a screen reader reads aloud is letters in the order in which they are typed, however they looked right before
    wish = rtl or ("off" if is_read_aloud else settings_file.settings.rtl)
    mode = choose_mode(wish, os.environ)
    library = Library(library_path())
    if web:
        tell_set_aside(library)
        library.close()
        options = ["--rtl", "app" if wish == "auto" else wish, *(["--model", model] if model else [])]
        options += ["--screen-reader"] * screen_reader + ["--debug"] * debug
        serve(options, host, port, public_url)
        return
    from models.freed_memory import use_one_heap
    from rumi_tui.console.app import RumiApp
    from rumi_tui.console.garbage import collect_seldom, free_strips_at_once
    from rumi_tui.console.session_file import SessionFile

    use_one_heap()
    free_strips_at_once()
    collect_seldom()  # what is imported stays, and nobody who types waits while it is looked through
    is_first_run = not welcome_path().exists()
    welcome_path().touch()
    session_file = SessionFile(session_path(in_browser()))
    asks_order = wish == "auto" and not in_browser()
    app = RumiApp(library, model, mode, settings_file, is_first_run, screen_reader, asks_order, session_file)
    leave = partial(quit_once_open, app)
    end_with_terminal(leave)
    with terminal_keeps_order("off" if in_browser() else mode), ended_in_order(leave) as signals:
        app.run()
    if not in_browser() and app.mode != mode:
        with terminal_keeps_order(app.mode):
            pass  # it is left as it was, also where somebody chose another order meanwhile
    library.close()
    if app.unsaved_poems:
        with contextlib.redirect_stdout(sys.stderr) if in_browser() else contextlib.nullcontext():
            say(app.unsaved_poems)  # a page's standard output leads to the page, which is closed
        raise RumiError("The poems above could not be saved in the library: copy them from here.")
    if signals:
        raise KeyboardInterrupt
    if app.return_code:
        raise typer.Exit(FAILED)


def quit_once_open(app: RumiApp) -> None:
    """Has the console leave, from another thread than its own."""
    while not app.is_running:
        time.sleep(MOMENT_SECONDS)
    with contextlib.suppress(RuntimeError):  # it has ended meanwhile
        app.call_from_thread(app.call_later, app.action_quit)


def check_terminal() -> None:
    """Raises `RumiError` where the console has no terminal, or one that is too small for it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise RumiError("The console needs a terminal: run it in one, or use rumi-generate.")
    size = os.get_terminal_size()
    columns, rows = SMALLEST_TERMINAL
    if size.columns < columns or size.lines < rows:
        raise RumiError(
            f"The terminal is {size.columns}x{size.lines}; the console needs {columns}x{rows}: enlarge the window."
        )


def check_system() -> None:
    """Raises `RumiError` where no console can be served: Windows starts and ends programs in another way."""
    if sys.platform == "win32":
        raise RumiError("--web does not work on Windows: run rumi-tui in a terminal, or --web under WSL.")


def serve(options: list[str], host: str, port: int, public_url: str | None) -> None:
    """Serves consoles with these options to browsers until it is interrupted."""
    try:
        from rumi_tui.console.web.addresses import Place
        from rumi_tui.console.web.entrance import take_chosen
        from rumi_tui.console.web.server import ConsoleServer
    except ModuleNotFoundError as missing:
        raise needs_extra("This", missing, "web") from missing
    command = shlex.join([os.path.abspath(sys.argv[0]), *options])
    ConsoleServer(f"exec {command}", Place(host, port, public_url), take_chosen()).run()


def print_library() -> None:
    """Prints all kept poems as plain text, the oldest first, with two blank lines between them."""
    from rumi_tui.library.formats import to_text_file
    from rumi_tui.library.store import Library
    from rumi_tui.locations import library_path

    library = Library(library_path())
    tell_set_aside(library)
    say("\n\n".join(to_text_file(poem) for poem in reversed(library.poems())), end="")
    library.close()
    if library.damage:
        raise RumiError(library.damage)


def exchange(export: Path | None, import_: Path | None) -> None:
    """Takes poems in from a file, saves the library as a file, or both, in this order."""
    from models.files import replacing
    from rumi_tui.library.exchange import read_file, take_in, to_library_file
    from rumi_tui.library.store import Library
    from rumi_tui.locations import library_path

    library = Library(library_path())
    tell_set_aside(library)
    if import_:
        narrate(take_in(library, read_file(import_)).words)
    if export:
        with replacing(export) as temporary:
            temporary.write_bytes(to_library_file(library))
        narrate(f"The whole library is saved as {export}.")
    library.close()
    if library.damage:
        raise RumiError(library.damage)


def tell_set_aside(library: Library) -> None:
    """Tells where a damaged library was found."""
    if library.set_aside is not None:
        narrate(f"The library was damaged. It is now {library.set_aside}, and a new one was started.")
