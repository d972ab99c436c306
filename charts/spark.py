"""Small lines for cards and strips, as SVG: 0.1 ms and 1 KB each, where a Plotly chart costs 5 ms and 1.4 MB of script.

The SVG holds only lines and bands and stretches to its box; labels and the last point are given as places in percent,
so that the card sets them in the page's own font (an SVG that stretches would squeeze its letters).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from charts.figure import known
from charts.limits import HasLimits, beyond_limit, is_band
from charts.palette import Palette
from core.reader import Reader

WIDTH, HEIGHT = 320, 80


@dataclass(frozen=True)
class Mark:
    """A word or a dot over the line: where (percent from left and top), what, in which meaning's colour."""

    left: float
    top: float
    text: str
    meaning: str


@dataclass(frozen=True)
class Spark:
    """An SVG picture, its labels, the place of the last point, and what it says."""

    svg: str
    marks: tuple[Mark, ...]
    dot: Mark | None
    alt: str


def kpi_sparkline(
    values: Sequence[float | None],
    *,
    reader: Reader,
    palette: Palette,
    write: Callable[[float], str],
    limits: HasLimits | None = None,
    target: float | None = None,
    phases: Sequence[tuple[int, str]] = (),
) -> Spark:
    """A KPI's line with the natural limits as a grey band, the target as a dashed green line and releases as uprights.

    Args: values, one per measurement in order of time, null where it failed (the line breaks there); write, puts a
    value into words; phases, (index of the first measurement, its reason).
    """
    frame = [*values, target, limits.lower if limits else None, limits.upper if limits else None]
    scale = _Scale(len(values), frame, pad=0.12, room_above=target)
    parts, marks = [], []
    if is_band(limits):
        start = phases[-1][0] if phases else 0
        parts.append(_band(scale, limits, palette, start))
    if target is not None and known(target):
        parts.append(_level(scale.y(target), palette["completed"], "5 3"))
        side = 0 if _is_freer_at_start(values, target) else 100
        words = reader.t("target {value}", value=write(target))
        marks.append(Mark(side, scale.percent_y(target), words, "completed"))
    for index, reason in phases:
        if index > 0:
            x = scale.x(index - 0.5)
            parts.append(_line([(x, 0), (x, HEIGHT)], palette.muted, 1, "2 3"))
            marks.append(Mark(x / WIDTH * 100, _free_height(scale, values, target, index), reason, "phase"))
    parts.append(_path(scale, values, palette["accent"]))
    return Spark(_svg(parts), tuple(marks), _last(scale, values, "accent"), _say(values, reader, write))


def trend_strip(
    values: Sequence[float | None],
    *,
    reader: Reader,
    palette: Palette,
    write: Callable[[float], str],
    limits: HasLimits | None = None,
    meaning: str = "accent",
) -> Spark:
    """A strip for "against its own past": the line, the natural limits as a grey band, the last point marked.

    The dot is orange where the last value lies beyond a limit; a last value that is not known has none.
    """
    scale = _Scale(len(values), [*values, limits.lower if limits else None, limits.upper if limits else None], pad=0.15)
    parts = [_band(scale, limits, palette, 0)] if is_band(limits) else []
    parts.append(_path(scale, values, palette[meaning]))
    last = values[-1] if values else None
    beyond = beyond_limit(last, limits) is not None
    dot = _last(scale, values, "not_completed" if beyond else meaning) if known(last) else None
    return Spark(_svg(parts), (), dot, _say(values, reader, write))


