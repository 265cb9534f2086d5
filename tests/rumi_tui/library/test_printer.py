from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support import refused

from rumi_tui.library.poem import KeptPoem
from rumi_tui.library.printer import print_poem

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no lp"),
    pytest.mark.slow,  # each test starts one
]


def kept(text: str) -> KeptPoem:
    facts = {"id": 3, "written": "2026-11-24T10:00:00+00:00", "model": "en", "model_sha256": "", "form": "couplet"}
    return KeptPoem(**facts, text=text, title="-d nowhere", passages=())


@pytest.fixture
def lp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an `lp` that keeps there what it is given, and is the only program to be found."""
    return write_lp(tmp_path, monkeypatch, 'printf "%s\\n" "$@" > "${0%/*}/arguments"; /bin/cat > "${0%/*}/pages"')


def write_lp(folder: Path, monkeypatch: pytest.MonkeyPatch, does: str) -> Path:
    program = folder / "lp"
    program.write_text(f"#!/bin/sh\n{does}\necho request id is desk-7\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_pages_are_sent_under_the_title_of_the_poem(lp: Path):
    assert print_poem(kept("amber\ncandle")) == "request id is desk-7"
    assert (lp / "pages").read_bytes().startswith(b"%PDF-")
    assert (lp / "arguments").read_text("utf-8").splitlines() == ["-t", "-d nowhere", "-"]


def test_without_typst_text_is_sent_but_no_persian(lp: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    print_poem(kept("amber\ncandle"))
    assert (lp / "pages").read_text("utf-8") == "-d nowhere\n\namber\ncandle\n"
    with refused("needs typst"):
        print_poem(kept("بشنو این نی"))


def test_a_system_without_lp_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with refused("no lp on this system.*save the poem as pdf"):
        print_poem(kept("amber"))


@pytest.mark.parametrize(
    ("does", "why"),
    [("echo lp: no default destination >&2; exit 1", "no default destination"), ("exit 3", "status 3")],
)
def test_what_the_printer_says_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, why: str):
    write_lp(tmp_path, monkeypatch, does)
    with refused(f"did not take the poem .*{why}"):
        print_poem(kept("amber"))
