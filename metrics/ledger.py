"""The sprint ledger: what was committed, came, went and got done, and why each item stands where it does (R1-R18)."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
import pandas as pd

from metrics.entries import FIVE_MINUTES, Fold
from metrics.entry import Doubts, Entry
from metrics.events import prepare_history
from metrics.examples import ledger_example
from metrics.finding import Finding
from metrics.history import History, SprintSpan, instant, microseconds
from metrics.presence import Counting
from metrics.registry import INSTANT, metric
from metrics.totals import FIGURES, RATIOS, UNITS, Figures, Ratios, balance_of, known_of, ratios_of, totals_of
from metrics.untold import leave_open

POLICIES = ("jira-cloud", "jira-dc", "plan-cn")
ENTRY_COLUMNS = {
    "sprint_id": "str",
    "work_item_id": "str",
    "bucket": "str",
    "outcome": "str",
    "entered_at": INSTANT,
    "left_at": INSTANT,
    "done_at": INSTANT,
    "initial_points": "float64",
    "final_points": "float64",
    "is_unestimated": "bool",
    "is_first_estimate": "bool",
    "is_content_changed": "bool",
    "is_spillover": "bool",
    "why_code": "str",
    "why_params": "object",
}
INSTANT_COLUMNS = tuple(name for name, dtype in ENTRY_COLUMNS.items() if dtype == INSTANT)
TOTAL_COLUMNS = {
    "sprint_id": "str",
    "unit": "str",
    "policy": "str",
    "as_of": INSTANT,
    **dict.fromkeys(FIGURES, "float64"),
    "is_balanced": "boolean",
    **dict.fromkeys(RATIOS, "float64"),
}
_entry_values = attrgetter(*ENTRY_COLUMNS)
NOT_A_TIME = np.iinfo(np.int64).min
SEVERITY = {  # every other code is a warning
    "closed_without_end": "error",
    "ends_before_start": "error",
    "membership_contradiction": "error",
    "removed_before_added": "error",
    "content_unknown": "info",
    "deleted_item": "info",
    "unestimated": "info",
}


@dataclass(frozen=True, eq=False)
class Ledger:
    """One sprint's ledger at one instant.

    Args: rows, one per item that mattered, by key; `entries`, the same as a frame (ENTRY_COLUMNS); totals and ratios, {"points": {...}, "counts": {...}} with FIGURES and RATIOS as keys, null where not known; balances, per unit;
    t0 and t1, the window (None where the sprint has not started).
    """

    sprint_id: str
    policy: str
    as_of: datetime
    is_started: bool
    t0: datetime | None
    t1: datetime | None
    rows: tuple[Entry, ...]
    totals: dict[str, Figures]
    ratios: dict[str, Ratios]
    balances: dict[str, bool | None]
    findings: tuple[Finding, ...]

    @cached_property
    def entries(self) -> pd.DataFrame:
        """SprintEntry's columns without source_id, one row per item that mattered, by key (ENTRY_COLUMNS)."""
        return _frame([[getattr(row, name) for name in ENTRY_COLUMNS] for row in self.rows], ENTRY_COLUMNS)

    @property
    def is_balanced(self) -> bool | None:
        """R15 in both units: False where either side fails, None where it cannot be known."""
        if False in self.balances.values():
            return False
        return None if None in self.balances.values() else True


@metric(
    name="ledger",
    title="Sprint ledger",
    description="What a sprint began with, what came and went, and what was completed; it always balances.",
    unit="points, items",
    grain="one row per sprint and work item",
    direction="none",
    rule="R1-R18",
    source="Fortnight's counting rules, after the events of Jira's sprint report",
    columns=ENTRY_COLUMNS,
    frame="entries",
    example=ledger_example,
)
def ledger(
    sprint_id: str,
    sprints: pd.DataFrame,
    items: pd.DataFrame,
    changes: pd.DataFrame,
    stated: pd.DataFrame,
    done_status_ids: Set[str],
    known_status_ids: Set[str],
    *,
    as_of: datetime,
    policy: str = "jira-cloud",
    counts_subtasks: bool = False,
) -> Ledger:
    """One sprint's ledger as of an instant.

    Args: sprints, items, changes, stated: all rows of one source, as `metrics.events.prepare_history` takes them;
    done_status_ids, statuses that mean done on the sprint's board (R8); known_status_ids, every status that exists;
    as_of, aware; policy, one of POLICIES (R15); counts_subtasks, whether sub-tasks count (R6).
    Returns: a Ledger; one whose figures are all null for a sprint that has not started, has no usable dates, or is
    not among `sprints`.
    Raises: ValueError for an unknown policy.
    Rule: R1-R18.
    """
    history = prepare_history(sprints, items, changes, stated)
    counting = counting_rules(done_status_ids, known_status_ids, as_of, policy, counts_subtasks=counts_subtasks)
    return fold_ledger(history, sprint_id, counting)


