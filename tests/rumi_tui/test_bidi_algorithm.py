from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rumi_tui.bidi_algorithm import base_level, levels, mirrored, visual_order

DATA = Path(__file__).parent / "unicode"
"""Parts of the test files of the standard, see there."""
OF_CLASS = dict(
    zip(
        ["L", "R", "AL", "EN", "AN", "ES", "ET", "CS", "ON", "NSM", "BN", "WS", "S", "B"],
        ["a", "א", "ب", "1", "٣", "+", "%", ",", "!", "\u0300", "\u200c", " ", "\t", "\u2029"],
        strict=True,
    )
)
"""A character of each class."""
AUTOMATIC, LEFT_TO_RIGHT, RIGHT_TO_LEFT = 1, 2, 4


def data_lines(name: str) -> Iterator[str]:
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def is_ordered(line: str, base: int, expected_levels: list[str], expected_order: list[int]) -> bool:
    """Whether a line has the levels and the order of the standard, which gives none to what the rules do not see."""
    found = levels(line, base)
    seen = [place for place, level in enumerate(expected_levels) if level != "x"]
    order = [seen[place] for place in visual_order([found[place] for place in seen])]
    return [str(found[place]) for place in seen] == [expected_levels[place] for place in seen] and (
        order == expected_order
    )


def test_characters_have_the_levels_and_the_order_of_the_standard():
    cases, failures = 0, []
    for line in data_lines("BidiCharacterTest.txt"):
        codes, direction, base, expected_levels, order = line.split(";")
        text = "".join(chr(int(code, 16)) for code in codes.split())
        found = base_level(text) if direction == "2" else int(direction)
        cases += 1
        if found != int(base) or not is_ordered(text, found, expected_levels.split(), [*map(int, order.split())]):
            failures.append(line)
    assert cases > 3_000
    assert not failures


def test_classes_have_the_levels_and_the_order_of_the_standard():
    cases, failures = 0, []
    expected_levels: list[str] = []
    order: list[int] = []
    for line in data_lines("BidiTest.txt"):
        if line.startswith("@"):
            name, _, values = line.partition(":")
            if name == "@Levels":
                expected_levels = values.split()
            else:
                order = [*map(int, values.split())]
            continue
        classes, directions = line.split(";")
        text = "".join(OF_CLASS[each] for each in classes.split())
        for wish, base in ((AUTOMATIC, base_level(text)), (LEFT_TO_RIGHT, 0), (RIGHT_TO_LEFT, 1)):
            if int(directions, 16) & wish:
                cases += 1
                if not is_ordered(text, base, expected_levels, order):
                    failures.append((line, base))
    assert cases > 8_000
    assert not failures


@pytest.mark.parametrize("pair", ["()", "[]", "{}", "<>", "«»", "‹›"])
def test_brackets_and_guillemets_are_each_others_mirror(pair):
    first, second = pair
    assert (mirrored(first), mirrored(second)) == (second, first)
    assert mirrored("a") == "a"
