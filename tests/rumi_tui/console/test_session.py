"""The next console goes on where the last one left off."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from console_support import (
    console,
    field,
    letters,
    obeyed,
    on_the_page,
    press_and_write,
    status,
    told,
    until,
)
from support import refused
from textual.widgets import Select

from models.characters import is_printable
from models.errors import RumiError
from rumi_tui.console.app import RumiApp
from rumi_tui.console.screens.library import LibraryScreen
from rumi_tui.console.session_file import LARGEST, SavedSession, SessionFile, begin, defaults_of
from rumi_tui.console.settings import SettingsFile, UserSettings
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.widgets.settings_bar import SettingsBar
from rumi_tui.console.writing.history import Step
from rumi_tui.library.poem import LARGEST_SEED
from rumi_tui.library.store import Library


@pytest.fixture
def file(tmp_path: Path) -> SessionFile:
    return SessionFile(tmp_path / "state" / "session.json")


async def test_poem_place_settings_prompt_and_steps_come_back(library: Library, endless_file: Path, file: SessionFile):
    fields = {"lines": "40", "seed": "7", "pace": "9000"}
    async with console(library, endless_file, settings=SettingsFile(), session=file, **fields) as pilot:
        await obeyed(pilot, "/keep off")
        first = await press_and_write(pilot, library, *"amber", "enter")
        whole = await press_and_write(pilot, library, "ctrl+g")
        await obeyed(pilot, "/form free")
        await pilot.press("ctrl+home", "pagedown", *"drum", "left", "ctrl+l", "f3", "escape")
        view, values = pilot.app.screen.query_one(PoemView), pilot.app.screen.query_one(SettingsBar).values()
        await until(pilot, lambda: view.scroll_y == view.scroll_target_y > 0)
        top = view.top
    assert pilot.app._writing.saved() is None  # the page is gone, but a timer may still ask
    async with console(library, endless_file, settings=SettingsFile(), session=file) as pilot:
        assert "left off" in status(pilot)
        assert on_the_page(pilot) == letters(whole.text)
        await until(pilot, lambda: pilot.app.screen.query_one(PoemView).top == top)
        assert pilot.app.screen.query_one(SettingsBar).values() == values
        assert (field(pilot, "prompt").text, field(pilot, "prompt").cursor_location) == ("drum", (0, 3))
        await pilot.press("f5")
        await until(pilot, lambda: field(pilot, "form", Select).value == "couplet")
        for key, text in (("f5", first.text), ("f5", ""), ("f6", first.text), ("f6", whole.text)):
            await pilot.press(key)
            await until(pilot, lambda text=text: on_the_page(pilot) == letters(text))
        await pilot.press("f6")
        await until(pilot, lambda: field(pilot, "form", Select).value == "free")
        longer = await press_and_write(pilot, library, "ctrl+g")
        assert [longer] == library.poems()
        assert longer.text.startswith(whole.text)

        await pilot.press("alt+a")
        await until(pilot, lambda: on_the_page(pilot) == "")
        settings = pilot.app.screen.query_one(SettingsBar)
        default_values = {
            "lines": str(UserSettings().lines),
            "seed": "",
            "pace": "",
            "keep": "strict",
            "form": "couplet",
        }
        assert settings.values() == values | default_values
        assert field(pilot, "prompt").text == ""
        await pilot.press("f5")
        await until(pilot, lambda: on_the_page(pilot) == letters(longer.text))
        assert settings.values() == values
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))
        assert pilot.app.screen._order == "oldest first"


async def test_what_is_typed_last_is_saved_last_however_slow_the_disk_is(library, endless_file, file, monkeypatch):
    write, save, begun, may_go_on = SessionFile.write, RumiApp._save, [], threading.Event()

    def write_slowly(self: SessionFile, session: SavedSession) -> None:
        if session.prompt == "a":
            may_go_on.wait()
        write(self, session)

    async def note_and_save(self: RumiApp) -> None:
        begun.append(self)
        await save(self)

    monkeypatch.setattr(SessionFile, "write", write_slowly)
    monkeypatch.setattr(RumiApp, "_save", note_and_save)
    async with console(library, endless_file, session=file) as pilot:
        await until(pilot, lambda: begun)  # what was there before a key
        begun.clear()
        await pilot.press("a")
        await until(pilot, lambda: begun)
        begun.clear()
        leaving = asyncio.create_task(pilot.press("m", "b", "e", "r", "ctrl+q"))
        await until(pilot, lambda: begun)
        may_go_on.set()
        await leaving
    await asyncio.get_running_loop().shutdown_default_executor()  # as when the program ends
    assert SessionFile(file._path).read().prompt == "amber"


async def test_a_poem_that_was_damaged_since_takes_no_other_step_with_it(library, endless_file, file):
    async with console(library, endless_file, session=file, lines="2") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        last = await press_and_write(pilot, library, *"drum", "enter")
    library._database.execute("UPDATE poems SET written = 'yesterday' WHERE id = 1")
    async with console(library, endless_file, session=file) as pilot:
        assert on_the_page(pilot) == letters(last.text)
        assert told(pilot) == []


async def test_steps_that_a_library_does_not_give_today_are_there_tomorrow(library, endless_file, file, monkeypatch):
    async with console(library, endless_file, session=file, lines="2") as pilot:
        poem = await press_and_write(pilot, library, *"amber", "enter")
    with monkeypatch.context() as patch:
        patch.setattr(library, "lists", fail)
        async with console(library, endless_file, session=file) as pilot:
            assert told(pilot) == ["The library is locked."]
            await pilot.press("x")
            await until(pilot, lambda: file.read().prompt.endswith("x"))
    async with console(library, endless_file, session=file) as pilot:
        assert on_the_page(pilot) == letters(poem.text)


async def test_a_page_that_was_emptied_stays_so_where_the_library_did_not_give_its_poem(
    library, endless_file, file, monkeypatch
):
    async with console(library, endless_file, session=file, lines="2") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
    with monkeypatch.context() as patch:
        patch.setattr(library, "lists", fail)
        async with console(library, endless_file, session=file) as pilot:
            await obeyed(pilot, "/new")
    async with console(library, endless_file, session=file) as pilot:
        assert on_the_page(pilot) == ""


def fail(poem: int) -> bool:
    raise RumiError("The library is locked.")


async def test_a_session_that_cannot_be_read_is_told_and_the_console_opens(library, endless_file, tmp_path):
    path = tmp_path / "session.json"
    path.write_bytes(b"no session")
    async with console(library, endless_file, session=SessionFile(path)) as pilot:
        [sentence] = told(pilot)
        assert "session-damaged-" in sentence
        assert sentence in status(pilot)
        await until(pilot, path.exists)
        path.unlink()
        path.mkdir()
        await pilot.press("x")
        await until(pilot, lambda: len(told(pilot)) == 2)
        await pilot.press("y")


def begun(settings: dict[str, str], user: UserSettings, model: str | None = None, path: Path | None = None):
    """What a console begins with after a session with these settings and the defaults of the program."""
    file = SessionFile(path)
    session = SavedSession(settings=settings, defaults=defaults_of(UserSettings()))
    file.write(session)
    return begin(file, user, model)


async def test_a_session_that_means_harm_neither_ends_the_console_nor_controls_the_terminal(
    library: Library, endless_file: Path, file: SessionFile
):
    poem = library.begin("en", "0" * 64, "free", "amber\ncandle")
    harm = "\x1b]0;title\x07\x9b\u202e"
    file.write(
        SavedSession(
            settings={"lines": harm, harm: harm},
            steps=[Step(None), Step(LARGEST_SEED), Step(poem, None, {harm: harm, "no-setting": "1"}, {"lines": "4"})],
            number=LARGEST_SEED,
            top=LARGEST_SEED,
            prompt=f"amber {harm}",
            cursor=(LARGEST_SEED, LARGEST_SEED),
            library_order=harm,
        )
    )
    async with console(library, endless_file, session=file) as pilot:
        await pilot.press("f5")
        await until(pilot, lambda: any("no setting" in words for words in told(pilot)))
        strips = pilot.app.screen._compositor.render_strips()
        assert all(is_printable(character) for strip in strips for text, *_ in strip for character in text)
        await pilot.app.screen.query_one(PoemView).remove()
        assert pilot.app._writing.saved() is None


def test_what_was_set_comes_back_unless_the_settings_file_was_changed_since(tmp_path: Path):
    settings = {
        "model": "fa",
        "form": "rubai",
        "lines": "4",
        "temperature": "0.5",
        "metre": "x",
        "seed": "7",
        "pace": "",
    }
    path = tmp_path / "session.json"
    model, session, trouble = begun(settings, UserSettings(temperature=1.2), path=path)
    assert (model, trouble) == ("fa", "")
    assert session.settings == {"form": "rubai", "lines": "4", "metre": "x", "seed": "7", "pace": ""}
    assert begun(settings, UserSettings(model="en-x"), path=path).model == "en-x"
    model, session, _ = begun(settings, UserSettings(), "en", path)
    assert (model, session.settings) == (
        "en",
        {"form": "rubai", "lines": "4", "temperature": "0.5", "seed": "7", "pace": ""},
    )


def test_values_that_no_setting_takes_are_left_out(tmp_path: Path):
    settings = {"keep": "never", "lines": "", "temperature": "hot", "model": "nothing", "top-k": "-1", "min-p": "0.1"}
    model, session, trouble = begun(settings, UserSettings(), path=tmp_path / "session.json")
    assert (model, session.settings, trouble) == ("en", {"min-p": "0.1"}, "")
    long_name = {"model": "/" + 300 * "x"}
    assert begun(long_name, UserSettings(), path=tmp_path / "session.json").model == "en"


def test_blanks_around_a_value_are_no_part_of_it(tmp_path: Path):
    _, session, _ = begun({"keep": " loose "}, UserSettings(), path=tmp_path / "session.json")
    assert session.settings == {"keep": "loose"}


def test_a_model_file_that_is_gone_is_told_and_another_model_writes(tmp_path: Path):
    gone = str(tmp_path / "mine.onnx")
    settings = {"model": gone, "form": "free", "metre": "x", "rhyme": "y"}
    model, session, trouble = begun(settings, UserSettings(), path=tmp_path / "session.json")
    assert (model, session.settings) == ("en", {"form": "free"})
    assert trouble == f"The model file {gone} is gone: English writes now."


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no session",
        b"[1, 2]",
        b'{"version": 2}',
        b'{"steps": [7]}',
        b'{"top": -1}',
        b'{"top": 9223372036854775808}',
        b'{"steps": [{"poem": 9223372036854775808}]}',
        b'{"steps": [{"poem": 1, "length": -1}]}',
        b"\xff",
        b" " * (LARGEST + 1),
        b"[" * 9999,
    ],
)
def test_what_is_no_session_is_set_aside_as_it_is(tmp_path: Path, content: bytes):
    path = tmp_path / "session.json"
    path.write_bytes(content)
    with refused(r"session-damaged-.*\.json"):
        SessionFile(path).read()
    [aside] = tmp_path.iterdir()
    assert aside.read_bytes() == content
    assert SessionFile(path).read() == SavedSession()


def test_the_last_console_to_end_is_the_one_that_is_gone_on_with(tmp_path: Path):
    path = tmp_path / "state" / "session.json"
    one, other = SessionFile(path), SessionFile(path)
    first, second = SavedSession(prompt="amber"), SavedSession(prompt="drum")
    one.write(first)
    other.write(second)
    assert SessionFile(path).read() == second
    assert one.has_saved(first)
    one.write(first)
    assert SessionFile(path).read() == first


def test_a_session_that_is_too_large_is_saved_without_what_was_typed(tmp_path: Path):
    file = SessionFile(tmp_path / "session.json")
    file.write(SavedSession(prompt="x" * LARGEST, number=3))
    assert file.read() == SavedSession(number=3)
    with refused("cannot be saved: .* is not UTF-8"):
        file.write(SavedSession(settings={"model": "/\udcff.onnx"}))


def test_whoever_is_here_for_the_first_time_begins_with_what_reads_well(tmp_path: Path):
    file = SessionFile(tmp_path / "session.json")
    begun = begin(file, UserSettings(lines=2), is_first=True)
    assert (begun.session.settings, begun.session.prompt) == ({"form": "free", "temperature": "0.6"}, "My heart is")
    assert begin(file, UserSettings(), "fa", is_first=True).session == SavedSession()
