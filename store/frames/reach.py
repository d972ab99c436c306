"""Conditions that a row is within somebody's reach; what one may not see does not exist."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true

from core.actor import Scope
from store import tables as t
from store.write import table_of


def in_projects(scope: Scope, column: Any) -> ColumnElement[bool]:
    """The condition that a row's project is within the scope; rows without a project are for unlimited scopes alone."""
    if scope.projects is None:
        return true()
    return column.in_(scope.projects) if scope.projects else false()


def in_departments(scope: Scope, project: Any, department: Any) -> ColumnElement[bool]:
    """The condition that a row's department or project is within the scope."""
    if scope.departments is None or scope.projects is None:
        return true()
    parts: list[ColumnElement[bool]] = []
    if scope.departments:
        parts.append(department.in_(scope.departments))
    if scope.projects:
        parts.append(project.in_(scope.projects))
    return or_(*parts) if parts else false()


def in_sources(scope: Scope, source_id: Any, *, whole: bool = False) -> ColumnElement[bool]:
    """The condition that a source holds a project within the scope; with `whole`, that it holds no other project."""
    if scope.projects is None:
        return true()
    project = table_of(t.Project)
    inside: ColumnElement[bool] = source_id.in_(select(project.c.source_id).where(in_projects(scope, project.c.key)))
    if not whole:
        return inside
    return and_(inside, source_id.not_in(select(project.c.source_id).where(not_(in_projects(scope, project.c.key)))))


def of_items(scope: Scope, table: Any, column: str) -> ColumnElement[bool]:
    """The condition that a row is about an item within the scope."""
    item = table_of(t.WorkItem)
    same = (item.c.source_id == table.c.source_id, item.c.external_id == table.c[column])
    return exists().where(*same, in_projects(scope, item.c.project_key))


def of_sprints(scope: Scope, table: Any) -> ColumnElement[bool]:
    """The condition that a row is about a sprint within the scope."""
    sprint = table_of(t.Sprint)
    same = (sprint.c.source_id == table.c.source_id, sprint.c.external_id == table.c.sprint_id)
    return exists().where(*same, in_projects(scope, sprint.c.project_key))
