"""Reading the audit log: in full and in order for who verifies it, found and newest first for who looks something up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlmodel import Session

from store.frames import typed
from store.tables import AuditEntry
from store.write import table_of

COLUMNS = ("id", "at", "actor", "action", "subject", "address", "before", "after")


@dataclass(frozen=True)
class Search:
    """What to look for in the log; empty fields find everything.

    Args: words, which must all stand somewhere in actor, action, subject or address; actor, action, exact names; begins_at
    and ends_at, the first and the last instant; said, of a word that stands in a translation of them: each action that it
    tells of, with what then stands in the subject (nothing: anything).
    """

    words: str = ""
    actor: str | None = None
    action: str | None = None
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    said: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


def entries(session: Session) -> Iterator[AuditEntry]:
    """Every entry in the order of the ids, a thousand at a time."""
    table = table_of(AuditEntry)
    found = session.connection().execution_options(yield_per=1000).execute(select(table).order_by(table.c.id))
    for row in found:
        yield AuditEntry(**row._mapping)


def found(session: Session, search: Search, limit: int | None = None) -> pd.DataFrame:
    """The entries that a search finds, newest first: id, at, who, action, subject, address, before, after.

    Whoever may read the log reads who acted, even where the names in `before` and `after` are masked.
    """
    table = table_of(AuditEntry)
    columns = [table.c[name].label("who") if name == "actor" else table.c[name] for name in COLUMNS]
    statement = select(*columns).where(*_conditions(search)).order_by(table.c.id.desc())
    return typed(session, statement if limit is None else statement.limit(limit), {})


def count(session: Session, search: Search) -> int:
    """How many entries a search finds."""
    return int(
        session.execute(select(func.count()).select_from(table_of(AuditEntry)).where(*_conditions(search))).scalar_one()
    )


def choices(session: Session) -> tuple[list[str], list[str]]:
    """The actors and the actions that occur, in the order of the alphabet."""
    table = table_of(AuditEntry)
    names = [
        [row[0] for row in session.execute(select(table.c[one]).distinct().order_by(table.c[one]))]
        for one in ("actor", "action")
    ]
    return names[0], names[1]


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    table = table_of(AuditEntry)
    parts: list[ColumnElement[bool]] = []
    said = dict(search.said)
    for word in search.words.split():
        looked_in: list[Any] = [table.c[name] for name in ("actor", "action", "subject", "address")]
        any_of: list[ColumnElement[bool]] = [column.icontains(word, autoescape=True) for column in looked_in]
        any_of += [
            and_(table.c.action == action, table.c.subject.icontains(held, autoescape=True))
            for action, held in said.get(word, ())
        ]
        parts.append(or_(*any_of, cast(table.c.id, String) == word))
    if search.actor is not None:
        parts.append(table.c.actor == search.actor)
    if search.action is not None:
        parts.append(table.c.action == search.action)
    if search.begins_at is not None:
        parts.append(table.c.at >= search.begins_at)
    if search.ends_at is not None:
        parts.append(table.c.at <= search.ends_at)
    return parts
