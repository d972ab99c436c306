"""Closed sprints' ledgers as they were frozen: written once with their hash, and never changed. `store.frozen` reads by them."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Table, and_, func, select
from sqlmodel import Session

from store import tables as t
from store.write import insert_rows, table_of

FROZEN_AT_ONCE = 20  # a first sync freezes every closed sprint there is, and their ledgers are large
ENTRY_KEY = ("source_id", "sprint_id")
FINDING_COLUMNS = ("code", "severity", "subject_table", "subject_id", "subject_label", "params")


@dataclass(frozen=True)
class Snapshot:
    """One frozen ledger. Args: id; sprint_id; policy; frozen_at and frozen_by; reason, of a re-freeze; sha256;
    is_intact, whether the hash is still that of the payload; payload, {"sprint", "totals", "entries", "findings"}."""

    id: int
    sprint_id: str
    policy: str
    frozen_at: datetime
    frozen_by: str
    reason: str | None
    sha256: str
    is_intact: bool
    payload: dict[str, Any]

    def entry(self, work_item_id: str) -> dict[str, Any] | None:
        """An item's entry as it was frozen; None where the frozen ledger does not have the item."""
        return next((one for one in self.payload["entries"] if one["work_item_id"] == work_item_id), None)


def digest(payload: Any) -> str:
    """The hash of a payload: SHA-256 of its JSON with sorted keys."""
    return hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).hexdigest()


def due(session: Session, source_id: int, begun_at: datetime, *, confirmed_by: Collection[str] = ()) -> list[str]:
    """The closed sprints of a source to freeze after a read that began at an instant: completed before it, not frozen
    since, and with a ledger that is known whole in points and in items.

    Args: confirmed_by, kinds of sheets: only sprints that an earlier import of such a sheet, begun after their end, told
    of as well.
    """
    sprint, total, snapshot, run = (table_of(model) for model in (t.Sprint, t.SprintTotal, t.SprintSnapshot, t.SyncRun))
    known = (
        select(total.c.sprint_id)
        .where(total.c.source_id == source_id, total.c.is_balanced.is_not(None))
        .group_by(total.c.sprint_id)
        .having(func.count() == 2)
    )
    frozen = select(snapshot.c.sprint_id).where(snapshot.c.source_id == source_id, of_this_end(snapshot, sprint))
    earlier = select(run.c.id).where(
        run.c.source_id == source_id, run.c.state == "done", run.c.sheet_kind.in_(list(confirmed_by)),
        run.c.started_at >= sprint.c.completed_at, run.c.started_at < begun_at,
    )  # fmt: skip
    statement = (
        select(sprint.c.external_id)
        .where(
            sprint.c.source_id == source_id,
            sprint.c.state == "closed",
            sprint.c.is_deleted.is_(False),
            sprint.c.completed_at <= begun_at,
            sprint.c.external_id.in_(known),
            ~frozen.correlate(sprint).exists(),
            *([earlier.exists()] if confirmed_by else []),
        )
        .order_by(sprint.c.completed_at, sprint.c.external_id)
    )
    return [str(row[0]) for row in session.execute(statement)]


def freeze(
    session: Session, source_id: int, sprint_ids: Sequence[str], *, at: datetime, by: str, reason: str | None = None
) -> int:
    """Write the derived ledgers of some sprints as snapshots. Returns how many."""
    for start in range(0, len(sprint_ids), FROZEN_AT_ONCE):
        part = list(sprint_ids[start : start + FROZEN_AT_ONCE])
        payloads = derived_payloads(session, source_id, part)
        insert_rows(
            session,
            t.SprintSnapshot,
            [
                {
                    "source_id": source_id, "sprint_id": one, "policy": payloads[one]["totals"][0]["policy"],
                    "frozen_at": at, "frozen_by": by, "reason": reason, "payload": payloads[one],
                    "sha256": digest(payloads[one]),
                }
                for one in part
            ],
        )  # fmt: skip
    return len(sprint_ids)


