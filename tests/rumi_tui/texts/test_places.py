from __future__ import annotations

import pytest
from support import refused

from rumi_tui.texts.places import Place, place_of, read_place, title_of

COUPLET = Place("masnavi", 3, 49, 1259)


@pytest.mark.parametrize(
    ("label", "couplet", "name", "address"),
    [
        ("masnavi/3/49/1259-1264", 1, "Masnavi III, couplet 1259", "masnavi/daftar3/sh49"),
        ("masnavi/3/49/1259-1264", 6, "Masnavi III, couplet 1264", "masnavi/daftar3/sh49"),
        ("masnavi/6/140/4898-4911", 0, "Masnavi VI, section 140", "masnavi/daftar6/sh140"),
        ("divan/100", 0, "ghazal 100", "shams/ghazalsh/sh100"),
        ("divan/100", 4, "ghazal 100, couplet 4", "shams/ghazalsh/sh100"),
        ("rubai/55", 0, "quatrain 55", "shams/robaeesh/sh55"),
    ],
)
def test_a_label_is_named_to_a_person_and_has_an_address(label: str, couplet: int, name: str, address: str) -> None:
    place = place_of(label, couplet)
    assert place is not None
    assert place.name == name
    assert place.address == f"https://ganjoor.net/moulavi/{address}"


@pytest.mark.parametrize(
    "label",
    [
        "",
        "divan",
        "divan/x",
        "masnavi/7/1/1-2",
        "masnavi/1/1",
        "hafez/3",
        "divan/1\n",
        "divan/0",
        "masnavi/1/0/1-2",
        pytest.param("divan/" + "9" * 5000, id="many digits"),
    ],
)
def test_another_label_is_no_place(label: str) -> None:
    assert place_of(label, 1) is None


@pytest.mark.parametrize(
    "place",
    [
        Place("masnavi", 1),
        Place("masnavi", 1, 2),
        Place("masnavi", 3, 0, 1259),
        Place("divan", 0, 100),
        Place("divan", 0, 100, 3),
        Place("rubai", 0, 55),
        Place("rubai", 0, 55, 2),
    ],
)
def test_a_place_is_read_back_from_all_that_stands_for_it(place: Place) -> None:
    for typed in (place.reference, place.name, place.name.upper(), f"  {place.name} "):
        assert read_place(typed) == place
    if not place.couplet:
        assert read_place(place.address) == read_place(place.address.removeprefix("https://")) == place


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("masnavi/1/1", Place("masnavi", 1, 1)),
        ("masnavi/1/2/35-54", Place("masnavi", 1, 2, 35)),
        ("masnavi/3/49:1259", COUPLET),
        ("Masnavi 3:1259", Place("masnavi", 3, 0, 1259)),
        ("masnavi iv, section 7", Place("masnavi", 4, 7)),
        ("masnavi book 2 section 7", Place("masnavi", 2, 7)),
        ("masnavi vi", Place("masnavi", 6)),
        ("مثنوی ۳:۱۲۵۹", Place("masnavi", 3, 0, 1259)),
        ("ghazal 100", Place("divan", 0, 100)),
        ("divan/100", Place("divan", 0, 100)),
        ("غزل ۱۰۰", Place("divan", 0, 100)),
        ("رباعی 55", Place("rubai", 0, 55)),
        ("quatrain 55", Place("rubai", 0, 55)),
        ("https://ganjoor.net/moulavi/shams/ghazalsh/sh100/", Place("divan", 0, 100)),
    ],
)
def test_a_person_may_type_a_place_in_many_ways(typed: str, place: Place) -> None:
    assert read_place(typed) == place


@pytest.mark.parametrize(
    "typed", ["", "masnavi", "masnavi/7/1", "masnavi/0", "divan", "hafez 3", "love", "/", "divan/" + "9" * 5000, "²"]
)
def test_what_is_no_place_is_refused_with_a_way_out(typed: str) -> None:
    with refused("is not a place in Rumi's works: type one like masnavi/1/2"):
        read_place(typed)


def test_no_poem_has_the_number_nought() -> None:
    with refused("Quatrains are numbered from 1"):
        read_place("rubai/0")


def test_places_are_in_the_order_of_the_works() -> None:
    shuffled = [Place("rubai", 0, 1), COUPLET, COUPLET.whole, Place("masnavi", 1, 9), Place("divan", 0, 2)]
    assert sorted(shuffled) == shuffled[::-1]
    assert COUPLET.whole == Place("masnavi", 3, 49)


def test_a_title_is_told_without_its_number() -> None:
    assert title_of("بخش ۱۴۰ - مثل") == "مثل"
    assert title_of("غزل شمارهٔ ۱") == title_of("رباعی شمارهٔ ۱۹۹۴") == title_of("بخش ۳") == title_of("") == ""
    assert title_of("The story of the lantern") == "The story of the lantern"
