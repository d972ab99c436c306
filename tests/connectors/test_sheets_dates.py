"""Dates as people and Jira write them (R2)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from connectors.sheets.dates import AMBIGUOUS, LEAPT_OVER, SERIAL, DateReader, NotADate, day_order, month_names

AFTERNOON = datetime(2026, 11, 3, 6, 2, tzinfo=UTC)  # 14:02 in Shanghai


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03 14:02",
        "2026/11/3 14:02",
        "2026.11.03 14:02:00",
        "2026-11-03T14:02",
        "2026-11-03T06:02:00.000Z",
        "2026-11-03T14:02:00.000+0800",
        "2026年11月3日 14:02",
        "2026年11月3日14时02分",
        "2026年11月3日 下午2:02",
        "２０２６－１１－０３　１４：０２",
        "20261103 14:02",
        "03/Nov/26 2:02 PM",
        "3/Nov/2026 14:02",
        "03/十一月/26 2:02 下午",
        "03/11月/26 2:02 下午",
        "03/nov./26 14:02",
        "3. November 2026 14:02",
        "03/novembre/26 2:02 PM",
        "Nov 3, 2026 2:02 pm",
        "November 3, 2026, 14:02",
        "03.11.2026 14:02",
        "Tue Nov 03 2026 06:02:00 GMT+0000 (GMT)",
        "Tue Nov 03 2026 14:02:00 GMT+0800 (China Standard Time)",
        "Tuesday, November 3, 2026, 2:02 PM",
        "2026-11-03 星期二 14:02",
        "2026年11月3日（周二） 下午2:02",
    ],
)
def test_one_instant_written_in_many_ways(text: str) -> None:
    assert DateReader("Asia/Shanghai", None).read(text) == AFTERNOON


@pytest.mark.parametrize(
    "text", ["2026年11月3日 14点", "2026年11月3日14时整", "2026/11/3 下午2点", "2026-11-03（周二）14:00"]
)
def test_an_hour_without_minutes(text: str) -> None:
    assert DateReader("Asia/Shanghai", None).read(text) == AFTERNOON.replace(minute=0)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("03/Mär/26", 3),
        ("03/Mrz/26", 3),
        ("03/Dez/26", 12),
        ("03/Okt./26", 10),
        ("03/févr./26", 2),
        ("03/août/26", 8),
        ("03/déc./26", 12),
        ("03/八月/26", 8),
    ],
)
def test_month_names_of_jira_in_other_languages(text: str, month: int) -> None:
    assert DateReader("UTC", None).read(text) == datetime(2026, month, 3, tzinfo=UTC)


def test_a_bare_date_is_midnight_of_the_zone_and_a_sprints_end_the_end_of_that_day() -> None:
    for value in ("2026-11-03", date(2026, 11, 3), 20261103.0):
        assert DateReader("Asia/Shanghai", None).read(value) == datetime(2026, 11, 2, 16, tzinfo=UTC)
    end = DateReader("Asia/Shanghai", None, is_day_end=True).read(date(2026, 11, 15))
    assert end == datetime(2026, 11, 15, 15, 59, 59, 999999, tzinfo=UTC)
    assert DateReader("UTC", None, is_day_end=True).read("2026-11-15 17:00") == datetime(2026, 11, 15, 17, tzinfo=UTC)


def test_a_date_cell_follows_the_zones_summer_time() -> None:
    berlin = DateReader("Europe/Berlin", None)
    assert berlin.read(datetime(2026, 7, 1, 12)) == datetime(2026, 7, 1, 10, tzinfo=UTC)  # noqa: DTZ001 - as a cell
    assert berlin.read(datetime(2026, 12, 1, 12)) == datetime(2026, 12, 1, 11, tzinfo=UTC)  # noqa: DTZ001


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-30",
        "2026-13-01",
        "2026-11-03 25:00",
        "1900-01-00",
        "0026-11-03",
        "tomorrow",
        "3 Foo 2026",
        "2026-11",
        time(0, 15),
        timedelta(hours=2),
        True,
        46000.0,
        float("nan"),
        float("inf"),
        datetime(1900, 1, 1),  # noqa: DTZ001
    ],
)
def test_what_is_no_date_is_refused(value: object) -> None:
    with pytest.raises(NotADate):
        DateReader("UTC", None).read(value)


def test_a_serial_number_says_what_to_do() -> None:
    with pytest.raises(NotADate, match=SERIAL[:20]):
        DateReader("UTC", None).read(46329.0)


def test_day_and_month_are_told_apart_by_the_column_or_the_settings_or_not_at_all() -> None:
    assert day_order(["03/04/2026", "13/04/2026", ""]) == "dmy"
    assert day_order(["03/04/2026", "04/13/2026"]) == "mdy"
    assert day_order(["13/04/2026", "04/13/2026"]) is None
    assert day_order(["03/04/2026", 5.0]) is None
    assert DateReader("UTC", "dmy").read("03/04/2026") == datetime(2026, 4, 3, tzinfo=UTC)
    assert DateReader("UTC", "mdy").read("03/04/2026") == datetime(2026, 3, 4, tzinfo=UTC)
    assert DateReader("UTC", None).read("04/04/2026") == datetime(2026, 4, 4, tzinfo=UTC)
    with pytest.raises(NotADate, match=AMBIGUOUS[:20]):
        DateReader("UTC", None).read("03/04/2026")


def test_months_and_weeks_where_they_are_asked_for() -> None:
    coarse = DateReader("UTC", None, is_coarse=True)
    assert coarse.read("2026-11") == coarse.read("2026年11月") == datetime(2026, 11, 1, tzinfo=UTC)
    assert coarse.read("2026-W45") == coarse.read("2026第45周") == datetime(2026, 11, 2, tzinfo=UTC)


def test_month_names_are_unambiguous() -> None:
    names = month_names()
    assert names["mai"] == 5
    assert names["november"] == names["十一月"] == names["nov"] == 11
    assert set(names.values()) == set(range(1, 13))


def test_a_time_that_no_clock_showed_is_refused() -> None:
    """On 29 March 2026 the clocks of Berlin went from 02:00 to 03:00; those of Beirut from 00:00 to 01:00."""
    berlin = DateReader("Europe/Berlin", None)
    for given in ("2026-03-29 02:30", datetime(2026, 3, 29, 2, 0)):  # noqa: DTZ001 - a workbook's cell
        with pytest.raises(NotADate, match="does not exist") as refused:
            berlin.cell(given) if isinstance(given, datetime) else berlin.read(given)
        assert str(refused.value) == LEAPT_OVER
    assert berlin.read("2026-03-29 03:00") == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert berlin.read("2026-03-29 01:59") == datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert berlin.read("2026-03-29 02:30+01:00") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    beirut = DateReader("Asia/Beirut", None)  # a bare date is its day's first instant, whatever the clocks leapt over
    assert beirut.read("2026-03-29") == beirut.cell(datetime(2026, 3, 29)) == datetime(2026, 3, 28, 22, tzinfo=UTC)  # noqa: DTZ001
    with pytest.raises(NotADate):
        beirut.read("2026-03-29 00:30")
