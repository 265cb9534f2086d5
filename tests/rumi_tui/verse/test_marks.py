from __future__ import annotations

import pytest

from models.lexicon import Lexicon
from rumi_tui.verse.marks import LineMarks, Mark, marks_of
from rumi_tui.verse.rules import Rules, rules_of

RAMAL = "فاعلاتن فاعلاتن فاعلن (رمل مسدس محذوف)"
REED = ["بشنو از نی چون حکایت می‌کند", "از جدایی‌ها شکایت می‌کند"]
GHAZAL = ["از دل یاران بیا", "ای گل باران بیا", "شب به سر آمد دگر", "با همه خوبان بیا"]
COUPLETS = ["A ship sails in the night,", "the lantern “is bright”.", "A river runs far", "into a stone."]


def marked(line: str, marks: LineMarks) -> dict[str, str]:
    """What is marked, by the kind of the mark."""
    return {mark.kind: line[mark.begin : mark.end] for mark in marks.marks}


def test_the_words_that_rhyme_are_marked_and_where_none_does_it_is_told() -> None:
    marks = marks_of(COUPLETS, Rules("couplet", "en"))
    assert [marked(*each) for each in zip(COUPLETS, marks, strict=True)] == [
        {"rhyme": "night"},
        {"rhyme": "bright"},
        {},
        {},
    ]
    assert [line.faults for line in marks] == [[], [], [], ["rhyme"]]
    assert [line.syllables for line in marks] == [6, 5, 5, 4]


def test_the_refrain_is_marked_apart_from_the_word_before_it() -> None:
    marks = marks_of(GHAZAL, Rules("ghazal", "fa"))
    assert [marked(*each) for each in zip(GHAZAL, marks, strict=True)] == [
        {"rhyme": "یاران", "refrain": "بیا"},
        {"rhyme": "باران", "refrain": "بیا"},
        {},
        {"rhyme": "خوبان", "refrain": "بیا"},
    ]


def test_a_refrain_without_a_rhyme_is_no_rhyme() -> None:
    lines = ["از دل یاران بیا", "ای گل بیا"]
    marks = marks_of(lines, Rules("ghazal", "fa"))
    assert [marked(*each) for each in zip(lines, marks, strict=True)] == [{"refrain": "بیا"}] * 2
    assert marks[1].faults == ["rhyme"]


def test_a_word_is_marked_with_the_vowel_signs_on_it() -> None:
    lines = ["از دلِ یارانِ بیا", "ای گل باران بیا"]
    [first, _] = marks_of(lines, Rules("couplet", "fa"))
    assert marked(lines[0], first) == {"rhyme": "یارانِ", "refrain": "بیا"}


def test_a_persian_line_tells_its_feet_syllable_by_syllable() -> None:
    marks = marks_of([*REED, "چراغ دریا"], rules_of("couplet", "fa", RAMAL), RAMAL)
    assert [line.feet for line in marks] == [["–⏑––", "–⏑––", "–⏑–"]] * 2 + [[]]
    assert [line.faults for line in marks] == [[], [], ["metre"]]
    assert {line.syllables for line in marks} == {0}
    assert not any(line.feet for line in marks_of(REED, Rules("couplet", "fa")))


@pytest.mark.parametrize(
    ("line", "metre", "feet"),
    [
        ("گفتم ای دل چه خبر داری تو", "فعلاتن فعلاتن فعلن", ["–⏑––", "⏑⏑––", "––"]),
        ("خورشید برآمد از پس کوه بلند", "مفعول مفاعیل مفاعیل فعل", ["––⏑", "⏑–––", "––⏑", "⏑–"]),
    ],
)
def test_feet_with_licences_are_divided_where_the_metre_does(line: str, metre: str, feet: list[str]) -> None:
    [marks] = marks_of([line], rules_of("couplet", "fa", metre), metre)
    assert marks.feet == feet


def test_copied_stretches_are_marked_in_each_line_that_they_reach_over() -> None:
    marks = marks_of(["amber candle", "drum", "ember"], Rules("free", "en"), copied=[range(6, 15), range(18, 99)])
    assert [line.marks for line in marks] == [
        [Mark(6, 12, "copied")],
        [Mark(0, 2, "copied")],
        [Mark(0, 5, "copied")],
    ]


def test_what_is_not_known_is_left_out() -> None:
    assert marks_of([], Rules("couplet", "en")) == []
    assert marks_of(["", "x"], Rules("couplet", "en"))[0] == LineMarks()
    assert marks_of(["Licht", "dicht"], Rules("couplet", "de")) == [LineMarks()] * 2
    assert marks_of(["amber"], rules_of("free", "en", "", lexicon=Lexicon.of([])))[0].faults == ["word"]
    [only] = marks_of(["amber"], Rules("couplet", "en"))
    assert only.marks == []
