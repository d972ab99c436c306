"""What people decided: verdicts, change requests and their signatures, waivers."""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import select
from sqlmodel import Session

from core.actor import EVERYTHING, Scope
from store import tables as t
from store.frames.reach import in_departments, of_items
from store.frames.typed import frame
from store.write import table_of


def verdicts(session: Session, source_id: int, sprint_ids: Sequence[str]) -> pd.DataFrame:
    """Every verdict of these sprints, oldest first: the columns of `Verdict`; the last of an item counts."""
    verdict = table_of(t.Verdict)
    where = (verdict.c.source_id == source_id, verdict.c.sprint_id.in_(list(sprint_ids)))
    return frame(session, t.Verdict, *where)


def goal_verdicts(session: Session, source_id: int, sprint_ids: Sequence[str]) -> pd.DataFrame:
    """Every goal verdict of these sprints, oldest first: the columns of `GoalVerdict`."""
    goal = table_of(t.GoalVerdict)
    return frame(session, t.GoalVerdict, goal.c.source_id == source_id, goal.c.sprint_id.in_(list(sprint_ids)))


def change_requests(session: Session, scope: Scope) -> pd.DataFrame:
    """Every version of every change request, oldest first: the columns of `ChangeRequest`."""
    request = table_of(t.ChangeRequest)
    where = in_departments(scope, request.c.project_key, request.c.department)
    return frame(session, t.ChangeRequest, where)


def covered_items(session: Session, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """What change requests cover: the columns of `ChangeRequestItem`."""
    covered, request = table_of(t.ChangeRequestItem), table_of(t.ChangeRequest)
    inside = select(request.c.id).where(in_departments(scope, request.c.project_key, request.c.department))
    return frame(session, t.ChangeRequestItem, covered.c.change_request_id.in_(inside))


def signatures(session: Session, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """Every signature, oldest first: the columns of `Signature`."""
    if scope == EVERYTHING:
        return frame(session, t.Signature)
    signature, request = table_of(t.Signature), table_of(t.ChangeRequest)
    inside = select(request.c.number).where(in_departments(scope, request.c.project_key, request.c.department))
    is_request = signature.c.subject_table == "change_request"
    return frame(session, t.Signature, is_request, signature.c.subject_id.in_(inside))


def waivers(session: Session, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """Every waiver and revocation, oldest first: the columns of `Waiver`."""
    if scope.projects is None:
        return frame(session, t.Waiver)
    return frame(session, t.Waiver, of_items(scope, table_of(t.Waiver), "work_item_id"))
