"""Two-week periods for a team without sprints: what was finished, what came in, and what was under way (R21, R22)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from metrics.flow import flow, flow_example
from metrics.registry import INSTANT, metric, typed_frame

MONDAY = date(2024, 1, 1)  # every period begins a whole number of periods after this Monday, so that all agree
PERIOD_COLUMNS = {
    "period_id": "str",
    "begins_at": INSTANT,
    "ends_at": INSTANT,
    "is_over": "bool",
    "finished": "int64",
    "wont_do": "int64",
    "arrived": "int64",
    "started": "int64",
    "in_progress": "int64",
    "cycle_days": "float64",
    "cycle_n": "int64",
}


def period_of(at: datetime, zone: str, days: int = 14) -> tuple[datetime, datetime]:
    """The period that an instant lies in: from its first local midnight to the next period's (excluded)."""
    local = at.astimezone(ZoneInfo(zone)).date()
    first = MONDAY + timedelta(days=(local - MONDAY).days // days * days)
    return _midnight(first, zone), _midnight(first + timedelta(days=days), zone)


def periods_example() -> Mapping[str, Any]:
    """The flow example's four items: two finished in one period."""
    return {"flow": flow(**flow_example()), "as_of": flow_example()["as_of"], "zone": "UTC", "last": 2}


@metric(
    name="periods",
    title="Two-week periods",
    description="What a team without sprints finished in each two weeks, what came in, and what was under way.",
    unit="items",
    grain="one row per period",
    direction="none",
    rule="R2, R21, R22",
    source="Fortnight's counting rules",
    columns=PERIOD_COLUMNS,
    example=periods_example,
)
def periods(flow: pd.DataFrame, *, as_of: datetime, zone: str, last: int = 12, days: int = 14) -> pd.DataFrame:
    """The last periods up to an instant, as a team without sprints is told about.

    Args: flow, one row per item (metrics.flow.FLOW_COLUMNS) of at least the time of these periods; as_of, aware; zone,
    IANA name; last, how many periods; days, the length of one.
    Returns: PERIOD_COLUMNS, oldest first, the last one still running; finished, done within the period without those that
    will not be done; in_progress, under way at its end (or as_of), items without a recorded start left out; cycle_days,
    the median of what was finished, and of how many. Empty input gives periods with noughts.
    Rule: R2, R21, R22.
    """
    begins, ends = period_of(as_of, zone, days)
    refused = flow["without_cycle"].fillna("") == "wont_do"
    rows = []
    for back in range(last):
        first = _midnight(begins.astimezone(ZoneInfo(zone)).date() - timedelta(days=back * days), zone)
        after = ends if back == 0 else _midnight(first.astimezone(ZoneInfo(zone)).date() + timedelta(days=days), zone)
        until = min(after, as_of)
        done = _within(flow["done_at"], first, after)
        finished = flow[done & ~refused]
        under_way = (flow["started_at"] <= pd.Timestamp(until)) & ~(flow["done_at"] <= pd.Timestamp(until))
        rows.append(
            {
                "period_id": first.astimezone(ZoneInfo(zone)).date().isoformat(), "begins_at": first, "ends_at": after,
                "is_over": after <= as_of, "finished": len(finished), "wont_do": int((done & refused).sum()),
                "arrived": int(_within(flow["created_at"], first, after).sum()),
                "started": int(_within(flow["started_at"], first, after).sum()), "in_progress": int(under_way.sum()),
                "cycle_days": finished["cycle_days"].median(), "cycle_n": int(finished["cycle_days"].notna().sum()),
            }
        )  # fmt: skip
    return typed_frame(reversed(rows), PERIOD_COLUMNS)


def _within(instants: "pd.Series[Any]", first: datetime, after: datetime) -> "pd.Series[bool]":
    return (instants >= pd.Timestamp(first)) & (instants < pd.Timestamp(after))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
