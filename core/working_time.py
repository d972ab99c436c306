"""Working time between two instants: weekday hours in a zone, public holidays, and Chinese make-up days 调休 (R29).

A day of China comes from `chinesecalendar`, which knows only the years whose arrangement the State Council has
published; for other years an admin imports the holidays. A year nobody knows is null with its reason, never a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import numpy as np
from chinese_calendar.constants import holidays as chinese_days
from holidays import country_holidays, list_supported_countries
from numpy.typing import ArrayLike, NDArray

from core.errors import Invalid
from core.i18n import Text

Hours = tuple[tuple[time, time], ...]
Floats = NDArray[np.float64]
YEAR_NOT_COVERED = "calendar_year_not_covered"

OFFICE_HOURS: Hours = ((time(9), time(18)),)
MONDAY_TO_FRIDAY: tuple[Hours, ...] = (OFFICE_HOURS,) * 5 + ((),) * 2


@dataclass(frozen=True)
class WorkingCalendar:
    """When a department works.

    Args: name, for findings; zone, IANA name; country, `CN`, another ISO code, or None for weekdays alone; hours, the
    working spans of Monday to Sunday in local time (an end at or before its start is on the next day); days, imported
    days, day -> is it worked, which win over the country's and cover their year; make_up_hours, the hours of a worked
    day whose weekday has none (by default those of the week's first working day).
    Raises: Invalid for a country that the `holidays` library does not know, or hours that are not seven weekdays.
    """

    name: str = "default"
    zone: str = "Asia/Shanghai"
    country: str | None = "CN"
    hours: tuple[Hours, ...] = MONDAY_TO_FRIDAY
    days: Mapping[date, bool] = field(default_factory=dict)
    make_up_hours: Hours | None = None
    _spans: dict[int, tuple[Floats, Floats]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", dict(self.days))  # the spans are kept, so the days must stay as they are
        where = Text("Working calendar “{name}”.", name=self.name)
        if self.country not in (None, "CN") and self.country not in list_supported_countries():
            raise Invalid(
                Text("No holidays are known for the country “{country}”.", country=self.country),
                where=where,
                next=Text("Choose an ISO country code such as CN, US or DE, or import the holidays."),
            )
        if len(self.hours) != 7:
            raise Invalid(
                Text("A working week needs hours for seven days; {n} were given.", n=len(self.hours)),
                where=where,
                next=Text("Give Monday to Sunday, with nothing for a day off."),
            )

    def is_covered(self, year: int) -> bool:
        """Whether it is known which days of this year are worked: by the library or by imported days."""
        return is_year_known(self.country, year) or any(day.year == year for day in self.days)

    def uncovered_years(self, start: datetime, end: datetime) -> tuple[int, ...]:
        """The local years between two instants for which no holidays are known: the reason of a null."""
        zone = ZoneInfo(self.zone)
        first, last = sorted((start.astimezone(zone).year, end.astimezone(zone).year))
        return tuple(year for year in range(first, last + 1) if not self.is_covered(year))

    def hours_of(self, day: date) -> Hours:
        """The working spans that begin on a day."""
        usual = self.hours[day.weekday()]
        is_worked = self.days.get(day)
        if is_worked is None:
            is_worked = _is_worked(self.country, day, is_usual=bool(usual))
        if not is_worked or usual:
            return usual if is_worked else ()
        first = next((hours for hours in self.hours if hours), ())
        return first if self.make_up_hours is None else self.make_up_hours

    def spans_of(self, year: int) -> tuple[Floats, Floats]:
        """Begin and end of every working span that begins in a local year, in epoch seconds; none where not covered."""
        if year not in self._spans:
            spans: list[tuple[float, float]] = []
            day = date(year, 1, 1)
            while self.is_covered(year) and day.year == year:
                spans += [_epochs(day, begin, end, ZoneInfo(self.zone)) for begin, end in self.hours_of(day)]
                day += timedelta(days=1)
            table = np.array(sorted(spans), dtype=np.float64).reshape(-1, 2)
            self._spans[year] = (table[:, 0], table[:, 1])
        return self._spans[year]


def working_seconds(start: datetime, end: datetime, calendar: WorkingCalendar) -> float | None:
    """Working seconds from one aware instant to another; negative where the end comes first.

    Returns: None where a year between them is not covered (`calendar.uncovered_years` says which). Rule: R29.
    """
    found = float(working_seconds_many([start.timestamp()], [end.timestamp()], calendar)[0])
    return None if np.isnan(found) else found


def working_seconds_many(starts: ArrayLike, ends: ArrayLike, calendar: WorkingCalendar) -> Floats:
    """Working seconds of many pairs at once, from prefix sums over the calendar's spans.

    Args: starts, ends, epoch seconds, NaN where there is none; calendar.
    Returns: one float per pair; NaN where an instant is missing or a year between them is not covered. Rule: R29.
    """
    begin, finish = np.asarray(starts, dtype=np.float64), np.asarray(ends, dtype=np.float64)
    result = np.full(begin.shape, np.nan)
    known = ~(np.isnan(begin) | np.isnan(finish))
    if not known.any():
        return result
    # A night shift of the day before reaches into this one, so that day's year must be known too.
    margin = 86400 if any(end <= opens for hours in calendar.hours for opens, end in hours) else 0
    low, high = np.minimum(begin[known], finish[known]) - margin, np.maximum(begin[known], finish[known])
    zone = ZoneInfo(calendar.zone)
    first, last = (datetime.fromtimestamp(at, zone).year for at in (float(low.min()), float(high.max())))
    years = range(first, last + 1)
    new_years = np.array([datetime(year, 1, 1, tzinfo=zone).timestamp() for year in years])
    uncovered = np.concatenate(([0], np.cumsum([not calendar.is_covered(year) for year in years])))
    from_year = np.searchsorted(new_years, low, side="right") - 1
    to_year = np.maximum(
        np.searchsorted(new_years, high, side="left") - 1, from_year
    )  # midnight belongs to the old year
    begins, finishes = _merged(calendar, range(first - 1, last + 1))  # a night shift reaches into the next year
    seconds = _worked_until(finish[known], begins, finishes) - _worked_until(begin[known], begins, finishes)
    result[known] = np.where(uncovered[to_year + 1] == uncovered[from_year], seconds, np.nan)
    return result


@cache
def is_year_known(country: str | None, year: int) -> bool:
    """Whether the calendar library knows the holidays of a country's year; without a country every year is known."""
    if country is None:
        return True
    if country == "CN":
        return bool(min(chinese_days).year <= year <= max(chinese_days).year)
    known = country_holidays(country)
    return int(known.start_year) <= year <= int(known.end_year)


def _is_worked(country: str | None, day: date, *, is_usual: bool) -> bool:
    """A holiday is off and a make-up day is on; any other day is as its weekday."""
    if country is None or not is_year_known(country, day.year):
        return is_usual
    if country == "CN":
        is_off, name = chinese_calendar.get_holiday_detail(day)
        return not is_off if name else is_usual
    known = _country_year(country, day.year)
    return day not in known and (is_usual or day in known.weekend_workdays)


@cache
def _country_year(country: str, year: int) -> Any:
    return country_holidays(country, years=[year])


def _epochs(day: date, begin: time, end: time, zone: ZoneInfo) -> tuple[float, float]:
    """A span of local time as instants, so that a night with a clock change has its true length."""
    last = day if end > begin else day + timedelta(days=1)
    return datetime.combine(day, begin, zone).timestamp(), datetime.combine(last, end, zone).timestamp()


def _merged(calendar: WorkingCalendar, years: range) -> tuple[Floats, Floats]:
    """The spans of some years in order, an overlap (a night shift into a day shift) counted once."""
    found = [calendar.spans_of(year) for year in years]
    begins = np.concatenate([begin for begin, _ in found])
    finishes = np.maximum.accumulate(np.concatenate([finish for _, finish in found]))
    begins[1:] = np.maximum(begins[1:], finishes[:-1])
    return begins, np.maximum(begins, finishes)


def _worked_until(at: Floats, begins: Floats, finishes: Floats) -> Floats:
    """Working seconds from the first span until each instant."""
    if not len(begins):
        return np.zeros(at.shape)
    before = np.concatenate(([0.0], np.cumsum(finishes - begins)))
    index = np.searchsorted(begins, at, side="right")
    inside = np.maximum(index - 1, 0)
    unworked = np.where(index > 0, np.maximum(finishes[inside] - at, 0), 0)
    worked: Floats = before[index] - unworked
    return worked
