"""Feedback after launch: how much, how satisfied, how fast it is answered and closed (R28, R29)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from core.actor import Scope
from core.reader import Reader
from core.rows import rows_of
from metrics.feedback import apply_corrections, feedback_by_kind, feedback_state, feedback_weeks
from metrics.finding import Finding
from metrics.response import ResponseTimes, response_times
from reports.figures.house import finding_entry, house_settings, told
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
    given, events = frames.feedback(session, scope), frames.feedback_events(session, scope)
    state = feedback_state(given, events, as_of=as_of)
    more = ["feedback_id", "state", "first_reply_at", "resolved_at", "confirmed_at", "reopened_count"]
    items = apply_corrections(given, events, as_of=as_of).merge(state[more], on="feedback_id")
    return FeedbackFigures(
        items=items.sort_values(["received_at", "feedback_id"], ascending=False, ignore_index=True),
        events=events,
        weeks=feedback_weeks(given, events, zone=house_settings(session).zone, as_of=as_of),
        by_kind=feedback_by_kind(given, events, as_of=as_of),
        times=_times(session, given, events, as_of),
    )


def response_findings(session: frames.Reading, scope: Scope, *, as_of: datetime) -> tuple[Finding, ...]:
    """Why response times are not known as of an instant: years that no calendar covers, contradictory dates (R29)."""
    given, events = frames.feedback(session, scope), frames.feedback_events(session, scope)
    return _times(session, given, events, as_of).findings


def _times(session: frames.Reading, given: pd.DataFrame, events: pd.DataFrame, as_of: datetime) -> ResponseTimes:
    house, imported = house_settings(session), imported_days(frames.holidays(session))
    departments = sorted(set(given["department"].dropna()))
    return response_times(
        given, events, calendars={name: house.working_calendar(name, imported) for name in departments},
        default_calendar=house.working_calendar(None, imported), as_of=as_of,
    )  # fmt: skip


def feedback_payload(session: frames.Reading, scope: Scope, reader: Reader, *, as_of: datetime) -> dict[str, Any]:
    """What `show feedback --json` prints: CSAT as a ratio, NPS from -1 to 1, times in working seconds, and why any of them
    is not known."""
    figures = feedback_figures(session, scope, as_of=as_of)
    return {
        "weeks": [{"week": row["week"][:10], **{name: row[name] for name in WEEK}} for row in records(figures.weeks)],
        "first_response": jsonable(figures.times.of("first_response")),
        "resolution": jsonable(figures.times.of("resolution")),
        "by_kind": {
            row["kind"]: {name: value for name, value in row.items() if name != "kind"}
            for row in records(figures.by_kind)
        },
        "findings": [finding_entry(told(one), reader) for one in figures.times.findings],
    }


def imported_days(holidays: pd.DataFrame) -> dict[str, dict[date, bool]]:
    """Imported holidays as working calendars take them: calendar -> day -> is it worked."""
    days: dict[str, dict[date, bool]] = {}
    for row in rows_of(holidays):
        days.setdefault(row["calendar"], {})[row["day"]] = bool(row["is_working"])
    return days
