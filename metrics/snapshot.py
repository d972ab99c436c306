"""What a closed sprint's frozen ledger says differently from the one its source would give today."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from metrics.registry import metric, typed_frame
from metrics.totals import FIGURES, UNITS

DIFFERENCE_COLUMNS = {"unit": "str", "figure": "str", "frozen": "float64", "now": "float64"}
ITEM_COLUMNS = {
    "work_item_id": "str",
    "key": "str",
    "what": "str",
    "frozen_bucket": "str",
    "frozen_outcome": "str",
    "frozen_initial": "float64",
    "frozen_final": "float64",
    "bucket": "str",
    "outcome": "str",
    "initial": "float64",
    "final": "float64",
    "why_code": "str",
    "why_params": "object",
}
ENTRY_COLUMNS = {
    "work_item_id": "str",
    "key": "str",
    "bucket": "str",
    "outcome": "str",
    "initial_points": "float64",
    "final_points": "float64",
    "why_code": "str",
    "why_params": "object",
}
TOLERANCE = 1e-6


def snapshot_example() -> Mapping[str, Any]:
    """A-1 was committed and is now added; A-2 has left the record; A-3 has another estimate; A-4 is as it was."""

    def entry(number: int, bucket: str, points: float) -> dict[str, Any]:
        return {
            "work_item_id": str(number), "key": f"A-{number}", "bucket": bucket, "outcome": "completed",
            "initial_points": points, "final_points": points, "why_code": f"{bucket}_completed", "why_params": {},
        }  # fmt: skip

    frozen = [entry(1, "committed", 3), entry(2, "committed", 5), entry(3, "committed", 2), entry(4, "added", 1)]
    now = [entry(1, "added", 3), entry(3, "committed", 8), entry(4, "added", 1)]
    return {"frozen": typed_frame(frozen, ENTRY_COLUMNS), "now": typed_frame(now, ENTRY_COLUMNS)}


@metric(
    name="snapshot_differences",
    title="What differs from the frozen ledger",
    description="Items whose place or size in a closed sprint is no longer what it was when the sprint was frozen.",
    unit="items",
    grain="one row per work item that differs",
    direction="none",
    rule="R15",
    source="Fortnight's counting rules",
    columns=ITEM_COLUMNS,
    example=snapshot_example,
)
def snapshot_differences(frozen: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The items of two ledgers of one sprint that differ.

    Args: frozen, now, one row per item (work_item_id, key, bucket, outcome, initial_points, final_points, why_code,
    why_params). Returns: ITEM_COLUMNS by key; `what` is gone (no longer in the record), new, bucket, outcome or estimate,
    the first that applies; the present `why` says where today's record puts it. Empty input gives no rows.
    Rule: R9-R14.
    """
    before, after = _by_id(frozen), _by_id(now)
    rows = []
    for item_id in sorted(before.keys() | after.keys()):
        was, is_now = before.get(item_id), after.get(item_id)
        what = _what(was, is_now)
        if what is not None:
            rows.append(_row(item_id, what, was or {}, is_now or {}))
    rows.sort(key=lambda row: (row["key"], row["work_item_id"]))
    return typed_frame(rows, ITEM_COLUMNS)


def figure_differences(
    frozen: Mapping[str, Mapping[str, float | None]], now: Mapping[str, Mapping[str, float | None]]
) -> pd.DataFrame:
    """The ledger's figures that differ, per unit: DIFFERENCE_COLUMNS, points first, in the ledger's
    order; spillover, which later sprints decide, is never frozen (R14)."""
    rows = [
        {"unit": unit, "figure": name, "frozen": frozen[unit].get(name), "now": now[unit].get(name)}
        for unit in UNITS
        for name in FIGURES
        if name != "spillover" and not _same(frozen[unit].get(name), now[unit].get(name))
    ]
    return typed_frame(rows, DIFFERENCE_COLUMNS)


def _by_id(entries: pd.DataFrame) -> dict[str, dict[str, Any]]:
    names = list(ENTRY_COLUMNS)
    rows = zip(*(entries[name].tolist() for name in names), strict=True)
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def _what(was: Mapping[str, Any] | None, is_now: Mapping[str, Any] | None) -> str | None:
    if was is None or is_now is None:
        return "new" if was is None else "gone"
    for name, what in (("bucket", "bucket"), ("outcome", "outcome")):
        if (was[name] if isinstance(was[name], str) else None) != (
            is_now[name] if isinstance(is_now[name], str) else None
        ):
            return what
    same = all(_same(was[name], is_now[name]) for name in ("initial_points", "final_points"))
    return None if same else "estimate"


def _same(one: float | None, other: float | None) -> bool:
    is_one, is_other = one is not None and one == one, other is not None and other == other
    if not (is_one and is_other):
        return is_one == is_other
    return abs(float(one or 0) - float(other or 0)) <= TOLERANCE


def _row(item_id: str, what: str, was: Mapping[str, Any], is_now: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "work_item_id": item_id, "key": (is_now or was)["key"], "what": what,
        **{f"frozen_{short}": was.get(name) for short, name in PLACES}, **{short: is_now.get(name) for short, name in PLACES},
        "why_code": is_now.get("why_code"), "why_params": is_now.get("why_params"),
    }  # fmt: skip


PLACES = (("bucket", "bucket"), ("outcome", "outcome"), ("initial", "initial_points"), ("final", "final_points"))