def ledgers(
    sprint_ids: Iterable[str],
    sprints: pd.DataFrame,
    items: pd.DataFrame,
    changes: pd.DataFrame,
    stated: pd.DataFrame,
    done_status_ids: Set[str],
    known_status_ids: Set[str],
    *,
    as_of: datetime,
    policy: str = "jira-cloud",
    counts_subtasks: bool = False,
) -> dict[str, Ledger]:
    """The ledgers of several sprints of boards that share their done statuses: sprint id -> Ledger, prepared once.

    Boards with other done statuses: call `metrics.events.prepare_history` once and `fold_ledger` per sprint.
    Args, Raises, Rule: as `ledger`.
    """
    history = prepare_history(sprints, items, changes, stated)
    counting = counting_rules(done_status_ids, known_status_ids, as_of, policy, counts_subtasks=counts_subtasks)
    return {sprint_id: fold_ledger(history, sprint_id, counting) for sprint_id in sprint_ids}


def counting_rules(
    done_status_ids: Set[str],
    known_status_ids: Set[str],
    as_of: datetime,
    policy: str,
    *,
    counts_subtasks: bool = False,
) -> Counting:
    """How to count, checked. Raises: ValueError for a policy that is none of POLICIES."""
    if policy not in POLICIES:
        raise ValueError(f"policy {policy!r} is none of {', '.join(POLICIES)}")
    return Counting(
        microseconds(as_of), policy, counts_subtasks, frozenset(done_status_ids), frozenset(known_status_ids)
    )


def fold_ledger(history: History, sprint_id: str, counting: Counting) -> Ledger:
    """The ledger of one sprint from a prepared history. Returns, Rule: as `ledger`."""
    span = history.sprints.get(sprint_id)
    window, problem = _window(span, counting.as_of)
    if span is None or window is None:
        if span is not None and problem is None and span.start is None and _has_done(history, sprint_id):
            problem = (
                "sprint_without_start"  # a plan without dates is none yet; one with finished items lacks its column
            )
        found = [_finding(problem, sprint_id, span.name if span else sprint_id, {})] if problem else []
        return _ledger(sprint_id, counting, None, [], None, found)
    doubts = Doubts()
    ended = history.ended_within(span, window[0] - FIVE_MINUTES, window[1])
    fold = Fold(history, span, counting, *window, ended, doubts)
    entries = fold.entries()
    leave_open(history, span, entries, doubts)
    is_content_recorded = history.covers("content", span.end)
    if not is_content_recorded and entries:
        doubts.add("content_unknown", span.id, span.name)
    findings = [_finding(code, span.id, span.name, labels) for code, labels in sorted(doubts.found.items())]
    per_item = [
        Finding("done_without_date", "warning", "work_item", item_id, key, {"items": key, "n": 1, "sprint": span.name})
        for item_id, key in sorted(doubts.found.get("done_without_date", {}).items(), key=itemgetter(1, 0))
    ]
    findings = [one for one in findings if one.code != "done_without_date"] + per_item
    return _ledger(sprint_id, counting, window, entries, is_content_recorded, findings)


def _has_done(history: History, sprint_id: str) -> bool:
    """Whether a sheet states anything as done in this sprint."""
    items = history.by_sprint.get(sprint_id, [])
    stated = (history.stated.get((sprint_id, item_id)) for item_id in items)
    return any(row.is_done for row in history.plain.get(sprint_id, ())) or any(row and row.is_done for row in stated)


