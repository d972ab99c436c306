"""One item's history in one sprint: what happened, who did it, and what each step did to the sprint's ledger."""

from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from typing import Any

import pandas as pd

from metrics.examples import CHANGE_COLUMNS
from metrics.examples import day as example_day
from metrics.history import CONTENT_FIELDS
from metrics.registry import INSTANT, metric, typed_frame

TIMELINE_COLUMNS = {
    "at": INSTANT,
    "author": "str",
    "kind": "str",
    "field": "str",
    "before": "str",
    "after": "str",
    "effect": "str",
    "points": "float64",
}
KINDS = ("created", "entered", "left", "sprint", "estimate", "status", "content", "other")
EFFECTS = (
    "before_start", "after_end", "committed", "added", "carried", "returned", "removed", "left_for_a_while", "re_estimated",
    "first_estimate", "initial_estimate", "completed", "done_for_a_while", "reopened", "content_churn", "none",
)  # fmt: skip


def timeline_example() -> Mapping[str, Any]:
    """An item added on day 3, re-estimated on day 4, done on day 9."""
    rows = [
        ("20", example_day(3), "sprint", None, "1"), ("21", example_day(4), "estimate", "3", "5"),
        ("22", example_day(5), "title", "a", "b"), ("23", example_day(9), "status", "open", "done"),
    ]  # fmt: skip
    names = ("change_id", "at", "field", "from_value", "to_value")
    changes = typed_frame(({"author": "Lin", **dict(zip(names, row, strict=True))} for row in rows), CHANGE_COLUMNS)
    entry = {
        "bucket": "added", "outcome": "completed", "entered_at": example_day(3), "left_at": None, "done_at": example_day(9),
        "created_at": example_day(-2), "added_by": None,
    }  # fmt: skip
    return {
        "changes": changes, "entry": entry, "sprint_id": "1", "start": example_day(0), "end": example_day(14),
        "done_status_ids": frozenset({"done"}),
    }  # fmt: skip


@metric(
    name="timeline",
    title="Item history",
    description="What happened to an item, who did it, and what each step did to the sprint's ledger.",
    unit="points",
    grain="one row per event",
    direction="none",
    rule="R3-R14, R18",
    source="Fortnight's counting rules",
    columns=TIMELINE_COLUMNS,
    example=timeline_example,
)
def timeline(
    changes: pd.DataFrame,
    *,
    entry: Mapping[str, Any],
    sprint_id: str,
    start: datetime,
    end: datetime,
    done_status_ids: Set[str],
) -> pd.DataFrame:
    """The events of one item, oldest first, and their effect on one sprint.

    Args: changes, the item's recorded changes (Change's columns); entry, its row in the ledger (bucket, outcome,
    entered_at, left_at, done_at, null where not so, and `created_at` of the item); start and end, T0 and T1; done_status_ids
    (R8). What a sheet states without a recorded change (came in, taken out, done) becomes an event too.
    Returns: TIMELINE_COLUMNS; `effect` is one of EFFECTS, `points` how much the ledger moved by it, null where not at all.
    Empty input gives the events that the entry states.
    Rule: R3-R14, R18.
    """
    events = events_of(changes_in_order(changes), entry, sprint_id, start, end, done_status_ids)
    return typed_frame(events, TIMELINE_COLUMNS)


def events_of(
    changes: Iterable[Mapping[str, Any]],
    entry: Mapping[str, Any],
    sprint_id: str,
    start: datetime,
    end: datetime,
    done_status_ids: Set[str],
) -> list[dict[str, Any]]:
    """As `timeline`, of changes in order (changes_in_order) and as rows: three hundred items need no frames."""
    rows = [_row(one, entry, sprint_id, start, end, done_status_ids) for one in changes]
    rows += _stated(rows, entry, start)
    return sorted(rows, key=lambda row: row["at"])


