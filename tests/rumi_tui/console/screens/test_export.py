from __future__ import annotations

from pathlib import Path

import pytest
from console_support import console, press_and_write, status, told, until

from rumi_tui.console.screens.export import ExportScreen
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.library.formats import FORMATS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where poems are saved to."""
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path / "documents"))
    return tmp_path / "documents" / "Rumi"


@pytest.mark.parametrize("number", range(len(FORMATS)))
async def test_a_poem_is_saved_in_the_chosen_format(library, endless_file, folder, number):
    async with console(library, endless_file, lines="2") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ExportScreen))
        await pilot.press(*["down"] * number, "enter")
        await until(pilot, lambda: status(pilot).startswith("Saved as"))
        [path] = folder.iterdir()
        assert status(pilot) == told(pilot, is_error=False)[-1] == f"Saved as {path}"
        assert path.read_text("utf-8") == list(FORMATS.values())[number][1](kept)
        assert path.suffix[1:] == list(FORMATS)[number]


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
        await until(pilot, lambda: library.poems()[0].text.startswith(text))


async def test_a_folder_that_refuses_is_told_and_the_poem_stays(library, endless_file, folder):
    folder.parent.parent.mkdir(exist_ok=True)
    folder.parent.touch()
    async with console(library, endless_file, lines="2") as pilot:
        kept = await press_and_write(pilot, library, "enter")
        await pilot.press("ctrl+y")
        await until(pilot, lambda: "Could not write" in status(pilot))
        assert pilot.app.clipboard == kept.text
        assert library.poems() == [kept]


async def test_a_poem_that_could_not_be_saved_can_still_be_copied(library, endless_file, folder):
    async with console(library, endless_file, lines="2") as pilot:
        kept = await press_and_write(pilot, library, "enter")
        library._database.execute("PRAGMA query_only = ON")
        await pilot.press("ctrl+y")
        await until(pilot, lambda: told(pilot))
        assert pilot.app.clipboard == kept.text
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
