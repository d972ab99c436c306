"""What connectors hand over: rows as dicts, one shape per table, with the place each came from.

Rows are TypedDicts and not dataclasses because the store writes dicts: 50,000 work items as frozen dataclasses cost
0.4 s to make and 0.3 s to turn into dicts again, as dicts 0.05 s, and by column nothing. Their keys are the table's columns without
`source_id`, ids of ours, and who recorded it and when; those are added by the action. `connectors.records.check` runs
Pydantic over them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NotRequired

from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict  # Pydantic asks for it below Python 3.12

from connectors.rows import Records

_STRICT = ConfigDict(strict=True, extra="forbid")


@with_config(_STRICT)
class ProjectRecord(TypedDict):
    """A project that items name."""

    external_id: str
    key: str
    name: str


@with_config(_STRICT)
class BoardRecord(TypedDict):
    """A team's board; a sheet knows the team's name alone. `columns` is [{"name", "statuses": [id, ...]}] (R8)."""

    external_id: str
    name: str
    project_key: str | None
    kind: NotRequired[str]
    estimation_field: NotRequired[str | None]
    columns: NotRequired[list[dict[str, Any]]]


@with_config(_STRICT)
class SprintRecord(TypedDict):
    """A sprint as the source states it (R1)."""

    external_id: str
    board_id: str | None
    name: str
    goal: str | None
    state: Literal["future", "active", "closed"]
    started_at: datetime | None
    planned_end_at: datetime | None
    completed_at: datetime | None


@with_config(_STRICT)
class StatusRecord(TypedDict):
    """A status and its category; the external id of a sheet's status is its name."""

    external_id: str
    name: str
    category: Literal["todo", "in_progress", "done"]


@with_config(_STRICT)
class ItemRecord(TypedDict):
    """A work item as it stands now."""

    external_id: str
    key: str
    project_key: str | None
    title: str
    description: str | None
    acceptance_criteria: str | None
    type: str | None
    kind: Literal["requirement", "bug", "chore", "epic", "subtask"]
    status_id: str | None
    priority: str | None
    parent_id: str | None
    epic: str | None
    labels: list[str]
    components: list[str]
    fix_versions: list[str]
    links: NotRequired[list[dict[str, Any]]]  # type, direction, id, key of the other item
    sprint_ids: list[str]
    assignee: str | None
    reporter: str | None
    department: str | None
    estimate_points: float | None
    effort_seconds: float | None
    spent_seconds: NotRequired[float | None]  # worklog total
    resolution: str | None
    url: str | None
    created_at: datetime | None
    updated_at: datetime | None
    done_at: datetime | None


@with_config(_STRICT)
class StatedRecord(TypedDict):
    """What the sheet states about one item in one sprint; `known` lists which of added_at, removed_at, initial_points
    and done_at it has a column for."""

    sprint_id: str
    work_item_id: str
    known: list[str]
    added_at: datetime | None
    added_by: str | None
    removed_at: datetime | None
    initial_points: float | None
    final_points: float | None
    status_id: str | None
    done_at: datetime | None


@with_config(_STRICT)
class ChangeRecord(TypedDict):
    """One changed field at one instant; `work_item_key` is a key in a sheet (the action finds the item), in Jira the
    item's id, which no renaming changes."""

    external_id: str
    work_item_key: str
    at: datetime
    author: str | None
    field: str
    from_value: str | None
    to_value: str | None
    from_label: str | None
    to_label: str | None


@with_config(_STRICT)
class VerdictRecord(TypedDict):
    """A demo's verdict on one item; a null sprint is the item's own, a null instant the end of the sprint."""

    work_item_key: str
    sprint_id: str | None
    verdict: Literal["accepted", "accepted_with_changes", "rejected", "not_shown"]
    remark: str | None
    decided_by: str | None
    department: str | None
    decided_at: datetime | None


@with_config(_STRICT)
class KpiRecord(TypedDict):
    """A KPI's definition."""

    external_id: str
    name: str
    dimension: Literal["duration", "ratio", "money", "number"]
    unit: str
    direction: Literal["down", "up"]
    can_be_negative: bool
    project_key: str | None
    department: str | None
    owner: str | None
    definition: str | None
    data_source: str | None


@with_config(_STRICT)
class BaselineRecord(TypedDict):
    """A KPI's baseline, in the canonical unit."""

    kpi: str
    value: float
    measured_at: datetime | None
    n: int | None
    provenance: str | None


