from __future__ import annotations

import sys

import pytest

from training.quality.dictionary import exists, word_list

KNOWN = {"tabriz", "باران", "چراغ"}


@pytest.mark.parametrize("word", ["kettle", "kettles", "runny", "tabriz", "tabriz's", "lovers'", "uncrushed"])
def test_english_words_of_the_list_and_their_forms_exist(word: str) -> None:
    assert exists(word, "en", KNOWN)


@pytest.mark.parametrize("word", ["flow'st", "flowest", "hidest", "solvedst", "sayeth", "ask'd", "deem'd"])
def test_the_endings_of_verse_are_known(word: str) -> None:
    assert word not in word_list("en")
    assert exists(word, "en", KNOWN)


@pytest.mark.parametrize("word", ["dulfill", "gnific", "wirlow", "sooned", "indeeds", "tabrizing", "dulfill's", "xs"])
def test_made_up_english_words_do_not(word: str) -> None:
    assert not exists(word, "en", KNOWN)


@pytest.mark.parametrize("word", ["کتابخانه", "باران", "بارانها", "چراغست", "چراغم", "بچراغ", "بیچراغان"])
def test_persian_words_and_their_inflections_exist(word: str) -> None:
    assert exists(word, "fa", KNOWN)


@pytest.mark.parametrize("word", ["شدخشان", "اکمیده", "هوشمنخا"])
def test_made_up_persian_words_do_not(word: str) -> None:
    assert not exists(word, "fa", KNOWN)


def test_without_a_list_only_the_words_known_exist() -> None:
    assert word_list("und") == frozenset()
    assert exists("tabriz", "und", KNOWN)
    assert not exists("kettle", "und", KNOWN)


def test_where_the_package_of_the_lists_is_missing_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spellchecker", None)
    word_list.cache_clear()
    assert word_list("en") == frozenset()
    word_list.cache_clear()
