# The files here have the layout of the collection and none of its words.

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from support import WORDS, refused

from rumi_tui.texts.collection import divan, masnavi, pieces, read_sections, rubaiyat, spell


def line(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS["fa"], k=4))


def poem(lines: list[str], positions: list[str] | None = None, **more: Any) -> bytes:
    positions = positions or ["Right", "Left"] * (len(lines) // 2)
    verses = [
        {"VOrder": order, "Position": position, "Text": text, "CoupletIndex": order // 2}
        for order, (position, text) in enumerate(zip(positions, lines, strict=True), 1)
    ]
    return json.dumps({"Id": 1, "Title": "شعر", "Sections": [{"Number": 1}], "Verses": verses, **more}).encode()


def section(couplets: int, seed: int = 0) -> bytes:
    rng = random.Random(seed)
    return poem([line(rng) for _ in range(2 * couplets)], Title=f"بخش {couplets}")


def test_a_poem_tells_its_place_title_metre_and_rhyme() -> None:
    lines = ["سنگ آمد", "نان آمد", "چراغ آمد", "صدا آمد"]
    known = {"Metre": {"Id": 2, "Rhythm": "فعولن فعولن (نام)"}, "RhymeLetters": "امد"}
    first, second = divan([poem(lines), poem(lines, **known)])
    assert (first.label.id, first.label.metre, first.label.rhyme) == ("divan/1", "", "")
    assert second.text.split("\n") == lines
    assert (second.form, second.label.id, second.label.title) == ("ghazal", "divan/2", "شعر")
    assert (second.label.metre, second.label.rhyme) == ("فعولن فعولن (نام)", "امد")
    (quatrain,) = rubaiyat([poem(lines, **known)])
    assert (quatrain.form, quatrain.label.id, quatrain.label.rhyme) == ("rubai", "rubai/1", "امد")


def test_refrains_remarks_and_halves_alone_are_no_couplets() -> None:
    lines = ["الف", "سنگ", "نان", "باران", "چراغ", "صدا", "خاک", "درخت"]
    positions = ["Comment", "Right", "Left", "CenteredVerse1", "CenteredVerse2", "Right", "Right", "Left"]
    (ghazal,) = divan([poem(lines, positions)])
    assert ghazal.text == "سنگ\nنان\nخاک\nدرخت"


def test_a_hemistich_that_is_broken_in_the_file_is_one_line() -> None:
    (ghazal,) = divan([poem(["سنگ\nآمد", "نان\r\nآمد", "چراغ\n آمد", "صدا\u2028آمد"])])
    assert ghazal.text == "سنگ آمد\nنان آمد\nچراغ آمد\nصدا آمد"


def test_what_has_no_couplets_is_no_poem_and_the_numbers_of_the_others_stay() -> None:
    lines = ["سنگ", "نان", "باران", "چراغ"]
    assert [ghazal.label.id for ghazal in divan([poem([]), poem(lines)])] == ["divan/2"]
    assert [quatrain.label.id for quatrain in rubaiyat([poem(lines[:2]), poem(lines)])] == ["rubai/2"]
    assert masnavi([poem([])]) == []


@pytest.mark.parametrize(
    ("couplets", "cut"),
    [
        (1, [1]),
        (23, [23]),
        (24, [12, 12]),
        (25, [12, 13]),
        (40, [20, 20]),
        (41, [13, 14, 14]),
        (79, [15, 16, 16, 16, 16]),
    ],
)
def test_a_section_is_cut_into_equal_pieces_of_about_16_couplets(couplets: int, cut: list[int]) -> None:
    (whole,) = read_sections([section(couplets)])
    assert [len(piece) for _, piece in pieces(whole)] == cut
    assert [couplet for _, piece in pieces(whole) for couplet in piece] == whole.couplets


def test_the_couplets_of_a_book_are_counted_through() -> None:
    poems = masnavi([section(3), section(30)], [section(2)])
    assert [poem.label.id for poem in poems] == [
        "masnavi/1/1/1-3",
        "masnavi/1/2/4-18",
        "masnavi/1/2/19-33",
        "masnavi/2/1/1-2",
    ]
    assert {poem.form for poem in poems} == {"couplet"}
    assert [poem.label.title for poem in poems] == ["بخش 3", "بخش 30", "بخش 30", "بخش 2"]


@pytest.mark.parametrize(
    ("printed", "spelled"),
    [
        ("گفت «سنگ، آمد؟»!", "گفت سنگ، آمد؟!"),
        ("بي‌ كس", "بی‌کس"),
        ("‌چراغِ‌ ", "چراغِ"),
        ("چه\nسنگ  آمد", "چه سنگ آمد"),
        ("(سنگ) - [نان]: 12 ۳۴; a*", "سنگ نان"),
    ],
)
def test_a_line_is_spelled_as_in_our_texts(printed: str, spelled: str) -> None:
    assert spell(printed) == spelled


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[]", b"{}", b'{"Title": "t", "Verses": [{}]}', b"\xff", b"[" * 10_000]
)
def test_files_of_another_layout_are_refused(content: bytes) -> None:
    with refused("Poem 1 of the collection"):
        read_sections([content])
