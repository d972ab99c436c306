"""Where data comes from and how fresh it is: sources, boards, statuses, types, runs, findings."""

from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import and_, func, or_, select
from sqlmodel import Session

from core.actor import EVERYTHING, Scope
from store import tables as t
from store.frames.reach import in_projects, in_sources, of_items, of_sprints
from store.frames.typed import frame, typed
from store.write import table_of

ONLY_ISSUES = "issues"  # the kind of a run that re-read a few issues: it says nothing about the age of the others


def sources(session: Session, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """One row per source: source_id, name, kind, is_sample, policy, settings, cursor, created_at."""
    return frame(session, t.Source, in_sources(scope, table_of(t.Source).c.id), id="source_id")


def source_overview(session: Session) -> pd.DataFrame:
    """One row per source: source_id, source (its name), kind, is_sample, policy, sprints, items, fresh_since (the start
    of its newest finished run, null before any)."""
    source, sprint, item, run = (table_of(model) for model in (t.Source, t.Sprint, t.WorkItem, t.SyncRun))

    def rows_of(table: Any) -> Any:
        counted = select(func.count()).where(table.c.source_id == source.c.id, table.c.is_deleted.is_(False))
        return counted.scalar_subquery()

    is_whole = (run.c.state == "done", run.c.kind != ONLY_ISSUES)
    newest = select(func.max(run.c.started_at)).where(run.c.source_id == source.c.id, *is_whole)
    columns = (source.c.kind, source.c.is_sample, source.c.policy)
    statement = select(
        source.c.id.label("source_id"), source.c.name.label("source"), *columns, rows_of(sprint).label("sprints"),
        rows_of(item).label("items"), newest.scalar_subquery().label("fresh_since"),
    ).order_by(source.c.id)  # fmt: skip
    return typed(session, statement, {})


def emptied_sources(session: Session) -> set[int]:
    """The sources of spreadsheets whose imports were all undone: they hold nothing, and stay for the record of these imports."""
    source, run = table_of(t.Source), table_of(t.SyncRun)
    of_source = select(run.c.id).where(run.c.source_id == source.c.id).correlate(source)
    is_undone, stands = of_source.where(run.c.state == "undone"), of_source.where(run.c.state.in_(["done", "running"]))
    emptied = select(source.c.id).where(source.c.kind == "sheets", is_undone.exists(), ~stands.exists())
    return {int(row[0]) for row in session.execute(emptied)}


def boards(session: Session, scope: Scope) -> pd.DataFrame:
    """One row per board: source_id, board_id, name, kind, project_key, estimation_field, columns."""
    return frame(session, t.Board, in_projects(scope, table_of(t.Board).c.project_key), external_id="board_id")


def statuses(session: Session, source_id: int) -> pd.DataFrame:
    """One row per status of a source: status_id, name, category."""
    return frame(session, t.Status, table_of(t.Status).c.source_id == source_id, external_id="status_id")


def every_status(session: Session, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """One row per status of every source: source_id, status_id, name, category."""
    return frame(session, t.Status, in_sources(scope, table_of(t.Status).c.source_id), external_id="status_id")


def every_type(session: Session, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """One row per source, type of work item and the kind it counts as: source_id, type, kind, n."""
    item = table_of(t.WorkItem)
    columns = (item.c.source_id, item.c.type, item.c.kind)
    counted = (
        select(*columns, func.count().label("n"))
        .where(item.c.type.is_not(None), in_projects(scope, item.c.project_key))
        .group_by(*columns)
        .order_by(*columns)
    )
    return typed(session, counted, {})


def log_begins(session: Session, source_id: int) -> dict[str, datetime]:
    """When the recorded changes of a source begin, by field."""
    change = table_of(t.Change)
    first = (
        select(change.c.field, func.min(change.c.at)).where(change.c.source_id == source_id).group_by(change.c.field)
    )
    return {row[0]: row[1] for row in session.execute(first)}


def findings(
    session: Session, scope: Scope = EVERYTHING, *, source_id: int | None = None, sprint_id: str | None = None
) -> pd.DataFrame:
    """Every open finding (of one source, of one sprint's ledger): the columns of `Finding`, with finding_id.

    A limited scope has those of its sprints and items, and of the sources that hold nothing else.
    """
    finding = table_of(t.Finding)
    where = [finding.c.source_id == source_id] if source_id is not None else []
    where += [finding.c.sprint_id == sprint_id] if sprint_id is not None else []
    if scope.projects is not None:
        mine = and_(finding.c.subject_table == "work_item", of_items(scope, finding, "subject_id"))
        where.append(or_(in_sources(scope, finding.c.source_id, whole=True), of_sprints(scope, finding), mine))
    return frame(session, t.Finding, *where, id="finding_id")


def runs(session: Session, limit: int = 50, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """The last runs of connectors, newest first: the columns of `SyncRun`, with run_id, and source (its name)."""
    run, source = table_of(t.SyncRun), table_of(t.Source)
    statement = (
        select(run, source.c.name.label("source"))
        .select_from(run.join(source, source.c.id == run.c.source_id))
        .where(in_sources(scope, run.c.source_id))
        .order_by(run.c.id.desc())
        .limit(limit)
    )
    return typed(session, statement, {"id": "run_id"})


def fresh_since(session: Session) -> datetime | None:
    """When data last came in whole: the start of the oldest source's newest finished run; None before any."""
    run = table_of(t.SyncRun)
    newest = (
        select(func.max(run.c.started_at).label("at"))
        .where(run.c.state == "done", run.c.kind != ONLY_ISSUES)
        .group_by(run.c.source_id)
        .subquery()
    )
    found: datetime | None = session.execute(select(func.min(newest.c.at))).scalar_one()
    return found
