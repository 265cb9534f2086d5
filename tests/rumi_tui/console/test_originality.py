"""Lines that copy the text that a model learned from, refused where a person wishes it."""

from __future__ import annotations

import pytest
from console_support import console, field, obey, obeyed, press_and_write, status, told, until
from textual.widgets import Select

from models.phrase_hashes import PHRASE
from rumi_tui.console.settings import SettingsFile
from rumi_tui.engine.poems import write_poems
from rumi_tui.engine.request import Request
from rumi_tui.engine.session import Session
from rumi_tui.library.store import Library


async def test_a_poem_with_a_limit_on_copying_is_that_of_the_command(library: Library, indexed_file, write_again):
    session = Session(indexed_file)
    request = Request(form="free", seed=7, lines=4, keep="strict", original=PHRASE)
    [original] = write_poems(session, session.description, request, 1)
    async with console(library, indexed_file, settings=SettingsFile(), lines="4", seed="7") as pilot:
        field(pilot, "form", Select).value = "free"
        assert [passage.original for passage in (await press_and_write(pilot, library, "enter")).passages] == [None]
        await obeyed(pilot, f"/original {PHRASE}")
        kept = await press_and_write(pilot, library, "ctrl+r")
        assert kept.text == original.text
        assert [passage.original for passage in kept.passages] == [PHRASE]
        assert write_again(kept, session) == kept.text
        await pilot.press("f7")
        await until(pilot, lambda: "the same poem" in status(pilot))
        await obeyed(pilot, "/original off")
        assert [passage.original for passage in (await press_and_write(pilot, library, "ctrl+r")).passages] == [None]


async def test_a_line_that_is_written_anew_keeps_the_limit_too(library: Library, indexed_file):
    limit = str(PHRASE)
    async with console(library, indexed_file, settings=SettingsFile(), lines="4", seed="7", original=limit) as pilot:
        field(pilot, "form", Select).value = "free"
        await press_and_write(pilot, library, "enter")
        await obey(pilot, "/line 2")
        await until(pilot, lambda: status(pilot).startswith("line 2 is new"))
        assert [each.original for each in library.poems()[0].passages] == [PHRASE, PHRASE]


async def test_a_setting_in_the_file_holds_from_the_start(library: Library, indexed_file):
    file = SettingsFile()
    file.change("original", 6)
    async with console(library, indexed_file, (120, 40), settings=file, lines="2") as pilot:
        assert field(pilot, "original").value == "6"
        field(pilot, "temperature").focus()
        await until(pilot, lambda: field(pilot, "original").region)
        await pilot.press("escape")
        assert [each.original for each in (await press_and_write(pilot, library, "enter")).passages] == [6]


@pytest.mark.parametrize(
    ("keep", "line", "sentence"),
    [
        ("off", "/original 6", "refused only where the form is kept"),
        ("strict", "/original 3", "found in any verse"),
        ("strict", "/original six", "must be a whole number"),
    ],
)
async def test_a_limit_that_nothing_can_keep_is_refused(library: Library, endless_file, keep, line, sentence):
    async with console(library, endless_file) as pilot:
        field(pilot, "keep", Select).value = keep
        await obey(pilot, line)
        await until(pilot, lambda: any(sentence in each for each in told(pilot)))
        assert field(pilot, "original").value == ""
        assert field(pilot, "prompt").text == line


async def test_a_model_that_cannot_tell_a_copy_says_so(library: Library, endless_file):
    async with console(library, endless_file, settings=SettingsFile(), lines="2", original="6") as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: any("nothing copied can be refused" in each for each in told(pilot)))
