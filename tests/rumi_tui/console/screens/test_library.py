from __future__ import annotations

import pytest
from console_support import (
    SIZES,
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
from textual import events
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from rumi_tui.console.screens import library as library_screen
from rumi_tui.console.screens.library import LibraryScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.widgets.preview import Preview
from rumi_tui.console.widgets.verse_input import LONGEST
from rumi_tui.library.formats import FORMATS
from rumi_tui.library.orders import ORDERS
from rumi_tui.library.poem import Branch, KeptPoem
from rumi_tui.library.store import Library


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
            assert title.removesuffix("…").split()[-1] in poem.text.split("\n")[0]
            assert len(title) < size[0]
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


async def test_an_empty_library_says_so_and_closes(library, endless_file):
    async with console(library, endless_file) as pilot:
        for key in ("escape", "ctrl+l"):
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
        order = next(iter(ORDERS))
        assert str(pilot.app.screen.query_one(Static).content) == f"Poems with amb: 2 · {order}"
        await pilot.press("escape")
        await until(pilot, lambda: len(titles(pilot)) == 3)
        pilot.app.post_message(events.Paste("amber " * LONGEST))
        await until(pilot, lambda: len(pilot.app.screen._search) == LONGEST)
        await pilot.press("ctrl+u")
        await until(pilot, lambda: str(pilot.app.screen.query_one(Static).content).startswith("Poems: 3"))
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
        await pilot.press("ctrl+o", "escape", *"lamp")
        await until(pilot, lambda: len(titles(pilot)) == 1)
        library.begin("en", "0" * 64, "couplet", "lamp and drum")
        await pilot.press("backspace")
        await until(pilot, lambda: [title[-8:] for title in titles(pilot)] == ["ed #blue", "and drum"])
        await pilot.press("ctrl+u", *"blu")
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


async def test_a_large_library_is_read_as_far_as_one_looks(library, endless_file, monkeypatch):
    monkeypatch.setattr(library_screen, "PAGE", 60)
    with library.all_or_nothing():
        for number in range(200):
            library.begin("en", "0" * 64, "free", f"\n amber {number}")
        library._run("UPDATE poems SET written = 'some day' WHERE id = 150")
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: heading(pilot) == "Poems: 200 · type to search · newest first")
        assert len(titles(pilot)) == 60
        for _ in range(3):
            await pilot.press("end")
        await until(pilot, lambda: len(titles(pilot)) == 199)
        await pilot.press("end")
        await until(pilot, lambda: on_the_page(pilot) == "amber0")
        assert "Poem number 150" in told(pilot)[-1]
        await pilot.press(*"13")
        await until(pilot, lambda: heading(pilot) == "Poems with 13: 11 · newest first")
        await pilot.press("escape", "escape")


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


def heading(pilot: Pilot) -> str:
    return str(pilot.app.screen.query_one(Static).content)


def about(pilot: Pilot) -> str:
    """What the preview tells of its poem."""
    return str(pilot.app.screen.query_one("#about", Static).content)


async def test_favourites_are_listed_alone_and_counted(library, endless_file, three):
    library.set_favourite(three[0], True)
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "Poems: 3" in heading(pilot))
        await pilot.press("f2")
        await until(pilot, lambda: heading(pilot).startswith("Favourites: 1"))
        assert [title[-12:] for title in titles(pilot)] == ["amber candle"]
        await pilot.press("ctrl+f")
        await until(pilot, lambda: heading(pilot).startswith("Favourites: 0"))
        await pilot.press("f2", *"amb", "f2")
        await until(pilot, lambda: heading(pilot) == "Favourites with amb: 0")
        await pilot.press("escape", "escape")


async def test_the_order_changes_and_the_cursor_stays_on_its_poem(library, endless_file, three):
    library.set_favourite(three[1], True)
    library.name(three[0], "Zither", [])
    async with console(library, endless_file, (120, 30)) as pilot:
        await pilot.press("ctrl+l")
        orders = {
            "newest first": ["amber drum", "mirror", "Zither"],
            "oldest first": ["Zither", "mirror", "amber drum"],
            "by title": ["Zither", "amber drum", "mirror"],
            "favourites first": ["mirror", "amber drum", "Zither"],
        }
        for order, names in orders.items():
            await until(pilot, lambda order=order: heading(pilot).endswith(order))
            assert [name for title, name in zip(titles(pilot), names, strict=True) if not title.endswith(name)] == []
            assert on_the_page(pilot) == "amberdrum"
            await pilot.press("f3")
        await until(pilot, lambda: heading(pilot).endswith("newest first"))
        await pilot.press("escape")


