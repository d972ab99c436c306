"""Which detected changes somebody answered for: a signed change request, a waiver, or nobody (unapproved churn)."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from metrics.churn import CHANGE_COLUMNS, detected_changes, entries_example
from metrics.examples import day
from metrics.registry import INSTANT, metric, typed_frame

LINKED_COLUMNS = {
    **CHANGE_COLUMNS,
    "state": "str",
    "numbers": "object",
    "is_evaluated": "bool",
    "is_signed": "bool",
    "is_waived": "bool",
    "is_unapproved": "bool",
}
STATE_COLUMNS = dict.fromkeys(("detected", "evaluated", "signed", "waived", "unapproved"), "int64")
REQUEST_COLUMNS = {
    "id": "Int64", "number": "str", "version": "Int64", "impact": "str", "impact_points": "float64",
    "impact_days": "float64", "content_sha256": "str",
}  # fmt: skip
REQUEST_ITEM_COLUMNS = {
    "change_request_id": "Int64", "sprint_id": "str", "work_item_id": "str", "change_kind": "str",
}  # fmt: skip
SIGNATURE_COLUMNS = {
    "id": "Int64", "subject_table": "str", "subject_id": "str", "content_sha256": "str", "decision": "str", "signed_at": INSTANT,
}  # fmt: skip
WAIVER_COLUMNS = {
    "id": "Int64", "sprint_id": "str", "work_item_id": "str", "change_kind": "str", "is_revoked": "bool", "waived_at": INSTANT,
}  # fmt: skip


def approvals_example() -> Mapping[str, Any]:
    """The example sprint's four changes: one signed, one evaluated, one waived, one nobody answered for."""
    requests = [
        {"id": 1, "number": "CR-1", "version": 1, "impact": "two days", "content_sha256": "a"},
        {"id": 2, "number": "CR-2", "version": 1, "impact_points": 3.0, "content_sha256": "b"},
    ]
    covered = [
        {"change_request_id": 1, "sprint_id": "1", "work_item_id": "3", "change_kind": "added"},
        {"change_request_id": 2, "sprint_id": "1", "work_item_id": "2"},
    ]
    signed = {"id": 1, "subject_table": "change_request", "subject_id": "CR-1", "content_sha256": "a"}
    waived = {"id": 1, "sprint_id": "1", "work_item_id": "4", "change_kind": "removed", "is_revoked": False}
    return {
        "detected": detected_changes(entries_example()),
        "requests": typed_frame(requests, REQUEST_COLUMNS),
        "request_items": typed_frame(covered, REQUEST_ITEM_COLUMNS),
        "signatures": typed_frame([{**signed, "decision": "approved", "signed_at": day(5)}], SIGNATURE_COLUMNS),
        "waivers": typed_frame([{**waived, "waived_at": day(7)}], WAIVER_COLUMNS),
    }


@metric(
    name="linked_changes",
    title="Changes and their approval",
    description="Each detected change with the change requests that cover it, and whether it was signed or waived.",
    unit="state",
    grain="one row per detected change",
    direction="none",
    rule="R17, R18",
    source="Fortnight: a signature binds the hash of what was signed",
    columns=LINKED_COLUMNS,
    example=approvals_example,
)
def link_changes(
    detected: pd.DataFrame,
    requests: pd.DataFrame,
    request_items: pd.DataFrame,
    signatures: pd.DataFrame,
    waivers: pd.DataFrame,
) -> pd.DataFrame:
    """Each detected change and who answered for it.

    Args, all of one source: detected, as `metrics.churn.detected_changes` gives it; requests, every version of every
    change request (REQUEST_COLUMNS); request_items, what each version covers (REQUEST_ITEM_COLUMNS; change_kind null
    covers every kind); signatures (SIGNATURE_COLUMNS); waivers, the latest row of a change counts (WAIVER_COLUMNS).
    Returns: the rows of `detected`, in their order by sprint, item and kind, with state (signed, waived, evaluated,
    unapproved: the first that applies), numbers (list of the requests that cover it), is_evaluated (a covering
    request states an impact), is_signed (its current version's hash carries an approval and no rejection at or after
    it), is_waived, is_unapproved (neither signed nor waived). Only a request's current version covers anything.
    """
    current = _current(requests)
    decisions = _decisions(signatures)
    covering: dict[tuple[str, str], list[tuple[str | None, dict[str, Any]]]] = defaultdict(list)
    for item in _records(request_items):
        request = current.get(item["change_request_id"])
        if request is not None:
            covering[item["sprint_id"], item["work_item_id"]].append((item["change_kind"], request))
    waived = _waived(waivers)
    rows = []
    for change in _records(detected):
        where = (change["sprint_id"], change["work_item_id"])
        linked = [request for kind, request in covering[where] if kind in (None, change["change_kind"])]
        is_signed = any(decisions.get((one["number"], one["content_sha256"])) == "approved" for one in linked)
        is_evaluated = any(_has_impact(one) for one in linked)
        is_waived = (*where, change["change_kind"]) in waived
        states = (("signed", is_signed), ("waived", is_waived), ("evaluated", is_evaluated), ("unapproved", True))
        answer = {
            "state": next(state for state, applies in states if applies),
            "numbers": sorted({one["number"] for one in linked}),
            "is_evaluated": is_evaluated,
            "is_signed": is_signed,
            "is_waived": is_waived,
            "is_unapproved": not is_signed and not is_waived,
        }
        rows.append({**change, **answer})
    rows.sort(key=lambda row: (row["sprint_id"], row["work_item_id"], row["change_kind"]))
    return typed_frame(rows, LINKED_COLUMNS)


