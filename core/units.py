"""Quantities as people write them: the door to reading them, checking a series of them, and showing them (R27).

Canonical units: duration in seconds, ratio as a share (85 % is 0.85), money in yuan, number as it is.
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from core.errors import Invalid
from core.i18n import N_, Text
from core.quantities import DIMENSIONS, Quantity, parse_effort, parse_quantity, parse_unit
from core.reader import NOT_KNOWN, Reader

__all__ = [
    "DIMENSIONS",
    "DIMENSION_WORDS",
    "Quantity",
    "check_series",
    "direction_of",
    "format_effort",
    "format_quantity",
    "is_misread",
    "parse_effort",
    "parse_quantity",
    "parse_unit",
    "series_problems",
]

DIMENSION_WORDS = {
    "duration": N_("duration"),
    "ratio": N_("percentage"),
    "money": N_("sum of money"),
    "number": N_("number"),
}
# Words for one and the same thing, so that an English and a Chinese sheet can feed one KPI.
SAME_THING = (
    {"单", "笔", "order", "orders"},
    {"人", "person", "people"},
    {"次", "time", "times"},
    {"个", "件", "item", "items"},
)
Position = str | Text


def check_series(
    series: Sequence[tuple[Position, Quantity]], *, dimension: str | None = None
) -> tuple[str, str] | None:
    """The dimension and unit that the quantities of one KPI share; minutes and hours mix, being seconds both.

    Args: series, (position, quantity) of every baseline, target and measurement, position as a person names the cell;
    dimension, what the KPI is known to be. Returns: None for an empty series.
    Raises: Invalid for the first cell that does not fit the others (`series_problems` lists them all). Rule: R27.
    """
    problems = series_problems(series, dimension=dimension)
    if problems:
        raise problems[0]
    if not series:
        return None
    units = [quantity.unit for _, quantity in series]
    return series[0][1].dimension, next((unit for unit in units if unit), "")


def series_problems(
    series: Sequence[tuple[Position, Quantity]], *, dimension: str | None = None, unit: str = ""
) -> list[Invalid]:
    """One error per cell that does not fit: another dimension, another unit of count, or 0.85 beside 85.

    The majority is taken for right, the earlier cell where it is even, unless dimension and unit say what the KPI is
    known to be; see `check_series`. Rule: R27.
    """
    if not series:
        return []
    dimensions = Counter(quantity.dimension for _, quantity in series)
    expected = dimension or dimensions.most_common(1)[0][0]
    wrong = [(at, found) for at, found in series if found.dimension != expected]
    right = [(at, found) for at, found in series if found.dimension == expected]
    problems = [_other_dimension(at, found, expected) for at, found in wrong]
    problems += _mixed_notations(right) if expected == "ratio" else []
    known = Quantity(expected, 1.0, unit, unit) if unit else None
    return problems + _other_units(right, _thing(known) if known else "")


def _other_dimension(at: Position, found: Quantity, expected: str) -> Invalid:
    return Invalid(
        Text(
            "“{found}” is a {dimension}, where this KPI is a {expected}.",
            found=found.raw,
            dimension=Text(DIMENSION_WORDS[found.dimension]),
            expected=Text(DIMENSION_WORDS[expected]),
        ),
        where=Text("At {cell}.", cell=at),
        next=Text("Write the same kind of quantity in every cell of one KPI, with its unit."),
    )


def _mixed_notations(series: Sequence[tuple[Position, Quantity]]) -> list[Invalid]:
    """A bare number up to 1 beside one above 1 or beside a written percentage: 0.85 may be 85 % or 0.85 %."""
    shares = [(at, found) for at, found in series if found.is_bare and 0 < abs(_written(found)) <= 1]
    percents = [(at, found) for at, found in series if not found.is_bare or abs(_written(found)) > 1]
    if not shares or not percents:
        return []
    odd, others = (shares, percents) if len(shares) <= len(percents) else (percents, shares)
    if all(not found.is_bare for _, found in odd):  # a written 85 % is clear by itself; the bare ones are not
        odd, others = shares, percents
    odd = [(at, found) for at, found in odd if found.is_bare]
    beside_at, beside = others[0]
    return [
        Invalid(
            Text("“{found}” stands beside “{other}” within one percentage.", found=found.raw, other=beside.raw),
            where=Text("At {cell}, beside {other}.", cell=at, other=beside_at),
            why=Text("One of them is a share of 1, the other a percentage."),
            next=Text("Write every value with its sign, for example 85%."),
        )
        for at, found in odd
    ]


def direction_of(baseline: float | None, target: float | None) -> Literal["down", "up"] | None:
    """The direction in which a KPI is to go, told by its baseline and target; None where they are equal or one is missing."""
    if baseline is None or target is None or baseline == target:
        return None
    return "down" if target < baseline else "up"


def is_misread(found: Quantity, levels: Sequence[float]) -> bool:
    """Whether a bare number of a percentage, read the other way (0.9 as 0.9 %, 1.2 as 120 %), lies nearer to what is known.

    Args: levels, values that the KPI is known to have. Rule: R27.
    """
    known = [abs(level) for level in levels if level]
    if found.dimension != "ratio" or not found.is_bare or not found.value or not known:
        return False
    value = abs(found.value)
    other = value / 100 if abs(_written(found)) <= 1 else value * 100
    return min(abs(math.log(other / one)) for one in known) < min(abs(math.log(value / one)) for one in known)


def _written(found: Quantity) -> float:
    """The number as it stood: a bare percentage above 1 was divided by 100 when it was read."""
    return parse_quantity(found.raw).value


def _other_units(series: Sequence[tuple[Position, Quantity]], known: str) -> list[Invalid]:
    """Counts of different things, and prices of different things: 120 orders beside 120 people, ￥18/单 beside ￥18/件."""
    units = Counter(_thing(found) for _, found in series if _thing(found))
    if not units or (len(units) == 1 and not known):
        return []
    expected = known or units.most_common(1)[0][0]
    return [
        Invalid(
            Text("“{found}” counts another thing than “{unit}”.", found=found.raw, unit=expected),
            where=Text("At {cell}.", cell=at),
            next=Text("Use one unit within one KPI, or make it two KPIs."),
        )
        for at, found in series
        if _thing(found) not in ("", expected)
    ]


def _thing(found: Quantity) -> str:
    word = found.unit if found.dimension == "number" else found.unit.partition("/")[2]
    low = word.lower()
    return next((min(same) for same in SAME_THING if low in same), low)


def format_quantity(reader: Reader, dimension: str, value: float | None, unit: str = "") -> str:
    """A canonical value as the reader's people write it: `13 min`, `97.6%`, `￥1.2万` (￥12,000 in English), `120 单`.

    Args: value in the canonical unit, null and NaN read as not known, never 0; unit, as the KPI keeps it. Rule: R27.
    """
    if value is None or not math.isfinite(value):
        return NOT_KNOWN[reader.lang]
    head, slash, per = unit.partition("/")
    if dimension == "number":
        return f"{reader.number(value, _places(value))} {unit}".rstrip()
    if dimension == "duration":
        shown = _format_duration(reader, value, head)
    elif dimension == "ratio":
        shown = reader.percent(value, _percent_places(value * 100))
    else:
        shown = _format_money(reader, value)
    return shown + slash + per


def format_effort(reader: Reader, seconds: float | None, hours_per_day: float = 8) -> str:
    """Seconds of work in working days and hours: 43,200 s is `1 d 4 h` at 8 hours a day. Rule: R27."""
    if seconds is None or not math.isfinite(seconds):
        return NOT_KNOWN[reader.lang]
    day = hours_per_day * 3600
    days, rest = divmod(round(abs(seconds) / 60) * 60, day)
    # The reader's own day has 24 hours, so whole working days and the rest are put into words apart.
    parts = [reader.duration(days * 86400)] if days else []
    parts += [reader.duration(rest)] if rest or not days else []
    return ("-" if seconds < 0 else "") + " ".join(parts)


def _format_duration(reader: Reader, seconds: float, unit: str) -> str:
    """People who write seconds or milliseconds mean them: 194 s is not 3.2 min."""
    if unit == "ms" and abs(seconds) < 10:
        return f"{reader.number(seconds * 1000, _places(seconds * 1000))} {'毫秒' if reader.lang == 'zh' else 'ms'}"
    if (unit in ("s", "ms") and abs(seconds) < 600) or abs(seconds) < 1:
        return f"{reader.number(seconds, _places(seconds))} {'秒' if reader.lang == 'zh' else 's'}"
    return reader.duration(seconds)


def _format_money(reader: Reader, yuan: float) -> str:
    sign = "-" if yuan < 0 else ""
    amount = abs(yuan)
    if reader.lang == "zh":
        for size, word in ((1e8, "亿"), (1e4, "万")):
            if round(amount, 2) >= size:
                return f"{sign}￥{reader.number(amount / size)}{word}"
    return f"{sign}￥{reader.number(amount, _places(amount))}"


def _percent_places(percent: float) -> int:
    """One decimal, and as many as it takes to keep 99.95 from reading as 100 and 0.04 from reading as 0."""
    distance = min(abs(percent), abs(100 - abs(percent)))
    return 1 if distance >= 1 else _places(distance)


def _places(value: float) -> int:
    """Two decimals, or enough for two digits of a number below 0.1: a measured 0.004 never reads as 0."""
    size = abs(value)
    return 2 if size == 0 or size >= 0.1 else min(9, 1 - math.floor(math.log10(size)))
