from __future__ import annotations

import pytest
from console_support import SIZES, begin_without_end, console, letters, on_the_page, press_and_write, told, until
from textual import events
from textual.pilot import Pilot

from rumi_tui.console.screens.edit import EditScreen
from rumi_tui.console.screens.editing import UNCHANGED
from rumi_tui.console.screens.line import LineScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.widgets.verse_area import VerseArea
from rumi_tui.library.poem import Branch


async def edit(pilot: Pilot) -> VerseArea:
    """The poem on the page, to be changed."""
    await pilot.press("f8")
    await until(pilot, lambda: isinstance(pilot.app.screen, EditScreen) and pilot.app.screen.query(VerseArea))
    return pilot.app.screen.query_one(VerseArea)


def word_unlike(character: str) -> str:
    """A word that begins otherwise, so that a poem changed with it parts from the old one right there."""
    return "drum" if character != "d" else "reed"


async def test_a_poem_is_changed_by_hand_and_the_poem_before_stays(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        area = await edit(pilot)
        word = word_unlike(first.text[-1])
        await pilot.press("backspace", *word, "escape")
        await until(pilot, lambda: len(library.poems()) == 2)
        changed = library.poems()[0]
        assert changed.text == first.text[:-1] + word
        assert changed.branch == Branch(first.id, len(first.text) - 1)
        assert library.poem(first.id) == first
        await until(pilot, lambda: on_the_page(pilot) == letters(changed.text))
        await edit(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        assert len(library.poems()) == 2
        assert area.text == changed.text


@pytest.mark.parametrize(("by_hand", "fitted"), [("amber drum", "amber drum"), ("amber drum\u00e9", "amber drume")])
async def test_verse_by_hand_grows_unless_the_model_cannot_read_it(library, endless_file, by_hand, fitted):
    async with console(library, endless_file, lines="2") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        area = await edit(pilot)
        area.text = by_hand
        await pilot.press("escape")
        await until(pilot, lambda: len(library.poems()) == 2)
        changed = library.poems()[0]
        assert changed.text == by_hand
        gone_on = await press_and_write(pilot, library, "ctrl+g")
        assert gone_on.text.startswith(fitted)
        assert len(gone_on.text) > len(fitted)
        assert library.given(gone_on)[-1].stop == len(fitted)
        if fitted != by_hand:
            assert gone_on.branch == Branch(changed.id, len("amber drum"))
            assert library.poem(changed.id) == changed
            assert any("\u00e9 as e" in note for note in told(pilot, is_error=False))
        else:
            assert gone_on.id == changed.id


async def test_verse_is_written_on_from_the_cursor(library, endless_file, endless, write_again):
    async with console(library, endless_file, lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        area = await edit(pilot)
        area.move_cursor((0, 8))
        word = word_unlike(first.text[8])
        second = await press_and_write(pilot, library, *word, "ctrl+g")
        assert second.text.startswith(first.text[:8] + word)
        assert len(second.text) > 12
        assert second.branch == Branch(first.id, 8)
        assert library.given(second) == [range(5), range(8, 12)]
        assert on_the_page(pilot) == letters(second.text)
        assert write_again(second, endless) == second.text


async def test_a_poem_that_is_left_as_it_was_or_emptied_makes_no_branch(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        for size in SIZES:
            await pilot.resize_terminal(*size)
            area = await edit(pilot)
            assert area.text == kept.text
            assert area.cursor_location == area.document.end
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        assert UNCHANGED not in told(pilot, is_error=False)
        (await edit(pilot)).text = ""
        await pilot.press("escape")
        await until(pilot, lambda: UNCHANGED in told(pilot, is_error=False))
        assert library.poems() == [kept]


@pytest.mark.parametrize("keys", [("f8", "x", "escape"), ("f8", "ctrl+g"), ("alt+l", "enter")])
async def test_what_a_dialog_is_left_with_is_done_with_the_poem_that_it_showed(library, endless_file, keys):
    async with console(library, endless_file) as pilot:
        await begin_without_end(pilot, library, *"amber")
        await pilot.press("ctrl+g", keys[0])  # to go on waits for the poem to be stopped, which the dialog does
        screen = EditScreen if keys[0] == "f8" else LineScreen
        await until(pilot, lambda: isinstance(pilot.app.screen, screen) and pilot.app.screen.query("*"))
        shown = pilot.app.screen.query_one(VerseArea).text if keys[0] == "f8" else "\n".join(pilot.app.screen._lines)
        await until(pilot, lambda: len(library.poems()[0].text) > len(shown) + 20)
        await pilot.press(*keys[1:])
        await until(pilot, lambda: len(library.poems()) == 2)
        branch, first = library.poems()
        assert branch.branch.parent == first.id
        if keys[-1] == "enter":
            assert branch.text.rstrip("\n").count("\n") == shown.count("\n")  # it may have stopped at a line's end
        else:
            assert branch.branch.at == len(shown)
        if keys[-1] == "escape":
            assert branch.text == shown + "x"
            assert not pilot.app._writing._desk._task.is_running


async def test_a_poem_takes_what_there_is_room_for(library, endless_file, monkeypatch):
    monkeypatch.setattr(VerseArea, "LONGEST", 12)
    library.begin(str(endless_file), "", "free", "amber harbour lantern")
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen) and pilot.app.screen._desk.now)
        area = await edit(pilot)
        await pilot.press("x")
        assert area.text == "amber harbour lantern"  # a poem that was longer before can only become shorter
        assert "A poem has room for 12 characters: the rest is left out." in told(pilot, is_error=False)
        area.text = "amber"
        area.move_cursor(area.document.end)
        pilot.app.post_message(events.Paste(" harbour lantern"))
        await until(pilot, lambda: area.text == "amber harbou")
