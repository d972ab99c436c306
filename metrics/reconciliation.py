"""Our ledger against the server's own sprint report, item by item, with the reason of each difference."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from metrics.examples import day as example_day
from metrics.registry import INSTANT, metric, typed_frame
from metrics.snapshot import ENTRY_COLUMNS

REPORT_COLUMNS = {"key": "str", "part": "str", "is_added": "bool", "initial": "float64", "final": "float64"}
KNOWN_COLUMNS = {"key": "str", "kind": "str", "is_deleted": "bool", "estimate_points": "float64"}
RECONCILIATION_COLUMNS = {
    "key": "str",
    "what": "str",
    "theirs": "str",
    "ours": "str",
    "reason": "str",
    "is_explained": "bool",
}
# The report's lists, and what we call them; what we call it and where our ledger has it.
PARTS = {
    "completedIssues": "completed",
    "issuesNotCompletedInCurrentSprint": "not_completed",
    "puntedIssues": "removed",
    "issuesCompletedInAnotherSprint": "completed_outside",
}
BOUNDARY = timedelta(minutes=1)
REASONS = (
    "unexplained", "boundary", "carried", "reopened", "done_at_start", "added_then_removed", "not_counted", "deleted",
    "not_read", "returned", "after_close", "estimate_today", "policy", "completed_elsewhere",
)  # fmt: skip
TOLERANCE = 1e-6


def reported_rows(report: Mapping[str, Any]) -> pd.DataFrame:
    """The items of a sprint report as the server gives it (`contents` of greenhopper's sprintreport).

    Returns: REPORT_COLUMNS, one row per item, by key: in which of PARTS it stands, whether the server says it was added
    during the sprint, its first and last estimate (null where none is given). A list that is missing counts as empty.
    """
    contents = report.get("contents") or {}
    added = {str(key) for key, is_added in (contents.get("issueKeysAddedDuringSprint") or {}).items() if is_added}
    rows = {
        str(issue["key"]): {
            "key": str(issue["key"]),
            "part": part,
            "is_added": str(issue["key"]) in added,
            "initial": _statistic(issue, "estimateStatistic"),
            "final": _statistic(issue, "currentEstimateStatistic"),
        }
        for name, part in PARTS.items()
        for issue in contents.get(name) or []
        if issue.get("key")
    }
    return typed_frame((rows[key] for key in sorted(rows)), REPORT_COLUMNS)


def reconciliation_example() -> Mapping[str, Any]:
    """A-1 agrees, A-2 was carried, A-3 nobody can explain, S-1 is a sub-task."""

    def entry(key: str, bucket: str, outcome: str) -> dict[str, Any]:
        return {"work_item_id": key, "key": key, "bucket": bucket, "outcome": outcome, "initial_points": 3.0,
                "final_points": 3.0, "why_code": f"{bucket}_{outcome}", "why_params": {}}  # fmt: skip

    reported = [
        {"key": key, "part": part, "is_added": key == "A-2", "initial": 3.0, "final": 3.0}
        for key, part in (("A-1", "completed"), ("A-2", "not_completed"), ("A-3", "completed"), ("S-1", "completed"))
    ]
    ours = [
        entry("A-1", "committed", "completed"),
        entry("A-2", "carried", "not_completed"),
        entry("A-3", "committed", "not_completed"),
    ]
    known = [{"key": one, "kind": "subtask" if one == "S-1" else "requirement", "is_deleted": False, "estimate_points": 3.0}
             for one in ("A-1", "A-2", "A-3", "S-1")]  # fmt: skip
    instants = {"entered_at": INSTANT, "left_at": INSTANT, "done_at": INSTANT}
    return {
        "reported": typed_frame(reported, REPORT_COLUMNS), "ours": typed_frame(ours, {**ENTRY_COLUMNS, **instants}),
        "known": typed_frame(known, KNOWN_COLUMNS), "start": example_day(0), "end": example_day(14), "policy": "jira-cloud",
    }  # fmt: skip


@metric(
    name="reconciliation",
    title="Against the server's own report",
    description="Where our ledger and the server's sprint report put an item differently, and why.",
    unit="items",
    grain="one row per work item and what differs",
    direction="down",
    rule="R3, R6, R9-R15",
    source="Jira's sprint report, which its maker does not document",
    columns=RECONCILIATION_COLUMNS,
    example=reconciliation_example,
)
def reconciliation(
    reported: pd.DataFrame,
    ours: pd.DataFrame,
    known: pd.DataFrame,
    *,
    start: datetime,
    end: datetime,
    policy: str = "jira-cloud",
    later_done: Iterable[str] = (),
) -> pd.DataFrame:
    """Every difference between the server's sprint report and our ledger.

    Args: reported, REPORT_COLUMNS; ours, the ledger's entries (metrics.snapshot.ENTRY_COLUMNS and entered_at, left_at,
    done_at); known, the source's items by key (KNOWN_COLUMNS), sub-tasks and deleted ones among them; start and end, T0
    and T1; policy (R15); later_done, keys that became done or were reopened only after the end.
    Returns: RECONCILIATION_COLUMNS, those without an explanation first, then by key: `what` is item, outcome, entry,
    initial or final; theirs and ours, what each says (a code, or a number as text; null: nothing); reason, one of REASONS.
    Empty input gives no rows.
    Rule: R3, R6, R9-R15.
    """
    theirs, mine = _rows(reported), _rows(ours)
    facts = {row["key"]: row for row in _rows(known).values()}
    after = frozenset(later_done)
    rows: list[dict[str, Any]] = []
    for key in sorted(theirs.keys() | mine.keys()):
        for what, their, our, reason in _compared(
            theirs.get(key), mine.get(key), facts.get(key), start, end, policy, key in after
        ):
            rows.append(
                {
                    "key": key,
                    "what": what,
                    "theirs": their,
                    "ours": our,
                    "reason": reason,
                    "is_explained": reason != "unexplained",
                }
            )
    rows.sort(key=lambda row: (row["is_explained"], row["key"], row["what"]))
    return typed_frame(rows, RECONCILIATION_COLUMNS)


Difference = tuple[str, str | None, str | None, str]


def _compared(
    their: Mapping[str, Any] | None,
    our: Mapping[str, Any] | None,
    fact: Mapping[str, Any] | None,
    start: datetime,
    end: datetime,
    policy: str,
    is_later_done: bool,
) -> list[Difference]:
    if their is None:
        return [("item", None, _place(our), _only_ours(our or {}, end, policy))]
    if our is None:
        return [("item", str(their["part"]), None, _only_theirs(their, fact))]
    found: list[Difference] = []
    outcome = our["outcome"] if isinstance(our["outcome"], str) else None
    if their["part"] != outcome:
        found.append(("outcome", str(their["part"]), outcome, _outcome_reason(their, our, end, is_later_done)))
    is_added = our["bucket"] in ("added", "carried")
    if outcome != "completed_outside" and isinstance(our["bucket"], str) and bool(their["is_added"]) != is_added:
        found.append(
            ("entry", "added" if their["is_added"] else "committed", str(our["bucket"]), _entry_reason(our, start))
        )
    elif our["bucket"] == "carried" and their["is_added"]:
        found.append(("entry", "added", "carried", "carried"))
    return found + (_estimates(their, our, fact) if their["part"] == outcome else [])


def _only_ours(our: Mapping[str, Any], end: datetime, policy: str) -> str:
    """Why an item of our ledger is not in the server's report."""
    if our.get("bucket") in ("added", "carried") and our.get("outcome") == "removed":
        return "added_then_removed"
    if our.get("outcome") == "removed" and _near(our.get("left_at"), end):
        return "boundary"
    if our.get("outcome") == "completed_outside":
        return "done_at_start"
    return "policy" if policy != "jira-cloud" and our.get("bucket") is None else "unexplained"