def _is_freer_at_start(values: Sequence[float | None], target: float) -> bool:
    """Whether the line keeps farther from the target at its start than at its end: the label goes there."""
    far = [abs(v - target) if v is not None and math.isfinite(v) else 0.0 for v in values]
    third = max(len(far) // 3, 1)
    return min(far[:third], default=0.0) > min(far[-third:], default=0.0)


LABEL_HEIGHTS = tuple(float(top) for top in range(0, 78, 11))  # percent from the top at which a phase's name may stand
LABEL_TALL = 20.0


def _free_height(scale: "_Scale", values: Sequence[float | None], target: float | None, index: int) -> float:
    """Where beside its upright a phase's name meets neither the line nor the target, or is farthest from them."""
    reach = max(scale.count // 3, 1)
    near = [v for v in values[max(index - reach, 0) : index + reach] if v is not None and math.isfinite(v)]
    taken = [scale.percent_y(v) for v in near]
    if target is not None and known(target):  # its line, and its name above the line
        taken += [scale.percent_y(target), scale.percent_y(target) - LABEL_TALL]

    def room(top: float) -> float:
        return min((abs(y - (top + LABEL_TALL / 2)) for y in taken), default=100.0)

    free = (top for top in LABEL_HEIGHTS if room(top) > LABEL_TALL / 2 + 3)
    return next(free, max(LABEL_HEIGHTS, key=room))


class _Scale:
    """From measurement number and value to the SVG's box."""

    def __init__(self, count: int, seen: Sequence[float | None], pad: float, room_above: float | None = None) -> None:
        real = [float(v) for v in seen if v is not None and math.isfinite(v)] or [0.0, 1.0]
        low, high = min(real), max(real)
        room = (high - low or abs(high) or 1.0) * pad
        self.low, self.high, self.count = low - room, high + room, count
        if room_above is not None and math.isfinite(room_above):
            # a label stands above this line: a quarter of the picture is its own
            self.high = max(self.high, (room_above - 0.25 * self.low) / 0.75)

    def x(self, index: float) -> float:
        return WIDTH * index / max(self.count - 1, 1)

    def y(self, value: float) -> float:
        return HEIGHT * (self.high - value) / (self.high - self.low)

    def percent_y(self, value: float) -> float:
        return self.y(value) / HEIGHT * 100


def _band(scale: _Scale, limits: HasLimits, palette: Palette, start: int) -> str:
    top, bottom = scale.y(float(limits.upper or 0)), scale.y(float(limits.lower or 0))
    x = scale.x(max(start - 0.5, 0))
    return (
        f'<rect x="{x:.1f}" y="{top:.1f}" width="{WIDTH - x:.1f}" height="{bottom - top:.1f}" fill="{palette.band}"/>'
    )


def _level(y: float, colour: str, dash: str) -> str:
    return _line([(0, y), (WIDTH, y)], colour, 1.2, dash)


def _line(points: Sequence[tuple[float, float]], colour: str, width: float, dash: str = "") -> str:
    d = " ".join(f"{'M' if i == 0 else 'L'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(points))
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width}"{dashed} '
        'stroke-linejoin="round" stroke-linecap="round" vector-effect="non-scaling-stroke"/>'
    )


def _path(scale: _Scale, values: Sequence[float | None], colour: str) -> str:
    """The line, broken where a value is missing: a gap is a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for i, value in enumerate(values):
        if value is None or not math.isfinite(value):
            runs.append([])
        else:
            runs[-1].append((scale.x(i), scale.y(value)))
    return "".join(_line(run if len(run) > 1 else run * 2, colour, 2.4) for run in runs if run)


def _last(scale: _Scale, values: Sequence[float | None], meaning: str) -> Mark | None:
    for i in range(len(values) - 1, -1, -1):
        value = values[i]
        if value is not None and math.isfinite(value):
            return Mark(scale.x(i) / WIDTH * 100, scale.percent_y(value), "", meaning)
    return None


def _svg(parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'preserveAspectRatio="none">{"".join(parts)}</svg>'
    )


def _say(values: Sequence[Any], reader: Reader, write: Callable[[float], str]) -> str:
    real = [v for v in values if known(v)]
    if not real:
        return reader.t("No measurement yet.")
    return reader.t("{n} values, from {first} to {last}.", n=len(real), first=write(real[0]), last=write(real[-1]))
