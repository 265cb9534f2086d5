from __future__ import annotations

from pathlib import Path

import pytest
from console_support import console, field, obey, obeyed, press_and_write, status, told, until
from support import refused
from textual.widgets import Select

from rumi_tui.console.actions import EVERYWHERE, WRITING
from rumi_tui.console.screens.export import ExportScreen
from rumi_tui.console.screens.help import HelpScreen
from rumi_tui.console.screens.lens import LensScreen
from rumi_tui.console.slash_commands import RunAction, SetValue, completions, read_command
from rumi_tui.console.widgets.status_line import ERROR_SIGN
from rumi_tui.engine.request import Sampling


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("/form ghazal", SetValue("form", "ghazal")),
        ("/Seed  7 ", SetValue("seed", "7")),
        ("/seed", SetValue("seed", "")),
        ("/top-p 0.9", SetValue("top-p", "0.9")),
    ],
)
def test_a_setting_is_read_with_its_value(line: str, meant: SetValue):
    assert read_command(line) == meant


def test_everything_that_can_be_done_by_a_key_has_a_command():
    read = [read_command(line) for line in completions()]
    assert {deed.action for deed in read if isinstance(deed, RunAction)} == {*WRITING, *EVERYWHERE}
    assert RunAction(next(action for action in WRITING if action.name == "export"), "svg") in read
    assert RunAction(next(action for action in WRITING if action.name == "line"), "3 rhyme") in read
    assert RunAction(next(action for action in EVERYWHERE if action.name == "fetch"), "ask") in read


@pytest.mark.parametrize(("line", "way_out"), [("/frm ghazal", "/form"), ("/", "/help"), ("/zzz", "/help")])
def test_a_command_that_is_not_there_is_refused_with_the_nearest_one(line: str, way_out: str):
    with refused(f"There is no command .*{way_out}"):
        read_command(line)


@pytest.mark.parametrize("line", ["/export SVG", "/fetch Ask", "/editor POEM"])
def test_what_a_command_takes_may_be_in_capitals(line: str):
    assert read_command(line) == read_command(line.lower())


async def test_commands_set_what_a_poem_is_written_with(library, endless_file):
    async with console(library, endless_file) as pilot:
        for line in ("/lines 2", "/seed 77", "/temperature 1.2", "/top-k 9", "/top-p 0.9", "/form Couplet"):
            await obey(pilot, line)
            await until(pilot, lambda: field(pilot, "prompt").text == "")
        kept = await press_and_write(pilot, library, *"amber", "enter")
        assert kept.passages[0].seed == 77
        assert kept.passages[0].sampling == Sampling(temperature=1.2, top_k=9, top_p=0.9)
        assert kept.text.startswith("amber")
        await obey(pilot, "/preset DARING")
        await until(pilot, lambda: field(pilot, "temperature").value == "1.1")
        await obey(pilot, "/seed random")
        await until(pilot, lambda: field(pilot, "seed").value == "")


async def test_a_command_that_makes_no_sense_is_told_and_stays_to_be_mended(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        await press_and_write(pilot, library, "enter")
        before = {name: field(pilot, name).value for name in ("temperature", "lines")}
        for line in (
            "/temperature hot",
            "/lines 0",
            "/form ode",
            "/model gone",
            "/nothing",
            "/export doc",
            "/import nowhere",
            "/fetch all",
        ):
            pilot.app.notices.clear()
            await obey(pilot, line)
            await until(pilot, lambda: told(pilot))
            assert field(pilot, "prompt").text == line
            assert {name: field(pilot, name).value for name in before} == before
            assert field(pilot, "form", Select).value == "couplet"
            assert len(library.poems()) == 1
        assert status(pilot).startswith(ERROR_SIGN)
        await obeyed(pilot, "/lines 3")
        assert status(pilot) == ""


async def test_commands_do_what_keys_do(library, endless_file, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path))
    async with console(library, endless_file, lines="2") as pilot:
        await press_and_write(pilot, library, "enter")
        for line, screen in (("/help", HelpScreen), ("/lens", LensScreen), ("/export", ExportScreen)):
            await obey(pilot, line)
            await until(pilot, lambda screen=screen: isinstance(pilot.app.screen, screen))
            await pilot.press("escape")
            await until(pilot, lambda: pilot.app.screen.query("#prompt"))
        await obey(pilot, "/export md")
        await until(pilot, lambda: list((tmp_path / "Rumi").glob("*.md")))
        await obey(pilot, "/quit")
        await until(pilot, lambda: not pilot.app.is_running)


async def test_a_command_is_completed(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press(*"/form gh")
        await until(pilot, lambda: field(pilot, "prompt").suggestion)
        await pilot.press("right")
        assert field(pilot, "prompt").text == "/form ghazal"
