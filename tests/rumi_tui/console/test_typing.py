"""What a person types reaches the prompt, and what it asks for is done."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import forked
import msgspec
import onnx
import pytest
from console_support import (
    begin_without_end,
    console,
    field,
    leave,
    letters,
    obeyed,
    on_the_page,
    press_and_write,
    status,
    told,
    until,
)
from onnx import helper
from rich.cells import cell_len
from textual import events
from textual.pilot import Pilot
from textual.widgets import Select

from rumi_tui.console.app import RumiApp
from rumi_tui.console.screens.verses import VersesScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.settings import ENTRIES, SettingsFile, UserSettings
from rumi_tui.console.widgets.footer import KeyRow
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.prompt import Prompt
from rumi_tui.console.widgets.settings_bar import SettingsBar
from rumi_tui.console.writing import writer


def prompt(pilot: Pilot) -> Prompt:
    return field(pilot, "prompt", Prompt)


def all_told(pilot: Pilot) -> str:
    return "\n".join([*told(pilot), *told(pilot, is_error=False)])


# Letters reach the prompt


async def test_a_click_on_the_page_swallows_no_typing(library, endless_file):
    async with console(library, endless_file, (100, 30), lines="2") as pilot:
        for where in ("PoemView", "#title", "#more", "SettingsBar Label"):
            field(pilot, "temperature").focus()
            await until(pilot, lambda: field(pilot, "temperature").has_focus)
            await pilot.pause()  # rare settings come into the row with the focus, and move the others
            await pilot.click(where, offset=(1, 0))
            await until(pilot, lambda: prompt(pilot).has_focus)
        await pilot.click("PoemView")
        kept = await press_and_write(pilot, library, *"amber", "enter")
        assert kept.text.startswith("amber")


async def test_letters_reach_the_prompt_in_their_order_whatever_has_the_focus(library, conditioned_file):
    async with console(library, conditioned_file, (120, 40)) as pilot:
        for name in ("model", "form", "keep", "metre", "preset", "temperature", "lines", "pace", "seed", "top_k"):
            before = field(pilot, name).value
            field(pilot, name).focus()
            await until(pilot, lambda name=name: field(pilot, name).has_focus)
            for letter in "amber candle":
                pilot.app.post_message(events.Key("space" if letter == " " else letter, letter))
            await until(pilot, lambda: prompt(pilot).text == "amber candle")
            assert field(pilot, name).value == before
            prompt(pilot).text = ""


async def test_fields_take_what_belongs_into_them_and_the_prompt_what_is_pasted(library, conditioned_file):
    async with console(library, conditioned_file, (120, 40), temperature="") as pilot:
        for name, text in (("temperature", "0.9"), ("rhyme", "an")):
            field(pilot, name).focus()
            await until(pilot, lambda name=name: field(pilot, name).has_focus)
            await pilot.press(*text)
            assert field(pilot, name).value == text
        assert prompt(pilot).text == ""
        field(pilot, "form").focus()
        await until(pilot, lambda: field(pilot, "form").has_focus)
        pilot.app.post_message(events.Paste("amber"))
        await until(pilot, lambda: prompt(pilot).text == "amber")
        await pilot.press("tab")
        await until(pilot, lambda: field(pilot, "model").has_focus)


async def test_more_is_pasted_than_there_is_room_for(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press(*"amber", "home")
        pilot.app.post_message(events.Paste(Prompt.LONGEST * "x"))
        await until(pilot, lambda: prompt(pilot).text == (Prompt.LONGEST - 5) * "x" + "amber")
        words = "The prompt has room for 20,000 characters: the rest is left out."
        await until(pilot, lambda: words in told(pilot, is_error=False))
        prompt(pilot).select_all()
        pilot.app.post_message(events.Paste("candle" + Prompt.LONGEST * "x"))
        await until(pilot, lambda: prompt(pilot).text == "candle" + (Prompt.LONGEST - 6) * "x")
        prompt(pilot).text = 2 * Prompt.LONGEST * "y"
        assert prompt(pilot).text == Prompt.LONGEST * "y"


# The poem moves


async def test_page_keys_and_the_wheel_move_the_poem_from_the_prompt_and_from_the_settings(library, endless_file):
    async with console(library, endless_file, (100, 30), lines="48", keep="off") as pilot:
        view = pilot.app.screen.query_one(PoemView)
        await press_and_write(pilot, library, *"amber", "enter")
        await until(pilot, lambda: view.scroll_offset.y == 0 < view.max_scroll_y)
        for focused in ("prompt", "temperature", "form"):
            field(pilot, focused).focus()
            await until(pilot, lambda focused=focused: field(pilot, focused).has_focus)
            await pilot.pause()  # rare settings come with the focus, and the poem has fewer rows
            for key, place in (
                ("pagedown", lambda: view.size.height),
                ("ctrl+down", lambda: view.size.height + 1),
                ("ctrl+up", lambda: view.size.height),
                ("pageup", lambda: 0),
                ("ctrl+end", lambda: view.max_scroll_y),
                ("ctrl+home", lambda: 0),
            ):
                await pilot.press(key)
                await until(pilot, lambda place=place: view.scroll_y == place())
        x, y = prompt(pilot).region.x + 3, prompt(pilot).region.y + 1
        wheel = {"x": x, "y": y, "delta_x": 0, "delta_y": 0, "button": 0, "shift": False, "meta": False, "ctrl": False}
        pilot.app.post_message(events.MouseScrollDown(widget=None, screen_x=x, screen_y=y, style=None, **wheel))
        await until(pilot, lambda: view.scroll_y > 0)
        pilot.app.post_message(events.MouseScrollUp(widget=None, screen_x=x, screen_y=y, style=None, **wheel))
        await until(pilot, lambda: view.scroll_y == 0)
        assert prompt(pilot).text == "amber"


# Enter is never refused


@pytest.fixture
def let_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], object]]:
    """Lets the writing process begin, which waits for that before it reads a model."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    gate = os.open(path, os.O_RDWR)
    waiting = ("sh", "-c", 'read -r word < "$0"; exec "$@"', str(path), *forked.command())
    monkeypatch.setattr(writer, "COMMAND", waiting)
    yield lambda: os.write(gate, b"enter\n")
    os.close(gate)


