"""The language follows the script that is typed. With the models that ship: no other is one of a language."""

from __future__ import annotations

import pytest
from console_support import console, field, status, until
from textual.pilot import Pilot
from textual.widgets import Select

from rumi_tui.console.session_file import SessionFile
from rumi_tui.console.widgets.prompt import Prompt


def model(pilot: Pilot) -> str:
    return str(field(pilot, "model", Select).value)


def prompt(pilot: Pilot) -> Prompt:
    return pilot.app.screen.query_one(Prompt)


@pytest.mark.parametrize(("begin", "typed", "other"), [("en", "گل و نان", "fa"), ("fa", "amber", "en")])
async def test_the_model_is_that_of_the_letters_typed_and_no_letter_is_lost(library, begin, typed, other):
    async with console(library, begin) as pilot:
        assert model(pilot) == begin
        await pilot.press(*typed)
        assert model(pilot) == other
        assert prompt(pilot).text == typed
        prompt(pilot).clear()
        assert model(pilot) == other
        await pilot.press(*("amber" if begin == "en" else "گل"))
        assert model(pilot) == begin


async def test_what_was_typed_in_another_script_begins_a_poem_of_its_language(library):
    async with console(library, "en", lines="1") as pilot:
        await pilot.press(*"گل")
        await until(pilot, lambda: isinstance(field(pilot, "form", Select).value, str))
        await pilot.press("enter")
        await until(pilot, lambda: [poem.model for poem in library.poems()] == ["fa"])
        assert library.poems()[0].text.startswith("گل")


async def test_what_was_typed_for_another_model_begins_no_poem_of_the_one_that_was_chosen_since(library):
    async with console(library, "en", lines="1") as pilot:
        await pilot.press(*"amber", "ctrl+t", "enter")
        await until(pilot, lambda: [poem.model for poem in library.poems()] == ["fa"])
        assert library.poems()[0].text.startswith("amber") is False
        assert library.given(library.poems()[0]) == []
        await until(pilot, lambda: "stopped" in status(pilot))
        assert status(pilot).startswith("Without what you typed, which is English: Persian is written now.")
        assert prompt(pilot).text == "amber"
        await pilot.press("ctrl+t", "enter")
        await until(pilot, lambda: [poem.model for poem in library.poems()] == ["en", "fa"])
        assert library.poems()[0].text.startswith("amber")
        await until(pilot, lambda: "stopped" in status(pilot))
        assert "Without" not in status(pilot)


async def test_a_form_that_another_model_does_not_know_is_chosen_again_with_the_one_that_does(library):
    def form(pilot: Pilot) -> Select:
        return field(pilot, "form", Select)

    async def turn_to(pilot: Pilot, language: str, expected: str) -> None:
        await pilot.press("ctrl+t")
        await until(pilot, lambda: model(pilot) == language and form(pilot).value == expected)

    async with console(library, "en", form="free") as pilot:
        await turn_to(pilot, "fa", "couplet")
        await turn_to(pilot, "en", "free")
        await turn_to(pilot, "fa", "couplet")
        form(pilot).value = "ghazal"
        await pilot.press("ctrl+t")
        await until(pilot, lambda: model(pilot) == "en" and isinstance(form(pilot).value, str))
        await turn_to(pilot, "fa", "ghazal")


async def test_letters_choose_their_model_again_after_another_was_chosen(library):
    async with console(library, "en") as pilot:
        await pilot.press(*"گل")
        await pilot.press("ctrl+t")
        assert model(pilot) == "en"
        await pilot.press(*" نان")
        assert model(pilot) == "fa"
        prompt(pilot).take_up("گل", (0, 0), is_sent=True)  # as after a poem: the next letter takes its place
        await pilot.press("ctrl+t", "ن")
        assert prompt(pilot).text == "ن"
        assert model(pilot) == "fa"
        assert status(pilot) == "You type Persian: the Persian model writes now."


async def test_the_model_that_was_chosen_stays_after_a_command_and_at_the_next_start(library, tmp_path):
    file = SessionFile(tmp_path / "session.json")
    async with console(library, "en", session=file) as pilot:
        await pilot.press(*"amber")
        for line in ("/model fa", "/lines 3"):
            await obeyed_before(pilot, line, "amber")
            assert model(pilot) == "fa"
    async with console(library, "fa", session=file) as pilot:
        await pilot.press("f1", "escape")
        assert (prompt(pilot).text, model(pilot)) == ("amber", "fa")
        await pilot.press("end", "s")
        assert model(pilot) == "en"


async def obeyed_before(pilot: Pilot, line: str, verse: str) -> None:
    """Types a command over a verse, and waits until it is done and the verse is back."""
    await pilot.press("slash", *(("space" if letter == " " else letter) for letter in line[1:]), "enter")
    await until(pilot, lambda: prompt(pilot).text == verse)


async def test_commands_numbers_and_single_words_of_another_script_change_nothing(library):
    async with console(library, "en") as pilot:
        for typed in ("/rhyme گل", "12 (!)", "amber گل ember"):
            await pilot.press(*typed)
            assert model(pilot) == "en"
            prompt(pilot).clear()


async def test_a_model_of_ones_own_stays(library, endless_file):
    async with console(library, endless_file) as pilot:
        await pilot.press(*"گل")
        assert model(pilot) == str(endless_file)
