from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_support import console
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._styles_cache import StylesCache
from textual.css.scalar import Scalar
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.style import Style as TextualStyle

from rumi_tui.console import garbage
from rumi_tui.console.garbage import OLDEST, collect_seldom, free_strips_at_once
from rumi_tui.library.store import Library

FRAMES = 40
PLACES = 3000


@pytest.fixture
def found() -> Iterator[list[dict[str, int]]]:
    """What each collection of garbage found, while Python collects as in the console."""
    before, callbacks, found = gc.get_threshold(), gc.callbacks[:], list[dict[str, int]]()

    def note(phase: str, told: dict[str, int]) -> None:
        if phase == "stop":
            found.append(told)

    collect_seldom()
    gc.callbacks.append(note)
    yield found
    gc.callbacks[:] = callbacks
    gc.set_threshold(*before)


def test_a_row_that_is_not_cut_is_its_own_part_and_does_not_hold_itself() -> None:
    free_strips_at_once()
    free_strips_at_once()
    strip = Strip([Segment("a lantern "), Segment("burns")])
    assert [*strip.divide([15])] == [strip]
    assert [part.text for part in strip.divide([1, 9, 15])] == ["a", " lantern", " burns"]
    assert [part.text for part in strip.divide(iter([9]))] == ["a lantern"]
    gc.collect()
    gc.disable()
    try:
        del strip
        assert gc.collect() == 0
    finally:
        gc.enable()


async def test_what_was_drawn_is_gone_once_it_is_drawn_anew(library: Library, endless_file: Path) -> None:
    rows = []
    async with console(library, endless_file, size=(200, 60)) as pilot:
        gc.disable()
        try:
            for _ in range(3):
                pilot.app.screen.refresh(layout=True)
                await pilot.pause()
                rows.append(sum(type(each) is Strip for each in gc.get_objects()))
        finally:
            gc.enable()
    assert rows[-1] <= rows[0]


async def test_nothing_of_a_page_that_was_left_is_kept_once_all_was_looked_through(
    library: Library, endless_file: Path, found: list[dict[str, int]]
) -> None:
    kept = []
    async with console(library, endless_file) as pilot:
        for _ in range(3):
            for key in ("f1", "escape", "ctrl+l", "escape"):
                await pilot.press(key)
            gc.collect()
            kept.append(sum(type(each) is StylesCache for each in gc.get_objects()))
    assert kept[2] == kept[1]


def test_places_and_styles_are_forgotten_once_all_was_looked_through(found: list[dict[str, int]]) -> None:
    for place in range(PLACES):
        Region(place, 0, 9, 9).intersection(Region(0, place, 9, 9))
        Strip.render_ansi(Style.from_meta({"offset": (place, 0)}), ColorSystem.TRUECOLOR)
        Scalar.from_number(1).resolve(Size(place, 1), Size(80, 24))
        Strip.blank(place)
        TextualStyle(bold=True) + TextualStyle(link=str(place))
    gc.collect(OLDEST - 1)
    assert Region.intersection.cache_info().currsize >= PLACES
    gc.collect()
    for remembered in (Region.intersection, Strip.render_ansi, Strip.blank, Scalar.resolve, TextualStyle.__add__):
        assert remembered.cache_info().currsize == 0


async def test_what_is_drawn_is_collected_while_it_is_young(
    library: Library, endless_file: Path, found: list[dict[str, int]]
) -> None:
    async with console(library, endless_file, size=(200, 60)) as pilot:
        for _ in range(FRAMES):
            pilot.app.screen.refresh(layout=True)
            await pilot.pause()
    assert any(told["collected"] for told in found)
    assert not any(told["generation"] == OLDEST for told in found)


def test_once_all_was_looked_through_memory_is_given_back(
    monkeypatch: pytest.MonkeyPatch, found: list[dict[str, int]]
) -> None:
    given_back: list[int] = []
    monkeypatch.setattr(garbage, "give_back_what_is_free", lambda: given_back.append(len(found)))
    gc.collect(0)
    assert given_back == []
    gc.collect()
    assert len(given_back) == 1
