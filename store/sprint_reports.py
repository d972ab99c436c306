"""The server's own sprint reports as they were kept, and what a sprint's history needs of its items."""

import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
import pandas as pd
from sqlalchemy import select
from sqlmodel import Session

from core.actor import Scope
from store import tables as t
from store.frames import by_ids, in_projects
from store.write import table_of

STREAM = "sprint_report"


def sprint_report(session: Session, source_id: int, sprint_id: str) -> dict[str, Any] | None:
    """The report of one sprint as the server gave it; None where none was kept."""
    raw = table_of(t.RawRecord)
    where = (raw.c.source_id == source_id, raw.c.stream == STREAM, raw.c.external_id == sprint_id)
    payload = session.execute(select(raw.c.payload).where(*where)).scalar_one_or_none()
    found = None if payload is None else orjson.loads(zlib.decompress(payload))
    return found if isinstance(found, dict) else None


def items_by_key(session: Session, scope: Scope, source_id: int, keys: Iterable[str]) -> pd.DataFrame:
    """The items of these keys, deleted ones too: work_item_id, key, kind, is_deleted, estimate_points."""
    item = table_of(t.WorkItem)
    names = ("key", "kind", "is_deleted", "estimate_points")
    statement = select(item.c.external_id, *[item.c[name] for name in names]).where(
        item.c.source_id == source_id, in_projects(scope, item.c.project_key)
    )
    return by_ids(session, statement.order_by(item.c.key), item.c.key, set(keys), {"external_id": "work_item_id"})


def creation_of(session: Session, source_id: int, ids: Iterable[str]) -> dict[str, datetime | None]:
    """Item id -> when it was created."""
    item = table_of(t.WorkItem)
    statement = select(item.c.external_id, item.c.created_at).where(item.c.source_id == source_id)
    found = by_ids(session, statement, item.c.external_id, set(ids), {"external_id": "work_item_id"})
    return {
        one: None if pd.isna(at) else at for one, at in zip(found["work_item_id"], found["created_at"], strict=True)
    }
