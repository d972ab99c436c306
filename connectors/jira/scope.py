"""Which issues belong to a source, as questions in JQL, and which of their fields are asked for."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from connectors.jira.context import TIME_FIELDS, Context
from connectors.jira.settings import Settings

_FIELDS = (
    "summary", "description", "issuetype", "status", "priority", "project", "parent", "labels", "components",
    "fixVersions", "issuelinks", "resolution", "resolutiondate", "assignee", "reporter", "creator", "created", "updated",
    "timeoriginalestimate", "timespent",
)  # fmt: skip
_SPRINTS_IN_ONE = 400  # ids in one question, well below what servers refuse
_PROJECTS_IN_ONE = 300
_LONGEST = 6000  # characters


def fields_asked(settings: Settings, context: Context) -> list[str]:
    """The fields that issues are asked for: those we read, and no more (all of them weigh ten times as much)."""
    told = (
        context.sprint_field(settings.sprint_field),
        context.epic_field(settings.epic_field),
        context.acceptance_field(settings.acceptance_field),
        settings.estimation_field,
        *context.point_fields(),
    )
    return list(dict.fromkeys([*_FIELDS, *(one for one in told if one)]))


def fingerprint(settings: Settings, context: Context) -> str:
    """What the source reads; when it changes, everything is read anew."""
    asked = [sorted(settings.projects), sorted(settings.boards), sorted(fields_asked(settings, context))]
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


def questions(settings: Settings, context: Context) -> list[str]:
    """Conditions that together find every issue of the source: its projects, and what stands in its boards' sprints.

    A board can show issues of other projects; they come in by their sprints. A board without a project is asked for by
    its filter. Where neither projects nor boards were chosen, everything the account may see belongs to it.
    """
    if not settings.projects and not settings.boards:
        keys = sorted(context.projects)
        if keys and len(keys) <= _PROJECTS_IN_ONE:
            return [projects_condition(keys)]
        return ['created >= "1971-01-01"']  # bounded, as Cloud demands, and true of every issue
    keys = sorted(own_projects(settings, context))
    found = [projects_condition(keys)] if keys else []
    if settings.boards:
        found += [f"filter = {one.filter_id}" for one in context.boards.values() if not one.projects and one.filter_id]
    if context.sprint_field(settings.sprint_field):
        ids = sorted(context.sprint_boards, key=lambda one: (len(one), one))
        parts = [ids[at : at + _SPRINTS_IN_ONE] for at in range(0, len(ids), _SPRINTS_IN_ONE)]
        found += [f"sprint in ({', '.join(part)})" for part in parts]
    return found


def own_projects(settings: Settings, context: Context) -> set[str]:
    """The keys of the projects that were chosen, by name or by their boards."""
    if settings.projects:
        return {key for key in settings.projects if key in context.projects} or set(settings.projects)
    return {key for board in context.boards.values() for key in board.projects}


def projects_condition(keys: Iterable[str]) -> str:
    """The condition that an issue is in one of the projects; keys are quoted, since some are words of JQL."""
    return f"project in ({', '.join(quoted(key) for key in keys)})"


def quoted(text: str) -> str:
    """A text as JQL quotes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def joined(conditions: list[str]) -> list[str]:
    """The conditions as few questions: one where it stays short enough for every server."""
    if sum(map(len, conditions)) > _LONGEST:
        return conditions
    return [" OR ".join(f"({one})" for one in conditions)] if len(conditions) > 1 else conditions


def since(condition: str, at_ms: int | None) -> str:
    """The condition, of issues updated at or after an instant: epoch milliseconds know neither zones nor minutes."""
    return condition if at_ms is None else f"({condition}) AND updated >= {at_ms}"


def milliseconds(at: datetime) -> int:
    """An aware instant in milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def estimation_is_time(field_id: str | None) -> bool:
    """Whether a board estimates in time: its items have effort, and no points."""
    return field_id in TIME_FIELDS
