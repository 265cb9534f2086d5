"""What stands in the settings is what a poem is written with, and says what it is."""

from __future__ import annotations

from console_support import console, field, letters, on_the_page, press_and_write, status, told, until
from textual.widgets import Select

from rumi_tui.console.widgets.settings_bar import FIELDS, HINTS, SAMPLING_PRESETS, SettingsBar
from rumi_tui.engine.request import Sampling


async def test_the_seed_field_locks_the_poem(library, endless_file):
    async with console(library, endless_file, lines="2", seed="77") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        await until(pilot, lambda: on_the_page(pilot) == letters(first.text))
        await pilot.press("enter")
        await until(pilot, lambda: len(library.poems()) == 2 and library.poems()[0].passages[0].ending)
        second = library.poems()[0]
        assert [poem.passages[0].seed for poem in (first, second)] == [77, 77]
        assert first.text == second.text


NONSENSE = [
    *(("temperature", value) for value in ("hot", "9", "nan", "")),
    *(("lines", value) for value in ("0", "two")),
    *(("seed", value) for value in ("-1", "1.5", str(2**32))),
    *(("pace", value) for value in ("slow", "0", "nan", "-3", "20000")),
    *(("top_k", value) for value in ("-1", "1.5")),
    *(("top_p", value) for value in ("0", "all")),
    *(("min_p", value) for value in ("2", "nan")),
]


async def test_settings_that_make_no_sense_are_told_and_the_prompt_stays(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press(*"amber")
        for name, value in NONSENSE:
            before = field(pilot, name).value
            field(pilot, name).value = value
            await pilot.press("enter")
            await until(pilot, lambda: told(pilot))
            assert len(told(pilot)) == 1
            assert value in told(pilot)[0]
            assert status(pilot).endswith(told(pilot)[0])
            assert field(pilot, "prompt").text == "amber"
            field(pilot, name).value = before
            pilot.app.notices.clear()
        assert library.poems() == []


async def test_how_characters_are_chosen_is_asked_for_and_kept(library, endless_file, endless, write_again):
    choice = {"temperature": "1.5", "top_k": "9", "top_p": "0.9", "min_p": "0.01"}
    async with console(library, endless_file, lines="2", **choice) as pilot:
        kept = await press_and_write(pilot, library, "enter")
        assert kept.passages[0].sampling == Sampling(temperature=1.5, top_k=9, top_p=0.9, min_p=0.01)
        assert write_again(kept, endless) == kept.text


async def test_a_preset_fills_in_what_can_be_written_with_and_is_named_as_long_as_that_stands_there(
    library, endless_file
):
    async with console(library, endless_file, (120, 40), lines="2") as pilot:
        for name, preset in SAMPLING_PRESETS.items():
            field(pilot, "top_k").value = "7"
            field(pilot, "preset", Select).value = name
            await until(pilot, lambda: field(pilot, "top_k").value == "0")
            kept = await press_and_write(pilot, library, "enter")
            wanted = {setting: float(value) for setting, value in preset.items()}
            assert kept.passages[0].sampling == Sampling(**wanted | {"top_k": 0})
        preset = field(pilot, "preset", Select)
        preset.value = "careful"
        await until(pilot, lambda: field(pilot, "temperature").value == "0.5")
        assert preset.value == "careful"
        field(pilot, "min_p").value = "0.5"
        await until(pilot, preset.is_blank)
        preset.value = "careful"
        await until(pilot, lambda: field(pilot, "min_p").value == "0")


def test_every_hint_fits_a_line_of_80_columns():
    assert [hint for hint in HINTS.values() if len(hint) > 76] == []


async def test_every_setting_tells_its_range_while_it_has_the_focus(library, conditioned_file):
    async with console(library, conditioned_file, (120, 40)) as pilot:
        for name, hint in HINTS.items():
            field(pilot, name).focus()
            await until(pilot, lambda hint=hint: status(pilot) == hint)
            if name in FIELDS:
                assert field(pilot, name).value == FIELDS[name].default
        field(pilot, "prompt").focus()
        await until(pilot, lambda: status(pilot) == "")


async def test_a_pace_changes_no_poem_and_holds_until_it_is_stopped(library, endless_file):
    async with console(library, endless_file, (120, 40), seed="7", lines="2") as pilot:
        whole = await press_and_write(pilot, library, "enter")
        field(pilot, "pace").value = "1"
        await pilot.press("enter")
        await until(pilot, lambda: len(library.poems()) == 2 and on_the_page(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in status(pilot))
        slow = library.poems()[0]
        assert 0 < len(slow.text) < len(whole.text)
        assert whole.text.startswith(slow.text)


async def test_a_number_of_lines_too_large_to_be_kept_does_not_end_the_console(library, model_file):
    async with console(library, model_file, lines="9" * 30) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: told(pilot) or library.poems() or not pilot.app.is_running)
        await until(pilot, lambda: not status(pilot).endswith("writing"))
        assert pilot.app.is_running


async def test_every_number_among_the_settings_says_what_it_is(library, endless_file):
    async with console(library, endless_file, (60, 20)) as pilot:
        bar = pilot.app.screen.query_one(SettingsBar)
        for columns in (60, 48, 40):
            await pilot.resize_terminal(columns, 20)
            await pilot.pause()
            shown = [each for each in bar.query("Input") if each.region]
            assert bool(shown) == (columns >= 48)
            for each in shown:
                label = each.parent.children[each.parent.children.index(each) - 1]
                assert str(label.content) == each.id.replace("_", "-")
                assert label.region.right == each.region.x
                assert each.region.right <= columns
