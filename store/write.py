"""Idempotent upserts: one code path for both databases, by Core, in batches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Select, Table, TypeDecorator, select, tuple_
from sqlalchemy.dialects import postgresql
from sqlmodel import Session

from store.db import to_json
from store.tables import Base

BATCH_ROWS = 500  # below SQLite's limit of 32,766 parameters for the widest table
NEW_ROWS = 5000  # in one executemany, where nothing is asked about them
ROWS_A_STATEMENT = 50  # of new rows; times the widest table's columns, far below SQLite's limit of parameters
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


def python_type_of(kind: Any) -> type:
    """What a column's values are in Python; SQLModel's own column types say `object` and know it by what they wrap."""
    held = kind.impl if isinstance(kind, TypeDecorator) else kind
    found: type = held.python_type  # type: ignore[assignment]
    return found


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


def insert_missing(session: Session, model: type[Base], rows: Sequence[Row]) -> int:
    """Insert the rows whose primary key is not there yet, and leave the others as they are. Returns how many were new."""
    if not rows:
        return 0
    table, connection = table_of(model), session.connection()
    if connection.dialect.name == "sqlite":
        names = list(rows[0])
        statement = f"{_insert_into(table, names)} ON CONFLICT DO NOTHING"
        return int(connection.exec_driver_sql(statement, _bound(connection, table, names, rows)).rowcount)
    insert = postgresql.insert(table).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return len(connection.execute(insert, list(rows)).all())


def upsert(session: Session, model: type[Base], rows: Sequence[Row], *, keep: frozenset[str] = frozenset()) -> Written:
    """Write rows by primary key: new ones are added, different ones changed, equal ones left alone.

    Args: rows, dicts with the table's columns, all with the same keys, no two of the same primary key; keep, columns whose stored value wins
    over a null (what another file said before).
    Returns: Written; upserting the same rows twice changes nothing the second time.
    """
    table = table_of(model)
    key = [column.name for column in table.primary_key]
    key_of = _getter(key)
    added_keys: list[tuple[Any, ...]] = []
    before_rows: list[Row] = []
    unchanged = 0
    is_new = _is_new_ground(session, table, key, rows)
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
            after = {name: before[name] if value is None and name in keep else value for name, value in row.items()}
            if all(before[name] == value for name, value in after.items()):
                unchanged += 1
                continue
            changed.append({**before, **after})
            before_rows.append(before)
        _write(session, table, key, fresh)
        _write(session, table, key, changed)
    return Written(added_keys, before_rows, unchanged)


def as_stored(
    session: Session, model: type[Base], names: Sequence[str], columns: Sequence[Sequence[Any]]
) -> list[tuple[Any, ...]]:
    """Columns of values as rows of what the database keeps, fit to be compared with `read_stored` and written."""
    table, connection = table_of(model), session.connection()
    if connection.dialect.name == "sqlite":
        bound = [_as_stored(table.c[name].type, one, connection) for name, one in zip(names, columns, strict=True)]
        return list(zip(*bound, strict=True))
    return list(zip(*columns, strict=True))


def read_stored(session: Session, statement: Select[Any]) -> list[tuple[Any, ...]]:
    """A query's rows as the driver gives them: on SQLite instants and JSON are texts, flags are 0 and 1."""
    cursor = session.connection().execute(statement).cursor
    return list(cursor.fetchall()) if cursor is not None else []


def write_stored(
    session: Session, model: type[Base], names: Sequence[str], rows: Sequence[tuple[Any, ...]], *, are_new: bool = False
) -> None:
    """Write rows of `as_stored` by primary key: new ones are added, stored ones replaced. Args: are_new, none is stored."""
    if not rows:
        return
    table, connection = table_of(model), session.connection()
    key = [column.name for column in table.primary_key]
    if connection.dialect.name == "sqlite" and are_new:
        _insert_sqlite(connection, table, key, names, list(zip(*rows, strict=True)))
    elif connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_upsert_sqlite(table, key, names), list(rows))
    else:
        _write(session, table, key, [dict(zip(names, row, strict=True)) for row in rows])


def _getter(names: Sequence[str]) -> Callable[[Row], tuple[Any, ...]]:
    """A function from a row to the tuple of these columns."""
    if len(names) == 1:
        return lambda row: (row[names[0]],)
    found: Callable[[Row], tuple[Any, ...]] = itemgetter(*names)
    return found


