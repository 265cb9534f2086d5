from __future__ import annotations

import os
import shutil
from typing import ClassVar

import forked
import pytest
from console_support import (
    SIZES,
    begin_without_end,
    console,
    field,
    leave,
    letters,
    obey,
    on_the_page,
    press_and_write,
    run,
    status,
    told,
    unkept,
    until,
)
from textual.screen import Screen
from textual.widgets import Select

from rumi_tui.console import app
from rumi_tui.console.actions import EVERYWHERE, WRITING
from rumi_tui.console.app import RumiApp
from rumi_tui.console.screens.write import WriteScreen
from rumi_tui.console.settings import SettingsFile
from rumi_tui.console.widgets.page import Page
from rumi_tui.console.widgets.poem_view import PoemView
from rumi_tui.console.writing import writer
from rumi_tui.console.writing.draft import Draft, Job, Settings
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.messages import Finished
from rumi_tui.engine.request import Request, Sampling
from rumi_tui.library.poem import Passage


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_written_is_on_the_page_and_in_the_library(library, endless_file, size):
    async with console(library, endless_file, size, SettingsFile(), lines="4") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        assert kept.text.startswith("amber")
        assert len(kept.text.split("\n")) == 4
        assert on_the_page(pilot) == letters(kept.text)
        assert "stopped at 4 lines" in status(pilot)
        assert (kept.form, kept.model, kept.passages[0].ending) == ("couplet", str(endless_file), "lines")


async def test_a_poem_is_written_from_nothing_and_can_be_written_again(library, endless_file, endless, write_again):
    async with console(library, endless_file, lines="2") as pilot:
        kept = await press_and_write(pilot, library, "enter")
        assert kept.passages[0].begins_at == 0
        assert write_again(kept, endless) == kept.text


async def test_a_poem_of_words_is_on_the_page_and_in_the_library(library, word_pair, words, write_again):
    async with console(library, word_pair[1], lines="4") as pilot:
        await press_and_write(pilot, library, *"amber can", "enter")
        kept = await press_and_write(pilot, library, "ctrl+g")
        assert kept.text.startswith("amber can")
        assert on_the_page(pilot) == letters(kept.text)
        assert write_again(kept, words) == kept.text


async def test_a_poem_that_the_model_ends_says_so(library, model_file):
    async with console(library, model_file, lines="1000000") as pilot:
        kept = await press_and_write(pilot, library, "enter")
        assert kept.passages[0].ending == "end"
        assert "the poem ended here" in status(pilot)
        assert on_the_page(pilot) == letters(kept.text)


async def test_escape_stops_and_keeps_what_is_there(library, endless_file, endless, write_again):
    async with console(library, endless_file, settings=SettingsFile()) as pilot:
        await begin_without_end(pilot, library, *"amber")
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in status(pilot))
        [kept] = library.poems()
        assert on_the_page(pilot) == letters(kept.text)
        assert kept.passages[0].ending is None
        assert write_again(kept, endless) == kept.text
        page = pilot.app.screen.query_one(Page)
        settings = Settings(model="en", form="free", sampling=Sampling(), seed=7, lines=2)
        job = Job(library, settings, "", is_typed=True, draft=Draft(library, "en", "", "free", "amber\nember\ndrum"))
        job.draft.passages = [Passage(begins_at=0, seed=7, lines=2, sampling=Sampling())]
        page.query_one(PoemView).show_try("lantern")
        page.end(None, job, Finished(None, 0, 0.0))
        assert status(pilot) == "seed 7 · stopped; the line that was being tried is left out"
        page.end(None, job, Finished("lines", 0, 0.0))
        assert status(pilot) == "seed 7 · stopped at 3 lines, not 2, so that nothing is cut off"


async def test_again_writes_another_poem_from_the_same_beginning(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        second = await press_and_write(pilot, library, "ctrl+r")
        assert second.id != first.id
        assert [poem.text[: poem.passages[0].begins_at] for poem in (first, second)] == ["amber", "amber"]
        assert first.passages[0].seed != second.passages[0].seed
        assert first.text != second.text
        assert on_the_page(pilot) == letters(second.text)
        assert library.poem(first.id) == first


async def test_again_while_writing_keeps_what_was_there_and_begins_anew(library, endless_file):
    async with console(library, endless_file) as pilot:
        await begin_without_end(pilot, library, *"amber")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(library.poems()) == 2)
        await until(pilot, lambda: len(library.poems()[0].text) > 100)
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in status(pilot))
        second, first = library.poems()
        assert len(first.text) > 100
        assert on_the_page(pilot) == letters(second.text)


