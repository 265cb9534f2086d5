from __future__ import annotations

import re
import signal
import sys
import tempfile
from pathlib import Path

import pytest
from console_support import console, field, press_and_write, status, told, until
from support import refused

from models.errors import RumiError
from rumi_tui.console.editor import change_in_editor, editor_command


def program(folder: Path, text: str) -> list[str]:
    """An editor that is a program in Python; `path` is the file that it is given."""
    script = folder / "editor.py"
    script.write_text(f"import os, sys\nfrom pathlib import Path\npath = Path(sys.argv[1])\n{text}\n", "utf-8")
    return [sys.executable, str(script)]


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({"VISUAL": "sh -c", "EDITOR": "cat"}, ["sh", "-c"]),
        ({"VISUAL": " ", "EDITOR": "cat"}, ["cat"]),
        ({"EDITOR": "cat -n 'a file'"}, ["cat", "-n", "a file"]),
    ],
)
def test_the_editor_is_that_of_visual_or_else_of_editor(environment: dict[str, str], command: list[str]) -> None:
    assert editor_command(environment) == command


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "No editor is set.*EDITOR=nano"),
        ({"EDITOR": ""}, "No editor is set"),
        ({"EDITOR": "no-such-editor -w"}, "no-such-editor.*not on this machine"),
        ({"EDITOR": "vi 'a"}, "quotation mark"),
    ],
)
def test_an_editor_that_is_not_there_is_told(environment: dict[str, str], words: str) -> None:
    with refused(words):
        editor_command(environment)


@pytest.mark.parametrize("text", ["", "amber", "دل\nجان", "one\n\ntwo\n"])
def test_a_text_that_is_left_as_it_was_is_the_same(tmp_path: Path, text: str) -> None:
    assert change_in_editor(text, program(tmp_path, ""), "poem.txt") == text.rstrip("\n")


def test_what_the_editor_leaves_is_the_text_without_line_ends_at_its_end(tmp_path: Path) -> None:
    change = "path.write_bytes(path.read_bytes() + 'شمع\\r\\nmoth\\n\\n'.encode())"
    assert change_in_editor("amber", program(tmp_path, change), "poem.txt") == "amber\nشمع\nmoth"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("sys.exit(3)", "ended with an error .3.: nothing was changed"),
        ("os.kill(os.getpid(), 15)", f"ended by {signal.SIGTERM.name}: nothing was changed"),
        ("path.unlink(); sys.exit(1)", "nothing was changed"),
    ],
)
def test_an_editor_that_ends_with_an_error_changes_nothing(tmp_path: Path, change: str, words: str) -> None:
    with refused(words):
        change_in_editor("amber", program(tmp_path, change), "poem.txt")


@pytest.mark.parametrize(
    ("change", "written"),
    [("path.write_text('moth'); sys.exit(1)", b"moth"), ("path.write_bytes(b'\\xff')", b"\xff")],
)
def test_what_was_written_stays_in_a_file_where_it_cannot_be_taken(tmp_path: Path, change: str, written: bytes) -> None:
    with pytest.raises(RumiError) as error:
        change_in_editor("amber", program(tmp_path, change), "poem.txt")
    path = Path(re.search(r"is in (\S+poem\.txt)", str(error.value)).group(1))
    assert path.read_bytes() == written


def test_a_text_that_is_longer_than_there_is_room_for_stays_in_a_file(tmp_path: Path) -> None:
    assert change_in_editor("", program(tmp_path, "path.write_text('x' * 9)"), "prompt.txt", most=9) == 9 * "x"
    with refused(r"more than 9 characters: nothing was changed here, and what you wrote is in \S+prompt\.txt"):
        change_in_editor("", program(tmp_path, "path.write_text('x' * 10)"), "prompt.txt", most=9)


def test_where_no_file_can_be_made_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with refused("No file could be made"):
        change_in_editor("amber", program(tmp_path, ""), "poem.txt")


async def test_where_there_is_no_terminal_to_lend_it_is_told_and_nothing_is_lost(
    library, endless_file, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    async with console(library, endless_file, keep="off", lines="2") as pilot:
        kept = await press_and_write(pilot, library, *"amber", "enter")
        await pilot.press(*"moth", "alt+e")
        await until(pilot, lambda: "No editor is set" in status(pilot))
        monkeypatch.setenv("EDITOR", "cat")
        for line in ("/editor", "/editor poem"):
            await pilot.press(*line, "enter")
            await until(pilot, lambda: "Only a terminal can be lent" in told(pilot)[-1])
            await until(pilot, lambda: field(pilot, "prompt").text == "moth")
        assert library.poems() == [kept]
