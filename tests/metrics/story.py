"""A few lines to tell what happened to some items in some sprints, for hand-computed cases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from metrics.examples import CHANGE_COLUMNS, ITEM_COLUMNS, SPRINT_COLUMNS, STATED_COLUMNS
from metrics.ledger import Ledger, ledger
from metrics.registry import typed_frame

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
T1 = T0 + timedelta(days=14)
ALL_KNOWN = ("added_at", "removed_at", "initial_points", "done_at")
DONE, OPEN = "10003", "10000"


def at(days: float, **more: float) -> datetime:
    """An instant so many days (and hours, minutes, ...) after T0 of sprint 1."""
    return T0 + timedelta(days=days, **more)


class Story:
    """Collects rows; `ledger()` folds them. Sprint 1 of board 7 runs from T0 to T1 and is closed."""

    def __init__(self) -> None:
        self.sprints: list[dict[str, Any]] = []
        self.items: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.stated: list[dict[str, Any]] = []
        self.sprint("1", T0, T1)

    def sprint(self, sprint_id: str, start: datetime | None, end: datetime | None, **more: Any) -> "Story":
        state = "future" if start is None else "closed" if end else "active"
        row = {"sprint_id": sprint_id, "board_id": "7", "name": f"Sprint {sprint_id}", "state": state}
        self.sprints = [one for one in self.sprints if one["sprint_id"] != sprint_id]
        self.sprints.append({**row, "started_at": start, "completed_at": end, **more})
        return self

    def item(
        self, item_id: str, points: float | None = 3, now: str = "1", *, is_done: bool = False, **more: Any
    ) -> "Story":
        """An item as it stands now; `now` is its Sprint field, "1, 2"."""
        row = {
            "work_item_id": item_id, "key": f"A-{item_id}", "title": "an item", "kind": "requirement",
            "sprint_ids": [part.strip() for part in now.split(",") if part.strip()], "status_id": DONE if is_done else OPEN,
            "is_done": is_done, "estimate_points": points, "created_at": at(-30), "is_deleted": False,
        }  # fmt: skip
        self.items.append({**row, **more})
        return self

    def change(
        self, item_id: str, when: datetime, field: str, before: str | None, after: str | None, **more: Any
    ) -> "Story":
        row = {"change_id": str(1000 + len(self.changes)), "work_item_id": item_id, "at": when, "author": "Lin"}
        self.changes.append({**row, "field": field, "from_value": before, "to_value": after, **more})
        return self

    def done(self, item_id: str, when: datetime) -> "Story":
        return self.change(item_id, when, "status", OPEN, DONE)

    def reopened(self, item_id: str, when: datetime) -> "Story":
        return self.change(item_id, when, "status", DONE, OPEN)

    def state(self, item_id: str, sprint_id: str = "1", known: tuple[str, ...] = ALL_KNOWN, **more: Any) -> "Story":
        """A sheet's row: the item in the sprint, open, 3 points, unless told otherwise."""
        row = {
            "sprint_id": sprint_id,
            "work_item_id": item_id,
            "known": list(known),
            "status_id": OPEN,
            "is_done": False,
        }
        if more.pop("is_done", False):
            row |= {"status_id": DONE, "is_done": True}
        self.stated.append(
            {"initial_points": 3.0 if "initial_points" in known else None, "final_points": 3.0, **row, **more}
        )
        return self

    def frames(self) -> dict[str, pd.DataFrame]:
        return {
            "sprints": typed_frame(self.sprints, SPRINT_COLUMNS),
            "items": typed_frame(self.items, ITEM_COLUMNS),
            "changes": typed_frame(self.changes, CHANGE_COLUMNS),
            "stated": typed_frame(self.stated, STATED_COLUMNS),
        }

    def ledger(self, sprint_id: str = "1", *, as_of: datetime | None = None, **more: Any) -> Ledger:
        known = {"done_status_ids": frozenset({DONE}), "known_status_ids": frozenset({OPEN, DONE, "10001"})}
        return ledger(sprint_id, **self.frames(), **{**known, **more}, as_of=as_of or at(60))


def points(one: Ledger) -> dict[str, Any]:
    """The totals in points that are not nought (nulls stay)."""
    return {name: value for name, value in one.totals["points"].items() if value != 0}


def counts(one: Ledger) -> dict[str, Any]:
    return {name: value for name, value in one.totals["counts"].items() if value != 0}


def where(one: Ledger) -> dict[str, tuple[Any, Any]]:
    """Key's number -> (bucket, outcome), null as None."""
    plain = one.entries.astype(object).where(one.entries.notna(), None)
    return {row.work_item_id: (row.bucket, row.outcome) for row in plain.itertuples()}


def codes(one: Ledger) -> dict[str, str]:
    """Finding code -> the items it lists."""
    return {finding.code: finding.params["items"] for finding in one.findings}
