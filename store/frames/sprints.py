"""Sprints, their items and changes, and what is derived of them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, and_, select
from sqlmodel import Session

from core.actor import EVERYTHING, Scope
from store import tables as t
from store.frames.reach import in_projects
from store.frames.sources import boards, log_begins, sources, statuses
from store.frames.typed import Ids, by_ids, typed
from store.frozen import with_frozen_entries, with_frozen_totals
from store.write import table_of


def sprints(session: Session, scope: Scope, *, source_id: int | None = None, sprint_ids: Ids = None) -> pd.DataFrame:
    """One row per sprint, oldest start first (not started last): the columns of `Sprint` and `board_name`."""
    sprint, board = table_of(t.Sprint), table_of(t.Board)
    conditions = [in_projects(scope, sprint.c.project_key), sprint.c.is_deleted.is_(False)]
    if source_id is not None:
        conditions.append(sprint.c.source_id == source_id)
    if sprint_ids is not None:
        conditions.append(sprint.c.external_id.in_(list(sprint_ids)))
    same_board = and_(board.c.source_id == sprint.c.source_id, board.c.external_id == sprint.c.board_id)
    statement = (
        select(sprint, board.c.name.label("board_name"))
        .select_from(sprint.outerjoin(board, same_board))
        .where(*conditions)
        .order_by(sprint.c.started_at.is_(None), sprint.c.started_at, sprint.c.source_id, sprint.c.external_id)
    )
    return typed(session, statement, {"external_id": "sprint_id"})


def source_facts(session: Session, source_id: int, work_item_ids: Ids = None) -> dict[str, Any]:
    """Everything one source states and recorded about some items (None: all): the arguments of metrics.facts.SourceFacts."""
    source = sources(session).set_index("source_id").loc[source_id]
    known = statuses(session, source_id)
    category = dict(zip(known["status_id"], known["category"], strict=True))
    ids = None if work_item_ids is None else set(work_item_ids)
    items = slim_items(session, source_id, ids)
    items["is_done"] = items["status_category"].eq("done").fillna(False).astype(bool)
    stated = stated_entries(session, source_id)
    has_stated = not stated.empty
    if ids is not None:
        stated = stated[stated["work_item_id"].isin(ids)].reset_index(drop=True)
    stated["is_done"] = stated["status_id"].map(category).eq("done").fillna(False).astype(bool)
    every_board = boards(session, EVERYTHING)
    return {
        "source_id": source_id,
        "policy": source["policy"],
        "settings": source["settings"],
        "sprints": sprints(session, EVERYTHING, source_id=source_id),
        "items": items,
        "changes": changes(session, EVERYTHING, source_id, ids),
        "stated": stated,
        "statuses": known,
        "boards": every_board[every_board["source_id"] == source_id],
        "log_begins": log_begins(session, source_id),
        "has_stated": has_stated,
        "is_whole": ids is None,
    }


def slim_items(
    session: Session, source_id: int, work_item_ids: Ids = None, *where: ColumnElement[bool]
) -> pd.DataFrame:
    """The columns of `work_items` that counting needs (no texts, which are most of an item's bytes), of items that meet
    the conditions."""
    item, status = table_of(t.WorkItem), table_of(t.Status)
    names = ("external_id", "key", "kind", "parent_id", "sprint_ids", "status_id", "estimate_points", "resolution",
             "created_at", "done_at", "is_deleted")  # fmt: skip
    statement = select(*[item.c[name] for name in names]).where(item.c.source_id == source_id, *where)
    statement = statement.order_by(item.c.external_id)
    found = by_ids(session, statement, item.c.external_id, work_item_ids, {"external_id": "work_item_id"})
    known = session.execute(select(status.c.external_id, status.c.category).where(status.c.source_id == source_id))
    category = {row[0]: row[1] for row in known}
    found["status_category"] = found["status_id"].map(category).astype("str")
    return found


def work_items(session: Session, scope: Scope, source_id: int, work_item_ids: Ids = None) -> pd.DataFrame:
    """One row per work item of a source: the columns of `WorkItem`, `status` (its name) and `status_category`."""
    item, status = table_of(t.WorkItem), table_of(t.Status)
    same_status = and_(status.c.source_id == item.c.source_id, status.c.external_id == item.c.status_id)
    statement = (
        select(item, status.c.name.label("status"), status.c.category.label("status_category"))
        .select_from(item.outerjoin(status, same_status))
        .where(item.c.source_id == source_id, in_projects(scope, item.c.project_key))
        .order_by(item.c.external_id)
    )
    return by_ids(session, statement, item.c.external_id, work_item_ids, {"external_id": "work_item_id"})


def changes(session: Session, scope: Scope, source_id: int, work_item_ids: Ids = None) -> pd.DataFrame:
    """One row per changed field, in the order of item, time and id: the columns of `Change`, with change_id."""
    change, item = table_of(t.Change), table_of(t.WorkItem)
    same_item = and_(item.c.source_id == change.c.source_id, item.c.external_id == change.c.work_item_id)
    statement = (
        select(change)
        .select_from(change.join(item, same_item))
        .where(change.c.source_id == source_id, in_projects(scope, item.c.project_key))
        .order_by(change.c.work_item_id, change.c.at, change.c.external_id)
    )
    return by_ids(session, statement, change.c.work_item_id, work_item_ids, {"external_id": "change_id"})


def stated_entries(session: Session, source_id: int, sprint_ids: Ids = None) -> pd.DataFrame:
    """One row per item and sprint that a sheet states: the columns of `StatedEntry`."""
    stated = table_of(t.StatedEntry)
    statement = (
        select(stated).where(stated.c.source_id == source_id).order_by(stated.c.sprint_id, stated.c.work_item_id)
    )
    return by_ids(session, statement, stated.c.sprint_id, sprint_ids, {})


def entries(session: Session, scope: Scope, source_id: int, sprint_ids: Sequence[str]) -> pd.DataFrame:
    """As `derived_entries`, those of frozen sprints as they were frozen."""
    derived = derived_entries(session, scope, source_id, sprint_ids)
    return with_frozen_entries(session, derived, source_id, sprint_ids, scope)


def derived_entries(session: Session, scope: Scope, source_id: int, sprint_ids: Sequence[str]) -> pd.DataFrame:
    """One row per item and sprint as derived: the columns of `SprintEntry` and of its item: key, title, kind, type,
    assignee, url, project_key, description, acceptance_criteria, status, parent_id."""
    entry, item, status = table_of(t.SprintEntry), table_of(t.WorkItem), table_of(t.Status)
    same_item = and_(item.c.source_id == entry.c.source_id, item.c.external_id == entry.c.work_item_id)
    same_status = and_(status.c.source_id == item.c.source_id, status.c.external_id == item.c.status_id)
    wanted = ("key", "title", "kind", "type", "assignee", "url", "project_key", "acceptance_criteria", "parent_id")
    statement = (
        select(entry, *[item.c[name] for name in wanted], status.c.name.label("status"))
        .select_from(entry.join(item, same_item).outerjoin(status, same_status))
        .where(entry.c.source_id == source_id, in_projects(scope, item.c.project_key))
        .order_by(entry.c.sprint_id, item.c.key)
    )
    return by_ids(session, statement, entry.c.sprint_id, sprint_ids, {})


def totals(session: Session, scope: Scope, *, source_id: int | None = None, sprint_ids: Ids = None) -> pd.DataFrame:
    """As `derived_totals`, those of frozen sprints as they were frozen."""
    derived = derived_totals(session, scope, source_id=source_id, sprint_ids=sprint_ids)
    return with_frozen_totals(session, derived)


def derived_totals(
    session: Session, scope: Scope, *, source_id: int | None = None, sprint_ids: Ids = None
) -> pd.DataFrame:
    """One row per sprint and unit (points, count): the columns of `SprintTotal`."""
    total, sprint = table_of(t.SprintTotal), table_of(t.Sprint)
    same = and_(sprint.c.source_id == total.c.source_id, sprint.c.external_id == total.c.sprint_id)
    statement = select(total).select_from(total.join(sprint, same)).where(in_projects(scope, sprint.c.project_key))
    if source_id is not None:
        statement = statement.where(total.c.source_id == source_id)
    return by_ids(session, statement, total.c.sprint_id, sprint_ids, {})
