"""Ticks as people read them: round numbers, 万 and 亿 in Chinese, durations in their own steps, days in the zone."""

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from core.reader import Reader

Write = Callable[[float], str]

TIME_STEPS = (1, 5, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800)


def short_number(value: float, reader: Reader) -> str:
    """A number for an axis: `1.2万` and `3亿` in Chinese, `12k` and `3M` in English, plain below those."""
    steps = {"zh": ((1e8, "亿"), (1e4, "万")), "en": ((1e9, "bn"), (1e6, "M"), (1e4, "k"))}[reader.lang]
    for size, name in steps:
        if abs(value) >= size:
            divisor = 1e3 if name == "k" else size
            return reader.number(value / divisor, 2) + name
    return reader.number(value)


def round_step(span: float, count: int = 4) -> float:
    """A step of 1, 2, 2.5 or 5 times a power of ten that cuts `span` into about `count` parts."""
    if span <= 0:
        return 1.0
    raw = span / count
    power = 10 ** math.floor(math.log10(raw))
    return float(next(m for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999) * power)


def ticks(low: float, high: float, write: Write, *, unit: str | None = None, count: int = 4) -> dict[str, Any]:
    """The tick part of a Plotly axis between two values.

    Args: write, puts a value into words; unit, `s` cuts at minutes and hours, anything else at round numbers.
    """
    span = max(high - low, 0.0)
    if unit == "s":
        step = float(next((s for s in TIME_STEPS if s * count >= span), round_step(span / 86400, count) * 86400))
    else:
        step = round_step(span, count)
    first = math.ceil(low / step - 1e-9)
    values = [i * step for i in range(first, math.floor(high / step + 1e-9) + 1)]
    return {
        "tickmode": "array",
        "tickvals": values,
        "ticktext": ["0" if value == 0 else write(value) for value in values],
    }


def day_axis(reader: Reader, narrow: bool = False) -> dict[str, Any]:
    """A date axis with upright names, `3 Nov` or `11月3日`, fewer on a narrow screen; give it naive local days."""
    pattern = {"en": "%-d %b", "zh": "%-m月%-d日"}[reader.lang]
    return {"type": "date", "tickformat": pattern, "hoverformat": pattern, "nticks": 3 if narrow else 6, "tickangle": 0}


def day_ticks(days: Sequence[date | datetime], reader: Reader, count: int = 4) -> dict[str, Any]:
    """At most `count` of these days as ticks, the last one always among them, named in the reader's language."""
    if not days:
        return {"tickmode": "array", "tickvals": [], "ticktext": []}
    every = max(1, math.ceil(len(days) / count))
    chosen = [day for i, day in enumerate(days) if (len(days) - 1 - i) % every == 0]
    return {"tickmode": "array", "tickvals": chosen, "ticktext": [reader.day(day) for day in chosen]}
