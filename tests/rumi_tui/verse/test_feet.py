from __future__ import annotations

import pytest
from support import refused

from rumi_tui.verse.feet import FEET, RUBAI, Metre, metre_named
from rumi_tui.verse.scansion import bodies, endings


def allows(metre: Metre, letters: str) -> float:
    """How likely a whole line of these letters is."""
    return dict(metre.ends(letters)[0]).get(metre.end, 0.0)


def test_a_metre_is_its_feet_one_after_the_other_whatever_stands_in_brackets() -> None:
    metre = metre_named("فعولن فعولن فعولن فعل (متقارب مثمن محذوف)")
    assert metre.name == "فعولن فعولن فعولن فعل"
    assert metre.pattern == "11010" * 3 + "110"
    assert allows(metre, metre.pattern) == 1
    assert not allows(metre, metre.pattern[1:])


@pytest.mark.parametrize("name", ["", "(رمل)", "فعولن فعولان"])
def test_what_is_no_metre_is_refused_in_one_sentence(name: str) -> None:
    with refused("is not a metre"):
        metre_named(name)


@pytest.mark.parametrize("foot", FEET)
def test_the_name_of_a_foot_is_a_word_that_scans_as_the_foot(foot: str) -> None:
    readings = {body + ending for body, close in bodies(foot) for ending in endings(foot, close, "letter")}
    assert FEET[foot] in readings


def test_an_overlong_syllable_stands_for_a_long_and_a_short_one() -> None:
    metre = metre_named("مفعول فاعلن")
    assert metre.pattern == "1010110110"
    assert allows(metre, "1010x10110") == 1


def test_two_shorts_at_the_end_may_be_one_long_and_elsewhere_seldom() -> None:
    metre = metre_named("فعلاتن فعلاتن فعلن")
    assert allows(metre, "111010" + "111010" + "1010") == 1
    assert 0 < allows(metre, "111010" + "101010" + "1110") < 0.1


def test_a_line_that_begins_with_two_shorts_may_begin_with_a_long_and_a_short() -> None:
    metre = metre_named("فعلاتن فعلاتن فعلن")
    assert allows(metre, "1011010" + "111010" + "1110") == 1
    assert not allows(metre, "111010" + "1011010" + "1110")


@pytest.mark.parametrize(
    "feet",
    [
        "مفعول مفاعیل مفاعیل فعل",
        "مفعول مفاعلن مفاعیل فعل",
        "مفعولن مفعول مفاعیل فعل",
        "مفعولن فاعلن مفاعیل فعل",
        "مفعول مفاعیلن مفعول فعل",
        "مفعول مفاعیل مفاعیلن فع",
        "مفعولن مفعولن مفعولن فع",
    ],
)
def test_the_metre_of_the_quatrain_mixes_its_variants_freely(feet: str) -> None:
    assert allows(metre_named(RUBAI), metre_named(feet).pattern) == 1


def test_a_metre_of_two_equal_halves_has_a_caesura_between_them() -> None:
    assert metre_named("مفعول فاعلاتن مفعول فاعلاتن").half == len(FEET["مفعول"] + FEET["فاعلاتن"])
    assert metre_named("فاعلاتن فاعلاتن فاعلن").half is None
    assert metre_named("فاعلاتن فاعلاتن فاعلاتن فاعلن").half is None
