"""Requirement churn per sprint, against the team's own limits (R17, R24)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from charts.axis import ticks
from charts.figure import Chart, draw, key_list, known, number_labels, plain
from charts.ledger import STEP_NAMES
from charts.limits import HasLimits, beyond_limit, limit_lines
from charts.palette import Palette
from core.reader import Reader
from core.rows import rows_of

ROOMY = 6  # so many bars have room for a number each on a phone
NUMBERED = re.compile(r"(\D*)(\d+)(\D*)")
PARTS = ("added", "removed", "re_estimated")


def churn_bars(
    sprints: pd.DataFrame,
    *,
    reader: Reader,
    palette: Palette,
    limits: HasLimits | None = None,
    keys: Mapping[Any, Sequence[str]] | None = None,
    height: int = 340,
    narrow: bool = False,
) -> Chart:
    """Gross churn of each sprint as a share of what was committed, cut into added, removed and re-estimated.

    Args: sprints, one row per sprint in order, in *points* (`metrics.churn.churn` with unit `points`): `sprint_id`, `name`
    str, `committed`, `added`, `removed` float, `churn_gross` ratio, null where not known. What gross churn holds beyond
    added and removed is the sum of |re-estimated| (R17). limits, natural limits of the ratio; keys, changed item keys per
    sprint id, for the hover; narrow, for a phone: of many bars only the highest and those beyond the limit carry
    their number; all stand in the table.
    Returns: the chart; a bar's `customdata` is its sprint id. Empty input gives an empty chart that says so.
    Raises: ValueError where the parts are more than the whole: figures in counts, of which an item can be in two.
    Rule: R17, R24.
    """
    rows = rows_of(sprints)
    places = list(range(len(rows)))
    prefix, names = split_names([str(row["name"]) for row in rows])
    if narrow and not prefix:
        prefix, names = split_numbers(names)
    traces = [_part(part, rows, places, reader, palette, keys or {}) for part in PARTS]
    heights = [float(row["churn_gross"]) if known(row["churn_gross"]) else 0.0 for row in rows]
    peak = max(
        [*heights, float(limits.upper) if limits and limits.upper is not None and known(limits.upper) else 0.0, 0.1]
    )
    lines, notes = limit_lines(limits, reader, palette, reader.percent)
    traces.append(_totals(rows, reader, palette, limits, narrow))
    notes += _series_labels(rows, reader, palette)
    layout = {
        "height": height,
        "barmode": "stack",
        "margin": {"l": 4, "r": 96, "t": 30, "b": 4},
        "xaxis": {
            "tickmode": "array",
            "tickvals": places,
            "ticktext": [plain(name) for name in names],
            "range": [-0.6, len(rows) - 0.4],
            "tickangle": 0,
            "title": {"text": plain(prefix), "font": {"size": 13, "color": palette.muted}, "standoff": 6},
        },
        "yaxis": {"range": [0, peak * 1.1], **ticks(0, peak * 1.08, reader.percent)},
        "shapes": lines,
        "annotations": notes,
    }
    return Chart(draw(traces, layout, palette), _alt(rows, limits, reader))


def split_numbers(names: Sequence[str]) -> tuple[str, list[str]]:
    """Names that differ by their number alone, as 第1迭代 and 第2迭代: 第…迭代 under the axis, the numbers at the ticks."""
    found = [NUMBERED.fullmatch(name) for name in names]
    around = {(one[1], one[3]) for one in found if one}
    if len(names) < 2 or len(around) != 1 or not all(found):
        return "", list(names)
    before, after = around.pop()
    return f"{before}…{after}", [one[2] for one in found if one]


def split_names(names: Sequence[str]) -> tuple[str, list[str]]:
    """What all names begin with (whole words), and what tells each apart: it stands under the axis, these at the ticks."""
    if len(names) < 2:
        return "", list(names)
    words = [name.split(" ") for name in names]
    shared = 0
    while all(len(own) > shared + 1 and own[shared] == words[0][shared] for own in words):
        shared += 1
    rests = [" ".join(own[shared:]) for own in words]
    return " ".join(words[0][:shared]), [rest if len(rest) <= 12 else rest[:11] + "…" for rest in rests]


def _part(
    part: str,
    rows: list[dict[Any, Any]],
    places: list[int],
    reader: Reader,
    palette: Palette,
    keys: Mapping[Any, Sequence[str]],
) -> dict[str, Any]:
    shares = [_shares(row)[part] for row in rows]
    hover = []
    for row, share in zip(rows, shares, strict=True):
        points = None if share is None else share * row["committed"]
        text = f"<b>{plain(row['name'])}</b><br>{reader.t(STEP_NAMES[part])} {reader.number(points)}"
        listed = keys.get(row["sprint_id"], ())
        hover.append(text + (f"<br>{key_list(listed, reader)}" if listed else ""))
    return {
        "type": "bar",
        "name": reader.t(STEP_NAMES[part]),
        "x": places,
        "y": shares,
        "customdata": [row["sprint_id"] for row in rows],
        "hovertext": hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"color": palette[part]},
        "unselected": {"marker": {"opacity": 0.4}},
    }


def _shares(row: Mapping[Any, Any]) -> dict[str, float | None]:
    """What each part is of the committed points; null throughout where gross churn is not known."""
    if not known(row["churn_gross"]):
        return dict.fromkeys(PARTS)
    added, removed = row["added"] / row["committed"], row["removed"] / row["committed"]
    rest = row["churn_gross"] - added - removed
    if rest < -1e-6:
        raise ValueError(
            f"sprint {row['sprint_id']}: added and removed are more than gross churn; give figures in points"
        )
    return {"added": added, "removed": removed, "re_estimated": max(rest, 0.0)}


def _totals(
    rows: list[dict[Any, Any]], reader: Reader, palette: Palette, limits: HasLimits | None, narrow: bool
) -> dict[str, Any]:
    """Gross churn above each bar; beyond the upper limit with a triangle and in the colour of an alarm."""
    texts, colours = [], []
    highest = max((float(row["churn_gross"]) for row in rows if known(row["churn_gross"])), default=0.0)
    for row in rows:
        ratio = row["churn_gross"]
        beyond = beyond_limit(ratio, limits) == "above"
        text = reader.percent(ratio if known(ratio) else None)
        has_room = not narrow or len(rows) <= ROOMY or ratio == highest
        texts.append(f"<b>▲ {text}</b>" if beyond else text if has_room else "")
        colours.append(palette.text["not_completed"] if beyond else palette.muted)
    tops = [float(row["churn_gross"]) if known(row["churn_gross"]) else 0.0 for row in rows]
    return number_labels(tops, texts, colours, palette, size=12)


def _series_labels(rows: list[dict[Any, Any]], reader: Reader, palette: Palette) -> list[dict[str, Any]]:
    """The three names above the bars, each beside its colour, in the order of the stack: closer than a legend."""
    if not rows:
        return []
    words = [
        f'<span style="color:{palette[part]}">■</span> <span style="color:{palette.text[part]}">'
        f"{plain(reader.t(STEP_NAMES[part]))}</span>"
        for part in PARTS
    ]
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 6}
    return [place | {"text": "   ".join(words), "showarrow": False, "font": {"size": 13}}]


def _alt(rows: list[dict[Any, Any]], limits: HasLimits | None, reader: Reader) -> str:
    measured = [row for row in rows if known(row["churn_gross"])]
    if not measured:
        return reader.t("Churn per sprint: nothing measured yet.")
    last = measured[-1]
    alt = reader.t(
        "Churn per sprint over {n} sprints; the latest, {name}, has {churn}.",
        n=len(measured),
        name=str(last["name"]),
        churn=reader.percent(last["churn_gross"]),
    )
    if limits and limits.upper is not None:
        alt += " " + reader.t("The natural upper limit is {limit}.", limit=reader.percent(limits.upper))
    return alt
