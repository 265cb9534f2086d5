# The raw texts here have the layout of the real ones and none of their words.

from __future__ import annotations

import random

from support import WORDS

from rumi_tui.texts.persian import divan, end_alike, letters, masnavi, rubaiyat

ENDS = ("باران", "گندم", "چراغ", "درخت", "ستاره", "کاغذ")
"""Words of which no two rhyme."""


def line(rng: random.Random, end: str) -> str:
    return " ".join([*rng.choices(WORDS["fa"], k=4), end])


def rhyming(couplets: int, rng: random.Random) -> list[str]:
    return [line(rng, end) for end in rng.choices(ENDS, k=couplets) for _ in range(2)]


def ghazal(couplets: int, rng: random.Random, end: str = "گندم") -> list[str]:
    """The first two lines and every second after them end in one word."""
    others = [word for word in ENDS if word != end]
    rest = [ending for _ in range(couplets - 1) for ending in (rng.choice(others), end)]
    return [line(rng, ending) for ending in (end, end, *rest)]


def raw(lines: list[str]) -> str:
    return "\n".join(["name.txt", "number of beyts:\t7", *lines]) + "\n"


def test_the_masnavi_ends_where_couplets_no_longer_rhyme() -> None:
    rng = random.Random(0)
    for couplets in (60, 61, 70):
        narrative = rhyming(couplets, rng)
        poems = masnavi(raw([*narrative, *ghazal(40, rng), *ghazal(40, rng, "چراغ")]))
        assert [line for poem in poems for line in poem] == narrative
        assert [len(poem) for poem in poems[:-1]] == [48] * (len(poems) - 1)


def test_a_few_couplets_that_do_not_rhyme_do_not_end_it() -> None:
    rng = random.Random(1)
    lines = [*rhyming(50, rng), *ghazal(8, rng), *rhyming(50, rng)]
    assert sum(len(poem) for poem in masnavi(raw(lines))) == len(lines)


def test_quatrains_are_told_from_the_beginnings_of_longer_poems() -> None:
    rng = random.Random(2)
    first, second, third = ghazal(2, rng), ghazal(2, rng, "چراغ"), ghazal(2, rng)
    lines = [*rhyming(60, rng), *ghazal(40, rng), *first, *second, *ghazal(5, rng, "درخت"), *third]
    assert rubaiyat(raw(lines)) == [first, second, third]


def test_the_halves_of_a_couplet_are_parted_where_the_other_source_knows_them() -> None:
    couplets = "چراغ و باران باز آمد سنگ.\nپنجره درخت صدای خاک و نان.\n آینه سنگ آینه سنگ.\n"
    columns = "\ufeff\n1\nچراغ و بارانِ\nپنجره\n2\n\nآینه سنگ\n"
    assert divan("\ufeff" + couplets, columns) == [
        ["چراغ و باران", "باز آمد سنگ", "پنجره", "درخت صدای خاک و نان"],
        ["آینه سنگ", "آینه سنگ"],
    ]


def test_a_couplet_that_nobody_knows_is_parted_in_the_middle() -> None:
    assert divan('"سنگ" درخت سنگ درخت.', "") == [["سنگ درخت", "سنگ درخت"]]


def test_a_ghazal_begins_where_the_index_says_so_and_its_halves_rhyme() -> None:
    couplets = "سنگ باران باران.\nسنگ درخت صدا باران.\nنان آمد نان.\n"
    assert len(divan(couplets, "۲۸. نان آمد")) == 1
    assert len(divan(couplets.replace("نان آمد نان", "نان آمد نام آمد"), "۲۸. نان آمد")) == 2


def test_rhyme_is_judged_by_letters() -> None:
    assert letters("گـُل، ها!") == "گلها"
    assert end_alike("بارانِ", "کاروان")
    assert end_alike("دانا", "زیبا")
    assert not end_alike("گندم", "چراغ")
