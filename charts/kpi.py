"""One KPI over time: phases with their natural limits, the baseline and the target as labelled lines (R23 to R26)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import pandas as pd

from charts.axis import day_axis, ticks
from charts.figure import Chart, draw, known, plain
from charts.limits import Limits, Phase, is_band, level, level_label
from charts.palette import Palette
from core.reader import Reader
from core.rows import rows_of

SIGNALS = ("is_beyond_limit", "is_run_of_eight", "is_three_of_four")


def kpi_chart(
    series: pd.DataFrame,
    *,
    reader: Reader,
    palette: Palette,
    write: Callable[[float], str],
    unit: str | None = None,
    phases: Sequence[Phase] | None = None,
    baseline: float | None = None,
    target: float | None = None,
    height: int = 360,
    narrow: bool = False,
) -> Chart:
    """Every measurement, the limits of each phase, and where the target lies.

    Args: series, one row per measurement in order of time, as `metrics.kpi.kpi_series` gives them: `at` instant, `value`
    float in the canonical unit, optionally `is_beyond_limit`, `is_run_of_eight`, `is_three_of_four` bool (R25), `remark`
    str, and the columns of `phases_of`; write, puts a value into words with its unit; unit, the canonical unit (`s` makes
    ticks at minutes and hours); phases, by default those of the series; baseline, target, canonical or null; narrow, for a phone.
    Rule: R23 to R26.
    """
    rows = series.dropna(subset=["value"])
    phases = phases_of(series) if phases is None else phases
    days = [_local(at, reader) for at in rows["at"]]
    starts = [_local(phase.start, reader) for phase in phases]
    values = [float(value) for value in rows["value"]]
    ends = [*starts[1:], days[-1] if days else None][: len(starts)]
    shapes, notes = _phases(phases, starts, ends, palette)
    rows_of_names = stagger(notes, days, 220 if narrow else 640)
    for value, name, colour in (
        (baseline, reader.t("baseline"), palette.muted),
        (target, reader.t("target"), palette.text["completed"]),
    ):
        if value is not None and known(value):
            shapes.append(level(value, palette["completed"] if value == target else palette["neutral"], "dash"))
            notes.append(level_label(value, f"{name}<br>{plain(write(value))}", colour))
    low, high = _span(values, phases, baseline, target)
    layout = {
        "height": height,
        "margin": {"l": 4, "r": 66 if narrow else 92, "t": 10 + 16 * rows_of_names, "b": 4},
        "xaxis": day_axis(reader, narrow),
        "yaxis": {"range": [low, high], **ticks(low, high, write, unit=unit)},
        "shapes": shapes,
        "annotations": spread(notes, low, high, height),
    }
    return Chart(
        draw(_traces(rows, days, values, reader, palette, write), layout, palette), _alt(values, target, reader, write)
    )


def phases_of(series: pd.DataFrame) -> list[Phase]:
    """The phases of a KPI's series, in order; none where it has no phase columns.

    Args: series, columns `at`, `phase`, `phase_begins_at` (null before the first), `phase_reason`, `lower`, `centre`, `upper`.
    """
    if "phase" not in series:
        return []
    firsts = rows_of(series.drop_duplicates("phase"))
    return [
        Phase(
            start=row["at"] if pd.isna(row["phase_begins_at"]) else row["phase_begins_at"],
            reason=row["phase_reason"] if isinstance(row["phase_reason"], str) else "",
            limits=Limits(row["lower"], row["centre"], row["upper"]),
        )
        for row in firsts
    ]


def phase_places(series: pd.DataFrame) -> list[tuple[int, str]]:
    """The phases for a sparkline: the position of each first measurement, and its reason."""
    if "phase" not in series:
        return []
    starts = (~series["phase"].duplicated()).to_numpy().nonzero()[0]
    reasons = series["phase_reason"].tolist()
    return [(int(i), reasons[i] if isinstance(reasons[i], str) else "") for i in starts]


def stagger(notes: list[dict[str, Any]], days: Sequence[Any], width: int) -> int:
    """Names of phases that would lie on each other, each put in a row of its own above the plot, and kept inside it.

    Args: notes, with `x` instants in order; days, of the measurements, which span the plot; width, of the plot in pixels.
    Returns: the number of rows, at least one.
    """
    if not notes or len(days) < 2:
        return 1
    ends: list[float] = []  # where the last name of each row ends, in pixels
    for note in notes:
        half = _width(note["text"]) / 2
        centre = (note["x"] - days[0]) / (days[-1] - days[0]) * width
        middle = min(max(centre, half), width - half)
        row = next((i for i, end in enumerate(ends) if middle - half >= end + 8), len(ends))
        ends[row : row + 1] = [middle + half]
        note |= {"xshift": middle - centre, "yshift": 16 * row}
    return len(ends)


def _width(text: str) -> float:
    """About how many pixels a name of size 12 takes: a Chinese letter is twice as wide as a Latin one."""
    return sum(12.0 if ord(letter) > 0x2E7F else 6.6 for letter in text)


def spread(notes: list[dict[str, Any]], low: float, high: float, height: int) -> list[dict[str, Any]]:
    """Right-edge labels pushed apart where two lines lie closer than a label is tall."""
    edge = sorted((note for note in notes if note.get("xref") == "paper"), key=lambda note: note["y"])
    room = (high - low) * 36 / max(height - 60, 1)
    for lower, upper in pairwise(edge):
        lowest = lower.get("_y", lower["y"]) + room
        if upper["y"] < lowest:
            upper["_y"] = lowest
    for note in edge:
        note["y"] = note.pop("_y", note["y"])
    return notes


def _local(at: Any, reader: Reader) -> Any:
    """An instant as the wall clock of the project's zone shows it: Plotly knows no zones (R2)."""
    return reader.local(at).replace(tzinfo=None) if isinstance(at, datetime) and at.tzinfo else at


