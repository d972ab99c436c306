"""How sure it is that the rest will be done by each day to come (R22)."""

from typing import Any

from charts.axis import day_axis
from charts.figure import Chart, draw
from charts.palette import Palette
from core.reader import Reader
from metrics.forecast import Forecast


def forecast_curve(
    forecast: Forecast, *, reader: Reader, palette: Palette, height: int = 260, narrow: bool = False
) -> Chart:
    """The share of the trials that are done by each day, with the stated shares marked and named by their day; narrow, for a phone."""
    x, y = [day for day, _ in forecast.curve], [share * 100 for _, share in forecast.curve]
    hover = [
        reader.t("{share} by {day}", share=reader.percent(share), day=reader.day(day)) for day, share in forecast.curve
    ]
    line = {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "hovertext": hover, "hovertemplate": "%{hovertext}<extra></extra>",
        "line": {"color": palette["accent"], "width": 2.5}, "fill": "tozeroy", "fillcolor": palette.tint["accent"],
    }  # fmt: skip
    told = [
        (share, day) for share, day in zip(forecast.frame["share"], forecast.frame["day"], strict=True) if day == day
    ]
    marks = {
        "type": "scatter", "mode": "markers+text", "x": [day for _, day in told], "y": [share * 100 for share, _ in told],
        "text": [f"<b>{reader.day(day.date())}</b>" for _, day in told], "textposition": "top left",
        "textfont": {"size": 13, "color": palette.ink}, "marker": {"color": palette["accent"], "size": 10},
        "cliponaxis": False, "hoverinfo": "skip",
    }  # fmt: skip
    layout: dict[str, Any] = {
        "height": height,
        "margin": {"l": 4, "r": 12, "t": 26, "b": 4},
        "xaxis": day_axis(reader, narrow),
        "yaxis": {
            "range": [0, 104],
            "tickvals": [0, 50, 85, 95],
            "ticktext": [reader.percent(n / 100) for n in (0, 50, 85, 95)],
        },
    }
    said = "; ".join(
        reader.t("{share} by {day}", share=reader.percent(share), day=reader.day(day.date())) for share, day in told
    )
    return Chart(
        draw([line, marks], layout, palette),
        reader.t("Forecast for {n} items: {said}.", n=forecast.remaining, said=said or "–"),
    )
