"""When the rest will be done: the forecast of the chosen version, epic or board, with its back-test beside it (R22)."""

from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st
from markupsafe import Markup

from charts.forecast import forecast_curve
from core.i18n import N_
from core.reader import Reader
from core.rows import rows_of
from metrics.forecast import ACTIVE_DAYS
from pages.components import cards, filters, theme
from pages.components.data import Board
from pages.components.data import flow as flow_data
from pages.components.item_table import Column
from pages.components.markup import plain, safe
from reports.figures.flow import ForecastFigures
from reports.figures.house import finding_text
from reports.figures.targets import WHOLE_BOARD, Target

KINDS = {"version": N_("version {name}"), "epic": N_("epic {name}"), WHOLE_BOARD: N_("everything open on this board")}


def forecast_section(reader: Reader, board: Board, as_of: datetime | None) -> None:
    """The choice of what to finish, the answer in a sentence, the curve, how often such promises were kept."""
    first = flow_data.forecast(board, as_of, None, None)
    codes = [one.code for one in first.targets]
    known = {one.code: one for one in first.targets}
    with filters.row():
        chosen = filters.choose(
            reader.t("What is to be done"), codes, key=f"demo.target.{board.source_id}.{board.board_id}",
            say=lambda code: f"{target_words(reader, known[code])} · {reader.t('{n} left', n=known[code].remaining)}", width=320,
        )  # fmt: skip
    figures = flow_data.forecast(board, as_of, chosen, None)
    left, right = st.columns([1.65, 1])
    with left, cards.panel(answer(reader, figures), under=_basis(reader, figures), height="stretch"):
        if figures.forecast.curve:
            cards.chart(
                forecast_curve(figures.forecast, reader=reader, palette=theme.current(), narrow=theme.is_phone()), reader,
                key="demo.forecast", table=_table(reader, figures), columns=_columns(reader, figures),
            )  # fmt: skip
        if figures.forecast.state != "not_enough_history":
            _how_many(reader, board, as_of, chosen, figures)
    with right:
        backtest_panel(reader, figures)


def target_words(reader: Reader, target: Target) -> str:
    """What is to be finished, in words."""
    return reader.t(KINDS[target.kind], name=target.name or "")


def answer(reader: Reader, figures: ForecastFigures) -> str:
    """When it will be done, in one sentence."""
    told, name = figures.forecast, target_words(reader, figures.target)
    if told.state == "not_enough_history":
        return reader.t(
            "Not enough history for a forecast: {n} days with something finished, {least} are needed.", n=told.active_days,
            least=ACTIVE_DAYS,
        )  # fmt: skip
    if told.state == "nothing_left":
        return reader.t("Nothing is left to do: {what}.", what=name)
    days = {row["share"]: row["day"] for row in rows_of(told.frame)}
    if pd.isna(days[0.85]):
        return reader.t("At this pace {what} is not done within ten years.", what=name)
    return reader.t(
        "The {n} items left ({what}) are done by {day} with 85 % certainty, by {even} with an even chance.",
        n=told.remaining, what=name, day=reader.day(days[0.85].date(), with_year=True), even=reader.day(days[0.5].date()),
    )  # fmt: skip


def backtest_panel(reader: Reader, figures: ForecastFigures) -> None:
    """How often the same forecast, made in the past, was kept."""
    periods = max((n for _, n in figures.kept.values()), default=0)
    under = reader.t("each two weeks of the past, forecast from the days before them alone (n = {n})", n=periods)
    with cards.panel(reader.t("Can it be trusted?"), under=under, height="stretch"):
        if not figures.kept:
            cards.html(reader.t("The record is too short to test the forecast on the team's own past."))
            return
        lines = [
            reader.t("what was promised with {share} came true {kept} of {n} times ({actual})", share=reader.percent(share),
                     kept=kept, n=n, actual=reader.percent(kept / n))
            for share, (kept, n) in sorted(figures.kept.items())
        ]  # fmt: skip
        cards.html(
            Markup('<ul class="fn-facts">{}</ul>').format(
                Markup("").join(Markup("<li>{}</li>").format(one) for one in lines)
            )
        )
        rows = figures.backtest[figures.backtest["share"] == 0.85]
        cards.table_toggle(
            pd.DataFrame({"begins": rows["begins"], "promised": rows["promised"], "finished": rows["finished"]}),
            [
                Column("begins", reader.t("Two weeks from"), "day"),
                Column("promised", reader.t("Promised with 85 %"), "number"),
                Column("finished", reader.t("Finished"), "number"),
            ],
            reader,
        )


def _basis(reader: Reader, figures: ForecastFigures) -> str:
    told = figures.forecast
    known = [reader.say(finding_text(one.code, one.subject_label, one.params)) for one in figures.findings]
    drawn = reader.t(
        "10,000 trials over {days} days of the team's own throughput ({n} items, quiet days included); assumes that the team "
        "works on nothing else first", days=told.days, n=told.finished,
    )  # fmt: skip
    return " · ".join([drawn, *known])


def _how_many(
    reader: Reader, board: Board, as_of: datetime | None, chosen: str | None, figures: ForecastFigures
) -> None:
    """How many items by a day that the reader chooses, two weeks from now at first."""
    start, first = figures.forecast.start, figures.forecast.until
    asked, told = st.columns([1, 2.2], vertical_alignment="bottom")
    given = asked.date_input(
        plain(reader.t("How many by")), value=first, min_value=start + timedelta(days=1), key=f"demo.until.{start}",
        format="YYYY-MM-DD",
    )  # fmt: skip
    until = given if isinstance(given, date) else first
    counted = flow_data.forecast(board, as_of, chosen, until)
    items = {row["share"]: int(row["items"]) for row in rows_of(counted.forecast.frame)}
    said = reader.t(
        "By {day}: {even} items with an even chance, {likely} with 85 %, {sure} with 95 % certainty.", day=reader.day(until),
        even=items[0.5], likely=items[0.85], sure=items[0.95],
    )  # fmt: skip
    told.html(Markup("<p>{}</p>").format(safe(said)))


def _table(reader: Reader, figures: ForecastFigures) -> pd.DataFrame:
    frame = figures.forecast.frame
    return pd.DataFrame(
        {
            "share": [reader.percent(one) for one in frame["share"]],
            "day": frame["day"],
            "items": frame["items"].astype("float64"),
        }
    )


def _columns(reader: Reader, figures: ForecastFigures) -> list[Column]:
    return [
        Column("share", reader.t("Certainty")),
        Column("day", reader.t("All done by"), "day"),
        Column("items", reader.t("Items finished by {day}", day=reader.day(figures.forecast.until)), "number"),
    ]