def _is_new_ground(session: Session, table: Table, key: list[str], rows: Sequence[Row]) -> bool:
    """Whether the table holds nothing these rows could meet: nothing of their sources, or nothing at all."""
    statement = select(*[table.c[name] for name in key]).limit(1)
    if "source_id" in key:
        statement = statement.where(table.c.source_id.in_({row["source_id"] for row in rows}))
    return bool(rows) and session.connection().execute(statement).first() is None


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
        _write_sqlite(connection, table, key, rows, are_new=are_new)
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


def _write_sqlite(connection: Connection, table: Table, key: list[str], rows: list[Row], *, are_new: bool) -> None:
    """The same statement through SQLite's own executemany: twice as fast for an import's tens of thousands of rows.

    Values pass through the column types' own bind processors, so that what is stored is what SQLAlchemy would store.
    """
    names = list(rows[0])
    if are_new:
        _insert_sqlite(connection, table, key, names, _bound_columns(connection, table, names, rows))
    else:
        connection.exec_driver_sql(_upsert_sqlite(table, key, names), _bound(connection, table, names, rows))


def _insert_sqlite(
    connection: Connection, table: Table, key: Sequence[str], names: Sequence[str], columns: list[Sequence[Any]]
) -> None:
    """The same for bound columns of rows of which none is stored, in a third less time.

    Columns in which nothing is said, half of a backlog's, are left to be null by themselves; and a statement takes many
    rows, since starting one costs more than a row.
    """
    count = len(columns[0])
    said = [
        (name, values)
        for name, values in zip(names, columns, strict=True)
        if table.c[name].server_default is not None or values.count(None) < count
    ]
    rows = list(zip(*[values for _, values in said], strict=True))
    told = [name for name, _ in said]
    whole = count - count % ROWS_A_STATEMENT
    many = [tuple(chain.from_iterable(rows[at : at + ROWS_A_STATEMENT])) for at in range(0, whole, ROWS_A_STATEMENT)]
    if many:
        connection.exec_driver_sql(_upsert_sqlite(table, key, told, rows=ROWS_A_STATEMENT), many)
    if rows[whole:]:
        connection.exec_driver_sql(_upsert_sqlite(table, key, told), rows[whole:])


def _upsert_sqlite(table: Table, key: Sequence[str], names: Sequence[str], rows: int = 1) -> str:
    changing = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in key)
    conflict = f"{_insert_into(table, names, rows)} ON CONFLICT ({', '.join(chr(34) + name + chr(34) for name in key)})"
    return f"{conflict} DO UPDATE SET {changing}" if changing else f"{conflict} DO NOTHING"


def _insert_into(table: Table, names: Sequence[str], rows: int = 1) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    one = f"({', '.join('?' * len(names))})"
    return f'INSERT INTO "{table.name}" ({columns}) VALUES {", ".join([one] * rows)}'


def _bound(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """The rows as tuples of what SQLite keeps."""
    return list(zip(*_bound_columns(connection, table, names, rows), strict=True)) if rows else []


def _bound_columns(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Row]
) -> list[Sequence[Any]]:
    """The rows as columns of what SQLite keeps."""
    given = zip(*map(_getter(names), rows), strict=True)
    return [_as_stored(table.c[name].type, values, connection) for name, values in zip(names, given, strict=True)]


def _as_stored(kind: Any, values: Sequence[Any], connection: Connection) -> Sequence[Any]:
    """One column's values as SQLite keeps them. JSON and instants, which are most of the cost, repeat themselves within
    a column (empty lists, a sprint's dates), so each different value is put into words once."""
    if isinstance(kind, JSON):
        texts = {id(value): value for value in values}  # one list stands in thousands of rows
        if len(texts) == len(values):
            return [to_json(value) for value in values]
        written = {at: to_json(value) for at, value in texts.items()}
        return [written[id(value)] for value in values]
    process = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if process is None:
        return values
    python_type = python_type_of(kind)
    if python_type not in (datetime, bool):
        return [process(value) for value in values]
    one_by_one = _instant_writer(process) if python_type is datetime else process
    each: dict[Any, Any] = {value: one_by_one(value) for value in set(values)}
    return [each[value] for value in values]


def _instant_writer(process: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The type's own words for an instant, found in a tenth of its time where the instant is in UTC already."""

    def written(value: Any) -> Any:
        if type(value) is datetime and value.tzinfo is UTC:
            return value.isoformat(" ", "microseconds")[: -len("+00:00")]
        return process(value)

    return written


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
    "insert_missing",
    "insert_rows",
    "python_type_of",
    "read_stored",
    "table_of",
    "upsert",
    "write_stored",
]
