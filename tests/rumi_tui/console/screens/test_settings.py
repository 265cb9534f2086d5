from __future__ import annotations

import contextlib

import pytest
from console_support import SIZES, console, field, line, press_and_write, told, until
from textual.widgets import Input, OptionList, Select, Static

from rumi_tui.console.screens.settings import SettingsScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.settings import ENTRIES, SettingsFile, UserSettings
from rumi_tui.console.widgets.status_line import ERROR_SIGN


@pytest.fixture
def path(tmp_path):
    return tmp_path / "settings.toml"


@contextlib.asynccontextmanager
async def settings(library, model, path):
    async with console(library, model, settings=SettingsFile(path)) as pilot:
        await open_page(pilot)
        yield pilot


async def open_page(pilot):
    await pilot.press("f4")
    await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))


def about(pilot):
    return str(field(pilot, "about", Static).content)


async def go_to(pilot, name):
    pilot.app.screen.query_one(OptionList).highlighted = list(ENTRIES).index(name)
    await until(pilot, lambda: ENTRIES[name].hint in about(pilot))


def row(pilot, name):
    return str(pilot.app.screen.query_one(OptionList).get_option_at_index(list(ENTRIES).index(name)).prompt)


async def close(pilot):
    await pilot.press("escape")
    await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def test_every_setting_is_listed_with_its_value_and_described(library, endless_file, path):
    async with console(library, endless_file, settings=SettingsFile(path)) as pilot:
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await open_page(pilot)
            for name, entry in ENTRIES.items():
                await go_to(pilot, name)
                shown = entry.default or entry.left_out
                assert shown
                assert row(pilot, name).removeprefix(name).strip() == shown
                assert f"default: {shown}" in about(pilot)
            await close(pilot)
        assert not path.exists()


async def test_a_value_that_is_typed_is_kept_and_holds_for_the_next_poem(library, endless_file, path):
    async with settings(library, endless_file, path) as pilot:
        for name, value in (("temperature", "1.25"), ("lines", "2"), ("pace", "5000")):
            await go_to(pilot, name)
            await pilot.press("enter")
            field(pilot, "value").value = value
            await pilot.press("enter")
            await until(pilot, lambda name=name, value=value: row(pilot, name).split() == [name, value])
        assert SettingsFile(path).settings == UserSettings(temperature=1.25, lines=2, pace=5000)
        await close(pilot)
        kept = await press_and_write(pilot, library, "enter")
        assert (kept.passages[0].sampling.temperature, kept.passages[0].lines) == (1.25, 2)


async def test_a_value_that_makes_no_sense_is_told_and_nothing_is_written(library, endless_file, path):
    async with settings(library, endless_file, path) as pilot:
        await go_to(pilot, "temperature")
        await pilot.press("enter")
        for number, value in enumerate(("hot", "9", "nan"), start=1):
            field(pilot, "value").value = value
            await pilot.press("enter")
            await until(pilot, lambda number=number: len(told(pilot)) == number)
            assert "0 to 5" in told(pilot)[-1]
            await until(pilot, lambda: line(pilot) == f"{ERROR_SIGN}{told(pilot)[-1]}")
            assert field(pilot, "value").value == value
        await pilot.press("escape")
        assert row(pilot, "temperature").split() == ["temperature", "0.8"]
        assert not path.exists()


async def test_named_choices_are_gone_through_and_the_colours_change_at_once(library, endless_file, path):
    async with settings(library, endless_file, path) as pilot:
        await go_to(pilot, "theme")
        for name in (*ENTRIES["theme"].choices[1:], ENTRIES["theme"].choices[0]):
            await pilot.press("right")
            await until(pilot, lambda name=name: pilot.app.theme == name)
            assert SettingsFile(path).settings.theme == name
        await pilot.press("left")
        await until(pilot, lambda: pilot.app.theme == ENTRIES["theme"].choices[-1])
        await pilot.press("delete")
        await until(pilot, lambda: pilot.app.theme == ENTRIES["theme"].default)
        assert path.read_text().strip() == ""


async def test_the_form_and_the_model_are_chosen_at_once(library, endless_file, path, model_file):
    async with settings(library, endless_file, path) as pilot:
        await go_to(pilot, "form")
        for _ in range(4):
            await pilot.press("enter")
        assert row(pilot, "form").split() == ["form", "free"]
        await go_to(pilot, "model")
        await pilot.press("enter")
        field(pilot, "value").value = str(model_file)
        await pilot.press("enter")
        await until(pilot, lambda: SettingsFile(path).settings.model == str(model_file))
        await close(pilot)
        await until(pilot, lambda: field(pilot, "model", Select).value == str(model_file))
        await until(pilot, lambda: field(pilot, "form", Select).value == "free")


async def test_a_file_that_was_broken_meanwhile_is_told_and_left_alone(library, endless_file, path):
    async with settings(library, endless_file, path) as pilot:
        path.write_text("lines = \n")
        await go_to(pilot, "theme")
        await pilot.press("enter")
        await until(pilot, lambda: told(pilot))
        assert "not a valid TOML" in told(pilot)[0]
        assert path.read_text() == "lines = \n"


async def test_it_opens_by_its_command_and_closes_by_its_key(library, endless_file, path):
    async with console(library, endless_file, settings=SettingsFile(path)) as pilot:
        await pilot.press(*"/settings", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
        assert not pilot.app.screen.query_one(Input).display
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
