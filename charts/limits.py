"""Natural limits and targets as labelled lines (R24): shared by churn, KPI charts and sparklines."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeGuard

from charts.figure import known, plain
from charts.palette import Palette
from core.reader import Reader


class HasLimits(Protocol):
    """Natural limits as `metrics.xmr.Limits` has them: null on a side that has none. Rule: R24."""

    @property
    def lower(self) -> float | None: ...
    @property
    def centre(self) -> float | None: ...
    @property
    def upper(self) -> float | None: ...


@dataclass(frozen=True)
class Limits:
    """Natural limits by themselves, where they come as columns of a frame."""

    lower: float | None = None
    centre: float | None = None
    upper: float | None = None


def is_band(limits: HasLimits | None) -> TypeGuard[HasLimits]:
    """Whether there are limits on both sides to draw a band between."""
    return limits is not None and known(limits.lower) and known(limits.upper)


def beyond_limit(value: float | None, limits: HasLimits | None) -> str | None:
    """`above` or `below` where a value lies outside its natural limits, else None (R25, first rule)."""
    if value is None or limits is None or not known(value):
        return None
    if limits.upper is not None and known(limits.upper) and value > limits.upper:
        return "above"
    return "below" if limits.lower is not None and known(limits.lower) and value < limits.lower else None


@dataclass(frozen=True)
class Phase:
    """A stretch between two releases or re-baselines: from when, why (somebody's words), and its own limits."""

    start: Any
    reason: str = ""
    limits: HasLimits | None = None


def limit_lines(
    limits: HasLimits | None, reader: Reader, palette: Palette, write: Callable[[float], str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Shapes and annotations of horizontal limit lines that cross the whole plot, labelled at the right edge."""
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    if limits is None:
        return shapes, notes
    if is_band(limits):
        band = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": limits.lower, "y1": limits.upper}
        shapes.append(band | {"fillcolor": palette.band, "line": {"width": 0}, "layer": "below"})
    named = (
        (limits.upper, reader.t("upper limit"), "dash"),
        (limits.centre, reader.t("mean"), "dot"),
        (limits.lower if limits.lower else None, reader.t("lower limit"), "dash"),
    )
    for value, name, dash in named:
        if value is not None and known(value):
            shapes.append(level(value, palette.muted, dash))
            notes.append(level_label(value, f"{name}<br>{plain(write(value))}", palette.muted))
    return shapes, notes


def level(value: float, colour: str, dash: str) -> dict[str, Any]:
    """A horizontal line over the whole plot."""
    line = {"color": colour, "width": 1, "dash": dash}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": line}


def level_label(value: float, text: str, colour: str) -> dict[str, Any]:
    """A line's name at the right edge of the plot; `text` is already escaped."""
    return {
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 6,
        "y": value,
        "yanchor": "middle",
        "align": "left",
        "text": text,
        "showarrow": False,
        "font": {"size": 12, "color": colour},
    }
