"""How a file reaches a person: in a folder, or as a download where the console is a page in a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

from textual.app import App

from rumi_tui.console.complaints import complain, complaining
from rumi_tui.library.exchange import library_file_name, to_library_file
from rumi_tui.library.formats import content_of, file_name, save_file
from rumi_tui.library.poem import KeptPoem
from rumi_tui.library.printer import print_poem
from rumi_tui.library.store import Library
from rumi_tui.locations import poems_folder


async def give(app: App[Any], poem: KeptPoem, ending: str, words: str = "Saved as") -> None:
    """Hands over a poem as a file of one of `FORMATS`, and tells in these words where it is."""
    await _hand_over(app, partial(content_of, poem, ending), file_name(poem, ending), words)


async def give_library(app: App[Any], library: Library) -> None:
    """Hands over a file with all poems."""
    with complaining(app):
        content = to_library_file(library)
        await _hand_over(app, lambda: content, library_file_name(), "The whole library is saved as")
        if library.damage:
            complain(app, library.damage)


async def send_to_printer(app: App[Any], poem: KeptPoem) -> None:
    """Prints a poem, or has the browser show the pages, whose printer it then is."""
    with complaining(app):
        if app.is_web:
            pages = await asyncio.to_thread(content_of, poem, "pdf")
            app.deliver_binary(BytesIO(pages), save_filename=file_name(poem, "pdf"), open_method="browser")
            app.notify("Your browser shows the pages: print them there.")
        else:
            app.notify(f"Sent to the printer: {await asyncio.to_thread(print_poem, poem)}")


async def _hand_over(app: App[Any], make: Callable[[], bytes], name: str, words: str) -> None:
    """Makes a file while the person goes on, for a picture may take a second."""
    with complaining(app):
        content = await asyncio.to_thread(make)
        if app.is_web:
            app.deliver_binary(BytesIO(content), save_filename=name)
            app.notify(f"Your browser saves {name}.")
        else:
            path = await asyncio.to_thread(save_file, content, name, poems_folder())
            app.notify(f"{words} {path}")