@metric(
    name="change_states",
    title="Unapproved churn",
    description="How many detected changes were evaluated, signed, waived, or made without anybody's approval.",
    unit="changes",
    grain="one row",
    direction="down",
    rule="R17, R18",
    source="Fortnight: a signature binds the hash of what was signed",
    columns=STATE_COLUMNS,
    example=lambda: {"linked": link_changes(**approvals_example())},
)
def change_states(linked: pd.DataFrame) -> pd.DataFrame:
    """How many changes are in which state; a change that is evaluated and signed counts in both.

    Args: linked, one row per detected change (link_changes' columns).
    Returns: one row: detected, evaluated, signed, waived, unapproved (neither signed nor waived). Empty: noughts.
    """
    counts = {"detected": len(linked)}
    counts |= {name: int(linked[f"is_{name}"].sum()) for name in ("evaluated", "signed", "waived", "unapproved")}
    return typed_frame([counts], STATE_COLUMNS)


def _current(requests: pd.DataFrame) -> dict[int, dict[str, Any]]:
    """Row id -> request, of each number's highest version only."""
    latest: dict[str, dict[str, Any]] = {}
    for row in _records(requests):
        known = latest.get(row["number"])
        if known is None or row["version"] > known["version"]:
            latest[row["number"]] = row
    return {row["id"]: row for row in latest.values()}


def _decisions(signatures: pd.DataFrame) -> dict[tuple[str, str], str]:
    """(number, hash) -> the latest decision; where approval and rejection share an instant the rejection stands."""
    latest: dict[tuple[str, str], tuple[Any, bool, str]] = {}
    for row in _records(signatures):
        if row["subject_table"] != "change_request" or row["signed_at"] is None:
            continue
        where = (row["subject_id"], row["content_sha256"])
        made = (row["signed_at"], row["decision"] != "approved", row["decision"])
        if where not in latest or made[:2] > latest[where][:2]:
            latest[where] = made
    return {where: decision for where, (_, _, decision) in latest.items()}


def _waived(waivers: pd.DataFrame) -> set[tuple[str, str, str]]:
    latest: dict[tuple[str, str, str], tuple[Any, int, bool]] = {}
    for row in _records(waivers):
        where = (row["sprint_id"], row["work_item_id"], row["change_kind"])
        made = (row["waived_at"], row["id"], bool(row["is_revoked"]))
        if where not in latest or made[:2] > latest[where][:2]:
            latest[where] = made
    return {where for where, (_, _, is_revoked) in latest.items() if not is_revoked}


def _has_impact(request: Mapping[str, Any]) -> bool:
    return bool(request["impact"]) or request["impact_points"] is not None or request["impact_days"] is not None


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts with None for null; ids as Python ints."""
    names = list(frame.columns)
    columns = [
        [None if gone else value for value, gone in zip(frame[name].tolist(), frame[name].isna(), strict=True)]
        for name in names
    ]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
