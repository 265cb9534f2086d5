from __future__ import annotations

import pytest
from console_support import (
    begin_without_end,
    console,
    field,
    letters,
    on_the_page,
    press_and_write,
    status,
    told,
    until,
)
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from rumi_tui.console.screens.library import LibraryScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.library.store import KeptPoem, Library


@pytest.mark.parametrize("size", [(80, 24), (24, 8)])
async def test_the_library_lists_poems_and_opens_one(library, endless_file, size):
    async with console(library, endless_file, size, lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        second = await press_and_write(pilot, library, "ctrl+r")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))
        options = pilot.app.screen.query_one(OptionList)
        titles = [str(options.get_option_at_index(index).prompt) for index in range(options.option_count)]
        assert len(titles) == 2
        for title, poem in zip(titles, (second, first), strict=True):
            assert title.endswith(poem.text.split("\n")[0])
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await until(pilot, lambda: on_the_page(pilot) == letters(first.text))
        whole = await go_on_with(pilot, library, first)
        assert whole.text.startswith(first.text + "\n")
        assert library.poem(second.id) == second


async def go_on_with(pilot: Pilot, library: Library, poem: KeptPoem) -> KeptPoem:
    """Goes on with a poem that is open and waits until that is done."""
    await pilot.press("ctrl+g")
    await until(pilot, lambda: len(library.poem(poem.id).passages) == 2 and library.poem(poem.id).passages[1].ending)
    return library.poem(poem.id)


@pytest.mark.parametrize("key", ["escape", "ctrl+l"])
async def test_an_empty_library_says_so_and_closes(library, endless_file, key):
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))
        assert "No poem is kept yet" in str(pilot.app.screen.query_one(Static).content)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def test_opening_the_poem_that_is_being_written_shows_all_of_it(library, endless_file):
    async with console(library, endless_file) as pilot:
        await begin_without_end(pilot, library, *"amber")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))
        listed = len(library.poems()[0].text)
        await until(pilot, lambda: len(library.poems()[0].text) > listed + 200)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await until(pilot, lambda: "writing" not in status(pilot))
        [kept] = library.poems()
        assert on_the_page(pilot) == letters(kept.text)


async def test_a_library_that_cannot_be_read_is_told(library, endless_file):
    async with console(library, endless_file) as pilot:
        library._database.execute("DROP TABLE poems")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: told(pilot))
        assert isinstance(pilot.app.screen, WriteScreen)


async def test_a_poem_that_is_opened_stays_when_the_one_before_it_has_just_begun(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        field(pilot, "lines").value = "1000000"
        screen = pilot.app.screen
        await screen.action_again()
        await screen._open(first)
        await until(pilot, lambda: len(library.poems()) < 3 and not pilot.app.workers._workers)
        await until(pilot, lambda: on_the_page(pilot) == letters(first.text))
        field(pilot, "lines").value = "2"
        await go_on_with(pilot, library, first)


def titles(pilot: Pilot) -> list[str]:
    options = pilot.app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(index).prompt) for index in range(options.option_count)]


@pytest.fixture
def three(library: Library) -> list[int]:
    """Three poems, the oldest first."""
    return [library.begin("en", "0" * 64, "couplet", text) for text in ("amber candle", "mirror", "amber drum")]


async def test_typing_searches_and_escape_ends_the_search_before_it_leaves(library, endless_file, three):
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l", *"amb")
        await until(pilot, lambda: len(titles(pilot)) == 2)
        await pilot.press("space", *"can")
        await until(pilot, lambda: [title[-12:] for title in titles(pilot)] == ["amber candle"])
        assert "Poems with amb can: 1" in str(pilot.app.screen.query_one(Static).content)
        await pilot.press(*["backspace"] * 4)
        await until(pilot, lambda: len(titles(pilot)) == 2)
        await pilot.press("escape")
        await until(pilot, lambda: len(titles(pilot)) == 3)
        await pilot.press(*"mirr", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await until(pilot, lambda: on_the_page(pilot) == "mirror")


async def test_a_poem_is_deleted_and_brought_back(library, endless_file, three):
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l", "down", "delete")
        await until(pilot, lambda: [kept.text for kept in library.poems()] == ["amber drum", "amber candle"])
        await pilot.press("delete")
        await until(pilot, lambda: [kept.text for kept in library.poems()] == ["amber drum"])
        await pilot.press("ctrl+z", "ctrl+z", "ctrl+z")
        await until(pilot, lambda: [kept.id for kept in library.poems()] == three[::-1])
        assert len(titles(pilot)) == 3
        await pilot.press("delete", "escape", "ctrl+l", "ctrl+z")
        await until(pilot, lambda: [kept.id for kept in library.poems()] == three[::-1])
        await pilot.press("escape")


async def test_a_poem_is_given_a_title_and_tags(library, endless_file, three):
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l", "down", "ctrl+o", *"Lamp", "tab", *"red", "space", *"blue", "enter")
        await until(
            pilot, lambda: (library.poem(three[1]).title, library.poem(three[1]).tags) == ("Lamp", ("red", "blue"))
        )
        await until(pilot, lambda: titles(pilot)[1].endswith("Lamp #red #blue"))
        await pilot.press("ctrl+o", "escape", *"blu")
        await until(pilot, lambda: len(titles(pilot)) == 1)
        await pilot.press("escape", "escape")


async def test_a_poem_is_made_a_favourite_and_stays_under_the_cursor(library, endless_file, three):
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l", "down", "ctrl+f")
        await until(pilot, lambda: ["★" in title for title in titles(pilot)] == [False, True, False])
        assert library.poem(three[1]).favourite
        await pilot.press("ctrl+f")
        await until(pilot, lambda: not any("★" in title for title in titles(pilot)))
        await pilot.press("escape")


async def test_keys_do_no_harm_where_there_is_no_poem(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l", "delete", "ctrl+f", "ctrl+z", "backspace", "x", "enter")
        await until(pilot, lambda: "Poems with x: 0" in str(pilot.app.screen.query_one(Static).content))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def test_a_library_that_fails_while_it_is_open_is_told(library, endless_file, three):
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: len(titles(pilot)) == 3)
        library._database.execute("PRAGMA query_only = ON")
        await pilot.press("delete")
        await until(pilot, lambda: told(pilot))
        assert len(titles(pilot)) == 3
        library._database.execute("PRAGMA query_only = OFF")
        await pilot.press("escape")
