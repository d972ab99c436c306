"""Frames of archived reports."""

from datetime import datetime

import pandas as pd
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlmodel import Session

from core.actor import Scope
from store import tables as t
from store.frames import frame, in_projects
from store.write import table_of


def archived_reports(session: Session, scope: Scope, *, demo_id: int | None = None) -> pd.DataFrame:
    """Archived reports in scope, the latest first: every column of ArchivedReport but the payload, `report_id` for id.

    Minutes are in scope where the sprint of their demo is."""
    table = table_of(t.ArchivedReport)
    where: list[ColumnElement[bool]] = [or_(in_projects(scope, table.c.project_key), _of_seen_demo(scope))]
    if demo_id is not None:
        where.append(table.c.demo_id == demo_id)
    found = frame(session, t.ArchivedReport, *where, id="report_id").drop(columns="payload")
    return found.sort_values("report_id", ascending=False, ignore_index=True)


def is_archived(session: Session, kind: str, begins_at: datetime) -> bool:
    """Whether the report of the whole house of a period that begins then is archived already."""
    table = table_of(t.ArchivedReport)
    of_house = and_(table.c.kind == kind, table.c.period_begins_at == begins_at, table.c.project_key.is_(None))
    return session.execute(select(table.c.id).where(of_house).limit(1)).first() is not None


def _of_seen_demo(scope: Scope) -> ColumnElement[bool]:
    report, demo, sprint = (table_of(one) for one in (t.ArchivedReport, t.Demo, t.Sprint))
    same = and_(sprint.c.source_id == demo.c.source_id, sprint.c.external_id == demo.c.sprint_id)
    return exists(
        select(demo.c.id)
        .select_from(demo.join(sprint, same))
        .where(demo.c.id == report.c.demo_id, in_projects(scope, sprint.c.project_key))
    )
