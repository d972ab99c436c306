"""Feedback after launch: how much, how satisfied, how fast it is answered and closed (R28, R29)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from core.actor import Scope
from core.rows import rows_of
from metrics.feedback import apply_corrections, feedback_by_kind, feedback_state, feedback_weeks
from metrics.response import ResponseTimes, response_times
from reports.figures.house import house_settings
from reports.figures.plain import jsonable, records
from store import frames

WEEK = ("received", "open", "csat", "csat_n", "nps", "nps_n")


@dataclass(frozen=True, eq=False)
class FeedbackFigures:
    """Feedback in scope at one instant.

    Args: items, one row per piece, newest first: as received and corrected, with `state`, `first_reply_at`,
    `resolved_at`, `confirmed_at`; weeks, by_kind, times: the metrics of these names; events, what became of each piece.
    """

    items: pd.DataFrame
    events: pd.DataFrame
    weeks: pd.DataFrame
    by_kind: pd.DataFrame
    times: ResponseTimes


def feedback_figures(session: frames.Reading, scope: Scope, *, as_of: datetime) -> FeedbackFigures:
    """The feedback in scope as of an instant."""
    house = house_settings(session)
    given, events = frames.feedback(session, scope), frames.feedback_events(session, scope)
    imported = imported_days(frames.holidays(session))
    departments = sorted(set(given["department"].dropna()))
    calendars = {name: house.working_calendar(name, imported) for name in departments}
    state = feedback_state(given, events, as_of=as_of)
    more = ["feedback_id", "state", "first_reply_at", "resolved_at", "confirmed_at", "reopened_count"]
    items = apply_corrections(given, events, as_of=as_of).merge(state[more], on="feedback_id")
    return FeedbackFigures(
        items=items.sort_values(["received_at", "feedback_id"], ascending=False, ignore_index=True),
        events=events,
        weeks=feedback_weeks(given, events, zone=house.zone, as_of=as_of),
        by_kind=feedback_by_kind(given, events, as_of=as_of),
        times=response_times(
            given, events, calendars=calendars, default_calendar=house.working_calendar(None, imported), as_of=as_of
        ),
    )


def feedback_payload(session: frames.Reading, scope: Scope, *, as_of: datetime) -> dict[str, Any]:
    """What `show feedback --json` prints: CSAT as a ratio, NPS from -1 to 1, times in working seconds."""
    figures = feedback_figures(session, scope, as_of=as_of)
    return {
        "weeks": [{"week": row["week"][:10], **{name: row[name] for name in WEEK}} for row in records(figures.weeks)],
        "first_response": jsonable(figures.times.of("first_response")),
        "resolution": jsonable(figures.times.of("resolution")),
        "by_kind": {
            row["kind"]: {name: value for name, value in row.items() if name != "kind"}
            for row in records(figures.by_kind)
        },
    }


def imported_days(holidays: pd.DataFrame) -> dict[str, dict[date, bool]]:
    """Imported holidays as working calendars take them: calendar -> day -> is it worked."""
    days: dict[str, dict[date, bool]] = {}
    for row in rows_of(holidays):
        days.setdefault(row["calendar"], {})[row["day"]] = bool(row["is_working"])
    return days
