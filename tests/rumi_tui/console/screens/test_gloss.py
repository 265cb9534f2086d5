from __future__ import annotations

from pathlib import Path

import pytest
from console_support import SIZES, console, field, until
from support import WORDS, write_works
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Static

from rumi_tui.bidi import to_display
from rumi_tui.console import glosses
from rumi_tui.console.screens.gloss import GlossScreen
from rumi_tui.console.screens.write import WriteScreen

LINE = " ".join(WORDS["fa"][:3])


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Works to learn the glosses from."""
    monkeypatch.setenv("RUMI_CORPUS_DIR", str(write_works(tmp_path / "texts")))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def shown(pilot: Pilot, name: str) -> str:
    return str(field(pilot, name, Static).content)


async def open_page(pilot: Pilot, *keys: str) -> None:
    await pilot.press(*keys)
    await until(pilot, lambda: isinstance(pilot.app.screen, GlossScreen))
    await until(pilot, lambda: pilot.app.screen.query("#lines") and shown(pilot, "heading") != glosses.WAIT)


async def test_a_line_that_is_typed_is_glossed_and_said_to_be_no_translation(library, endless_file, texts):
    async with console(library, endless_file) as pilot:
        for size in (*SIZES, (200, 60)):
            await pilot.resize_terminal(*size)
            field(pilot, "prompt").text = f"/gloss {LINE}"
            await open_page(pilot, "enter")
            assert shown(pilot, "heading") == glosses.HEADING
            await until(pilot, lambda: shown(pilot, "lines"))
            lines = glosses.gloss(LINE)
            assert [noted.word for noted in lines[0]] == WORDS["fa"][:3]
            await until(pilot, lambda: fits(pilot))  # it is set again once the bar to scroll with has taken its room
            for noted in lines[0]:
                assert to_display(noted.word, "app", 0) in shown(pilot, "lines")
                assert all(note in shown(pilot, "lines") for note in noted.notes)
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


def fits(pilot: Pilot) -> bool:
    width = pilot.app.screen.query_one(VerticalScroll).scrollable_content_region.width
    return max(map(len, shown(pilot, "lines").split("\n"))) <= width


async def test_of_the_poem_on_the_page_the_persian_words_are_glossed(library, endless_file, texts):
    poem = library.begin(str(endless_file), "", "free", f"amber harbour\n{LINE}\nthe wharf of {WORDS['fa'][3]}")
    async with console(library, endless_file) as pilot:
        await pilot.press("alt+g")
        await pilot.pause()
        assert isinstance(pilot.app.screen, WriteScreen)  # where there is no poem yet
        await pilot.press("ctrl+l", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen) and pilot.app.screen._desk.now)
        assert pilot.app.screen._desk.now.draft.id == poem
        await open_page(pilot, "alt+g")
        await until(pilot, lambda: shown(pilot, "lines"))
        assert not {"harbour", "wharf"} & set(shown(pilot, "lines").split())
        assert all(to_display(word, "app", 0) in shown(pilot, "lines") for word in WORDS["fa"][:4])


async def test_where_there_is_nothing_to_gloss_or_no_text_it_is_said(library, endless_file, texts, monkeypatch):
    async with console(library, endless_file) as pilot:
        field(pilot, "prompt").text = "/gloss amber"
        await open_page(pilot, "enter")
        assert shown(pilot, "heading") == glosses.NOTHING
        await pilot.press("alt+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        monkeypatch.setenv("RUMI_CORPUS_DIR", "/nowhere")
        field(pilot, "prompt").text = f"/gloss {LINE}"
        await open_page(pilot, "enter")
        assert "rumi-corpus fetch" in shown(pilot, "heading")
