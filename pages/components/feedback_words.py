"""What the feedback page says in sentences: the answer, scores then and now, how long people wait."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from core.i18n import N_
from core.reader import Reader
from metrics.feedback import UNRESOLVED, scores
from reports.figures import FeedbackFigures

ENOUGH = 5  # R28: a score of fewer answers is greyed
PERIOD_DAYS = 28
STATE_BADGE = {"open": "alarm", "answered": "warning", "resolved": "neutral", "confirmed": "completed"}
SCORE = {"csat": N_("CSAT"), "nps": N_("NPS")}


def answer(reader: Reader, figures: FeedbackFigures, as_of: datetime) -> str:
    """How much came lately, how much is open, how long people wait: the page's answer in a sentence."""
    recent = figures.items[figures.items["received_at"] > as_of - timedelta(days=PERIOD_DAYS)]
    still_open = int(figures.items["state"].isin(UNRESOLVED).sum())
    came = reader.tn(
        "{n} piece of feedback came in over the last four weeks",
        "{n} pieces of feedback came in over the last four weeks",
        len(recent),
    )
    waits = (
        reader.t("none is open")
        if still_open == 0
        else reader.tn("{n} of all is still open", "{n} of all are still open", still_open)
    )
    median = figures.times.of("first_response")["median_seconds"]
    if median is None:
        return reader.t("{came}; {open}.", came=came, open=waits)
    return reader.t(
        "{came}; {open}. Half of the first answers came within {median} of working time.",
        came=came,
        open=waits,
        median=working(reader, median),
    )


def first_and_last(figures: FeedbackFigures, as_of: datetime) -> dict[str, dict[str, Any]]:
    """The scores of the four weeks from the first piece on, and of the last four weeks (metrics.feedback.scores).

    Returns: `first` and `last`, each where it has feedback; `first` is left out where the two would overlap.
    """
    items = figures.items
    edge, begin = as_of - timedelta(days=PERIOD_DAYS), items["received_at"].min()
    period = pd.Series(None, index=items.index, dtype="object")
    period[items["received_at"] > edge] = "last"
    if begin + timedelta(days=PERIOD_DAYS) <= edge:
        period[items["received_at"] < begin + timedelta(days=PERIOD_DAYS)] = "first"
    chosen = period.notna()
    found = scores(items[chosen], period[chosen].astype("str"))
    return {str(name): {str(k): v for k, v in row.items()} for name, row in found.to_dict("index").items()}


def score_text(reader: Reader, score: str, value: float | None) -> str:
    """CSAT as a percentage, NPS as the trade shows it, from -100 to 100."""
    if value is None or value != value:
        return reader.number(None)
    return reader.percent(value) if score == "csat" else reader.number(value * 100, 0)


def working(reader: Reader, seconds: float | None) -> str:
    """Working time in hours, since a day of it is not a day: `45 min`, `41.6 h`."""
    if seconds is None or seconds < 3600:
        return reader.duration(seconds)
    return reader.t("{n} h", n=reader.number(seconds / 3600, 1))


def wait_note(reader: Reader, row: dict[str, Any]) -> str:
    """n, and what a response time leaves out and why (R29)."""
    left = [
        (row["n_waiting"], N_("{n} still waiting")),
        (row["n_not_covered"], N_("{n} in a year the calendar does not know")),
        (row["n_contradictory"], N_("{n} dated before the receipt")),
    ]
    out = [reader.t(message, n=int(n)) for n, message in left if n]
    if not out:
        return f"n = {reader.number(int(row['n']))}"
    parts = ("，" if reader.lang == "zh" else ", ").join(out)
    return reader.t("n = {n}; left out: {parts}", n=int(row["n"]), parts=parts)
