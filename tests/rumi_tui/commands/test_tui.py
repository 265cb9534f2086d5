from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from support import assert_command_refused, call_command, run_command
from terminal_support import welcome

from rumi_tui.library.store import Library


def start_in_terminal(columns: int, rows: int, arguments: list[str], home: Path) -> tuple[subprocess.Popen, int]:
    """Starts rumi-tui in a terminal of this size; the process, and our end of the terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    command = [str(Path(sys.executable).parent / "rumi-tui"), *arguments]
    variables = {
        **os.environ,
        "XDG_DATA_HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "TERM": "xterm-256color",
    }
    for name in ("TMUX", "KONSOLE_VERSION", "TERM_PROGRAM", "COLUMNS", "LINES"):
        variables.pop(name, None)
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=variables, close_fds=True)
    os.close(theirs)
    return process, ours


def run_in_terminal(
    columns: int, rows: int, arguments: list[str], home: Path, *steps: tuple[str, bytes | signal.Signals]
) -> tuple[int, str]:
    """Runs rumi-tui in a terminal of this size; its status and all it wrote.

    Each step is a text to wait for, in what came since the step before, and then keys to press or a signal to send.
    """
    process, ours = start_in_terminal(columns, rows, arguments, home)
    shown, seen, waiting = b"", 0, list(steps)
    try:
        while select.select([ours], [], [], 60)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how a terminal says that nobody is at its other end
                break
            shown += piece
            if not piece:
                break
            if waiting and waiting[0][0] in shown[seen:].decode("utf-8", "replace"):
                seen = len(shown)
                deed = waiting.pop(0)[1]
                process.send_signal(deed) if isinstance(deed, signal.Signals) else os.write(ours, deed)
        return process.wait(timeout=60), shown.decode("utf-8", "replace")
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def test_without_a_terminal_it_says_so_in_one_sentence():
    assert_command_refused(run_command("rumi-tui"), 1, r"needs a terminal: .*rumi-generate\.$")


@pytest.mark.parametrize(("columns", "rows"), [(20, 5), (19, 24), (80, 7)])
def test_in_a_terminal_too_small_it_says_so_in_one_sentence(tmp_path, columns, rows):
    status, shown = run_in_terminal(columns, rows, [], tmp_path)
    assert status == 1
    sentences = shown.splitlines()
    assert len(sentences) == 1
    assert f"{columns}x{rows}" in sentences[0]
    assert "20x8" in sentences[0]
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_library_is_set_aside_and_told(tmp_path, model_file):
    welcome(tmp_path)
    (tmp_path / "rumi-tui" / "poems.sqlite").write_text("The reed tells of partings.\n" * 9, "utf-8")
    status, _ = run_in_terminal(80, 24, ["--model", str(model_file)], tmp_path, ("damaged", b"\x11"))
    assert status == 0
    [aside] = (tmp_path / "rumi-tui").glob("poems-damaged-*.sqlite")
    assert aside.read_text("utf-8") == "The reed tells of partings.\n" * 9


def test_the_poems_of_the_library_are_printed_under_their_titles(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    library = Library(tmp_path / "rumi-tui" / "poems.sqlite")
    for text in ("amber\ncandle", "drum"):
        library.begin("en", "0" * 64, "free", text)
    library.name(1, "A small lamp", [])
    library.close()
    done = call_command("rumi-tui", "--plain")
    assert (done.returncode, done.stdout, done.stderr) == (0, "A small lamp\n\namber\ncandle\n\n\ndrum\n", "")


def test_a_library_goes_from_one_place_to_another_as_a_file(tmp_path, monkeypatch):
    path = tmp_path / "all poems.json"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "one"))
    library = Library(tmp_path / "one" / "rumi-tui" / "poems.sqlite")
    library.begin("en", "0" * 64, "free", "amber")
    library.close()
    done = call_command("rumi-tui", "--export", str(path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"The whole library is saved as {path}.\n")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "other"))
    done = call_command("rumi-tui", "--import", str(path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "1 poem added to the library.\n")
    assert call_command("rumi-tui", "--plain").stdout == "amber\n"
    library = Library(tmp_path / "other" / "rumi-tui" / "poems.sqlite")
    library._database.execute("UPDATE poems SET text = CAST(X'FF' AS TEXT) WHERE id = ?", [library.begin(*["a"] * 4)])
    library.close()
    done = call_command("rumi-tui", "--plain")
    assert (done.returncode, done.stdout) == (1, "amber\n")
    assert re.fullmatch(r"rumi-tui: Poem number 2 .* is damaged \(.*\)\.\n", done.stderr)
    assert_command_refused(call_command("rumi-tui", "--import", str(tmp_path)), 1, "cannot be read")


def test_an_unheard_of_order_of_lines_is_refused(tmp_path):
    status, shown = run_in_terminal(80, 24, ["--rtl", "sideways"], tmp_path)
    assert status in (1, 2)
    assert len(shown.splitlines()) == 1


def write_settings(home: Path, text: str) -> None:
    folder = home / "config" / "rumi-tui"
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text(text, "utf-8")


def test_settings_that_make_no_sense_are_told_in_one_sentence(tmp_path):
    write_settings(tmp_path, "temprature = 1\n")
    status, shown = run_in_terminal(80, 24, [], tmp_path)
    assert status == 1
    assert len(shown.splitlines()) == 1
    assert "did you mean temperature?" in shown


def test_the_command_line_is_heard_before_the_settings(tmp_path, model_file):
    welcome(tmp_path)
    write_settings(tmp_path, 'model = "/nowhere/mine.onnx"\nrtl = "off"\n')
    status, shown = run_in_terminal(
        80, 24, ["--model", str(model_file), "--rtl", "app"], tmp_path, ("couplet", b"\x11")
    )
    assert status == 0
    assert shown.startswith("\x1b[8l")
    assert "mine.onnx" not in shown


@pytest.mark.usefixtures("usual_ctrl_c")
@pytest.mark.parametrize(
    ("deed", "expected"), [(b"\x11", 0), (signal.SIGTERM, 1), (signal.SIGHUP, 1), (signal.SIGINT, 1)]
)
def test_it_opens_and_leaves_the_terminal_as_it_was_whatever_ends_it(tmp_path, model_file, deed, expected):
    welcome(tmp_path)
    status, shown = run_in_terminal(80, 24, ["--model", str(model_file)], tmp_path, ("R U M I", deed))
    assert status == expected
    assert ("rumi-tui: stopped." in shown) == bool(expected)
    assert "Traceback" not in shown
    assert shown.startswith("\x1b[8l")
    assert shown.rindex("\x1b[8h") > shown.rindex("\x1b[8l")
    for mode in ("1049", "1000", "2004"):
        assert shown.count(f"\x1b[?{mode}h") == shown.count(f"\x1b[?{mode}l") > 0
    assert (tmp_path / "rumi-tui" / "poems.sqlite").exists()


def test_the_first_time_it_shows_the_tour_and_asks_what_looks_right_once_persian_is_typed(tmp_path, model_file):
    steps = [("● ○ ○", b"\x1b"), ("couplet", "گ".encode()), ("looks right", b"\x1b[B\x1b[B\r"), ("\x1b[8h", b"\x11")]
    status, shown = run_in_terminal(80, 24, ["--model", str(model_file)], tmp_path, *steps)
    assert status == 0, shown
    assert shown.index("R U M I") < shown.index("looks right")
    assert (tmp_path / "config" / "rumi-tui" / "settings.toml").read_text("utf-8") == 'rtl = "terminal"\n'
    status, shown = run_in_terminal(80, 24, [], tmp_path, ("گ", b"\x11"))
    assert status == 0
    assert "● ○ ○" not in shown
    assert "looks right" not in shown
    assert "\x1b[8l" not in shown


def close_terminal(arguments: list[str], home: Path, *steps: tuple[bytes, bytes]) -> None:
    """Runs rumi-tui in a terminal that is closed after these steps, and waits for its end."""
    process, ours = start_in_terminal(80, 24, arguments, home)
    try:
        for words, keys in steps:
            shown = b""
            while words not in shown:
                assert select.select([ours], [], [], 60)[0]
                shown += os.read(ours, 65536)
            os.write(ours, keys)
        os.close(ours)
        process.wait(timeout=60)
    finally:
        process.kill()
        process.wait()


def test_when_the_terminal_is_gone_the_console_ends_and_what_was_written_is_kept(tmp_path, endless_file):
    welcome(tmp_path)
    close_terminal(["--model", str(endless_file)], tmp_path, (b"couplet", b"amber\r"), (b"writing", b""))
    [kept] = Library(tmp_path / "rumi-tui" / "poems.sqlite").poems()
    assert kept.text.startswith("amber")


def test_version_and_help():
    assert call_command("rumi-tui", "--version").stdout.count(".") >= 2
    done = call_command("rumi-tui", "--help")
    assert done.returncode == 0
    assert "--model" in done.stdout
    assert "--rtl" in done.stdout
