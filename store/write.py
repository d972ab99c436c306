"""Idempotent upserts: one code path for both databases, by Core, in batches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Select, Table, select, tuple_
from sqlalchemy.dialects import postgresql
from sqlmodel import Session

from store.sqlite_rows import (
    NEW_ROWS,
    Row,
    bound_column,
    getter,
    insert_into,
    insert_sqlite,
    replacing,
    write_sqlite,
)
from store.tables import Base

BATCH_ROWS = 500  # below SQLite's limit of 32,766 parameters for the widest table


@dataclass(frozen=True)
class Written:
    """What an upsert did: the keys it added, the changed rows as they were before, and how many it left alone."""

    added_keys: list[tuple[Any, ...]]
    before_rows: list[Row]
    unchanged: int

    @property
    def counts(self) -> dict[str, int]:
        """`{"added", "changed", "unchanged"}`, as a run reports them."""
        return {"added": len(self.added_keys), "changed": len(self.before_rows), "unchanged": self.unchanged}


def table_of(model: type[Base]) -> Table:
    """The Core table of a model."""
    return model.__table__  # type: ignore[attr-defined,no-any-return]


def batches(rows: Iterable[Row], size: int = BATCH_ROWS) -> Iterator[list[Row]]:
    """Rows in lists of at most `size`."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def rows_of(columns: Mapping[str, Sequence[Any]]) -> list[Row]:
    """Columns of one length as rows."""
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def insert_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> int:
    """Insert rows that are known to be new. Returns how many."""
    if rows:
        session.connection().execute(table_of(model).insert(), list(rows))
    return len(rows)


def insert_columns(session: Session, model: type[Base], columns: Mapping[str, Sequence[Any]]) -> None:
    """Insert rows that are known to be new, given by column: name -> values, all of one length."""
    table, connection = table_of(model), session.connection()
    if not any(columns.values()):
        return
    if connection.dialect.name == "sqlite":
        bound = [bound_column(table.c[name].type, values, connection) for name, values in columns.items()]
        insert_sqlite(connection, table, list(columns), bound)
    else:
        connection.execute(table.insert(), rows_of(columns))


def insert_missing(session: Session, model: type[Base], columns: Mapping[str, Sequence[Any]]) -> int:
    """Insert the rows whose primary key is not there yet, and leave the others as they are. Returns how many were new.

    Args: columns, name -> values, all of one length.
    """
    if not any(columns.values()):
        return 0
    table, connection = table_of(model), session.connection()
    if connection.dialect.name == "sqlite":
        bound = [bound_column(table.c[name].type, values, connection) for name, values in columns.items()]
        return insert_sqlite(connection, table, list(columns), bound, on_conflict="ON CONFLICT DO NOTHING")
    insert = postgresql.insert(table).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return len(connection.execute(insert, rows_of(columns)).all())


def upsert(
    session: Session,
    model: type[Base],
    rows: Sequence[Row],
    *,
    keep: frozenset[str] = frozenset(),
    unsaid: frozenset[str] = frozenset(),
) -> Written:
    """Write rows by primary key: new ones are added, different ones changed, equal ones left alone.

    Args: rows, dicts with the table's columns, all with the same keys, no two of the same primary key; keep, columns whose
    stored value wins over a null; unsaid, columns of which these rows say nothing: their values are for new rows, and for
    stored ones where nothing stands yet.
    Returns: Written; upserting the same rows twice changes nothing the second time.
    """
    table = table_of(model)
    key = [column.name for column in table.primary_key]
    key_of = getter(key)
    added_keys: list[tuple[Any, ...]] = []
    before_rows: list[Row] = []
    unchanged = 0
    sources = {row["source_id"] for row in rows} if "source_id" in key else set()
    is_new = bool(rows) and _is_new_ground(session, table, key, sources)
    for batch in batches(rows, NEW_ROWS if is_new else BATCH_ROWS):
        if is_new:
            added_keys += map(key_of, batch)
            _write(session, table, key, batch, are_new=True)
            continue
        stored = _stored(session, table, key, batch)
        fresh: list[Row] = []
        changed: list[Row] = []  # whole rows: they may have columns that the given rows do not name
        for row in batch:
            before = stored.get(key_of(row))
            if before is None:
                fresh.append(row)
                added_keys.append(key_of(row))
                continue
            after = {
                name: before[name] if _stays(before[name], value, name in keep, name in unsaid) else value
                for name, value in row.items()
            }
            if all(before[name] == value for name, value in after.items()):
                unchanged += 1
                continue
            changed.append({**before, **after})
            before_rows.append(before)
        _write(session, table, key, fresh)
        _write(session, table, key, changed)
    return Written(added_keys, before_rows, unchanged)