async def test_go_on_continues_the_poem_on_a_new_line(library, endless_file, endless, write_again):
    async with console(library, endless_file, lines="2") as pilot:
        first = await press_and_write(pilot, library, *"amber", "enter")
        field(pilot, "lines").value = "4"
        field(pilot, "temperature").value = "1.5"
        whole = await press_and_write(pilot, library, "ctrl+g")
        assert whole.id == first.id
        assert whole.text.startswith(first.text + "\n")
        assert [passage.sampling.temperature for passage in whole.passages] == [0.8, 1.5]
        assert on_the_page(pilot) == letters(whole.text)
        assert write_again(whole, endless) == whole.text


async def test_a_poem_gone_on_with_after_another_form_was_chosen_can_be_written_again(
    library, endless_file, endless, write_again
):
    passage = Passage(begins_at=0, seed=5, lines=None, sampling=Sampling())
    text = "".join(
        step.text for step in Generation(endless, endless.tokenizer, Request(form="couplet", seed=5, characters=4))
    )
    poem = library.begin(str(endless_file), endless.sha256, "couplet", text)
    library.save(poem, text, [passage])
    async with console(library, endless_file, lines="2") as pilot:
        await pilot.press("ctrl+l", "enter")
        await until(pilot, lambda: on_the_page(pilot) == letters(text))
        field(pilot, "form", Select).value = "free"
        whole = await press_and_write(pilot, library, "ctrl+g")
        assert len(whole.passages) == 2
        assert write_again(whole, endless) == whole.text


async def test_go_on_with_settings_that_make_no_sense_leaves_the_poem_as_it_is(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        field(pilot, "temperature").value = "hot"
        for _ in range(2):
            await pilot.press("ctrl+g")
            await until(pilot, lambda: any("Temperature" in sentence for sentence in told(pilot)))
        await pilot.pause()
        assert library.poems() == [kept]
        field(pilot, "temperature").value = "1"
        whole = await press_and_write(pilot, library, "ctrl+g")
        assert whole.passages[1].begins_at == len(kept.text) + 1


async def test_a_model_that_is_missing_is_told(library, tmp_path):
    app = RumiApp(library, str(tmp_path / "missing.onnx"), "app")
    async with run(app) as pilot:
        await until(pilot, lambda: told(pilot))
        assert "missing.onnx" in told(pilot)[0]
        await pilot.press(*"amber", "enter")
        await until(pilot, lambda: len(told(pilot)) == 2)
        assert told(pilot)[1] == told(pilot)[0]
        field(pilot, "prompt").text = "/form ghazal"
        await pilot.press("enter")
        await until(pilot, lambda: len(told(pilot)) == 3)
        assert told(pilot)[2] == told(pilot)[0]
        assert library.poems() == []


async def test_characters_the_model_never_saw_are_told(library, endless_file):
    async with console(library, endless_file, lines="1") as pilot:
        field(pilot, "prompt").text = "Caf\u00e9 \N{FIRE}"
        kept = await press_and_write(pilot, library, "enter")
        assert kept.text.startswith("Cafe \N{FIRE}")
        [note, _] = told(pilot, is_error=False)
        assert "\u00e9 as e" in note
        assert "\N{FIRE}" in note
        assert status(pilot).startswith(f"{note} · seed ")


def test_every_action_has_a_key_of_its_own_and_somebody_who_does_it():
    keys = [action.key for action in (*WRITING, *EVERYWHERE)]
    assert len(set(keys)) == len(keys)
    assert all(callable(getattr(WriteScreen, f"action_{action.name}")) for action in WRITING)
    assert all(callable(getattr(RumiApp, f"action_{action.name}")) for action in EVERYWHERE)


async def test_escape_closes_a_list_of_choices(library, endless_file):
    async with console(library, endless_file) as pilot:
        select = field(pilot, "form", Select)
        select.focus()
        await pilot.press("enter")
        await until(pilot, lambda: select.expanded)
        await pilot.press("escape")
        await until(pilot, lambda: not select.expanded)


async def test_leaving_while_writing_saves_everything_and_leaves_no_process(
    library, endless_file, endless, write_again, monkeypatch
):
    monkeypatch.setattr(forked, "command", lambda: writer.COMMAND)  # the process is the console's own
    async with console(library, endless_file) as pilot:
        await begin_without_end(pilot, library, *"amber")
        process = pilot.app.writer._process
        on_page_before = on_the_page(pilot)
        await leave(pilot)
        [kept] = library.poems()
        assert letters(kept.text).startswith(on_page_before.removesuffix("▌"))
        assert write_again(kept, endless) == kept.text
        assert process.returncode is not None
        with pytest.raises(ProcessLookupError):
            os.kill(process.pid, 0)
        assert not pilot.app.unsaved_poems


async def test_keys_are_answered_while_a_poem_is_written(library, endless_file):
    async with console(library, endless_file) as pilot:
        await begin_without_end(pilot, library)
        await pilot.press("x", "y")
        assert field(pilot, "prompt").text == "xy"
        assert status(pilot).endswith("writing")
        length = len(on_the_page(pilot))
        await until(pilot, lambda: len(on_the_page(pilot)) > length)


async def test_the_screen_may_change_its_size_while_a_poem_is_written(library, endless_file):
    async with console(library, endless_file) as pilot:
        await begin_without_end(pilot, library, *"amber")
        for size in ((24, 8), (10, 4), (200, 60), (1, 1), (80, 24)):
            length = len(library.poems()[0].text)
            await pilot.resize_terminal(*size)
            await until(pilot, lambda length=length: len(library.poems()[0].text) > length)
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in status(pilot))
        assert on_the_page(pilot) == letters(library.poems()[0].text)


