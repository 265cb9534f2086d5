from __future__ import annotations

from itertools import product

import pytest

from rumi_tui.texts.corpus import Poem
from rumi_tui.texts.labels import Label
from training.quality.metre import FEWEST_LINES, MetreMeasure, labelled_metre

RAMAL = "فاعلاتن فاعلاتن فاعلن"
HAZAJ = "مفاعیلن مفاعیلن فعولن"
IN_RAMAL = [
    f"{wind} آمد بوی {rose} را باز {gave}"
    for wind, rose, gave in product(
        ("باد", "آب", "یار", "ماه", "نور", "ناز", "راز"),
        ("گل", "دل", "می", "شب", "تن", "غم", "لب"),
        ("داد", "خواند", "برد", "دید", "گفت", "ساخت"),
    )
]
IN_HAZAJ = [
    f"{heart} و جان مرا {fire} {threw} باز"
    for heart, fire, threw in product(
        ("دل", "سر", "تن", "گل", "می", "لب", "شب"), ("آتش", "چیزی"), ("زدی", "کنی", "بری")
    )
]


def labelled(lines: list[str], form: str, metre: str) -> list[Poem]:
    """Poems of two lines."""
    return [Poem("\n".join(lines[place : place + 2]), form, Label(metre=metre)) for place in range(0, len(lines), 2)]


POEMS = [
    *labelled(2 * IN_RAMAL, "couplet", f"{RAMAL} (رمل)"),
    *labelled(IN_RAMAL, "ghazal", RAMAL),
    *labelled(4 * IN_HAZAJ, "ghazal", HAZAJ),
    Poem("گل", "free"),
    Poem("دل", "rubai", Label(metre="free verse")),
]


@pytest.fixture(scope="module")
def measure() -> MetreMeasure:
    measure = MetreMeasure.fit(POEMS)
    assert measure is not None
    return measure


def test_lines_are_in_metre_where_they_scan_in_one_that_real_poems_of_the_form_have(measure: MetreMeasure) -> None:
    ramal, hazaj = IN_RAMAL[:4], IN_HAZAJ[:4]
    assert measure.in_metre([ramal, ramal], "couplet") == measure.in_metre([ramal, hazaj], "ghazal") == 1
    assert measure.in_metre([ramal, hazaj], "couplet") == 1 / 2


def test_a_poem_has_one_metre(measure: MetreMeasure) -> None:
    assert measure.in_metre([[*IN_RAMAL[:3], IN_HAZAJ[0]]], "ghazal") == 3 / 4
    assert measure.in_metre([[*IN_HAZAJ[:3], IN_RAMAL[0]]], "ghazal") == 3 / 4


def test_hardly_a_line_is_in_another_metre_or_with_its_words_in_another_order(measure: MetreMeasure) -> None:
    poems = [IN_RAMAL[place : place + 4] for place in range(0, 40, 4)]
    shuffled = measure.in_metre_shuffled(poems, "couplet")
    assert shuffled is not None
    assert 0 < shuffled < 1 / 2
    assert measure.in_metre_shuffled(poems, "couplet") == shuffled
    assert measure.in_another_metre(poems, "couplet") == 0


@pytest.mark.parametrize("form", ["free", "rubai"])
def test_nothing_is_said_of_a_form_without_labelled_poems(measure: MetreMeasure, form: str) -> None:
    poems = [IN_RAMAL[:2]]
    assert measure.in_metre(poems, form) is None
    assert measure.in_metre_shuffled(poems, form) is None
    assert measure.in_another_metre(poems, form) is None


def test_without_lines_there_is_a_share_of_none_and_nothing_to_compare_with(measure: MetreMeasure) -> None:
    assert measure.in_metre([[]], "ghazal") == 0
    assert measure.in_metre_shuffled([[]], "ghazal") is measure.in_another_metre([], "ghazal") is None


def test_there_is_no_other_metre_where_all_verse_is_in_one() -> None:
    measure = MetreMeasure.fit(labelled(2 * IN_RAMAL, "couplet", RAMAL))
    assert measure is not None
    assert measure.in_another_metre([IN_RAMAL[:2]], "couplet") is None


def test_too_few_labelled_lines_make_no_judge() -> None:
    lines = (2 * IN_RAMAL)[: FEWEST_LINES - 2]
    unlabelled = [Poem("\n".join(IN_RAMAL), "couplet")]
    assert MetreMeasure.fit([*labelled(lines, "couplet", RAMAL), *unlabelled]) is None
    assert MetreMeasure.fit([]) is None


def test_a_label_names_its_feet_or_nothing() -> None:
    assert labelled_metre(Poem("گل", "couplet", Label(metre=f"{RAMAL} (رمل)"))) == RAMAL
    assert labelled_metre(Poem("گل", "couplet")) == labelled_metre(Poem("گل", "free", Label(metre="free verse"))) == ""
