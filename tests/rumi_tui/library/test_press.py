from __future__ import annotations

import re
import struct
import sys
from pathlib import Path

import msgspec
import pytest
from support import refused, verse

from rumi_tui.engine.request import Sampling
from rumi_tui.library import press
from rumi_tui.library.formats import FORMATS
from rumi_tui.library.layout import lines_of
from rumi_tui.library.poem import KeptPoem, Passage
from rumi_tui.library.press import MOST_LINES, to_pdf, to_png
from rumi_tui.library.real_verse import RealVerse

pytestmark = pytest.mark.slow  # Typst sets each document in a process of its own

PERSIAN = KeptPoem(
    id=3,
    written="2026-11-24T10:00:00+00:00",
    model="fa",
    model_sha256="0" * 64,
    form="couplet",
    text="بشنو این نی\nاز جدایی‌ها\nکز نیستان تا\nدر نفیرم مرد",
    passages=(Passage(begins_at=0, seed=7, lines=4, sampling=Sampling()),),
)


def changed(**values: object) -> KeptPoem:
    return msgspec.structs.replace(PERSIAN, **values)


def size(png: bytes) -> tuple[int, int]:
    """Columns and rows of pixels."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def test_a_persian_couplet_takes_one_row_of_a_card_and_other_verse_one_a_line():
    couplets, lines = size(to_png(PERSIAN)), size(to_png(changed(form="free")))
    assert couplets[0] > lines[0]
    assert couplets[1] < lines[1]


def test_a_title_and_what_is_rumis_take_room_on_a_card():
    bare = size(to_png(PERSIAN))[1]
    titled = size(to_png(changed(title="A small lamp")))[1]
    shared = size(to_png(changed(title="A small lamp", real=RealVerse(length=23, place="Masnavi I, couplet 1"))))[1]
    assert bare < titled < shared


def test_a_part_that_begins_within_a_couplet_begins_in_the_second_column():
    text = "بشنو این نی\nاز جدایی‌ها\nکز نیستان تا"
    one, two = (
        size(to_png(changed(text=text, real=RealVerse(length=length, place="ghazal 1"))))[1] for length in (11, 24)
    )
    assert one > two  # the second and the third line stand in two rows


def test_pages_tell_what_is_on_them_and_are_the_same_each_time():
    poem = changed(title="A small lamp")
    pages = to_pdf(poem)
    assert pages.startswith(b"%PDF-")
    assert b"(A small lamp)" in pages
    assert b"/Lang(fa)" in pages
    assert to_pdf(poem) == pages


@pytest.mark.parametrize("text", ["", "\0", '#set page(width: 1pt) $x$ "', "a" * 3000, "می‌کند ۱۲ «لا» love", "\u0301"])
def test_any_verse_becomes_a_picture_and_pages(text: str):
    poem = changed(text=text, title=text)
    assert size(to_png(poem))[0] > 300
    assert len(to_pdf(poem)) > 3000


def test_a_long_poem_is_a_document_of_pages_and_no_picture():
    poem = changed(text=verse(1, MOST_LINES + 2))
    assert len(lines_of(poem)) > MOST_LINES
    assert to_pdf(poem).startswith(b"%PDF-")
    with refused(f"at most {MOST_LINES} lines.*pdf"):
        to_png(poem)


@pytest.mark.parametrize("write", [to_png, to_pdf])
def test_a_letter_that_no_font_has_is_named(write):
    with refused("No font of this system has the letter CUNEIFORM SIGN A: install one"):
        write(changed(text="amber \N{CUNEIFORM SIGN A}"))


@pytest.mark.parametrize(
    ("status", "words"),
    [("3", "Typst cannot set this poem .out of ink.: save it as html"), ("-9", "Typst ended unexpectedly: save the")],
)
def test_a_typesetter_that_sets_nothing_says_why(monkeypatch: pytest.MonkeyPatch, status: str, words: str):
    code = f"import os, sys; sys.stderr.write('out of ink'); sys.stderr.flush(); os._exit({status})"
    monkeypatch.setattr(press, "COMMAND", (sys.executable, "-c", code))
    with refused(words):
        to_pdf(PERSIAN)


def test_a_typesetter_that_cannot_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(press, "COMMAND", (str(tmp_path / "nowhere"),))
    with refused("Typst could not start .no such file.*: save the poem as html"):
        to_pdf(PERSIAN)


def test_what_typst_takes_is_given_back_with_its_process():
    assert to_pdf(PERSIAN)
    assert "typst" not in sys.modules


@pytest.mark.parametrize("write", [to_png, to_pdf])
def test_without_typst_it_says_what_to_install(write, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with refused(rf"needs typst: run {re.escape(sys.executable)} -m pip install '\.\[pictures\]'"):
        write(PERSIAN)
    assert [ending for ending, kind in FORMATS.items() if kind.missing == "typst"] == ["png", "pdf"]
