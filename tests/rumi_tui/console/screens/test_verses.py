from __future__ import annotations

import threading
from pathlib import Path

import pytest
from console_support import console, field, letters, on_the_page, until
from rich.cells import cell_len
from support import WORDS, write_corpus, write_works
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from rumi_tui.bidi import to_display
from rumi_tui.console import glosses
from rumi_tui.console.screens import verses
from rumi_tui.console.screens.piece import PieceScreen
from rumi_tui.console.screens.verses import VersesScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.wrap import shortened
from rumi_tui.library.real_verse import MACHINE_CAPTION, RealVerse
from rumi_tui.search.embeddings import Nearest
from rumi_tui.texts.corpus import parse_poems


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Texts to search, an index folder of their own, and no model of meaning."""
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(write_corpus(tmp_path / "texts")))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "texts"


def rows(pilot: Pilot) -> list[str]:
    """Of the list on the screen in front; none while it has none yet."""
    lists = pilot.app.screen.query(OptionList)
    return [str(option.prompt) for options in lists for option in options.options]


def words_of_rows(pilot: Pilot) -> list[list[str]]:
    """Of each couplet, however its lines are broken."""
    return [row.replace("▌", "").split() for row in rows(pilot)]


def widest(pilot: Pilot) -> int:
    """Cells of the longest row of all couplets."""
    return max((cell_len(line) for row in rows(pilot) for line in row.split("\n")), default=0)


def told_there(pilot: Pilot) -> str:
    return str(field(pilot, "status", Static).content)


async def open_verses(pilot: Pilot, key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, VersesScreen) and pilot.app.screen.query(Input))


@pytest.mark.parametrize("size", [(80, 24), (24, 8)])
async def test_couplets_are_found_by_words_page_by_page_and_the_machine_writes_on(library, endless_file, texts, size):
    word = WORDS["en"][0]
    async with console(library, endless_file, size, lines="4") as pilot:
        await open_verses(pilot, "ctrl+f")
        await pilot.press(*word, "enter")
        await until(pilot, lambda: rows(pilot))
        assert all(word in row for row in rows(pilot))
        first = words_of_rows(pilot)
        if "page 1 of 1 " not in told_there(pilot):
            await pilot.press("right")
            await until(pilot, lambda: words_of_rows(pilot) != first and rows(pilot))
            await pilot.press("left")
            await until(pilot, lambda: words_of_rows(pilot) == first)
        found = rows(pilot)
        couplet = pilot.app.screen._passages[0].couplet
        for _ in range(2):
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, PieceScreen) and rows(pilot))
            poems = parse_poems((texts / couplet.file).read_text("utf-8").split("\n"), "free")
            assert " ".join(rows(pilot)).split() in [poem.text.split() for poem in poems]
            piece = pilot.app.screen.query_one(OptionList)
            assert rows(pilot)[piece.highlighted].split() == couplet.verse.split()
            heading = field(pilot, "heading", Static)
            await until(pilot, lambda heading=heading: str(heading.content).startswith(f"{couplet.place}\n"))
            await pilot.press("enter")
            assert isinstance(pilot.app.screen, PieceScreen)
            await pilot.press("ctrl+y")
            await until(pilot, lambda: pilot.app.clipboard)
            assert pilot.app.clipboard.split("\n")[: couplet.verse.count("\n") + 1] == couplet.verse.split("\n")
            assert couplet.place in pilot.app.clipboard
            await pilot.press("alt+g")
            await until(pilot, lambda piece=piece: glosses.NOTHING in rows(pilot)[piece.highlighted])
            await pilot.press("alt+g")
            await until(pilot, lambda piece=piece: rows(pilot)[piece.highlighted].split() == couplet.verse.split())
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, VersesScreen))
            assert rows(pilot) == found
            assert library.poems() == []
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PieceScreen) and rows(pilot))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await until(pilot, lambda: library.poems() and library.poems()[0].passages[0].ending)
        [kept] = library.poems()
        assert kept.text.startswith(couplet.verse)
        assert kept.title == f"After Rumi: {couplet.place}"
        assert kept.form == couplet.form
        lines = couplet.verse.count("\n") + 1
        width = pilot.app.screen.query_one(PoemView).size.width - 2
        his, its = (letters(shortened(words, width)) for words in (kept.real.caption, MACHINE_CAPTION))
        parts = [letters("".join(part)) for part in (kept.text.split("\n")[:lines], kept.text.split("\n")[lines:])]
        await until(pilot, lambda: on_the_page(pilot) == his + parts[0] + its + parts[1])
        assert kept.real == RealVerse(length=len(couplet.verse) + 1, place=couplet.place)


async def test_the_words_that_were_searched_for_are_marked(library, endless_file, texts):
    word = WORDS["fa"][0]
    async with console(library, endless_file) as pilot:
        field(pilot, "prompt").text = f"/search {word}"
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen.query(OptionList) and rows(pilot))
        for option in pilot.app.screen.query_one(OptionList).options:
            marked = {option.prompt.plain[span.start : span.end] for span in option.prompt.spans}
            assert len(marked) == 1


@pytest.mark.parametrize("mode", ["terminal", "app", "off"])
@pytest.mark.parametrize(("line", "word"), [("The seas, the sea", "sea"), ("دل دریا در دلِ دریا", "دل")])
def test_words_are_marked_whichever_way_a_line_runs(mode, line, word):
    hit = to_display(word, mode, 0).strip()
    content = verses._marked(to_display(line, mode, 30), {hit})
    assert {content.plain[span.start : span.end] for span in content.spans} == {hit}


async def test_a_key_glosses_the_couplet_and_says_that_it_is_no_translation(
    library, endless_file, tmp_path, monkeypatch
):
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(write_works(tmp_path / "texts")))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    async with console(library, endless_file) as pilot:
        field(pilot, "prompt").text = f"/search {WORDS['fa'][0]}"
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen.query(OptionList) and rows(pilot))
        options = pilot.app.screen.query_one(OptionList)
        await until(pilot, lambda: options.show_vertical_scrollbar)
        await until(pilot, lambda: 0 < widest(pilot) <= options.scrollable_content_region.width - 2)
        first = rows(pilot)
        await pilot.press("alt+g")
        await until(pilot, lambda: rows(pilot) != first)
        assert rows(pilot)[0].split()[: len(first[0].split())] == first[0].split()
        assert "A gloss, word by word, and not a translation:" in rows(pilot)[0]
        assert rows(pilot)[1:] == first[1:]
        assert pilot.app.screen.max_scroll_y == 0  # the list scrolls, and not the page
        await pilot.resize_terminal(60, 24)
        await until(pilot, lambda: 0 < widest(pilot) < 60)
        assert "A gloss, word by word, and not a translation:" in rows(pilot)[0]


async def test_a_question_typed_as_a_command_is_answered_or_told_that_nothing_bears_on_it(library, endless_file, texts):
    word = WORDS["en"][0]
    async with console(library, endless_file) as pilot:
        field(pilot, "prompt").text = f"/ask where is the {word}?"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, VersesScreen) and rows(pilot))
        assert all(word in row for row in rows(pilot))
        pilot.app.screen.query_one(Input).value = "zzz?"
        pilot.app.screen.query_one(Input).focus()
        await pilot.press("enter")
        await until(pilot, lambda: told_there(pilot) == "Nothing in the texts bears on this.")
        assert rows(pilot) == []
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        assert library.poems() == []


async def test_a_second_question_is_typed_over_the_first_while_its_answer_is_looked_at(library, endless_file, texts):
    first, second = WORDS["en"][:2]
    async with console(library, endless_file) as pilot:
        await open_verses(pilot, "ctrl+k")
        await pilot.press(*first, "enter")
        await until(pilot, lambda: rows(pilot) and pilot.app.screen.query_one(OptionList).has_focus)
        words = pilot.app.screen.query_one(Input)
        await pilot.press("g")
        await until(pilot, lambda: words.value == "g")
        await pilot.press("backspace")
        pilot.app.screen.query_one(OptionList).focus()
        await until(pilot, lambda: pilot.app.screen.query_one(OptionList).has_focus)
        for letter in second:  # faster than the focus follows
            pilot.app.post_message(events.Key(letter, letter))
        await until(pilot, lambda: words.value == second)
        pilot.app.screen.query_one(OptionList).focus()
        await until(pilot, lambda: pilot.app.screen.query_one(OptionList).has_focus)
        pilot.app.post_message(events.Paste(f"{first}\n{second}"))
        await until(pilot, lambda: words.value == first)
        pilot.app.post_message(events.Paste(f" {second}"))
        await until(pilot, lambda: words.value == f"{first} {second}")
        words.value = second
        await pilot.press("enter")
        await until(pilot, lambda: rows(pilot) and all(second in row for row in rows(pilot)))
        pilot.app.post_message(events.Key("alt+g", "g"))  # as some terminals send it
        await pilot.pause()
        assert words.value == second


class Reading:
    """A reading for meaning that goes on until it is told to end."""

    def __init__(self, complaint: str = "") -> None:
        self.share, self.complaint, self.is_running = 0.25, "", False
        self._last_words = complaint

    def start(self) -> None:
        self.is_running = True

    def end(self) -> None:
        self.is_running, self.complaint = False, self._last_words


async def test_a_question_is_answered_by_words_while_the_texts_are_read_for_their_meaning(
    library, endless_file, texts, monkeypatch
):
    word, nearest, reading = WORDS["en"][0], [], Reading()

    class Meaning:
        def nearest(self, texts, count):
            return Nearest(nearest, 1.0)

    monkeypatch.setattr(verses, "is_model_here", lambda: True)
    monkeypatch.setattr(verses, "reading", reading)
    monkeypatch.setattr("rumi_tui.search.embeddings.open_embeddings", lambda *_: Meaning() if nearest else None)
    async with console(library, endless_file) as pilot:
        await open_verses(pilot, "ctrl+k")
        await pilot.press(*word, "enter")
        await until(pilot, lambda: rows(pilot) and "for their meaning, once: 25%" in told_there(pilot))
        by_words = rows(pilot)
        assert all(word in row for row in by_words)
        nearest.append(pilot.app.screen._passages[-1].couplet.id)
        nearest *= 20
        reading.end()
        await until(pilot, lambda: told_there(pilot) == "")
        assert rows(pilot) != by_words


async def test_a_reading_goes_on_when_the_page_is_left_and_does_not_disturb_who_types(
    library, endless_file, texts, monkeypatch
):
    first, second = WORDS["en"][:2]
    reading = Reading()
    monkeypatch.setattr(verses, "is_model_here", lambda: True)
    monkeypatch.setattr(verses, "reading", reading)
    async with console(library, endless_file) as pilot:
        await open_verses(pilot, "ctrl+k")
        await pilot.press(*first, "enter")
        await until(pilot, lambda: rows(pilot) and reading.is_running)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        assert reading.is_running
        await open_verses(pilot, "ctrl+k")
        await pilot.press(*second, "enter")
        await until(pilot, lambda: rows(pilot) and "once: 25%" in told_there(pilot))
        words = pilot.app.screen.query_one(Input)
        words.focus()
        await pilot.press("x")
        monkeypatch.setattr(verses, "is_model_here", lambda: False)
        reading.end()
        await until(pilot, lambda: told_there(pilot) == "")
        assert all(second in row for row in rows(pilot))
        assert pilot.app.focused is words


async def test_what_ended_the_reading_is_told_and_words_still_answer(library, endless_file, texts, monkeypatch):
    reading = Reading("The model of meaning cannot be read.")
    monkeypatch.setattr(verses, "is_model_here", lambda: True)
    monkeypatch.setattr(verses, "reading", reading)
    async with console(library, endless_file) as pilot:
        await open_verses(pilot, "ctrl+k")
        await pilot.press(*WORDS["en"][0], "enter")
        await until(pilot, lambda: reading.is_running)
        reading.end()
        await until(pilot, lambda: told_there(pilot) == reading.complaint)
        assert rows(pilot)


async def test_a_question_that_another_has_replaced_is_not_heard_of_again(library, endless_file, texts, monkeypatch):
    first, second = WORDS["en"][:2]
    begun, go_on, ended = (threading.Event() for _ in range(3))

    def opening(index, kept):
        if begun.is_set():
            return
        try:
            begun.set()
            assert go_on.wait(timeout=60)
        finally:
            ended.set()

    monkeypatch.setattr("rumi_tui.search.embeddings.open_embeddings", opening)
    async with console(library, endless_file) as pilot:
        await open_verses(pilot, "ctrl+k")
        await pilot.press(*first, "enter")
        await until(pilot, begun.is_set)
        pilot.app.screen.query_one(Input).value = second
        pilot.app.screen.query_one(Input).focus()
        await pilot.press("enter")
        await until(pilot, lambda: rows(pilot) and all(second in row for row in rows(pilot)))
        go_on.set()
        await until(pilot, ended.is_set)
        await pilot.pause()
        assert told_there(pilot) == ""
        assert all(second in row for row in rows(pilot))


async def test_without_texts_it_says_what_to_do(library, endless_file, tmp_path, monkeypatch):
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(tmp_path / "none"))
    async with console(library, endless_file) as pilot:
        await open_verses(pilot, "ctrl+k")
        await pilot.press(*"love", "enter")
        await until(pilot, lambda: "rumi-corpus fetch" in told_there(pilot))
        assert told_there(pilot).startswith("Type /fetch into the prompt to bring Rumi's verse")
        assert told_there(pilot).endswith(f"There are no texts in {tmp_path / 'none'}.")
        await pilot.press("escape")


async def test_a_persian_couplet_that_is_longer_than_the_screen_is_broken_from_its_beginning(
    library, endless_file, tmp_path, monkeypatch
):
    lines = [" ".join(WORDS["fa"][:12]), " ".join(WORDS["fa"][:11])]
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "long.txt").write_text("\n".join(lines) + "\n", "utf-8")
    entry = '[[text]]\nfile = "long.txt"\nlanguage = "fa"\nform = "couplet"\n'
    (tmp_path / "texts" / "corpus.toml").write_text(entry)
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(tmp_path / "texts"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    async with console(library, endless_file, (120, 40)) as pilot:
        field(pilot, "prompt").text = f"/search {WORDS['fa'][0]}"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, VersesScreen) and rows(pilot))
        whole = len(rows(pilot)[0].split("\n"))
        await pilot.resize_terminal(40, 16)
        await until(pilot, lambda: len(rows(pilot)[0].split("\n")) > whole)
        drawn = [row for row in rows(pilot)[0].split("\n") if row.startswith("▌")]
        words = [word for row in drawn for word in reversed(row.removeprefix("▌").split())]
        assert words == [to_display(word, "app", 0) for line in lines for word in line.split()]
