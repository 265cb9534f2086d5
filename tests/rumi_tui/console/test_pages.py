"""Every screen in both languages at three sizes, as it was when somebody last looked at it and found it right."""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from console_support import SIZES, console, until
from screenshot import screenshot
from snapshots import difference
from support import METRES, SHAPES, WORDS, describe, random_decoder, verse
from textual.pilot import Pilot
from textual.screen import Screen

from export.graph import build_graph
from models.card import Description
from models.tokenizer import RESERVED, CharacterTokenizer
from rumi_tui.console.screens.edit import EditScreen
from rumi_tui.console.screens.export import ExportScreen
from rumi_tui.console.screens.help import HelpScreen
from rumi_tui.console.screens.lens import LensScreen
from rumi_tui.console.screens.library import LibraryScreen
from rumi_tui.console.screens.name import NameScreen
from rumi_tui.console.screens.settings import SettingsScreen
from rumi_tui.console.screens.tour import TourScreen
from rumi_tui.console.screens.tree import TreeScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.engine.sampling import Sampling
from rumi_tui.library.store import Branch, Library, Passage

STORED = Path(__file__).parent / "snapshots"
MODEL = Path("small.onnx")
STILL = 25
"""Pictures in a row that are alike when a screen no longer changes."""


class Shown(NamedTuple):
    """A screen."""

    screen: type[Screen]
    keys: tuple[str, ...]
    """Lead to it from the page to write on."""
    words: str = ""
    """Look at it, in every size, once all that is computed for it has come."""


SCREENS = {
    "write": Shown(WriteScreen, ()),
    "lens": Shown(LensScreen, ("f2",), " bits, "),
    "tree": Shown(TreeScreen, ("f3",)),
    "library": Shown(LibraryScreen, ("ctrl+l",)),
    "export": Shown(ExportScreen, ("ctrl+s",)),
    "edit": Shown(EditScreen, ("f8",)),
    "name": Shown(NameScreen, ("ctrl+o",)),
    "settings": Shown(SettingsScreen, ("f4",)),
    "tour": Shown(TourScreen, ("f12",)),
    "help": Shown(HelpScreen, ("f1",)),
}
"""Every screen that shows no verse of others."""


@pytest.fixture(params=WORDS)
def language(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A language, with a small model of it in the folder that the console runs in, where clocks show UTC."""
    with monkeypatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setenv("TZ", "UTC")
        time.tzset()
        MODEL.write_bytes(small_model(request.param))
        yield request.param
    time.tzset()


@functools.cache
def small_model(language: str) -> bytes:
    """A model of random weights that knows the letters of both languages; that of Persian can be told metres."""
    letters = sorted({letter for words in WORDS.values() for word in words for letter in word})
    tokenizer = CharacterTokenizer(tokens=(*RESERVED, "\n", " ", *letters))
    if language == "fa":
        tokenizer = tokenizer.grown((), ("couplet",), METRES)
    config = msgspec.structs.replace(SHAPES["rotary"], vocab_size=len(tokenizer.tokens))
    card = describe(SHAPES["rotary"]).card
    return build_graph(random_decoder(config), Description(config, tokenizer, card)).SerializeToString()


def fill(library: Library, language: str) -> None:
    """Three poems, one of them a favourite, and a branch, all of them written on days long past."""
    texts = [verse(1, lines, language, seed=lines).strip() for lines in (4, 8, 6)]
    texts.append(texts[2][:9] + texts[1][9:])
    for number, text in enumerate(texts, start=1):
        branch = Branch(3, 9) if number == 4 else None
        sha256 = hashlib.sha256(small_model(language)).hexdigest()
        poem = library.begin(str(MODEL), sha256, "couplet", text, branch)
        library.save(poem, text, [Passage(begins_at=9, seed=7, lines=8, sampling=Sampling())])
    library.set_favourite(2, True)
    library._database.execute("UPDATE poems SET written = '2026-01-0' || id || 'T12:00:00+00:00'")


async def complete(pilot: Pilot, shown: Shown, stored: Path) -> str:
    """The picture of a screen once it is the stored one, or another that no longer changes."""
    expected = stored.read_text("utf-8") if stored.exists() else ""
    pictures: list[str] = []

    def is_complete() -> bool:
        if not isinstance(pilot.app.screen, shown.screen):
            return False
        for widget in pilot.app.screen.query("*"):
            if getattr(widget, "cursor_blink", False):
                widget.cursor_blink = False
                widget.notify_style_update()  # else a line with a cursor that was dark just then would stay
        pictures.append(screenshot(pilot.app))
        settled = pictures[-1] == expected or pictures[-STILL:] == pictures[-1:] * STILL
        return settled and shown.words in pictures[-1]

    await until(pilot, is_complete)
    return pictures[-1]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_every_screen_looks_as_it_did(library: Library, language: str, size: tuple[int, int]):
    fill(library, language)
    differences = []
    conditions = {"metre": METRES[0], "rhyme": "ان"} if language == "fa" else {}
    async with console(library, MODEL, size, **conditions) as pilot:
        await pilot.press("ctrl+l", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        for name, shown in SCREENS.items():
            await pilot.press(*shown.keys)
            stored = STORED / file_name(name, language, size)
            differences.append(difference(await complete(pilot, shown, stored), stored))
            if shown.keys:
                await pilot.press("escape")
                await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
    assert not any(differences), "\n".join(filter(None, differences))


def file_name(screen: str, language: str, size: tuple[int, int]) -> str:
    return f"{screen}-{language}-{size[0]}x{size[1]}.svg"


def test_no_picture_is_left_of_a_screen_that_is_gone():
    names = {file_name(screen, language, size) for screen in SCREENS for language in WORDS for size in SIZES}
    assert {path.name for path in STORED.iterdir()} == names
