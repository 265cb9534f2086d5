from __future__ import annotations

import random

from support import WORDS

from rumi_tui.texts.facing import Couplet, align, find_couplets, letters


def edition(count: int, seed: int = 0) -> dict[int, Couplet]:
    rng = random.Random(seed)
    half = lambda: " ".join(rng.choices(WORDS["fa"], k=5))  # noqa: E731
    return {number: (half(), half()) for number in range(1, count + 1)}


def printed(couplets: dict[int, Couplet], *numbers: int) -> list[str]:
    return [half for number in numbers for half in couplets[number]]


def respelled(line: str) -> str:
    """In another spelling, and with another word at its end."""
    return line.replace(" ", "").replace("ی", "ي").replace("آ", "ا")[:-3] + "گل"


def test_spellings_of_a_line_have_its_letters_in_common() -> None:
    assert letters("گـُل، ها!") == "گلها"
    assert letters("مسؤول كي آیۀ") == letters("مسوول کی ایه")


def test_couplets_are_found_whatever_their_spelling_and_order() -> None:
    couplets = edition(8)
    lines = printed(couplets, 1, 3, 2, 4, 5, 6, 7, 8)
    lines[6:10] = map(respelled, lines[6:10])
    assert find_couplets(lines, couplets) == {0: 1, 2: 3, 4: 2, 6: 4, 8: 5, 10: 6, 12: 7, 14: 8}


def test_headings_are_no_couplets_and_do_not_shift_them() -> None:
    couplets = edition(4)
    one, two, three, four = (list(couplets[number]) for number in (1, 2, 3, 4))
    three = list(map(respelled, three))
    lines = ["دفتر اول", *one, *two, "در بیان این سخن", "و سخن دیگر", *three, *four]
    assert find_couplets(lines, couplets) == {1: 1, 3: 2, 7: 3, 9: 4}


def test_halves_in_the_wrong_order_are_one_couplet() -> None:
    couplets = edition(3)
    lines = [*couplets[1], *couplets[2][::-1], *couplets[3]]
    assert find_couplets(lines, couplets) == {0: 1, 2: 2, 4: 3}


def test_a_half_that_comes_again_finds_the_nearest_couplet() -> None:
    couplets = edition(60)
    couplets[50] = (couplets[2][0], couplets[50][1])
    lines = [*couplets[1], couplets[2][0], respelled(couplets[2][1]), *couplets[3]]
    assert find_couplets(lines, couplets) == {0: 1, 2: 2, 4: 3}


def test_verse_of_another_book_is_not_found() -> None:
    assert find_couplets(["amber barley", "candle drum", "ember fennel"], edition(5)) == {}
    assert find_couplets([], edition(5)) == find_couplets(["سنگ"], {}) == {}


def test_two_lines_translate_a_couplet_and_the_others_are_headings() -> None:
    lines = ["How the kettle", "came to sing.", "The lamp is lit,", "the drum is still.", "A mirror,", "and a needle."]
    aligned = align(lines, [None, 7, 8])
    assert aligned.couplets == {7: ("The lamp is lit,", "the drum is still."), 8: ("A mirror,", "and a needle.")}
    assert aligned.headings == {7: "How the kettle came to sing."}


def test_a_heading_is_told_by_the_facing_page_or_by_its_words() -> None:
    lines = ["The lamp is lit,", "the drum is still.", "Amber", "A mirror,", "and a needle."]
    assert align(lines, [1, None, 2]).headings == {2: "Amber"}
    lines[2] = "Story of the amber"
    assert align(lines, [1, 2]).headings == {2: "Story of the amber"}
    assert align(lines, [1, 2]).couplets == align(lines, [1, None, 2]).couplets


def test_what_has_no_translation_is_left_out() -> None:
    lines = ["The lamp is lit,", "the drum is still.", "A mirror,", "and a needle."]
    assert len(align(lines, [1, 2, 3]).couplets) == 2
    assert align([], [1]).couplets == {}
    assert align(["A line."] * 50, [1]).couplets == {}


def test_lines_that_are_no_couplet_of_the_edition_stand_beside_as_many_of_the_translation() -> None:
    verse = ["The lamp is lit,", "the drum is still.", "A mirror,", "and a needle.", "Amber comes,", "ember goes."]
    aligned = align(["Of the lamp", *verse], [None, 1, None, None, 3])
    assert aligned.headings == {1: "Of the lamp", 3: "A mirror, and a needle."}
    assert list(aligned.couplets) == [1, 3]
