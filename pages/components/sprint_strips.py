"""A sprint against its own team's past: completed, say/do, churn and spillover with their natural limits (R24)."""

from bisect import bisect_left
from dataclasses import replace
from itertools import islice
from operator import itemgetter
from typing import Any

import pandas as pd

from charts.limits import beyond_limit, is_band
from charts.spark import trend_strip
from core.i18n import N_
from core.reader import Reader
from core.wording_kpi import SIDE, SIGNAL
from metrics.xmr import LOCKED_FROM, TRIAL_FROM, Limits, xmr
from pages.components import data, theme
from pages.components.data import Board
from pages.components.markup import Strip
from pages.components.sprint_words import amount, is_over
from reports.figures import SprintFigures

EVERY = 100_000  # sprints: limits are locked from the first twelve there ever were, not from those in sight
SHOWN = 12
VELOCITY_OF = 6  # sprints (R20)
UNITS = {"points": "points", "counts": "count"}
STRIPS = {
    "completed": (N_("Completed"), "completed"),
    "say_do": (N_("Say/do"), "accent"),
    "churn_gross": (N_("Churn, gross"), "added"),
    "spillover": (N_("Spillover"), "neutral"),
}
RATIOS = ("say_do", "churn_gross")


Past = list[dict[str, Any]]


def past(board: Board, sprint: dict[str, Any], unit: str) -> Past:
    """The closed sprints of a board that began before this one, oldest first (metrics.sprints.TREND_COLUMNS)."""
    begun = sprint["started_at"]
    rows = closed_sprints(board, unit)
    return rows if pd.isna(begun) else rows[: bisect_left(rows, begun, key=itemgetter("started_at"))]


def closed_sprints(board: Board, unit: str) -> Past:
    """Every closed sprint of a board, oldest first; what is not known is None."""
    return data.closed_sprints(board, UNITS[unit], ("name", "started_at", *STRIPS))


def limits_of(rows: Past, name: str) -> Limits:
    """The natural limits of a figure that cannot be negative, over the sprints where it is known (R24).

    They are locked from the first of them, so the thousandth sprint costs a page no more than the twelfth.
    """
    n = sum(row[name] is not None and row[name] == row[name] for row in rows)
    there = list(islice((row for row in rows if not pd.isna(row[name])), LOCKED_FROM))
    limits = xmr([row[name] for row in there], [row["started_at"] for row in there], [], can_be_negative=False).limits[
        -1
    ]
    return replace(limits, n=n, last=n)


def with_own(before: Past, figures: SprintFigures, unit: str) -> Past:
    """The closed sprints up to this one; one that still runs is no point of the trend."""
    if not is_over(figures) or not figures.is_started:
        return before
    own = {name: (figures.ratios if name in RATIOS else figures.totals)[unit][name] for name in STRIPS}
    return [*before, {**own, "name": figures.sprint["name"], "started_at": figures.sprint["started_at"]}]


def velocity_in_words(reader: Reader, rows: Past, unit: str) -> str:
    """The mean completed of the last closed sprints, and of how many (R20)."""
    known = [row["completed"] for row in rows[-VELOCITY_OF:] if not pd.isna(row["completed"])]
    if not known:
        return reader.t("Velocity is not known: no closed sprint tells what it completed.")
    mean = round(sum(known) / len(known), 1)
    return reader.t(
        "Velocity {amount} a sprint (mean of the last {n})",
        amount=amount(reader, mean, "points") if unit == "points" else reader.t("{n} items", n=mean),
        n=len(known),
    )


def signals_in_words(reader: Reader, rows: Past) -> list[str]:
    """What stands out of the noise in the last twelve sprints, a sentence each; that nothing does (R25)."""
    said = []
    first = max(len(rows) - SHOWN, 0)
    for name, (label, _) in STRIPS.items():
        places = [i for i, row in enumerate(rows) if not pd.isna(row[name])]
        found = xmr([rows[i][name] for i in places], [rows[i]["started_at"] for i in places], [], can_be_negative=False)
        for signal in found.signals:
            sprints = [rows[places[i]]["name"] for i in signal.indexes if places[i] >= first]
            if sprints:
                span = sprints[0] if len(sprints) == 1 else f"{sprints[0]} – {sprints[-1]}"
                said.append(
                    reader.t("{figure}: {signal}, {side} ({sprints})", figure=reader.t(label), signal=reader.t(SIGNAL[signal.rule]),
                             side=reader.t(SIDE[signal.side]), sprints=span)
                )  # fmt: skip
    if not said and len(rows) >= TRIAL_FROM:
        return [reader.t("No signal: all four stay within what is usual for this team.")]
    return said or [reader.t("Fewer than {n} closed sprints: no natural limits yet.", n=TRIAL_FROM)]


def strips(reader: Reader, before: Past, figures: SprintFigures, unit: str) -> list[Strip]:
    """One strip per figure: the closed sprints up to this one; a sprint that still runs is told in figures alone."""
    return [_strip(reader, name, before, figures, unit) for name in STRIPS]


def usual(reader: Reader, before: Past, name: str) -> str:
    """The natural limits of a ratio before this sprint in words, `70 % – 95 %`; empty below six sprints."""
    limits = limits_of(before, name)
    return f"{reader.percent(limits.lower)} – {reader.percent(limits.upper)}" if is_band(limits) else ""


def _strip(reader: Reader, name: str, before: Past, figures: SprintFigures, unit: str) -> Strip:
    label, meaning = STRIPS[name]
    own = (figures.ratios if name in RATIOS else figures.totals)[unit][name]
    ended = is_over(figures)
    rows = [*before, {name: own, "started_at": figures.sprint["started_at"]}] if ended else before
    limits = limits_of(rows, name)

    def write(value: float | None) -> str:
        return reader.percent(value) if name in RATIOS else amount(reader, value, unit)

    shown = [None if pd.isna(row[name]) else float(row[name]) for row in rows[-SHOWN:]]
    spark = trend_strip(shown, reader=reader, palette=theme.current(), write=write, limits=limits, meaning=meaning)
    beyond = beyond_limit(own, limits) if ended else None
    words = {"above": reader.t("above limit"), "below": reader.t("below limit")}
    return Strip(reader.t(label), spark, write(own), words.get(beyond or "", ""))