async def test_what_is_asked_for_while_the_model_is_read_is_done_once_it_has_been(library, conditioned_file, let_in):
    app = RumiApp(library, str(conditioned_file), "app")
    async with app.run_test() as pilot:
        for line in ("/form free", "/seed 77", "/lines 2", "amber", "candle"):
            prompt(pilot).text = line
            await pilot.press("enter")
        assert not told(pilot)
        assert "Still loading the model" in all_told(pilot)
        let_in()
        await until(pilot, lambda: library.poems() and library.poems()[0].passages[0].ending)
        [kept] = library.poems()
        assert kept.text.startswith("candle")
        assert (kept.form, kept.passages[0].seed) == ("free", 77)
        assert prompt(pilot).selected_text == "candle"
        await leave(pilot)


async def test_what_waits_for_a_model_that_cannot_be_read_is_told_once_and_stays(library, tmp_path, let_in):
    app = RumiApp(library, str(tmp_path / "missing.onnx"), "app")
    async with app.run_test() as pilot:
        await pilot.press(*"amber", "enter")
        let_in()
        await until(pilot, lambda: told(pilot))
        await pilot.pause()
        assert len(told(pilot)) == 1
        assert prompt(pilot).text == "amber"
        await leave(pilot)


async def test_escape_leaves_out_what_waits(library, endless_file, let_in):
    app = RumiApp(library, str(endless_file), "app")
    async with app.run_test() as pilot:
        await pilot.press(*"amber", "enter")
        await until(pilot, lambda: "Still loading the model" in all_told(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "Nothing waits" in all_told(pilot))
        let_in()
        await until(pilot, lambda: isinstance(field(pilot, "form", Select).value, str))
        await pilot.pause()
        assert library.poems() == []
        assert prompt(pilot).text == "amber"
        await leave(pilot)


async def test_a_poem_is_compared_once_it_is_written_and_not_cut_off(library, endless_file):
    async with console(library, endless_file, settings=SettingsFile(), lines="6", pace="100") as pilot:
        await pilot.press(*"amber", "enter")
        await until(pilot, lambda: library.poems() and "\n" in library.poems()[0].text)
        await pilot.press("f7")
        await until(pilot, lambda: "Still writing the poem" in all_told(pilot))
        await until(pilot, lambda: "the same poem" in status(pilot))
        [kept] = library.poems()
        assert kept.passages[0].ending == "lines"
        assert on_the_page(pilot) == letters(kept.text)


async def test_going_on_while_a_poem_is_written_waits_for_its_end(library, endless_file):
    async with console(library, endless_file, lines="6", pace="100", keep="off") as pilot:
        await pilot.press(*"amber", "enter")
        await until(pilot, lambda: library.poems() and "\n" in library.poems()[0].text)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "Still writing the poem" in all_told(pilot))
        await until(pilot, lambda: [each.ending for each in library.poems()[0].passages] == ["lines", "lines"])


