"""Durations as people write them, in English and Chinese, to seconds: `1d 4h`, `2小时30分`, `0:15`, `1.5 h` (R27)."""

import re
from decimal import Decimal

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+"
WORDS: dict[str, tuple[str, ...]] = {
    "ms": ("ms", "msec", "millisecond", "milliseconds", "毫秒"),
    "s": ("s", "sec", "secs", "second", "seconds", "秒", "秒钟"),
    "min": ("m", "min", "mins", "minute", "minutes", "分", "分钟"),
    "h": ("h", "hr", "hrs", "hour", "hours", "时", "小时", "个小时", "钟头", "个钟头"),
    "d": ("d", "day", "days", "天"),
    "w": ("w", "wk", "wks", "week", "weeks", "周", "星期", "个星期"),
}
EFFORT_WORDS: dict[str, tuple[str, ...]] = {
    "h": ("人时", "man-hour", "man-hours", "person-hour", "person-hours"),
    "d": ("人天", "人日", "工作日", "个工作日", "pd", "man-day", "man-days", "person-day", "person-days"),
    "w": ("人周",),
}
SECONDS = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "min": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86400),
    "w": Decimal(604800),
}
UNIT_OF = {word: unit for unit, words in WORDS.items() for word in words}
EFFORT_UNIT_OF = UNIT_OF | {word: unit for unit, words in EFFORT_WORDS.items() for word in words}
LARGEST_FIRST = ("w", "d", "h", "min", "s", "ms")

# `15分` may be a score and `1.2w` is slang for 1.2万: alone they are read as time only where time is expected.
AMBIGUOUS_ALONE = frozenset({"分", "w"})

_TERM = re.compile(rf"({NUMBER})\s*([^\W\d_]+(?:-[^\W\d_]+)?)\.?[\s,]*")
_CLOCK = re.compile(r"([+-]?)(\d{1,5}):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?")


def read_clock(text: str) -> Decimal | None:
    """Seconds of `h:mm` or `h:mm:ss`, hours past 24 allowed; None where the text is something else."""
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    sign, hours, minutes, seconds = found.groups()
    total = int(hours) * 3600 + int(minutes) * 60 + Decimal(seconds or 0)
    return -total if sign == "-" else total


def read_terms(text: str, unit_of: dict[str, str]) -> list[tuple[Decimal, str]] | None:
    """The (count, word) terms of `1d 4h`: None where the text is not made of known units from large to small."""
    terms: list[tuple[Decimal, str]] = []
    at = 0
    while at < len(text):
        found = _TERM.match(text, at)
        if not found or found.group(2) not in unit_of:
            return None
        terms.append((Decimal(found.group(1).replace(",", "")), found.group(2)))
        at = found.end()
    ranks = [LARGEST_FIRST.index(unit_of[word]) for _, word in terms]
    return terms if terms and ranks == sorted(set(ranks)) else None


def read_duration(text: str, *, is_time_expected: bool) -> tuple[Decimal, str] | None:
    """Seconds and the smallest unit written, 1d = 24 h; None where the text is no duration.

    Args: text, normalised (NFKC, lower case, trimmed); is_time_expected, whether `15分` and `2w` alone are time.
    """
    clock = read_clock(text)
    if clock is not None:
        return clock, "min"
    return _sum(text, UNIT_OF, SECONDS, is_time_expected=is_time_expected)


def read_effort(text: str, hours_per_day: Decimal) -> tuple[Decimal, str] | None:
    """Seconds of work and the smallest unit written: 1d is a working day, 1w five of them."""
    day = hours_per_day * 3600
    return _sum(text, EFFORT_UNIT_OF, SECONDS | {"d": day, "w": 5 * day}, is_time_expected=True)


def _sum(
    text: str, unit_of: dict[str, str], seconds: dict[str, Decimal], *, is_time_expected: bool
) -> tuple[Decimal, str] | None:
    sign = -1 if text.startswith("-") else 1
    terms = read_terms(text.lstrip("+-").lstrip(), unit_of)
    if terms is None or (len(terms) == 1 and terms[0][1] in AMBIGUOUS_ALONE and not is_time_expected):
        return None
    total = sum((count * seconds[unit_of[word]] for count, word in terms), Decimal(0))
    return sign * total, unit_of[terms[-1][1]]
