"""Feedback by week: how much came, how much is open, and the scores with their n (R28)."""

from datetime import date, datetime
from typing import Any

import pandas as pd

from charts.axis import day_ticks, round_step, short_number, ticks
from charts.figure import Chart, draw, known, plain
from charts.palette import Palette
from core.i18n import N_
from core.reader import Reader

ENOUGH_ANSWERS = 5  # R28: below this a score is greyed
SCORES = {"csat": N_("CSAT"), "nps": N_("NPS")}


def feedback_volume(weeks: pd.DataFrame, *, reader: Reader, palette: Palette, height: int = 320) -> Chart:
    """Pieces received each week as bars, pieces still open at its end as a line, both from zero on one axis.

    Args: weeks, one row per week in order (`metrics.feedback.feedback_weeks`): `week`, its Monday; `received` and `open` counts, null where unknown.
    """
    days = _days(weeks)
    received, still_open = _numbers(weeks["received"]), _numbers(weeks["open"])
    peak = max([v for v in (*received, *still_open) if v is not None] + [1.0])
    step = max(round_step(peak), 1.0)
    names = reader.t("received"), reader.t("still open")
    places = list(range(len(days)))
    traces = [
        {"type": "bar", "x": places, "y": received, "name": names[0], "marker": {"color": palette["committed"]}},
        {
            "type": "scatter",
            "mode": "lines",
            "x": places,
            "y": still_open,
            "name": names[1],
            "line": {"color": palette["not_completed"], "width": 2.5},
        },
    ]
    for trace, values in zip(traces, (received, still_open), strict=True):
        trace["hovertext"] = [
            f"<b>{plain(reader.t('week of {day}', day=day))}</b><br>{plain(trace['name'])} {reader.number(value)}"
            for day, value in zip(days, values, strict=True)
        ]
        trace["hovertemplate"] = "%{hovertext}<extra></extra>"
    layout = {
        "height": height,
        "margin": {"l": 4, "r": 84, "t": 12, "b": 4},
        "xaxis": _week_axis(days, reader),
        "yaxis": {"range": [0, peak * 1.06], **ticks(0, peak * 1.05, lambda v: short_number(v, reader))}
        | ({"dtick": step} if step == 1 else {}),
        "annotations": _ends(
            (still_open, names[1], "not_completed"), (received, names[0], "committed"), palette, peak, reader
        ),
    }
    return Chart(draw(traces, layout, palette), _volume_alt(days, received, still_open, reader))


def score_trend(
    weeks: pd.DataFrame, score: str, *, reader: Reader, palette: Palette, target: float | None = None, height: int = 260
) -> Chart:
    """CSAT (share of 4 and 5) or NPS by week; a week with fewer than five answers is a hollow grey point.

    Args: weeks, one row per week in order: `week` date, `csat` ratio or `nps` from -1 to 1, null without an answer, and
    `csat_n` or `nps_n` answers; score, `csat` or `nps`; target, on the same scale.
    Rule: R28.
    """
    values, counts, days = _numbers(weeks[score]), _numbers(weeks[f"{score}_n"]), _days(weeks)
    write = reader.percent if score == "csat" else lambda value: reader.number(value * 100, 0)
    few = [n is None or n < ENOUGH_ANSWERS for n in counts]
    hover = [
        f"<b>{plain(reader.t('week of {day}', day=day))}</b><br>{reader.t(SCORES[score])} "
        f"{write(value) if value is not None else reader.number(None)}  n = {reader.number(n)}"
        for day, value, n in zip(days, values, counts, strict=True)
    ]
    trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(len(days))),
        "y": values,
        "line": {"color": palette["accent"], "width": 2.5},
        "marker": {
            "size": 9,
            "color": [palette.panel if f else palette["accent"] for f in few],
            "line": {"width": 2, "color": [palette.faint if f else palette["accent"] for f in few]},
        },
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    low = 0.0 if score == "csat" else min([v for v in values if v is not None] + [0.0]) * 1.15
    high = 1.0 if score == "csat" else max([v for v in values if v is not None] + [0.1]) * 1.2
    layout: dict[str, Any] = {
        "height": height,
        "margin": {"l": 4, "r": 64, "t": 14, "b": 4},
        "xaxis": _week_axis(days, reader),
        "yaxis": {"range": [low, high * 1.04], "zeroline": score == "nps", "zerolinecolor": palette.faint}
        | ticks(low, high, write),
        "annotations": _score_end(values, counts, write, palette),
    }
    if target is not None:
        layout["shapes"] = [
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target, "y1": target}
            | {"line": {"color": palette["completed"], "width": 1, "dash": "dash"}}
        ]
    return Chart(draw([trace], layout, palette), _score_alt(score, values, counts, reader, write))


