"""A closed sprint as it was frozen, what its source says otherwise today, and what the server's own report says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from core.actor import Scope
from core.rows import rows_of
from metrics.finding import Finding
from metrics.reconciliation import reconciliation, reported_rows
from metrics.snapshot import figure_differences, snapshot_differences
from metrics.timeline import changes_in_order, events_of
from reports.figures.plain import jsonable
from store import frames, snapshots
from store.sprint_reports import creation_of, items_by_key, sprint_report

LEDGER_OF = {"points": "points", "counts": "count"}


@dataclass(frozen=True, eq=False)
class Frozen:
    """A snapshot beside today's record.

    Args: frozen_at, frozen_by, reason (of a re-freeze), sha256, number of snapshots of the sprint; is_intact, whether
    the hash is still that of the content; figures, metrics.snapshot.DIFFERENCE_COLUMNS; items, of
    metrics.snapshot.snapshot_differences.
    """

    frozen_at: datetime
    frozen_by: str
    reason: str | None
    sha256: str
    number: int
    is_intact: bool
    figures: pd.DataFrame
    items: pd.DataFrame

    @property
    def differs(self) -> bool:
        """Whether today's record would give another ledger."""
        return bool(len(self.figures) or len(self.items))


def frozen_state(
    session: frames.Reading, scope: Scope, source_id: int, sprint_id: str, entries: pd.DataFrame, totals: pd.DataFrame
) -> Frozen | None:
    """How a sprint was frozen, and what differs now; None for one that is not frozen.

    Args: entries and totals, as frozen (store.frames.entries, totals).
    """
    held = snapshots.latest(session, source_id, sprint_id)
    if held is None:
        return None
    now_totals = frames.derived_totals(session, scope, source_id=source_id, sprint_ids=[sprint_id])
    now_entries = frames.derived_entries(session, scope, source_id, [sprint_id])
    is_there = len(now_totals) == len(totals)
    return Frozen(
        frozen_at=held.frozen_at,
        frozen_by=held.frozen_by,
        reason=held.reason,
        sha256=held.sha256,
        number=snapshots.number_of(session, source_id, sprint_id),
        is_intact=held.is_intact,
        figures=figure_differences(
            _by_unit(totals), _by_unit(now_totals) if is_there else {"points": {}, "counts": {}}
        ),
        items=snapshot_differences(entries, now_entries),
    )


def frozen_findings(frozen: Frozen | None, sprint_id: str, name: str) -> tuple[Finding, ...]:
    """What a snapshot adds to a sprint's findings: that today's record differs, and that it was altered."""
    found = []
    if frozen is not None and frozen.differs:
        keys = ", ".join(frozen.items["key"])
        params = {"sprint": name, "at": frozen.frozen_at.isoformat(), "n": len(frozen.items), "items": keys or "-"}
        found.append(Finding("differs_from_frozen", "warning", "sprint", sprint_id, name, params))
    if frozen is not None and not frozen.is_intact:
        params = {"sprint": name, "at": frozen.frozen_at.isoformat(), "n": 0, "items": "-"}
        found.append(Finding("snapshot_altered", "error", "sprint", sprint_id, name, params))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Reconciled:
    """Our ledger against the server's report. Args: rows (RECONCILIATION_COLUMNS); compared, items the report names."""

    rows: pd.DataFrame
    compared: int

    @property
    def unexplained(self) -> int:
        """Differences that nobody can explain: the aim is none."""
        return int((~self.rows["is_explained"]).sum())


def reconciled(
    session: frames.Reading, scope: Scope, source_id: int, sprint: dict[str, Any], entries: pd.DataFrame, policy: str
) -> Reconciled | None:
    """Item by item against the server's own report of a sprint; None where the server gave none, or it has not started."""
    report = sprint_report(session, source_id, str(sprint["sprint_id"]))
    begun, ended = sprint["started_at"], sprint["completed_at"]
    if report is None or pd.isna(begun):
        return None
    reported = reported_rows(report)
    known = items_by_key(session, scope, source_id, {*reported["key"], *entries["key"]})
    end = pd.Timestamp.max.tz_localize("UTC") if pd.isna(ended) else ended
    moves = frames.changes(session, scope, source_id, known["work_item_id"].tolist())
    late = set(moves.loc[(moves["field"] == "status") & (moves["at"] > end), "work_item_id"])
    rows = reconciliation(
        reported, entries, known[["key", "kind", "is_deleted", "estimate_points"]], start=begun, end=end, policy=policy,
        later_done=known.loc[known["work_item_id"].isin(late), "key"],
    )  # fmt: skip
    return Reconciled(rows, len(reported))


def item_histories(
    session: frames.Reading,
    scope: Scope,
    source_id: int,
    sprint: dict[str, Any],
    entries: pd.DataFrame,
    as_of: datetime,
) -> dict[str, list[dict[str, Any]]]:
    """Item id -> what happened to it, and what each step did to the sprint's ledger (metrics.timeline.events_of)."""
    if pd.isna(sprint["started_at"]) or entries.empty:
        return {}
    ids, ended = entries["work_item_id"].tolist(), sprint["completed_at"]
    end = pd.Timestamp(as_of) if pd.isna(ended) else min(ended, pd.Timestamp(as_of))
    created = creation_of(session, source_id, ids)
    by_item: dict[str, list[dict[str, Any]]] = {}
    for change in changes_in_order(frames.changes(session, scope, source_id, ids)):
        if change["at"] <= as_of:
            by_item.setdefault(change["work_item_id"], []).append(change)
    statuses = frames.statuses(session, source_id)
    done = frozenset(statuses.loc[statuses["category"] == "done", "status_id"])
    stated = frames.stated_entries(session, source_id, [str(sprint["sprint_id"])])
    added_by = dict(
        zip(stated["work_item_id"], stated["added_by"].where(stated["added_by"].notna(), None), strict=True)
    )
    return {
        entry["work_item_id"]: events_of(
            by_item.get(entry["work_item_id"], []),
            {**entry, "created_at": created.get(entry["work_item_id"]), "added_by": added_by.get(entry["work_item_id"])},
            str(sprint["sprint_id"]), sprint["started_at"], end, done,
        )
        for entry in rows_of(entries)
    }  # fmt: skip


def _by_unit(totals: pd.DataFrame) -> dict[str, dict[str, Any]]:
    by_unit = totals.set_index("unit")
    return {
        unit: {str(name): jsonable(value) for name, value in by_unit.loc[key].items()}
        for unit, key in LEDGER_OF.items()
    }
