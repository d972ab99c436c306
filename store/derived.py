"""Writing what is derived: only what differs is written, so deriving the same facts twice changes no row."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, tuple_
from sqlmodel import Session

from store import tables as t
from store.sprint_items import add_sprint_items, link_stated, refresh_sprint_items, replace_sprint_items
from store.write import Row, as_stored, delete_rows, insert_columns, insert_rows, read_stored, table_of, write_stored


def replace_entries(
    session: Session, source_id: int, sprint_ids: Sequence[str], columns: Mapping[str, Sequence[Any]]
) -> int:
    """Make the entries of these sprints exactly what the columns hold.

    Args: columns, SprintEntry's without source_id, of equal length. Returns: rows added, changed or removed.
    """
    return replace_rows(session, t.SprintEntry, source_id, sprint_ids, columns)


def replace_totals(
    session: Session, source_id: int, sprint_ids: Sequence[str], columns: Mapping[str, Sequence[Any]]
) -> int:
    """Write sprint totals; a row whose figures are as stored keeps the instant it was derived for.

    Args: columns, SprintTotal's without source_id. Returns: rows added, changed or removed.
    """
    return replace_rows(session, t.SprintTotal, source_id, sprint_ids, columns, ignored=frozenset({"as_of"}))


def replace_rows(
    session: Session,
    model: type[t.Base],
    source_id: int,
    sprint_ids: Sequence[str],
    columns: Mapping[str, Sequence[Any]],
    *,
    ignored: frozenset[str] = frozenset(),
) -> int:
    """Make a table's rows of these sprints exactly what the columns hold; what is as stored is not written.

    Args: columns, without source_id; ignored, columns that make no difference. Returns: rows added, changed or removed.
    """
    table = table_of(model)
    key = [column.name for column in table.primary_key]
    names = ["source_id", *columns]
    count = len(columns["sprint_id"])
    given = [[source_id] * count, *columns.values()]
    stored = _stored_rows(session, model, names, source_id, sprint_ids)
    if not stored:
        insert_columns(session, model, dict(zip(names, given, strict=True)))
        return count
    fresh = as_stored(session, model, names, given)
    at = [names.index(name) for name in key]
    compared = [index for index, name in enumerate(names) if name not in ignored]
    key_of, part_of = itemgetter(*at), itemgetter(*compared)
    changed = []
    for row in fresh:
        before = stored.pop(key_of(row), None)
        if before is None or (before != row and part_of(before) != part_of(row)):
            changed.append(row)
    _delete_keys(session, table, key, list(stored))
    write_stored(session, model, names, changed)
    return len(changed) + len(stored)


def _stored_rows(
    session: Session, model: type[t.Base], names: Sequence[str], source_id: int, sprint_ids: Sequence[str]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Primary key -> row as the database keeps it, of some sprints."""
    table = table_of(model)
    key_of = itemgetter(*[list(names).index(column.name) for column in table.primary_key])
    found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for start in range(0, len(sprint_ids), 500):
        where = (table.c.source_id == source_id, table.c.sprint_id.in_(sprint_ids[start : start + 500]))
        for row in read_stored(session, select(*[table.c[name] for name in names]).where(*where)):
            found[key_of(row)] = row
    return found


def _delete_keys(session: Session, table: Table, key: Sequence[str], keys: Sequence[tuple[Any, ...]]) -> None:
    columns = [table.c[name] for name in key]
    for start in range(0, len(keys), 500):
        condition = tuple_(*columns).in_(keys[start : start + 500])
        session.connection().execute(delete(table).where(condition))


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


def replace_findings(
    session: Session, source_id: int, rows: Sequence[Row], at: datetime, *where: ColumnElement[bool]
) -> int:
    """Make the derived findings of a source that meet the conditions exactly `rows`. What an import recorded (with its
    run) stays. Returns: how many were added or removed."""
    finding = table_of(t.Finding)
    names = (*FINDING_IDENTITY, "id")
    statement = select(*[finding.c[name] for name in names])
    stored: dict[str, list[int]] = {}
    for found in session.execute(statement.where(finding.c.source_id == source_id, finding.c.run_id.is_(None), *where)):
        stored.setdefault(_identity(dict(found._mapping)), []).append(found.id)
    fresh = []
    for row in rows:
        if stored and (ids := stored.get(_identity(row))):
            ids.pop()
        else:
            fresh.append({**row, "run_id": None, "found_at": at})
    gone = [one for ids in stored.values() for one in ids]
    for start in range(0, len(gone), 500):
        delete_rows(session, t.Finding, id=gone[start : start + 500])
    insert_rows(session, t.Finding, fresh)
    return len(fresh) + len(gone)


FINDING_IDENTITY = ("sprint_id", "code", "severity", "subject_table", "subject_id", "subject_label", "params")


def _identity(row: Mapping[str, Any]) -> str:
    return repr(
        [row.get(name) if name != "params" else sorted((row.get(name) or {}).items()) for name in FINDING_IDENTITY]
    )


__all__ = [
    "add_sprint_items",
    "forget_sprints",
    "link_stated",
    "refresh_sprint_items",
    "replace_entries",
    "replace_findings",
    "replace_rows",
    "replace_sprint_items",
    "replace_totals",
]