@pytest.mark.parametrize("size", SIZES)
async def test_a_page_is_laid_out_for_its_size_from_the_beginning(library, model_file, size):
    classes = []

    class Here(Screen):
        HORIZONTAL_BREAKPOINTS: ClassVar = [(0, "-slim"), (80, "-broad")]

        def on_mount(self):
            classes.append(set(self.classes))

    async with console(library, model_file, size) as pilot:
        await pilot.app.push_screen(Here())
        await pilot.pause()
        assert classes == [set(pilot.app.screen.classes)]
        assert classes == [{"-broad" if size[0] >= 80 else "-slim", "-tall" if size[1] >= 14 else "-short"}]


async def test_a_process_that_is_killed_is_told_and_another_poem_can_be_written(library, endless_file):
    async with console(library, endless_file) as pilot:
        await begin_without_end(pilot, library, *"amber")
        pilot.app.writer._process.kill()
        await until(pilot, lambda: told(pilot))
        assert "ended unexpectedly" in told(pilot)[0]
        assert len(library.poems()[0].text) > 100
        field(pilot, "lines").value = "2"
        await press_and_write(pilot, library, "enter")
        assert len(library.poems()) == 2


async def test_a_disk_that_fails_is_told_and_the_poem_is_saved_when_it_works_again(library, endless_file):
    async with console(library, endless_file) as pilot:
        await begin_without_end(pilot, library, *"amber")
        library._database.execute("PRAGMA query_only = ON")
        await until(pilot, lambda: told(pilot))
        library._database.execute("PRAGMA query_only = OFF")
        await until(pilot, lambda: any("saved again" in words for words in told(pilot, is_error=False)))
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in status(pilot))
        assert len(told(pilot)) == 1
        assert on_the_page(pilot) == letters(library.poems()[0].text)


async def test_a_poem_at_rest_is_saved_as_soon_as_that_works_again(library, endless_file, monkeypatch):
    monkeypatch.setattr(app, "SAVE_AGAIN_SECONDS", 0.01)
    async with console(library, endless_file) as pilot:
        library._database.execute("PRAGMA query_only = ON")
        await pilot.press(*"amber", "enter")
        await until(pilot, lambda: "stopped at" in status(pilot))
        library._database.execute("PRAGMA query_only = OFF")
        await until(pilot, lambda: "Everything is saved again." in told(pilot, is_error=False))
        assert on_the_page(pilot) == letters(library.poems()[0].text)


async def test_a_poem_that_cannot_be_saved_is_given_back_on_leaving(library, endless_file):
    async with console(library, endless_file) as pilot:
        library._database.execute("PRAGMA query_only = ON")
        await pilot.press(*"amber", "enter")
        await until(pilot, lambda: "stopped at" in status(pilot))
        assert told(pilot)[0].startswith("Not saved, but kept here")
        pilot.app._tell_what_goes_on()
        assert status(pilot).endswith("not saved")
        shown = on_the_page(pilot)
        await leave(pilot)
        assert letters(pilot.app.unsaved_poems) == shown
        assert len(shown) > 16


async def test_a_model_that_could_not_be_read_is_read_again_at_the_next_enter(library, endless_file, tmp_path):
    path = tmp_path / "late.onnx"
    async with run(RumiApp(library, str(path), "app", unkept())) as pilot:
        await until(pilot, lambda: "Could not read the model file" in "".join(told(pilot)))
        shutil.copy(endless_file, path)
        field(pilot, "lines").value = "1"
        await pilot.press(*"amber", "enter")
        await until(pilot, lambda: [poem.model for poem in library.poems() if poem.passages] == [str(path)])


COMMANDS = ("/line 1", "/export txt", "/edit", "/name", "/print", "/go-on", "/gloss", "/same-again")


async def test_whatever_is_done_with_a_poem_in_which_nothing_stands_ends_nothing(library, endless_file):
    async with console(library, endless_file, lines="1") as pilot:
        page = pilot.app.screen
        for what in (*(action.key for action in WRITING), *COMMANDS):
            page._desk.keep(Draft(library, str(endless_file), "0", "couplet", ""))
            await (obey(pilot, what) if what.startswith("/") else pilot.press(what))
            await pilot.press("enter")
            while pilot.app.screen is not page:
                await pilot.press("escape")
            await page._desk.finish()
            assert pilot.app.is_running, what
            assert all(poem.text for poem in library.poems()), what
