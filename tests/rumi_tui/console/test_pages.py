"""Every page in both languages, walked once: at every size, beside its picture, with a message, and in every theme.

A picture is a page as it was when somebody last looked at it and found it right.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from console_support import SIZES, UNDER_WAY, console, letters, on_the_page, press_and_write, say, until
from rich.cells import cell_len
from rich.color import Color
from rich.style import Style
from screenshot import screenshot
from snapshots import difference
from support import METRES, SHAPES, WORDS, describe, random_decoder, verse, write_works
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import OptionList

from export.graph import build_graph
from models.description import Description
from models.tokenizer import RESERVED, CharacterTokenizer
from rumi_tui.console import app
from rumi_tui.console.screens.cento import CentoScreen
from rumi_tui.console.screens.contents import ContentsScreen
from rumi_tui.console.screens.drafts import DraftsScreen
from rumi_tui.console.screens.edit import EditScreen
from rumi_tui.console.screens.export import ExportScreen
from rumi_tui.console.screens.fetch import FetchScreen
from rumi_tui.console.screens.gloss import GlossScreen
from rumi_tui.console.screens.help import HelpScreen
from rumi_tui.console.screens.lens import LensScreen
from rumi_tui.console.screens.library import LibraryScreen
from rumi_tui.console.screens.line import LineScreen
from rumi_tui.console.screens.messages import MessagesScreen
from rumi_tui.console.screens.name import NameScreen
from rumi_tui.console.screens.reading import ReadingScreen
from rumi_tui.console.screens.settings import SettingsScreen
from rumi_tui.console.screens.taking_in import ImportScreen
from rumi_tui.console.screens.tour import TourScreen
from rumi_tui.console.screens.tree import TreeScreen
from rumi_tui.console.screens.verses import VersesScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.settings import SettingsFile
from rumi_tui.console.themes import THEMES, few_colours
from rumi_tui.console.widgets.lens_view import LEVELS, LensView
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.side_pane import SidePane
from rumi_tui.console.widgets.status_line import ERROR_SIGN, StatusLine
from rumi_tui.engine.request import Sampling
from rumi_tui.library.poem import Branch, Passage
from rumi_tui.library.store import Library

PICTURES = Path(__file__).parent / "snapshots"
MODEL = Path("small.onnx")
ROOMS = sorted({*SIZES, (24, 8), (40, 12), (300, 100)})
"""A page is opened at the smallest size and takes all the others; at `SIZES` it has its picture."""
LOOKS = 25
"""How often a page is looked at before its picture counts as another than the stored one."""
LEAST = {theme.name: 7.0 if theme.name == "contrast" else 4.5 for theme in THEMES}
"""Contrast of the letters in each theme."""
IN_TURN = [*list(LEAST)[1:], THEMES[0].name]
"""All themes, the one of the pictures last, so that the next page begins in it."""
WRONG = "temperature cannot be 'hot': choose 0 to 5."


class Page(NamedTuple):
    """A page of the console."""

    screen: type[Screen]
    keys: tuple[str, ...]
    """Lead to it from the page to write on."""
    words: str = ""
    """Stand on it, in every size, once all that is computed for it has come."""
    has_picture: bool = True
    """Not where it shows verse of others or what comes late, nor where only the focus is elsewhere than on another."""


def typed(line: str) -> tuple[str, ...]:
    """The keys of a line of the prompt."""
    names = {"/": "slash", " ": "space"}
    return (*(names.get(character, character) for character in line), "enter")


PAGES = {
    "write": Page(WriteScreen, ()),
    "setting": Page(WriteScreen, ("tab",), has_picture=False),
    "lens": Page(LensScreen, ("f2",), "% likely"),
    "words": Page(LensScreen, ("f2", "alt+m", "space"), ": ", has_picture=False),
    "tree": Page(TreeScreen, ("f3",)),
    "library": Page(LibraryScreen, ("ctrl+l",)),
    "export": Page(ExportScreen, ("ctrl+s",)),
    "edit": Page(EditScreen, ("f8",)),
    "name": Page(NameScreen, ("ctrl+o",)),
    "import": Page(ImportScreen, ("alt+i",)),
    "settings": Page(SettingsScreen, ("f4",)),
    "verses": Page(VersesScreen, ("ctrl+k",), has_picture=False),
    "reading": Page(ReadingScreen, ("ctrl+b",), has_picture=False),
    "contents": Page(ContentsScreen, ("ctrl+b", "f3"), has_picture=False),
    "cento": Page(CentoScreen, ("alt+c",), has_picture=False),
    "gloss": Page(GlossScreen, ("alt+g",), has_picture=False),
    "fetch": Page(FetchScreen, ("alt+t",), "50%"),
    "tour": Page(TourScreen, ("f12",)),
    "messages": Page(MessagesScreen, ("alt+n",), has_picture=False),
    "help": Page(HelpScreen, ("f1",)),
    "line": Page(LineScreen, ("alt+l",)),
    "marks": Page(WriteScreen, ("alt+m",), " syllables"),
    "lines": Page(
        LensScreen,
        (*typed("/lines 4"), *typed("/seed 7"), *typed("/keep off"), "f2", "space", "space"),
        "line 1: ",
        has_picture=False,
    ),
    "drafts": Page(DraftsScreen, ("ctrl+d",), "The best first"),
    "beside": Page(WriteScreen, ("alt+s",), has_picture=False),
    "branches": Page(WriteScreen, ("alt+s",), has_picture=False),
    "focus": Page(WriteScreen, ("alt+s", "alt+z"), has_picture=False),
}
"""What comes after the marks changes settings, and drafts change the library."""


@pytest.fixture(scope="session")
def models(make_once: Callable[[str, Callable[[Path], object]], Path]) -> dict[str, bytes]:
    """The small model of each language, see `small_model`."""

    def fill_with_models(folder: Path) -> None:
        for language in WORDS:
            (folder / language).write_bytes(small_model(language))

    folder = make_once("small", fill_with_models)
    return {language: (folder / language).read_bytes() for language in WORDS}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: dict[str, bytes]) -> Iterator[None]:
    """The console runs in a folder with a small model and small works of Rumi's, where clocks show UTC."""
    with monkeypatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setenv("TZ", "UTC")
        say(patch, *UNDER_WAY, goes_on=True)
        time.tzset()
        patch.setenv("RUMI_CORPUS_DIR", str(write_works(tmp_path / "texts")))
        patch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))  # where no model of meaning is
        patch.setattr(app, "LOOK_SECONDS", 1e6)  # what goes on beside the pages is in no picture
        MODEL.write_bytes(models["en"])
        yield
    time.tzset()


