"""Sparklines: what is drawn, where the labels stand, and that a gap stays a gap."""

import xml.etree.ElementTree as ET

import pytest

from charts.limits import Limits, beyond_limit
from charts.palette import LIGHT
from charts.spark import HEIGHT, WIDTH, kpi_sparkline, trend_strip
from core.reader import Reader

EN = Reader("en")


def shapes(svg: str) -> list[str]:
    return [element.tag.split("}")[1] for element in ET.fromstring(svg)]


def test_the_picture_is_well_formed_and_stretches() -> None:
    spark = trend_strip([1, 2, 3], reader=EN, palette=LIGHT, write=EN.number, limits=Limits(0.5, 2, 3.5))
    root = ET.fromstring(spark.svg)
    assert root.get("preserveAspectRatio") == "none"
    assert root.get("viewBox") == f"0 0 {WIDTH} {HEIGHT}"
    assert shapes(spark.svg) == ["rect", "path"]


def test_a_missing_value_breaks_the_line() -> None:
    spark = trend_strip([1, 2, None, 3, 4], reader=EN, palette=LIGHT, write=EN.number)
    assert shapes(spark.svg) == ["path", "path"]
    assert spark.alt == "4 values, from 1 to 4."


def test_the_last_point_is_marked_and_turns_orange_beyond_a_limit() -> None:
    inside = trend_strip([1, 2], reader=EN, palette=LIGHT, write=EN.number, limits=Limits(0, 1, 3))
    outside = trend_strip([1, 9], reader=EN, palette=LIGHT, write=EN.number, limits=Limits(0, 1, 3))
    assert inside.dot and inside.dot.meaning == "accent" and inside.dot.left == 100
    assert outside.dot and outside.dot.meaning == "not_completed"


@pytest.mark.parametrize(("value", "expected"), [(4, "above"), (-1, "below"), (1, None), (None, None)])
def test_beyond_limit(value: float | None, expected: str | None) -> None:
    assert beyond_limit(value, Limits(0, 1, 3)) == expected


def test_the_target_label_stands_where_the_line_is_far() -> None:
    falling = kpi_sparkline([120, 110, 90, 20, 15, 14], reader=EN, palette=LIGHT, write=EN.number, target=15)
    rising = kpi_sparkline([15, 15, 14, 90, 100, 120], reader=EN, palette=LIGHT, write=EN.number, target=15)
    assert falling.marks[0].left == 0 and rising.marks[0].left == 100
    assert falling.marks[0].text == "target 15"
    assert falling.marks[0].top >= 20  # room for the label above its line


def test_a_release_is_an_upright_with_its_reason() -> None:
    spark = kpi_sparkline(
        [3, 3, 1, 1], reader=EN, palette=LIGHT, write=EN.number, phases=[(0, "start"), (2, "launch 2.0")]
    )
    assert [mark.text for mark in spark.marks] == ["launch 2.0"]
    assert spark.marks[0].left == pytest.approx(50)


def test_nothing_measured() -> None:
    spark = kpi_sparkline([None], reader=EN, palette=LIGHT, write=EN.number)
    assert spark.alt == "No measurement yet." and spark.dot is None and shapes(spark.svg) == []


def test_the_name_of_a_phase_keeps_off_the_line() -> None:
    high_then_low = [10.0, 10, 10, 9.8, 5, 5, 5, 5]
    spark = kpi_sparkline(high_then_low, reader=EN, palette=LIGHT, write=EN.number, phases=[(0, ""), (2, "Launch")])
    name = next(mark for mark in spark.marks if mark.meaning == "phase")
    assert name.top > 20


def test_the_name_of_a_phase_keeps_off_the_name_of_the_target() -> None:
    falling = [88.0, 84, 73, 68, 60, 53, 47, 40, 34]
    spark = kpi_sparkline(
        falling, reader=EN, palette=LIGHT, write=EN.number, target=30, phases=[(0, ""), (2, "Launch")]
    )
    target, name = (next(mark for mark in spark.marks if mark.meaning == one) for one in ("completed", "phase"))
    assert target.left == 0 and name.top + 20 <= target.top - 20


def test_the_name_of_a_phase_without_a_free_height_stands_where_most_room_is() -> None:
    """High before, low with the target below: no height is wholly free, and the top would lie on the line."""
    around = [18.2, 18.0, 17.8, 18.4, 17.6, 18.1, 17.2, 17.0, 16.9, 16.7]
    spark = kpi_sparkline(around, reader=EN, palette=LIGHT, write=EN.number, target=15, phases=[(0, ""), (6, "Launch")])
    assert next(mark.top for mark in spark.marks if mark.meaning == "phase") == 44


def test_a_last_value_that_is_not_known_has_no_dot() -> None:
    assert trend_strip([1, 2, None], reader=EN, palette=LIGHT, write=EN.number).dot is None
    assert trend_strip([1, None, 2], reader=EN, palette=LIGHT, write=EN.number).dot is not None
