"""A sprint against its own team's past: completed, say/do, churn and spillover with their natural limits (R24)."""

from typing import Any

import pandas as pd

from charts.limits import beyond_limit, is_band
from charts.spark import trend_strip
from core.i18n import N_
from core.reader import Reader
from metrics.xmr import Limits, xmr
from pages.components import data, theme
from pages.components.data import Board
from pages.components.markup import Strip
from pages.components.sprint_words import amount, is_over
from reports.figures import SprintFigures

EVERY = 100_000  # sprints: limits are locked from the first twelve there ever were, not from those in sight
SHOWN = 12
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
    return rows if pd.isna(begun) else [row for row in rows if row["started_at"] < begun]


def closed_sprints(board: Board, unit: str) -> Past:
    """Every closed sprint of a board, oldest first."""
    trend = data.trend(board, last=EVERY)
    names = ["unit", "state", "started_at", *STRIPS]
    rows = zip(*(trend[name].tolist() for name in names), strict=True)
    told = (dict(zip(names, row, strict=True)) for row in rows)
    return [row for row in told if row["unit"] == UNITS[unit] and row["state"] == "closed"]


def limits_of(rows: Past, name: str) -> Limits:
    """The natural limits of a figure that cannot be negative, over the sprints where it is known (R24)."""
    there = [row for row in rows if not pd.isna(row[name])]
    values, dates = [row[name] for row in there], [row["started_at"] for row in there]
    return xmr(values, dates, [], can_be_negative=False).limits[-1]


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