async def test_a_poem_that_was_stopped_goes_on_in_its_line_to_the_lines_that_it_lacks(library, endless_file):
    async with console(library, endless_file, lines="6", pace="20", keep="off") as pilot:
        await pilot.press(*"amber", "enter")
        await until(pilot, lambda: library.poems() and "\n" in library.poems()[0].text)
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in status(pilot))
        [stopped] = library.poems()
        field(pilot, "pace").value = ""
        kept = await press_and_write(pilot, library, "ctrl+g")
        assert kept.text.startswith(stopped.text)
        assert kept.passages[1].begins_at == len(stopped.text)
        assert len(kept.text.split("\n")) == 6
        await press_and_write(pilot, library, "ctrl+g")
        assert len(library.poems()[0].text.split("\n")) == 12


# The prompt


async def test_escape_empties_the_prompt_or_takes_a_command_out_of_it_and_the_up_arrow_brings_back_either(
    library, endless_file
):
    async with console(library, endless_file) as pilot:
        await pilot.press(*"amber", "ctrl+j", *"candle", "escape")
        await until(pilot, lambda: prompt(pilot).text == "")
        await pilot.press("up")
        assert prompt(pilot).text == "amber\ncandle"
        await pilot.press("end", *"/lines", "escape")
        await until(pilot, lambda: prompt(pilot).text == "amber\ncandle")
        await pilot.press("up", "up")
        assert prompt(pilot).text == "/lines"
        await pilot.press("down")
        field(pilot, "temperature").focus()
        await until(pilot, lambda: field(pilot, "temperature").has_focus)
        await pilot.press("escape")
        await until(pilot, lambda: prompt(pilot).has_focus)
        assert prompt(pilot).text == "amber\ncandle"


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_what_was_being_typed_is_kept_whatever_is_done_with_an_earlier_prompt(library, endless_file, key):
    async with console(library, endless_file) as pilot:
        await pilot.press(*"/lines 4", "enter")
        await until(pilot, lambda: prompt(pilot).text == "")
        await pilot.press(*"amber", "up")
        assert prompt(pilot).text == "/lines 4"
        await pilot.press(key)
        await until(pilot, lambda: prompt(pilot).text == "")
        await pilot.press("up", "up")
        assert prompt(pilot).text == "amber"


