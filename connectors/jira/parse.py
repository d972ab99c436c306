"""Raw records into rows: pure, so that what is stored can be parsed again by a better parser. Replay = live."""

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.jira.batch import Raw
from connectors.jira.context import TIME_FIELDS, BoardInfo, Context, context_of
from connectors.jira.issue_rows import issue_rows
from connectors.jira.plan import Plan, plan_of, told_category
from connectors.jira.settings import Settings
from connectors.jira.sprint_rows import sprint_record
from connectors.records import (
    BoardRecord,
    ChangeRecord,
    FindingRecord,
    ItemRecord,
    Parsed,
    ProjectRecord,
    SprintRecord,
    StatusRecord,
)
from connectors.rows import Records
from core.plain import plain_text


def parse(raws: Iterable[Raw], settings: Settings, context: Context | None = None) -> Parsed:
    """The rows of raw records of any streams.

    Args: raws; settings, whose mappings and fields rule; context, from `context_of` over the stored small streams (None:
    they are among `raws`).
    Returns: rows by table. `changes` are sorted by (time, id) within an issue; their `work_item_key` holds the issue's
    id. Sprints that only issues name (of other boards) come as sprints too; ids that only histories name are legal and
    have no row (R5). `findings` say what cannot be trusted.
    Raises: ValueError, KeyError, TypeError, AttributeError for a record that is not what its stream promises.
    """
    given = list(raws)
    plan = plan_of(settings, context_of(given) if context is None else context)
    rows = _Rows(plan)
    for raw in given:
        value = raw.read()
        if b"\\u0000" in raw.payload:  # legal in JSON, refused by PostgreSQL; nothing else can be left in bytes
            value = _without_nul(value)
        rows.take(raw, value)
    return rows.parsed()


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, dict):
        return {key: _without_nul(one) for key, one in value.items()}
    return [_without_nul(one) for one in value] if isinstance(value, list) else value


class _Rows:
    """Rows as they gather; what several issues say (a project, a sprint) is kept once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.projects: dict[str, ProjectRecord] = {}
        self.boards: dict[str, BoardRecord] = {}
        self.sprints: dict[str, SprintRecord] = {}
        self.statuses: dict[str, StatusRecord] = {}
        self.items: dict[str, ItemRecord] = {}
        self.changes: list[ChangeRecord] = []
        self.findings: list[FindingRecord] = []
        self._gone: set[str] = set()

    def take(self, raw: Raw, value: Any) -> None:
        stream = raw.stream
        if stream == "issue":
            self._issue(value)
        elif stream == "sprint":
            self.sprints[raw.external_id] = sprint_record(value)
        elif stream == "board":
            self._board(self.plan.context.boards[raw.external_id])
        elif stream == "project":
            self.projects[raw.external_id] = _project(value)
        elif stream == "status":
            name = str(value["name"])
            self._status(raw.external_id, name, value)

    def parsed(self) -> Parsed:
        """Everything, by table."""
        return Parsed(
            "jira",
            "",
            projects=_records(self.projects.values()),
            boards=_records(self.boards.values()),
            sprints=_records(self.sprints.values()),
            statuses=_records(self.statuses.values()),
            items=_records(self.items.values()),
            changes=_records(self.changes),
            findings=_records(self.findings),
        )

    def _status(self, external_id: str, name: str, value: Mapping[str, Any]) -> None:
        category = self.plan.category(name, told_category(value)) or "in_progress"
        self.statuses[external_id] = {"external_id": external_id, "name": name, "category": category}

    def _board(self, board: BoardInfo) -> None:
        self.boards[board.id] = {
            "external_id": board.id,
            "name": plain_text(board.name),
            "project_key": board.projects[0] if board.projects else None,
            "kind": "kanban" if board.kind == "kanban" else "scrum",  # team-managed ones call themselves simple
            "estimation_field": board.estimation,
            "columns": [{"name": plain_text(name), "statuses": list(ids)} for name, ids in board.columns],
        }
        if not board.is_configuration_known:
            self._find("board_configuration_unread", board)
        elif board.estimation in TIME_FIELDS:
            self._find("estimates_in_time", board)
        elif board.estimation and board.estimation not in self.plan.context.fields:
            self._find("estimation_field_gone", board, field=board.estimation_name or board.estimation)

    def _find(self, code: str, board: BoardInfo, **params: Any) -> None:
        self.findings.append(
            {"code": code, "severity": "info" if code == "estimates_in_time" else "warning", "subject_table": "board", "subject_id": board.id,
             "subject_label": plain_text(board.name), "params": params}
        )  # fmt: skip

    def _issue(self, value: Mapping[str, Any]) -> None:
        item, changes, sprints = issue_rows(value, self.plan)
        fields, context = value["issue"]["fields"], self.plan.context
        for sprint in sprints:
            sprint_id = str(sprint["id"])
            if sprint_id not in context.sprint_boards and sprint_id not in self.sprints:
                self.sprints[sprint_id] = sprint_record(sprint)
        status = item["status_id"]
        if status is not None and status not in context.statuses and status not in self.statuses:
            self._status(status, str(fields["status"].get("name") or status), fields["status"])
        project = fields.get("project")
        if project and project.get("key") not in context.projects and project["id"] not in self.projects:
            self.projects[str(project["id"])] = _project(project)
        if context.statuses:
            self._look_for_gone(changes)
        self.items[item["external_id"]] = item
        self.changes += changes

    def _look_for_gone(self, changes: list[ChangeRecord]) -> None:
        """A status that histories name and the server no longer has: whether it was done cannot be known (R8)."""
        known = self.plan.context.statuses
        for one in changes:
            if one["field"] != "status":
                continue
            for status, label in ((one["from_value"], one["from_label"]), (one["to_value"], one["to_label"])):
                if status and status not in known and status not in self.statuses and status not in self._gone:
                    self._gone.add(status)
                    self.findings.append(
                        {"code": "status_gone", "severity": "warning", "subject_table": "status", "subject_id": status,
                         "subject_label": label or status, "params": {}}
                    )  # fmt: skip


def _project(value: Mapping[str, Any]) -> ProjectRecord:
    return {"external_id": str(value["id"]), "key": str(value["key"]), "name": str(value.get("name") or value["key"])}


def _records(rows: Iterable[Any]) -> Records[Any]:
    listed = list(rows)
    return Records(listed, list(range(1, len(listed) + 1)))
