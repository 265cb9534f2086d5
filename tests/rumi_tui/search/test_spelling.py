from __future__ import annotations

import pytest

from rumi_tui.search.spelling import other_spellings, persian_stem, search_spelling, search_words, stems


@pytest.mark.parametrize(
    ("text", "spelling", "others"),
    [
        ("خانه‌ی", "خانه", ""),
        ("خانهٔ", "خانه", ""),
        ("گُل‌ها", "گلها", "گل"),
        ("می‌رود", "میرود", "رود"),
        ("می رود", "می رود", "میرود"),
        ("دل‌آرام", "دلارام", "دل ارام"),
        ("Émile's Sea, the KING’S men's", "emile sea, the king men", ""),
        ("it's o'er the kings' 's", "it o'er the kings' 's", ""),
    ],
)
def test_what_a_word_is_searched_by(text: str, spelling: str, others: str) -> None:
    assert search_spelling(text) == spelling
    assert other_spellings(text) == others


def test_words_keep_their_order_and_number() -> None:
    assert search_words("دل دل، می‌برد؟") == ["دل", "دل", "میبرد"]


@pytest.mark.parametrize(
    ("words", "stem"),
    [(["طوطی", "طوطیان", "طوطیها"], "طوط"), (["نمیبرند", "میبرند", "برند"], "برن"), (["دل"], "دل"), (["می"], "می")],
)
def test_forms_of_a_word_share_their_stem(words: list[str], stem: str) -> None:
    assert {persian_stem(word) for word in words} == {stem}


def test_stems_are_those_of_the_index() -> None:
    assert stems(["loves", "loving", "sea", "دریا"]) == {
        "loves": "love",
        "loving": "love",
        "sea": "sea",
        "دریا": "دریا",
    }
    assert stems([]) == {}
    assert stems(["_"]) == {"_": "_"}
