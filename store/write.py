"""Idempotent upserts: one code path for both databases, by Core, in batches."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Table, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from store.tables import Base

BATCH_ROWS = 500  # below SQLite's limit of 32,766 parameters for the widest table
Row = dict[str, Any]


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


def insert_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> int:
    """Insert rows that are known to be new. Returns how many."""
    if rows:
        session.connection().execute(table_of(model).insert(), list(rows))
    return len(rows)


def upsert(session: Session, model: type[Base], rows: Sequence[Row], *, keep: frozenset[str] = frozenset()) -> Written:
    """Write rows by primary key: new ones are added, different ones changed, equal ones left alone.

    Args: rows, dicts with the table's columns, all with the same keys; keep, columns whose stored value wins
    over a null (what another file said before).
    Returns: Written; upserting the same rows twice changes nothing the second time.
    """
    table = table_of(model)
    key = [column.name for column in table.primary_key]
    added_keys: list[tuple[Any, ...]] = []
    before_rows: list[Row] = []
    unchanged = 0
    for batch in batches(rows):
        stored = _stored(session, table, key, batch)
        to_write: list[Row] = []
        for row in batch:
            before = stored.get(tuple(row[name] for name in key))
            if before is None:
                to_write.append(row)
                added_keys.append(tuple(row[name] for name in key))
                continue
            after = {name: before[name] if value is None and name in keep else value for name, value in row.items()}
            if all(before[name] == value for name, value in after.items()):
                unchanged += 1
                continue
            to_write.append({**before, **after})
            before_rows.append(before)
        _write(session, table, key, to_write)
    return Written(added_keys, before_rows, unchanged)


def _stored(session: Session, table: Table, key: list[str], batch: list[Row]) -> dict[tuple[Any, ...], Row]:
    wanted = [tuple(row[name] for name in key) for row in batch]
    columns = [table.c[name] for name in key]
    found = session.connection().execute(select(table).where(tuple_(*columns).in_(wanted)))
    return {tuple(row._mapping[name] for name in key): dict(row._mapping) for row in found}


def _write(session: Session, table: Table, key: list[str], rows: list[Row]) -> None:
    if not rows:
        return
    connection = session.connection()
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
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


__all__ = ["Row", "Written", "batches", "delete_rows", "insert_rows", "table_of", "upsert"]
