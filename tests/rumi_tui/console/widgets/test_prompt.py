from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from console_support import console, field, press_and_write, until
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from rumi_tui.console.widgets.prompt import PROMPTS, Prompt


class Asking(App[None]):
    def compose(self) -> ComposeResult:
        yield Prompt("app", ["candle", "", "amber", "candle"], ["/form ghazal"], id="prompt")


@pytest.fixture
async def pilot() -> AsyncIterator[Pilot]:
    async with Asking().run_test() as pilot:
        yield pilot


def value(pilot: Pilot) -> str:
    return pilot.app.query_one(Prompt).text


async def test_the_arrows_go_through_earlier_prompts_and_back_to_what_was_typed(pilot: Pilot):
    await pilot.press(*"mir")
    seen = []
    for key in ("up", "up", "up", "down", "down", "down"):
        await pilot.press(key)
        seen.append(value(pilot))
    assert seen == ["candle", "amber", "amber", "candle", "mir", "mir"]
    await pilot.press("x")
    assert value(pilot) == "mirx"


async def test_a_prompt_that_was_sent_comes_first_from_then_on_and_once(pilot: Pilot):
    prompt = pilot.app.query_one(Prompt)
    await pilot.press("up")
    prompt.remember("amber")
    prompt.remember("")
    prompt.text = ""
    seen = []
    for _ in range(3):
        await pilot.press("up")
        seen.append(value(pilot))
    assert seen == ["amber", "candle", "candle"]
    for number in range(2 * PROMPTS):
        prompt.remember(f"amber {number}")
    assert len(prompt._earlier_prompts) == PROMPTS


async def test_what_is_typed_takes_the_place_of_what_was_sent(pilot: Pilot):
    prompt = pilot.app.query_one(Prompt)
    await pilot.press(*"mirror")
    prompt.remember(value(pilot))
    assert value(pilot) == "mirror"
    await pilot.press(*"/k")
    assert value(pilot) == "/k"


async def test_what_was_sent_can_be_gone_on_with(pilot: Pilot):
    prompt = pilot.app.query_one(Prompt)
    await pilot.press(*"mirror")
    prompt.remember(value(pilot))
    await pilot.press("end", "s")
    assert value(pilot) == "mirrors"


async def test_the_prompts_of_kept_poems_are_there_in_the_next_session(library, endless_file):
    async with console(library, endless_file, lines="2") as pilot:
        await press_and_write(pilot, library, *"amber", "enter")
        await press_and_write(pilot, library, "ctrl+r")
        field(pilot, "prompt").text = "mirror"
        await press_and_write(pilot, library, "enter")
        await press_and_write(pilot, library, "ctrl+g")
    async with console(library, endless_file) as pilot:
        for wanted in ("mirror", "amber", "amber"):
            await pilot.press("up")
            assert field(pilot, "prompt").text == wanted


async def test_a_slash_begins_a_command_whatever_stands_there_and_that_comes_back(pilot: Pilot):
    for before in ((), ("home",), ("f7",)):
        await pilot.press(*"amber", *before, *"/f")
        assert value(pilot) == "/f"
        await pilot.press("backspace", "backspace")
        assert value(pilot) == "amber"
        pilot.app.query_one(Prompt).discard()
    await pilot.press(*"amber", *"/form")
    pilot.app.query_one(Prompt).clear()
    assert value(pilot) == "amber"


async def test_what_stood_there_is_not_lost_where_another_prompt_is_brought_back(pilot: Pilot):
    await pilot.press(*"mirror", *"/f", "up", "s")
    assert value(pilot) == "candles"
    pilot.app.query_one(Prompt).discard()
    await pilot.press("up", "up")
    assert value(pilot) == "mirror"


async def test_what_stood_before_a_command_is_never_lost(pilot: Pilot):
    prompt = pilot.app.query_one(Prompt)
    await pilot.press(*"amber", "slash", "d", "r")
    assert (prompt.verse, prompt.cursor_in_verse) == ("amber", (0, 5))
    prompt.remember("")  # as where something else begins a poem
    prompt.clear()
    await pilot.press("up")
    assert prompt.text == "amber"
    await pilot.press("slash", "x")
    prompt.discard()
    assert (prompt.text, prompt.verse) == ("", "")
    await pilot.press("up", "up")
    assert prompt.text == "amber"


async def test_a_slash_in_a_verse_is_typed_in_the_middle_or_twice(pilot: Pilot):
    await pilot.press(*"and or", "left", "left", "/")
    assert value(pilot) == "and /or"
    pilot.app.query_one(Prompt).discard()
    await pilot.press(*"and//or")
    assert value(pilot) == "and/or"


async def test_tab_completes_a_command_and_again_to_the_next(library, endless_file):
    async with console(library, endless_file) as pilot:
        seen = []
        await pilot.press(*"/theme ")
        for _ in range(6):
            await pilot.press("tab")
            seen.append(field(pilot, "prompt").text.removeprefix("/theme "))
        assert seen == ["ink", "paper", "contrast", "lapis", "rose", "ink"]
        await pilot.press(*["backspace"] * 3, "r", "tab", "enter")
        await until(pilot, lambda: pilot.app.theme == "rose")


EDITING = (
    (("ctrl+u",), ""),
    (("ctrl+w",), "amber candle "),
    (("alt+backspace",), "amber candle "),
    (("ctrl+backspace",), "amber candle "),
    (("ctrl+a", "alt+d"), " candle drum"),
    (("home", "ctrl+delete"), " candle drum"),
    (("ctrl+left", "x"), "amber candle xdrum"),
    (("alt+b", "alt+b", "x"), "amber xcandle drum"),
    (("home", "alt+f", "x"), "amberx candle drum"),
    (("ctrl+a", "ctrl+right", "x"), "amberx candle drum"),
    (("home", "end", "x"), "amber candle drumx"),
    (("ctrl+a", "ctrl+e", "x"), "amber candle drumx"),
    (("ctrl+u", "ctrl+z"), "amber candle drum"),
    (("ctrl+w", "ctrl+underscore"), "amber candle drum"),
    (("ctrl+w", "ctrl+z", "ctrl+shift+z"), "amber candle "),
)
"""Keys after "amber candle drum", and what is left."""


async def test_the_keys_of_shells_and_editors_are_known(pilot: Pilot):
    for keys, left in EDITING:
        pilot.app.query_one(Prompt).text = ""
        await pilot.press(*"amber candle drum", *keys)
        assert value(pilot) == left, keys
