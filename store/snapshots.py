"""Closed sprints' ledgers as they were frozen: written once with their hash, read in place of what is derived today."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import pandas as pd
from sqlalchemy import ColumnElement, Table, and_, func, select
from sqlmodel import Session

from core.actor import Scope
from store import tables as t
from store.write import Row, insert_rows, table_of

CHUNK = 500
FROZEN_AT_ONCE = 20  # a first sync freezes every closed sprint there is, and their ledgers are large
TOTAL_KEY = ("source_id", "sprint_id", "unit")
ENTRY_KEY = ("source_id", "sprint_id")
FINDING_COLUMNS = ("code", "severity", "subject_table", "subject_id", "subject_label", "params")
INSTANTS = ("entered_at", "left_at", "done_at")


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
    frozen = select(snapshot.c.sprint_id).where(snapshot.c.source_id == source_id, _of_this_end(snapshot, sprint))
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
        .join(sprint, _of_this_end(snapshot, sprint))
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


def with_frozen_totals(session: Session, derived: pd.DataFrame) -> pd.DataFrame:
    """Totals of sprints (SprintTotal's columns) with those of frozen sprints as they were frozen."""
    if derived.empty:
        return derived
    after = {tuple(row[:3]): row[3] for row in zip(*(derived[name] for name in (*TOTAL_KEY, "spillover")), strict=True)}
    rows = [
        {
            "source_id": source_id, "sprint_id": sprint_id, **total,
            "spillover": after.get((source_id, sprint_id, total["unit"])),  # what came after the end is not frozen
        }
        for source_id, sprint_id, totals in _newest(session, derived, "totals")
        for total in totals
    ]  # fmt: skip
    return _replaced(derived, rows, TOTAL_KEY)


def with_frozen_entries(
    session: Session, derived: pd.DataFrame, source_id: int, sprint_ids: Iterable[str], scope: Scope
) -> pd.DataFrame:
    """Entries of sprints (SprintEntry's columns and those of their items) with those of frozen sprints as frozen.

    What an item is called and where it stands now comes from today's record; an item that is gone keeps its frozen key
    and title.
    """
    asked = pd.DataFrame({"sprint_id": sorted(set(sprint_ids))}, dtype="str").assign(source_id=source_id)
    frozen = {sprint_id: rows for _, sprint_id, rows in _newest(session, asked, "entries")}
    if not frozen:
        return derived
    known = derived.drop_duplicates("work_item_id").set_index("work_item_id")
    held = set(zip(derived["sprint_id"], derived["work_item_id"], derived["is_spillover"], strict=True))
    own = [column.name for column in table_of(t.SprintEntry).columns]
    rows = [
        {
            "source_id": source_id, "sprint_id": sprint_id, **entry,
            "is_spillover": (sprint_id, entry["work_item_id"], True) in held,  # what came after the end is not frozen
        }
        for sprint_id, entries in frozen.items()
        for entry in entries
    ]  # fmt: skip
    fresh = _typed_like(derived, rows)
    masking = session.info.get("masking")
    if masking:
        fresh = masking.masked(session, fresh)
    if scope.projects is not None:  # an item that is gone has no project by which it could be shown to some alone
        fresh = fresh[fresh["work_item_id"].isin(known.index)].reset_index(drop=True)
    is_known = fresh["work_item_id"].isin(known.index).to_numpy()
    for name in [name for name in derived.columns if name not in own]:
        today = known[name].reindex(fresh["work_item_id"]).set_axis(fresh.index)
        fresh[name] = today.where(is_known, fresh[name]).astype(derived[name].dtype)
    kept = derived[~derived["sprint_id"].isin(list(frozen))]
    together = pd.concat([kept, fresh], ignore_index=True) if len(kept) else fresh
    return together.sort_values(["sprint_id", "key"], ignore_index=True)


def _of_this_end(snapshot: Table, sprint: Table) -> ColumnElement[bool]:
    """Whether a snapshot is of a sprint's present end: one that was reopened since has another, or none yet."""
    return and_(
        sprint.c.source_id == snapshot.c.source_id,
        sprint.c.external_id == snapshot.c.sprint_id,
        sprint.c.state == "closed",
        sprint.c.completed_at <= snapshot.c.frozen_at,
    )


def _newest(session: Session, of: pd.DataFrame, part: str) -> list[tuple[int, str, Any]]:
    """(source, sprint, that part of its payload) of the newest snapshot of each of these sprints."""
    snapshot, sprint = table_of(t.SprintSnapshot), table_of(t.Sprint)
    found: list[tuple[int, str, Any]] = []
    for source_id, rows in of.groupby("source_id"):
        wanted = sorted(set(rows["sprint_id"]))
        for start in range(0, len(wanted), CHUNK):
            newest = (
                select(func.max(snapshot.c.id))
                .join(sprint, _of_this_end(snapshot, sprint))
                .where(
                    snapshot.c.source_id == int(str(source_id)), snapshot.c.sprint_id.in_(wanted[start : start + CHUNK])
                )
                .group_by(snapshot.c.sprint_id)
            )
            statement = select(snapshot.c.source_id, snapshot.c.sprint_id, snapshot.c.payload[part]).where(
                snapshot.c.id.in_(newest)
            )
            found += [(row[0], row[1], row[2]) for row in session.execute(statement)]
    return found


def _replaced(derived: pd.DataFrame, rows: list[Row], key: tuple[str, ...]) -> pd.DataFrame:
    """The frame with the rows of these keys replaced, in its own order."""
    if not rows:
        return derived
    fresh = _typed_like(derived, rows)
    places = pd.MultiIndex.from_frame(derived[list(key)])
    at = places.get_indexer(pd.MultiIndex.from_frame(fresh[list(key)]))
    replaced = derived.copy()
    for name in derived.columns:
        column = replaced[name].copy()
        column.iloc[at[at >= 0]] = fresh[name].to_numpy()[at >= 0] if column.dtype == object else fresh[name][at >= 0]
        replaced[name] = column
    return replaced


def _typed_like(model: pd.DataFrame, rows: list[Row]) -> pd.DataFrame:
    """Rows as a frame with the columns and dtypes of another; a column that a row does not name is null."""
    series = {}
    for name, dtype in model.dtypes.items():
        values = [row.get(str(name)) for row in rows]
        if isinstance(dtype, pd.DatetimeTZDtype):
            series[name] = pd.Series(
                pd.to_datetime(pd.Series(values, dtype="object"), utc=True, format="ISO8601")
            ).astype(dtype)
        elif str(dtype) == "bool" and None in values:
            series[name] = pd.Series([bool(value) for value in values], dtype="bool")
        else:
            series[name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(series)


def _plain(row: Any, left_out: Sequence[str]) -> dict[str, Any]:
    return {
        name: value.isoformat() if type(value) is datetime else value
        for name, value in row.items()
        if name not in left_out
    }


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
