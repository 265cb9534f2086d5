from __future__ import annotations

import signal
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from rumi_tui.interruptions import INTERRUPTIONS, ended_at_once, handled, interrupt, quiet_ctrl_c

OURS = ("models", "training", "export", "rumi_tui")
INTERRUPTED_AT_THE_FIRST_IMPORT = f"""
import importlib.metadata, signal, sys

class Finder:
    def find_spec(name, path, target):
        if name.partition(".")[0] not in {{*sys.stdlib_module_names, *{OURS}}}:
            signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has Ctrl-C ignored in the background
[command] = importlib.metadata.entry_points(group="console_scripts", name=sys.argv[1])
sys.meta_path.insert(0, Finder)
command.load()()
"""


def test_what_nobody_wants_to_hear_of_interrupts_no_command() -> None:
    number = INTERRUPTIONS[-1]
    handler = signal.signal(number, signal.SIG_IGN)  # as nohup does
    try:
        with handled(interrupt):
            signal.raise_signal(number)
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, handler)


def test_ctrl_c_while_a_library_is_imported_is_left_to_the_system(usual_ctrl_c: None) -> None:
    with handled(interrupt):
        with ended_at_once():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGINT) is interrupt


def test_ctrl_c_in_a_program_of_others_stays_theirs(usual_ctrl_c: None) -> None:
    with ended_at_once():
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_is_quiet_unless_something_else_was_wanted(usual_ctrl_c: None) -> None:
    quiet_ctrl_c()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    quiet_ctrl_c()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.mark.parametrize(
    "command",
    sorted(script.name for script in entry_points(group="console_scripts") if script.name.startswith("rumi-")),
)
def test_ctrl_c_before_a_command_has_begun_is_not_answered_by_python(command: str) -> None:
    """Where the first library is imported, of which each takes its time."""
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT_THE_FIRST_IMPORT, command], capture_output=True, check=False, timeout=60
    )
    assert ended.stdout + ended.stderr == b""
    assert ended.returncode in (-signal.SIGINT, 0xC000013A)  # of Windows: STATUS_CONTROL_C_EXIT
