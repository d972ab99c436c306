"""A sprint day by day: how large its scope was, how much of it was done, and the pace that would have met the plan."""

from collections.abc import Callable, Mapping, Set
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from metrics.examples import START
from metrics.examples import day as example_day
from metrics.registry import INSTANT, metric, typed_frame

BURNUP_COLUMNS = {
    "unit": "str",
    "at": INSTANT,
    "day": "datetime64[us]",
    "is_working_day": "bool",
    "scope": "float64",
    "completed": "float64",
    "ideal": "float64",
}
LONGEST = 200  # days of one sprint that are drawn one by one


def burnup_instants(start: datetime, end: datetime, zone: str) -> list[datetime]:
    """The instants a burn-up is read at: the start, the end of each local day, and the end; the last LONGEST of them."""
    local, instants = start.astimezone(ZoneInfo(zone)), [start]
    day = local.date()
    while True:
        closes = datetime.combine(day, time.max, ZoneInfo(zone)).astimezone(start.tzinfo)
        if closes >= end:
            break
        instants.append(closes)
        day += timedelta(days=1)
    return [*instants[-LONGEST:], end]


def burnup_example() -> Mapping[str, Any]:
    """A sprint of three days: scope 10, then 12; completed 0, 4, 9."""
    rows = [
        {"unit": "points", "as_of": at, "committed": 10, "added": added, "carried": 0, "re_estimated": 0, "removed": 0,
         "completed": done}
        for at, added, done in ((START, 0, 0), (example_day(1), 2, 4), (example_day(2), 2, 9))
    ]  # fmt: skip
    names = ("committed", "added", "carried", "re_estimated", "removed", "completed")
    columns = {"unit": "str", "as_of": INSTANT, **dict.fromkeys(names, "float64")}
    return {
        "totals": typed_frame(rows, columns), "start": START, "planned_end": example_day(3), "zone": "UTC",
        "is_working": lambda day: day.weekday() < 5,
    }  # fmt: skip


@metric(
    name="burnup",
    title="Burn-up",
    description="A sprint's scope and what was completed at the end of each day, beside the pace that meets the plan.",
    unit="points, items",
    grain="one row per unit and day",
    direction="none",
    rule="R9-R15",
    source="Fortnight's counting rules",
    columns=BURNUP_COLUMNS,
    example=burnup_example,
)
def burnup(
    totals: pd.DataFrame,
    *,
    start: datetime,
    planned_end: datetime | None,
    zone: str,
    is_working: Callable[[date], bool],
) -> pd.DataFrame:
    """Scope and completed at each instant that the ledger was folded at, and the ideal pace.

    Args: totals, the ledger's totals at several instants, one row per instant and unit (SprintTotal's figures; units
    points and count); start, T0; planned_end, null where there is no plan; zone, IANA name; is_working, whether a day is
    worked.
    Returns: BURNUP_COLUMNS, points before count, oldest first. scope = committed + added + carried + re-estimated -
    removed, which at the end equals completed + not completed; ideal grows from 0 at T0 by an equal share on each working
    day to the committed scope at the planned end, and stays there; null without a plan or where the scope is not known.
    Empty input gives no rows.
    Rule: R9-R15, R2.
    """
    rows: list[dict[str, Any]] = []
    ordered = totals.sort_values("as_of", kind="stable")
    first_day = start.astimezone(ZoneInfo(zone)).date()
    last_day = None if planned_end is None else planned_end.astimezone(ZoneInfo(zone)).date()
    planned = _working_days(first_day, last_day, is_working)
    for unit in sorted(set(ordered["unit"]), reverse=True):
        mine = ordered[ordered["unit"] == unit]
        scopes = mine["committed"] + mine["added"] + mine["carried"] + mine["re_estimated"] - mine["removed"]
        aim = scopes.iloc[0]
        for at, scope, completed in zip(mine["as_of"], scopes, mine["completed"], strict=True):
            day = at.astimezone(ZoneInfo(zone)).date()
            elapsed = sum(one <= day for one in planned) if at > pd.Timestamp(start) else 0
            rows.append(
                {
                    "unit": unit, "at": at, "day": pd.Timestamp(day), "is_working_day": is_working(day), "scope": scope,
                    "completed": completed, "ideal": aim * elapsed / len(planned) if planned else None,
                }
            )  # fmt: skip
        for n, to_come in enumerate(sorted(planned), start=1):
            if len(mine) and to_come > day:  # what is to come has a pace and nothing else
                rows.append(
                    {
                        "unit": unit, "at": _end_of(to_come, zone), "day": pd.Timestamp(to_come), "is_working_day": True,
                        "ideal": aim * n / len(planned),
                    }
                )  # fmt: skip
    return typed_frame(rows, BURNUP_COLUMNS)


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.max, ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


def no_burnup() -> pd.DataFrame:
    """The burn-up of a sprint that has not started: no rows."""
    return typed_frame([], BURNUP_COLUMNS)


def _working_days(first: date, last: date | None, is_working: Callable[[date], bool]) -> Set[date]:
    """The working days after the first day up to the last; a sprint within one day has that day."""
    if last is None or last < first:
        return frozenset()
    days = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    return frozenset(day for day in days if is_working(day)) or frozenset({last})
