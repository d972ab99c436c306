"""Readers behind the feedback page: the work items that feedback is linked to, and the one that a person names by its key."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from access.permissions import scope_of
from core.rows import rows_of
from pages.components import data
from store import frames
from store.sprint_reports import items_by_key

Link = tuple[int, str]  # source_id, work_item_id


def linked_items(links: Iterable[Link]) -> dict[Link, dict[str, Any]]:
    """The items in scope behind these links (store.frames.work_items); one that may not be seen is not there."""
    wanted: dict[int, set[str]] = {}
    for source_id, work_item_id in links:
        wanted.setdefault(source_id, set()).add(work_item_id)
    found: dict[Link, dict[str, Any]] = {}
    with data.store().reading() as session:
        for source_id, ids in wanted.items():
            rows = rows_of(frames.work_items(session, scope_of(data.actor()), source_id, sorted(ids)))
            found |= {(source_id, str(row["work_item_id"])): {str(k): v for k, v in row.items()} for row in rows}
    return found


def items_named(key: str) -> list[Link]:
    """The items in scope that carry this key, in any source."""
    with data.store().reading() as session:
        found = [
            items_by_key(session, scope_of(data.actor()), source_id, [key]).assign(source_id=source_id)
            for source_id in data.table("sources")["source_id"].tolist()
        ]
    rows = pd.concat(found) if found else pd.DataFrame(columns=["source_id", "work_item_id"])
    return [(int(row["source_id"]), str(row["work_item_id"])) for row in rows_of(rows)]