async def test_a_command_is_typed_over_what_was_written_which_comes_back(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        await pilot.press("end", *"/lines 4", "enter")
        await until(pilot, lambda: field(pilot, "lines").value == "4")
        await until(pilot, lambda: prompt(pilot).selected_text == "amber")
        kept = await press_and_write(pilot, library, "enter")
        assert kept.text.startswith("amber")
        assert len(kept.text.split("\n")) == 4


# Keys of shells and editors


async def test_ctrl_k_and_ctrl_d_delete_while_there_is_something_behind_the_cursor(library, endless_file):
    async with console(library, endless_file, (120, 40)) as pilot:
        await pilot.press(*"amber candle", *["left"] * 7, "ctrl+k")
        assert prompt(pilot).text == "amber"
        await pilot.press("home", "ctrl+d")
        assert prompt(pilot).text == "mber"
        assert isinstance(pilot.app.screen, WriteScreen)
        await until(pilot, lambda: "ask" not in {key.action for key in pilot.app.screen.query_one(KeyRow).keys})
        await pilot.press("end", "ctrl+k")
        await until(pilot, lambda: isinstance(pilot.app.screen, VersesScreen))


async def test_an_action_on_another_key_does_not_give_way(library, endless_file):
    file = SettingsFile()
    file.change("keys.ask", "alt+x")
    async with console(library, endless_file, settings=file) as pilot:
        await pilot.press(*"amber", "home", "alt+x")
        await until(pilot, lambda: isinstance(pilot.app.screen, VersesScreen))


# Settings


async def test_settings_that_hold_for_all_poems_are_typed_kept_and_undone(library, endless_file, tmp_path: Path):
    path = tmp_path / "settings.toml"
    async with console(library, endless_file, settings=SettingsFile(path)) as pilot:
        await obeyed(pilot, "/theme Rose")
        await until(pilot, lambda: pilot.app.theme == "rose")
        await obeyed(pilot, "/keys.library alt+x")
        assert SettingsFile(path).settings.theme == "rose"
        assert SettingsFile(path).settings.keys == {"library": "alt+x"}
        await pilot.press("f5", "f5")
        await until(pilot, lambda: pilot.app.theme == "ink")
        assert SettingsFile(path).settings.keys.get("library", "ctrl+l") == "ctrl+l"
        await pilot.press("f6")
        await until(pilot, lambda: pilot.app.theme == "rose")
        prompt(pilot).text = "/theme pink"
        await pilot.press("enter")
        await until(pilot, lambda: any("ink, paper" in sentence for sentence in told(pilot)))
        assert prompt(pilot).text == "/theme pink"


TYPED = (
    ("/temperature 0.9", "temperature", "0.9", "0.8"),
    ("/keep OFF", "keep", "off", "strict"),
    ("/rhyme an", "rhyme", "an", ""),
    ("/preset daring", "min_p", "0.03", "0"),
    ("/seed 77", "seed", "77", ""),
)
"""What is typed, the setting that it changes, and its value then and before."""


async def test_settings_of_a_poem_are_undone_between_its_steps(library, conditioned_file):
    async with console(library, conditioned_file, (120, 40), SettingsFile(), lines="2") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        for line, name, value, _ in TYPED:
            await obeyed(pilot, line)
            assert field(pilot, name).value == value
        for _, name, _, before in reversed(TYPED):
            await pilot.press("f5")
            await until(pilot, lambda name=name, before=before: field(pilot, name).value == before)
        assert on_the_page(pilot) == letters(kept.text)
        await pilot.press("f6")
        await until(pilot, lambda: field(pilot, "temperature").value == "0.9")
        await pilot.press("f5", "f5")
        await until(pilot, lambda: on_the_page(pilot) == "")
        assert field(pilot, "temperature").value == "0.8"


async def test_a_setting_without_a_value_is_told(library, conditioned_file):
    async with console(library, conditioned_file, settings=SettingsFile()) as pilot:
        for line, words in (
            ("/keep", "keep is strict · strict, loose, off"),
            ("/rhyme", "rhyme is any"),
            ("/metre", "metre is any"),
            ("/theme", "theme is ink · ink, paper"),
            ("/temperature", "temperature is 0.8 · 0 to 5"),
            ("/top-k", "top-k is 0"),
            ("/keys.again", "keys.again is ctrl+r"),
            ("/form", "form is couplet"),
            ("/preset", "careful, balanced, daring"),
        ):
            await obeyed(pilot, line)
            assert words in told(pilot, is_error=False)[-1]
        assert not told(pilot)


async def test_a_form_that_was_chosen_stays_through_another_model(library, conditioned_file, endless_file):
    async with console(library, conditioned_file) as pilot:
        await obeyed(pilot, "/form free")
        await read(pilot, endless_file)
        assert field(pilot, "form", Select).value == "free"


async def test_a_rhyme_for_another_language_is_left_out_with_a_word(library, conditioned_file, tmp_path: Path):
    async with console(library, conditioned_file, lines="2", rhyme="an") as pilot:
        await read(pilot, like(conditioned_file, "en", tmp_path))
        assert field(pilot, "rhyme").value == "an"
        await read(pilot, like(conditioned_file, "fa", tmp_path))
        assert field(pilot, "rhyme").value == ""
        assert "the rhyme an" in all_told(pilot)
        kept = await press_and_write(pilot, library, "enter")
        assert kept.passages[0].rhyme == ""


def like(file: Path, language: str, folder: Path) -> Path:
    """A copy of a model file whose card names another language."""
    model = onnx.load(file)
    fields = {each.key: each.value for each in model.metadata_props}
    card = msgspec.json.decode(fields["rumi.card"])
    helper.set_model_props(model, fields | {"rumi.card": msgspec.json.encode(card | {"language": language}).decode()})
    path = folder / f"{language}.onnx"
    onnx.save(model, path)
    return path


async def read(pilot: Pilot, model: Path) -> None:
    """Chooses a model as the page of settings does, and waits until it has been read."""
    bar = prompt(pilot).screen.query_one(SettingsBar)
    bar._tokenizer = None
    bar.follow(ENTRIES["model"], UserSettings(model=str(model)))
    await until(pilot, lambda: bar._tokenizer is not None and isinstance(field(pilot, "form", Select).value, str))


# What is in sight


async def test_help_and_stop_are_in_sight_on_every_screen_with_a_footer(library, endless_file):
    async with console(library, endless_file, (80, 24), lines="2") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        await begin_without_end(pilot, library)
        for size in ((80, 24), (60, 20), (40, 20)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: {"show_help", "stop"} <= keys_in_sight(pilot))
        await pilot.press("escape")


def keys_in_sight(pilot: Pilot) -> set[str]:
    keys = pilot.app.screen.query_one(KeyRow).keys
    ends = itertools.accumulate(cell_len("".join(key.words)) for key in keys)
    return {key.action for key, end in zip(keys, ends, strict=True) if end <= pilot.app.size.width}


async def test_the_prompt_has_one_row_again_on_a_screen_that_has_grown(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press(*"the soul of the lover")
        for size, rows in (((20, 8), 2), ((80, 24), 3)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda size=size: prompt(pilot).region.right >= size[0] - 2)
            await until(pilot, lambda rows=rows: prompt(pilot).region.height == rows)
