"""Small inputs to try a metric on: what `@metric(example=...)` gives the automatic property tests and the README."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from metrics.registry import INSTANT, typed_frame

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SPRINT_COLUMNS = {
    "sprint_id": "str",
    "board_id": "str",
    "name": "str",
    "goal": "str",
    "state": "str",
    "started_at": INSTANT,
    "planned_end_at": INSTANT,
    "completed_at": INSTANT,
}
ITEM_COLUMNS = {
    "work_item_id": "str",
    "key": "str",
    "title": "str",
    "kind": "str",
    "parent_id": "str",
    "sprint_ids": "object",
    "status_id": "str",
    "is_done": "bool",
    "estimate_points": "float64",
    "created_at": INSTANT,
    "done_at": INSTANT,
    "is_deleted": "bool",
}
CHANGE_COLUMNS = {
    "change_id": "str",
    "work_item_id": "str",
    "at": INSTANT,
    "author": "str",
    "field": "str",
    "from_value": "str",
    "to_value": "str",
    "from_label": "str",
    "to_label": "str",
}
STATED_COLUMNS = {
    "sprint_id": "str",
    "work_item_id": "str",
    "known": "object",
    "added_at": INSTANT,
    "added_by": "str",
    "removed_at": INSTANT,
    "initial_points": "float64",
    "final_points": "float64",
    "status_id": "str",
    "done_at": INSTANT,
    "is_done": "bool",
}


def day(number: float, hour: float = 0) -> datetime:
    """An instant `number` days and `hour` hours after the first example sprint's start."""
    return START + timedelta(days=number, hours=hour)


def example_sprints() -> pd.DataFrame:
    """Two sprints of one board, the first closed, the second running."""
    rows = [
        {"sprint_id": "1", "name": "Sprint 1", "state": "closed", "started_at": day(0), "completed_at": day(14)},
        {"sprint_id": "2", "name": "Sprint 2", "state": "active", "started_at": day(14, 1), "completed_at": None},
    ]
    return typed_frame(({"board_id": "7", "planned_end_at": row["started_at"], **row} for row in rows), SPRINT_COLUMNS)


def example_items() -> pd.DataFrame:
    """Five items: done, spilled over, added, removed, and a bug."""
    rows: list[dict[str, Any]] = [
        {"key": "A-1", "sprint_ids": ["1"], "is_done": True, "status_id": "done", "estimate_points": 5},
        {"key": "A-2", "sprint_ids": ["1", "2"], "status_id": "open", "estimate_points": 8},
        {"key": "A-3", "sprint_ids": ["1"], "is_done": True, "status_id": "done", "estimate_points": 3},
        {"key": "A-4", "sprint_ids": [], "status_id": "open", "estimate_points": 2},
        {"key": "A-5", "sprint_ids": ["1"], "status_id": "open", "estimate_points": None, "kind": "bug"},
    ]
    common = {"title": "an item", "kind": "requirement", "is_done": False, "is_deleted": False, "created_at": day(-5)}
    return typed_frame(({**common, "work_item_id": row["key"][2:], **row} for row in rows), ITEM_COLUMNS)


def example_changes() -> pd.DataFrame:
    """What happened to the five items."""
    rows: list[tuple[Any, ...]] = [
        ("1", day(3), "status", "open", "done"),
        ("2", day(2), "estimate", "5", "8"),
        ("2", day(14, 0.5), "sprint", "1", "1, 2"),
        ("3", day(4), "sprint", None, "1"),
        ("3", day(9), "status", "open", "done"),
        ("3", day(5), "description", "old", "new"),
        ("4", day(6), "sprint", "1", None),
    ]
    names = ("work_item_id", "at", "field", "from_value", "to_value")
    given = (
        {"change_id": f"{100 + n}", "author": "Lin", **dict(zip(names, row, strict=True))} for n, row in enumerate(rows)
    )
    return typed_frame(given, CHANGE_COLUMNS)


def example_stated() -> pd.DataFrame:
    """No stated rows: the example is a tracker's."""
    return typed_frame([], STATED_COLUMNS)


def ledger_example() -> Mapping[str, Any]:
    """Arguments for `metrics.ledger.ledger`: committed 5 + 5 + 2 + 0, added 3, removed 2, re-estimated 3, completed 8."""
    return {
        "sprint_id": "1",
        "sprints": example_sprints(),
        "items": example_items(),
        "changes": example_changes(),
        "stated": example_stated(),
        "done_status_ids": frozenset({"done"}),
        "known_status_ids": frozenset({"open", "done"}),
        "as_of": day(20),
    }
