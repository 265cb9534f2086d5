"""Single lines of the poem on the page: written anew, and marked."""

from __future__ import annotations

from console_support import console, field, letters, obey, on_the_page, press_and_write, status, told, until
from textual import events
from textual.widgets import Input, OptionList

from models.pretrained import shipped
from rumi_tui.console.screens.line import WIDTH, LineScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.widgets.page import Page
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.status_line import ERROR_SIGN
from rumi_tui.engine.messages import Judged
from rumi_tui.library.store import Library
from rumi_tui.verse.marks import LineMarks, Mark


async def test_a_line_is_written_anew_and_taken_back(library: Library, endless_file):
    async with console(library, endless_file, lines="3", keep="off") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        await obey(pilot, "/line 2 end candle")
        await until(pilot, lambda: status(pilot).startswith("line 2 is new"))
        second = library.poems()[0]
        lines, old_lines = second.text.split("\n"), first.text.split("\n")
        assert lines[1].endswith("candle")
        assert [lines[0], lines[2]] == [old_lines[0], old_lines[2]]
        assert on_the_page(pilot) == letters(second.text)
        assert field(pilot, "prompt").text == ""
        await pilot.press("f5")
        await until(pilot, lambda: on_the_page(pilot) == letters(first.text))
        await pilot.press("f6")
        await until(pilot, lambda: on_the_page(pilot) == letters(second.text))
        assert library.poem(first.id) == first


async def test_tries_at_a_line_are_seen_and_escape_leaves_the_poem_as_it_was(library: Library):
    async with console(library, shipped("en"), lines="3", keep="off") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        await obey(pilot, "/line 2 rhyme lantern")
        await until(pilot, lambda: on_the_page(pilot) != letters(first.text))
        await pilot.press("escape")
        await until(pilot, lambda: status(pilot) == "the poem is unchanged")
        assert on_the_page(pilot) == letters(first.text)
        assert library.poems() == [first]
        again = await press_and_write(pilot, library, "ctrl+r")
        assert on_the_page(pilot) == letters(again.text)


