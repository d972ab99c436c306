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


def past(board: Board, sprint: dict[str, Any], unit: str) -> pd.DataFrame:
    """The closed sprints of a board that began before this one, oldest first (metrics.sprints.TREND_COLUMNS)."""
    trend = data.trend(board, last=EVERY)
    closed = trend[(trend["unit"] == UNITS[unit]) & (trend["state"] == "closed")]
    begun = sprint["started_at"]
    return closed if pd.isna(begun) else closed[closed["started_at"] < begun]


def limits_of(values: "pd.Series[Any]", dates: "pd.Series[Any]") -> Limits:
    """The natural limits of a figure that cannot be negative, over the sprints where it is known (R24)."""
    there = values.notna()
    return xmr(values[there].tolist(), dates[there].tolist(), [], can_be_negative=False).limits[-1]


def strips(reader: Reader, board: Board, figures: SprintFigures, unit: str) -> list[Strip]:
    """One strip per figure: the closed sprints up to this one; a sprint that still runs is told in figures alone."""
    before = past(board, figures.sprint, unit)
    return [_strip(reader, name, before, figures, unit) for name in STRIPS]


def usual(reader: Reader, board: Board, figures: SprintFigures, name: str, unit: str) -> str:
    """The natural limits of a ratio before this sprint in words, `70 % – 95 %`; empty below six sprints."""
    before = past(board, figures.sprint, unit)
    limits = limits_of(before[name], before["started_at"])
    return f"{reader.percent(limits.lower)} – {reader.percent(limits.upper)}" if is_band(limits) else ""


def _strip(reader: Reader, name: str, before: pd.DataFrame, figures: SprintFigures, unit: str) -> Strip:
    label, meaning = STRIPS[name]
    own = (figures.ratios if name in RATIOS else figures.totals)[unit][name]
    values, dates = before[name], before["started_at"]
    ended = is_over(figures)
    if ended:
        values = pd.concat([values, pd.Series([own], dtype="float64")])
        dates = pd.concat([dates, pd.Series([figures.sprint["started_at"]])])
    limits = limits_of(values, dates)

    def write(value: float | None) -> str:
        return reader.percent(value) if name in RATIOS else amount(reader, value, unit)

    shown = [None if pd.isna(one) else float(one) for one in values.tail(SHOWN)]
    spark = trend_strip(
        shown, reader=reader, palette=theme.current(), write=write, limits=limits, meaning=meaning
    )
    beyond = beyond_limit(own, limits) if ended else None
    words = {"above": reader.t("above limit"), "below": reader.t("below limit")}
    return Strip(reader.t(label), spark, write(own), words.get(beyond or "", ""))
