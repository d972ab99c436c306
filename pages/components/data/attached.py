"""Readers of what is attached to feedback."""

from functools import lru_cache
from typing import Any

from access.permissions import is_masked
from core.config import load_config
from core.rows import rows_of
from pages.components import data
from store import frames

Row = dict[str, Any]


@data.once_a_run
def attachments() -> dict[int, list[Row]]:
    """What is attached to the feedback in scope, by piece (store.frames.attachments)."""
    return _attachments(load_config().database_url, data.version(), data._reach())


@lru_cache(maxsize=data.KEPT)
def _attachments(url: str, at_version: int, reach: data.Reach) -> dict[int, list[Row]]:
    with data.store().reading() as session:
        rows = rows_of(frames.attachments(session, data._scope(reach)))
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(int(row["feedback_id"]), []).append({str(name): value for name, value in row.items()})
    return found


def are_hidden() -> bool:
    """Whether the reader is told how many files there are and no more: a picture or a letter shows names as they are."""
    return is_masked(data.actor())
