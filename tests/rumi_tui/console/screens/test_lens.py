from __future__ import annotations

import asyncio
import gc
import math
import weakref

import pytest
from console_support import (
    SIZES,
    begin_without_end,
    console,
    field,
    letters,
    on_the_page,
    open_lens,
    press_and_write,
    status,
    told,
    until,
)
from textual.strip import Strip
from textual.widgets import OptionList, Static

from rumi_tui.console.screens.lens import LensScreen, certainty, name_of, share
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.widgets.lens_view import LensView
from rumi_tui.console.widgets.poem_view import FAULTS
from rumi_tui.console.writing.draft import Draft
from rumi_tui.console.writing.history import Snapshot
from rumi_tui.console.writing.look import Look
from rumi_tui.engine.lens import token_scores
from rumi_tui.engine.messages import Inspected, OfferedLines
from rumi_tui.engine.other_lines import OtherLines
from rumi_tui.engine.request import Request
from rumi_tui.engine.word_beam import COUNT, other_words
from rumi_tui.engine.written import LineChoice
from rumi_tui.library.poem import Branch


@pytest.mark.parametrize("size", SIZES)
async def test_another_choice_branches_the_poem_there_and_writes_on(library, endless_file, endless, write_again, size):
    async with console(library, endless_file, size, lines="4") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        await open_lens(pilot)
        scores = token_scores(endless, endless.tokenizer, first.form, first.text)
        second = await press_and_write(pilot, library, *["right"] * 7, "enter", "down", "enter")
        assert second.branch == Branch(first.id, 7)
        assert second.text.startswith(first.text[:7] + scores[7].likeliest[1].text)
        assert len(second.text) > 8
        assert isinstance(pilot.app.screen, WriteScreen)
        assert on_the_page(pilot) == letters(second.text)
        assert library.poem(first.id) == first
        assert write_again(second, endless) == second.text


async def test_it_shows_the_surprise_and_the_choices_under_the_cursor(library, endless_file, endless):
    async with console(library, endless_file, (120, 40), lines="3") as pilot:
        kept = await press_and_write(pilot, library, "enter")
        await open_lens(pilot)
        place = token_scores(endless, endless.tokenizer, kept.form, kept.text)[2]
        await pilot.press("right", "right")
        await until(pilot, lambda: f"surprise {place.surprise:.1f}\n" in str(field(pilot, "thought", Static).content))
        assert str(field(pilot, "thought", Static).content).endswith(f"\nhere: {certainty(place.entropy)}")
        choices = pilot.app.screen.query_one(OptionList)
        rows = [str(choices.get_option_at_index(index).prompt) for index in range(choices.option_count)]
        for row, choice in zip(rows, place.likeliest, strict=True):
            assert name_of(choice.text) in row
            assert share(choice.probability) in row
            assert row.startswith("●") == (choice.text == place.text)
        average = sum(p.surprise for p in token_scores(endless, endless.tokenizer, kept.form, kept.text)) / len(
            kept.text
        )
        assert f"{average:.2f} on average" in str(field(pilot, "legend", Static).content)


