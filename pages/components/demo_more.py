"""What the demo page holds below its list: past sprints, forecast, flow, the server's report. Only what is opened is drawn."""

from collections.abc import Callable
from datetime import datetime

import pandas as pd
import streamlit as st

from core.i18n import N_
from core.reader import Reader
from core.wording_kpi import LIMITS_STATE
from pages.components import cards, flow_view, forecast_view, server_report_view
from pages.components.data import Board
from pages.components.item_table import Column
from pages.components.markup import plain
from pages.components.sprint_strips import (
    RATIOS,
    SHOWN,
    STRIPS,
    Past,
    limits_of,
    signals_in_words,
    strips,
    velocity_in_words,
    with_own,
)
from pages.components.sprint_words import amount
from reports.figures import SprintFigures

TABS = {
    "flow": N_("Flow"),
    "forecast": N_("Forecast"),
    "past": N_("Last twelve sprints"),
    "server": N_("Server's report"),
}


def sections(
    reader: Reader, board: Board, figures: SprintFigures, before: Past, unit: str, at: datetime | None
) -> None:
    """The further sections as tabs; a section that is not open costs nothing."""
    draw: dict[str, Callable[[], None]] = {
        "past": lambda: past_section(reader, figures, before, unit),
        "forecast": lambda: forecast_view.forecast_section(reader, board, at),
        "flow": lambda: flow_view.flow_section(reader, board, at),
    }
    if server_report_view.has_report(figures):
        draw["server"] = lambda: server_report_view.server_report_section(reader, figures)
    tabs(reader, draw)


def tabs(reader: Reader, draw: dict[str, Callable[[], None]]) -> None:
    """Named sections of which only the open one is drawn."""
    names = list(draw)
    opened = st.tabs([plain(reader.t(TABS[name])) for name in names], on_change="rerun", key="demo.more")
    for name, tab in zip(names, opened, strict=True):
        if tab.open:
            with tab:
                draw[name]()


def past_section(reader: Reader, figures: SprintFigures, before: Past, unit: str) -> None:
    """The trend of the last twelve sprints: velocity, say/do, churn, spillover with natural limits and signals in words."""
    rows = with_own(before, figures, unit)
    with cards.panel(
        velocity_in_words(reader, rows, unit),
        under=reader.t("up to {n} closed sprints, grey band = natural limits", n=SHOWN),
    ):
        cards.strips(strips(reader, before, figures, unit))
        for said in signals_in_words(reader, rows):
            cards.html(said)
        cards.table_toggle(*_table(reader, rows, unit), reader)


def _table(reader: Reader, rows: Past, unit: str) -> tuple[pd.DataFrame, list[Column]]:
    def write(name: str, value: float | None) -> str:
        given = None if value is None or pd.isna(value) else float(value)
        return reader.percent(given) if name in RATIOS else amount(reader, given, unit)

    shown = [{"name": row["name"], **{name: write(name, row[name]) for name in STRIPS}} for row in rows[-SHOWN:]]
    limits = {name: limits_of(rows, name) for name in STRIPS}
    for label, part in ((N_("upper limit"), "upper"), (N_("mean"), "centre"), (N_("lower limit"), "lower")):
        shown.append({"name": reader.t(label), **{name: write(name, getattr(limits[name], part)) for name in STRIPS}})
    shown.append({"name": reader.t("Limits"), **{name: reader.t(LIMITS_STATE[limits[name].state]) for name in STRIPS}})
    columns = [Column("name", reader.t("Sprint")), *[Column(name, reader.t(STRIPS[name][0])) for name in STRIPS]]
    return pd.DataFrame(shown), columns
