"""What a source recorded about some items, as rows of plain values: what derivation folds, thousands of items at a time.

Frames are for people's figures; here a million changes pass by, and building frames of them was half of the time.
Instants are integers (microseconds since 1970, UTC), as `metrics.history` has them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import JSON, Select, String, and_, case, func, null, or_, select, type_coerce
from sqlmodel import Session

from store import tables as t
from store.db import from_json
from store.sprint_items import Run, among, one_of
from store.sqlite_rows import python_type_of
from store.write import table_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
Columns = list[Sequence[Any]]
ITEM_COLUMNS = ("external_id", "key", "kind", "parent_id", "status_id", "estimate_points", "created_at", "done_at",
                "is_deleted", "sprint_ids")  # fmt: skip
STATED_COLUMNS = ("sprint_id", "work_item_id", "known", "added_at", "added_by", "removed_at", "initial_points",
                  "final_points", "status_id", "done_at")  # fmt: skip


@dataclass(frozen=True)
class FirstFacts:
    """All that a source recorded, as its first import wrote it: the columns of `item_columns` and `stated_columns`, without
    asking the store for what was handed to it a moment ago."""

    items: Columns
    stated: Columns

    @classmethod
    def of(cls, items: Mapping[str, Sequence[Any]], stated: Mapping[str, Sequence[Any]]) -> FirstFacts:
        """From the columns that were written, by name."""
        return cls(_as_read(items, ITEM_COLUMNS), _as_read(stated, STATED_COLUMNS))


def _as_read(given: Mapping[str, Sequence[Any]], names: Sequence[str]) -> Columns:
    """Written columns as `_columns` would read them back: instants are whole microseconds."""
    if not given:
        return [()] * len(names)
    return [microseconds_of(given[name]) if name.endswith("_at") else given[name] for name in names]


def item_columns(session: Session, source_id: int, item_ids: Collection[str]) -> Columns:
    """Some items: id, key, kind, parent_id, status_id, estimate_points, created_at, done_at, is_deleted, sprint_ids."""
    item = table_of(t.WorkItem)
    statement = select(*[item.c[name] for name in ITEM_COLUMNS]).where(item.c.source_id == source_id)
    return _columns(session, statement.where(one_of(session, item.c.external_id, item_ids)))


def change_columns(
    session: Session, source_id: int, item_ids: Collection[str], fields: Collection[str], content: Collection[str]
) -> Columns:
    """Recorded changes of some items in some fields, by item and time: work_item_id, at, field, from_value, to_value,
    author, change_id. What a content field said (a whole description) is not read: only those that differ are listed."""
    change = table_of(t.Change)
    is_content = change.c.field.in_(sorted(content))
    before = case((is_content, null()), else_=change.c.from_value).label("from_value")
    after = case((is_content, ""), else_=change.c.to_value).label("to_value")
    differs = change.c.from_value.is_distinct_from(change.c.to_value)
    statement = (
        select(change.c.work_item_id, change.c.at, change.c.field, before, after, change.c.author, change.c.external_id)
        .where(change.c.source_id == source_id, change.c.field.in_(sorted(fields)), or_(~is_content, differs))
        .order_by(change.c.work_item_id, change.c.at)
    )
    return _columns(session, statement.where(one_of(session, change.c.work_item_id, item_ids)))


def stated_columns(session: Session, source_id: int, item_ids: Collection[str]) -> Columns:
    """What sheets state about some items, in every sprint: sprint_id, work_item_id, known, added_at, added_by, removed_at,
    initial_points, final_points, status_id, done_at."""
    stated = table_of(t.StatedEntry)
    statement = select(*[stated.c[name] for name in STATED_COLUMNS]).where(stated.c.source_id == source_id)
    return _columns(session, statement.where(one_of(session, stated.c.work_item_id, item_ids)))


def is_all(session: Session, source_id: int, *, items: int, stated: int) -> bool:
    """Whether a source holds this many items and stated rows, and no change."""
    counts = []
    for model in (t.WorkItem, t.StatedEntry, t.Change):
        table = table_of(model)
        counted = select(func.count()).select_from(table).where(table.c.source_id == source_id)
        counts.append(int(session.execute(counted).scalar_one()))
    return counts == [items, stated, 0]


def has_stated(session: Session, source_id: int) -> bool:
    """Whether sheets state any membership of this source."""
    stated = table_of(t.StatedEntry)
    return (
        session.execute(select(stated.c.sprint_id).where(stated.c.source_id == source_id).limit(1)).first() is not None
    )


def sprint_columns(session: Session, source_id: int) -> Columns:
    """A source's sprints: id, board_id, name, state, started_at, completed_at."""
    sprint = table_of(t.Sprint)
    names = ("external_id", "board_id", "name", "state", "started_at", "completed_at")
    where = (sprint.c.source_id == source_id, sprint.c.is_deleted.is_(False))
    order = (sprint.c.started_at, sprint.c.external_id)
    return _columns(session, select(*[sprint.c[name] for name in names]).where(*where).order_by(*order))


def early_changes(session: Session, source_id: int, item_ids: Collection[str] | Run) -> Columns:
    """Changes of some items from before their creation: change_id, key, field."""
    change, item = table_of(t.Change), table_of(t.WorkItem)
    same = and_(item.c.source_id == change.c.source_id, item.c.external_id == change.c.work_item_id)
    statement = (
        select(change.c.external_id, item.c.key, change.c.field)
        .select_from(item.join(change, same))
        .where(item.c.source_id == source_id, change.c.at < item.c.created_at)
    )
    return _columns(session, statement.where(among(session, item.c.external_id, item_ids)))


def _columns(session: Session, statement: Select[Any]) -> Columns:
    """The result by columns, from the driver's own rows: SQLAlchemy's row objects would double the time."""
    kinds = [column.type for column in statement.selected_columns]
    connection = session.connection()
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        plain = [type_coerce(c, String) if isinstance(c.type, JSON) else c for c in statement.selected_columns]
        statement = statement.with_only_columns(*plain, maintain_column_froms=True)
    cursor = connection.execute(statement).cursor
    rows = cursor.fetchall() if cursor is not None else []
    columns: Columns = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
    return [_plain(kind, column, is_sqlite=is_sqlite) for kind, column in zip(kinds, columns, strict=True)]


def _plain(kind: Any, values: Sequence[Any], *, is_sqlite: bool) -> Sequence[Any]:
    if isinstance(kind, JSON):
        if not is_sqlite:
            return values
        read = {text: from_json(text) if text is not None else None for text in set(values)}  # most are the same
        return [read[text] for text in values]
    python = python_type_of(kind)
    if python is datetime:
        return microseconds_of(values)
    return [value if value is None else bool(value) for value in values] if python is bool else values


def microseconds_of(values: Sequence[Any]) -> list[int | None]:
    """Stored instants (SQLite's texts or aware datetimes) as microseconds since 1970."""
    first = next((one for one in values if one is not None), None)
    if isinstance(first, str):
        stamps = np.array([one or "NaT" for one in values], dtype="datetime64[us]")
        whole: list[int | None] = stamps.astype(np.int64).tolist()
        if None in values:
            return [None if one is None else at for one, at in zip(values, whole, strict=True)]
        return whole
    each = {
        one: None if one is None else (one - EPOCH) // MICROSECOND for one in set(values)
    }  # a sprint's dates repeat
    return [each[one] for one in values]
