from __future__ import annotations

from pathlib import Path

import pytest
from console_support import field, obey, obeyed, run, unkept, until
from support import write_works
from textual.pilot import Pilot
from textual.widgets import OptionList

from rumi_tui.bidi import to_display
from rumi_tui.console.app import RumiApp
from rumi_tui.console.screens.help import HelpScreen
from rumi_tui.console.screens.order import LINE, OrderScreen
from rumi_tui.console.screens.reading import ReadingScreen
from rumi_tui.console.screens.tour import TourScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.session_file import SessionFile
from rumi_tui.console.settings import SettingsFile
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.prompt import Prompt
from rumi_tui.console.widgets.settings_bar import SettingsBar
from rumi_tui.console.widgets.status_line import StatusLine
from rumi_tui.library.store import Library


async def shows(pilot: Pilot, screen: type) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, screen) and pilot.app.screen.query("*"))


async def type_anew(pilot: Pilot, text: str) -> None:
    field(pilot, "prompt", Prompt).clear()
    await pilot.press(*text)


@pytest.mark.parametrize("size", [(20, 8), (80, 24)])
async def test_what_looks_right_is_asked_once_persian_is_typed_and_holds_at_once(library: Library, model_file, size):
    file = SettingsFile()
    app = RumiApp(library, str(model_file), "app", file, asks_order=True)
    async with run(app, size) as pilot:
        await shows(pilot, WriteScreen)
        await pilot.press("a", "space", "گ")
        assert isinstance(app.screen, WriteScreen)
        await type_anew(pilot, "گ")
        await shows(pilot, OrderScreen)
        samples = [str(option.prompt).strip() for option in app.screen.query_one(OptionList).options]
        assert samples[:2] == [to_display(LINE, mode, 0) for mode in ("app", "terminal")]
        assert samples[0] != samples[1]
        if size == (80, 24):  # what has just been told stays in sight
            assert app.screen.children[-1].region.bottom <= app._writing.query_one(StatusLine).region.y
        await pilot.press("ل")
        await shows(pilot, WriteScreen)
        assert field(pilot, "prompt").text == "گل"

        await type_anew(pilot, "گ")
        await shows(pilot, OrderScreen)
        await pilot.press("down", "down", "enter")
        await shows(pilot, WriteScreen)
        drawn = [app.screen.query_one(kind)._mode for kind in (Prompt, PoemView)]
        assert (file.settings.rtl, app.mode, *drawn) == ("terminal",) * 4
        await type_anew(pilot, "گل")
        assert isinstance(app.screen, WriteScreen)
        file.change("rtl", "app")
        await pilot.press(*"/rtl", "space", *"off", "enter")
        await until(pilot, lambda: app.screen.query_one(Prompt)._mode == "off")


async def test_whoever_has_said_it_by_a_command_is_not_asked(library: Library, model_file: Path):
    app = RumiApp(library, str(model_file), "app", SettingsFile(), asks_order=True)
    async with run(app) as pilot:
        await shows(pilot, WriteScreen)
        await obeyed(pilot, "/rtl off")
        await type_anew(pilot, "گل")
        assert isinstance(app.screen, WriteScreen)
        assert (app.mode, app.screen.query_one(Prompt)._mode) == ("off", "off")


async def test_it_is_asked_where_the_persian_model_is_chosen_after_an_english_poem(library: Library):
    app = RumiApp(library, "en", "app", SettingsFile(), asks_order=True)
    async with run(app) as pilot:
        await shows(pilot, WriteScreen)
        field(pilot, "prompt", Prompt).take_up("amber", (0, 0), is_sent=True)
        await obey(pilot, "/model fa")
        await shows(pilot, OrderScreen)


async def test_it_is_not_asked_over_a_command_that_is_being_typed(library: Library):
    app = RumiApp(library, "en", "app", SettingsFile(), asks_order=True)
    async with run(app) as pilot:
        await shows(pilot, WriteScreen)
        field(pilot, "prompt", Prompt).take_up("amber", (0, 0), is_sent=True)
        await pilot.press(*"/th")
        field(pilot, "model").value = "fa"
        await until(pilot, lambda: app._writing.query_one(SettingsBar)._language == "fa")
        assert isinstance(app.screen, WriteScreen)
        assert field(pilot, "prompt").text == "/th"


async def test_an_enter_behind_what_is_typed_is_no_answer_but_writes_the_poem_and_the_question_comes_back(
    library: Library, model_file: Path
):
    file = unkept()
    app = RumiApp(library, str(model_file), "app", file, asks_order=True)
    async with run(app) as pilot:
        await shows(pilot, WriteScreen)
        field(pilot, "lines").value = "1"
        await pilot.press("گ")
        await shows(pilot, OrderScreen)
        assert app.screen.query_one(OptionList).highlighted is None
        await pilot.press("ل", "enter")
        await until(pilot, library.poems)
        await shows(pilot, OrderScreen)
        await pilot.press("enter")  # goes on with nothing, for nothing was typed since
        await shows(pilot, WriteScreen)
        await until(pilot, lambda: library.poems()[0].passages)
        assert [poem.text[:2] for poem in library.poems()] == ["گل"]
        assert file.settings.rtl == "auto"
        await type_anew(pilot, "گ")
        await shows(pilot, OrderScreen)
        await pilot.press("down", "enter")
        await until(pilot, lambda: file.settings.rtl == "app")


@pytest.mark.parametrize(("key", "asks_again"), [("escape", False), ("up", False), ("ctrl+q", True), ("enter", True)])
async def test_whoever_cannot_tell_is_not_asked_again_and_whoever_leaves_is(
    library: Library, model_file: Path, tmp_path, monkeypatch, key, asks_again
):
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(write_works(tmp_path / "texts")))
    file = SettingsFile()
    for is_asked in (True, asks_again):
        app = RumiApp(library, str(model_file), "app", file, asks_order=True, session=SessionFile(tmp_path / "session"))
        async with run(app) as pilot:
            await shows(pilot, WriteScreen)
            await pilot.press("ctrl+b")
            if is_asked:
                await shows(pilot, OrderScreen)
                await pilot.press(*([key, "enter"] if key == "up" else [key]))
            if key != "ctrl+q":
                await shows(pilot, ReadingScreen)
    assert file.settings.rtl == "auto"


async def test_it_is_asked_once_the_tour_has_said_what_this_is(library: Library):
    app = RumiApp(library, "fa", "app", SettingsFile(), asks_order=True, welcome=True)
    async with run(app) as pilot:
        await shows(pilot, TourScreen)
        await until(pilot, lambda: app._writing.query_one(SettingsBar)._language == "fa" and app._writing._order_waits)
        assert isinstance(app.screen, TourScreen)
        await pilot.press("escape")
        await shows(pilot, OrderScreen)


async def test_typing_in_a_dialog_leaves_the_focus_of_the_page_where_it_was(library: Library, model_file: Path):
    app = RumiApp(library, str(model_file), "app", SettingsFile())
    async with run(app) as pilot:
        await shows(pilot, WriteScreen)
        field(pilot, "lines").focus()
        await pilot.press("f1")
        await shows(pilot, HelpScreen)
        await pilot.press("a")
        await pilot.press("escape")
        await shows(pilot, WriteScreen)
        assert app.focused is field(pilot, "lines")
