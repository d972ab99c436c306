"""The store as a whole: its version, settings, calendars, how much it holds."""

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, func, select, true
from sqlmodel import Session

from store import tables as t
from store.frames.typed import frame
from store.write import table_of

ONLY_SIGN_INS = ("sign_in", "sign_in_failed", "sign_out")  # what these write, no figure reads


def version(session: Session) -> int:
    """The store's version: a number from the last audit entry's hash, of signing in and out no heed taken. Every write leaves
    an audit entry, so an equal version is equal data, save for the log itself and for who is signed in (`log_end`)."""
    return _end(session, table_of(t.AuditEntry).c.action.not_in(ONLY_SIGN_INS))


def log_end(session: Session) -> int:
    """The same of all entries: equal as long as nothing whatever was written, signing in and out included."""
    return _end(session, true())


def _end(session: Session, which: ColumnElement[bool]) -> int:
    """A number from the last such entry's hash: by its id, a restored log as long as the one it replaced would be the same."""
    entry = table_of(t.AuditEntry)
    last = session.execute(select(entry.c.sha256).where(which).order_by(entry.c.id.desc()).limit(1)).scalar()
    return int(last[:15], 16) if last else 0


def stored_settings(session: Session) -> dict[str, Any]:
    """The house's settings, name -> value."""
    table = table_of(t.Setting)
    return {row.name: row.value["value"] for row in session.execute(select(table))}


def holidays(session: Session) -> pd.DataFrame:
    """Imported holidays and make-up days: calendar, day, is_working, name."""
    return frame(session, t.Holiday)


def row_counts(session: Session) -> dict[str, int]:
    """Rows of every table, by table name."""
    names = sorted(t.Base.metadata.tables)
    counts = {name: select(func.count()).select_from(t.Base.metadata.tables[name]).scalar_subquery() for name in names}
    row = session.execute(select(*[count.label(name) for name, count in counts.items()])).one()
    return dict(zip(names, row, strict=True))
