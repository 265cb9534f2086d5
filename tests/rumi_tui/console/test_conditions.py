"""What a model can be told of a passage beside its form: metre and rhyme."""

from __future__ import annotations

from pathlib import Path

import pytest
from console_support import (
    begin_without_end,
    console,
    field,
    obey,
    obeyed,
    open_lens,
    press_and_write,
    run,
    status,
    told,
    until,
)
from support import METRES
from textual.pilot import Pilot
from textual.widgets import Select

from rumi_tui.bidi import to_display
from rumi_tui.console.app import RumiApp
from rumi_tui.console.settings import ENTRIES, UserSettings
from rumi_tui.console.widgets.settings_bar import SettingsBar
from rumi_tui.console.widgets.status_line import ERROR_SIGN
from rumi_tui.engine.lens import token_scores
from rumi_tui.engine.request import Sampling
from rumi_tui.library.poem import KeptPoem, Passage

RAMAL, MUTAQARIB = METRES


async def refusal(pilot: Pilot) -> str:
    """The one sentence that is told."""
    await until(pilot, lambda: told(pilot))
    [sentence] = told(pilot)
    assert status(pilot) == f"{ERROR_SIGN}{to_display(sentence, 'app', 0)}"
    pilot.app.notices.clear()
    return sentence


async def read_another(pilot: Pilot, model: Path) -> None:
    """Chooses another model as the page of settings does, and waits until it has been read."""
    field(pilot, "prompt").screen.query_one(SettingsBar).follow(ENTRIES["model"], UserSettings(model=str(model)))
    await until(pilot, lambda: not isinstance(field(pilot, "form", Select).value, str))
    await until(pilot, lambda: isinstance(field(pilot, "form", Select).value, str))


def is_shown(pilot: Pilot, name: str) -> bool:
    return bool(field(pilot, name).region)


def asked(kept: KeptPoem) -> list[tuple[str, str]]:
    return [(passage.metre, passage.rhyme) for passage in kept.passages]


async def test_a_passage_is_written_in_the_metre_and_the_rhyme_that_were_set(
    library, conditioned_file, conditioned, write_again
):
    async with console(library, conditioned_file, lines="2", metre=RAMAL, rhyme="an") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        assert asked(kept) == [(RAMAL, "an")]
        assert write_again(kept, conditioned) == kept.text
        field(pilot, "metre", Select).clear()
        field(pilot, "rhyme").value = ""
        whole = await press_and_write(pilot, library, "ctrl+g")
        assert asked(whole) == [(RAMAL, "an"), (RAMAL, "")]  # it goes on in its metre
        assert write_again(whole, conditioned) == whole.text
        await pilot.press("f7")
        await until(pilot, lambda: "the same poem" in status(pilot))


async def test_commands_set_metre_and_rhyme_and_leave_them_to_the_model_again(library, conditioned_file):
    async with console(library, conditioned_file, lines="2") as pilot:
        await obeyed(pilot, "/rhyme an")
        assert told(pilot, is_error=False) == ["The first couplet rhymes so; each that follows has a rhyme of its own."]
        await obeyed(pilot, f"/metre {RAMAL}")
        assert (field(pilot, "metre").value, field(pilot, "rhyme").value) == (RAMAL, "an")
        await obeyed(pilot, "/metre متقارب")
        assert field(pilot, "metre").value == MUTAQARIB
        await obeyed(pilot, "/metre 1")
        assert field(pilot, "metre").value == RAMAL
        await obeyed(pilot, "/metre")
        await until(pilot, lambda: f"1 {RAMAL}; 2 {MUTAQARIB}" in told(pilot, is_error=False)[-1])
        await obeyed(pilot, "/metre 2")
        await obeyed(pilot, "/rhyme any")
        await obeyed(pilot, "/metre any")
        kept = await press_and_write(pilot, library, "enter")
        assert asked(kept) == [("", "")]


async def test_what_the_model_cannot_be_told_is_refused_and_stays_to_be_mended(library, conditioned_file):
    async with console(library, conditioned_file, metre=RAMAL, rhyme="an") as pilot:
        for line, sentence in (
            ("/metre هزج", "is not one of these"),
            ("/metre ن", "could be one of these"),
            ("/rhyme ?", "cannot be spelled by this model"),
        ):
            await obey(pilot, line)
            assert sentence in await refusal(pilot)
            assert field(pilot, "prompt").text == line
            assert (field(pilot, "metre").value, field(pilot, "rhyme").value) == (RAMAL, "an")


