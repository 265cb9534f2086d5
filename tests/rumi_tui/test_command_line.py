from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Annotated

import pytest
import typer
from support import call_command

from models.characters import is_printable
from models.errors import RumiError
from models.files import replacing
from rumi_tui import command_line
from rumi_tui.command_line import FAILED, bold, narrate, patience, say, say_json
from rumi_tui.interruptions import INTERRUPTIONS


class Listener(threading.Event):
    """Hears what is said."""

    words = ""

    def __call__(self, sentence: str) -> None:
        self.words = sentence
        self.set()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Listener:
    """What is told to a person who has no patience at all."""
    said = Listener()
    monkeypatch.setattr(command_line, "narrate", said)
    monkeypatch.setattr(command_line, "PATIENCE", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    return said


def test_whoever_waits_is_told_why(said: Listener) -> None:
    with patience("It takes long."):
        assert said.wait(timeout=60)
    assert said.words == "It takes long."


def test_nothing_is_said_into_a_file(said: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    threads = threading.active_count()
    with patience("It takes long."):
        assert threading.active_count() == threads
    assert not said.words


def test_nothing_is_said_once_the_waiting_is_over(said: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_line, "PATIENCE", threading.TIMEOUT_MAX)
    with patience("It takes long.") as end_waiting:
        end_waiting()
        others = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
        for thread in others:
            thread.join(timeout=60)
        assert not said.words


def test_every_path_of_every_command_may_begin_with_the_folder_of_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    app, given = command_line.new_app(), list[object]()

    @app.command()
    def command(files: list[Path], out: Annotated[Path | None, typer.Option()] = None, name: str = "") -> None:
        given.extend([files, out, name])

    monkeypatch.setenv("HOME", "/home/shams")
    app(["one", "~/two", "--out=~/run", "--name=~/name"], standalone_mode=False)
    assert given == [[Path("one"), Path("/home/shams/two")], Path("/home/shams/run"), "~/name"]


CONTROLS = "a\x1b]0;title\x07\x9b\u202e\ufeffb"


def test_what_is_printed_controls_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"{CONTROLS}\n{bold('c')}\x1b[2J")
    narrate(f"{CONTROLS}\nc")
    printed = capsys.readouterr()
    assert printed.out == "a]0;titleb\n\x1b[1mc\x1b[22m[2J\n"
    assert printed.err == "a\ufffd]0;title\ufffd\ufffd\ufffd\ufffdb c\n"


def test_json_holds_all_there_is_and_controls_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({CONTROLS: "می\u200cروم\U000e0001"})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {CONTROLS: "می\u200cروم\U000e0001"}
    assert all(map(is_printable, printed.removesuffix("\n")))


def test_a_traceback_controls_no_terminal_either(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = command_line.new_app()

    @app.command()
    def command(debug: command_line.Debug = False) -> None:
        raise RumiError("It is damaged.") from ValueError(CONTROLS)

    monkeypatch.setattr(sys, "argv", ["command", "--debug"])
    with pytest.raises(SystemExit) as end:
        command_line.run(app)
    told = capsys.readouterr().err
    assert end.value.code == 1
    assert "Traceback" in told
    assert all(map(is_printable, told.replace("\n", "")))


@pytest.mark.parametrize("is_deaf", [True, False])
def test_where_nobody_hears_what_is_printed_a_command_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, is_deaf: bool
) -> None:
    app = command_line.new_app()
    app.command()(lambda: None)
    monkeypatch.setattr(sys, "argv", ["command"])
    monkeypatch.setattr(sys, "stdout", None)
    if is_deaf:
        monkeypatch.setattr(sys, "stderr", None)
    with pytest.raises(SystemExit) as end:
        command_line.run(app)
    assert end.value.code == FAILED
    assert is_deaf or "Standard output is closed" in capsys.readouterr().err


@pytest.mark.parametrize("number", INTERRUPTIONS)
def test_whatever_interrupts_a_command_lets_it_clear_up_and_say_so(
    number: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = command_line.new_app()

    @app.command()
    def command() -> None:
        with replacing(tmp_path / "file") as temporary:
            temporary.write_text("half of")
            signal.raise_signal(number)

    monkeypatch.setattr(sys, "argv", ["command"])
    usual = signal.signal(number, signal.default_int_handler)  # a shell has Ctrl-C ignored in the background
    handlers = [signal.getsignal(each) for each in INTERRUPTIONS]
    try:
        with pytest.raises(SystemExit) as end:
            command_line.run(app)
        assert [signal.getsignal(each) for each in INTERRUPTIONS] == handlers
    finally:
        signal.signal(number, usual)
    assert (end.value.code, capsys.readouterr().err) == (FAILED, "command: stopped.\n")
    assert list(tmp_path.iterdir()) == []


SWALLOWED = """
import signal
from rumi_tui.command_line import new_app, run

class Thing:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

app = new_app()

@app.command()
def command():
    print("amber")
    Thing()
    print("It went on.")

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has Ctrl-C ignored in the background
run(app)
"""


def test_an_interruption_that_python_swallows_ends_the_command_without_a_traceback() -> None:
    ended = subprocess.run([sys.executable, "-c", SWALLOWED], capture_output=True, check=False, timeout=60, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (FAILED, "amber\n", "-c: stopped.\n")


def test_a_shell_can_complete_options_and_forms() -> None:
    def completions(line: str, word: int) -> list[str]:
        asked = {"_RUMI_GENERATE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(word)}
        return call_command("rumi-generate", **asked).stdout.split()

    assert completions("rumi-generate --tem", 1) == ["--temperature"]
    assert completions("rumi-generate --form gha", 2) == ["ghazal"]
    script = call_command("rumi-corpus", _RUMI_CORPUS_COMPLETE="source_zsh").stdout
    assert "compdef _rumi_corpus_completion rumi-corpus" in script