def small_model(language: str) -> bytes:
    """A model of random weights that knows the letters of both languages; that of Persian can be told metres."""
    symbols = sorted({letter for words in WORDS.values() for word in words for letter in word})
    tokenizer = CharacterTokenizer(tokens=(*RESERVED, "\n", " ", *symbols))
    if language == "fa":
        tokenizer = tokenizer.grown((), ("couplet",), METRES)
    config = msgspec.structs.replace(SHAPES["rotary"], vocab_size=len(tokenizer.tokens))
    card = describe(SHAPES["rotary"]).card
    return build_graph(random_decoder(config), Description(config, tokenizer, card)).SerializeToString()


def fill(library: Library, language: str, model: bytes) -> None:
    """Three poems, one of them a favourite, and a branch, all of them written on days long past."""
    texts = [verse(1, lines, language, seed=lines).strip() for lines in (4, 8, 6)]
    texts.append(texts[2][:9] + texts[1][9:])
    for number, text in enumerate(texts, start=1):
        branch = Branch(3, 9) if number == 4 else None
        sha256 = hashlib.sha256(model).hexdigest()
        poem = library.begin(str(MODEL), sha256, "couplet", text, branch)
        library.save(poem, text, [Passage(begins_at=9, seed=7, lines=8, sampling=Sampling())])
    library.set_favourite(2, True)
    library._database.execute("UPDATE poems SET written = '2026-01-0' || id || 'T12:00:00+00:00'")


async def open_poem(pilot: Pilot) -> None:
    """Opens the latest poem of the library."""
    await pilot.press("ctrl+l", "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


async def walk(pilot: Pilot) -> AsyncIterator[tuple[str, Page]]:
    """Opens one page after the other, and closes it again."""
    for name, page in PAGES.items():
        await pilot.press(*page.keys)
        await until(
            pilot,
            lambda page=page: isinstance(pilot.app.screen, page.screen) and page.words in rows_of(pilot.app.screen),
        )
        yield name, page
        if isinstance(pilot.app.screen, WriteScreen):
            pilot.app.screen.query_one("#prompt").focus()
        else:
            await pilot.press(*["escape"] * len(page.keys))
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))