async def test_a_form_without_rhyme_has_no_field_for_one_and_leaves_it_out(library, conditioned_file):
    async with console(library, conditioned_file, lines="2", rhyme="an") as pilot:
        await until(pilot, lambda: is_shown(pilot, "rhyme"))
        field(pilot, "form", Select).value = "free"
        await until(pilot, lambda: not is_shown(pilot, "rhyme"))
        kept = await press_and_write(pilot, library, *"amber", "enter")
        assert asked(kept) == [("", "")]
        await obey(pilot, "/rhyme in")
        assert "Free verse has no rhyme" in await refusal(pilot)
        field(pilot, "form", Select).value = "couplet"
        await until(pilot, lambda: is_shown(pilot, "rhyme"))
        assert field(pilot, "rhyme").value == "an"


@pytest.mark.parametrize(("size", "shown"), [((120, 40), True), ((80, 24), True), ((60, 24), False), ((20, 8), False)])
async def test_the_fields_are_there_where_the_model_can_be_told_and_there_is_room(
    library, conditioned_file, endless_file, size, shown
):
    async with console(library, conditioned_file, size, lines="2") as pilot:
        await pilot.pause()
        assert [is_shown(pilot, name) for name in ("metre", "rhyme")] == [shown, shown]
        if shown:
            assert field(pilot, "rhyme").region.right <= size[0]
        await obeyed(pilot, f"/metre {RAMAL}")
        await read_another(pilot, endless_file)
        await until(pilot, lambda: not is_shown(pilot, "metre") and not is_shown(pilot, "rhyme"))
        for line, sentence in (("/metre رمل", "knows no metres"), ("/rhyme an", "cannot be given a rhyme")):
            await obey(pilot, line)
            assert sentence in await refusal(pilot)
        kept = await press_and_write(pilot, library, "ctrl+r")
        assert asked(kept) == [("", "")]


async def test_a_metre_is_completed_once_the_model_has_told_its_metres(library, conditioned_file, endless_file):
    async with console(library, conditioned_file) as pilot:
        line = f"/metre {MUTAQARIB}"
        await until(pilot, lambda: line in field(pilot, "prompt").completions)
        field(pilot, "prompt").text = line[:-5]
        await until(pilot, lambda: field(pilot, "prompt").suggestion == line[-5:])
        await read_another(pilot, endless_file)
        await until(pilot, lambda: line not in field(pilot, "prompt").completions)


async def test_another_metre_counts_from_the_next_character_of_what_is_being_written(
    library, conditioned_file, conditioned, write_again
):
    async with console(library, conditioned_file, metre=RAMAL) as pilot:
        await begin_without_end(pilot, library)
        field(pilot, "metre", Select).value = MUTAQARIB
        await until(pilot, lambda: len(library.poems()[0].passages) == 2)
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in status(pilot))
        [kept] = library.poems()
        assert asked(kept) == [(RAMAL, ""), (MUTAQARIB, "")]
        assert write_again(kept, conditioned) == kept.text


async def test_a_poem_of_another_model_goes_on_without_what_that_model_does_not_know(
    library, conditioned_file, endless_file, endless
):
    poem = library.begin(str(endless_file), endless.sha256, "couplet", "amber")
    library.save(poem, "amber", [Passage(begins_at=0, seed=7, lines=2, sampling=Sampling())])
    async with console(library, conditioned_file, lines="1000000", metre=RAMAL, rhyme="an") as pilot:
        await pilot.press("ctrl+l", "enter")
        await until(pilot, lambda: "couplet" in status(pilot))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: len(library.poem(poem).text) > 100)
        await obeyed(pilot, "/temperature 1.5")
        await until(pilot, lambda: len(library.poem(poem).passages) == 3)
        await pilot.press("escape")
        await until(pilot, lambda: "stopped" in status(pilot))
        assert asked(library.poem(poem)) == [("", "")] * 3
        assert not told(pilot)


async def test_the_lens_reads_a_poem_in_the_metre_of_its_last_passage(library, conditioned_file, conditioned):
    async with console(library, conditioned_file, lines="2", metre=RAMAL) as pilot:
        await press_and_write(pilot, library, "enter")
        field(pilot, "metre", Select).value = MUTAQARIB
        kept = await press_and_write(pilot, library, "ctrl+g")
        view = await open_lens(pilot)
        assert view._scores == token_scores(conditioned, conditioned.tokenizer, "couplet", kept.text, MUTAQARIB)
        assert view._scores != token_scores(conditioned, conditioned.tokenizer, "couplet", kept.text)


async def test_a_metre_before_the_model_is_read_waits(library, tmp_path):
    app = RumiApp(library, str(tmp_path / "missing.onnx"), "app")
    async with run(app) as pilot:
        await until(pilot, lambda: told(pilot))
        pilot.app.notices.clear()
        await obey(pilot, "/metre رمل")
        assert "missing.onnx" in await refusal(pilot)