def derived_payloads(session: Session, source_id: int, sprint_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Sprint id -> what a snapshot of it would hold now."""
    sprint, total, entry, item, finding = (
        table_of(model) for model in (t.Sprint, t.SprintTotal, t.SprintEntry, t.WorkItem, t.Finding)
    )
    ids = list(sprint_ids)
    dates = select(sprint).where(sprint.c.source_id == source_id, sprint.c.external_id.in_(ids))
    found: dict[str, dict[str, Any]] = {
        row.external_id: {
            "sprint": {
                "name": row.name, "goal": row.goal, "started_at": _text(row.started_at),
                "planned_end_at": _text(row.planned_end_at), "completed_at": _text(row.completed_at),
            },
            "totals": [], "entries": [], "findings": [],
        }
        for row in session.execute(dates)
    }  # fmt: skip
    totals = select(total).where(total.c.source_id == source_id, total.c.sprint_id.in_(ids))
    for row in session.execute(totals.order_by(total.c.unit.desc())):
        found[row.sprint_id]["totals"].append(_plain(row._mapping, ("source_id", "sprint_id")))
    same = (item.c.source_id == entry.c.source_id) & (item.c.external_id == entry.c.work_item_id)
    entries = (
        select(entry, item.c.key, item.c.title)
        .select_from(entry.join(item, same))
        .where(entry.c.source_id == source_id, entry.c.sprint_id.in_(ids))
        .order_by(item.c.key)
    )
    for row in session.execute(entries):
        found[row.sprint_id]["entries"].append(_plain(row._mapping, ENTRY_KEY))
    findings = select(finding).where(finding.c.source_id == source_id, finding.c.sprint_id.in_(ids))
    for row in session.execute(findings.order_by(finding.c.code, finding.c.subject_id)):
        found[row.sprint_id]["findings"].append({name: row._mapping[name] for name in FINDING_COLUMNS})
    return found


def latest(session: Session, source_id: int, sprint_id: str) -> Snapshot | None:
    """The newest snapshot of a sprint, with its payload; None where it was not frozen since its present end."""
    snapshot, sprint = table_of(t.SprintSnapshot), table_of(t.Sprint)
    statement = (
        select(snapshot)
        .join(sprint, of_this_end(snapshot, sprint))
        .where(snapshot.c.source_id == source_id, snapshot.c.sprint_id == sprint_id)
    )
    row = session.execute(statement.order_by(snapshot.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    names = ("id", "sprint_id", "policy", "frozen_at", "frozen_by", "reason", "sha256")
    return Snapshot(
        **{name: row._mapping[name] for name in names},
        is_intact=digest(row.payload) == row.sha256,
        payload=row.payload,
    )


def says_the_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two payloads hold the same ledger, whenever each was derived."""
    return digest(_timeless(one)) == digest(_timeless(other))


def _timeless(payload: dict[str, Any]) -> dict[str, Any]:
    """The ledger without the instant of its derivation, what items are called, and what came after the sprint (R14)."""
    totals = [_without(total, ("as_of", "spillover")) for total in payload["totals"]]
    entries = [_without(one, ("key", "title", "is_spillover")) for one in payload["entries"]]
    return {"totals": totals, "entries": sorted(entries, key=lambda one: str(one["work_item_id"]))}


def _without(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def number_of(session: Session, source_id: int, sprint_id: str) -> int:
    """How often a sprint was frozen."""
    snapshot = table_of(t.SprintSnapshot)
    statement = select(func.count()).where(snapshot.c.source_id == source_id, snapshot.c.sprint_id == sprint_id)
    return int(session.execute(statement).scalar_one())


def forget(session: Session, source_id: int, *, frozen_at: datetime) -> int:
    """Delete what one import froze, when that import is undone. Returns how many."""
    snapshot = table_of(t.SprintSnapshot)
    where = (snapshot.c.source_id == source_id, snapshot.c.frozen_at == frozen_at, snapshot.c.reason.is_(None))
    return int(session.connection().execute(snapshot.delete().where(*where)).rowcount)


def of_this_end(snapshot: Table, sprint: Table) -> ColumnElement[bool]:
    """Whether a snapshot is of a sprint's present end: one that was reopened since has another, or none yet."""
    return and_(
        sprint.c.source_id == snapshot.c.source_id,
        sprint.c.external_id == snapshot.c.sprint_id,
        sprint.c.state == "closed",
        sprint.c.completed_at <= snapshot.c.frozen_at,
    )


def _plain(row: Any, left_out: Sequence[str]) -> dict[str, Any]:
    return {
        name: value.isoformat() if type(value) is datetime else value
        for name, value in row.items()
        if name not in left_out
    }


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
