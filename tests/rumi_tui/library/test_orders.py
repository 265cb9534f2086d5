from __future__ import annotations

import pytest

from rumi_tui.library.orders import ORDERS, named_first
from rumi_tui.library.poem import Listed


def listed(id: int, text: str, title: str = "", day: int = 1, favourite: bool = False) -> Listed:
    return Listed(id, day, favourite, title, False, text)


POEMS = [
    listed(1, "zither", day=3),
    listed(2, "“Amber", day=3),
    listed(3, "candle", "Élan", day=2, favourite=True),
    listed(4, "drum", "a lamp", day=9),
    listed(5, "دل", "پیر", day=1),
    listed(6, "دل", "تو", day=1),
]


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("newest first", [4, 2, 1, 3, 6, 5]),
        ("oldest first", [5, 6, 3, 1, 2, 4]),
        ("by title", [4, 3, 5, 6, 2, 1]),
        ("favourites first", [3, 4, 2, 1, 6, 5]),
    ],
)
def test_poems_are_listed_in_the_order_that_is_asked_for(order: str, ids: list[int]):
    assert [poem.id for poem in ORDERS[order](POEMS)] == ids


def test_what_is_called_by_all_that_is_searched_for_comes_first():
    poems = [
        listed(4, "the old lamp"),
        listed(3, "drum", "A lamp"),
        listed(2, "drum", "Oldest of Lamps"),
        listed(1, "lamp", "élan, old"),
    ]
    assert [poem.id for poem in named_first(poems, "OLD lamp")] == [2, 4, 3, 1]
    assert [poem.id for poem in named_first(poems, "elan")] == [1, 4, 3, 2]
    assert [poem.id for poem in named_first(poems, "")] == [4, 3, 2, 1]
