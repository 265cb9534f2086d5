from __future__ import annotations

from pathlib import Path

from console_support import console, until
from rich.color import ColorSystem
from rich.style import Style
from textual.css.scalar import Scalar
from textual.geometry import Region, Size
from textual.strip import Strip

from rumi_tui.library.store import Library

PLACES = 3000


async def test_places_on_a_screen_of_another_size_are_forgotten(library: Library, endless_file: Path) -> None:
    async with console(library, endless_file) as pilot:
        for place in range(PLACES):
            Region(place, 0, 9, 9).intersection(Region(0, place, 9, 9))
            Strip.render_ansi(Style.from_meta({"offset": (place, 0)}), ColorSystem.TRUECOLOR)
            Scalar.from_number(1).resolve(Size(place, 1), Size(80, 24))
        await pilot.resize_terminal(90, 25)
        await until(pilot, lambda: pilot.app.screen.size == (90, 25))
        assert Region.intersection.cache_info().currsize < PLACES
        assert Strip.render_ansi.cache_info().currsize < PLACES
        assert Scalar.resolve.cache_info().currsize < PLACES
