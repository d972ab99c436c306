"""A team without sprints: the demo page over two-week periods, with the flow figures in front (R21, R22)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st

from charts.flow import throughput_bars
from core.i18n import N_
from core.reader import Reader
from core.rows import rows_of
from pages.components import cards, data, demo_more, filters, flow_view, forecast_view, screens, sprint_filters, theme
from pages.components.data import Board
from pages.components.data import flow as flow_data
from pages.components.item_table import Column, item_table
from reports.figures.periods import PeriodFigures

LISTS = {"finished": N_("finished"), "arrived": N_("came in"), "refused": N_("closed without being done")}


@dataclass(frozen=True)
class Choice:
    """What the filters of a team without sprints say. Args: period_id; day, whose end is looked from (None: now)."""

    period_id: str
    day: date | None


def choose(reader: Reader, board: Board) -> Choice:
    """The period that is shown, the running one at first, and the day it is seen from."""
    rows = {row["period_id"]: row for row in rows_of(flow_data.periods(board))}
    ids = list(reversed(rows))
    code = sprint_filters.team_code(board)
    first = flow_data.period(board, None).period["period_id"]
    chosen = sprint_filters.remembered(
        "period", ids, str, first, label=reader.t("Period"), key=f"demo.period.{code}", width=320,
        say=lambda one: span(reader, rows[one]["begins_at"], rows[one]["ends_at"]),
    ) or first  # fmt: skip
    begins = rows[chosen]["begins_at"]
    until = min(rows[chosen]["ends_at"], data.as_of_now())
    days = [(until - timedelta(days=n)) for n in range(1, (until - begins).days + 1)]
    locals_ = [reader.local(day).date() for day in days]
    day = sprint_filters.remembered(
        "at", [None, *locals_], lambda one: one.isoformat() if one else "", None, label=reader.t("As of"),
        key=f"demo.at.{code}.{chosen}",
        say=lambda one: reader.t("as of the end of {day}", day=reader.day(one)) if one else reader.t("as it stands now"),
    )  # fmt: skip
    return Choice(chosen, day)


def page(reader: Reader, board: Board, choice: Choice) -> None:
    """The page: answer, flow in front, what was finished, forecast, how it is counted."""
    at = sprint_filters.end_of(choice.day, reader, data.as_of_now()) if choice.day else None
    figures, flow = flow_data.period(board, choice.period_id, at), flow_data.flow(board, at)
    cards.headline(reader, *answer(reader, board, figures))
    cards.subline(*_facts(reader, figures))
    left, right = st.columns([1.65, 1])
    with left:
        flow_view.times_panel(reader, flow)
    with right:
        flow_view.ageing_panel(reader, flow)
    _periods_panel(reader, flow_data.periods(board, at), figures)
    _items_panel(reader, figures)
    draw: dict[str, Callable[[], None]] = {
        "flow": lambda: flow_view.cumulative_panel(reader, flow),
        "forecast": lambda: forecast_view.forecast_section(reader, board, at),
    }
    demo_more.tabs(reader, draw)
    cards.counted(reader, "R2, R8, R21-R22", fresh_since=data.workspace().fresh_since)


def answer(reader: Reader, board: Board, figures: PeriodFigures) -> list[str]:
    """What the period brought, in one or two sentences."""
    row = figures.period
    days = span(reader, row["begins_at"], row["ends_at"])
    form = (
        N_("{team} finished {n} items in the two weeks {days}.")
        if row["is_over"]
        else N_("{team} has finished {n} items so far in the two weeks {days}.")
    )
    one = (
        N_("{team} finished {n} item in the two weeks {days}.")
        if row["is_over"]
        else N_("{team} has finished {n} item so far in the two weeks {days}.")
    )
    said = [reader.tn(one, form, int(row["finished"]), team=board.name, days=days)]
    if row["cycle_n"]:
        said.append(reader.t("Half of them took up to {n} days.", n=reader.number(float(row["cycle_days"]), 1)))
    return said


def span(reader: Reader, begins: datetime, ends: datetime) -> str:
    """The days of a period, the last one included."""
    return f"{reader.day(begins)} – {reader.day(ends - timedelta(seconds=1))}"


def _facts(reader: Reader, figures: PeriodFigures) -> list[object]:
    row = figures.period
    said: list[object] = [
        reader.t("{n} came in", n=int(row["arrived"])), reader.t("{n} under way", n=int(row["in_progress"])),
    ]  # fmt: skip
    counts = figures.before[figures.before["is_over"]]["finished"]
    over = counts[counts.cumsum() > 0].tail(6)  # what was before the team's first finished item is no measure of it
    if len(over):
        said.append(
            reader.t(
                "usually {mean} a period (mean of the last {n})", mean=reader.number(float(over.mean()), 1), n=len(over)
            )
        )
    if row["wont_do"]:
        said.append(reader.t("{n} were closed without being done", n=int(row["wont_do"])))
    return said


def _periods_panel(reader: Reader, periods: pd.DataFrame, figures: PeriodFigures) -> None:
    rows = rows_of(periods)
    with cards.panel(reader.t("Finished in each two weeks"), under=reader.t("items; the last bar may still grow")):
        cards.chart(
            throughput_bars(
                [(row["begins_at"], int(row["finished"])) for row in rows], reader=reader, palette=theme.current(),
                chosen=figures.period["begins_at"],
            ),
            reader, key="demo.periods", table=periods,
            columns=[
                Column("begins_at", reader.t("Two weeks from"), "day"), Column("finished", reader.t("Finished"), "number"),
                Column("arrived", reader.t("came in"), "number"), Column("in_progress", reader.t("Under way at the end"), "number"),
                Column("cycle_days", reader.t("Median cycle time, days"), "number"),
            ],
        )  # fmt: skip


def _items_panel(reader: Reader, figures: PeriodFigures) -> None:
    parts = {"finished": figures.finished, "arrived": figures.arrived, "refused": figures.refused}
    with cards.panel(reader.t("Items")):
        there = [name for name, part in parts.items() if len(part)]
        if not there:
            screens.zero(reader, reader.t("nothing came in and nothing was finished in these two weeks"))
            return
        chosen = filters.choose(
            reader.t("Which items"),
            there,
            key="demo.part",
            say=lambda one: f"{reader.t(LISTS[one])} ({len(parts[one])})",
        )
        columns = [
            Column("key", reader.t("Item"), "item", title="title"),
            Column("created_at", reader.t("Created"), "day"),
            Column("started_at", reader.t("Work started"), "day"),
            Column("done_at", reader.t("Done"), "day"),
            Column("cycle_days", reader.t("Cycle time, days"), "number"),
            Column("lead_days", reader.t("Lead time, days"), "number"),
        ]
        item_table(parts[chosen or there[0]], columns, reader, name=reader.t("Items"), key="demo.period.items")
