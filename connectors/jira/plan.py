"""How the issues of one source are read, worked out once from its settings and small streams."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from connectors.jira.context import TIME_FIELDS, Context, category_of
from connectors.jira.settings import Category, ItemKind, Settings

# Field ids and names in a changelog -> the canonical name of a change (`store.tables.sprints.Change`).
_SYSTEM = {
    "summary": "title", "description": "description", "status": "status", "issuetype": "type", "priority": "priority",
    "assignee": "assignee", "parent": "parent",
}  # fmt: skip
_BY_WORD = _SYSTEM | {"issue type": "type", "sprint": "sprint", "issueparentassociation": "parent"}
# What else is kept, under its own name.
_OTHERS = {
    "resolution": "resolution", "fixversions": "fix_version", "fix version": "fix_version", "fix versions": "fix_version",
    "labels": "labels", "components": "component", "component": "component", "flagged": "flagged", "epic link": "epic",
    "project": "project", "key": "key",
}  # fmt: skip
# The bulk of most changelogs: passed over before anything is compared.
_IGNORED = frozenset({
    "Rank", "Link", "Attachment", "Comment", "WorklogId", "WorklogTimeSpent", "timespent", "timeestimate",
    "timeoriginalestimate", "RemoteIssueLink", "RemoteWorkItemLink", "Workflow", "Epic Child", "duedate", "environment",
})  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """Args: names, field id -> canonical name; words, the same by name in small letters; others, kept under its own name;
    ignored, ids and names that are not kept; same_name, name -> number fields of that name."""

    settings: Settings
    context: Context
    sprint_field: str | None
    epic_field: str | None
    acceptance_field: str | None
    names: Mapping[str, str]
    words: Mapping[str, str]
    others: Mapping[str, str]
    ignored: frozenset[str]
    same_name: Mapping[str, tuple[str, ...]]
    by_project: Mapping[str, str]
    candidates: tuple[str, ...]
    kinds: dict[tuple[str, bool, Any], ItemKind] = field(default_factory=dict)
    done: dict[tuple[str | None, str], bool] = field(default_factory=dict)

    def name_of(self, field_id: str) -> str:
        """A field's name in small letters."""
        info = self.context.fields.get(field_id)
        return (info.name if info else field_id).casefold()

    def estimate_of(self, project: str | None, sprint_ids: list[str], values: Mapping[str, Any]) -> str | None:
        """The field that holds an issue's estimate: told, else its project's board's, whether it has a value or not.

        Where no board of its project is known: its sprint's board's or the likeliest one, the first that has a value.
        """
        told = self.settings.estimation_field
        if told:
            return told
        if project is not None and project in self.by_project:
            return self.by_project[project]
        boards = (self.context.boards.get(self.context.sprint_boards.get(one) or "") for one in reversed(sprint_ids))
        of_sprints = [
            board.estimation for board in boards if board is not None and board.estimation in self.context.fields
        ]
        likely = [*of_sprints, *self.candidates]
        return next((one for one in likely if one and values.get(one) is not None), likely[0] if likely else None)

    def kind_of(self, issue_type: Mapping[str, Any]) -> ItemKind:
        """The kind of a type (R19), looked up once a type."""
        level = issue_type.get("hierarchyLevel")
        key = (str(issue_type.get("name") or ""), bool(issue_type.get("subtask")), level)
        kind = self.kinds.get(key)
        if kind is None:
            kind = self.kinds[key] = self.settings.kind_of(key[0], is_subtask=key[1], level=level)
        return kind

    def is_done(self, project: str | None, status_id: str | None) -> bool:
        """Whether a status is the last column of the project's board, or done where no column maps it (R8)."""
        if status_id is None:
            return False
        key = (project, status_id)
        known = self.done.get(key)
        if known is None:
            known = self.done[key] = self._is_done(project, status_id)
        return known

    def _is_done(self, project: str | None, status_id: str) -> bool:
        boards = [one for one in self.context.boards.values() if project in one.projects and one.columns]
        for board in sorted(boards, key=lambda one: one.kind == "kanban"):
            if any(status_id in ids for _, ids in board.columns):
                return status_id in board.done
        name, category = self.context.statuses.get(status_id, ("", None))
        return self.category(name, category) == "done"

    def category(self, name: str, by_jira: Category | None) -> Category | None:
        """A status's category: as the source's settings say, else as Jira does."""
        return self.settings.status_mapping.get(name, by_jira)


def plan_of(settings: Settings, context: Context) -> Plan:
    """The plan of a source; the same settings and context give the same."""
    return _plan(_Key(settings, context))


@dataclass(frozen=True, eq=False)
class _Key:
    """Settings and context by identity: parsing a thousand batches of one sync works the plan out once."""

    settings: Settings
    context: Context

    def __hash__(self) -> int:
        return hash((id(self.settings), id(self.context)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.settings is other.settings and self.context is other.context


@lru_cache(maxsize=4)
def _plan(key: _Key) -> Plan:
    settings, context = key.settings, key.context
    sprint_field = context.sprint_field(settings.sprint_field)
    epic_field = context.epic_field(settings.epic_field)
    acceptance_field = context.acceptance_field(settings.acceptance_field)
    candidates = (settings.estimation_field,) if settings.estimation_field else context.point_fields()
    by_project = _by_project(context)
    estimates = {one for one in (*candidates, *by_project.values()) if one and one not in TIME_FIELDS}
    custom = {acceptance_field: "acceptance_criteria", sprint_field: "sprint", epic_field: "epic"}
    named = {one: name for one, name in custom.items() if one}
    words = dict(_BY_WORD)
    words |= {context.fields[one].name.casefold(): name for one, name in named.items() if one in context.fields}
    same_name: dict[str, list[str]] = {}
    for info in context.fields.values():
        if info.is_number:
            same_name.setdefault(info.name.casefold(), []).append(info.id)
    others = dict(_OTHERS)
    others |= {
        context.fields[one].name.casefold(): context.fields[one].name for one in estimates if one in context.fields
    }
    return Plan(
        settings, context, sprint_field, epic_field, acceptance_field,
        names=_SYSTEM | named | dict.fromkeys(estimates, "estimate"),
        words=words,
        others=others,
        ignored=_IGNORED,
        same_name={name: tuple(ids) for name, ids in same_name.items()},
        by_project=by_project,
        candidates=tuple(one for one in candidates if one),
    )  # fmt: skip


def _by_project(context: Context) -> dict[str, str]:
    """Project -> the field most of its boards with sprints estimate by; of as many the one of the lowest board id."""
    found: dict[str, list[str]] = {}
    for board in context.boards.values():
        if board.kind != "kanban" and board.estimation is not None and board.estimation in context.fields:
            for key in board.projects:
                found.setdefault(key, []).append(board.estimation)
    return {key: max(dict.fromkeys(given), key=given.count) for key, given in found.items()}


def told_category(status: Mapping[str, Any]) -> Category:
    """A status's category as an issue shows it, for one that the list of statuses leaves out."""
    return category_of(status.get("statusCategory"))