def _stays(stored: Any, given: Any, is_kept: bool, is_unsaid: bool) -> bool:
    return (given is None and (is_kept or is_unsaid)) or (is_unsaid and stored is not None)


def upsert_columns(
    session: Session,
    model: type[Base],
    columns: Mapping[str, Sequence[Any]],
    *,
    keep: frozenset[str] = frozenset(),
    unsaid: frozenset[str] = frozenset(),
) -> Written:
    """As `upsert`, of rows given by column: name -> values, all of one length. Where nothing is stored that the rows could
    meet, as at a first import, no row is made of them."""
    key = [column.name for column in table_of(model).primary_key]
    if not _is_new_ground(session, table_of(model), key, set(columns["source_id"])):
        return upsert(session, model, rows_of(columns), keep=keep, unsaid=unsaid)
    insert_columns(session, model, columns)
    return Written(list(zip(*[columns[name] for name in key], strict=True)), [], 0)


def as_stored(
    session: Session, model: type[Base], names: Sequence[str], columns: Sequence[Sequence[Any]]
) -> list[tuple[Any, ...]]:
    """Columns of values as rows of what the database keeps, fit to be compared with `read_stored` and written."""
    table, connection = table_of(model), session.connection()
    if connection.dialect.name == "sqlite":
        bound = [bound_column(table.c[name].type, one, connection) for name, one in zip(names, columns, strict=True)]
        return list(zip(*bound, strict=True))
    return list(zip(*columns, strict=True))


def read_stored(session: Session, statement: Select[Any]) -> list[tuple[Any, ...]]:
    """A query's rows as the driver gives them: on SQLite instants and JSON are texts, flags are 0 and 1."""
    cursor = session.connection().execute(statement).cursor
    return list(cursor.fetchall()) if cursor is not None else []


def write_stored(session: Session, model: type[Base], names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows of `as_stored` by primary key: new ones are added, stored ones replaced."""
    if not rows:
        return
    table, connection = table_of(model), session.connection()
    key = [column.name for column in table.primary_key]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"{insert_into(table, names)} {replacing(key, names)}", list(rows))
    else:
        _write(session, table, key, [dict(zip(names, row, strict=True)) for row in rows])


def _is_new_ground(session: Session, table: Table, key: list[str], sources: set[int]) -> bool:
    """Whether the table holds nothing that rows of these sources could meet; no sources, whether it holds nothing at all."""
    statement = select(*[table.c[name] for name in key]).limit(1)
    if sources:
        statement = statement.where(table.c.source_id.in_(sources))
    return session.connection().execute(statement).first() is None


def _stored(session: Session, table: Table, key: list[str], batch: list[Row]) -> dict[tuple[Any, ...], Row]:
    wanted = [tuple(row[name] for name in key) for row in batch]
    columns = [table.c[name] for name in key]
    found = session.connection().execute(select(table).where(tuple_(*columns).in_(wanted)))
    return {tuple(row._mapping[name] for name in key): dict(row._mapping) for row in found}


def _write(session: Session, table: Table, key: list[str], rows: list[Row], *, are_new: bool = False) -> None:
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        write_sqlite(connection, table, key, rows, are_new=are_new)
        return
    insert = postgresql.insert(table)
    changing = [name for name in rows[0] if name not in key]
    if changing:
        insert = insert.on_conflict_do_update(
            index_elements=key, set_={name: insert.excluded[name] for name in changing}
        )
    else:
        insert = insert.on_conflict_do_nothing(index_elements=key)
    connection.execute(insert, rows)


def delete_rows(session: Session, model: type[Base], **equals: Any) -> int:
    """Delete the rows whose columns equal the given values (a list means any of them). Returns how many."""
    table = table_of(model)
    statement = table.delete()
    for name, value in equals.items():
        column = table.c[name]
        statement = statement.where(column.in_(value) if isinstance(value, list | set | tuple) else column == value)
    return int(session.connection().execute(statement).rowcount)


__all__ = [
    "Row",
    "Written",
    "as_stored",
    "batches",
    "delete_rows",
    "insert_columns",
    "insert_missing",
    "insert_rows",
    "read_stored",
    "rows_of",
    "table_of",
    "upsert",
    "upsert_columns",
    "write_stored",
]
