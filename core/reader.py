"""Who reads: a language and a time zone. Everything a person sees is put into words, numbers and dates here."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates, numbers

from core.i18n import Text, translate
from core.plain import straight

NOT_KNOWN = {"en": "n/a", "zh": "未知"}
BABEL = {"en": "en_GB", "zh": "zh_Hans_CN"}


@dataclass(frozen=True)
class Reader:
    """A reader's language (`en` or `zh`) and the IANA name of the project's time zone (R2)."""

    lang: str = "en"
    zone: str = "UTC"

    def t(self, message: str, **params: Any) -> str:
        """Translate a message and fill its placeholders with formatted values."""
        return translate(self.lang, message).format(**{name: self.value(given) for name, given in params.items()})

    def tn(self, one: str, many: str, n: int, **params: Any) -> str:
        """Translate the singular form for n = 1, else the plural; `{n}` is filled with n."""
        return self.t(one if n == 1 else many, n=n, **params)

    def say(self, text: Text | str) -> str:
        """Put a travelling sentence into words; a plain string is somebody's own words and stays as it is."""
        if isinstance(text, str):
            return text
        params = dict(text.params)
        message = text.one if text.one and params.get("n") == 1 else text.message
        return self.t(message, **params)

    def value(self, given: Any) -> str:
        """A placeholder's value as this reader writes it."""
        if given is None:
            return NOT_KNOWN[self.lang]
        if isinstance(given, Text):
            return self.say(given)
        if isinstance(given, str):
            return straight(given)
        if isinstance(given, bool):
            return str(given)
        if isinstance(given, datetime):
            return self.instant(given)
        if isinstance(given, date):
            return self.day(given)
        if isinstance(given, timedelta):
            return self.duration(given.total_seconds())
        if isinstance(given, int | float):
            return self.number(given)
        return str(given)

    def number(self, value: float | None, digits: int = 2) -> str:
        """A number with at most `digits` decimals; null and NaN read as not known, never as 0."""
        if value is None or not math.isfinite(value):
            return NOT_KNOWN[self.lang]
        pattern = "#,##0." + "#" * digits if digits else "#,##0"
        return _decimal(round(value, digits) + 0.0, pattern, BABEL[self.lang])

    def percent(self, ratio: float | None, digits: int = 0) -> str:
        """A ratio (0-1) as a percentage."""
        if ratio is None or not math.isfinite(ratio):
            return NOT_KNOWN[self.lang]
        return self.number(ratio * 100, digits) + ("%" if self.lang == "zh" else " %")

    def local(self, at: datetime) -> datetime:
        """An instant in the project's zone."""
        return at.astimezone(ZoneInfo(self.zone))

    def instant(self, at: datetime | None, *, with_year: bool = False) -> str:
        """Day and time of an instant in the project's zone: `3 Nov 14:02`, `11月3日 14:02`."""
        if at is None or at != at:
            return NOT_KNOWN[self.lang]
        return f"{self.day(at, with_year=with_year)} {self.local(at):%H:%M}"

    def day(self, at: date | datetime | None, *, with_year: bool = False) -> str:
        """A calendar day; an instant is cut in the project's zone: `3 Nov`, `2026年11月3日`."""
        if at is None or at != at:
            return NOT_KNOWN[self.lang]
        day = self.local(at) if isinstance(at, datetime) else at
        pattern = {"en": "d MMM", "zh": "M月d日"}[self.lang]
        if with_year:
            pattern = {"en": "d MMM y", "zh": "y年M月d日"}[self.lang]
        return _date(day, pattern, BABEL[self.lang])

    def duration(self, seconds: float | None) -> str:
        """A span in its two largest units, 1 d = 24 h: `2 h`, `1 d 4 h`, `2 小时`, `15 分钟`."""
        if seconds is None or not math.isfinite(seconds):
            return NOT_KNOWN[self.lang]
        names = {"en": ("d", "h", "min", "s"), "zh": ("天", "小时", "分钟", "秒")}[self.lang]
        sign = "-" if seconds < 0 else ""
        rest = abs(seconds)
        if rest < 60:
            return f"{sign}{self.number(rest, 1)} {names[3]}"
        if rest < 3600 and rest % 60:
            return f"{sign}{self.number(rest / 60, 1)} {names[2]}"
        rest = round(rest / 60) * 60
        if rest >= 86400:  # from a day on the minutes are not shown, so they round the hours
            rest = round(rest / 3600) * 3600
        parts = []
        for size, name in zip((86400, 3600, 60), names, strict=False):
            count, rest = divmod(rest, size)
            if count:
                parts.append(f"{self.number(count)} {name}")
        return sign + " ".join(parts[:2])


# A page says the same numbers and days again and again, and babel takes a third of a millisecond for each.
@lru_cache(maxsize=20_000)
def _decimal(value: float, pattern: str, locale: str) -> str:
    return numbers.format_decimal(value, format=pattern, locale=locale)


@lru_cache(maxsize=20_000)
def _date(day: date, pattern: str, locale: str) -> str:
    return dates.format_date(day, pattern, locale=locale)


def utc(at: datetime) -> datetime:
    """The same instant in UTC; a naive datetime is refused, since nobody can say which zone it was in."""
    if at.tzinfo is None:
        raise ValueError("a datetime without a time zone cannot be stored")
    return at.astimezone(UTC)
