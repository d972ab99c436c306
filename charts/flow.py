"""Flow as pictures: how long items took, how old the open ones are, where they pile up."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from charts.axis import day_axis
from charts.figure import Chart, draw, plain
from charts.palette import Palette
from core.i18n import N_
from core.reader import Reader

MOST_POINTS = 1000
MOST_BARS = 20
BANDS = {
    "done": (N_("done"), "completed"),
    "in_progress": (N_("in progress"), "accent"),
    "todo": (N_("waiting"), "removed"),
}


def time_scatter(
    items: pd.DataFrame,
    column: str,
    percentiles: Mapping[float, float],
    *,
    reader: Reader,
    palette: Palette,
    name: str,
    height: int = 320,
    narrow: bool = False,
) -> Chart:
    """Each finished item as a point at its day, its cycle or lead time as height; percentiles as labelled lines.

    Args: items, rows of FlowFigures.finished; column, cycle_days or lead_days; percentiles, share -> days, of all items;
    name, what the height is, in words; narrow, for a phone. No more than MOST_POINTS are drawn, the newest: say so beside the picture.
    """
    there = items[items[column].notna()].sort_values("done_at").tail(MOST_POINTS)
    zone = ZoneInfo(reader.zone)
    x = [at.astimezone(zone).replace(tzinfo=None) for at in there["done_at"]]
    rows = zip(there["key"], there[column], x, strict=True)
    points = {
        "type": "scatter", "mode": "markers", "x": x, "y": there[column].tolist(),
        "marker": {"color": palette["accent"], "size": 8, "opacity": 0.65, "line": {"width": 0}},
        "customdata": there["key"].tolist(),
        "hovertext": [f"<b>{plain(key)}</b>  {_days(value, reader)}<br>{reader.day(at.date())}" for key, value, at in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
    top = max([*there[column].tolist(), *percentiles.values(), 1.0])
    layout: dict[str, Any] = {
        "height": height,
        "margin": {"l": 4, "r": 92, "t": 12, "b": 4},
        "xaxis": day_axis(reader, narrow),
        "yaxis": {"range": [0, top * 1.06], "nticks": 6},
    }
    lines, labels = _levels(percentiles, reader, palette, top)
    layout |= {"shapes": lines, "annotations": labels}
    said = ", ".join(f"{reader.percent(share)} ≤ {_days(days, reader)}" for share, days in percentiles.items())
    alt = reader.t(
        "{name} of {n} finished items: {said}.", name=name, n=int(items[column].notna().sum()), said=said or "–"
    )
    return Chart(draw([points], layout, palette), alt)


def ageing_bars(ageing: pd.DataFrame, percentiles: Mapping[float, float], *, reader: Reader, palette: Palette) -> Chart:
    """Items being worked on as bars by their age, the oldest first, against the percentiles of finished items' cycle times.

    Args: ageing, FlowFigures.ageing; the MOST_BARS oldest are drawn.
    """
    shown = ageing.head(MOST_BARS).iloc[::-1]
    colours = [palette["not_completed"] if beyond >= 0.85 else palette["added"] if beyond >= 0.5 else palette["committed"]
               for beyond in shown["beyond"].fillna(0)]  # fmt: skip
    ages = shown["age_days"].tolist()
    bars = {
        "type": "bar", "orientation": "h", "x": ages, "y": [plain(key) for key in shown["key"]],
        "marker": {"color": colours}, "customdata": shown["key"].tolist(),
        "text": [_days(age, reader) for age in ages], "textposition": "auto", "textfont": {"size": 12},
        "hovertext": [
            f"<b>{plain(key)}</b> {plain(title)}<br>{_days(age, reader)}"
            for key, title, age in zip(shown["key"], shown["title"].fillna(""), ages, strict=True)
        ],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
    top = max([*ages, *percentiles.values(), 1.0])
    lines = [
        {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": days, "x1": days,
         "line": {"color": palette.muted, "width": 1, "dash": "dash"}}
        for days in percentiles.values()
    ]  # fmt: skip
    labels = [
        {"yref": "paper", "y": 1, "yanchor": "bottom", "x": days, "text": reader.percent(share), "showarrow": False,
         "font": {"size": 12, "color": palette.muted}}
        for share, days in _apart(percentiles, top * 0.06).items()
    ]  # fmt: skip
    layout = {
        "height": max(140, 44 + 26 * len(shown)),
        "margin": {"l": 4, "r": 12, "t": 26, "b": 4},
        "xaxis": {"range": [0, top * 1.06], "nticks": 6, "showgrid": True, "gridcolor": palette.line},
        "yaxis": {"showgrid": False, "type": "category", "ticksuffix": "  "},
        "shapes": lines,
        "annotations": labels,
    }
    oldest = ageing.iloc[0] if len(ageing) else None
    alt = reader.t("No item is being worked on with a recorded start.") if oldest is None else reader.t(
        "{n} items being worked on; the oldest, {key}, for {days}.", n=len(ageing), key=oldest["key"],
        days=_days(float(oldest["age_days"]), reader),
    )  # fmt: skip
    return Chart(draw([bars], layout, palette), alt)


def cumulative_bands(
    days: pd.DataFrame, *, reader: Reader, palette: Palette, height: int = 300, narrow: bool = False
) -> Chart:
    """Cumulative flow: done, in progress and waiting as bands on top of each other, day by day."""
    x = [day.to_pydatetime() for day in days["day"]]
    traces = []
    level = 0.0
    notes = []
    room = float(days[list(BANDS)].sum(axis=1).max() or 1) * 0.06 if len(days) else 1.0
    last_place = -room
    for name, (word, meaning) in BANDS.items():
        counts = days[name].tolist()
        hover = [
            f"<b>{reader.day(day.date())}</b><br>{plain(reader.t(word))} {reader.number(n)}"
            for day, n in zip(x, counts, strict=True)
        ]
        traces.append(
            {
                "type": "scatter", "mode": "lines", "stackgroup": "all", "x": x, "y": counts, "hovertext": hover,
                "hovertemplate": "%{hovertext}<extra></extra>", "line": {"width": 0.5, "color": palette[meaning]},
                "fillcolor": palette[meaning],
            }
        )  # fmt: skip
        if counts:
            place = max(level + counts[-1] / 2, last_place + room)
            last_place, level = place, level + counts[-1]
            notes.append(
                {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "y": place, "yanchor": "middle",
                 "text": f"{plain(reader.t(word))} {reader.number(counts[-1])}", "showarrow": False,
                 "font": {"size": 13, "color": palette.ink}}
            )  # fmt: skip
    layout = {
        "height": height,
        "margin": {"l": 4, "r": 104, "t": 12, "b": 4},
        "xaxis": day_axis(reader, narrow),
        "yaxis": {"nticks": 5},
        "annotations": notes,
    }
    last = days.iloc[-1] if len(days) else dict.fromkeys(BANDS, 0)
    parts = ", ".join(f"{reader.t(word)} {reader.number(int(last[name]))}" for name, (word, _) in BANDS.items())
    return Chart(
        draw(traces, layout, palette),
        reader.t("Cumulative flow of {n} days; at the end: {parts}.", n=len(days), parts=parts),
    )


def throughput_bars(
    periods: Sequence[tuple[datetime, int]], *, reader: Reader, palette: Palette, chosen: datetime, height: int = 280
) -> Chart:
    """Items finished in each period, the chosen one in colour. Args: periods, (begin, finished), oldest first."""
    x = [reader.day(begin) for begin, _ in periods]
    counts = [count for _, count in periods]
    bars = {
        "type": "bar", "x": list(range(len(x))), "y": counts, "text": [reader.number(n) for n in counts], "textposition": "outside",
        "cliponaxis": False, "customdata": [begin.isoformat() for begin, _ in periods],
        "marker": {"color": [palette["completed"] if begin == chosen else palette["committed"] for begin, _ in periods]},
        "hoverinfo": "skip",
    }  # fmt: skip
    every = max(1, -(-len(x) // 6))
    ticks = [i for i in range(len(x)) if (len(x) - 1 - i) % every == 0]
    layout = {
        "height": height,
        "margin": {"l": 4, "r": 4, "t": 22, "b": 4},
        "xaxis": {"tickmode": "array", "tickvals": ticks, "ticktext": [x[i] for i in ticks]},
        "yaxis": {"range": [0, max([*counts, 1]) * 1.12], "showticklabels": False, "nticks": 4},
    }
    alt = reader.t(
        "Items finished in each of {n} periods; in the last {last}.", n=len(x), last=counts[-1] if counts else None
    )
    return Chart(draw([bars], layout, palette), alt)


def _levels(
    percentiles: Mapping[float, float], reader: Reader, palette: Palette, top: float
) -> tuple[list[Any], list[Any]]:
    lines = [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": days, "y1": days,
         "line": {"color": palette.muted, "width": 1, "dash": "dash"}}
        for days in percentiles.values()
    ]  # fmt: skip
    labels = [
        {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "y": place, "yanchor": "middle", "align": "left",
         "text": f"{reader.percent(share)} · {_days(percentiles[share], reader)}", "showarrow": False,
         "font": {"size": 12, "color": palette.muted}}
        for share, place in _apart(percentiles, top * 0.065).items()
    ]  # fmt: skip
    return lines, labels


def _apart(percentiles: Mapping[float, float], room: float) -> dict[float, float]:
    """Places for labels at these values, moved up where they would stand on each other."""
    places: dict[float, float] = {}
    last = -room
    for share, days in sorted(percentiles.items()):
        last = max(days, last + room)
        places[share] = last
    return places


def _days(days: float, reader: Reader) -> str:
    return reader.t("{n} d", n=reader.number(days, 1))
