"""How the room of the screen is used: focus mode, what steps back while a poem is written, what stands beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from console_support import (
    begin_without_end,
    console,
    field,
    letters,
    obey,
    obeyed,
    on_the_page,
    open_lens,
    press_and_write,
    status,
    until,
)
from support import write_works
from textual.widgets import Static

from rumi_tui.console.screens import arranging
from rumi_tui.console.screens.reading import ReadingScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.settings import SettingsFile
from rumi_tui.console.widgets.branch_tree import BranchTree
from rumi_tui.console.widgets.footer import KeyRow
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.reading_view import ReadingView
from rumi_tui.console.widgets.settings_bar import SettingsBar
from rumi_tui.console.widgets.side_pane import SidePane


def stands(pilot, kind: type) -> bool:
    """Whether a part of the page has room on the screen."""
    return bool(pilot.app.screen.query_one(kind).region.area)


async def test_in_focus_mode_the_poem_is_alone_and_stays_where_it_is_and_tab_brings_the_settings(
    library, endless_file, tmp_path: Path
):
    path = tmp_path / "settings.toml"
    async with console(library, endless_file, settings=SettingsFile(path), keep="off", lines="4") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        view = pilot.app.screen.query_one(PoemView)
        top, height = view.region.y, view.region.height
        await pilot.press("alt+z")
        await until(pilot, lambda: not stands(pilot, KeyRow))
        assert not stands(pilot, SettingsBar)
        assert (view.region.y, view.region.height >= height + 3) == (top, True)
        assert SettingsFile(path).settings.focus == "on"
        await pilot.press("tab")
        await until(pilot, lambda: stands(pilot, SettingsBar) and field(pilot, "model").has_focus)
        await pilot.press("escape")
        await until(pilot, lambda: not stands(pilot, SettingsBar) and field(pilot, "prompt").has_focus)
        await obeyed(pilot, "/focus off")
        await until(pilot, lambda: stands(pilot, SettingsBar) and stands(pilot, KeyRow))
        await obeyed(pilot, "/focus")
        await until(pilot, lambda: not stands(pilot, SettingsBar))
        assert (view.region.y, on_the_page(pilot)) == (top, letters(library.poems()[0].text))


async def test_settings_that_few_people_set_stand_there_while_the_settings_have_the_focus(library, endless_file):
    async with console(library, endless_file, (120, 40)) as pilot:
        assert not field(pilot, "top_p").region
        await pilot.press("tab")
        await until(pilot, lambda: field(pilot, "top_p").region)
        await pilot.press("escape")
        await until(pilot, lambda: not field(pilot, "top_p").region)


async def test_while_a_poem_is_written_settings_and_keys_step_back_and_nothing_moves(
    library, endless_file, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(arranging, "UNDISTURBED_SECONDS", 0.01)
    async with console(library, endless_file, (120, 30), keep="off") as pilot:
        bar, view = pilot.app.screen.query_one(SettingsBar), pilot.app.screen.query_one(PoemView)
        regions = bar.region, view.region
        await begin_without_end(pilot, library, *"amber")

        def keys() -> set[str]:
            return {key.action for key in pilot.app.screen.query_one(KeyRow).keys}

        await until(pilot, lambda: bar.opacity == 0 and keys() == {"stop", "show_help"})
        assert (bar.region, view.region) == regions
        await pilot.press("tab")
        await until(pilot, lambda: bar.opacity == 1)
        await pilot.press("shift+tab", "escape")
        await until(pilot, lambda: "stopped" in status(pilot) and "library" in keys())
        assert (bar.opacity, bar.region, view.region) == (1, *regions)


async def test_rumi_stands_beside_the_poem_and_is_opened_from_there(
    library, endless_file, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(write_works(tmp_path / "texts")))
    async with console(library, endless_file, (119, 40), keep="off", lines="4") as pilot:
        await pilot.press("alt+s")
        await until(pilot, lambda: "Rumi will stand" in status(pilot) and "this screen has 119" in status(pilot))
        assert not stands(pilot, SidePane)
        await pilot.resize_terminal(120, 40)
        view = pilot.app.screen.query_one("SidePane ReadingView", ReadingView)
        await until(pilot, lambda: view.couplet and "will stand" not in status(pilot))
        assert pilot.app.screen.query_one(PoemView).region.width >= 74
        await obey(pilot, "/read masnavi/1/1")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadingScreen) and pilot.app.screen.place)
        first = pilot.app.screen.place
        await pilot.press("escape")
        await until(pilot, lambda: view._poem and view._poem.place == first)
        assert view._poem.languages == ["fa", "en"]
        heading = pilot.app.screen.query_one("#beside-heading", Static)
        whole = str(heading.content)
        await pilot.resize_terminal(20, 8)
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: str(heading.content) == whole)
        assert first.name in whole
        pilot.app.screen.order("terminal")
        await until(pilot, lambda: str(heading.content) != whole)
        pilot.app.screen.order("app")
        await until(pilot, lambda: str(heading.content) == whole)
        view.focus()
        await pilot.press("right", "down")
        await until(pilot, lambda: view._poem.place.number == 2)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadingScreen) and pilot.app.screen.place)
        assert pilot.app.screen.place == view._poem.place
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        kept = await press_and_write(pilot, library, *"amber", "enter")
        assert on_the_page(pilot) == letters(kept.text)


async def test_a_branch_is_opened_from_the_tree_beside_the_poem(library, endless_file):
    async with console(library, endless_file, (140, 40), keep="off", lines="2") as pilot:
        await obeyed(pilot, "/beside tree")
        first = await press_and_write(pilot, library, *"amber", "enter")
        await open_lens(pilot)
        second = await press_and_write(pilot, library, "right", "enter", "enter")
        tree = pilot.app.screen.query_one(BranchTree)
        await until(pilot, lambda: tree.cursor_node and tree.cursor_node.data.id == second.id)
        [root] = tree.root.children
        assert (root.data.id, [node.data.id for node in root.children]) == (first.id, [second.id])
        tree.focus()
        await pilot.press("up", "enter")
        await until(pilot, lambda: on_the_page(pilot) == letters(first.text))
        await pilot.press("alt+s")
        await until(pilot, lambda: not stands(pilot, SidePane))
