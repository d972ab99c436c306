"""Writing what is derived: only what differs is written, so deriving the same facts twice changes no row."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import delete, select, tuple_
from sqlmodel import Session

from store import tables as t
from store.write import Row, delete_rows, insert_rows, table_of, upsert


def rows_of(frame: pd.DataFrame, **constants: Any) -> list[Row]:
    """A frame's rows as dicts for the store: missing values are None, instants are datetimes; constants are added."""
    columns: dict[str, list[Any]] = {}
    for name in frame.columns:
        series = frame[name]
        missing = series.isna().to_numpy()
        values = series.dt.to_pydatetime().tolist() if isinstance(series.dtype, pd.DatetimeTZDtype) else series.tolist()
        columns[str(name)] = [None if gone else value for value, gone in zip(values, missing, strict=True)]
    names = list(columns)
    return [{**constants, **dict(zip(names, values, strict=True))} for values in zip(*columns.values(), strict=True)]


def replace_entries(session: Session, source_id: int, sprint_ids: Sequence[str], rows: list[Row]) -> int:
    """Make the entries of these sprints exactly `rows`. Returns how many rows were added, changed or removed."""
    entry = table_of(t.SprintEntry)
    wanted = {(row["sprint_id"], row["work_item_id"]) for row in rows}
    gone: list[tuple[str, str]] = []
    for start in range(0, len(sprint_ids), 500):
        part = list(sprint_ids[start : start + 500])
        stored = session.execute(
            select(entry.c.sprint_id, entry.c.work_item_id).where(
                entry.c.source_id == source_id, entry.c.sprint_id.in_(part)
            )
        )
        gone += [key for row in stored if (key := (row[0], row[1])) not in wanted]
    for start in range(0, len(gone), 500):
        condition = tuple_(entry.c.sprint_id, entry.c.work_item_id).in_(gone[start : start + 500])
        session.connection().execute(delete(entry).where(entry.c.source_id == source_id, condition))
    written = upsert(session, t.SprintEntry, rows)
    return len(gone) + len(written.added_keys) + len(written.before_rows)


def replace_totals(session: Session, source_id: int, rows: list[Row]) -> int:
    """Write sprint totals; a row whose figures are as stored keeps the instant it was derived for. Returns rows changed."""
    total = table_of(t.SprintTotal)
    found = session.execute(select(total).where(total.c.source_id == source_id))
    stored = {(row.sprint_id, row.unit): dict(row._mapping) for row in found}
    fresh = [
        row
        for row in rows
        if {**stored.get((row["sprint_id"], row["unit"]), {}), "as_of": None} != {**row, "as_of": None}
    ]
    upsert(session, t.SprintTotal, fresh)
    return len(fresh)


def forget_sprints(session: Session, source_id: int, sprint_ids: Collection[str]) -> int:
    """Delete what was derived for sprints of a source that are not among the given ones: they exist no more.

    Returns how many rows were deleted.
    """
    removed = 0
    for model in (t.SprintEntry, t.SprintTotal, t.Finding):
        table = table_of(model)
        found = session.execute(select(table.c.sprint_id).distinct().where(table.c.source_id == source_id))
        gone = [row[0] for row in found if row[0] is not None and row[0] not in sprint_ids]
        for start in range(0, len(gone), 500):
            removed += delete_rows(session, model, source_id=source_id, sprint_id=gone[start : start + 500])
    return removed


def replace_findings(session: Session, source_id: int, rows: list[Row], sprint_ids: Iterable[str], at: datetime) -> int:
    """Make the derived findings of a source exactly `rows`, those of other sprints than `sprint_ids` left alone.

    Findings that an import recorded (with its run) stay. Returns how many were added or removed.
    """
    finding = table_of(t.Finding)
    where = [finding.c.source_id == source_id, finding.c.run_id.is_(None)]
    concerned = set(sprint_ids)
    stored: dict[str, list[int]] = {}
    for found in session.execute(select(finding).where(*where)):
        if found.sprint_id is None or found.sprint_id in concerned:
            stored.setdefault(_identity(dict(found._mapping)), []).append(found.id)
    fresh = []
    for row in rows:
        if ids := stored.get(_identity(row)):
            ids.pop()
        else:
            fresh.append({**row, "run_id": None, "found_at": at})
    gone = [one for ids in stored.values() for one in ids]
    for start in range(0, len(gone), 500):
        delete_rows(session, t.Finding, id=gone[start : start + 500])
    insert_rows(session, t.Finding, fresh)
    return len(fresh) + len(gone)


def _identity(row: Row) -> str:
    names = ("sprint_id", "code", "severity", "subject_table", "subject_id", "subject_label", "params")
    return repr([row.get(name) if name != "params" else sorted((row.get(name) or {}).items()) for name in names])
