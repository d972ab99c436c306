"""Writing many rows whose owners are known: what is stored of those owners is read once, what differs is written."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.exc import DataError, IntegrityError, StatementError
from sqlmodel import Session

from store import tables as t
from store.sqlite_rows import getter
from store.tables import Base
from store.write import Row, Written, _write, table_of

OWNERS = 5000  # owners asked for in one IN (...)
ROWS = 2000  # rows in one executemany
# What a database raises at a value that it cannot hold: the row's fault, not the store's.
UNSTORABLE = (DataError, IntegrityError, StatementError, UnicodeEncodeError, OverflowError)


def write_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Write rows by primary key, whatever is stored: new ones are added, the others replaced."""
    table = table_of(model)
    key = [column.name for column in table.primary_key]
    for start in range(0, len(rows), ROWS):
        _write(session, table, key, list(rows[start : start + ROWS]))


def stored_of(
    session: Session, model: type[Base], source_id: int, owner: str, owners: Collection[str]
) -> dict[tuple[Any, ...], Row]:
    """The stored rows of a source that belong to these owners, by primary key. Args: owner, the column that names it."""
    table = table_of(model)
    key_of = getter([column.name for column in table.primary_key])
    found: dict[tuple[Any, ...], Row] = {}
    wanted = sorted(owners)
    for start in range(0, len(wanted), OWNERS):
        statement = select(table).where(
            table.c.source_id == source_id, table.c[owner].in_(wanted[start : start + OWNERS])
        )
        for row in session.execute(statement).mappings():
            given = dict(row)
            found[key_of(given)] = given
    return found


def upsert_known(
    session: Session, model: type[Base], rows: Sequence[Row], stored: dict[tuple[Any, ...], Row]
) -> Written:
    """As `store.write.upsert`, for a caller who has read what is stored of these rows' owners.

    Rows, not lookups, are then what a first sync pays for: nothing is asked of the store row by row.
    """
    table = table_of(model)
    key_of = getter([column.name for column in table.primary_key])
    if not stored:
        write_rows(session, model, rows)
        return Written([key_of(row) for row in rows], [], 0)
    added: list[Row] = []
    changed: list[Row] = []
    before_rows: list[Row] = []
    for row in rows:
        before = stored.get(key_of(row))
        if before is None:
            added.append(row)
        elif any(before[name] != value for name, value in row.items()):
            changed.append({**before, **row})
            before_rows.append(before)
    write_rows(session, model, added)
    write_rows(session, model, changed)
    return Written([key_of(row) for row in added], before_rows, len(rows) - len(added) - len(changed))


def live_items(session: Session, source_id: int) -> dict[str, str | None]:
    """Item -> key of its project, of all items of a source that are not known to be deleted."""
    item = table_of(t.WorkItem)
    where = (item.c.source_id == source_id, item.c.is_deleted.is_(False))
    return {row[0]: row[1] for row in session.execute(select(item.c.external_id, item.c.project_key).where(*where))}


class Named(NamedTuple):
    """An item by its names, and the key of its project."""

    external_id: str
    key: str
    project: str | None


def items_named(session: Session, source_id: int, names: Collection[str]) -> list[Named]:
    """The items of a source with these ids or keys."""
    item = table_of(t.WorkItem)
    found: list[Named] = []
    wanted = sorted(names)
    for start in range(0, len(wanted), OWNERS):
        part = wanted[start : start + OWNERS]
        named = or_(item.c.external_id.in_(part), item.c.key.in_(part))
        columns = (item.c.external_id, item.c.key, item.c.project_key)
        found += [Named(*row) for row in session.execute(select(*columns).where(item.c.source_id == source_id, named))]
    return found
