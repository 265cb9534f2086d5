"""The command lines rumi-tui and rumi-generate: they parse, call and print."""

from __future__ import annotations

import os
import secrets
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from models.errors import RumiError
from models.pretrained import shipped_language
from rumi_tui import command_line
from rumi_tui.command_line import Debug, Json, Version, finite, narrate
from rumi_tui.engine.generate import DEFAULT_LINES, LARGEST_LIMIT, LARGEST_SEED, BatchGeneration, Request, Step
from rumi_tui.engine.sampling import LIMITS, Sampling
from rumi_tui.engine.session import load_model
from rumi_tui.terminal import end_with_terminal, in_browser

if TYPE_CHECKING:
    from rumi_tui.library.store import Library

SMALLEST_TERMINAL = (20, 8)
"""Columns and rows."""

BATCH = 16
"""Poems written together: more gain little, and the first would be waited for longer."""
WIDE = 8
"""Poems from which on a model is loaded for a batch."""

generate_app = command_line.new_app()
tui_app = command_line.new_app()

USUAL = Sampling()


def _within(name: str, help: str) -> typer.models.OptionInfo:
    """An option that takes what a field of `Sampling` takes."""
    lowest, highest = LIMITS[name]
    option: typer.models.OptionInfo = typer.Option(min=lowest, max=highest, callback=finite, help=help)
    return option


Model = Annotated[str, typer.Option(help="en, fa, or a model file.")]