@with_config(_STRICT)
class TargetRecord(TypedDict):
    """A KPI's target, in the canonical unit."""

    kpi: str
    value: float
    due_at: datetime | None


@with_config(_STRICT)
class PhaseRecord(TypedDict):
    """A release that begins a new phase of a KPI's chart (R24)."""

    kpi: str
    begins_at: datetime
    kind: Literal["release"]
    reason: str


@with_config(_STRICT)
class MeasurementRecord(TypedDict):
    """A measured value in its canonical unit; `kpi` is the id or name the sheet gives."""

    kpi: str
    at: datetime
    value: float
    n: int | None
    raw_text: str
    remark: str | None
    dimension: Literal["duration", "ratio", "money", "number"]
    unit: str


@with_config(_STRICT)
class FeedbackRecord(TypedDict):
    """A piece of feedback as it was received."""

    external_id: str
    received_at: datetime
    kind: Literal["bug", "idea", "question", "praise", "survey", "other"]
    text: str | None
    csat: int | None
    nps: int | None
    submitted_by: str | None
    department: str | None
    project_key: str | None
    release: str | None


@with_config(_STRICT)
class FeedbackEventRecord(TypedDict):
    """What became of a piece of feedback; `work_item_key` is given for `linked` alone."""

    feedback: str
    external_id: str
    at: datetime
    kind: Literal["reply", "linked", "resolved", "confirmed", "reopened"]
    author: str | None
    text: str | None
    work_item_key: str | None


@with_config(_STRICT)
class FindingRecord(TypedDict):
    """Something a source's records tell that cannot be fully trusted; `code` is worded in core."""

    code: str
    severity: Literal["error", "warning", "info"]
    subject_table: str
    subject_id: str
    subject_label: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Parsed:
    """Everything one sheet says, by table. `sheet` is its name: with a row's number it names the place."""

    kind: str
    sheet: str
    projects: Records[ProjectRecord] = field(default_factory=Records)
    boards: Records[BoardRecord] = field(default_factory=Records)
    sprints: Records[SprintRecord] = field(default_factory=Records)
    statuses: Records[StatusRecord] = field(default_factory=Records)
    items: Records[ItemRecord] = field(default_factory=Records)
    stated: Records[StatedRecord] = field(default_factory=Records)
    changes: Records[ChangeRecord] = field(default_factory=Records)
    verdicts: Records[VerdictRecord] = field(default_factory=Records)
    kpis: Records[KpiRecord] = field(default_factory=Records)
    baselines: Records[BaselineRecord] = field(default_factory=Records)
    targets: Records[TargetRecord] = field(default_factory=Records)
    phases: Records[PhaseRecord] = field(default_factory=Records)
    measurements: Records[MeasurementRecord] = field(default_factory=Records)
    feedback: Records[FeedbackRecord] = field(default_factory=Records)
    feedback_events: Records[FeedbackEventRecord] = field(default_factory=Records)
    findings: Records[FindingRecord] = field(default_factory=Records)

    def counts(self) -> dict[str, int]:
        """Rows per table, tables without rows left out."""
        return {name: len(found) for name, found in vars(self).items() if isinstance(found, Records) and len(found)}


_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    "projects": TypeAdapter(list[ProjectRecord]),
    "boards": TypeAdapter(list[BoardRecord]),
    "sprints": TypeAdapter(list[SprintRecord]),
    "statuses": TypeAdapter(list[StatusRecord]),
    "items": TypeAdapter(list[ItemRecord]),
    "stated": TypeAdapter(list[StatedRecord]),
    "changes": TypeAdapter(list[ChangeRecord]),
    "verdicts": TypeAdapter(list[VerdictRecord]),
    "kpis": TypeAdapter(list[KpiRecord]),
    "baselines": TypeAdapter(list[BaselineRecord]),
    "targets": TypeAdapter(list[TargetRecord]),
    "phases": TypeAdapter(list[PhaseRecord]),
    "measurements": TypeAdapter(list[MeasurementRecord]),
    "feedback": TypeAdapter(list[FeedbackRecord]),
    "feedback_events": TypeAdapter(list[FeedbackEventRecord]),
    "findings": TypeAdapter(list[FindingRecord]),
}


def check(parsed: Parsed) -> Parsed:
    """Hold every row to its shape with Pydantic, strictly; a parser that passes a wrong type on is a defect of ours.

    Raises: pydantic.ValidationError.
    """
    for name, adapter in _ADAPTERS.items():
        adapter.validate_python(getattr(parsed, name).rows)
    return parsed
