"""What was agreed, measured and said after launch: KPIs and feedback."""

from collections.abc import Iterable

import pandas as pd
from sqlalchemy import select
from sqlmodel import Session

from core.actor import Scope
from store import tables as t
from store.frames.reach import in_departments
from store.frames.typed import frame, typed
from store.write import table_of


def kpis(session: Session, scope: Scope) -> pd.DataFrame:
    """One row per KPI: the columns of `Kpi`, with kpi_id."""
    kpi = table_of(t.Kpi)
    return frame(session, t.Kpi, in_departments(scope, kpi.c.project_key, kpi.c.department), id="kpi_id")


def kpi_facts(session: Session, model: type[t.Base], kpi_ids: Iterable[int]) -> pd.DataFrame:
    """Rows of KpiBaseline, KpiTarget, KpiMeasurement or KpiPhase of these KPIs, oldest record first."""
    return frame(session, model, table_of(model).c.kpi_id.in_([int(one) for one in kpi_ids]))


def feedback(session: Session, scope: Scope) -> pd.DataFrame:
    """One row per piece of feedback as received: the columns of `Feedback`, with feedback_id, oldest first."""
    table = table_of(t.Feedback)
    where = in_departments(scope, table.c.project_key, table.c.department)
    statement = select(table).where(where).order_by(table.c.received_at, table.c.id)
    return typed(session, statement, {"id": "feedback_id"})


def attachments(session: Session, scope: Scope, *, attachment_id: int | None = None) -> pd.DataFrame:
    """What is attached to the feedback in scope now (what was taken away left out), with attachment_id.

    Args: attachment_id, to ask for this one alone.
    """
    held, table = table_of(t.Attachment), table_of(t.Feedback)
    later = held.alias("later")
    statement = (
        select(held)
        .select_from(held.join(table, table.c.id == held.c.feedback_id))
        .where(in_departments(scope, table.c.project_key, table.c.department))
        .where(
            held.c.sha256.is_not(None),
            held.c.id.not_in(select(later.c.supersedes_id).where(later.c.supersedes_id.is_not(None))),
        )
        .order_by(held.c.feedback_id, held.c.id)
    )
    if attachment_id is not None:
        statement = statement.where(held.c.id == attachment_id)
    return typed(session, statement, {"id": "attachment_id"})


def feedback_events(session: Session, scope: Scope) -> pd.DataFrame:
    """Every event of the feedback in scope, oldest first: the columns of `FeedbackEvent`."""
    event, table = table_of(t.FeedbackEvent), table_of(t.Feedback)
    statement = (
        select(event)
        .select_from(event.join(table, table.c.id == event.c.feedback_id))
        .where(in_departments(scope, table.c.project_key, table.c.department))
        .order_by(event.c.feedback_id, event.c.at, event.c.id)
    )
    return typed(session, statement, {})
