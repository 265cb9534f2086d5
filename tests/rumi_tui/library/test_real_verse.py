from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumi_tui.library.real_verse import Author, RealVerse, shared_words

HIS = "amber\nbarley\ncandle\ndrum\n"
TEXT = f"{HIS}ember\nfennel"
GHAZAL = RealVerse(length=len(HIS), place="ghazal 100", address="https://ganjoor.net/100")
CENTO = RealVerse(
    length=len(HIS) - 1,
    place="a cento around amber",
    parts=(RealVerse(length=13, place="ghazal 1"), RealVerse(length=11, place="ghazal 2")),
)


def told(real: RealVerse | None, text: str) -> list[tuple[str, str]]:
    """Each of its lines with who wrote it, or where it stands."""
    places = [
        part.place or part.author for part, count in (real.lines_by_place(text) if real else ()) for _ in range(count)
    ]
    return list(zip(places, text.split("\n"), strict=False))


@pytest.mark.parametrize("by", ["machine", "hand"])
def test_his_lines_stay_his_around_one_that_is_another(by: Author):
    text = TEXT.replace("barley", "a garnet")
    real = GHAZAL.changed(TEXT, text, by)
    assert told(real, text) == [
        ("ghazal 100", "amber"),
        (by, "a garnet"),
        ("ghazal 100", "candle"),
        ("ghazal 100", "drum"),
    ]
    assert text[: real.length] == HIS.replace("barley", "a garnet")
    assert {part.address for part in real.parts} == {GHAZAL.address, ""}
    assert real.changed(text, TEXT.replace("barley", "x\ny"), by).others == {by}
    back = real.changed(text, TEXT, "hand")
    assert [place for place, _ in told(back, TEXT)] == ["ghazal 100", "hand", "ghazal 100", "ghazal 100"]


def test_of_a_cento_each_couplet_keeps_its_place():
    text = TEXT.replace("candle", "garnet")
    changed = CENTO.changed(TEXT, text, "machine")
    assert [place for place, _ in told(changed, text)] == ["ghazal 1", "ghazal 1", "machine", "ghazal 2"]


def test_lines_that_go_leave_the_others_together():
    text = TEXT.replace("barley\n", "")
    assert GHAZAL.changed(TEXT, text, "hand") == RealVerse(length=18, place=GHAZAL.place, address=GHAZAL.address)
    both = TEXT.replace("amber", "garnet").replace("drum", "kettle")
    assert [place for place, _ in told(GHAZAL.changed(TEXT, both, "hand"), both)] == [
        "hand",
        *["ghazal 100"] * 2,
        "hand",
    ]


def test_what_follows_his_last_line_is_told_only_where_a_person_changed_his_verse():
    text = TEXT.replace("drum", "garnet")
    assert [place for place, _ in told(GHAZAL.changed(TEXT, text, "machine"), text)] == ["ghazal 100"] * 3
    assert [place for place, _ in told(GHAZAL.changed(TEXT, text, "hand"), text)] == [*["ghazal 100"] * 3, "hand"]
    assert GHAZAL.changed(TEXT, TEXT.replace("ember", "garnet"), "hand") is GHAZAL
    assert GHAZAL.changed(TEXT, f"{HIS}\n", "hand") is GHAZAL
    assert GHAZAL.changed(TEXT, "amber\nbarley\n", "hand") == GHAZAL.shortened(13)


def test_lines_that_a_person_wrote_below_his_are_told_from_a_machines():
    his = HIS.removesuffix("\n")
    real = RealVerse(length=len(his), place="ghazal 100")
    text = f"{his}\nember"
    assert [place for place, _ in told(real.changed(his, text, "hand"), text)] == [*["ghazal 100"] * 4, "hand"]
    assert real.changed(his, text, "machine") is real


def test_a_line_that_lost_only_its_vowel_signs_is_his():
    old, new = "چِراغ و دریا\nسنگ", "چراغ و دریا\nسنگ"
    real = RealVerse(length=len(old), place="ghazal 100")
    assert real.changed(old, new, "hand") == RealVerse(length=len(new), place="ghazal 100")


def test_where_no_line_of_his_is_left_whole_the_words_at_the_beginning_are_his_if_there_are_two():
    for text, length in [("the amber lantern", 9), ("the amber", 9), ("the amb", 0), ("the", 0), ("", 0)]:
        assert shared_words("the amber lamp", text) == length
    his = "the amber lamp\nbarley"
    real = RealVerse(length=len(his), place="ghazal 100")
    assert real.changed(his, "the amber lantern", "hand") == RealVerse(length=9, place="ghazal 100")
    assert real.changed(his, "the ambit", "hand") is None
    assert GHAZAL.changed(TEXT, "garnet", "hand") is None
    changed = GHAZAL.changed(TEXT, "garnet\nbarley", "machine")
    assert changed.changed("garnet\nbarley", "garnet\nbarn", "machine") is None


LINES = st.lists(st.sampled_from(["amber", "barley", "candle", ""]), max_size=6).map("\n".join)


@given(old=LINES.filter(bool), new=LINES, length=st.integers(1, 40), by=st.sampled_from(["machine", "hand"]))
def test_whatever_changes_what_is_told_lies_in_the_poem_and_is_told_of_lines_that_it_has(
    old: str, new: str, length: int, by: Author
):
    real = RealVerse(length=min(length, len(old)), place="ghazal 100").changed(old, new, by)
    if real is not None:
        assert 0 < real.length <= len(new)
        assert sum(part.length for part in real.parts) in (0, real.length)
        assert len(told(real, new)) <= len(new.split("\n"))
        his = [line for place, line in told(real, new) if place == "ghazal 100"]
        assert set(his) <= set(old.split("\n"))
