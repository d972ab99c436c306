"""The facts that flow and forecast are counted from: a board's items, their moves between statuses, and what is left."""

from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlmodel import Session

from core.actor import Scope
from store import tables as t
from store.frames import in_projects, typed
from store.write import table_of

UNCOUNTED = ("epic", "subtask")  # R6


def flow_facts(
    session: Session,
    scope: Scope,
    source_id: int,
    board_id: str | None,
    *,
    since: datetime,
    counts_subtasks: bool = False,
) -> dict[str, pd.DataFrame]:
    """A board's counted items that are open or were finished since an instant, and their changes of status.

    A board with sprints holds the items that its sprints held; one without (or with sprints that nobody gave a start, as
    in Jira's CSV) holds those of its project in the statuses of its columns. Args: board_id, None for the sprints of a source that belong to no board.
    Returns: `items` (work_item_id, key, title, kind, status_id, created_at, done_at, resolution, epic, fix_versions) and
    `moves` (change_id, work_item_id, at, from_value, to_value).
    """
    item, change = table_of(t.WorkItem), table_of(t.Change)
    names = ("key", "title", "kind", "status_id", "created_at", "done_at", "resolution", "epic", "fix_versions")
    where = [
        item.c.source_id == source_id,
        item.c.is_deleted.is_(False),
        item.c.kind.not_in(("epic",) if counts_subtasks else UNCOUNTED),
        or_(item.c.done_at.is_(None), item.c.done_at >= since),
        in_projects(scope, item.c.project_key),
        _on_board(session, source_id, board_id),
    ]
    items = select(item.c.external_id, *[item.c[name] for name in names]).where(*where)
    same_item = and_(item.c.source_id == change.c.source_id, item.c.external_id == change.c.work_item_id)
    columns = [change.c[name] for name in ("external_id", "work_item_id", "at", "from_value", "to_value")]
    moves = select(*columns).select_from(item.join(change, same_item)).where(*where, change.c.field == "status")
    return {
        "items": typed(session, items, {"external_id": "work_item_id"}),
        "moves": typed(session, moves, {"external_id": "change_id"}),
    }


def open_items(
    session: Session, scope: Scope, source_id: int, *, as_of: datetime, counts_subtasks: bool = False
) -> pd.DataFrame:
    """Every counted item of a source that existed and was not done by then, by the category of its status and the instant
    of its last completion: work_item_id, key, title, epic, fix_versions, sprint_ids, estimate_points."""
    item, status = table_of(t.WorkItem), table_of(t.Status)
    names = ("key", "title", "epic", "fix_versions", "sprint_ids", "estimate_points", "status_id")
    same = and_(status.c.source_id == item.c.source_id, status.c.external_id == item.c.status_id)
    statement: Select[Any] = (
        select(item.c.external_id, *[item.c[name] for name in names])
        .select_from(item.outerjoin(status, same))
        .where(
            item.c.source_id == source_id,
            item.c.is_deleted.is_(False),
            item.c.kind.not_in(("epic",) if counts_subtasks else UNCOUNTED),
            in_projects(scope, item.c.project_key),
            or_(item.c.created_at.is_(None), item.c.created_at <= as_of),
            or_(status.c.category.is_(None), status.c.category != "done", item.c.done_at > as_of),
        )
        .order_by(item.c.key)
    )
    return typed(session, statement, {"external_id": "work_item_id"})


def sprint_moves(session: Session, scope: Scope, source_id: int) -> pd.DataFrame:
    """Every recorded change of the Sprint field of a source, in the order of time: work_item_id, at, from_value, to_value."""
    item, change = table_of(t.WorkItem), table_of(t.Change)
    same_item = and_(item.c.source_id == change.c.source_id, item.c.external_id == change.c.work_item_id)
    statement = (
        select(*[change.c[name] for name in ("work_item_id", "at", "from_value", "to_value")])
        .select_from(item.join(change, same_item))
        .where(change.c.source_id == source_id, change.c.field == "sprint", in_projects(scope, item.c.project_key))
        .order_by(change.c.at, change.c.external_id)
    )
    return typed(session, statement, {})


def has_sprints(session: Session, source_id: int, board_id: str | None, *, is_started: bool = False) -> bool:
    """Whether a board has any sprint; with is_started, any that has a start: one without holds nothing yet (R1)."""
    sprint = table_of(t.Sprint)
    found = select(sprint.c.external_id).where(_of_board(sprint, source_id, board_id), sprint.c.is_deleted.is_(False))
    if is_started:
        found = found.where(sprint.c.started_at.is_not(None))
    return session.execute(found.limit(1)).first() is not None


def _of_board(sprint: Any, source_id: int, board_id: str | None) -> ColumnElement[bool]:
    on_board = sprint.c.board_id.is_(None) if board_id is None else sprint.c.board_id == board_id
    return and_(sprint.c.source_id == source_id, on_board)


def _on_board(session: Session, source_id: int, board_id: str | None) -> ColumnElement[bool]:
    """The condition that a work item is a board's."""
    item, entry, sprint = table_of(t.WorkItem), table_of(t.SprintEntry), table_of(t.Sprint)
    if has_sprints(session, source_id, board_id, is_started=True):
        same = and_(sprint.c.source_id == entry.c.source_id, sprint.c.external_id == entry.c.sprint_id)
        held = select(entry.c.work_item_id).select_from(entry.join(sprint, same))
        return item.c.external_id.in_(held.where(_of_board(sprint, source_id, board_id)))
    parts: list[ColumnElement[bool]] = [item.c.source_id == source_id]
    board = session.get(t.Board, (source_id, board_id)) if board_id is not None else None
    if board is not None and board.project_key:
        parts.append(item.c.project_key == board.project_key)
    mapped = [status for column in (board.columns if board else []) for status in column["statuses"]]
    if mapped:
        parts.append(item.c.status_id.in_(mapped))
    return and_(*parts)


def has_stated(session: Session, source_id: int) -> bool:
    """Whether sheets state memberships in a source, so that its recorded changes are not a whole history."""
    stated = table_of(t.StatedEntry)
    return (
        session.execute(select(stated.c.source_id).where(stated.c.source_id == source_id).limit(1)).first() is not None
    )


def every_board(session: Session, scope: Scope) -> list[tuple[int, str | None, str]]:
    """(source id, board id, name) of every board, and of the sprints of a source that belong to none."""
    board, sprint, source = table_of(t.Board), table_of(t.Sprint), table_of(t.Source)
    found: list[tuple[int, str | None, str]] = [
        (row.source_id, row.external_id, row.name)
        for row in session.execute(
            select(board)
            .where(in_projects(scope, board.c.project_key))
            .order_by(board.c.source_id, board.c.external_id)
        )
    ]
    without = (
        select(source.c.id, source.c.name)
        .where(
            source.c.id.in_(
                select(sprint.c.source_id).where(
                    sprint.c.board_id.is_(None),
                    sprint.c.is_deleted.is_(False),
                    in_projects(scope, sprint.c.project_key),
                )
            )
        )
        .order_by(source.c.id)
    )
    return found + [(row.id, None, row.name) for row in session.execute(without)]


def has_items(session: Session, source_id: int, board_id: str | None) -> bool:
    """Whether a board holds any item."""
    item = table_of(t.WorkItem)
    where = (item.c.source_id == source_id, item.c.is_deleted.is_(False), _on_board(session, source_id, board_id))
    return session.execute(select(item.c.external_id).where(*where).limit(1)).first() is not None