def _days(weeks: pd.DataFrame) -> list[date]:
    """The Mondays as calendar days: a naive midnight is no instant that a zone could move."""
    return [week.date() if isinstance(week, datetime) else week for week in weeks["week"]]


def _numbers(column: pd.Series) -> list[float | None]:
    return [float(v) if not pd.isna(v) else None for v in column]


def _week_axis(days: list[Any], reader: Reader) -> dict[str, Any]:
    found = day_ticks(days, reader)
    chosen = [i for i, day in enumerate(days) if day in set(found["tickvals"])]
    return found | {"tickvals": chosen, "tickangle": 0, "range": [-0.6, max(len(days), 1) - 0.4]}


def _ends(
    upper: tuple[list[float | None], str, str],
    lower: tuple[list[float | None], str, str],
    palette: Palette,
    peak: float,
    reader: Reader,
) -> list[dict[str, Any]]:
    """Both series named at their last value, pushed apart where they meet."""
    ends: list[tuple[float, str, str, float]] = []  # place, name, meaning, value
    for values, name, meaning in (upper, lower):
        known_values = [v for v in values if v is not None]
        if known_values:
            ends.append((known_values[-1], name, meaning, known_values[-1]))
    ends.sort()
    room = peak * 0.09
    if len(ends) == 2 and ends[1][0] - ends[0][0] < room:
        ends[1] = (ends[0][0] + room, *ends[1][1:])
    return [
        {
            "xref": "paper",
            "x": 1,
            "xanchor": "left",
            "xshift": 4,
            "y": place,
            "text": f"{plain(name)} {reader.number(value)}",
            "showarrow": False,
        }
        | {"font": {"size": 13, "color": palette.text[meaning]}}
        for place, name, meaning, value in ends
    ]


def _score_end(
    values: list[float | None], counts: list[float | None], write: Any, palette: Palette
) -> list[dict[str, Any]]:
    """The last score with its n; of too few answers it is grey and not bold, as its point is hollow (R28)."""
    measured = [(v, n) for v, n in zip(values, counts, strict=True) if v is not None]
    if not measured:
        return []
    last, n = measured[-1]
    value, few = plain(write(last)), n is None or n < ENOUGH_ANSWERS
    size = f'<br><span style="font-size:12px;color:{palette.muted}">n = {int(n or 0)}</span>'
    note = {"xref": "paper", "x": 1, "xanchor": "left", "align": "left", "xshift": 4, "y": last, "showarrow": False}
    return [
        note
        | {"text": (value if few else f"<b>{value}</b>") + size}
        | {"font": {"size": 14, "color": palette.muted if few else palette.ink}}
    ]


def _volume_alt(days: list[Any], received: list[float | None], still_open: list[float | None], reader: Reader) -> str:
    if not days:
        return reader.t("Feedback per week: none yet.")
    return reader.t(
        "Feedback per week over {n} weeks: {received} received in all, {open} still open at the end.",
        n=len(days),
        received=sum(v for v in received if v is not None),
        open=still_open[-1],
    )


def _score_alt(score: str, values: list[float | None], counts: list[float | None], reader: Reader, write: Any) -> str:
    measured = [(v, n) for v, n in zip(values, counts, strict=True) if known(v)]
    if not measured:
        return reader.t("{score} per week: no answers yet.", score=reader.t(SCORES[score]))
    return reader.t(
        "{score} per week: the latest is {value} of {answers} answers.",
        score=reader.t(SCORES[score]),
        value=write(measured[-1][0]),
        answers=measured[-1][1],
    )
