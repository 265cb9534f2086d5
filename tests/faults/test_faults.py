from __future__ import annotations

import random
import sys
from functools import partial
from pathlib import Path

import pytest
from faults import forked, tried
from injected import check_refusal, give_up_privileges
from offline import Home, complaints, missing_tools
from place import Ended, Place
from programs import IMPORT, Program, count_poems
from reliability import page
from support import refused

from rumi_tui.library.exchange import to_library_file
from rumi_tui.library.store import Library

POEMS = 200
TRACE = """\
1 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3
1 openat(AT_FDCWD</home/shams>, "poems.sqlite", O_RDWR|O_CREAT, 0644) = 4</home/shams/poems.sqlite>
1 openat(AT_FDCWD</home/shams>, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 4</etc/passwd>
1 openat(AT_FDCWD</home/shams>, "/var/spool/out", O_WRONLY|O_CREAT, 0644) = -1 EACCES (Permission denied)
1 openat(AT_FDCWD</home/shams>, "/dev/null", O_RDWR) = 4</dev/null<char 1:3>>
1 rename("/home/shams/a", "/home/shams/b") = 0
"""
REACHING_OUT = """\
1 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3
1 openat(AT_FDCWD</home/shams>, "../other/telemetry", O_WRONLY|O_CREAT, 0644) = 4</home/other/telemetry>
1 rename("/home/shams/a", "/var/spool/a") = 0
1 mkdir("/var/spool/ort", 0777) = 0
"""


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are adopted and named apart as on Linux")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """With a library file of some poems."""
    (tmp_path / "shared").mkdir()
    library = Library(tmp_path / "poems.sqlite")
    for number in range(POEMS):
        library.begin("en", "0" * 64, "free", f"amber {number}")
    (tmp_path / "shared" / "poems.json").write_bytes(to_library_file(library))
    library.close()
    return Place(tmp_path / "trial", tmp_path / "shared")


@pytest.mark.slow
@on_linux
def test_a_library_takes_all_poems_or_none_whatever_kills_the_program(place: Place) -> None:
    fault, rng = "a clock turned back", random.Random(7)
    harms = forked(partial(tried, IMPORT, fault, rng, 0.3, ["rumi-tui/poems.sqlite"], place))
    assert harms["killed"] > 0
    assert harms[fault] == 1
    assert count_poems(place) == POEMS


@pytest.mark.slow
@on_linux
def test_what_lies_about_and_what_is_said_in_a_traceback_is_a_failure(place: Place) -> None:
    untidy = Program("untidy", lambda _: ["rumi-tui", "--export", "left.json"], bool, lambda *_: None)
    with pytest.raises(AssertionError, match=r"Lies about, or is missing: \['left.json'\]"):
        forked(partial(tried, untidy, "two at once", random.Random(7), 0.0, ["rumi-tui/poems.sqlite"], place))
    check_refusal(Ended(1, "", "rumi-tui: stopped.\n", 0.1))
    for ended in (Ended(1, "", "Traceback (most", 0.1), Ended(-11, "", "", 0.1), Ended(1, "", "", 0.1)):
        with pytest.raises(AssertionError):
            check_refusal(ended)


def open_without_rights(place: Path, library: Path) -> None:
    give_up_privileges()
    place.chmod(0o555)
    with refused("may not be written: change the permissions"):
        Library(library)


@on_linux
def test_a_library_that_may_not_be_written_is_refused_before_there_is_a_poem_to_save(place: Place) -> None:
    path = place.home / "poems.sqlite"
    Library(path).close()
    for denied in (path, path.parent):
        forked(partial(open_without_rights, denied, path))
        denied.chmod(0o755)


def test_a_trace_tells_what_reaches_beyond_this_machine_and_the_home() -> None:
    assert complaints(TRACE, Path("/home/shams")) == []
    found = complaints(REACHING_OUT, Path("/home/shams"))
    reached = ["opens a socket", "writes /home/other/telemetry", "writes /var/spool/a", "writes /var/spool/ort"]
    assert [each.split(":")[0] for each in found] == reached


@pytest.mark.slow
@on_linux
def test_verse_is_written_without_a_network_and_nothing_else_is_touched(tmp_path: Path, model_file: Path) -> None:
    if reason := missing_tools():
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch:
        home = Home(tmp_path, patch.setenv)
        assert home.run(["rumi-generate", "amber", "--model", str(model_file), "--keep", "off", "--chars", "20"]) == []
    assert home.left_over() == []


def test_the_page_of_reliability_tells_each_row_and_what_was_lost() -> None:
    rows = [{"what": "train: killed", "count": 1200, "failures": 1}]
    told = page([{"harness": "faults", "minutes": 5.0, "seed": 7, "rows": rows}])
    assert "| train: killed | 1,200 | 1 |" in told
    assert "ran for 5 minutes, seed 7: 1,200 in all, failures: 1." in told