@pytest.mark.long
@pytest.mark.parametrize(
    ("language", "sizes", "themes"), [("en", ROOMS, ()), ("fa", sorted(SIZES), IN_TURN)], ids=["en", "fa"]
)
async def test_every_page_has_room_looks_as_it_did_and_can_be_read(
    library: Library,
    home: None,
    models: dict[str, bytes],
    language: str,
    sizes: Sequence[tuple[int, int]],
    themes: Iterable[str],
) -> None:
    MODEL.write_bytes(models[language])
    fill(library, language, models[language])
    differences = []
    conditions = {"metre": METRES[0], "rhyme": "ان"} if language == "fa" else {}
    async with console(library, MODEL, sizes[0], SettingsFile(), **conditions) as pilot:
        await open_poem(pilot)
        async for name, page in walk(pilot):
            for size in sizes:
                await pilot.resize_terminal(*size)
                await until(pilot, lambda size=size: all(each.size == size for each in pilot.app.screen_stack))
                await assert_room(pilot, size, f"{name} at {size}")
                if page.has_picture and size in SIZES:
                    stored = PICTURES / file_name(name, language, size)
                    differences.append(difference(await picture(pilot, stored), stored))
                if language == "en" and size in ((20, 8), (80, 24)):  # where nothing lies beside the poem
                    async with message(pilot) as row:
                        await assert_has_a_row(pilot, row, f"{name} at {size}")
                        await assert_room(pilot, size, f"{name} at {size} with a message")
            await assert_can_be_read_in(pilot, themes, name)
            await pilot.resize_terminal(1, 1)
            await pilot.resize_terminal(*sizes[0])
    assert not any(differences), "\n".join(filter(None, differences))


async def test_a_poem_written_at_the_smallest_size_is_whole_at_every_other(
    library: Library, endless_file: Path
) -> None:
    async with console(library, endless_file, ROOMS[0], lines="6") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        for size in ROOMS:
            await pilot.resize_terminal(*size)
            assert on_the_page(pilot) == letters(kept.text)
            await assert_room(pilot, size, f"written, at {size}")