def _only_theirs(their: Mapping[str, Any], fact: Mapping[str, Any] | None) -> str:
    """Why an item of the server's report is not in our ledger."""
    if fact is None:
        return "not_read"
    if bool(fact["is_deleted"]):
        return "deleted"
    if fact["kind"] in ("subtask", "epic"):
        return "not_counted"
    if their["part"] == "removed":
        return "returned" if their["is_added"] else "done_at_start"
    return "done_at_start" if their["part"] == "completed_outside" else "unexplained"


def _outcome_reason(their: Mapping[str, Any], our: Mapping[str, Any], end: datetime, is_later_done: bool) -> str:
    parts = {their["part"], our["outcome"]}
    if parts == {"completed", "completed_outside"}:
        return "done_at_start"
    if parts == {"not_completed", "completed_outside"} or parts == {"removed", "completed_outside"}:
        return "completed_elsewhere"
    if any(_near(our.get(name), end) for name in ("left_at", "done_at")):
        return "boundary"
    if parts == {"completed", "not_completed"} and is_later_done:
        return "after_close"
    return "unexplained"


def _entry_reason(our: Mapping[str, Any], start: datetime) -> str:
    if str(our["why_code"]).startswith("reopened"):
        return "reopened"
    if str(our["why_code"]).startswith("committed_done"):
        return "policy"
    if _near(our.get("entered_at"), start) and our["bucket"] != "committed":
        return "boundary"
    return "carried" if our["bucket"] == "carried" else "unexplained"


def _estimates(their: Mapping[str, Any], our: Mapping[str, Any], fact: Mapping[str, Any] | None) -> list[Difference]:
    """Estimates that differ; a missing one and 0 count the same, as they do in the sums (R9)."""
    found: list[Difference] = []
    pairs = [("initial", our["initial_points"])] if our["outcome"] != "completed_outside" else []
    pairs += [("final", our["final_points"])] if our["outcome"] != "removed" else []
    for name, mine in pairs:
        theirs, own = _number(their[name]), _number(mine)
        if abs(theirs - own) <= TOLERANCE:
            continue
        is_today = fact is not None and abs(theirs - _number(fact["estimate_points"])) <= TOLERANCE
        found.append((name, f"{theirs:g}", f"{own:g}", "estimate_today" if is_today else "unexplained"))
    return found


def _place(our: Mapping[str, Any] | None) -> str | None:
    for name in ("outcome", "bucket"):
        if our is not None and isinstance(our[name], str):
            return str(our[name])
    return None


def _near(at: Any, instant: datetime) -> bool:
    return isinstance(at, datetime) and not pd.isna(at) and abs(at - instant) <= BOUNDARY


def _number(value: Any) -> float:
    return 0.0 if value is None or value != value else float(value)


def _statistic(issue: Mapping[str, Any], name: str) -> float | None:
    value = ((issue.get(name) or {}).get("statFieldValue") or {}).get("value")
    return float(value) if isinstance(value, int | float) else None


def _rows(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    names = list(frame.columns)
    return {
        row["key"]: row for row in (dict(zip(names, values, strict=True)) for values in frame.itertuples(index=False))
    }
