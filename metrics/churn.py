"""Requirement churn: which changes a sprint saw, and how much of what was committed they touched (R17-R19)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from metrics.examples import day, example_items, example_sprints, ledger_example
from metrics.ledger import ENTRY_COLUMNS, ledger, totals_frame
from metrics.registry import INSTANT, metric, typed_frame

CHANGE_COLUMNS = {
    "sprint_id": "str",
    "work_item_id": "str",
    "change_kind": "str",
    "points": "float64",
    "at": INSTANT,
    "author": "str",
    "is_first_estimate": "bool",
}
CHURN_COLUMNS = {
    "sprint_id": "str",
    "name": "str",
    "unit": "str",
    "committed": "float64",
    "added": "float64",
    "removed": "float64",
    "re_estimated": "float64",
    "churn_gross": "float64",
    "churn_net": "float64",
    "content_churn": "float64",
}
VOLATILITY_COLUMNS = {
    "in_scope": "Int64",
    "added": "Int64",
    "removed": "Int64",
    "changed": "Int64",
    "volatility_ratio": "float64",
}
KIND_ORDER = {"added": 0, "removed": 1, "re_estimated": 2, "content": 3}


def entries_example() -> pd.DataFrame:
    """The entries of the example sprint."""
    return ledger(**ledger_example()).entries


def totals_example() -> pd.DataFrame:
    """The totals of the example sprint, in both units."""
    return totals_frame([ledger(**ledger_example())])


@metric(
    name="detected_changes",
    title="Detected changes",
    description="Every addition, removal, re-estimate and rewording of a sprint's items after it had begun.",
    unit="points",
    grain="one row per sprint, work item and kind of change",
    direction="down",
    rule="R10, R11, R12, R17, R18",
    source="Fortnight's counting rules",
    columns=CHANGE_COLUMNS,
    example=lambda: {"entries": entries_example()},
)
def detected_changes(entries: pd.DataFrame) -> pd.DataFrame:
    """The changes that a change request, or a waiver, must answer for.

    Args: entries, one row per sprint and work item (SprintEntry's columns: sprint_id, work_item_id, bucket, outcome,
    why_code str; initial_points, final_points float; entered_at, left_at instants; is_unestimated,
    is_first_estimate, is_content_changed bool; why_params dict).
    Returns: sprint_id, work_item_id, change_kind (added, removed, re_estimated, content), points (the item's initial
    estimate, or the difference; null for content and where unknown), at, author, is_first_estimate (R12: a first
    estimate apart from a changed one); by sprint, item and kind. Carried items are no change of scope, nor is what
    happens to their size (R17); their content counts (R18). Empty input gives no rows.
    Rule: R10, R11, R12, R17, R18.
    """
    rows: list[dict[str, Any]] = []
    names = ("sprint_id", "work_item_id", "bucket", "outcome", "initial_points", "final_points",
             "entered_at", "left_at", "is_unestimated", "is_first_estimate", "is_content_changed", "why_params")  # fmt: skip
    for values in zip(*(_plain(entries[name]) for name in names), strict=True):
        row = dict(zip(names, values, strict=True))
        why: Mapping[str, Any] = row["why_params"] or {}
        ids = {"sprint_id": row["sprint_id"], "work_item_id": row["work_item_id"], "is_first_estimate": False}
        initial = 0.0 if row["is_unestimated"] else row["initial_points"]
        if row["bucket"] == "added":
            rows.append(
                {
                    **ids,
                    "change_kind": "added",
                    "points": initial,
                    "at": row["entered_at"],
                    "author": why.get("entered_by"),
                }
            )
        if row["bucket"] in ("committed", "added"):
            if row["outcome"] == "removed":
                rows.append(
                    {
                        **ids,
                        "change_kind": "removed",
                        "points": initial,
                        "at": row["left_at"],
                        "author": why.get("left_by"),
                    }
                )
            elif initial is not None and not why.get("is_final_unknown") and (moved := _size(row) - initial) != 0:
                sized = {"at": _read(why.get("estimated_at")), "author": why.get("estimated_by")}
                first = bool(row["is_first_estimate"])
                rows.append(
                    {**ids, "change_kind": "re_estimated", "points": moved, **sized, "is_first_estimate": first}
                )
        if row["bucket"] is not None and row["is_content_changed"]:
            worded = {"at": _read(why.get("content_at")), "author": why.get("content_by")}
            rows.append({**ids, "change_kind": "content", "points": None, **worded})
    rows.sort(key=lambda row: (row["sprint_id"], row["work_item_id"], KIND_ORDER[row["change_kind"]]))
    return typed_frame(rows, CHANGE_COLUMNS)


def _size(row: Mapping[str, Any]) -> float:
    size: float = row["final_points"] or 0.0
    return size


@metric(
    name="churn",
    title="Requirement churn",
    description="How much of what a sprint had committed to was added, removed or re-estimated after it had begun.",
    unit="ratio to committed points or items",
    grain="one row per sprint and unit",
    direction="down",
    rule="R17, R18",
    source="Fortnight's counting rules",
    columns=CHURN_COLUMNS,
    example=lambda: {"totals": totals_example(), "sprints": example_sprints()},
)
def churn(totals: pd.DataFrame, sprints: pd.DataFrame) -> pd.DataFrame:
    """Each sprint's churn beside the figures it is made of.

    Args: totals, one row per sprint and unit (SprintTotal's columns); sprints, one row per sprint (sprint_id, name str;
    started_at instant).
    Returns: sprint_id, name, unit (points, count), committed, added, removed, re_estimated, churn_gross, churn_net,
    content_churn (ratios, null where unknown or nothing was committed); in order of start, then unit. Empty: no rows.
    Rule: R17, R18.
    """
    dates = sprints[["sprint_id", "name", "started_at"]]
    merged = totals.merge(dates, on="sprint_id", how="inner").sort_values(
        ["started_at", "sprint_id", "unit"], ascending=[True, True, False]
    )
    return merged[list(CHURN_COLUMNS)].reset_index(drop=True).astype(CHURN_COLUMNS)


@metric(
    name="volatility",
    title="Requirement volatility",
    description="Requirements added, removed or changed in the sprints of a period, against those in scope when they began.",
    unit="ratio to requirements",
    grain="one row per period",
    direction="down",
    rule="R19",
    source="Requirements volatility index: (added + removed + changed) / total",
    columns=VOLATILITY_COLUMNS,
    example=lambda: {
        "entries": entries_example(),
        "items": example_items(),
        "sprints": example_sprints(),
        "period_from": day(-1),
        "period_to": day(30),
    },
)
def volatility(
    entries: pd.DataFrame, items: pd.DataFrame, sprints: pd.DataFrame, *, period_from: datetime, period_to: datetime
) -> pd.DataFrame:
    """How restless the requirements were over a period: the sprints that started in it, from `period_from` until before `period_to`.

    Args: entries, one row per sprint and work item (SprintEntry's columns, see ENTRY_COLUMNS); items, one row per work
    item (work_item_id, kind str); sprints, one row per sprint (sprint_id str, started_at instant); bounds, aware.
    Returns: one row: in_scope (requirements committed at the starts), added, removed, changed (re-estimated or
    reworded; each item once per sprint), volatility_ratio. Null throughout where a sprint's membership is unknown; the
    ratio is null where nothing was in scope. Empty input gives one row of noughts without a ratio.
    Rule: R19.
    """
    start = sprints["started_at"]
    inside = set(sprints.loc[(start >= period_from) & (start < period_to), "sprint_id"])
    requirements = set(items.loc[items["kind"] == "requirement", "work_item_id"])
    mine = entries[entries["sprint_id"].isin(inside) & entries["work_item_id"].isin(requirements)]
    if mine["why_code"].str.startswith("unknown_").any():
        return typed_frame([{}], VOLATILITY_COLUMNS)
    changes = detected_changes(mine)
    moved = changes[changes["change_kind"].isin(["re_estimated", "content"])]
    counted = {
        "in_scope": int((mine["bucket"] == "committed").sum()),
        "added": int((changes["change_kind"] == "added").sum()),
        "removed": int((changes["change_kind"] == "removed").sum()),
        "changed": len(moved.drop_duplicates(["sprint_id", "work_item_id"])),
    }
    touched = counted["added"] + counted["removed"] + counted["changed"]
    ratio = touched / counted["in_scope"] if counted["in_scope"] else None
    return typed_frame([{**counted, "volatility_ratio": ratio}], VOLATILITY_COLUMNS)


def _plain(column: "pd.Series[Any]") -> list[Any]:
    return [None if gone else value for value, gone in zip(column.tolist(), column.isna(), strict=True)]


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


__all__ = ["CHANGE_COLUMNS", "ENTRY_COLUMNS", "churn", "detected_changes", "volatility"]