def _span(
    values: Sequence[float], phases: Sequence[Phase], baseline: float | None, target: float | None
) -> tuple[float, float]:
    """The axis: from zero where everything is positive and zero is near, else a little around the data."""
    seen = [*values, *(v for v in (baseline, target) if v is not None and known(v))]
    for phase in phases:
        if phase.limits:
            seen += [v for v in (phase.limits.lower, phase.limits.upper) if v is not None and known(v)]
    if not seen:
        return 0.0, 1.0
    low, high = min(seen), max(seen)
    pad = (high - low or abs(high) or 1.0) * 0.1
    return (0.0 if 0 <= low <= high * 0.5 else low - pad), high + pad


def _traces(
    rows: pd.DataFrame,
    days: list[Any],
    values: list[float],
    reader: Reader,
    palette: Palette,
    write: Callable[[float], str],
) -> list[dict[str, Any]]:
    signals = rows[[name for name in SIGNALS if name in rows]].any(axis=1).tolist()
    notes = list(rows["remark"]) if "remark" in rows else [""] * len(values)
    hover = [
        f"<b>{plain(write(value))}</b>  {plain(reader.day(day.date() if isinstance(day, datetime) else day, with_year=True))}"
        + (f"<br>{plain(note)}" if isinstance(note, str) and note else "")
        for day, value, note in zip(days, values, notes, strict=True)
    ]
    trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": days,
        "y": values,
        "line": {"color": palette["accent"], "width": 2.5},
        "marker": {
            "color": [palette["not_completed"] if s else palette["accent"] for s in signals],
            "opacity": 1,
            "symbol": ["diamond" if s else "circle" for s in signals],
            "size": [11 if s else 6 for s in signals],
        },
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return [trace] if values else []


def _phases(
    phases: Sequence[Phase], starts: Sequence[Any], ends: Sequence[Any], palette: Palette
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for i, (phase, start, end) in enumerate(zip(phases, starts, ends, strict=True)):
        stretch = {"x0": start, "x1": end}
        if is_band(phase.limits) and end is not None:
            band = {"type": "rect", **stretch, "y0": phase.limits.lower, "y1": phase.limits.upper}
            shapes.append(band | {"fillcolor": palette.band, "line": {"width": 0}, "layer": "below"})
            centre = {"type": "line", **stretch, "y0": phase.limits.centre, "y1": phase.limits.centre}
            shapes.append(centre | {"line": {"color": palette["neutral"], "width": 1, "dash": "dot"}, "layer": "below"})
        if i and phase.reason:
            upright = {"type": "line", "x0": start, "x1": start, "yref": "paper", "y0": 0, "y1": 1}
            shapes.append(upright | {"line": {"color": palette.muted, "width": 1, "dash": "dot"}})
            notes.append(
                {
                    "x": start,
                    "yref": "paper",
                    "y": 1,
                    "yanchor": "bottom",
                    "text": plain(phase.reason),
                    "showarrow": False,
                    "font": {"size": 12, "color": palette.muted},
                }
            )
    return shapes, notes


def _alt(values: Sequence[float], target: float | None, reader: Reader, write: Callable[[float], str]) -> str:
    if not values:
        return reader.t("No measurement yet.")
    return reader.t(
        "{n} measurements, from {first} to {last}; target {target}.",
        n=len(values),
        first=write(values[0]),
        last=write(values[-1]),
        target=write(target) if target is not None and known(target) else None,
    )
