from __future__ import annotations

import pytest
from console_support import console, letters, on_the_page, open_lens, press_and_write, until
from support import verse
from textual.widgets import Static, Tree

from rumi_tui.bidi import to_display
from rumi_tui.console.screens.tree import TreeScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.library.poem import Branch


async def test_the_tree_of_a_poem_that_was_deleted_shows_what_is_left(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        await open_lens(pilot)
        second = await press_and_write(pilot, library, "right", "enter", "enter")
        library.delete(second.id)
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, TreeScreen))
        assert [node.data for node in pilot.app.screen.query_one(Tree).root.children] == [first]
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await pilot.press("ctrl+n")


async def test_branches_are_turned_through_by_a_key_and_chosen_in_the_tree(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        await open_lens(pilot)
        second = await press_and_write(pilot, library, "right", "enter", "enter")
        third = await press_and_write(pilot, library, "ctrl+r")
        assert third.branch == second.branch
        for poem in (first, second, third):
            await pilot.press("ctrl+n")
            await until(pilot, lambda poem=poem: on_the_page(pilot) == letters(poem.text))
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, TreeScreen))
        tree = pilot.app.screen.query_one(Tree)
        await until(pilot, lambda: tree.cursor_node is not None and tree.cursor_node.data == third)
        [root] = tree.root.children
        assert (root.data, [node.data for node in root.children]) == (first, [second, third])
        await pilot.press("up", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await until(pilot, lambda: on_the_page(pilot) == letters(second.text))


async def test_the_poem_on_the_page_is_marked_and_a_branch_is_known_by_how_it_parts(library, endless_file):
    first = library.begin(str(endless_file), "0" * 64, "couplet", "amber\ncandle")
    async with console(library, endless_file, (120, 40)) as pilot:
        for branches, legend in (
            (0, "This poem has no branches yet: the lens makes one."),
            (1, "Branches of this poem: 1"),
        ):
            await pilot.press("ctrl+l", *["down"] * branches, "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
            await until(pilot, lambda: on_the_page(pilot) == "ambercandle")
            await pilot.press("f3")
            await until(pilot, lambda: isinstance(pilot.app.screen, TreeScreen))
            assert str(pilot.app.screen.query(Static).first().content) == legend
            [root] = pilot.app.screen.query_one(Tree).root.children
            assert str(root.label) == "● amber candle"
            assert [str(node.label) for node in root.children] == ["… drum"] * branches
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
            library.begin(str(endless_file), "0" * 64, "couplet", "amber\ndrum", Branch(first, 6))


@pytest.mark.parametrize("size", [(100, 30), (40, 12)])
@pytest.mark.parametrize("language", ["en", "fa"])
async def test_a_title_that_is_cut_says_so_and_begins_where_the_poem_does(library, endless_file, size, language):
    text = verse(1, 8, language).strip()
    first = library.begin(str(endless_file), "0", "couplet", text)
    library.begin(str(endless_file), "0", "couplet", text[:9] + text[12:], Branch(first, 9))
    async with console(library, endless_file, size) as pilot:
        await pilot.press("ctrl+l", "down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, TreeScreen))
        tree = pilot.app.screen.query_one(Tree)
        await until(pilot, lambda: tree.size and not tree.show_horizontal_scrollbar)
        rows = [tree.render_line(row).text for row in range(2)]
        assert all("…" in row for row in rows)
        assert to_display(text.split()[0], "app", 0) in rows[0]
