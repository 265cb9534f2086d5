from __future__ import annotations

import pytest
from support import verse
from textual.app import App, ComposeResult

from rumi_tui.bidi import to_display
from rumi_tui.console.widgets.lens_view import LEVELS, LINE_END, LensView, level
from rumi_tui.engine.written import TokenScore
from rumi_tui.verse.marks import LineMarks, Mark


def poem(language: str) -> str:
    return "\n".join(line for line in verse(2, language=language).split("\n") if line)


def scores(text: str) -> list[TokenScore]:
    return [TokenScore(character, float(index % 7), 1.0, ()) for index, character in enumerate(text)]


class Showing(App[None]):
    CSS = "LensView { overflow-x: hidden; scrollbar-size-vertical: 1; &>.lens--cursor { text-style: reverse; } }"

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def compose(self) -> ComposeResult:
        yield LensView("app")

    def on_mount(self) -> None:
        self.query_one(LensView).show(scores(self.text), self.text)


@pytest.mark.parametrize("width", [20, 24, 80, 300])
@pytest.mark.parametrize("language", ["en", "fa"])
async def test_every_place_has_its_cell_and_none_is_wider_than_the_view(language, width):
    text = poem(language)
    async with Showing(text).run_test(size=(width, 10)) as pilot:
        view = pilot.app.query_one(LensView)
        shown = [place for row in view._rows for glyph in row for place in glyph.scores]
        assert sorted(shown) == list(range(len(text)))
        assert max(len(row) + indent for row, indent in zip(view._rows, view._indents, strict=True)) <= width
        assert sum(glyph.text == LINE_END for row in view._rows for glyph in row) == text.count("\n") > 4


@pytest.mark.parametrize("language", ["en", "fa"])
async def test_the_cursor_goes_over_the_whole_poem_and_no_further(language):
    text = poem(language)
    onwards, back = ("left", "right") if language == "fa" else ("right", "left")
    async with Showing(text).run_test(size=(30, 10)) as pilot:
        view = pilot.app.query_one(LensView)
        view.focus()
        for place in range(1, len(text)):
            await pilot.press(onwards)
            assert view.cursor == place
        await pilot.press(onwards, "down")
        assert view.cursor == len(text) - 1
        await pilot.press("home")
        assert view.cursor == 0
        await pilot.press(back, "up")
        assert view.cursor == 0
        await pilot.press("down", "end")
        assert view.cursor == len(text) - 1


async def test_nothing_to_show_is_no_trouble():
    async with Showing("").run_test() as pilot:
        view = pilot.app.query_one(LensView)
        view.focus()
        await pilot.press("left", "right", "up", "down", "home", "end")
        assert view.cursor == 0


def test_surprises_fall_into_shades():
    assert [level(bits) for bits in (0, *LEVELS, 99)] == [0, 1, 2, 3, 4, 4]


def under_the_cursor(view: LensView, text: str) -> str:
    unit = view.units[view._number]
    return text[unit.begin : unit.end]


def highlighted(view: LensView) -> str:
    """What is drawn under the cursor, in the order of the screen."""
    strips = [view.render_line(y) for y in range(len(view._drawn))]
    return "".join(part.text for strip in strips for part in strip if part.style and part.style.reverse)


@pytest.mark.parametrize("language", ["en", "fa"])
async def test_keys_move_by_word_and_by_line_and_one_key_goes_over_to_the_next(language):
    text = poem(language)
    onwards, back = ("left", "right") if language == "fa" else ("right", "left")
    words, lines = text.split(), text.split("\n")
    async with Showing(text).run_test(size=(30, 10)) as pilot:
        view = pilot.app.query_one(LensView)
        view.focus()
        for word in words[1:5]:
            await pilot.press(f"shift+{onwards}")
            assert under_the_cursor(view, text) == word
            assert sorted(highlighted(view)) == sorted(to_display(word, "app", 0))
        await pilot.press(f"alt+{back}")
        assert under_the_cursor(view, text) == words[3]
        await pilot.press("space")
        assert under_the_cursor(view, text) == f"{lines[0]}\n"
        for line in lines[1:3]:
            await pilot.press("shift+down")
            assert under_the_cursor(view, text) == f"{line}\n"
        await pilot.press("up", back)
        assert under_the_cursor(view, text) == f"{lines[0]}\n"
        await pilot.press("end")
        assert under_the_cursor(view, text) == lines[-1]
        await pilot.press("space", onwards)
        assert view.grain == "character"
        assert view.cursor == text.rindex(lines[-1]) + 1
        await pilot.press("space", "home")
        assert under_the_cursor(view, text) == words[0]


