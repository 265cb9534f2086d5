from __future__ import annotations

import pytest
from support import verse
from textual.app import App, ComposeResult

from rumi_tui.console.widgets.lens_view import LEVELS, LINE_END, LensView, level
from rumi_tui.engine.lens import TokenScore


def poem(language: str) -> str:
    return "\n".join(line for line in verse(2, language=language).split("\n") if line)


def scores(text: str) -> list[TokenScore]:
    return [TokenScore(character, float(index % 7), 1.0, ()) for index, character in enumerate(text)]


class Showing(App[None]):
    CSS = "LensView { overflow-x: hidden; scrollbar-size-vertical: 1; }"

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def compose(self) -> ComposeResult:
        yield LensView("app")

    def on_mount(self) -> None:
        self.query_one(LensView).show(scores(self.text))


@pytest.mark.parametrize("width", [20, 24, 80, 300])
@pytest.mark.parametrize("language", ["en", "fa"])
async def test_every_place_has_its_cell_and_none_is_wider_than_the_view(language, width):
    text = poem(language)
    async with Showing(text).run_test(size=(width, 10)) as pilot:
        view = pilot.app.query_one(LensView)
        shown = [place for row in view._rows for glyph in row for place in glyph.scores]
        assert sorted(shown) == list(range(len(text)))
        assert max(len(row) + indent for row, indent in zip(view._rows, view._indents, strict=True)) <= width
        assert sum(glyph.text == LINE_END for row in view._rows for glyph in row) == text.count("\n") > 4


@pytest.mark.parametrize("language", ["en", "fa"])
async def test_the_cursor_goes_over_the_whole_poem_and_no_further(language):
    text = poem(language)
    onwards, back = ("left", "right") if language == "fa" else ("right", "left")
    async with Showing(text).run_test(size=(30, 10)) as pilot:
        view = pilot.app.query_one(LensView)
        view.focus()
        for place in range(1, len(text)):
            await pilot.press(onwards)
            assert view.cursor == place
        await pilot.press(onwards, "down")
        assert view.cursor == len(text) - 1
        await pilot.press("home")
        assert view.cursor == 0
        await pilot.press(back, "up")
        assert view.cursor == 0
        await pilot.press("down", "end")
        assert view.cursor == len(text) - 1


async def test_nothing_to_show_is_no_trouble():
    async with Showing("").run_test() as pilot:
        view = pilot.app.query_one(LensView)
        view.focus()
        await pilot.press("left", "right", "up", "down", "home", "end")
        assert view.cursor == 0


def test_surprises_fall_into_shades():
    assert [level(bits) for bits in (0, *LEVELS, 99)] == [0, 1, 2, 3, 4, 4]
