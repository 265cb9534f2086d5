"""What a person does with a poem that stands on the page."""

from __future__ import annotations

import pytest
from console_support import (
    begin_without_end,
    console,
    field,
    letters,
    obeyed,
    on_the_page,
    press_and_write,
    status,
    told,
    until,
)
from textual import events
from textual.widgets import Select

from rumi_tui.console.screens.edit import EditScreen
from rumi_tui.console.screens.export import ExportScreen
from rumi_tui.console.screens.help import HelpScreen
from rumi_tui.console.screens.lens import LensScreen
from rumi_tui.console.screens.library import LibraryScreen
from rumi_tui.console.screens.line import LineScreen
from rumi_tui.console.screens.name import NameScreen
from rumi_tui.console.screens.settings import SettingsScreen
from rumi_tui.console.screens.tour import TourScreen
from rumi_tui.console.screens.tree import TreeScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.library.poem import Branch
from rumi_tui.library.store import Library


async def test_every_step_is_taken_back_and_again(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        whole = await press_and_write(pilot, library, "ctrl+g")
        other = await press_and_write(pilot, library, "ctrl+r")
        steps = [other.text, whole.text, first.text, ""]
        for text in steps[1:]:
            await pilot.press("f5")
            await until(pilot, lambda text=text: on_the_page(pilot) == letters(text) and status(pilot) == "undone")
        await pilot.press("f5")
        await until(pilot, lambda: status(pilot) == "Nothing to undo.")
        for text in steps[-2::-1]:
            await pilot.press("f6")
            await until(pilot, lambda text=text: on_the_page(pilot) == letters(text) and status(pilot) == "redone")
        await pilot.press("f6")
        await until(pilot, lambda: status(pilot) == "Nothing to redo.")
        assert library.poems() == [other, whole]


async def test_what_is_written_after_a_step_back_is_a_branch_and_nothing_is_lost(
    library, endless_file, endless, write_again
):
    async with console(library, endless_file, lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        whole = await press_and_write(pilot, library, "ctrl+g")
        await pilot.press("f5")
        await until(pilot, lambda: on_the_page(pilot) == letters(first.text))
        branch = await press_and_write(pilot, library, "ctrl+g")
        assert branch.branch == Branch(whole.id, len(first.text))
        assert branch.text.startswith(first.text)
        assert library.poem(whole.id) == whole
        assert write_again(branch, endless) == branch.text


async def test_a_step_back_while_writing_stops_and_keeps_what_is_there(library, endless_file):
    async with console(library, endless_file) as pilot:
        await begin_without_end(pilot, library, *"amber")
        await pilot.press("f5")
        await until(pilot, lambda: on_the_page(pilot) == "")
        await pilot.press("f6")
        await until(pilot, lambda: on_the_page(pilot) == letters(library.poems()[0].text))
        assert len(library.poems()[0].text) > 100


async def test_a_poem_comes_out_the_same_again_and_changes_nothing(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        whole = await press_and_write(pilot, library, "ctrl+g")
        field(pilot, "temperature").value = "1.7"
        await pilot.press("f7")
        await until(pilot, lambda: "the same poem, character for character" in status(pilot))
        assert on_the_page(pilot) == letters(whole.text)
        assert library.poems() == [whole]


async def test_a_poem_of_another_model_file_says_which_it_needs(library, endless_file):
    poem = library.begin(str(endless_file), "ab" * 32, "couplet", "amber")
    kept = library.poem(poem)
    async with console(library, endless_file, lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        library.save(poem, first.text, first.passages)
        await pilot.press("ctrl+l", "down", "enter")
        await until(pilot, lambda: "couplet, " in status(pilot))
        await pilot.press("f7")
        await until(pilot, lambda: told(pilot))
        assert "needs the model file with SHA-256 abababababab" in told(pilot)[0]
        await until(pilot, lambda: on_the_page(pilot) == letters(first.text))
        assert library.poem(poem).model_sha256 == kept.model_sha256


async def test_the_seed_of_a_poem_is_locked_and_freed(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        await pilot.press("f9")
        await until(pilot, lambda: field(pilot, "seed").value == str(first.passages[0].seed))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(library.poems()) == 2 and library.poems()[0].passages[0].ending)
        assert library.poems()[0].text == first.text
        field(pilot, "pace").value = "slow"
        await pilot.press("f9")
        await until(pilot, lambda: any("slow" in sentence for sentence in told(pilot)))
        field(pilot, "pace").value = ""
        await pilot.press("f9")
        await until(pilot, lambda: field(pilot, "seed").value == "")


@pytest.mark.parametrize("way", ["command", "field", "preset"])
async def test_changed_settings_count_from_the_next_character(library, endless_file, endless, write_again, way):
    async with console(library, endless_file, (120, 40)) as pilot:
        await begin_without_end(pilot, library, *"amber")
        match way:
            case "command":
                field(pilot, "prompt").text = "/temperature 1.7"
                await pilot.press("enter")
            case "field":
                field(pilot, "temperature").focus()
                field(pilot, "temperature").value = "1.7"
                await pilot.press("enter")
            case "preset":
                field(pilot, "preset", Select).value = "daring"
        await until(pilot, lambda: len(library.poems()[0].passages) == 2)
        length = library.poems()[0].passages[1].begins_at
        await until(pilot, lambda: len(library.poems()[0].text) > length + 50)
        field(pilot, "prompt").focus()
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in status(pilot))
        [kept] = library.poems()
        temperatures = [passage.sampling.temperature for passage in kept.passages]
        assert temperatures == [0.8, 1.1 if way == "preset" else 1.7]
        assert 100 < kept.passages[1].begins_at < len(kept.text)
        assert on_the_page(pilot) == letters(kept.text)
        assert write_again(kept, endless) == kept.text


async def test_leaving_a_field_as_it_was_changes_nothing(library, endless_file):
    async with console(library, endless_file) as pilot:
        await begin_without_end(pilot, library, *"amber")
        field(pilot, "temperature").focus()
        await pilot.press("tab", "tab")
        field(pilot, "prompt").focus()
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in status(pilot))
        assert len(library.poems()[0].passages) == 1


async def test_a_prompt_may_have_several_lines(library, endless_file):
    async with console(library, endless_file, lines="4") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "ctrl+j", *"candle", "enter")
        assert kept.text.startswith("amber\ncandle")
        assert field(pilot, "prompt").text == "amber\ncandle"


async def test_letters_still_on_their_way_belong_to_the_prompt(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        for letter in "amber":
            pilot.app.post_message(events.Key(letter, letter))
        pilot.app.post_message(events.Key("enter", "\r"))
        await until(pilot, lambda: library.poems() and library.poems()[0].passages[0].ending)
        assert library.poems()[0].text.startswith("amber")


SCREENS = {
    "f2": LensScreen,
    "f3": TreeScreen,
    "f4": SettingsScreen,
    "f8": EditScreen,
    "f12": TourScreen,
    "alt+l": LineScreen,
    "ctrl+o": NameScreen,
    "ctrl+s": ExportScreen,
    "ctrl+l": LibraryScreen,
    "f1": HelpScreen,
}


@pytest.mark.parametrize("key", SCREENS)
async def test_the_console_can_be_left_from_every_screen(library: Library, endless_file, key):
    async with console(library, endless_file, lines="2") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        await pilot.press(key)
        await until(pilot, lambda: isinstance(pilot.app.screen, SCREENS[key]))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: not pilot.app.is_running)
        assert library.poems() == [kept]


async def test_enter_pressed_twice_leaves_a_screen_once(library, endless_file, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path))
    async with console(library, endless_file, lines="2") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        for key in ("ctrl+l", "f3", "ctrl+s", "f4", "f12"):
            await pilot.press(key)
            await until(pilot, lambda key=key: isinstance(pilot.app.screen, SCREENS[key]))
            screen = pilot.app.screen
            screen.dismiss(None)
            screen.dismiss(None)
            await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
            assert on_the_page(pilot) == letters(kept.text)


async def test_a_library_that_was_set_aside_is_told(tmp_path, endless_file):
    path = tmp_path / "poems.sqlite"
    path.write_bytes(b"no library" * 999)
    library = Library(path)
    async with console(library, endless_file) as pilot:
        await until(pilot, lambda: told(pilot))
        assert str(library.set_aside) in told(pilot)[0]


async def test_what_still_comes_of_a_poem_is_not_drawn_on_a_page_that_was_emptied(library, endless_file):
    async with console(library, endless_file) as pilot:
        await begin_without_end(pilot, library, *"amber")
        await obeyed(pilot, "/new")
        await until(pilot, lambda: status(pilot).startswith("An empty page"))
        assert on_the_page(pilot) == ""
        assert not pilot.app.screen.query_one(PoemView).writing
        assert status(pilot).startswith("An empty page")