async def test_a_poem_of_words_branches_between_its_pieces(library, word_pair, words):
    async with console(library, word_pair[1], lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber can", "enter")
        await open_lens(pilot)
        scores = token_scores(words, words.tokenizer, first.form, first.text)
        view = pilot.app.screen.query_one(LensView)
        view.move_to(len(scores) - 1)
        await pilot.pause()
        kept = "".join(place.text for place in scores[:-1])
        await pilot.press("enter")
        chosen = next(index for index, choice in enumerate(scores[-1].likeliest) if choice.text)
        second = await press_and_write(pilot, library, "enter")
        assert second.branch == Branch(first.id, len(kept))
        assert second.text.startswith(kept + scores[-1].likeliest[chosen].text)


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_the_last_row_tells_the_keys_that_lead_on_and_back(library, endless_file, size):
    async with console(library, endless_file, size, lines="2", keep="off") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        view = await open_lens(pilot)
        moves = "" if size[0] == 40 else "shift+←→ Word  shift+↑↓ Line"
        for grain in ("word", "line", "letter"):
            keys = f"space By {grain}  ⏎ Choose  esc Back"
            await until(pilot, lambda keys=keys: keys in last_row(pilot) and moves in last_row(pilot))
            await pilot.press("space")
        await pilot.press("enter")
        await until(pilot, lambda: not view.has_focus and "⏎ Branch with it  esc Back" in last_row(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: view.has_focus)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        assert library.poems() == [kept]


def last_row(pilot) -> str:
    return pilot.app.screen._compositor.render_strips()[-1].text


async def test_leaving_before_the_poem_is_read_leaves_nothing_behind(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        for _ in range(2):
            await pilot.app.screen.action_lens()
            pilot.app.screen.dismiss(None)
            await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        kept = await press_and_write(pilot, library, "ctrl+r")
        await until(pilot, lambda: on_the_page(pilot) == letters(kept.text))
        assert kept.passages[-1].ending == "lines"


def rows_in_memory(words: str) -> int:
    """How many rows with these words widgets have drawn and not forgotten."""
    gc.collect()
    return sum(type(each) is Strip and words in each.text for each in gc.get_objects())


async def test_lenses_that_were_left_are_not_kept_in_memory(library, endless_file):
    gc.collect()
    gc.freeze()  # a million objects that are no part of a lens are not looked through again and again
    async with console(library, endless_file, lines="2") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        most = 0
        for _ in range(4):
            lens = weakref.ref(await open_lens(pilot))
            await until(pilot, lambda: rows_in_memory("as open as"))
            most = most or rows_in_memory("as open as")
            await pilot.press("escape")
            await until(pilot, lambda lens=lens: (gc.collect(), lens())[1] is None)
        assert rows_in_memory("as open as") <= most


async def test_what_was_read_comes_too_late_for_a_lens_that_is_half_taken_apart(library, endless_file, endless):
    left = asyncio.Event()

    async def reports():
        await left.wait()
        yield Inspected(scores=token_scores(endless, endless.tokenizer, "free", "amber"), model_sha256="")

    async with console(library, endless_file) as pilot:

        class Late(Look):
            def scores(self):
                return reports()

        draft = Draft(library, str(endless_file), "", "free", "amber")
        lens = LensScreen(Late(pilot.app.writer, Snapshot(draft), lambda: None), "app")
        await pilot.app.push_screen(lens)
        await lens.query_one("#legend").remove()
        lens.dismiss(None)
        left.set()
        await pilot.app.workers.wait_for_complete()
        assert isinstance(pilot.app.screen, WriteScreen)


async def test_a_click_moves_the_cursor(library, endless_file):
    async with console(library, endless_file, (120, 40), lines="3") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        view = await open_lens(pilot)
        await pilot.click(LensView, offset=(4, 0))
        await until(pilot, lambda: view.cursor == 3)


async def test_opening_the_lens_stops_what_is_being_written(library, endless_file):
    async with console(library, endless_file, lines="1000000") as pilot:
        await pilot.press(*"amber", "enter")
        await until(pilot, lambda: library.poems() and len(library.poems()[0].text) > 100)
        await open_lens(pilot)
        assert "".join(place.text for place in pilot.app.screen._scores) == library.poems()[0].text[-4096:]


async def test_without_a_poem_there_is_nothing_to_look_into(library, endless_file):
    async with console(library, endless_file) as pilot:
        for key in ("f2", "f3", "ctrl+n"):
            await pilot.press(key)
        await until(pilot, lambda: len(told(pilot, is_error=False)) == 3)
        assert isinstance(pilot.app.screen, WriteScreen)


async def test_a_model_file_that_is_gone_is_told_and_the_page_stays(library, tmp_path, endless_file):
    poem = library.begin(str(tmp_path / "gone.onnx"), "0" * 64, "couplet", "amber")
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+l", "enter")
        await until(pilot, lambda: on_the_page(pilot) == "amber")
        await pilot.press("f2")
        await until(pilot, lambda: any("gone.onnx" in sentence for sentence in told(pilot)))
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
    assert library.poem(poem).text == "amber"


async def test_a_poem_of_another_model_file_says_so(library, endless_file):
    library.begin(str(endless_file), "0" * 64, "couplet", "amber")
    async with console(library, endless_file, (120, 40)) as pilot:
        await pilot.press("ctrl+l", "enter")
        await until(pilot, lambda: on_the_page(pilot) == "amber")
        await open_lens(pilot)
        assert "another model file wrote this poem" in str(field(pilot, "legend", Static).content)


@pytest.mark.parametrize(
    ("piece", "name"), [(" ", "space"), ("\n", "line end"), ("", "the end"), ("\u064f", "◌\u064f"), (" can", " can")]
)
def test_what_cannot_be_seen_has_a_name(piece: str, name: str):
    assert name_of(piece) == name


@pytest.mark.parametrize(
    ("bits", "words"), [(0.0, "certain"), (0.3, "nearly certain"), (1.0, "as open as 2 equal choices")]
)
def test_an_entropy_is_told_in_words(bits: float, words: str):
    assert certainty(bits) == words


def rows(pilot) -> list[str]:
    choices = pilot.app.screen.query_one(OptionList)
    return [str(choices.get_option_at_index(index).prompt) for index in range(choices.option_count)]


def thought(pilot) -> str:
    return str(field(pilot, "thought", Static).content)


@pytest.mark.parametrize("size", SIZES)
async def test_another_word_branches_the_poem_there_and_writes_on(library, endless_file, endless, write_again, size):
    async with console(library, endless_file, size, lines="3", keep="off") as pilot:
        first = await press_and_write(pilot, library, *"amber candle", "enter")
        await open_lens(pilot)
        words = other_words(endless, endless.tokenizer, first.form, first.text, 6)
        standing = next(word for word in words if first.text[6:].startswith(word.text))
        await pilot.press("shift+right", "shift+right", "shift+left")
        bits = -math.log2(standing.probability)
        words_on_it = f"likely\nsurprise {bits:.1f}, {bits / len(standing.text):.2f} a character"
        await until(pilot, lambda: thought(pilot).endswith(words_on_it))
        for row, word in zip(rows(pilot), words, strict=True):
            assert word.text in row
            assert share(word.probability) in row
            assert row.startswith("●") == (word.text == standing.text)
        number = next(number for number, word in enumerate(words) if word.text != standing.text)
        second = await press_and_write(pilot, library, "enter", *["down"] * number, "enter")
        assert second.branch == Branch(first.id, 6)
        assert second.text.startswith(first.text[:6] + words[number].text + words[number].closing)
        assert len(second.text) > 6 + len(words[number].text)
        assert write_again(second, endless) == second.text
        assert library.poem(first.id) == first


async def test_the_bar_is_on_the_first_choice_that_changes_something(library, endless_file):
    async with console(library, endless_file, keep="off", temperature="0") as pilot:
        await begin_without_end(pilot, library, *"amber")
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in status(pilot))
        await open_lens(pilot)
        await pilot.press("end", "left", "enter")
        choices = pilot.app.screen.query_one("#choices", OptionList)
        await until(pilot, lambda: choices.has_focus)
        assert rows(pilot)[0].startswith("●")  # the likeliest stands everywhere
        assert choices.highlighted == 1


async def test_from_words_and_lines_one_comes_back_to_the_same_letter(library, endless_file):
    async with console(library, endless_file, lines="2", keep="off") as pilot:
        await press_and_write(pilot, library, *"amber candle", "enter")
        await open_lens(pilot)
        view = pilot.app.screen.query_one(LensView)
        await pilot.press("right", "right", "right", "space", "space", "space")
        assert (view.grain, view.cursor) == ("character", 3)
        await pilot.press("shift+right", "space")
        assert (view.grain, view.cursor) == ("line", 0)
        await pilot.press("space")
        assert (view.grain, view.cursor) == ("character", 6)


async def test_another_word_of_pieces_branches_between_words(library, word_pair, words):
    async with console(library, word_pair[1], lines="2", keep="off") as pilot:
        first = await press_and_write(pilot, library, *"amber candle", "enter")
        await open_lens(pilot)
        offered = other_words(words, words.tokenizer, first.form, first.text, 6)
        await pilot.press("shift+right")
        await until(pilot, lambda: len(rows(pilot)) == len(offered) and " a character" in thought(pilot))
        second = await press_and_write(pilot, library, "enter", "enter")
        assert second.branch == Branch(first.id, 6)
        assert second.text.startswith("amber " + offered[0].text)


@pytest.mark.parametrize("keep", ["off", "loose"])
async def test_another_line_branches_the_poem_there_and_writes_on(library, endless_file, endless, write_again, keep):
    async with console(library, endless_file, (120, 40), lines="4", keep=keep, seed="5") as pilot:
        field(pilot, "form").value = "free"
        first = await press_and_write(pilot, library, *"amber", "enter")
        begin = first.text.index("\n") + 1
        request = Request(form="free", text=first.text[:begin], seed=5, lines=4, keep=keep)
        lines = OtherLines(endless, endless.description, request)
        assert list(lines)
        await open_lens(pilot)
        await pilot.press("shift+down")
        await until(pilot, lambda: len(rows(pilot)) == len(lines.choices) and "a character" in rows(pilot)[0])
        scores = token_scores(endless, endless.tokenizer, "free", first.text)
        length = len(first.text.split("\n")[1]) + 1
        bits = sum(score.surprise for score in scores[begin : begin + length])
        assert thought(pilot).startswith(f"line 2: surprise {bits:.1f}\n{bits / length:.2f} a character")
        for row, line in zip(rows(pilot), lines.choices, strict=True):
            assert letters(line.text) in letters(row)
            assert f"surprise {line.nats / math.log(2) / (len(line.text) + 1):.2f} a character" in row
            assert all(letters(FAULTS[fault]) in letters(row) for fault in line.faults)
        second = await press_and_write(pilot, library, "enter", "down", "enter")
        assert second.branch == Branch(first.id, begin)
        assert second.text.startswith(f"{first.text[:begin]}{lines.choices[1].text}\n")
        assert write_again(second, endless) == second.text


async def test_a_line_with_which_the_model_ends_the_poem_ends_it(library, endless_file):
    class Ended(Look):
        async def lines(self, at):
            yield OfferedLines([LineChoice("candle", 1.0, [], True)])

    async with console(library, endless_file, lines="2", keep="off") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        page = pilot.app.screen
        page._desk.look = lambda snapshot, settings: Ended(pilot.app.writer, snapshot, settings)
        await open_lens(pilot)
        await pilot.press("shift+down")
        await until(pilot, lambda: rows(pilot) and "candle" in rows(pilot)[0])
        await pilot.press("enter", "enter")
        await until(pilot, lambda: status(pilot) == "the poem ends here")
        begin = first.text.index("\n") + 1
        assert library.poems()[0].text == f"{first.text[:begin]}candle"
        assert library.poems()[0].branch == Branch(first.id, begin)


async def test_lines_that_are_tried_when_the_lens_is_left_hold_nothing_up(library, endless_file):
    async with console(library, endless_file, lines="2", keep="strict") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        field(pilot, "keep").value = "strict"
        await open_lens(pilot)
        await pilot.press("space", "space", "down", "up")
        await until(pilot, lambda: pilot.app.screen._asked or pilot.app.screen._answers)  # the writing process is quick
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        kept = await press_and_write(pilot, library, "ctrl+r")
        await until(pilot, lambda: on_the_page(pilot) == letters(kept.text))


async def test_settings_that_nothing_can_be_written_with_are_told_and_words_are_offered_all_the_same(
    library, endless_file
):
    async with console(library, endless_file, lines="2", keep="off") as pilot:
        await press_and_write(pilot, library, *"amber candle", "enter")
        field(pilot, "temperature").value = "hot"
        await open_lens(pilot)
        await pilot.press("shift+down")
        await until(pilot, lambda: any("must be a number" in sentence for sentence in told(pilot)))
        assert rows(pilot) == []
        await pilot.press("shift+right")
        await until(pilot, lambda: len(rows(pilot)) >= COUNT)


async def test_marks_come_and_go_in_the_lens_too_and_are_those_of_the_page(library, endless_file):
    async with console(library, endless_file, (120, 40), lines="2", keep="off") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        await open_lens(pilot)
        await pilot.press("alt+m")
        await until(pilot, lambda: in_the_lens(pilot).count("syllables") == 2)
        await pilot.press("alt+m")
        await until(pilot, lambda: "syllables" not in in_the_lens(pilot))
        await pilot.press("escape", "alt+m")
        await until(pilot, lambda: "syllables" in on_the_page(pilot))
        await open_lens(pilot)
        await until(pilot, lambda: in_the_lens(pilot).count("syllables") == 2)


def in_the_lens(pilot) -> str:
    view = pilot.app.screen.query_one(LensView)
    return "\n".join(view.render_line(y).text for y in range(view.size.height))
