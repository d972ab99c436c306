"""What reading an issue needs from the small streams: fields, statuses, boards, sprints. Built from raw records alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.jira.batch import Raw
from connectors.jira.settings import Category, Flavour

SPRINT_SCHEMA = "com.pyxis.greenhopper.jira:gh-sprint"
EPIC_LINK_SCHEMA = "com.pyxis.greenhopper.jira:gh-epic-link"
GUESS_SCHEMA = "com.pyxis.greenhopper.jira:jsw-story-points"  # "Story point estimate" of team-managed projects
TIME_FIELDS = frozenset({"timeoriginalestimate", "timeestimate", "aggregatetimeoriginalestimate"})
_POINT_NAMES = ("story points", "story point estimate", "故事点", "故事点数", "故事点估算", "点数", "story point")
_ACCEPTANCE_NAMES = ("acceptance criteria", "acceptance criterion", "验收标准", "验收条件")
_CATEGORIES: dict[str, Category] = {"new": "todo", "undefined": "todo", "indeterminate": "in_progress", "done": "done"}


@dataclass(frozen=True)
class FieldInfo:
    """A field: `schema` is the custom type's key for custom fields, `kind` the type of its values."""

    id: str
    name: str
    schema: str | None
    kind: str | None

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers, as estimates in points are."""
        return self.kind == "number"


@dataclass(frozen=True)
class BoardInfo:
    """A board: its projects' keys, what it estimates by (None: nothing, or not known), its columns' status ids."""

    id: str
    name: str
    kind: str
    projects: tuple[str, ...]
    is_configuration_known: bool
    estimation: str | None
    estimation_name: str | None
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    filter_id: str | None

    @property
    def done(self) -> frozenset[str]:
        """The statuses of the last column that maps any (R8)."""
        mapped = [ids for _, ids in self.columns if ids]
        return frozenset(mapped[-1]) if mapped else frozenset()


@dataclass(frozen=True)
class Context:
    """The small streams, read: what `parse` needs beside an issue. Equal records give an equal context, live or replayed."""

    flavour: Flavour = "cloud"
    fields: Mapping[str, FieldInfo] = field(default_factory=dict)
    statuses: Mapping[str, tuple[str, Category]] = field(default_factory=dict)  # id -> name, category by Jira
    boards: Mapping[str, BoardInfo] = field(default_factory=dict)
    sprint_boards: Mapping[str, str | None] = field(default_factory=dict)  # sprint id -> its board's id
    active_since: Mapping[str, str] = field(default_factory=dict)  # active sprint id -> its start as the server says it
    projects: Mapping[str, str] = field(default_factory=dict)  # key -> id
    types: Mapping[str, tuple[bool, int | None]] = field(default_factory=dict)  # id -> is_subtask, level

    # ------------------------------------------------------------ which field is what

    def sprint_field(self, told: str | None) -> str | None:
        """The field of sprints: by its schema, which no renaming changes."""
        return self._one_of(told, SPRINT_SCHEMA, ("sprint",))

    def epic_field(self, told: str | None) -> str | None:
        """The field of the epic an issue belongs to, where there is one."""
        return self._one_of(told, EPIC_LINK_SCHEMA, ())

    def acceptance_field(self, told: str | None) -> str | None:
        """The field of acceptance criteria: by the name people give it."""
        return self._one_of(told, "", _ACCEPTANCE_NAMES)

    def point_fields(self) -> tuple[str, ...]:
        """Every field that may hold points, the likeliest first: those boards estimate by, then by schema and name."""
        of_boards = [one.estimation for one in self.boards.values() if one.estimation in self.fields]
        by_schema = [one.id for one in self.fields.values() if one.schema == GUESS_SCHEMA]
        named = sorted(
            (_POINT_NAMES.index(one.name.casefold()), one.id)
            for one in self.fields.values()
            if one.is_number and one.name.casefold() in _POINT_NAMES
        )
        found = dict.fromkeys([*of_boards, *(one for _, one in named), *by_schema])
        return tuple(one for one in found if one is not None and one not in TIME_FIELDS)

    def _one_of(self, told: str | None, schema: str, names: tuple[str, ...]) -> str | None:
        if told:
            return told if told in self.fields else None
        by_schema = [one.id for one in self.fields.values() if schema and one.schema == schema]
        by_name = [one.id for one in self.fields.values() if one.name.casefold() in names and one.schema]
        return next(iter(by_schema or sorted(by_name)), None)


def context_of(raws: Iterable[Raw]) -> Context:
    """The context from raw records of the small streams, in any order; records of other streams are passed over."""
    rows: dict[str, dict[str, Any]] = {}
    for one in raws:
        if one.stream in _STREAMS:
            value = one.read()
            if isinstance(value, dict):
                rows.setdefault(one.stream, {})[one.external_id] = value
    server: dict[str, Any] = next(iter(rows.get("server", {}).values()), {})
    sprints = rows.get("sprint", {})
    return Context(
        flavour="cloud" if str(server.get("deploymentType") or "").casefold() == "cloud" else "data-center",
        fields={key: _field(key, value) for key, value in sorted(rows.get("field", {}).items())},
        statuses={key: _status(value) for key, value in rows.get("status", {}).items()},
        boards={key: _board(key, value) for key, value in sorted(rows.get("board", {}).items(), key=_by_number)},
        sprint_boards={key: board_of_sprint(value) for key, value in sprints.items()},
        active_since={
            key: str(value.get("activatedDate") or value["startDate"])
            for key, value in sprints.items()
            if str(value.get("state")).lower() == "active" and (value.get("activatedDate") or value.get("startDate"))
        },
        projects={str(one.get("key")): key for key, one in rows.get("project", {}).items()},
        types={
            key: (bool(one.get("subtask")), one.get("hierarchyLevel"))
            for key, one in rows.get("issue_type", {}).items()
        },
    )


_STREAMS = frozenset({"server", "field", "status", "issue_type", "project", "board", "sprint"})


def _by_number(entry: tuple[str, Any]) -> tuple[int, str]:
    return (int(entry[0]) if entry[0].isdigit() else 0, entry[0])


def _field(external_id: str, value: dict[str, Any]) -> FieldInfo:
    schema = value.get("schema") or {}
    return FieldInfo(external_id, str(value.get("name") or external_id), schema.get("custom"), schema.get("type"))


def _status(value: dict[str, Any]) -> tuple[str, Category]:
    return str(value.get("name") or ""), category_of(value.get("statusCategory"))


def category_of(given: Any) -> Category:
    """The category of a status by its key, which is the same in every language; unknown counts as in progress."""
    key = given.get("key") if isinstance(given, dict) else None
    return _CATEGORIES.get(str(key), "in_progress")


def board_of_sprint(value: Mapping[str, Any]) -> str | None:
    """A sprint's own board: `originBoardId` of the agile interface, `boardId` or `rapidViewId` of the field."""
    for name in ("originBoardId", "boardId", "rapidViewId", "listedOnBoardId"):
        if value.get(name) not in (None, "", "<null>"):
            return str(value[name])
    return None


def board_projects(value: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of a board's projects: its location's, or those asked for where the server names none."""
    location = value.get("location") or (value.get("configuration") or {}).get("location") or {}
    key = location.get("projectKey") or (location.get("key") if location.get("type") == "project" else None)
    return (str(key),) if key else tuple(value.get("projects") or ())


def _board(external_id: str, value: dict[str, Any]) -> BoardInfo:
    configuration = value.get("configuration") or {}
    estimation = configuration.get("estimation") or {}
    chosen = estimation.get("field") or {}
    columns = (configuration.get("columnConfig") or {}).get("columns") or []
    return BoardInfo(
        external_id,
        str(value.get("name") or external_id),
        str(value.get("type") or configuration.get("type") or "scrum"),
        board_projects(value),
        bool(configuration),
        str(chosen["fieldId"]) if estimation.get("type") == "field" and chosen.get("fieldId") else None,
        chosen.get("displayName"),
        tuple(
            (
                str(one.get("name") or ""),
                tuple(str(status["id"]) for status in one.get("statuses") or [] if status.get("id")),
            )
            for one in columns
        ),
        str((configuration.get("filter") or {}).get("id") or "") or None,
    )
