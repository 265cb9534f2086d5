from __future__ import annotations

import pytest
from console_support import console, press_and_write, until
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.headless_driver import HeadlessDriver
from textual.drivers.linux_driver import LinuxDriver
from textual.pilot import Pilot
from textual.widgets import Input

from rumi_tui.console import keyboard
from rumi_tui.console.keyboard import (
    IGNORED,
    ZWNJ,
    as_meant,
    in_plain_terms,
    understand_alternate_keys,
    with_alternate_keys,
)
from rumi_tui.console.screens.edit import EditScreen
from rumi_tui.console.screens.library import LibraryScreen
from rumi_tui.console.widgets.prompt import Prompt
from rumi_tui.console.widgets.verse_area import VerseArea

NON_JOINER = [ZWNJ, "\x1b[32;2;8204u", "\x1b[8204;2u", "\x1b[8204u", "\x1b[27;2;8204~", "\x1b[32::32;2;8204u"]
"""Shift+Space under a Persian layout, as terminals send it."""
PERSIAN_KEYBOARD = "ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپو"
LATIN_KEYBOARD = "qwertyuiop[]asdfghjkl;'zxcvbnm,"


@pytest.fixture(autouse=True)
def _alternate_keys():
    assert understand_alternate_keys()


def keys(sequence: str) -> list[events.Key]:
    """The keys that Textual's parser makes of what a terminal sends."""
    return [event for event in XTermParser().feed(sequence) if isinstance(event, events.Key)]


async def send(pilot: Pilot, *sequences: str) -> None:
    """What a terminal sends."""
    for sequence in sequences:
        for event in XTermParser().feed(sequence):
            pilot.app.post_message(event)
        await pilot.pause()


async def test_a_non_joiner_goes_where_it_is_typed(library, endless_file):
    async with console(library, endless_file, (120, 40)) as pilot:
        prompt = pilot.app.screen.query_one(Prompt)
        for sequence in NON_JOINER:
            await send(pilot, "می", sequence, "روم")
            assert prompt.text == f"می{ZWNJ}روم"
            prompt.clear()
        # Shift+Space without a character follows what stands before it
        await send(pilot, "می", "\x1b[32;2u", "روم،", "\x1b[32;2u", "amber", "\x1b[32;2u", "ember")
        assert prompt.text == f"می{ZWNJ}روم، amber ember"
        prompt.clear()
        # that of a layout that has no joiner is a blank
        await send(pilot, "گل", "\x1b[32;2;32u", "نان")
        assert prompt.text == "گل نان"
        await type_a_word(pilot, "#rhyme")


async def test_dialogs_and_what_is_edited_take_in_a_non_joiner(library, endless_file):
    async with console(library, endless_file, (120, 40), lines="2") as pilot:
        await press_and_write(pilot, library, "enter")
        page = pilot.app.screen
        for key, fields in (("ctrl+o", ["#title", "#tags"]), ("alt+l", ["#wish"]), ("ctrl+f", ["Input"])):
            await pilot.press(key)
            await until(pilot, lambda: pilot.app.screen is not page and pilot.app.screen.query("Input"))
            for each in fields:
                await type_a_word(pilot, each)
            await pilot.press("escape")
            await until(pilot, lambda: pilot.app.screen is page)
        await pilot.press("f8")
        await until(pilot, lambda: isinstance(pilot.app.screen, EditScreen))
        area = pilot.app.screen.query_one(VerseArea)
        area.text = ""
        await send(pilot, "می", ZWNJ, "روم")
        assert area.text == f"می{ZWNJ}روم"
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is page)
        await pilot.press("f4")
        await until(pilot, lambda: pilot.app.screen is not page and pilot.app.screen.query("Input"))
        await type_a_word(pilot, "#value")
        await pilot.press("escape")


async def type_a_word(pilot: Pilot, where: str) -> None:
    box = pilot.app.screen.query_one(where, Input)
    box.display, box.value = True, ""
    pilot.app.screen.set_focus(box)
    await send(pilot, "می", ZWNJ, "روم")
    assert box.value == f"می{ZWNJ}روم"


async def test_a_list_is_searched_for_a_word_with_a_non_joiner(library, endless_file):
    library.begin(str(endless_file), "0" * 64, "free", "می روم")
    async with console(library, endless_file, (120, 40)) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))
        await send(pilot, "می", ZWNJ, "ر")
        assert pilot.app.screen._search == f"می{ZWNJ}ر"
        await pilot.press("escape", "escape")


