"""Flow: how long items take, how old the open ones are, how many are finished a day, and where they pile up (R21, R22)."""

from collections.abc import Mapping, Set
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from metrics.examples import day as example_day
from metrics.history import microseconds
from metrics.registry import INSTANT, metric, typed_frame
from metrics.status_steps import DONE, IN_PROGRESS, NEVER, STATES, TO_DO, instants_of, micro, ordered, status_steps

DAY = 86_400_000_000  # microseconds
PERCENTILES = (0.5, 0.85, 0.95)
# Resolutions that close an item without doing it, in lower case; a source's settings may name its own.
WONT_DO = frozenset({
    "won't do", "wont do", "won't fix", "wontfix", "duplicate", "cannot reproduce", "incomplete", "declined", "rejected",
    "abandoned", "obsolete", "invalid", "cancelled", "canceled", "不做", "不予处理", "重复", "无法重现", "已拒绝", "已取消", "无效",
})  # fmt: skip
FLOW_COLUMNS = {
    "work_item_id": "str",
    "key": "str",
    "kind": "str",
    "state": "str",
    "created_at": INSTANT,
    "started_at": INSTANT,
    "done_at": INSTANT,
    "cycle_days": "float64",
    "lead_days": "float64",
    "age_days": "float64",
    "without_cycle": "str",
}
THROUGHPUT_COLUMNS = {"day": "datetime64[us]", "n": "int64"}
CUMULATIVE_COLUMNS = {"day": "datetime64[us]", "todo": "int64", "in_progress": "int64", "done": "int64"}
AGEING_COLUMNS = {
    "work_item_id": "str",
    "key": "str",
    "started_at": INSTANT,
    "age_days": "float64",
    "beyond": "float64",
}
ITEM_COLUMNS = {
    "work_item_id": "str",
    "key": "str",
    "kind": "str",
    "status_id": "str",
    "created_at": INSTANT,
    "done_at": INSTANT,
    "resolution": "str",
}
MOVE_COLUMNS = {"change_id": "str", "work_item_id": "str", "at": INSTANT, "from_value": "str", "to_value": "str"}


def flow_example() -> Mapping[str, Any]:
    """A-1 took two days after a return to to-do, A-2 went straight to done, A-3 is open, A-4 will not be done."""
    items = [
        {"work_item_id": "1", "key": "A-1", "status_id": "3", "created_at": example_day(0)},
        {"work_item_id": "2", "key": "A-2", "status_id": "3", "created_at": example_day(1)},
        {"work_item_id": "3", "key": "A-3", "status_id": "2", "created_at": example_day(1)},
        {"work_item_id": "4", "key": "A-4", "status_id": "3", "created_at": example_day(2), "resolution": "Won't Do"},
    ]
    moves = [
        ("1", 1, "1", "2"), ("1", 2, "2", "1"), ("1", 4, "1", "2"), ("1", 6, "2", "3"), ("2", 5, "1", "3"),
        ("3", 7, "1", "2"), ("4", 3, "1", "2"), ("4", 4, "2", "3"),
    ]  # fmt: skip
    names = ("work_item_id", "at", "from_value", "to_value")
    rows = [
        dict(zip(names, row, strict=True)) | {"change_id": str(n), "at": example_day(row[1])}
        for n, row in enumerate(moves)
    ]
    return {
        "items": typed_frame(({"kind": "requirement", **row} for row in items), ITEM_COLUMNS),
        "moves": typed_frame(rows, MOVE_COLUMNS),
        "categories": {"1": "todo", "2": "in_progress", "3": "done"},
        "as_of": example_day(10),
    }


