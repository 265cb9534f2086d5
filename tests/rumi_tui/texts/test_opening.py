from __future__ import annotations

from pathlib import Path

import pytest
from support import METRES, write_works

from rumi_tui.texts.opening import COUPLETS, Opening, opening_at
from rumi_tui.texts.places import read_place
from rumi_tui.texts.reader import Works, open_works
from rumi_tui.texts.whole_poem import NumberedCouplet, WholePoem


@pytest.fixture
def works(tmp_path: Path) -> Works:
    return open_works(write_works(tmp_path / "texts"))


def opening(works: Works, typed: str, language: str = "fa") -> tuple[Opening, WholePoem]:
    place = works.find(read_place(typed))
    poem = works.poem(place)
    return opening_at(poem, place.couplet, language), poem


def lines(poem: WholePoem, first: int, last: int, language: str = "fa") -> str:
    verses = [couplet.verse.get(language) for couplet in poem.couplets if first <= couplet.number <= last]
    return "".join(f"{verse}\n" for verse in verses if verse)


def test_of_a_section_the_last_couplets_are_given_in_its_metre(works: Works) -> None:
    given, poem = opening(works, "masnavi/1:5")
    assert given.text == lines(poem, 6 - COUPLETS, 5)
    assert (given.place, given.form, given.metre) == ("Masnavi I, couplets 2 to 5", "couplet", METRES[0])
    assert (given.rhyme, given.address) == ("", poem.place.address)
    assert opening(works, "masnavi/1:6")[0].place == "Masnavi I, couplet 6"


def test_a_translation_is_given_in_its_own_form_without_the_metre_of_the_original(works: Works) -> None:
    given, poem = opening(works, "masnavi/1:5", "en")
    assert given.text == lines(poem, 1, 5, "en")
    assert (given.form, given.metre, given.language) == ("free", "", "en")


def test_where_a_couplet_has_no_translation_those_before_it_are_given(works: Works) -> None:
    given, _ = opening(works, "masnavi/1:3", "en")
    assert given.place == "Masnavi I, couplets 1 to 2"


def test_a_ghazal_is_given_from_its_first_couplet_and_a_quatrain_only_its_first(works: Works) -> None:
    given, poem = opening(works, "ghazal 100:3")
    assert given.text == lines(poem, 1, 3)
    assert (given.form, given.metre, given.place) == ("ghazal", METRES[1], "ghazal 100, couplets 1 to 3")
    given, poem = opening(works, "rubai/55:2")
    assert (given.text, given.place, given.form) == (lines(poem, 1, 1), "quatrain 55, couplet 1", "rubai")


def test_the_rhyme_of_a_ghazal_is_told_as_it_is_written() -> None:
    verses = ["باران شبی آمد نهان\nچراغ دریا کاروان", "سنگ و نان\nآینه در آسمان"]
    couplets = tuple(NumberedCouplet(number=n, verse={"fa": verse}) for n, verse in enumerate(verses, 1))
    poem = WholePoem(
        place=read_place("ghazal 1"),
        forms={"fa": "ghazal"},
        titles={},
        metre="",
        rhyme="ان",
        couplets=couplets,
        authors={},
    )
    assert opening_at(poem, 2, "fa").rhyme == "ان"
