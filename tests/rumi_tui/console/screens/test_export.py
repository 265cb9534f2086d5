from __future__ import annotations

from pathlib import Path

import pytest
from console_support import console, field, letters, on_the_page, press_and_write, status, told, until
from textual.widgets import Input

from rumi_tui.console.screens.export import ExportScreen
from rumi_tui.console.screens.taking_in import ImportScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.library.exchange import LIBRARY, read_file
from rumi_tui.library.formats import FORMATS, content_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where poems are saved to."""
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path / "documents"))
    return tmp_path / "documents" / "Rumi"


async def test_a_poem_is_saved_in_the_chosen_format(library, endless_file, folder):
    async with console(library, endless_file, lines="2") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        for number, name in enumerate(FORMATS):
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
            await pilot.press(*["down"] * number, "enter")
            await until(pilot, lambda name=name: status(pilot).endswith(f".{name}"))
            [path] = folder.glob(f"*.{name}")
            assert status(pilot) == told(pilot, is_error=False)[-1] == f"Saved as {path}"
            assert path.read_bytes() == content_of(kept, name)
        assert len([*folder.iterdir()]) == len(FORMATS)


async def test_copying_gives_the_poem_to_the_terminal_and_to_a_file(library, endless_file, folder):
    async with console(library, endless_file, lines="2") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        await pilot.press("ctrl+y")
        await until(pilot, lambda: status(pilot).startswith("Copied"))
        assert pilot.app.clipboard == kept.text
        [path] = folder.iterdir()
        assert path.read_text("utf-8") == kept.text + "\n"
        assert str(path) in status(pilot)


async def test_what_is_being_written_is_saved_as_far_as_it_goes(library, endless_file, folder):
    async with console(library, endless_file, lines="1000000") as pilot:
        await pilot.press(*"amber", "enter")
        await until(pilot, lambda: library.poems() and len(library.poems()[0].text) > 100)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
        await pilot.press("enter")
        await until(pilot, lambda: told(pilot, is_error=False))
        [path] = folder.iterdir()
        text = path.read_text("utf-8").removesuffix("\n")
        assert len(text) > 100
        await pilot.press("escape")
        await until(pilot, lambda: letters(library.poems()[0].text).startswith(letters(text)))


async def test_a_folder_that_refuses_is_told_and_the_poem_stays(library, endless_file, folder):
    folder.parent.parent.mkdir(exist_ok=True)
    folder.parent.touch()
    async with console(library, endless_file, lines="2") as pilot:
        kept = await press_and_write(pilot, library, "enter")
        await pilot.press("ctrl+y")
        await until(pilot, lambda: "Could not write" in status(pilot))
        assert pilot.app.clipboard == kept.text.removesuffix("\n")
        assert library.poems() == [kept]


async def test_a_poem_that_could_not_be_saved_can_still_be_copied(library, endless_file, folder):
    async with console(library, endless_file, lines="2") as pilot:
        library._database.execute("PRAGMA query_only = ON")
        await pilot.press("enter")
        await until(pilot, lambda: told(pilot) and "stopped" in status(pilot))
        await pilot.press("ctrl+y")
        await until(pilot, lambda: pilot.app.clipboard)
        assert letters(pilot.app.clipboard) == on_the_page(pilot)
        library._database.execute("PRAGMA query_only = OFF")


async def test_without_a_poem_or_a_choice_nothing_is_saved(library, endless_file, folder):
    async with console(library, endless_file, lines="2") as pilot:
        await pilot.press("ctrl+y", "ctrl+s")
        await until(pilot, lambda: len(told(pilot, is_error=False)) == 2)
        await press_and_write(pilot, library, "enter")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, WriteScreen))
        assert not folder.exists()


async def test_a_title_names_the_file(library, endless_file, folder):
    async with console(library, endless_file, lines="2") as pilot:
        await press_and_write(pilot, library, "enter")
        await pilot.press("ctrl+o", *"Lamp", "enter")
        await until(pilot, lambda: library.poems()[0].title)
        await pilot.press("ctrl+y")
        await until(pilot, lambda: folder.exists() and [path.name for path in folder.iterdir()] == ["lamp-1.txt"])


async def test_the_whole_library_is_saved_as_one_file(library, endless_file, folder):
    async with console(library, endless_file) as pilot:
        poems = [library.begin("en", "0" * 64, "free", text) for text in ("amber", "candle")]
        field(pilot, "prompt").text = f"/export {LIBRARY}"
        await pilot.press("enter")
        await until(pilot, lambda: told(pilot, is_error=False))
        [path] = folder.iterdir()
        assert [poem.id for poem in read_file(path).poems] == poems


async def test_what_was_saved_is_taken_in_once(library, endless_file, tmp_path):
    path = tmp_path / "a library.json"
    async with console(library, endless_file) as pilot:
        library.begin("en", "0" * 64, "free", "amber")
        path.write_bytes(content_of(library.poems()[0], "json").replace(b"amber", b"candle"))
        field(pilot, "prompt").text = f"/import '{path}'"
        await pilot.press("enter")
        await until(pilot, lambda: "1 poem added to the library." in told(pilot, is_error=False))
        assert [poem.text for poem in library.poems()] == ["candle", "amber"]
        await pilot.press("alt+i")
        await until(pilot, lambda: isinstance(pilot.app.screen, ImportScreen))
        pilot.app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, lambda: any("1 was there already" in words for words in told(pilot, is_error=False)))
        await pilot.press("alt+i", *"nowhere", "enter")
        await until(pilot, lambda: any("cannot be read" in words for words in told(pilot)))
        await pilot.press("alt+i", "enter", "alt+i", "escape")
        assert len(library.poems()) == 2


async def test_a_system_without_a_printer_is_told(library, endless_file, monkeypatch):
    monkeypatch.setenv("PATH", "")
    async with console(library, endless_file, lines="2") as pilot:
        await press_and_write(pilot, library, "enter")
        await pilot.press("alt+p")
        await until(pilot, lambda: any("no lp on this system" in words for words in told(pilot)))
