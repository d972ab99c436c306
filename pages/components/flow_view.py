"""How work flows: cycle times with percentiles, the age of what is under way, cumulative flow (R21)."""

from datetime import datetime

import pandas as pd
import streamlit as st

from charts.flow import MOST_BARS, MOST_POINTS, ageing_bars, cumulative_bands, time_scatter
from core.i18n import N_
from core.reader import Reader
from metrics.flow import PERCENTILES
from pages.components import cards, screens, theme
from pages.components.data import Board
from pages.components.data import flow as flow_data
from pages.components.item_table import Column
from reports.figures.flow import WINDOW_DAYS, FlowFigures

WITHOUT = {
    "straight_to_done": N_("{n} went straight to done and have no cycle time"),
    "wont_do": N_("{n} were closed without being done"),
    "not_recorded": N_("of {n} it is not recorded when work on them started"),
}


def flow_section(reader: Reader, board: Board, as_of: datetime | None) -> None:
    """The three pictures of flow."""
    figures = flow_data.flow(board, as_of)
    left, right = st.columns([1.65, 1])
    with left:
        times_panel(reader, figures)
    with right:
        ageing_panel(reader, figures)
    cumulative_panel(reader, figures)


def times_panel(reader: Reader, figures: FlowFigures) -> None:
    """How long finished items took; where no start is recorded, from their creation."""
    has_cycle = bool(figures.percentiles)
    column = "cycle_days" if has_cycle else "lead_days"
    known = figures.finished[column].dropna()
    shares = (
        figures.percentiles if has_cycle else {one: float(known.quantile(one)) for one in PERCENTILES if len(known)}
    )
    name = reader.t("Cycle time") if has_cycle else reader.t("Lead time")
    with cards.panel(
        _times_answer(reader, name, shares, len(known)), under=_times_under(reader, figures), height="stretch"
    ):
        if not len(known):
            screens.zero(reader, reader.t("no item was finished on the last {n} whole days", n=WINDOW_DAYS))
            return
        cards.chart(
            time_scatter(figures.finished, column, shares, reader=reader, palette=theme.current(), name=name, narrow=theme.is_phone()),
            reader, key="demo.times", caption=_capped(reader, len(known), MOST_POINTS),
            table=pd.DataFrame({"share": [reader.percent(one) for one in shares], "days": list(shares.values())}),
            columns=[Column("share", reader.t("Share of items")), Column("days", reader.t("Days at most"), "number")],
        )  # fmt: skip


def ageing_panel(reader: Reader, figures: FlowFigures) -> None:
    """How old the items being worked on are."""
    ages = figures.ageing
    late = int((ages["beyond"] >= 0.85).sum())
    under = reader.t("dashed: how long finished items took (50, 85, 95 %)") if figures.percentiles else ""
    title = (
        reader.tn(
            "{n} item is older than 85 % of the finished ones took",
            "{n} items are older than 85 % of the finished ones took",
            late,
        )
        if late
        else reader.t("Work in progress by age")
    )
    with cards.panel(title, reader.number(len(ages) + figures.undated), under, height="stretch"):
        if figures.undated:
            cards.html(reader.tn(
                "Of {n} item being worked on the start is not recorded.", "Of {n} items being worked on the start is not recorded.",
                figures.undated,
            ))  # fmt: skip
        if not len(ages):
            if not figures.undated:
                screens.zero(reader, reader.t("nothing is being worked on"))
            return
        cards.chart(
            ageing_bars(ages, figures.percentiles, reader=reader, palette=theme.current()), reader, key="demo.ageing",
            caption=_capped(reader, len(ages), MOST_BARS), table=ages[["key", "title", "age_days"]],
            columns=[
                Column("key", reader.t("Item"), "item", title="title"), Column("age_days", reader.t("Days"), "number"),
            ],
        )  # fmt: skip


def cumulative_panel(reader: Reader, figures: FlowFigures) -> None:
    """What waited, was being worked on, and was done at the end of each day."""
    days = figures.cumulative
    under = reader.t(
        "items at the end of each day; done counts from {day} on", day=reader.day(days["day"].iloc[0].date())
    )
    if not figures.is_logged:
        under += " · " + reader.t(
            "without a history of statuses, what was being worked on in the past counts as waiting"
        )
    with cards.panel(reader.t("Cumulative flow"), under=under):
        weekly = days.iloc[::-7].iloc[::-1]
        cards.chart(
            cumulative_bands(days, reader=reader, palette=theme.current(), narrow=theme.is_phone()), reader,
            key="demo.cumulative", table=weekly,
            columns=[
                Column("day", reader.t("Day"), "day"), Column("todo", reader.t("waiting"), "number"),
                Column("in_progress", reader.t("in progress"), "number"), Column("done", reader.t("done"), "number"),
            ],
        )  # fmt: skip


def _times_answer(reader: Reader, name: str, shares: dict[float, float], n: int) -> str:
    if not n:
        return name
    return reader.t(
        "{name}: half of {n} items took up to {half} days, 85 % up to {most}", name=name, n=n,
        half=reader.number(shares[0.5], 1), most=reader.number(shares[0.85], 1),
    )  # fmt: skip


def _times_under(reader: Reader, figures: FlowFigures) -> str:
    parts = [reader.t("finished on the last {n} whole days", n=WINDOW_DAYS)]
    parts += [reader.t(WITHOUT[code], n=n) for code, n in figures.without.items() if n]
    return " · ".join(parts)


def _capped(reader: Reader, n: int, most: int) -> str:
    if n <= most:
        return ""
    return reader.t("{shown} of {n} are drawn; the percentiles are of all.", shown=most, n=n)
