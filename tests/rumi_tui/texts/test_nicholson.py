# The pages here have the layout of the transcription and none of its words.

from __future__ import annotations

import json

import pytest
from support import refused

from rumi_tui.texts.nicholson import mender, nicholson

HALVES = ("سنگ آمد", "نان آمد"), ("چراغ است", "باغ است"), ("باران شد", "درخت شد"), ("صدا بود", "خاک بود")


def section(*couplets: tuple[str, str]) -> bytes:
    verses = [
        {"Position": position, "Text": text}
        for couplet in couplets
        for position, text in zip(("Right", "Left"), couplet, strict=True)
    ]
    return json.dumps({"Title": "بخش", "Verses": verses}).encode()


def pages(*texts: str) -> bytes:
    lines = ({"id": f"b1_p{number}", "book": 1, "page": number, "text": text} for number, text in enumerate(texts, 1))
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


FILES = [section(*HALVES[:3]), section(HALVES[3])]
PERSIAN = pages(
    "دفتر اول\n!\n" + "\n".join("".join(half.split()) for couplet in HALVES[:2] for half in couplet),
    "\n".join(HALVES[2]) + "\n!\nدر بیان صدا\n" + "\n".join(HALVES[3]),
)
ENGLISH = pages(
    "In  The  n ame  Of GOd ,  The  c Ompas\nA stone came,\nand bread came.\ne lamp is lit;\nthe garden is.\nPROEM",
    "W ater came,\nand a tree. Story of the echo\nand the dust\nEcho was,\nand dust was.",
)


def test_each_couplet_has_its_two_lines_and_its_place() -> None:
    first, second = nicholson(ENGLISH.replace(b" Story", b"\\nStory"), PERSIAN, FILES)
    assert first.text.split("\n") == [
        "A stone came,",
        "and bread came.",
        "The lamp is lit;",
        "the garden is.",
        "Water came,",
        "and a tree.",
    ]
    assert (first.form, first.label.id, first.label.title) == ("free", "masnavi/1/1/1-3", "")
    assert second.text == "Echo was,\nand dust was."
    assert (second.label.id, second.label.title) == ("masnavi/1/2/4-4", "Story of the echo and the dust")


def test_a_piece_is_parted_where_a_couplet_has_no_english() -> None:
    english = pages("A stone came,\nand bread came.", "Water came,\nand a tree.\nStory\nEcho was,\nand dust was.")
    persian = pages("\n".join(HALVES[0]), "\n".join([*HALVES[2], "در بیان", *HALVES[3]]))
    assert [poem.label.id for poem in nicholson(english, persian, FILES)] == [
        "masnavi/1/1/1-1",
        "masnavi/1/1/3-3",
        "masnavi/1/2/4-4",
    ]


@pytest.mark.parametrize(
    ("english_order", "persian_order"), [((0, 1, 2), (0, 2, 1)), ((2, 1, 0), (0, 2, 1)), ((0, 2, 1), (0, 2, 1))]
)
def test_couplets_that_a_page_has_out_of_place_are_told_by_the_words_they_share(
    english_order: tuple[int, ...], persian_order: tuple[int, ...]
) -> None:
    verse = ("موسی آمد", "نان آمد"), ("قرآن است", "باغ است"), ("طوطی شد", "درخت شد")
    translation = "Moses came,\nand bread.", "The Quran is,\nand a garden.", "A parrot was,\nand a tree."
    english = pages("\n".join(translation[number] for number in english_order))
    persian = pages("\n".join(half for number in persian_order for half in verse[number]))
    (poem,) = nicholson(english, persian, [section(*verse)])
    assert poem.text == "\n".join(translation)


def test_pages_of_prose_and_of_books_that_are_not_asked_for_give_nothing() -> None:
    assert nicholson(pages("In prose\nit begins."), pages("!\n!"), FILES) == []
    assert nicholson(ENGLISH, PERSIAN) == []


@pytest.mark.parametrize(
    ("printed", "mended"),
    [
        ("T o W arsaw, Y es", "To Warsaw, Yes"),
        ("I dont; he doesnt.", "I don’t; he doesn’t."),
        ("en he said: Go!It is late", "Then he said: Go! It is late"),
        ("the lampgarden of Rostams", "the lamp-garden of Rostam’s"),
        ("Greeks understand Gods gardens", "Greeks understand God’s gardens"),
    ],
)
def test_what_the_transcription_has_lost_is_put_back(printed: str, mended: str) -> None:
    seen = "the lamp of Rostam in the garden " * 5 + "Greek Greeks " * 5
    assert mender(iter([seen]))(printed) == mended


@pytest.mark.parametrize("content", [b"<html>", b'{"book": 1}\n', b"\xff", b"[" * 10_000])
def test_pages_of_another_layout_are_refused(content: bytes) -> None:
    with refused("pages of the Masnavi"):
        nicholson(content, PERSIAN, FILES)
