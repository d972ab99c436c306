"""Rows into SQLite by its own executemany, several times as fast as statement by statement for tens of thousands of rows.

Values pass through the column types' own bind processors, so that what is stored is what SQLAlchemy would store.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import chain, repeat
from operator import is_, itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Table, TypeDecorator

from store.db import to_json

NEW_ROWS = 5000  # in one executemany, where nothing is asked about them
ROWS_A_STATEMENT = 100  # of new rows; times the widest table's columns, far below SQLite's limit of parameters
Row = dict[str, Any]


def python_type_of(kind: Any) -> type:
    """What a column's values are in Python; SQLModel's own column types say `object` and know it by what they wrap."""
    held = kind.impl if isinstance(kind, TypeDecorator) else kind
    found: type = held.python_type  # type: ignore[assignment]
    return found


def is_constant(values: Sequence[Any]) -> bool:
    """Whether one and the same object stands in every row."""
    first = values[0]
    if first is not values[-1]:
        return False
    return values.count(None) == len(values) if first is None else all(map(is_, values, repeat(first)))


def getter(names: Sequence[str]) -> Callable[[Row], tuple[Any, ...]]:
    """A function from a row to the tuple of these columns."""
    if len(names) == 1:
        return lambda row: (row[names[0]],)
    found: Callable[[Row], tuple[Any, ...]] = itemgetter(*names)
    return found


def write_sqlite(connection: Connection, table: Table, key: list[str], rows: list[Row], *, are_new: bool) -> None:
    """Write rows by primary key: new ones are added, stored ones replaced. Args: are_new, none is stored."""
    names = list(rows[0])
    if are_new:
        columns = bound_columns(connection, table, names, rows)
        insert_sqlite(connection, table, names, columns, on_conflict=replacing(key, names))
    else:
        statement = f"{insert_into(table, names)} {replacing(key, names)}"
        connection.exec_driver_sql(statement, list(zip(*bound_columns(connection, table, names, rows), strict=True)))


def insert_sqlite(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    columns: list[Sequence[Any]],
    *,
    on_conflict: str = "",
) -> int:
    """Insert bound columns of rows, of which none is stored. Returns how many were new.

    Columns in which nothing is said, half of a backlog's, are left to be null by themselves. A statement takes many rows,
    since starting one costs more than a row; and without a clause for conflicts it may leave its first rows where it
    fails, as the transaction takes them back, so that SQLite keeps no journal of each statement.
    """
    count = len(columns[0])
    said = [
        (name, values)
        for name, values in zip(names, columns, strict=True)
        if table.c[name].server_default is not None or values.count(None) < count
    ]
    told = [name for name, _ in said]
    size, new = ROWS_A_STATEMENT * len(told), 0
    otherwise = "" if on_conflict else "OR FAIL"
    for start in range(0, count, NEW_ROWS):
        part = [values[start : start + NEW_ROWS] for _, values in said]
        flat = list(chain.from_iterable(zip(*part, strict=True)))
        whole = len(flat) - len(flat) % size
        for rows, begin, end in ((ROWS_A_STATEMENT, 0, whole), (1, whole, len(flat))):
            step = rows * len(told)
            if begin < end:
                statement = f"{insert_into(table, told, rows, otherwise)} {on_conflict}"
                given = [tuple(flat[at : at + step]) for at in range(begin, end, step)]
                new += int(connection.exec_driver_sql(statement, given).rowcount)
    return new


def replacing(key: Sequence[str], names: Sequence[str]) -> str:
    """The clause under which a stored row takes the given values."""
    changing = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in key)
    conflict = f"ON CONFLICT ({', '.join(chr(34) + name + chr(34) for name in key)})"
    return f"{conflict} DO UPDATE SET {changing}" if changing else f"{conflict} DO NOTHING"


def insert_into(table: Table, names: Sequence[str], rows: int = 1, otherwise: str = "") -> str:
    """The statement's beginning, with a place for each value."""
    columns = ", ".join(f'"{name}"' for name in names)
    one = f"({', '.join('?' * len(names))})"
    return f'INSERT {otherwise} INTO "{table.name}" ({columns}) VALUES {", ".join([one] * rows)}'


def bound_columns(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Row]
) -> list[Sequence[Any]]:
    """The rows as columns of what SQLite keeps."""
    given = zip(*map(getter(names), rows), strict=True)
    return [bound_column(table.c[name].type, values, connection) for name, values in zip(names, given, strict=True)]


def bound_column(kind: Any, values: Sequence[Any], connection: Connection) -> Sequence[Any]:
    """One column's values as SQLite keeps them. JSON and instants, which are most of the cost, repeat themselves within
    a column (empty lists, a sprint's dates), so each different value is put into words once."""
    if len(values) > 1 and is_constant(values):
        return [*bound_column(kind, values[:1], connection)] * len(values)
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