@pytest.mark.parametrize(
    ("sequence", "key"),
    [
        ("\x1b[1604;5u", "ctrl+g"),
        ("\x1b[1604::103;5u", "ctrl+g"),
        ("\x1b[1604:1571:103;6u", "ctrl+shift+g"),
        ("\x1b[1604;69u", "ctrl+g"),
        ("\x1b[1705;5u", "ctrl+semicolon"),
        ("\x1b[1605;3u", "alt+l"),
        ("\x1b[1777;5u", "ctrl+1"),
        ("\x1b[1739::100;5u", "ctrl+d"),
        ("\x1b[1610::100;5u", "ctrl+d"),  # an Arabic layout
        ("\x1b[1074::100;5:1u", "ctrl+d"),  # a Russian one
        ("\x1b[97::113;5u", "ctrl+a"),  # a French one, whose letters are Latin
        ("\x1b[27;5;1604~", "ctrl+g"),
        ("\x1b[1604;;1604u", "ل"),
        ("\x1b[97:65;2;65u", "A"),
        ("\x1b[103;5u", "ctrl+g"),
        ("\x1b[1;5D", "ctrl+left"),
        ("\x1b[13u", "enter"),
        ("\x1b[32;;32u", "space"),
        ("\x07", "ctrl+g"),
        ("ل", "ل"),
    ],
)
def test_a_key_is_that_of_the_same_place_on_a_latin_keyboard(sequence, key):
    [event] = keys(sequence)
    assert as_meant(event, None).key == key


@pytest.mark.parametrize("name", ["alt+c", "alt+shift+c", "super+c"])
def test_a_letter_with_alt_or_its_like_types_nothing(name):
    assert events.Key(name, "c").is_printable  # as Textual reads what most terminals send
    meant = as_meant(events.Key(name, "c"), None)
    assert (meant.key, meant.is_printable) == (name, False)


def test_every_letter_of_the_persian_keyboard_stands_for_another_key():
    latin = [as_meant(keys(f"\x1b[{ord(letter)};5u")[0], None).key for letter in PERSIAN_KEYBOARD]
    assert latin == [as_meant(keys(f"\x1b[{ord(letter)};5u")[0], None).key for letter in LATIN_KEYBOARD]


@given(st.text(st.sampled_from("\x1b[:;0123456789uABCD~abل"), max_size=12))
def test_what_a_terminal_may_send_never_ends_the_program(sequence):
    in_plain_terms(sequence)
    for code in ("97", "1604"):
        keys(f"\x1b[{code}:65:103;5:1u{sequence.replace(chr(27), '')}")


async def test_control_keys_work_under_a_persian_layout(library, endless_file):
    async with console(library, endless_file, (120, 40)) as pilot:
        await send(pilot, "\x1b[1605;5u")  # Ctrl and the key of L
        await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))
        await send(pilot, "\x1b[27u")
        await until(pilot, lambda: not isinstance(pilot.app.screen, LibraryScreen))
        await send(pilot, "\x1b[1604;;1604u", "\x1b[1588;5u", "\x1b[1705;;1705u")
        assert pilot.app.screen.query_one(Prompt).text == "کل"
        await send(pilot, "\x1b[1590::113;5u")  # Ctrl and the key of Q
        await until(pilot, lambda: not pilot.app.is_running)


def test_a_terminal_is_asked_for_the_latin_keys_and_only_where_they_are_understood(monkeypatch):
    driver = with_alternate_keys(LinuxDriver)
    assert driver is not LinuxDriver
    assert with_alternate_keys(HeadlessDriver) is HeadlessDriver
    monkeypatch.setattr(keyboard, "understand_alternate_keys", lambda: False)
    assert with_alternate_keys(LinuxDriver) is LinuxDriver


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[99999999999;5u", "\x1b[1;5:3A", "\x1b[1114112u", "\x1b[55296u", "\x1b[97;1;1114112u", "\x1b[1:2:3:4u",
        "\x1b[<32;NaN;NaNM", "\x1b[<35;1.5;2.5M", "\x1b[<1;2m", "\x1b[?1;2c", "\x1b[>0;276;0c", "\x1b[?1u",
    ],
)  # fmt: skip
def test_what_is_no_key_does_nothing_and_the_next_key_is_read(sequence: str):
    understand_alternate_keys()
    parser = XTermParser()
    read = [*parser.feed(f"{sequence}a"), *parser.feed("")]
    assert [event.key for event in read if isinstance(event, events.Key)] == [IGNORED, "a"]


@pytest.mark.parametrize(
    "sequence", ["\x1b[<0;1;1M", "\x1b[<35;-1;2m", "\x1b[?2026;1$y", "\x1b[I", "\x1b[200~a\x1b[201~"]
)
def test_what_textual_reads_beside_keys_it_reads_as_before(sequence: str):
    understand_alternate_keys()
    parser = XTermParser()
    assert not any(isinstance(event, events.Key) for event in [*parser.feed(sequence), *parser.feed("")])