def totals_frame(given: Iterable[Ledger]) -> pd.DataFrame:
    """Ledgers as rows of SprintTotal without source_id: one per sprint and unit (`points`, `count`), nulls kept."""
    columns = total_columns(given)
    return pd.DataFrame(columns, columns=list(TOTAL_COLUMNS)).astype(TOTAL_COLUMNS)


def total_columns(given: Iterable[Ledger]) -> dict[str, list[Any]]:
    """The same as plain columns: numbers are floats, instants datetimes, what is not known None."""
    columns: dict[str, list[Any]] = {name: [] for name in TOTAL_COLUMNS}
    for one in given:
        for unit in UNITS:
            columns["sprint_id"].append(one.sprint_id)
            columns["unit"].append("points" if unit == "points" else "count")
            columns["policy"].append(one.policy)
            columns["as_of"].append(one.as_of)
            columns["is_balanced"].append(one.balances[unit])
            for name, value in (*one.totals[unit].items(), *one.ratios[unit].items()):
                columns[name].append(None if value is None else float(value))
    return columns


def entry_columns(given: Iterable[Ledger]) -> dict[str, list[Any]]:
    """Ledgers' entries as plain columns, SprintEntry's without source_id: instants are datetimes, nulls None."""
    rows = [_entry_values(row) for one in given for row in one.rows]
    columns = (
        dict(zip(ENTRY_COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
        if rows
        else {name: [] for name in ENTRY_COLUMNS}
    )
    for name in INSTANT_COLUMNS:
        at = {value: instant(value) for value in set(columns[name]) if value is not None}
        columns[name] = [at.get(value) for value in columns[name]]
    return columns


def _window(span: SprintSpan | None, as_of: int) -> tuple[tuple[int, int] | None, str | None]:
    """R1: (T0, T1), or why there is none: a code for a finding, or None where the sprint simply has not started."""
    if span is None:
        return None, "sprint_unknown"
    if span.state == "future":
        return None, None
    if span.start is None:
        return None, "sprint_without_start"
    if span.start > as_of:
        return None, None
    if span.end is None and span.state == "closed":
        return None, "closed_without_end"
    if span.end is not None and span.end < span.start:
        return None, "ends_before_start"
    return (span.start, as_of if span.end is None else min(span.end, as_of)), None


def _finding(code: str, sprint_id: str, name: str, labels: dict[str, str]) -> Finding:
    found = sorted(labels.values())
    params = {"sprint": name, "items": ", ".join(found), "n": len(found)}
    return Finding(code, SEVERITY.get(code, "warning"), "sprint", sprint_id, name, params)


def _ledger(
    sprint_id: str,
    counting: Counting,
    window: tuple[int, int] | None,
    entries: list[Entry],
    is_content_recorded: bool | None,
    findings: list[Finding],
) -> Ledger:
    totals: dict[str, Figures] = {unit: dict.fromkeys(FIGURES) for unit in UNITS}
    ratios: dict[str, Ratios] = {unit: dict.fromkeys(RATIOS) for unit in UNITS}
    if window is not None:
        known = known_of(entries, is_content_recorded=bool(is_content_recorded))
        totals, ratios = totals_of(entries, known), ratios_of(entries, known, counting.policy)
    return Ledger(
        sprint_id=sprint_id,
        policy=counting.policy,
        as_of=instant(counting.as_of),
        is_started=window is not None,
        t0=instant(window[0]) if window else None,
        t1=instant(window[1]) if window else None,
        rows=tuple(entries),
        totals=totals,
        ratios=ratios,
        balances={unit: balance_of(totals[unit]) for unit in UNITS},
        findings=tuple(findings),
    )


def _frame(rows: list[list[Any]], columns: dict[str, str]) -> pd.DataFrame:
    """Rows as a typed frame; instants come in microseconds."""
    series: dict[str, Any] = {}
    for index, (name, dtype) in enumerate(columns.items()):
        values = [row[index] for row in rows]
        if dtype == INSTANT:
            stamps = np.array([NOT_A_TIME if at is None else at for at in values], dtype=np.int64).view(
                "datetime64[us]"
            )
            series[name] = pd.DatetimeIndex(stamps).tz_localize("UTC")
        elif dtype in ("float64", "bool"):
            series[name] = np.array(values, dtype=dtype)  # None becomes NaN
        else:
            series[name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(series, index=pd.RangeIndex(len(rows)))
