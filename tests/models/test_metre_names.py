from __future__ import annotations

import pytest

from models.metre_names import metres_meant

METRES = (
    "فاعلاتن فاعلاتن فاعلن (رمل مسدس محذوف یا وزن مثنوی)",
    "فعلاتن فعلاتن فعلاتن فعلن (رمل مثمن مخبون محذوف)",
    "مستفعلتن مستفعلتن",
    "maf\u02bf\u016bl f\u0101\u02bfil\u0101t (mu\u1e0d\u0101ri\u02bf)",
)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("رَمَل مسدس", [0]),
        ("محذوف رمل", [0, 1]),
        ("رمل مثمن", [1]),
        ("مثنوی", [0]),
        ("مستف", [2]),
        ("مستفعلتن مستفعلتن", [2]),
        ("mudari", [3]),
        ("MAFUL", [3]),
        ("علات", [0, 1]),
        ("iamb", []),
    ],
)
def test_a_metre_is_meant_by_its_words_in_any_order_and_without_their_signs(asked: str, numbers: list[int]):
    assert metres_meant(asked, METRES) == [METRES[number] for number in numbers]
