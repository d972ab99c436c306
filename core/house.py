"""The settings of the house: language, time zone, working hours and calendars, and the rhythm of demos. Validated here."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from holidays import list_supported_countries

from core.errors import Invalid
from core.i18n import LANGUAGES, N_, Text
from core.working_time import Hours, WorkingCalendar

LARGEST_MEDIA_MB = 200  # a file is held in memory while it comes in
WEEKDAYS_ALONE = "weekdays"  # the calendar without holidays
_CALENDAR = re.compile(r"[\w-]{1,40}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
LABELS = {
    "language": N_("Language"),
    "zone": N_("Time zone"),
    "calendar": N_("Working calendar"),
    "work_starts": N_("Work begins"),
    "work_ends": N_("Work ends"),
    "hours_per_day": N_("Hours of a working day"),
    "department_calendars": N_("Calendars of departments"),
    "demo_every_days": N_("Days between demos"),
    "media_mb": N_("Largest picture or video shown at a demo, in MB"),
    "makes_reports": N_("Weekly and monthly reports are made by themselves"),
    "writes_back": N_("Verdicts and action items may be written back to Jira"),
}


@dataclass(frozen=True)
class HouseSettings:
    """How this house works; hashable, so that it can be part of a cache's key.

    Args: language, of reports and of readers who chose none; zone, IANA name, for display and for cutting days (R2);
    calendar, `CN` or another ISO country code, `weekdays`, or the name of an imported one; work_starts and work_ends,
    Monday to Friday, `HH:MM`; hours_per_day, what 1d of effort is (R27); department_calendars, (department, calendar)
    pairs where a department has its own; demo_every_days, the rhythm; media_mb, how large a
    picture or video shown at a demo may be; makes_reports, whether weekly and monthly reports are
    made by the clock; writes_back, whether results may be written back to Jira.
    Raises: Invalid, naming the setting and what would be accepted.
    """

    language: str = "en"
    zone: str = "Asia/Shanghai"
    calendar: str = "CN"
    work_starts: str = "09:00"
    work_ends: str = "18:00"
    hours_per_day: float = 8.0
    department_calendars: tuple[tuple[str, str], ...] = ()
    demo_every_days: int = 14
    media_mb: int = 50
    makes_reports: bool = True
    writes_back: bool = False

    def __post_init__(self) -> None:
        _accept(self.language in LANGUAGES, "language", self.language, Text("en or zh"))
        _accept(self.zone in _zones(), "zone", self.zone, Text("an IANA name such as Asia/Shanghai"))
        _check_calendar("calendar", self.calendar)
        for _, calendar in self.department_calendars:
            _check_calendar("department_calendars", calendar)
        for name in ("work_starts", "work_ends"):
            given = getattr(self, name)
            _accept(isinstance(given, str) and bool(_CLOCK.fullmatch(given)), name, given, Text("a time such as 09:00"))
        _accept(self.work_starts != self.work_ends, "work_ends", self.work_ends, Text("another time than work begins"))
        hours = self.hours_per_day
        is_number = isinstance(hours, int | float) and not isinstance(hours, bool)
        _accept(is_number and 0 < hours <= 24, "hours_per_day", hours, Text("a number above 0, up to 24"))
        for name, most in (("demo_every_days", 90), ("media_mb", LARGEST_MEDIA_MB)):
            given = getattr(self, name)
            is_whole = isinstance(given, int) and not isinstance(given, bool)
            accepted = Text("a whole number from {lowest} to {highest}", lowest=1, highest=most)
            _accept(is_whole and 1 <= given <= most, name, given, accepted)
        for name in ("makes_reports", "writes_back"):
            given = getattr(self, name)
            _accept(isinstance(given, bool), name, given, Text("on or off"))

    def changed(self, changes: Mapping[str, Any]) -> "HouseSettings":
        """These settings with some changed; `department_calendars` may be given as a mapping. Raises: Invalid."""
        unknown = set(changes) - set(LABELS)
        if unknown:
            raise Invalid(
                Text("There is no setting “{name}”.", name=", ".join(sorted(unknown))),
                next=Text("Accepted are: {accepted}.", accepted=", ".join(LABELS)),
            )
        given = dict(changes)
        if "department_calendars" in given:
            given["department_calendars"] = _pairs(given["department_calendars"])
        return replace(self, **given)

    def values(self) -> dict[str, Any]:
        """Every setting by name, as JSON keeps it."""
        return asdict(self) | {"department_calendars": dict(self.department_calendars)}

    def calendar_of(self, department: str | None) -> str:
        """The calendar a department works by: its own, else the house's."""
        return dict(self.department_calendars).get(department or "", self.calendar)

    def working_calendar(self, department: str | None, imported: Mapping[str, Mapping[date, bool]]) -> WorkingCalendar:
        """When a department works (R29). Args: imported, calendar -> day -> is it worked, of the `holiday` table."""
        calendar = self.calendar_of(department)
        hours: Hours = ((time.fromisoformat(self.work_starts), time.fromisoformat(self.work_ends)),)
        return WorkingCalendar(
            name=calendar,
            zone=self.zone,
            country=calendar if calendar in list_supported_countries() else None,
            hours=(hours,) * 5 + ((),) * 2,
            days=imported.get(calendar, {}),
        )

    def time_zone(self) -> ZoneInfo:
        """The project's zone."""
        return ZoneInfo(self.zone)


def house_from(stored: Mapping[str, Any]) -> HouseSettings:
    """The settings as they stand in the `setting` table, name -> value; other names are not the house's.

    Raises: Invalid where a stored value is none of those accepted.
    """
    known = {field.name for field in fields(HouseSettings)}
    return HouseSettings().changed({name: value for name, value in stored.items() if name in known})


def _check_calendar(name: str, given: Any) -> None:
    is_known = isinstance(given, str) and bool(_CALENDAR.fullmatch(given))
    if is_known and re.fullmatch("[A-Z]{2}", given):
        is_known = given in list_supported_countries()
    _accept(is_known, name, given, Text("a country code such as CN, “weekdays”, or the name of an imported calendar"))


def _pairs(given: Any) -> tuple[tuple[str, str], ...]:
    held = dict(given)
    return tuple(sorted((str(department).strip(), str(calendar)) for department, calendar in held.items()))


def _accept(is_accepted: bool, name: str, given: Any, accepted: Text) -> None:
    if not is_accepted:
        raise Invalid(
            Text("“{given}” is no value of “{field}”.", given=str(given), field=Text(LABELS[name])),
            next=Text("Accepted are: {accepted}.", accepted=accepted),
        )


@cache
def _zones() -> frozenset[str]:
    """The names of every time zone; the library looks through its folders each time it is asked."""
    return frozenset(available_timezones())
