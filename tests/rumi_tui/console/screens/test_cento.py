from __future__ import annotations

from pathlib import Path

import pytest
from console_support import SIZES, console, field, on_the_page, told, until
from support import write_cento_works
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from rumi_tui.bidi import to_display
from rumi_tui.console.keyboard import ZWNJ
from rumi_tui.console.screens.cento import CentoScreen
from rumi_tui.console.screens.gloss import GlossScreen
from rumi_tui.console.screens.reading import ReadingScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.reading_view import ReadingView
from rumi_tui.library.formats import to_text
from rumi_tui.library.real_verse import MACHINE_CAPTION
from rumi_tui.search.cento import Cento, cento
from rumi_tui.search.index import Index
from rumi_tui.texts.reader import open_works


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Works that a cento can be made of."""
    folder = write_cento_works(tmp_path / "texts")
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def made_of(texts: Path, tmp_path: Path, words: str, language: str = "fa") -> Cento:
    return cento(open_works(texts), Index(texts, tmp_path / "other"), words, language)


async def make(pilot: Pilot, words: str) -> None:
    field(pilot, "prompt").text = f"/cento {words}"
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, CentoScreen))
    await until(pilot, lambda: pilot.app.screen.query(OptionList) and rows(pilot))


def rows(pilot: Pilot) -> list[str]:
    options = pilot.app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(index).prompt) for index in range(options.option_count)]


def told_there(pilot: Pilot) -> str:
    return str(field(pilot, "status", Static).content)


@pytest.mark.parametrize("words", ["چراغ", "Where is the lantern?"])
async def test_every_line_stands_with_its_place_and_the_library_keeps_them_as_rumis(
    library, endless_file, texts, tmp_path, words
):
    made = made_of(texts, tmp_path, words, "fa" if words == "چراغ" else "en")
    async with console(library, endless_file) as pilot:
        for size in (*SIZES, (200, 60)):
            await pilot.resize_terminal(*size)
            await make(pilot, words)
            for row, couplet in zip(rows(pilot), made.couplets, strict=True):
                shown = "".join(row.split())
                words_there = [to_display(word, "app", 0) for word in couplet.verse.split()]
                assert all(word in shown for word in words_there)
                assert row.rstrip().endswith(f"— {couplet.place}")
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
            [kept] = library.poems()
            assert kept.text == "\n".join(couplet.verse for couplet in made.couplets)
            assert (kept.form, kept.passages, kept.title) == (made.form, (), f"Cento: {', '.join(made.words)}")
            assert [(part.place, part.address) for part in kept.real.parts] == [
                (couplet.place, couplet.address) for couplet in made.couplets
            ]
            await until(pilot, lambda: "every line is Rumi's" in told_there(pilot))
            assert MACHINE_CAPTION not in on_the_page(pilot)


async def test_a_word_is_typed_another_follows_and_the_same_cento_is_kept_once(library, endless_file, texts):
    async with console(library, endless_file) as pilot:
        await pilot.press("alt+c")
        await until(pilot, lambda: isinstance(pilot.app.screen, CentoScreen) and pilot.app.screen.query(Input))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "no cento yet" in "".join(told(pilot, is_error=False)))
        for words in ("lantern", "submarine", "چراغ", "lantern"):
            pilot.app.screen.query_one(Input).value = words
            pilot.app.screen.query_one(Input).focus()
            await pilot.press("enter")
            answer = "Too few couplets" if words == "submarine" else "Enter reads"
            await until(pilot, lambda answer=answer: answer in told_there(pilot))
        assert [poem.title for poem in library.poems()] == ["Cento: چراغ", "Cento: lantern"]


async def test_another_word_is_typed_or_pasted_over_the_cento(library, endless_file, texts):
    async with console(library, endless_file) as pilot:
        await make(pilot, "lantern")
        words, cento = pilot.app.screen.query_one(Input), pilot.app.screen.query_one(OptionList)
        await until(pilot, lambda: cento.has_focus)
        for letter in f"dr{ZWNJ}um":  # faster than the focus follows
            pilot.app.post_message(events.Key(letter, letter))
        await until(pilot, lambda: words.value == f"dr{ZWNJ}um")
        cento.focus()
        await until(pilot, lambda: cento.has_focus)
        pilot.app.post_message(events.Paste("\nember\nkettle"))
        await until(pilot, lambda: words.value == "ember")


async def test_enter_reads_the_couplet_where_it_stands_and_from_there_the_machine_writes_on(
    library, endless_file, texts, tmp_path
):
    made = made_of(texts, tmp_path, "lantern", "en")
    async with console(library, endless_file, lines="2", keep="off") as pilot:
        await make(pilot, "lantern")
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadingScreen))
        await until(pilot, lambda: pilot.app.screen.query_one(ReadingView).couplet)
        number = pilot.app.screen.query_one(ReadingView).couplet.number
        assert made.couplets[1].place == f"Masnavi I, couplet {number}"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, CentoScreen))
        await pilot.press("alt+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, GlossScreen))
        await pilot.press("escape", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReadingScreen))
        await until(pilot, lambda: pilot.app.screen.query_one(ReadingView).couplet)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        await until(pilot, lambda: len(library.poems()) == 2 and library.poems()[0].passages[-1].ending)
        assert library.poems()[0].real.place == made.couplets[1].place


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (20, 8)])
async def test_the_machine_writes_beside_it_in_the_same_form_and_rhyme(library, endless_file, texts, size):
    async with console(library, endless_file, size, keep="off") as pilot:
        await make(pilot, "چراغ")
        await pilot.press("ctrl+y")
        [kept] = library.poems()
        assert pilot.app.clipboard == to_text(kept)
        assert not pilot.app.screen.query_one(PoemView).display
        await pilot.press("ctrl+g")
        await until(pilot, lambda: len(library.poems()) == 2 and library.poems()[0].passages[-1].ending)
        of_machine = library.poems()[0]
        assert (of_machine.model, of_machine.form, of_machine.real) == ("fa", "ghazal", None)
        assert (of_machine.passages[0].rhyme, of_machine.passages[0].lines) == ("ان", kept.text.count("\n") + 1)
        assert of_machine.title == "Beside Rumi: a cento around چراغ"
        view = pilot.app.screen.query_one(PoemView)
        await until(pilot, lambda: view.display and not view.writing)
        assert view.border_title == MACHINE_CAPTION
        assert pilot.app.screen.query_one(OptionList).border_title == "Rumi"
        beside = on_the_page(pilot)
        words = [to_display(word, "app", 0) for word in of_machine.text.split()]
        assert all("".join(word.split()) in beside for word in words)
        assert pilot.app.screen.query_one(OptionList).option_count == len(kept.real.parts)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        assert pilot.app.screen._desk.now.draft.id == of_machine.id
        await pilot.press("f5")
        await until(pilot, lambda: pilot.app.screen._desk.now.draft.id == kept.id)


async def test_without_texts_it_says_what_to_do(library, endless_file, tmp_path, monkeypatch):
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(tmp_path / "none"))
    async with console(library, endless_file) as pilot:
        field(pilot, "prompt").text = "/cento love"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, CentoScreen))
        await until(pilot, lambda: "rumi-corpus fetch" in told_there(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        assert library.poems() == []