async def test_a_line_is_chosen_from_the_poem(library: Library, endless_file):
    async with console(library, endless_file, lines="3", keep="off") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        await pilot.press("alt+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LineScreen))
        assert pilot.app.screen.query_one(OptionList).highlighted == 2
        await pilot.press("up", *"rhyme", "enter")
        await until(pilot, lambda: told(pilot))
        assert "3 rhyme love" in told(pilot)[0]
        await pilot.press(*["backspace"] * 5, *"9 end drum", "enter")
        await until(pilot, lambda: told(pilot)[1:])
        assert "no line 9" in told(pilot)[1]
        assert all(len(ERROR_SIGN + each) < WIDTH for each in told(pilot))
        assert isinstance(pilot.app.screen, LineScreen)
        await pilot.press(*["backspace"] * 10)
        pilot.app.screen.query_one(OptionList).focus()
        pilot.app.post_message(events.Paste("2 end\n drum\n"))
        await until(pilot, lambda: field(pilot, "wish", Input).value == "2 end drum")
        assert pilot.app.screen.query_one(OptionList).highlighted == 1
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await until(pilot, lambda: status(pilot).startswith("line 2 is new"))
        assert library.poems()[0].text.split("\n")[1].endswith("drum")
        assert library.poems()[0].text.split("\n")[0] == first.text.split("\n")[0]


async def test_the_choice_of_a_line_begins_at_the_first_that_breaks_the_form(library: Library, endless_file):
    async with console(library, endless_file) as pilot:
        for text, broken, number, count in (
            ("a\nb\nc\n", [], 3, 3),
            ("a\nb\nc", [2, 3], 2, 3),
            ("a\n\nb", [], 3, 3),
            ("\n", [], 1, 1),
        ):
            screen = LineScreen(text, broken, "app")
            await pilot.app.push_screen(screen)
            choices = screen.query_one(OptionList)
            assert (choices.highlighted, choices.option_count) == (number - 1, count)
            screen.dismiss(None)
        page = pilot.app.screen.query_one(Page)
        page.mark(Judged([LineMarks(), LineMarks(faults=["rhyme"])], ""))
        assert page.broken == [2]


async def test_a_wish_that_cannot_be_is_told_and_the_poem_stays(library: Library, endless_file):
    async with console(library, endless_file, lines="2", keep="off") as pilot:
        await obey(pilot, "/line 1")
        await until(pilot, lambda: "There is no poem" in told(pilot, is_error=False)[-1])
        first = await press_and_write(pilot, library, *"amber", "enter")
        for line, sentence in (
            ("/line 9", "no line 9"),
            ("/line 1 rhyme چراغ", "cannot be spelled"),
            ("/line x", "3 rhyme"),
        ):
            await obey(pilot, line)
            await until(pilot, lambda sentence=sentence: any(sentence in each for each in told(pilot)))
        await until(pilot, lambda: on_the_page(pilot) == letters(first.text))
        assert library.poems() == [first]


async def test_a_poem_with_a_new_line_is_gone_on_with_but_not_compared(library: Library, endless_file):
    async with console(library, endless_file, lines="2", keep="off") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        await obey(pilot, "/line 2")
        await until(pilot, lambda: status(pilot).startswith("line 2 is new"))
        second = library.poems()[0]
        await pilot.press("f7")
        await until(pilot, lambda: any("was rewritten" in each for each in told(pilot)))
        whole = await press_and_write(pilot, library, "ctrl+g")
        assert whole.id == second.id
        assert whole.text.startswith(second.text + "\n")


async def test_marks_come_and_go_with_a_key_and_follow_the_poem(library: Library, endless_file):
    async with console(library, endless_file, lines="2", keep="off") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        await pilot.press("alt+m")
        await until(pilot, lambda: "syllable" in on_the_page(pilot))
        await press_and_write(pilot, library, "ctrl+r")
        await until(pilot, lambda: on_the_page(pilot).count("syllable") == 2)
        await pilot.press("f5")
        line = letters(first.text.split("\n")[0])
        await until(pilot, lambda: "syllable" in on_the_page(pilot) and line in on_the_page(pilot))
        await pilot.press("alt+m")
        await until(pilot, lambda: on_the_page(pilot) == letters(first.text))


async def test_marks_stand_on_their_letters_in_both_directions(library: Library, endless_file):
    for text, mark, letters_marked in (
        ("amber candle\nx", Mark(6, 12, "rhyme"), "candle"),
        ("چراغ دریا\nx", Mark(5, 9, "refrain"), "".join(reversed("ﺩﺭﯾﺎ"))),
    ):
        async with console(library, endless_file) as pilot:
            view = pilot.app.screen.query_one(PoemView)
            view.show(text, [range(3)], "free")
            view.mark([LineMarks(marks=[mark])])
            underlined = [segment.text for segment in view.render_line(0) if segment.style and segment.style.underline]
            assert underlined == [letters_marked]


async def test_feet_are_read_from_the_side_of_their_line_and_faults_are_told(library: Library, endless_file):
    feet = ["–⏑––", "⏑–"]
    for size, columns in (((80, 24), 2), ((60, 24), 1)):
        async with console(library, endless_file, size) as pilot:
            view = pilot.app.screen.query_one(PoemView)
            view.show("چراغ دریا\nسنگ", (), "ghazal")
            plain = view.virtual_size.height
            view.mark([LineMarks(feet=feet, faults=["rhyme"]), LineMarks(feet=feet[:1])])
            assert view.virtual_size.height == plain + 2 // columns
            rows = [view.render_line(row).text.rstrip() for row in range(view.virtual_size.height)]
            below = rows[1].split("    ")[-1].strip()
            assert below == "no rhyme  –∪ | ––∪–"
            assert rows[1].endswith("–∪ | ––∪–")
            assert len(rows[1]) == len(rows[0])


async def test_what_the_marks_mean_is_told_with_how_the_poem_came_about(library: Library, endless_file):
    async with console(library, endless_file, lines="2", keep="off") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        page = pilot.app.screen.query_one("Page")
        line = LineMarks(marks=[Mark(0, 2, "refrain"), Mark(0, 1, "rhyme")])
        page.mark(Judged([line], "فعولن (متقارب)"))
        assert " · rhyme refrain · " in status(pilot)
        assert status(pilot).startswith("seed ")