@generate_app.command()
def generate(
    prompt: Annotated[str, typer.Argument(help="What the poem begins with.", show_default=False)] = "",
    model: Model = "en",
    form: Annotated[
        str | None, typer.Option(help="couplet, ghazal, rubai or free, as the model has learned; default: its first.")
    ] = None,
    lines: Annotated[
        int | None,
        typer.Option(
            min=1, max=LARGEST_LIMIT, help=f"Stop at the end of this many lines; default {DEFAULT_LINES} if no --chars."
        ),
    ] = None,
    chars: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_LIMIT, help="Stop after this many new characters.")
    ] = None,
    poems: Annotated[
        int, typer.Option("-n", min=1, max=10_000, help=f"How many poems to write; {BATCH} at a time, together.")
    ] = 1,
    temperature: Annotated[
        float, _within("temperature", help="0 is the likeliest, above 1 is wild.")
    ] = USUAL.temperature,
    top_k: Annotated[int, _within("top_k", help="Choose among the k likeliest; 0: all.")] = USUAL.top_k,
    top_p: Annotated[float, _within("top_p", help="Choose among those that reach this share.")] = USUAL.top_p,
    min_p: Annotated[float, _within("min_p", help="Leave out what is this much less likely.")] = USUAL.min_p,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=LARGEST_SEED, help="Same seed and -n, same poems; default: random."),
    ] = None,
    json: Json = False,
    stats: Annotated[bool, typer.Option("--stats", help="Print speed on standard error.")] = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Write new verse.

    A poem stops when the model ends it or a limit is reached, whichever comes first.
    """
    started = time.perf_counter()
    session = load_model(model, wide=poems >= WIDE)
    form = form or session.card.forms[0]
    session.check_form(form)
    fitted = session.tokenizer.fit(prompt)
    for note in fitted.notes():
        narrate(note)
    if seed is None:
        seed = secrets.randbelow(LARGEST_SEED - poems)
    elif seed + poems - 1 > LARGEST_SEED:
        raise RumiError(f"{poems} poems from seed {seed} on pass the largest seed, {LARGEST_SEED}: begin lower.")
    if lines is None and chars is None:
        lines = DEFAULT_LINES
    sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p)
    narrate(f"{session.name}, {form}, seed {seed}, temperature {temperature:g}")

    request = Request(form=form, text=fitted.text, sampling=sampling, seed=seed, lines=lines, characters=chars)
    written: list[dict[str, object]] = []
    characters, first = 0, 0.0
    for begin in range(0, poems, BATCH):
        count = min(BATCH, poems - begin)
        batch = msgspec.structs.replace(request, seed=seed + begin)
        generation = BatchGeneration(session, session.tokenizer, batch, count)
        steps: list[list[Step]] = [[] for _ in range(count)]
        if not json:
            print("\n\n" * (begin > 0) + fitted.text, end="", flush=True)
        for number, step in generation:
            first = first or time.perf_counter() - started
            steps[number].append(step)
            if number == 0 and not json:
                print(step.text, end="", flush=True)
        for number, (poem, ending) in enumerate(zip(steps, generation.endings, strict=True)):
            verse = "".join(step.text for step in poem)
            characters += len(verse)
            logprob = sum(step.logprob for step in poem)
            text = fitted.text + verse
            written.append({"seed": batch.seed + number, "text": text, "ending": ending, "logprob": logprob})
            if number > 0 and not json:
                print("\n\n" + text, end="", flush=True)
    if json:
        result = {
            "model": session.name,
            "model_sha256": session.sha256,
            "form": form,
            "prompt": fitted.text,
            "sampling": sampling,
            "lines": lines,
            "chars": chars,
            "poems": written,
        }
        print(msgspec.json.encode(result).decode())
    else:
        print()
    if stats:
        seconds = time.perf_counter() - started
        narrate(
            f"{characters} characters in {seconds:.3f} seconds, {characters / seconds:.0f} characters/second, "
            f"{first:.3f} seconds to the first character"
        )


@tui_app.command()
def tui(
    model: Annotated[
        str | None, typer.Option(help="en, fa, or a model file; default: the one of the settings.")
    ] = None,
    rtl: Annotated[
        str | None,
        typer.Option(
            help="Who puts right-to-left lines in order: terminal, app, nobody (off), or auto; default: as settled."
        ),
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Print the poems of the library, and open nothing.")] = False,
    settings: Annotated[
        bool, typer.Option("--settings", help="Print every setting that the settings file takes, and exit.")
    ] = False,
    web: Annotated[bool, typer.Option("--web", help="Serve the console to a browser, on this machine only.")] = False,
    host: Annotated[str, typer.Option(help="With --web, the address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="With --web, the port to listen on.")] = 8000,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Open the poetry console."""
    from rumi_tui.locations import library_path, settings_path, welcome_path
    from rumi_tui.settings import SettingsFile, page

    if plain:
        print_library()
        return
    if settings:
        print(page(settings_path()))
        return
    if not (web or in_browser()):
        check_terminal()
    from rumi_tui.bidi import choose_mode, terminal_keeps_order
    from rumi_tui.library.store import Library

    kept = SettingsFile(settings_path())
    model = model or kept.settings.model
    model = shipped_language(model) or str(Path(model).expanduser().resolve())
    if os.environ.get("NO_COLOR") == "":  # which stands for colours (no-color.org); Textual takes it for none
        del os.environ["NO_COLOR"]
    wish = rtl or kept.settings.rtl
    mode = choose_mode(wish, os.environ)
    library = Library(library_path())
    if web:
        tell_set_aside(library)
        library.close()
        serve(model, "app" if wish == "auto" else wish, host, port)
        return
    from rumi_tui.app import RumiApp
    from rumi_tui.first_run import ask_order

    app: RumiApp | None = None
    end_with_terminal(lambda: app and app.call_from_thread(app.call_later, app.action_quit))
    is_first_run = not welcome_path().exists()
    if is_first_run and wish == "auto":
        answer = ask_order(kept)
        if answer is None:
            return
        mode = choose_mode(answer, os.environ)
    welcome_path().touch()
    app = RumiApp(library, model, mode, kept, welcome=is_first_run)
    with terminal_keeps_order("off" if in_browser() else mode):
        unsaved = app.run()
    library.close()
    if unsaved:
        print(unsaved)
        raise RumiError("What stands above could not be saved in the library: copy it from here.")


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


def serve(model: str, rtl: str, host: str, port: int) -> None:
    """Serves consoles to browsers until it is interrupted."""
    try:
        from rumi_tui.web.server import ConsoleServer
    except ModuleNotFoundError as missing:
        raise command_line.needs_extra(missing, "web") from missing
    command = [os.path.abspath(sys.argv[0]), "--model", model, "--rtl", rtl]
    ConsoleServer(f"exec {shlex.join(command)}", host, port).run()


def print_library() -> None:
    """Prints all kept poems as plain text, the oldest first, with a blank line between them."""
    from rumi_tui.library.formats import to_text
    from rumi_tui.library.store import Library
    from rumi_tui.locations import library_path

    library = Library(library_path())
    tell_set_aside(library)
    print("\n".join(to_text(poem) for poem in reversed(library.poems())), end="")
    library.close()


def tell_set_aside(library: Library) -> None:
    """Tells where a damaged library was found."""
    if library.set_aside is not None:
        narrate(f"The library was damaged: it is kept as {library.set_aside}, and a new one begun.")


def generate_main() -> None:
    """Entry point of rumi-generate."""
    command_line.run(generate_app)


def tui_main() -> None:
    """Entry point of rumi-tui."""
    command_line.run(tui_app)
