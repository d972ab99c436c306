"""A sprint's burn-up: scope and completed as lines, the ideal pace dashed, one step a working day."""

from typing import Any

import pandas as pd

from charts.axis import day_ticks
from charts.figure import Chart, draw, known, plain
from charts.palette import Palette
from core.i18n import N_
from core.reader import Reader

LINES = {
    "ideal": (N_("ideal pace"), "muted", "dot", 1.5),
    "scope": (N_("scope"), "committed", "solid", 2.5),
    "completed": (N_("completed"), "completed", "solid", 3.0),
}
SHOWN = ("scope", "completed")


def burnup_chart(
    rows: pd.DataFrame, *, reader: Reader, palette: Palette, unit: str = "", height: int = 300, narrow: bool = False
) -> Chart:
    """The burn-up of one unit.

    Args: rows, metrics.burnup.BURNUP_COLUMNS of one unit; unit, in words; narrow, for a phone. Days off on which nothing moved are left out.
    Returns: the chart, its lines named at their ends.
    """
    shown = drawn_days(rows)
    at = list(range(len(shown)))
    days = [day.to_pydatetime() for day in shown["day"]]
    traces: list[dict[str, Any]] = []
    ends: list[tuple[float, int, str, str]] = []
    top = max([float(value) for name in LINES for value in shown[name] if known(value)] + [1.0])
    for name, (word, meaning, dash, width) in LINES.items():
        values = [float(value) if known(value) else None for value in shown[name]]
        colour = palette.muted if meaning == "muted" else palette[meaning]
        hover = [_hover(reader, day, reader.t(word), value, unit) for day, value in zip(days, values, strict=True)]
        traces.append(
            {
                "type": "scatter", "mode": "lines", "x": at, "y": values, "hovertext": hover,
                "hovertemplate": "%{hovertext}<extra></extra>",
                "line": {"color": colour, "width": width, "dash": dash, "shape": "linear" if name == "ideal" else "hv"},
            }
        )  # fmt: skip
        end = next((i for i in reversed(at) if values[i] is not None), None)
        if end is not None:
            value = values[end] or 0.0
            text = f"{plain(reader.t(word))} {reader.number(value, 1)}"
            ends.append((value, end, text, palette.muted if name == "ideal" else palette.ink))
    ticks = day_ticks(days, reader, count=3 if narrow else 6)
    layout = {
        "height": height,
        "margin": {"l": 4, "r": 118, "t": 12, "b": 4},
        "xaxis": {
            **ticks,
            "tickangle": 0,
            "tickvals": [days.index(day) for day in ticks["tickvals"]],
            "range": [-0.3, max(len(at) - 1, 1) + 0.1],
        },
        "yaxis": {"range": [0, top * 1.08], "nticks": 5},
        "annotations": _names(ends, top * 0.075),
    }
    return Chart(draw(traces, layout, palette), _alt(shown, unit, reader))


def drawn_days(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a day that is drawn: working days, the first and last one, and days off on which something moved."""
    last_of_day = rows.drop_duplicates("day", keep="last") if len(rows) else rows
    first = rows.head(1)
    shown = pd.concat([first, last_of_day], ignore_index=True).drop_duplicates("at") if len(rows) else rows
    values = shown[list(SHOWN)]
    moved = (values.ne(values.shift()) & ~(values.isna() & values.shift().isna())).any(axis=1)
    keep = shown["is_working_day"] | moved
    if len(shown):
        keep.iloc[0] = True
        real = shown["scope"].notna() | shown["completed"].notna()
        if real.any():
            keep.iloc[int(real.to_numpy().nonzero()[0][-1])] = True
    return shown[keep].reset_index(drop=True)


def _names(ends: list[tuple[float, int, str, str]], room: float) -> list[dict[str, Any]]:
    """The lines' names at their ends, in the order of their values, none upon another."""
    notes, last = [], -room
    for value, x, text, colour in sorted(ends):
        last = max(value, last + room)
        notes.append(
            {
                "x": x, "xanchor": "left", "xshift": 8, "y": last, "yanchor": "middle", "text": text, "showarrow": False,
                "font": {"size": 13, "color": colour},
            }
        )  # fmt: skip
    return notes


def _hover(reader: Reader, day: Any, word: str, value: float | None, unit: str) -> str:
    return f"<b>{reader.day(day.date())}</b><br>{plain(word)} {reader.number(value, 1)} {plain(unit)}".rstrip()


def _alt(rows: pd.DataFrame, unit: str, reader: Reader) -> str:
    real = rows[rows["completed"].notna()]
    if real.empty:
        return reader.t("Burn-up: not known.")
    first, last = real.iloc[0], real.iloc[-1]
    return reader.t(
        "Burn-up ({unit}): scope from {first} to {last}, completed {done} by {day}.", unit=unit or "–",
        first=float(first["scope"]), last=float(last["scope"]), done=float(last["completed"]), day=reader.day(last["day"].date()),
    )  # fmt: skip
