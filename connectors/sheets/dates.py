"""Dates as people write them in sheets, in the languages Jira exports, to UTC instants (R2)."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale

from core.i18n import N_
from core.wall_time import is_leapt_over

ACCEPTED = N_("Accepted: a date such as 2026-11-03, 2026-11-03 14:02, 2026年11月3日, 03/Nov/26 2:02 PM.")
AMBIGUOUS = N_(
    "Day and month cannot be told apart; write 2026-11-03, or say which comes first (in the shell with --day-order)."
)
SERIAL = N_("A bare number is no date: format the cell as a date, or write 2026-11-03.")
LEAPT_OVER = N_(
    "This time does not exist: the clocks of the project's zone went forward over it. Write the time that they showed, or "
    "one with its offset, such as 2026-03-29 02:30+01:00."
)
FIRST_YEAR, LAST_YEAR = 1970, 2199  # outside it is a typing error, or Excel's empty date 1900-01-00
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTH_LOCALES = ("en", "zh_Hans", "zh_Hant", "ja", "de", "fr", "es", "it", "pt", "nl")
_JAVA_NAMES = {"mrz": 3, "sept": 9, "maerz": 3}  # as older Java, and so Jira, abbreviates them

_BEFORE = "上午|下午|凌晨|早上|中午|晚上"
_AFTER = r"a\.?m\.?|p\.?m\.?|上午|下午|vorm\.?|nachm\.?"
_CLOCK = (
    rf"(?:(?P<before>{_BEFORE})\s*)?(?P<hour>\d{{1,2}})(?:[:时点](?P<minute>\d{{2}})分?|[时点]整?)"
    rf"(?::?(?P<second>\d{{2}})(?:[.,](?P<fraction>\d{{1,9}}))?秒?)?\s*(?P<after>{_AFTER})?\s*"
    r"(?P<offset>(?:utc|gmt)?[+-]\d{2}:?\d{2}|z|utc|gmt)?"
)
_TIME = rf"(?:[t,\s]+{_CLOCK}|(?<=日){_CLOCK.replace('?P<', '?P<x_')})?"
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[-/.年]\s*(?P<month>\d{{1,2}})[-/.月]\s*(?P<day>\d{{1,2}})日?{_TIME}")
_COMPACT = re.compile(rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_TIME}")
_DAY_NAME = re.compile(
    rf"(?P<day>\d{{1,2}})[-/.\s]+(?P<name>[^\W\d_]+|\d{{1,2}}月)[-/.\s]+(?P<year>\d{{4}}|\d{{2}}){_TIME}"
)
_NAME_DAY = re.compile(rf"(?P<name>[^\W\d_]+)\.?\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}){_TIME}")
_NUMBERS = re.compile(rf"(?P<first>\d{{1,2}})(?P<mark>[-/.])(?P<other>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d{{2}}){_TIME}")
_MONTH = re.compile(r"(?P<year>\d{4})(?:[-/]|年)(?P<month>\d{1,2})月?")
# A weekday and a zone's name beside a date repeat what it says: `Thu Nov 05 2026 ... GMT+0000 (GMT)`, `11月5日（周四）`.
_BESIDE = re.compile(
    r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]?\s+|\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?|\s+\([a-z ]+\)$"
)
_WEEK = re.compile(r"(?P<year>\d{4})-?(?:w|第)(?P<week>\d{1,2})周?")


class NotADate(ValueError):
    """The cell is no date we can be sure of; the argument is the message id of what is accepted."""


@cache
def month_names() -> dict[str, int]:
    """Month name -> number, of the languages above; a name that two languages use for different months is left out."""
    names: dict[str, int] = dict(_JAVA_NAMES)
    clashes = set()
    for locale in _MONTH_LOCALES:
        months = Locale.parse(locale).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    word = _plain(name).strip(". ")
                    if names.setdefault(word, number) != number:
                        clashes.add(word)
    return {name: number for name, number in names.items() if name not in clashes}


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def day_order(values: Iterable[object]) -> str | None:
    """Which of day and month comes first in a column: told by any date with a part above 12; None where none tells."""
    orders = set()
    for value in {value for value in values if value.__class__ is str}:
        found = _NUMBERS.fullmatch(_plain(value)) if value[:1].isdigit() else None
        if found and int(found["first"]) > 12:
            orders.add("dmy")
        elif found and int(found["other"]) > 12:
            orders.add("mdy")
    return orders.pop() if len(orders) == 1 else None


class DateReader:
    """Reads the cells of one column.

    Args: zone, in which dates without an offset are meant; order, `dmy` or `mdy` for `03/04/2026`; is_day_end, whether
    a bare date is the end of its day (R2); is_coarse, whether `2026-11` and `2026-W45` are accepted, as their first day.
    """

    def __init__(self, zone: str, order: str | None, *, is_day_end: bool = False, is_coarse: bool = False) -> None:
        self.zone = ZoneInfo(zone)
        self.order = order
        self.is_day_end = is_day_end
        self.is_coarse = is_coarse
        self._starts: dict[date, datetime | None] = {}

    def cell(self, value: datetime) -> datetime:
        """A date cell of a workbook, a tenth of the time of `read`. Raises: NotADate.

        On a day whose offset does not change, it is UTC's epoch plus what has passed since the epoch on the wall clock.
        """
        day = value.date()
        if day not in self._starts:
            offsets = {datetime.combine(day, clock, tzinfo=self.zone).utcoffset() for clock in (time.min, time.max)}
            offset = offsets.pop()
            is_plain = not offsets and offset is not None and FIRST_YEAR <= day.year <= LAST_YEAR
            self._starts[day] = _EPOCH.replace(tzinfo=None) + offset if is_plain and offset is not None else None
        start = self._starts[day]
        return self._instant(value) if start is None else _EPOCH + (value - start)

    def read(self, value: object) -> datetime:
        """The instant in UTC. Raises: NotADate."""
        if isinstance(value, datetime):
            return self._instant(value)
        if isinstance(value, date):
            return self._bare(value)
        if isinstance(value, float | int) and not isinstance(value, bool):
            if float(value).is_integer() and _COMPACT.fullmatch(str(int(value))):
                return self._text(str(int(value)))
            raise NotADate(SERIAL)
        if isinstance(value, str):
            return self._text(value)
        raise NotADate(ACCEPTED)

    def _bare(self, day: date) -> datetime:
        if self.is_day_end:
            return self._instant(datetime.combine(day, time.max))
        return self._instant(datetime.combine(day, time.min))

    def _instant(self, at: datetime) -> datetime:
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise NotADate(ACCEPTED)
        if at.tzinfo is None and is_leapt_over(at, self.zone):
            raise NotADate(LEAPT_OVER)
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)

    def _text(self, text: str) -> datetime:
        plain = _plain(text)
        try:
            if self.is_coarse and (coarse := self._coarse(plain)):
                return self._bare(coarse)
            found, day = self._day(_BESIDE.sub(" ", plain).strip())
            clock = _clock(found)
            if clock is None:
                return self._bare(day)
            return self._instant(datetime.combine(day, clock[0], tzinfo=clock[1]))
        except NotADate:
            raise
        except ValueError as error:  # 2026-02-30, 25:00
            raise NotADate(ACCEPTED) from error

    def _coarse(self, plain: str) -> date | None:
        if found := _MONTH.fullmatch(plain):
            return date(int(found["year"]), int(found["month"]), 1)
        if found := _WEEK.fullmatch(plain):
            return date.fromisocalendar(int(found["year"]), int(found["week"]), 1)
        return None

    def _day(self, plain: str) -> tuple[re.Match[str], date]:
        if found := (_YEAR_FIRST.fullmatch(plain) or _COMPACT.fullmatch(plain)):
            return found, date(int(found["year"]), int(found["month"]), int(found["day"]))
        if found := (_DAY_NAME.fullmatch(plain) or _NAME_DAY.fullmatch(plain)):
            month = month_names().get(found["name"].strip("."))
            if month:
                return found, date(_year(found["year"]), month, int(found["day"]))
        elif found := _NUMBERS.fullmatch(plain):
            first, other = int(found["first"]), int(found["other"])
            order = "dmy" if found["mark"] == "." or first > 12 else "mdy" if other > 12 else self.order
            if order is None and first != other:
                raise NotADate(AMBIGUOUS)
            day, month = (other, first) if order == "mdy" else (first, other)
            return found, date(_year(found["year"]), month, day)
        raise NotADate(ACCEPTED)


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _clock(found: re.Match[str]) -> tuple[time, timezone | None] | None:
    """The time of day and the offset, if any; None for a bare date."""
    parts = {name.removeprefix("x_"): value for name, value in found.groupdict().items() if value is not None}
    if "hour" not in parts:
        return None
    hour = int(parts["hour"])
    half = (parts.get("after") or parts.get("before") or "").replace(".", "")
    if (half in ("pm", "下午", "晚上", "nachm") and hour < 12) or (half == "中午" and hour < 11):
        hour += 12
    elif half in ("am", "上午", "凌晨", "vorm") and hour == 12:
        hour = 0
    micro = int(parts.get("fraction", "0")[:6].ljust(6, "0"))
    clock = time(hour, int(parts.get("minute", "0")), int(parts.get("second", "0")), micro)
    return clock, _offset(parts.get("offset"))


def _offset(given: str | None) -> timezone | None:
    if given is None:
        return None
    if given in ("z", "utc", "gmt"):
        return UTC
    signed = given.removeprefix("utc").removeprefix("gmt")
    digits = signed[1:].replace(":", "")
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-span if signed[0] == "-" else span)