@metric(
    name="flow",
    title="Cycle time, lead time and age",
    description="How long each item took from its first start to its last completion, and how old the open ones are.",
    unit="days",
    grain="one row per work item",
    direction="down",
    rule="R21",
    source="Vacanti, Actionable Agile Metrics for Predictability",
    columns=FLOW_COLUMNS,
    example=flow_example,
)
def flow(
    items: pd.DataFrame,
    moves: pd.DataFrame,
    categories: Mapping[str, str],
    *,
    as_of: datetime,
    is_logged: bool = True,
    wont_do: Set[str] = WONT_DO,
) -> pd.DataFrame:
    """Where every item stands, and how long it took to get there.

    Args: items, one row per counted item (ITEM_COLUMNS); moves, its changes of status (MOVE_COLUMNS), statuses by id;
    categories, status id -> todo, in_progress or done as the board counts (R8; unknown ones count as in progress);
    as_of, aware; is_logged, whether the moves are the source's whole history (a sheet's are not); wont_do, resolutions,
    in lower case, that close an item without doing it.
    Returns: FLOW_COLUMNS by key, items created after as_of left out. `cycle_days` and `lead_days` of done items,
    `age_days` of those in progress, elapsed time in days of 24 hours; `without_cycle` says why a done item has no cycle
    time: straight_to_done, wont_do, or not_recorded. Empty input gives no rows.
    Rule: R21.
    """
    items = ordered(items, as_of)
    steps = status_steps(items, moves, categories, as_of, is_logged=is_logged)
    count, end = len(items), microseconds(as_of)
    place = np.arange(len(steps.item))
    is_first = np.r_[True, steps.item[1:] != steps.item[:-1]] if len(place) else np.zeros(0, bool)
    before = np.where(is_first, -1, np.r_[-1, steps.state[:-1]] if len(place) else -1)
    final = np.full(count, TO_DO)
    final[steps.item] = steps.state  # the last one written stays, and rows are in the order of time
    last_todo, done_place = np.full(count, -1), np.full(count, -1)
    is_todo, enters_done = steps.state == TO_DO, (steps.state == DONE) & (before != DONE)
    last_todo[steps.item[is_todo]] = place[is_todo]
    done_place[steps.item[enters_done]] = place[enters_done]
    begins = (steps.state == IN_PROGRESS) & (place > last_todo[steps.item])
    start_place = np.full(count, -1)
    start_place[steps.item[begins][::-1]] = place[begins][::-1]
    at = np.r_[steps.at, NEVER]  # position -1: never
    is_done = final == DONE
    is_known = steps.has_moves | is_logged
    started = np.where((final != TO_DO) & is_known, at[start_place], NEVER)
    done = np.where(is_done, at[done_place], NEVER)
    created = micro(items["created_at"])
    is_refused = is_done & items["resolution"].str.lower().isin(list(wont_do)).to_numpy(dtype=bool)
    has_cycle = is_done & ~is_refused & (started != NEVER) & (done != NEVER)
    has_lead = is_done & ~is_refused & (created != NEVER) & (done != NEVER)
    is_open = (final == IN_PROGRESS) & (started != NEVER)
    without = np.where(is_refused, "wont_do", np.where(is_known, "straight_to_done", "not_recorded"))
    return pd.DataFrame(
        {
            **{name: items[name].to_numpy() for name in ("work_item_id", "key", "kind")},
            "state": np.array(STATES, dtype=object)[final],
            "created_at": instants_of(created),
            "started_at": instants_of(started),
            "done_at": instants_of(done),
            "cycle_days": np.where(has_cycle, (done - np.where(has_cycle, started, done)) / DAY, np.nan),
            "lead_days": np.where(has_lead, (done - np.where(has_lead, created, done)) / DAY, np.nan),
            "age_days": np.where(is_open, (end - np.where(is_open, started, end)) / DAY, np.nan),
            "without_cycle": pd.Series(without.astype(object)).where(is_done & ~has_cycle),
        },
        columns=list(FLOW_COLUMNS),
    ).astype(FLOW_COLUMNS)


@metric(
    name="throughput",
    title="Throughput",
    description="How many items were finished on each day, quiet days included.",
    unit="items per day",
    grain="one row per day",
    direction="up",
    rule="R22",
    source="Vacanti, Actionable Agile Metrics for Predictability",
    columns=THROUGHPUT_COLUMNS,
    example=lambda: {
        "flow": flow(**flow_example()),
        "first": date(2026, 3, 2),
        "last": date(2026, 3, 12),
        "zone": "UTC",
    },
)
def throughput(flow: pd.DataFrame, *, first: date, last: date, zone: str) -> pd.DataFrame:
    """Items finished per day in the project's zone; what will not be done is not finished.

    Args: flow, as `flow` gives it; first and last, days, both included; zone, IANA name.
    Returns: day (naive midnight), n; every day between first and last, oldest first. Empty input gives noughts.
    Rule: R22.
    """
    finished = flow[flow["done_at"].notna() & (flow["without_cycle"].fillna("") != "wont_do")]
    days = pd.date_range(first, last, freq="D")
    local = finished["done_at"].dt.tz_convert(ZoneInfo(zone)).dt.tz_localize(None).dt.normalize()
    counted = local.value_counts().reindex(days, fill_value=0)
    return pd.DataFrame({"day": days, "n": counted.to_numpy()}).astype(THROUGHPUT_COLUMNS)