@pytest.mark.parametrize("size", SIZES)
async def test_the_poem_under_the_cursor_is_shown_whole_where_there_is_room(library, endless_file, three, size):
    library.name(three[2], "Lamp", ["red"])
    text = "\n".join(f"amber {number}" for number in range(60))
    library.save(three[1], text, [])
    library.save(three[2], text.replace("amber", "drum"), [])
    async with console(library, endless_file, size) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: len(titles(pilot)) == 3)
        preview = pilot.app.screen.query_one(Preview)
        if size == (20, 8):
            assert not preview.display
        else:
            await until(pilot, lambda: preview.region.area)
            side_by_side = preview.region.x > 0
            assert side_by_side == (size[0] >= 96)
            assert "Lamp" in about(pilot)
            assert "#red" in about(pilot)
            view = preview.query_one("PoemView")
            await until(pilot, lambda: view.virtual_size.height > 60)
            for key in ("down", "up", "down"):
                await pilot.resize_terminal(20, 8)
                await pilot.resize_terminal(*size)
                await until(pilot, lambda: preview.region.area)
                assert view.scroll_offset.y == 0
                await pilot.press(key)
            await until(pilot, lambda: on_the_page(pilot) == letters(text))
            await pilot.press("ctrl+down")
            await until(pilot, lambda: view.scroll_offset.y > 0)
            await pilot.press("ctrl+up")
            await until(pilot, lambda: view.scroll_offset.y == 0)
            assert preview.region.intersection(pilot.app.screen.query_one(OptionList).region).area == 0
        await pilot.press("escape")


async def test_branches_are_told_apart_by_what_is_their_own(library, endless_file):
    trunk = library.begin("en", "0" * 64, "free", "amber candle and a lamp in the night\ndrum")
    for text in ("amber candle and a lamp in the dust\nreed", "amber candle and a lamp in the rain\nrose"):
        library.begin("en", "0" * 64, "free", text, Branch(trunk, 31))
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: len(titles(pilot)) == 3)
        assert [title.partition("↳ ")[2] for title in titles(pilot)] == ["rain rose", "dust reed", ""]
        assert "a branch" in about(pilot)
        assert str(pilot.app.screen.query_one(Static).content).startswith("Poems: 3 (branches: 2) · ")
        await pilot.press("escape")


async def test_a_long_name_is_cut_at_its_end_and_takes_one_row(library, endless_file):
    long = " ".join(["amber"] * 60)
    persian = " ".join(["گنج"] * 60)
    for name in (long, persian, "short"):
        library.name(library.begin("en", "0" * 64, "couplet", "text"), name, ["tag" * 40] if name == long else ["tag"])
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: len(titles(pilot)) == 3)
        short, of_persian, of_english = titles(pilot)
        assert short.endswith("short #tag")
        assert "amber amber" in of_english
        assert "… #tag" in of_english
        assert all(len(title) <= 76 for title in titles(pilot))
        assert "…" in of_persian
        options = pilot.app.screen.query_one(OptionList)
        assert options.virtual_size.height == 3
        await pilot.press("escape")


async def test_a_poem_of_the_library_is_saved_without_being_opened(library, endless_file, three, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path / "documents"))
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l", "down", "ctrl+s", "enter")
        await until(pilot, lambda: told(pilot, is_error=False))
        [path] = (tmp_path / "documents" / "Rumi").iterdir()
        assert path.read_text("utf-8") == "mirror\n"
        await pilot.press("ctrl+s", "end", "enter")
        await until(pilot, lambda: any("whole library" in words for words in told(pilot, is_error=False)))
        await pilot.press("ctrl+s", *["down"] * list(FORMATS).index("pdf"), "enter", "escape")  # which takes a while
        await until(
            pilot, lambda: [path for path in (tmp_path / "documents" / "Rumi").iterdir() if path.suffix == ".pdf"]
        )
