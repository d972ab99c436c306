"""How fast people were answered and helped, in the working time of their department (R29)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from core.working_time import YEAR_NOT_COVERED, WorkingCalendar, working_seconds_many
from metrics.feedback import example, feedback_state
from metrics.finding import Finding
from metrics.registry import metric, typed_frame

MEASURES = {"first_response": "first_reply_at", "resolution": "confirmed_at"}
SUMMARY_COLUMNS = {
    "measure": "str",
    "median_seconds": "float64",
    "p90_seconds": "float64",
    "n": "int64",
    "n_waiting": "int64",
    "n_not_covered": "int64",
    "n_contradictory": "int64",
}
ITEM_COLUMNS = {
    "feedback_id": "int64",
    "first_response_seconds": "float64",
    "first_response_state": "str",
    "resolution_seconds": "float64",
    "resolution_state": "str",
}


@dataclass(frozen=True)
class ResponseTimes:
    """How fast: `frame`, a row per measure (SUMMARY_COLUMNS); `items`, a row per piece of feedback (ITEM_COLUMNS, state
    one of known, waiting, not_covered, contradictory); `findings`, why times are not known."""

    frame: pd.DataFrame
    items: pd.DataFrame
    findings: tuple[Finding, ...]

    def of(self, measure: str) -> dict[str, Any]:
        """median_seconds, p90_seconds (None where not known) and n of first_response or resolution."""
        row = self.frame[self.frame["measure"] == measure].to_dict("records")[0]
        known = {name: row[name] for name in ("median_seconds", "p90_seconds")}
        return {name: None if np.isnan(value) else value for name, value in known.items()} | {"n": row["n"]}

    def not_covered(self, measure: str) -> int:
        """How many times of a measure are not known since no calendar covers their year."""
        return int(self.frame.loc[self.frame["measure"] == measure, "n_not_covered"].sum())


def _example() -> Mapping[str, Any]:
    return {**example(), "calendars": {}, "default_calendar": WorkingCalendar()}


@metric(
    name="response_times",
    title="First response and resolution",
    description="How long people wait for a human answer, and until they confirm that it is fixed, in working time.",
    unit="working seconds",
    grain="one row per measure",
    direction="down",
    rule="R29",
    source="Fortnight",
    columns=SUMMARY_COLUMNS,
    frame="frame",
    example=_example,
)
def response_times(
    feedback: pd.DataFrame,
    events: pd.DataFrame,
    *,
    calendars: Mapping[str, WorkingCalendar],
    default_calendar: WorkingCalendar,
    as_of: datetime,
) -> ResponseTimes:
    """Median and 90th percentile of the first response and of the resolution, in working time.

    First response: received to the first human reply. Resolution: received to the requester's last confirmation; a
    reopening restarts nothing, and what is reopened since is waiting again. What waits, what a calendar does not
    cover, and a reply dated before the receipt are left out and counted.
    Args: feedback and events as in `metrics.feedback.feedback_state`; calendars, department -> calendar;
    default_calendar, for other departments and for none; as_of, aware.
    Returns: ResponseTimes. The percentiles interpolate linearly between the two nearest values (numpy's `linear`).
    Rule: R29.
    """
    items = feedback_state(feedback, events, as_of=as_of)
    names = items["department"].where(items["department"].isin(list(calendars)), None)
    summary, findings = [], []
    by_item: dict[str, Any] = {"feedback_id": items["feedback_id"]}
    for measure, column in MEASURES.items():
        seconds, state = np.full(len(items), np.nan), np.full(len(items), "waiting", dtype="object")
        lost: dict[tuple[str, int], int] = {}
        for name in [None, *calendars]:
            chosen = (names.isna() if name is None else names == name).to_numpy()
            calendar = default_calendar if name is None else calendars[name]
            seconds[chosen], state[chosen] = _timed(items[chosen], column, calendar)
            _count_uncovered(lost, items[chosen & (state == "not_covered")], column, calendar)
        findings += _uncovered(lost, measure)
        findings += _contradictions(items[state == "contradictory"], measure)
        summary.append({"measure": measure, **_summary(seconds, state)})
        by_item |= {f"{measure}_seconds": seconds, f"{measure}_state": state}
    frame = pd.DataFrame(by_item).astype(ITEM_COLUMNS)
    return ResponseTimes(typed_frame(summary, SUMMARY_COLUMNS), frame, tuple(findings))


def _timed(items: pd.DataFrame, column: str, calendar: WorkingCalendar) -> tuple[Any, Any]:
    """Working seconds and state per item: known, waiting, not_covered or contradictory."""
    begin, end = _epochs(items["received_at"]), _epochs(items[column])
    is_backwards = end < begin
    seconds = np.where(is_backwards, np.nan, working_seconds_many(begin, end, calendar))
    state = np.select(
        [np.isnan(end), is_backwards, np.isnan(seconds)], ["waiting", "contradictory", "not_covered"], "known"
    )
    return seconds, state


def _epochs(at: pd.Series) -> Any:
    """Instants as epoch seconds, NaN where there is none."""
    since = at - pd.Timestamp(0, tz="UTC")
    return since.dt.total_seconds().to_numpy("float64")


def _summary(seconds: Any, state: Any) -> dict[str, Any]:
    known = seconds[state == "known"]
    median, p90 = np.percentile(known, [50, 90], method="linear") if len(known) else (None, None)
    counts = {f"n_{name}": int((state == name).sum()) for name in ("waiting", "not_covered", "contradictory")}
    return {"median_seconds": median, "p90_seconds": p90, "n": len(known), **counts}


def _count_uncovered(
    lost: dict[tuple[str, int], int], items: pd.DataFrame, column: str, calendar: WorkingCalendar
) -> None:
    """Count the times that each calendar's unknown years take away; departments may share a calendar."""
    for begin, end in zip(items["received_at"], items[column], strict=True):
        for year in calendar.uncovered_years(begin, end):
            lost[calendar.name, year] = lost.get((calendar.name, year), 0) + 1


def _uncovered(lost: Mapping[tuple[str, int], int], measure: str) -> list[Finding]:
    """One finding per calendar and year that nobody knows, with how many times it takes away."""
    return [
        Finding(
            YEAR_NOT_COVERED, "warning", "calendar", f"{name}:{year}", name,
            {"year": str(year), "n": n, "measure": measure},
        )
        for (name, year), n in sorted(lost.items())
    ]  # fmt: skip


def _contradictions(items: pd.DataFrame, measure: str) -> list[Finding]:
    code = {"first_response": "reply_before_received", "resolution": "confirmed_before_received"}[measure]
    return [Finding(code, "warning", "feedback", str(item), str(item)) for item in items["feedback_id"]]