def changes_in_order(changes: pd.DataFrame) -> list[dict[str, Any]]:
    """Changes as rows by time and id, missing values as None."""
    ordered = changes.assign(width=changes["change_id"].str.len()).sort_values(["at", "width", "change_id"])
    names = ("work_item_id", "at", "author", "field", "from_value", "to_value", "from_label", "to_label")
    columns = [[None if pd.isna(value) else value for value in ordered[name]] for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _row(
    one: Mapping[str, Any],
    entry: Mapping[str, Any],
    sprint_id: str,
    start: datetime,
    end: datetime,
    done_status_ids: Set[str],
) -> dict[str, Any]:
    kind = _kind(one, sprint_id)
    effect, points = "none", None
    if one["at"] <= start:
        effect = "before_start"
    elif one["at"] > end:
        effect = "after_end"
    else:
        effect, points = _effect(one, kind, entry, done_status_ids)
    return {
        "at": one["at"], "author": one["author"], "kind": kind, "field": one["field"],
        "before": one["from_label"] or one["from_value"], "after": one["to_label"] or one["to_value"], "effect": effect,
        "points": points,
    }  # fmt: skip


def _kind(one: Mapping[str, Any], sprint_id: str) -> str:
    if one["field"] == "sprint":
        was, now = sprint_id in _sprint_ids(one["from_value"]), sprint_id in _sprint_ids(one["to_value"])
        return "entered" if now and not was else "left" if was and not now else "sprint"
    if one["field"] in ("estimate", "status"):
        return str(one["field"])
    return "content" if one["field"] in CONTENT_FIELDS else "other"


def _effect(
    one: Mapping[str, Any], kind: str, entry: Mapping[str, Any], done_status_ids: Set[str]
) -> tuple[str, float | None]:
    """What a step inside the sprint did to its ledger."""
    entered, is_counted = _known(entry.get("entered_at")), isinstance(entry.get("bucket"), str)
    is_after_entry = is_counted and entered is not None and one["at"] > entered
    if kind == "entered":
        return (str(entry["bucket"]), None) if is_counted and one["at"] == entered else ("returned", None)
    if kind == "left":
        is_last = entry.get("outcome") == "removed" and one["at"] == _known(entry.get("left_at"))
        return ("removed", None) if is_last else ("left_for_a_while", None)
    if kind == "estimate" and is_counted:
        before, after = _estimate(one["from_value"]), _estimate(one["to_value"])
        moved = (after or 0.0) - (before or 0.0)
        if not is_after_entry:
            return "initial_estimate", None
        return ("first_estimate" if before is None else "re_estimated"), moved
    if kind == "status":
        was, now = one["from_value"] in done_status_ids, one["to_value"] in done_status_ids
        if now and not was:
            is_last = entry.get("outcome") == "completed" and one["at"] == _known(entry.get("done_at"))
            return ("completed" if is_last else "done_for_a_while"), None
        return ("reopened" if was and not now else "none"), None
    return ("content_churn" if kind == "content" and is_after_entry else "none"), None


def _stated(rows: list[dict[str, Any]], entry: Mapping[str, Any], start: datetime) -> list[dict[str, Any]]:
    """Events that the ledger knows and no recorded change tells: what a sheet states, and the creation."""
    told = {(row["kind"], row["at"]) for row in rows}
    found = []
    created = _known(entry.get("created_at"))
    if created is not None:
        effect = (
            "before_start" if created <= start else "added" if created == _known(entry.get("entered_at")) else "none"
        )
        found.append(_event(created, "created", effect))
    entered = _known(entry.get("entered_at"))
    if entered is not None and entered > start and entered != created and ("entered", entered) not in told:
        is_reopened = ("status", entered) in told
        found += (
            []
            if is_reopened
            else [_event(entered, "entered", str(entry.get("bucket") or "none"), entry.get("added_by"))]
        )
    left, done = _known(entry.get("left_at")), _known(entry.get("done_at"))
    if left is not None and ("left", left) not in told:
        found.append(_event(left, "left", "removed" if entry.get("outcome") == "removed" else "left_for_a_while"))
    if done is not None and ("status", done) not in told and not (created is not None and done == created):
        effect = "completed" if entry.get("outcome") == "completed" else "none"
        found.append(_event(done, "status", "before_start" if done <= start else effect))
    return found


def _event(at: datetime, kind: str, effect: str, author: str | None = None) -> dict[str, Any]:
    return {"at": at, "kind": kind, "effect": effect, "author": author}


def _known(at: Any) -> datetime | None:
    return at if isinstance(at, datetime) and not pd.isna(at) else None


def _sprint_ids(text: str | None) -> set[str]:
    """The ids in a Sprint change's full list, "76, 79" (R5)."""
    return {part for part in (piece.strip() for piece in (text or "").split(",")) if part}


def _estimate(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:  # words where a number belongs count as none, as in the ledger
        return None
