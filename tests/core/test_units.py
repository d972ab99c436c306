"""Units as people write them (R27)."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.reader import Reader
from core.units import (
    Quantity,
    check_series,
    format_effort,
    format_quantity,
    parse_effort,
    parse_quantity,
    parse_unit,
    series_problems,
)

EN, ZH = Reader("en"), Reader("zh")
H, MIN, D = 3600, 60, 86400


@pytest.mark.parametrize(
    ("raw", "dimension", "value", "unit"),
    [
        ("2h", "duration", 2 * H, "h"),
        ("15min", "duration", 15 * MIN, "min"),
        ("1d 4h", "duration", D + 4 * H, "h"),  # a KPI's day has 24 h
        ("1.5 h", "duration", 5400, "h"),
        ("90m", "duration", 5400, "min"),
        ("2小时", "duration", 2 * H, "h"),
        ("15分钟", "duration", 15 * MIN, "min"),
        ("2小时30分", "duration", 9000, "min"),
        ("1天4小时", "duration", D + 4 * H, "h"),
        ("194秒", "duration", 194, "s"),
        ("0:15", "duration", 900, "min"),
        ("00:15:00", "duration", 900, "min"),
        ("26:30", "duration", 26 * H + 30 * MIN, "min"),
        ("2 Hours", "duration", 2 * H, "h"),
        ("1w 2d", "duration", 9 * D, "d"),
        ("-15min", "duration", -900, "min"),
        ("1.1h", "duration", 3960, "h"),  # exactly: 1.1 * 3600 in floats is 3960.0000000000005
        ("350ms", "duration", 0.35, "ms"),
        ("15 min / 单", "duration", 900, "min/单"),
        ("85%", "ratio", 0.85, "%"),
        ("85 %", "ratio", 0.85, "%"),
        ("85％", "ratio", 0.85, "%"),
        ("百分之85", "ratio", 0.85, "%"),
        ("5‰", "ratio", 0.005, "%"),
        ("\N{MINUS SIGN}3%", "ratio", -0.03, "%"),
        ("￥1.2万", "money", 12000, "￥"),
        ("¥18", "money", 18, "￥"),
        ("¥-18", "money", -18, "￥"),
        ("1.2万元", "money", 12000, "￥"),
        ("CNY 1,200", "money", 1200, "￥"),
        ("RMB 5", "money", 5, "￥"),
        ("￥18/单", "money", 18, "￥/单"),
        ("3亿元", "money", 3e8, "￥"),
        ("3亿", "number", 3e8, ""),
        ("1,234.5", "number", 1234.5, ""),
        ("1.2万", "number", 12000, ""),
        ("１２３", "number", 123, ""),
        ("  -5 ", "number", -5, ""),
        ("1.2E+3", "number", 1200, ""),
        ("120单", "number", 120, "单"),
        ("120 orders", "number", 120, "orders"),
        ("1.2万单", "number", 12000, "单"),
        ("12 SKU", "number", 12, "SKU"),
        ("12单/天", "number", 12, "单/天"),
    ],
)
def test_text_is_read_into_its_canonical_value(raw: str, dimension: str, value: float, unit: str) -> None:
    found = parse_quantity(raw)
    assert (found.dimension, found.value, found.unit, found.raw) == (dimension, value, unit, raw)


@pytest.mark.parametrize(
    "raw",
    ["", "abc", "n/a", "1,5", "1.2.3", "12 345", "2026-03-01", "3月5日", "10-15min", "15min左右", "85%左右", "3周年"]  # noqa: RUF005
    + ["0:75", "--5", "4h 1d", "2h 3h", "2h30", "3个月", "1 year", "$18", "18 USD", "18美元", "NaN", "inf", "半小时"]
    + ["15分", "1w", "90M", "3个工作日"],
)
def test_what_is_not_certain_is_refused_with_what_would_be_accepted(raw: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_quantity(raw)
    assert raw.strip() in str(refused.value.what)
    assert "1d 4h" in str(refused.value)
    assert "1d 4h" in refused.value.say(ZH)


@pytest.mark.parametrize("raw", [True, float("nan"), float("inf"), datetime(2026, 3, 1), date(2026, 3, 1)])  # noqa: DTZ001
def test_what_is_no_quantity_at_all_is_refused(raw: object) -> None:
    with pytest.raises(Invalid):
        parse_quantity(raw)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "code", "dimension", "value"),
    [
        (0.85, "0%", "ratio", 0.85),  # Excel's 85% arrives as 0.85
        (0.976, "0.0%;[Red]-0.0%", "ratio", 0.976),
        (1 / 96, "h:mm", "duration", 900),  # a fraction of a day
        (1.5, "[h]:mm", "duration", 36 * H),
        (0.5, 'h"时"mm"分"', "duration", 12 * H),
        (12000.0, '"¥"#,##0', "money", 12000),
        (18.0, "[$¥-804]#,##0.00;[Red]-[$¥-804]#,##0.00", "money", 18),
        (12000.0, '0!.0,"万"', "number", 12000),  # shown as 1.2万, kept as 12000
        (1.2, '0.0"万"', "number", 12000),  # shown as 1.2万, kept as 1.2
        (15.0, '0"min"', "duration", 900),
        (5.0, '"约"0', "number", 5),
        (5.0, "General", "number", 5),
        (3, r'_(* #,##0.00_);_(* \(#,##0.00\);_(* "-"??_);_(@_)', "number", 3),
    ],
)
def test_number_formats_are_read(raw: float, code: str, dimension: str, value: float) -> None:
    found = parse_quantity(raw, number_format=code)
    assert (found.dimension, found.value) == (dimension, value)


@pytest.mark.parametrize("code", ["yyyy-mm-dd", "m/d/yy h:mm", "mmm", "[$$-409]#,##0.00"])
def test_dates_and_foreign_money_are_refused_by_their_format(code: str) -> None:
    with pytest.raises(Invalid):
        parse_quantity(45000.0, number_format=code)


@pytest.mark.parametrize(
    "raw", ["1e400", "9" * 400, "1e999999999min", "1e400%", "1" * 5000 + "x", "1h " * 500, "10²", "½"]
)
def test_numbers_no_one_means_are_refused(raw: str) -> None:
    with pytest.raises(Invalid):
        parse_quantity(raw)
    with pytest.raises(Invalid):
        parse_effort(raw, default_unit="h")


def test_a_time_of_day_and_a_span_are_durations() -> None:
    assert parse_quantity(time(0, 15)).value == 900
    assert parse_quantity(timedelta(hours=26)).value == 26 * H


@pytest.mark.parametrize(
    ("raw", "unit", "dimension", "value"),
    [
        (85, "%", "ratio", 0.85),
        ("0.85", "%", "ratio", 0.85),  # alone a share; beside 85 check_series refuses it
        (15, "分钟", "duration", 900),
        ("15分", "min", "duration", 900),  # where minutes are expected, 分 is clear
        ("2w", "d", "duration", 14 * D),
        (12, "万元", "money", 120000),
        ("1.2万", "￥", "money", 12000),
        (30, "SKU", "number", 30),
        ("2h", "min", "duration", 2 * H),  # what is written wins
    ],
)
def test_a_bare_number_takes_the_assumed_unit(raw: float | str, unit: str, dimension: str, value: float) -> None:
    found = parse_quantity(raw, default_unit=unit)
    assert (found.dimension, found.value) == (dimension, value)


def test_a_unit_column_is_read() -> None:
    words = ("分钟", "%", "￥", "万元", "单")
    assert [parse_unit(word)[0] for word in words] == ["duration", "ratio", "money", "money", "number"]
    with pytest.raises(Invalid):
        parse_unit("分")


def cells(*raws: str | float, unit: str | None = None) -> list[tuple[str, Quantity]]:
    return [(f"B{row}", parse_quantity(raw, default_unit=unit)) for row, raw in enumerate(raws, start=2)]  # type: ignore[misc]


def test_minutes_and_hours_mix_within_one_kpi() -> None:
    series = cells("2h", "90min", "1:15", 15, unit="min")
    assert check_series(series) == ("duration", "h")
    assert [found.value for _, found in series] == [7200, 5400, 4500, 900]


def test_incompatible_dimensions_are_refused_by_cell() -> None:
    with pytest.raises(Invalid, match="B3"):
        check_series(cells("2h", "85%", "15min"))
    with pytest.raises(Invalid, match="B2"):
        check_series(cells("85%"), dimension="duration")


def test_85_beside_0_85_is_refused_by_cell() -> None:
    with pytest.raises(Invalid, match=r"B4.*B2"):
        check_series(cells(85, 97, 0.85, unit="%"))
    with pytest.raises(Invalid, match="B3"):
        check_series(cells("85%", 0.85, unit="%"))
    assert [str(problem.where) for problem in series_problems(cells(0.85, 0.9, 98, 0.97, unit="%"))] == [
        "At B4, beside B2."
    ]


def test_one_notation_of_percentages_is_accepted() -> None:
    assert check_series(cells(85, "98%", 0, unit="%")) == ("ratio", "%")
    assert check_series(cells(0.85, 0.98, 1, unit="%")) == ("ratio", "%")
    excel = [("B2", parse_quantity(0.85, number_format="0%")), ("B3", parse_quantity("98%"))]
    assert check_series(excel) == ("ratio", "%")
    assert check_series([]) is None


def test_counts_of_different_things_are_refused_and_synonyms_are_not() -> None:
    assert check_series(cells("120单", "130 orders", "140")) == ("number", "单")
    with pytest.raises(Invalid, match="B4"):
        check_series(cells("120单", "130单", "9人"))


@pytest.mark.parametrize(
    ("dimension", "value", "unit", "english", "chinese"),
    [
        ("duration", 780, "min", "13 min", "13 分钟"),
        ("duration", 7200, "min", "2 h", "2 小时"),
        ("duration", 5400, "h", "1 h 30 min", "1 小时 30 分钟"),
        ("duration", 876, "min", "14.6 min", "14.6 分钟"),
        ("duration", 194, "s", "194 s", "194 秒"),
        ("duration", 0.35, "ms", "350 ms", "350 毫秒"),
        ("ratio", 0.976, "%", "97.6 %", "97.6%"),
        ("ratio", 0.85, "%", "85 %", "85%"),
        ("ratio", 0.99951, "%", "99.951 %", "99.951%"),  # never rounded up to a perfect 100
        ("ratio", 0.0004, "%", "0.04 %", "0.04%"),
        ("money", 12000, "￥", "￥12,000", "￥1.2万"),
        ("money", 3e8, "￥", "￥300,000,000", "￥3亿"),
        ("money", -18.5, "￥", "-￥18.5", "-￥18.5"),
        ("money", 18, "￥/单", "￥18/单", "￥18/单"),
        ("number", 8214, "单", "8,214 单", "8,214 单"),
        ("number", 0.004, "", "0.004", "0.004"),
        ("ratio", None, "%", "n/a", "未知"),
        ("duration", float("nan"), "min", "n/a", "未知"),
    ],
)
def test_quantities_are_shown_as_people_write_them(
    dimension: str, value: float | None, unit: str, english: str, chinese: str
) -> None:
    assert format_quantity(EN, dimension, value, unit) == english
    assert format_quantity(ZH, dimension, value, unit) == chinese


@given(
    st.sampled_from([("duration", "min"), ("duration", "s"), ("ratio", "%"), ("money", "￥"), ("number", "单")]),
    st.one_of(st.integers(-(10**7), 10**7), st.floats(-(10**4), 10**4)),
    st.sampled_from([EN, ZH]),
)
def test_what_is_shown_is_read_back(kind: tuple[str, str], value: float, reader: Reader) -> None:
    dimension, unit = kind
    shown = format_quantity(reader, dimension, value, unit)
    found = parse_quantity(shown)
    assert found.dimension == dimension
    # Two units of a duration, one decimal of a percentage, two of 万: what is shown is near, and its own fixed point.
    near = max(abs(value) * 0.05, 0.06 if dimension == "duration" else 0.006)
    assert abs(found.value - value) <= near
    assert parse_quantity(format_quantity(reader, dimension, found.value, unit)).value == pytest.approx(
        found.value, rel=0.05, abs=0.06
    )


def test_a_day_of_effort_is_a_working_day() -> None:
    # 1d 4h = 8 h + 4 h = 12 h = 43,200 s; of 7.5 h: 11.5 h = 41,400 s; a week is five days of 8 h = 144,000 s.
    assert parse_effort("1d 4h").value == 43200
    assert parse_effort("1d 4h", hours_per_day=7.5).value == 41400
    assert parse_effort("1w").value == 144000
    assert parse_effort("2人天").value == 57600
    assert parse_effort(1.5, default_unit="d").value == 43200
    assert format_effort(EN, 43200) == "1 d 4 h"
    assert format_effort(ZH, 43200) == "1 天 4 小时"
    assert format_effort(EN, None) == "n/a"


@pytest.mark.parametrize("raw", ["5", "85%", "", 5.0, True])
def test_an_effort_without_unit_is_refused(raw: str | float) -> None:
    with pytest.raises(Invalid, match=r"effort|quantity"):
        parse_effort(raw)
