from __future__ import annotations

import threading
from pathlib import Path

import pytest
from console_support import SIZES, console, field, line, told, until
from rich.cells import cell_len
from support import write_works
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from rumi_tui.bidi import to_display
from rumi_tui.console import glosses
from rumi_tui.console.screens import reading
from rumi_tui.console.screens.contents import MOST, ContentsScreen
from rumi_tui.console.screens.reading import ReadingScreen
from rumi_tui.console.screens.verses import VersesScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.widgets.poem_view import SHORT
from rumi_tui.console.widgets.reading_view import LEAST, ReadingView
from rumi_tui.texts.opening import opening_at
from rumi_tui.texts.places import read_place
from rumi_tui.texts.reader import Works, open_works
from rumi_tui.texts.whole_poem import WholePoem
from rumi_tui.verse.metre import judge_of


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Works to read."""
    folder = write_works(tmp_path / "texts")
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def poem_of(texts: Path, typed: str) -> WholePoem:
    return open_works(texts).poem(read_place(typed))


async def read(pilot: Pilot, typed: str) -> ReadingView:
    """Opens the page as a command does, and waits until the verse is there."""
    field(pilot, "prompt").text = f"/read {typed}"
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, ReadingScreen))
    screen = pilot.app.screen
    await until(pilot, lambda: screen.query(ReadingView) and screen.query_one(ReadingView).couplet)
    return screen.query_one(ReadingView)


def drawn(view: ReadingView) -> str:
    """All rows of the poem, in sight or not."""
    first = view.scroll_offset.y
    return "\n".join(view.render_line(row - first).text for row in range(view.virtual_size.height))


def in_sight(view: ReadingView) -> list[str]:
    return [view.render_line(row).text for row in range(view.size.height)]


def words_of(text: str) -> str:
    return "".join(text.split())


def heading(pilot: Pilot) -> str:
    return str(pilot.app.screen.query_one("#heading", Static).content)


@pytest.mark.parametrize("size", [*SIZES, (200, 60)])
async def test_a_section_is_read_whole_in_both_languages_at_the_couplet_that_was_named(
    library, endless_file, texts, size
):
    poem = poem_of(texts, "masnavi/1/1")
    async with console(library, endless_file, size) as pilot:
        view = await read(pilot, "masnavi/1:4")
        assert view.couplet.number == 4
        shown = words_of(drawn(view))
        lines = [line for couplet in poem.couplets for verse in couplet.verse.values() for line in verse.split("\n")]
        words = {word for line in lines for word in to_display(line, "app", 0).split()}
        assert all(word in shown for word in words)
        assert heading(pilot).startswith("Masnavi I," if size[0] < 40 else "Masnavi I, section 1 · couplets 1 to 5")
        await until(pilot, lambda: any("▌" in row for row in in_sight(view)))  # it scrolls there once it is drawn
        rows = in_sight(view)
        both = [row for row in rows if any("a" <= c <= "z" for c in row) and any(c > "\u0600" for c in row[8:])]
        assert bool(both) == (size[0] >= 78)


async def test_one_turns_moves_and_goes_to_a_place_or_a_number(library, endless_file, texts):
    async with console(library, endless_file) as pilot:
        view = await read(pilot, "masnavi/1/1")
        for keys, number in ((("down", "down"), 3), (("end",), 5), (("home",), 1), (("pagedown",), 5), (("up",), 4)):
            await pilot.press(*keys)
            assert view.couplet.number == number, keys
        await pilot.press("right")
        assert heading(pilot).startswith("Masnavi I, section 2")
        await pilot.press("right")
        await until(pilot, lambda: line(pilot) == "This is the last.")
        await pilot.press("left")
        assert heading(pilot).startswith("Masnavi I, section 1")
        for typed, place in (("7", "Masnavi I, section 2"), ("ghazal 102", "ghazal 102"), ("100", "ghazal 100")):
            await pilot.press(*typed, "enter")
            await until(pilot, lambda place=place: heading(pilot).startswith(place) and view.has_focus)
        await pilot.press(*"ghazal 7000", "enter")
        await until(pilot, lambda: "the nearest ghazal is 102" in "".join(told(pilot)))
        assert heading(pilot).startswith("ghazal 100")
        await pilot.press("escape")
        assert view.has_focus
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def test_a_place_is_typed_while_the_texts_open_and_an_address_is_pasted(
    library, endless_file, texts, monkeypatch
):
    is_open = threading.Event()

    def opened_late() -> Works:
        is_open.wait(60)
        return open_works(texts)

    monkeypatch.setattr(reading.indexing, "works", opened_late)
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+b")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadingScreen))
        for letter in "ghazal 100":  # faster than the focus follows
            pilot.app.post_message(events.Key("space" if letter == " " else letter, letter))
        await until(pilot, lambda: pilot.app.screen.query_one(Input).value == "ghazal 100")
        is_open.set()
        await until(pilot, lambda: pilot.app.screen.query_one(ReadingView).couplet)
        assert (pilot.app.screen.query_one(Input).value, pilot.app.screen.query_one(Input).has_focus) == (
            "ghazal 100",
            True,
        )
        await pilot.press("enter")
        view = pilot.app.screen.query_one(ReadingView)
        await until(pilot, lambda: heading(pilot).startswith("ghazal 100") and view.has_focus)
        view.post_message(events.Paste("\nhttps://ganjoor.net/moulavi/shams/ghazalsh/sh102\nghazal 100\n"))
        await until(pilot, lambda: pilot.app.screen.query_one(Input).value)
        assert pilot.app.screen.query_one(Input).value.endswith("sh102")
        await pilot.press("enter")
        await until(pilot, lambda: heading(pilot).startswith("ghazal 102"))


async def test_without_a_place_it_is_the_poem_of_the_day_and_another_comes_by_chance(library, endless_file, texts):
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+b")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadingScreen))
        await until(pilot, lambda: heading(pilot).startswith(("ghazal", "quatrain")))
        seen = {heading(pilot)}
        for _ in range(500):
            await pilot.press("ctrl+r")
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            seen.add(heading(pilot))
            if len(seen) > 1:
                break
        assert len(seen) > 1
        await pilot.press("ctrl+b")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def test_the_languages_are_shown_together_or_one_alone(library, endless_file, texts):
    poem = poem_of(texts, "masnavi/1/1")
    english = poem.couplets[0].verse["en"].split()[0]
    persian = to_display(poem.couplets[0].verse["fa"].split()[0], "app", 0)
    async with console(library, endless_file) as pilot:
        view = await read(pilot, "masnavi/1/1")
        for shows in ((True, True), (False, True), (True, False), (True, True)):
            assert (english in drawn(view), persian in drawn(view)) == shows
            await pilot.press("ctrl+t")
        await read_on(pilot, "ghazal 100")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "one language only" in line(pilot))


async def test_two_columns_of_one_language_are_as_wide_as_their_lines_and_no_wider(library, endless_file, texts):
    poem = poem_of(texts, "ghazal 100")
    widest = max(cell_len(line) for couplet in poem.couplets for line in couplet.verse["fa"].split("\n"))
    async with console(library, endless_file, (120, 40)) as pilot:
        view = await read(pilot, "ghazal 100")
        assert view._columns == (max(LEAST, widest),) * 2


async def read_on(pilot: Pilot, typed: str) -> None:
    await pilot.press(*typed, "enter")
    await until(pilot, lambda: heading(pilot).startswith(typed))


async def test_a_couplet_is_scanned_in_its_metre_and_each_word_has_its_syllables(library, endless_file, texts):
    poem = poem_of(texts, "masnavi/1/1")
    hemistich = "باد آمد بوی گل را باز داد"
    text = texts / "fa-masnavi.txt"
    text.write_text(text.read_text("utf-8").replace(poem.couplets[0].verse["fa"].split("\n")[0], hemistich), "utf-8")
    scansion = judge_of("fa").scan(hemistich, poem.metre)
    async with console(library, endless_file) as pilot:
        view = await read(pilot, "masnavi/1/1")
        before = drawn(view)
        await pilot.press("enter")
        await until(pilot, lambda: view.annotation == "scansion")
        rows = drawn(view).split("\n")
        signs = scansion.syllables.translate(SHORT)
        assert any("".join(row[7:].split())[::-1] == signs for row in rows)
        await pilot.press("enter")
        assert drawn(view) == before
        await pilot.press("enter")
        await until(pilot, lambda: view.annotation == "scansion")
        await pilot.press("down")
        assert view.annotation is None
        await read_on(pilot, "quatrain 55")
        await pilot.press("enter")
        await until(pilot, lambda: "The metre of this poem is not known" in line(pilot))


async def test_the_persian_of_a_couplet_is_glossed_whatever_language_is_shown(library, endless_file, texts):
    verse = poem_of(texts, "masnavi/1/1").couplets[0].verse["fa"]
    async with console(library, endless_file) as pilot:
        view = await read(pilot, "masnavi/1/1")
        await pilot.press("ctrl+t", "ctrl+t")
        before = drawn(view)
        await pilot.press("alt+g")
        await until(pilot, lambda: glosses.HEADING in drawn(view))
        assert words_of(before)[:40] == words_of(drawn(view))[:40]
        told = drawn(view).split(glosses.HEADING)[1]
        for line in glosses.gloss(verse):
            for noted in line:
                assert to_display(noted.word, "app", 0) in told
                assert all(note in told for note in noted.notes)
        await pilot.press("enter")
        await until(pilot, lambda: view.annotation == "scansion")
        assert glosses.HEADING not in drawn(view)
        await pilot.press("alt+g")
        await until(pilot, lambda: glosses.HEADING in drawn(view))
        await pilot.press("alt+g")
        assert drawn(view) == before
        await pilot.press("alt+g", "down")
        assert view.annotation is None


async def test_a_key_that_a_terminal_sends_with_a_letter_types_none(library, endless_file, texts):
    async with console(library, endless_file) as pilot:
        view = await read(pilot, "masnavi/1/1")
        pilot.app.post_message(events.Key("alt+g", "g"))
        await until(pilot, lambda: glosses.HEADING in drawn(view))
        assert pilot.app.screen.query_one(Input).value == ""


async def test_a_couplet_higher_than_the_screen_is_read_to_its_end_before_the_next(library, endless_file, texts):
    async with console(library, endless_file, (20, 8)) as pilot:
        view = await read(pilot, "masnavi/1/1")
        await until(pilot, lambda: view.virtual_size.height > view.size.height)
        seen = []
        while view.couplet.number == 1:
            seen += in_sight(view)
            await pilot.press("down")
        shown = "".join(seen)
        for verse in poem_of(texts, "masnavi/1/1").couplets[0].verse.values():
            assert all(to_display(word, "app", 0) in shown for word in verse.split())
        for _ in range(9):
            await pilot.press("up")
        assert (view.couplet.number, view.scroll_offset.y) == (1, 0)
        await pilot.press("alt+g")
        await until(pilot, lambda: view.render_line(0).text.strip(" ▌").startswith("A gloss,"))


async def test_what_has_no_persian_has_no_gloss(library, endless_file, texts):
    for path in texts.glob("fa-masnavi.*"):
        path.unlink()
    catalogue = texts / "corpus.toml"
    entries = catalogue.read_text("utf-8").split("[[text]]")
    catalogue.write_text("[[text]]".join(entry for entry in entries if "fa-masnavi" not in entry), "utf-8")
    async with console(library, endless_file) as pilot:
        view = await read(pilot, "masnavi/1/1")
        await pilot.press("alt+g")
        await until(pilot, lambda: glosses.NOTHING in drawn(view))


async def test_bookmarks_are_kept_shown_and_listed_in_the_contents(library, endless_file, texts):
    async with console(library, endless_file) as pilot:
        view = await read(pilot, "masnavi/1:4")
        await pilot.press("ctrl+f")
        await until(pilot, lambda: library.bookmarks() == ["masnavi/1:4"])
        assert "★4▌" in drawn(view)
        await read_on(pilot, "ghazal 100")
        await pilot.press("ctrl+f", "f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, ContentsScreen) and listed(pilot))
        assert [row for row in listed(pilot) if "★" in row] == [
            "★     ghazal 100, couplet 1",
            "★     Masnavi I, couplet 4",
        ]
        await choose(pilot, "Masnavi I, couplet 4")
        await until(pilot, lambda: heading(pilot).startswith("Masnavi I, section 1"))
        assert view.couplet.number == 4
        await pilot.press("ctrl+f")
        await until(pilot, lambda: library.bookmarks() == ["divan/100:1"])
        assert "★" not in drawn(view)


def listed(pilot: Pilot) -> list[str]:
    options = pilot.app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(index).prompt).rstrip() for index in range(options.option_count)]


async def choose(pilot: Pilot, words: str) -> None:
    options = pilot.app.screen.query_one(OptionList)
    options.highlighted = next(number for number, row in enumerate(listed(pilot)) if words in row)
    await pilot.press("enter")


async def test_the_contents_lead_from_book_to_book_and_are_searched(library, endless_file, texts):
    async with console(library, endless_file, (120, 40)) as pilot:
        await read(pilot, "masnavi/1:6")
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, ContentsScreen) and listed(pilot))
        options = pilot.app.screen.query_one(OptionList)
        row = listed(pilot)[options.highlighted]
        assert row.startswith("2     The lantern and the sea")
        assert to_display("چراغ دریا", "app", 0) in row
        await pilot.press(*"LANTERN")
        await until(pilot, lambda: len(listed(pilot)) == 1)
        await pilot.press("backspace", "escape")
        await until(pilot, lambda: "Quatrains" in "".join(listed(pilot)))
        await choose(pilot, "Divan")
        await until(pilot, lambda: any(row.startswith("102 ") for row in listed(pilot)))
        await choose(pilot, "102 ")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadingScreen))
        await until(pilot, lambda: heading(pilot).startswith("ghazal 102"))
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, ContentsScreen) and listed(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadingScreen))


async def test_of_a_long_collection_the_part_around_the_open_poem_is_listed(library, endless_file, texts):
    count = 2 * MOST
    (texts / "fa-divan.txt").write_text("\n\n".join(["چراغ\nدریا"] * count), "utf-8")
    rows = "".join(f"divan/{number}\t\t\t\n" for number in range(1, count + 1))
    (texts / "fa-divan.tsv").write_text(f"id\ttitle\tmetre\trhyme\n{rows}", "utf-8")
    async with console(library, endless_file) as pilot:
        await read(pilot, f"ghazal {count - 5}")
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, ContentsScreen) and listed(pilot))
        numbers = [int(row.split()[0]) for row in listed(pilot) if row[0].isdecimal()]
        assert numbers == list(range(MOST + 1, count + 1))
        options = pilot.app.screen.query_one(OptionList)
        assert listed(pilot)[options.highlighted].startswith(str(count - 5))
        await until(pilot, lambda: options.scroll_offset.y > 0)


async def test_the_machine_writes_on_from_the_couplet_and_the_page_tells_whose_is_whose(library, endless_file, texts):
    poem = poem_of(texts, "ghazal 100")
    async with console(library, endless_file, lines="2") as pilot:
        await read(pilot, "ghazal 100:2")
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await until(pilot, lambda: library.poems() and library.poems()[0].passages[0].ending)
        [kept] = library.poems()
        opening = opening_at(poem, 2, "fa")
        assert kept.text[: kept.real.length] == opening.text
        assert (kept.model, kept.form) == ("fa", "ghazal")
        assert (kept.real.place, kept.real.address) == (opening.place, opening.address)
        assert kept.title == "After Rumi: ghazal 100, couplets 1 to 2"
        page = "\n".join(str(strip.text) for strip in pilot.app.screen._compositor.render_strips())
        assert "Rumi, ghazal 100, couplets 1 to 2" in page
        assert "A machine, in Rumi's manner" in page
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(library.poems()) == 2 and library.poems()[0].passages[0].ending)
        assert library.poems()[0].real == kept.real
        await pilot.press("ctrl+y")
        assert pilot.app.clipboard.startswith("Rumi, ghazal 100, couplets 1 to 2:\n")


async def test_a_couplet_is_copied_with_its_place(library, endless_file, texts):
    poem = poem_of(texts, "masnavi/1/1")
    async with console(library, endless_file) as pilot:
        await read(pilot, "masnavi/1:2")
        await pilot.press("ctrl+y")
        verses = "\n".join(poem.couplets[1].verse.values())
        assert pilot.app.clipboard == f"{verses}\nRumi, Masnavi I, couplet 2\n{poem.place.address}\n"


async def test_a_found_couplet_opens_its_poem_and_escape_leads_back_to_what_was_found(library, endless_file, texts):
    verse = poem_of(texts, "masnavi/1/2").couplets[1].verse["en"]
    async with console(library, endless_file, lines="2") as pilot:
        await pilot.press("ctrl+f")
        await until(pilot, lambda: isinstance(pilot.app.screen, VersesScreen) and pilot.app.screen.query(Input))
        pilot.app.screen.query_one(Input).value = " ".join(verse.split())
        await pilot.press("enter")
        await until(pilot, lambda: listed(pilot))
        assert listed(pilot)[0].startswith("Masnavi I, couplet 7")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadingScreen))
        await until(pilot, lambda: pilot.app.screen.query_one(ReadingView).couplet)
        assert pilot.app.screen.query_one(ReadingView).couplet.number == 7
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, VersesScreen))
        assert listed(pilot)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await until(pilot, lambda: library.poems() and library.poems()[0].passages[0].ending)
        [kept] = library.poems()
        assert (kept.model, kept.real.place) == ("en", "Masnavi I, couplets 6 to 7")
        await pilot.press("ctrl+f")
        await until(pilot, lambda: isinstance(pilot.app.screen, VersesScreen) and pilot.app.screen.query(Input))
        pilot.app.screen.query_one(Input).value = " ".join(verse.split())
        await pilot.press("enter")
        await until(pilot, lambda: listed(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadingScreen))
        await until(pilot, lambda: pilot.app.screen.query_one(ReadingView).couplet)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: len(library.poems()) == 2)


async def test_where_there_is_nothing_to_read_it_is_said(library, endless_file, tmp_path, monkeypatch):
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(tmp_path / "none"))
    async with console(library, endless_file) as pilot:
        await pilot.press("ctrl+b")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadingScreen))
        await until(pilot, lambda: "rumi-corpus fetch" in heading(pilot))
        assert heading(pilot).startswith("Type /fetch into the prompt")
        await pilot.press("down", "enter", "left", "f3", "ctrl+f", "ctrl+g", "ctrl+y", "ctrl+t", "pagedown", "end")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


@pytest.mark.parametrize("mode", ["terminal", "off"])
@pytest.mark.parametrize("size", SIZES)
async def test_a_terminal_that_orders_lines_itself_is_given_them_as_they_are_read(
    library, endless_file, texts, mode, size
):
    couplet = poem_of(texts, "ghazal 100").couplets[0]
    first, second = couplet.verse["fa"].split("\n")
    async with console(library, endless_file, size) as pilot:
        view = await read(pilot, "ghazal 100")
        view._mode = mode
        view.on_resize()
        rows = [row for row in drawn(view).split("\n") if row.strip()]
        assert all(cell_len(row) == view.size.width for row in rows)
        whole = " ".join(" ".join(rows).replace("▌", " ").split())
        beside = size[0] >= 78
        if beside:
            ordered = [first, second] if mode == "terminal" else [second, first]
            assert " ".join([*ordered, "2"]) in whole
        else:
            assert all(word in whole for word in [*first.split(), *second.split()])
        await pilot.press("enter")
        await until(pilot, lambda: view.annotation == "scansion" or told(pilot, is_error=False))