@pytest.mark.parametrize("grain", ["word", "line"])
async def test_marks_and_another_size_leave_the_cursor_where_it_leads_back_to(grain):
    text = poem("en")
    async with Showing(text).run_test(size=(30, 10)) as pilot:
        view = pilot.app.query_one(LensView)
        view.move_to(place := text.index("\n") - 2)
        view.action_go_over(grain)
        unit = under_the_cursor(view, text)
        view.mark([LineMarks([Mark(0, 3, "rhyme")])])
        await pilot.resize_terminal(50, 12)
        assert under_the_cursor(view, text) == unit
        view.action_go_over("character")
        assert view.cursor == place


async def test_pieces_of_words_belong_to_the_words_that_they_have_part_in():
    pieces = ["am", "ber", " can", "dle,", "\n", "drum"]
    async with Showing("").run_test(size=(30, 10)) as pilot:
        view = pilot.app.query_one(LensView)
        text = "first\n" + "".join(pieces)
        view.show([TokenScore(piece, 2.0, 1.0, ()) for piece in pieces], text)
        view.focus()
        for word, scores in (("amber", range(2)), ("candle", range(2, 4)), ("drum", range(5, 6))):
            view.action_by("word", 1 if word != "amber" else -1)
            assert under_the_cursor(view, text) == word
            assert view.units[view._number].scores == scores
            assert highlighted(view) == word


async def test_words_and_lines_are_shaded_by_their_mean():
    async with Showing("").run_test(size=(30, 10)) as pilot:
        view = pilot.app.query_one(LensView)
        pairs = zip("ab c\n", (1, 5, 9, 2, 0), strict=True)
        view.show([TokenScore(letter, bits, 1.0, ()) for letter, bits in pairs], "ab c\n")
        view.action_go_over("word")
        assert view._surprises == [3, 3, 9, 2, 0]
        view.action_go_over("line")
        assert view._surprises == [17 / 5] * 5


async def test_a_poem_without_words_has_only_its_lines():
    async with Showing("?!").run_test() as pilot:
        view = pilot.app.query_one(LensView)
        view.focus()
        await pilot.press("space")
        assert view.grain == "line"
        await pilot.press("shift+right", "shift+left", "space", "right")
        assert view.cursor == 1


def drawn(view: LensView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(len(view._drawn))]


async def test_marks_stand_below_their_letters_and_what_they_tell_below_the_line():
    async with Showing("amber candle\nbarley drum ember fennel").run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(LensView)
        plain = drawn(view)
        rhyme, copied = Mark(6, 12, "rhyme"), Mark(0, 11, "copied")
        view.mark([LineMarks(marks=[rhyme], syllables=4, faults=["metre"]), LineMarks(marks=[copied], syllables=7)])
        assert drawn(view) == [
            " amber candle↵",
            "       ══════",
            " 4 syllables  out of metre",
            " barley drum ember fennel",
            " ┄┄┄┄┄┄┄┄┄┄┄",
            " 7 syllables",
        ]
        await pilot.click(LensView, offset=(3, 1))
        await until_moved(pilot, view, 2)
        await pilot.press("down")
        assert view.cursor == len("amber candle\n") + 2
        view.mark(())
        assert drawn(view) == plain


async def until_moved(pilot, view: LensView, cursor: int) -> None:
    view.focus()
    await pilot.pause()
    assert view.cursor == cursor


async def test_marks_of_persian_are_read_from_the_right():
    text = "چراغ دریا\nسنگ باران"
    async with Showing(text).run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(LensView)
        view.mark([LineMarks(marks=[Mark(5, 9, "refrain")], feet=["–⏑––", "⏑–"], faults=["rhyme"])])
        line, signs, notes, *_ = drawn(view)
        assert notes.endswith("no rhyme  –∪ | ––∪–")
        assert signs.strip() == "────"
        assert line[signs.index("─") : signs.index("─") + 4] == to_display("دریا", "app", 0)
        assert len(notes) == len(line)


async def test_marks_are_those_of_the_lines_that_are_scored():
    async with Showing("").run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(LensView)
        view.show(scores("dle\ndrum"), "amber\ncandle\ndrum")
        lines = [LineMarks(marks=[Mark(0, 5, "copied")]), LineMarks(marks=[Mark(4, 6, "rhyme")]), LineMarks()]
        view.mark(lines)
        assert drawn(view) == [" dle↵", "  ══", " drum"]
