"""Working time between two instants (R29)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.working_time import OFFICE_HOURS, WorkingCalendar, working_seconds, working_seconds_many

H = 3600
CHINA = WorkingCalendar()
PLAIN = WorkingCalendar(country=None, zone="Asia/Shanghai")
NIGHT = (((time(22), time(6)),),) * 5 + ((),) * 2


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-02T10:00", "2026-03-02T14:30", 4.5),  # a Monday
        ("2026-03-02T07:00", "2026-03-02T23:00", 9),  # office hours alone
        ("2026-03-06T17:00", "2026-03-09T10:00", 2),  # Friday to Monday: 1 h + 1 h
        ("2026-03-07T10:00", "2026-03-08T20:00", 0),  # a weekend
        ("2026-03-02T10:00", "2026-03-02T10:00", 0),
        ("2026-09-30T17:00", "2026-10-08T10:00", 2),  # National Day, 1-7 October: 1 h + 1 h on the 8th
        ("2026-02-13T17:00", "2026-02-14T10:00", 2),  # Saturday 14 February is a make-up day 调休
        ("2026-01-04T09:00", "2026-01-05T09:00", 9),  # Sunday 4 January is a make-up day
        ("2025-12-31T17:00", "2026-01-05T10:00", 11),  # 1 h + (1-3 January off, 4 January worked) 9 h + 1 h
    ],
)
def test_chinese_working_days(start: str, end: str, hours: float) -> None:
    assert working_seconds(local(start), local(end), CHINA) == hours * H
    assert working_seconds(local(end), local(start), CHINA) == -hours * H


def test_a_year_that_nobody_knows_is_null_with_its_reason() -> None:
    start, end = local("2039-12-30T10:00"), local("2040-01-03T10:00")
    assert working_seconds(start, end, CHINA) is None
    assert CHINA.uncovered_years(start, end) == (2039, 2040)
    # New Year's midnight itself asks nothing of the new year: Friday 10-18 h, then a Saturday.
    known = WorkingCalendar(days={date(2039, 10, 3): False})
    assert working_seconds(local("2039-12-30T10:00"), local("2040-01-01T00:00"), known) == 8 * H


def test_imported_holidays_cover_their_year_and_win() -> None:
    # Monday 3 October 2039 off and Saturday 8 October 2039 worked, as imported; Friday 30 September is as usual.
    imported = WorkingCalendar(days={date(2039, 10, 3): False, date(2039, 10, 8): True})
    assert working_seconds(local("2039-09-30T17:00"), local("2039-10-04T10:00"), imported) == 2 * H
    assert working_seconds(local("2039-10-08T08:00"), local("2039-10-08T20:00"), imported) == 9 * H
    strike = WorkingCalendar(days={date(2026, 3, 2): False})
    assert working_seconds(local("2026-03-02T09:00"), local("2026-03-03T10:00"), strike) == H


def test_other_countries_and_none() -> None:
    new_york = WorkingCalendar(zone="America/New_York", country="US")
    start, end = (local(text, "America/New_York") for text in ("2026-12-24T17:00", "2026-12-28T10:00"))
    assert working_seconds(start, end, new_york) == 2 * H  # Christmas Day is a Friday: 1 h + 1 h
    hungary = WorkingCalendar(zone="Europe/Budapest", country="HU")
    saturday = [local(text, "Europe/Budapest") for text in ("2026-08-08T08:00", "2026-08-08T20:00")]
    assert working_seconds(*saturday, hungary) == 9 * H  # a Hungarian make-up Saturday
    assert working_seconds(local("2026-10-01T08:00"), local("2026-10-01T20:00"), PLAIN) == 9 * H
    with pytest.raises(Invalid, match="Atlantis"):
        WorkingCalendar(country="Atlantis")
    with pytest.raises(Invalid, match="seven"):
        WorkingCalendar(hours=(OFFICE_HOURS,))


def test_hours_of_a_calendar_with_a_lunch_break() -> None:
    split = ((time(9), time(12)), (time(13), time(18)))
    calendar = WorkingCalendar(hours=(split,) * 5 + ((),) * 2, make_up_hours=((time(10), time(12)),))
    assert working_seconds(local("2026-03-02T11:00"), local("2026-03-02T14:00"), calendar) == 2 * H
    assert working_seconds(local("2026-02-14T00:00"), local("2026-02-15T00:00"), calendar) == 2 * H  # a make-up day


def test_nights_and_clock_changes() -> None:
    # Berlin puts the clock forward on Sunday 29 March 2026: the night 22:00-06:00 from Saturday has 7 h, in October 9 h.
    every_night = (((time(22), time(6)),),) * 7
    berlin = WorkingCalendar(zone="Europe/Berlin", country=None, hours=every_night)

    def night(first: str, last: str) -> float | None:
        return working_seconds(
            local(f"{first}T20:00", "Europe/Berlin"), local(f"{last}T08:00", "Europe/Berlin"), berlin
        )

    assert night("2026-03-28", "2026-03-29") == 7 * H
    assert night("2026-10-24", "2026-10-25") == 9 * H
    assert night("2026-06-06", "2026-06-07") == 8 * H
    weekdays = WorkingCalendar(country=None, hours=NIGHT)
    # Friday's night ends on Saturday at six.
    assert working_seconds(local("2026-03-06T21:00"), local("2026-03-08T23:00"), weekdays) == 8 * H


def test_a_night_shift_that_meets_a_day_shift_counts_once() -> None:
    both = ((time(22), time(6)), (time(5), time(12)))
    calendar = WorkingCalendar(country=None, hours=(both,) * 7)
    # From midnight to noon: the night until 6, the day from 5 until 12, the hour between them once: 12 h.
    assert working_seconds(local("2026-03-03T00:00"), local("2026-03-03T12:00"), calendar) == 12 * H


def test_a_night_shift_needs_the_day_before_to_be_known() -> None:
    nights = WorkingCalendar(days={date(2040, 1, 2): True}, hours=NIGHT)
    assert working_seconds(local("2040-01-01T01:00"), local("2040-01-01T05:00"), nights) is None


def test_many_pairs_at_once_keep_missing_ones_missing() -> None:
    monday = local("2026-03-02T10:00").timestamp()
    far = local("2040-03-05T10:00").timestamp()
    found = working_seconds_many([monday, monday, np.nan, far], [monday + H, np.nan, monday, far + H], CHINA)
    assert found[0] == H
    assert np.isnan(found[1:]).all()
    assert working_seconds_many([], [], CHINA).shape == (0,)


instants = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=60, deadline=None)
@given(instants, instants, instants)
def test_working_time_adds_up(first: datetime, second: datetime, third: datetime) -> None:
    parts = (working_seconds(first, second, CHINA), working_seconds(second, third, CHINA))
    assert None not in parts
    whole = working_seconds(first, third, CHINA)
    assert sum(part for part in parts if part is not None) == pytest.approx(whole, abs=1e-3)


well_before_the_last_known_year_ends = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=25, deadline=None)
@given(well_before_the_last_known_year_ends, st.integers(0, 20 * 24 * 60))
def test_working_time_is_what_counting_minutes_gives(start: datetime, minutes: int) -> None:
    start = start.replace(second=0, microsecond=0)
    steps = range(0, minutes, 30)
    local_start = start.astimezone(ZoneInfo("Asia/Shanghai"))
    # China has no clock changes: step half an hour at a time and ask of each whether its begin is worked.
    at = local_start.replace(minute=local_start.minute // 30 * 30)
    worked = sum(
        1800
        for step in steps
        for now in [at + timedelta(minutes=step)]
        if any(begin <= now.time() < end for begin, end in CHINA.hours_of(now.date()))
    )
    assert working_seconds(at, at + timedelta(minutes=30 * len(steps)), CHINA) == worked
