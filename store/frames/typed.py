"""Rows -> typed DataFrames: the reading that every frame goes through."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import JSON, ColumnElement, Select, String, select, type_coerce
from sqlmodel import Session

from store import tables as t
from store.db import from_json
from store.sqlite_rows import python_type_of
from store.write import table_of

Ids = Iterable[str] | None
Reading = Session  # what rooms without SQL call the session that they pass on
CHUNK = 5000  # ids in one IN (...); both databases take more, SQLite 32,766


def frame(session: Session, model: type[t.Base], *where: ColumnElement[bool], **rename: str) -> pd.DataFrame:
    """All rows of a table that meet the conditions, typed; `rename` maps column -> new name."""
    table = table_of(model)
    return typed(session, select(table).where(*where).order_by(*table.primary_key.columns), rename)


def typed(session: Session, statement: Select[Any], rename: dict[str, str]) -> pd.DataFrame:
    kinds = [(column.name, column.type) for column in statement.selected_columns]
    if session.connection().dialect.name == "sqlite":
        statement = _as_stored(statement)
    rows = session.execute(statement).all()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
    found = pd.DataFrame(
        {rename.get(name, name): _series(kind, values) for (name, kind), values in zip(kinds, columns, strict=True)}
    )
    masking = session.info.get("masking")
    return masking.masked(session, found) if masking else found


def by_ids(session: Session, statement: Select[Any], column: Any, ids: Ids, rename: dict[str, str]) -> pd.DataFrame:
    if ids is None:
        return typed(session, statement, rename)
    wanted = sorted(set(ids))
    parts = [wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)] or [[]]
    frames = [typed(session, statement.where(column.in_(part)), rename) for part in parts]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _as_stored(statement: Select[Any]) -> Select[Any]:
    """The statement with instants and JSON as the texts SQLite keeps: whole columns are read faster than single values."""
    return statement.with_only_columns(
        *[
            type_coerce(column, String).label(column.name) if _is_text_in_sqlite(column.type) else column
            for column in statement.selected_columns
        ],
        maintain_column_froms=True,
    )


def _is_text_in_sqlite(kind: Any) -> bool:
    return isinstance(kind, JSON) or python_type_of(kind) is datetime


def _series(kind: Any, values: Sequence[Any]) -> "pd.Series[Any]":
    if isinstance(kind, JSON):
        return pd.Series([from_json(one) if isinstance(one, str) else one for one in values], dtype="object")
    python = python_type_of(kind)
    if python is datetime:
        instants = pd.to_datetime(
            pd.Series(list(values), dtype="object"), utc=True, format="ISO8601" if _is_text(values) else None
        )
        return pd.Series(instants).astype("datetime64[us, UTC]")
    if python is date:
        return pd.Series(list(values), dtype="object")
    if python is bool and None in values:
        return pd.Series(list(values), dtype="boolean")  # "bool" would make a null a False
    dtype = {bool: "bool", int: "Int64", float: "float64", str: "str"}.get(python, "object")
    return pd.Series(list(values), dtype=dtype)


def _is_text(values: Sequence[Any]) -> bool:
    return isinstance(next((one for one in values if one is not None), None), str)
