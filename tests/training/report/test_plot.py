from __future__ import annotations

import math

import pytest

from training.report.plot import Series, plot

BRAILLE = range(0x2801, 0x2900)


def drawn(series: list[Series], width: int = 60, height: int = 12) -> list[str]:
    lines = [line.plain for line in plot(series, width, height)]
    assert [len(line) for line in lines] == [width] * height
    return lines


def dots(lines: list[str]) -> dict[int, list[int]]:
    """For each column of cells, the rows that the curve touches."""
    rows_of: dict[int, list[int]] = {}
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            if ord(character) in BRAILLE:
                rows_of.setdefault(column, []).append(row)
    return rows_of


def test_a_line_fills_every_column_and_goes_where_the_points_go() -> None:
    falling = dots(drawn([Series([(step, 4.0 - step / 50) for step in range(101)])]))
    columns = sorted(falling)
    assert columns == list(range(columns[0], 60))
    middles = [sum(falling[column]) / len(falling[column]) for column in columns]
    assert middles == sorted(middles)
    assert (falling[columns[0]][0], falling[59][-1]) == (0, 9)


def test_the_y_axis_is_logarithmic_so_that_a_power_of_e_is_a_straight_line() -> None:
    lines = drawn([Series([(step, math.exp(step / 100)) for step in range(1001)], mark="x")], 72, 22)
    places = [(column, row) for row, line in enumerate(lines) for column, cell in enumerate(line) if cell == "x"]
    (left, bottom), (right, top) = min(places), max(places)
    for column, row in places:
        assert row == pytest.approx(bottom + (top - bottom) * (column - left) / (right - left), abs=1)


def test_a_steep_beginning_is_cut_off_and_the_rest_has_the_whole_height() -> None:
    points = [(0.0, 1000.0), (5.0, 400.0), *((float(step), 2.0 - step / 100) for step in range(10, 101))]
    lines = drawn([Series(points)])
    assert not any("1000" in line for line in lines)
    touched = dots(lines)
    assert min(min(rows) for rows in touched.values()) == 0
    assert touched[34] == [pytest.approx(10 * math.log(1.9 / 1.45) / math.log(1.9), abs=1)]
    assert touched[59] == [9]


def test_ticks_are_round_numbers_at_the_values_they_name() -> None:
    lines = drawn([Series([(200, 1.0), (1000, 2.0), (2000, 4.0)], mark="x")], 70, 20)
    (row,) = (row for row, line in enumerate(lines) if line[5:].find("x") in range(25, 40))
    labels = {index: float(line.partition("┤")[0]) for index, line in enumerate(lines) if "┤" in line}
    assert (labels[0], labels[row], labels[17]) == (4.0, 2.0, 1.0)
    assert all(value % 0.25 == 0 for value in labels.values())
    for index, value in labels.items():
        assert index == pytest.approx(17 * math.log(4 / value) / math.log(4), abs=0.5)
    for label in ("0", "500", "1,000", "1,500", "2,000"):
        middle = lines[-1].split(label)[0]
        assert any(lines[-2][len(middle) + shift : len(middle) + shift + 1] == "┬" for shift in range(len(label)))


def test_large_steps_are_labelled_without_decimals() -> None:
    assert drawn([Series([(1, 3.0), (2_000_000, 2.0)])])[-1].split() == ["0", "500,000", "1,000,000", "1,500,000"]


def test_later_series_stand_over_earlier_ones_in_their_own_style() -> None:
    line = Series([(0, 2.0), (10, 2.0)], "cyan")
    marks = Series([(5, 2.0), (10, 2.0)], "yellow", "•")
    texts = plot([line, marks], 40, 6)
    (row,) = (text for text in texts if "•" in text.plain)
    assert row.plain.count("•") == 2
    assert row.plain.endswith("•")
    styles = {row.plain[span.start : span.end].strip("•"): span.style for span in row.spans}
    assert {span.style for span in row.spans if "•" in row.plain[span.start : span.end]} == {"yellow"}
    assert all(style == "cyan" for run, style in styles.items() if run and ord(run[0]) in BRAILLE)


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(1, 3.0)],
        [(0, 3.0)],
        [(1, 2.5), (2, 2.5), (3, 2.5)],
        [(1, math.nan), (2, math.inf), (3, 0.0), (4, -1.0)],
        [(1, 3.0), (2, math.nan), (3, 2.0)],
        [(1, 1e-9), (2, 1e9)],
    ],
    ids=["none", "one", "at zero", "level", "nothing to draw", "a gap", "far apart"],
)
@pytest.mark.parametrize(("width", "height"), [(60, 12), (16, 3), (200, 50)])
def test_whatever_the_points_are_the_frame_keeps_its_size(
    points: list[tuple[float, float]], width: int, height: int
) -> None:
    lines = drawn([Series(points)], width, height)
    drawable = [y for _, y in points if 0 < y < math.inf]
    assert bool(dots(lines)) == bool(drawable)


def test_a_level_curve_lies_in_the_middle_and_its_noise_stays_small() -> None:
    touched = dots(drawn([Series([(step, 2.0 + 0.001 * (step % 2)) for step in range(100)])], height=14))
    assert {row for rows in touched.values() for row in rows} <= {5, 6}