@pytest.mark.long
async def test_without_colour_letters_show_what_colours_would(
    library: Library, home: None, models: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    fill(library, "en", models["en"])
    async with console(library, MODEL, (120, 40), SettingsFile()) as pilot:
        await open_poem(pilot)
        async for name, _ in walk(pilot):
            shown = await letters_in_front(pilot)
            assert [text for text, style in shown if not (style.color.is_default and style.bgcolor.is_default)] == [], (
                name
            )
            if pilot.app.screen.query("OptionList:focus"):
                is_chosen = pilot.app.screen.query_one(OptionList).highlighted is not None
                assert any(style.bold and style.underline for _, style in shown) == is_chosen, name
            if name == "lens":
                assert len({(style.dim, style.bold, style.underline) for style in shades(pilot)}) == len(LEVELS) + 1
                assert pilot.app.screen.query_one(LensView).get_component_rich_style("lens--cursor").reverse


@contextlib.asynccontextmanager
async def message(pilot: Pilot) -> AsyncIterator[StatusLine]:
    """Tells that something went wrong; afterwards the row is as it was, or gone from a page that had none."""
    screen = pilot.app.screen
    earlier = [
        (line, line._words, line._is_error, line._hint, line.display) for line in screen.query(StatusLine).results()
    ]
    pilot.app.notify(WRONG, severity="error")
    await until(pilot, lambda: any(line.region for line in screen.query(StatusLine).results()))
    yield screen.query_one(StatusLine)
    for line, words, is_error, hint, is_shown in earlier:
        line.tell(words, is_error)
        line.hint(hint)
        line.display = is_shown
    if not earlier:
        await screen.query(StatusLine).remove()


async def assert_has_a_row(pilot: Pilot, line: StatusLine, where: str) -> None:
    """A message has a row of its own, all of it in sight, and lies on nothing."""
    screen = pilot.app.screen
    await until(pilot, lambda: line.region.width == pilot.app.size.width)
    assert line.region.height == 1, where
    assert line.render().plain.startswith(f"{ERROR_SIGN}temp"), where
    assert {screen.get_widget_at(x, line.region.y)[0] for x in range(pilot.app.size.width)} == {line}, where
    for widget in screen.query("PoemView, TextArea, Input, OptionList, Tree, ReadingView, LensView, KeyRow"):
        is_covered = widget.is_on_screen and screen.find_widget(widget).visible_region.overlaps(line.region)
        assert not is_covered, f"{widget} in {where}"


async def assert_room(pilot: Pilot, size: tuple[int, int], where: str) -> None:
    """What matters most on a page is in sight: what has the focus, and where one writes the verse and the prompt."""
    screen = pilot.app.screen
    if isinstance(screen, WriteScreen):
        view, pane = screen.query_one(PoemView), screen.query_one(SidePane)
        await until(pilot, lambda: in_sight(pilot, view)[0] + in_sight(pilot, pane)[0] >= size[0] - 3)
        _, height = in_sight(pilot, screen.query_one(PoemView))
        assert height >= 3, where
        assert in_sight(pilot, screen.query_one("#prompt"))[1] >= 1, where
    else:
        focused = screen.focused or screen.query("VerticalScroll").first()
        await until(pilot, lambda: min(in_sight(pilot, focused)))
        assert in_sight(pilot, focused)[0] >= 16, where


async def assert_can_be_read_in(pilot: Pilot, themes: Iterable[str], name: str) -> None:
    """A page can be read in every theme, and so can a message on it.

    A page without a row for messages is given one that stays beside everything else while the themes change.
    """
    has_row = bool(pilot.app.screen.query(StatusLine))
    async with contextlib.nullcontext() if has_row else message(pilot):
        for theme in themes:
            await assert_can_be_read(pilot, theme, f"{name} in {theme}")
            if has_row:
                async with message(pilot):
                    await assert_can_be_read(pilot, theme, f"a message on {name} in {theme}")


async def assert_can_be_read(pilot: Pilot, theme: str, where: str) -> None:
    """Every letter stands out from what is behind it; in the lens, each shade from the next one too."""
    pilot.app.theme = theme
    await pilot.pause()
    contrasts = {text: contrast(style.color, style.bgcolor) for text, style in await letters_in_front(pilot)}
    assert {text: ratio for text, ratio in contrasts.items() if ratio < LEAST[theme]} == {}, where
    if isinstance(pilot.app.screen, LensScreen):
        for shade in shades(pilot):
            assert contrast(shade.color, shade.bgcolor) >= LEAST[theme], where
        for shade, next_shade in itertools.pairwise(shades(pilot)[1:]):
            pairs = zip(shade.bgcolor.triplet, next_shade.bgcolor.triplet, strict=True)
            assert max(abs(part - next_part) for part, next_part in pairs) >= 20, where  # of 255: red, green or blue


async def picture(pilot: Pilot, stored: Path) -> str:
    """The picture of a page once it is the stored one, or else when it was looked at often enough."""
    expected = stored.read_text("utf-8") if stored.exists() else ""
    for _ in range(LOOKS):
        for widget in pilot.app.screen.query("*"):
            if getattr(widget, "cursor_blink", False):
                widget.cursor_blink = False
                widget.notify_style_update()  # else a line with a cursor that was dark just then would stay
        seen = screenshot(pilot.app)
        if seen == expected:
            break
        await pilot.pause()
    return seen


def in_sight(pilot: Pilot, widget: Widget) -> tuple[int, int]:
    """How many columns and rows of a widget are on the screen."""
    seen = widget.region.intersection(pilot.app.screen.region)
    return (seen.width, seen.height) if widget.display else (0, 0)


async def letters_in_front(pilot: Pilot) -> list[tuple[str, Style]]:
    """Every run of letters on a screen, once there are some, and its style; of a modal one, what lies in front."""
    runs: list[tuple[str, Style]] = []

    def are_seen() -> bool:
        runs[:] = runs_of_letters(pilot.app.screen)
        return bool(runs)

    await until(pilot, are_seen)
    return runs


def rows_of(screen: Screen) -> str:
    """What a screen shows, without colours: far quicker than its picture."""
    return "\n".join(strip.text for strip in screen._compositor.render_strips())


def runs_of_letters(screen: Screen) -> Iterator[tuple[str, Style]]:
    in_front = [child.region for child in screen.children if child.display] if screen.is_modal else [screen.region]
    for y, strip in enumerate(screen._compositor.render_strips()):
        x = 0
        for text, style, _ in strip:
            ends = (x, x + cell_len(text) - 1)
            if any(character.isalnum() for character in text) and any(
                all(region.contains(end, y) for end in ends) for region in in_front
            ):
                yield text, style
            x = ends[1] + 1


def contrast(one: Color, other: Color) -> float:
    """WCAG 2.2, contrast ratio of two colours of Rich (1.4.3 and 1.4.6 want 4.5 and 7)."""
    return few_colours.contrast(one.triplet, other.triplet)


def shades(pilot: Pilot) -> list[Style]:
    """Of the lens, from what was expected to what was not."""
    view = pilot.app.screen.query_one(LensView)
    return [view.get_component_rich_style(f"lens--{shade}") for shade in range(len(LEVELS) + 1)]


def file_name(page: str, language: str, size: tuple[int, int]) -> str:
    return f"{page}-{language}-{size[0]}x{size[1]}.svg"


def test_no_picture_is_left_of_a_page_that_is_gone():
    pictured = [name for name, page in PAGES.items() if page.has_picture]
    names = {file_name(name, language, size) for name in pictured for language in WORDS for size in SIZES}
    assert {path.name for path in PICTURES.iterdir()} == names