@metric(
    name="cumulative_flow",
    title="Cumulative flow",
    description="How many items waited, were being worked on, and had been finished at the end of each day.",
    unit="items",
    grain="one row per day",
    direction="none",
    rule="R8, R21",
    source="Anderson, Kanban",
    columns=CUMULATIVE_COLUMNS,
    example=lambda: {**flow_example(), "zone": "UTC", "days": 14},
)
def cumulative_flow(
    items: pd.DataFrame,
    moves: pd.DataFrame,
    categories: Mapping[str, str],
    *,
    as_of: datetime,
    zone: str,
    days: int = 84,
    is_logged: bool = True,
) -> pd.DataFrame:
    """Items by the category of their status at each day's end.

    Args: as `flow`; zone, IANA name; days, how many, the last one that of as_of.
    Returns: day (naive midnight), todo, in_progress, and done since the first of these days; oldest first. Without a
    history of statuses an item that is not done counts as todo: what was being worked on then is not recorded.
    Empty input gives noughts.
    Rule: R8, R21.
    """
    items = ordered(items, as_of)
    steps = status_steps(items, moves, categories, as_of, is_logged=is_logged)
    last = pd.Timestamp(as_of).tz_convert(ZoneInfo(zone)).tz_localize(None).normalize()
    every = pd.date_range(last - timedelta(days=days - 1), last, freq="D")
    long_ago = microseconds(as_of) - (days + 2) * DAY
    local = instants_of(np.maximum(steps.at, long_ago)).tz_convert(ZoneInfo(zone)).tz_localize(None).normalize()
    # place 0 holds all that was before the first day
    place = np.clip(((local - every[0]) / pd.Timedelta(days=1)).to_numpy(dtype=np.int64) + 1, 0, days)
    counts = np.zeros((days + 1, 3), dtype=np.int64)
    np.add.at(counts, (place, steps.state), 1)
    is_later = np.r_[False, steps.item[1:] == steps.item[:-1]] if len(place) else np.zeros(0, bool)
    left = np.flatnonzero(is_later)
    np.add.at(counts, (place[left], steps.state[left - 1]), -1)
    standing = counts.cumsum(axis=0)
    shown = standing[1:] - np.array([0, 0, standing[0, DONE]])
    return pd.DataFrame({"day": every, **{name: shown[:, n] for n, name in enumerate(STATES)}}).astype(
        CUMULATIVE_COLUMNS
    )


@metric(
    name="ageing",
    title="Ageing work in progress",
    description="How old the items being worked on are, against how long finished ones took.",
    unit="days",
    grain="one row per work item in progress",
    direction="down",
    rule="R21",
    source="Vacanti, Actionable Agile Metrics for Predictability",
    columns=AGEING_COLUMNS,
    example=lambda: {"flow": flow(**flow_example())},
)
def ageing(flow: pd.DataFrame) -> pd.DataFrame:
    """Work in progress by age, the oldest first, with the highest percentile of cycle times that its age has passed.

    Args: flow, as `flow` gives it. Returns: AGEING_COLUMNS; `beyond` is 0.5, 0.85 or 0.95, null below all of them or
    where no item has a cycle time. Items whose start is not recorded are left out. Empty input gives no rows.
    Rule: R21.
    """
    limits = cycle_percentiles(flow)
    open_items = flow[flow["age_days"].notna()].sort_values(["age_days", "key"], ascending=[False, True])
    beyond = np.full(len(open_items), np.nan)
    for share, limit in limits.items():
        beyond = np.where(open_items["age_days"].to_numpy() > limit, share, beyond)
    return open_items.assign(beyond=beyond)[list(AGEING_COLUMNS)].reset_index(drop=True).astype(AGEING_COLUMNS)


def cycle_percentiles(flow: pd.DataFrame) -> dict[float, float]:
    """Cycle time in days below which 50, 85 and 95 % of the finished items stayed, interpolated; empty without any."""
    known = flow["cycle_days"].dropna()
    return {share: float(known.quantile(share)) for share in PERCENTILES} if len(known) else {}


def without_cycle(flow: pd.DataFrame) -> dict[str, int]:
    """How many done items have no cycle time, by reason: straight_to_done, wont_do, not_recorded (R21)."""
    counted = flow["without_cycle"].dropna().value_counts()
    return {name: int(counted.get(name, 0)) for name in ("straight_to_done", "wont_do", "not_recorded")}
