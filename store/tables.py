"""Every table of Fortnight, one class each: the catalogue of what is kept.

`SQLModel(table=True)` validates nothing: outside input goes through Pydantic models in the connectors and through
the rules in `actions/` first. Instants are aware and stored in UTC (R2). Points and KPI values are floats in their
canonical unit (R27). Rows that came from outside have the primary key (source_id, external_id): by id, not by key.
Append-only tables say so; a later row supersedes an earlier one, nothing is overwritten.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

Json = dict[str, Any]


class Base(SQLModel, registry=registry()):
    """Own registry, so that an edit-reload of this module does not find its tables already defined."""


# ---------------------------------------------------------------- where data comes from


class Source(Base, table=True):
    """A place sprint data comes from: a Jira, a family of spreadsheets, or `fortnight` itself (what forms enter)."""

    __tablename__ = "source"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    kind: str  # sheets, jira, fortnight
    is_sample: bool = False
    policy: str = "jira-cloud"  # R15: jira-cloud, jira-dc, plan-cn
    settings: Json = Field(default_factory=dict, sa_type=JSON)  # type_mapping, status_mapping, history (see DECISIONS)
    cursor: Json = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime


class SyncRun(Base, table=True):
    """One run of a connector: an import of a file or a sync with a server, what it brought and what it skipped."""

    __tablename__ = "sync_run"
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    kind: str  # import, sync
    state: str  # running, done, failed, cancelled, undone
    actor: str
    started_at: datetime
    finished_at: datetime | None = None
    file_name: str | None = None
    file_sha256: str | None = Field(default=None, index=True)
    sheet_kind: str | None = None  # backlog, change_log, demo, kpi, kpi_measurement, feedback, jira_csv
    row_counts: Json = Field(default_factory=dict, sa_type=JSON)  # table -> {"added", "changed", "unchanged"}
    skipped: list[Json] = Field(default_factory=list, sa_type=JSON)
    error: str | None = None
    undone_at: datetime | None = None


class RowImage(Base, table=True):
    """What one import did to one table: the keys of the rows it added, and the rows it changed as they were before.
    An undo reads these."""

    __tablename__ = "row_image"
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="sync_run.id", index=True)
    table_name: str
    added_keys: list[list[Any]] = Field(default_factory=list, sa_type=JSON)
    before_rows: list[Json] = Field(default_factory=list, sa_type=JSON)


class RawRecord(Base, table=True):
    """A record as the source gave it, zlib-compressed JSON, so that a better parser can be run over it again."""

    __tablename__ = "raw_record"
    source_id: int = Field(foreign_key="source.id", primary_key=True)
    stream: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    run_id: int = Field(foreign_key="sync_run.id", index=True)
    fetched_at: datetime
    sha256: str
    payload: bytes = Field(sa_type=LargeBinary)


class ImportMapping(Base, table=True):
    """The mapping of headers a person confirmed, remembered for the next file with the same headers."""

    __tablename__ = "import_mapping"
    header_sha256: str = Field(primary_key=True)
    sheet_kind: str
    mapping: Json = Field(sa_type=JSON)  # field -> header index
    source_name: str
    confirmed_by: str
    confirmed_at: datetime


class Finding(Base, table=True):
    """Something in the data that cannot be fully trusted: counted, listed, explained. `code` is worded in core.wording."""

    __tablename__ = "finding"
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    run_id: int | None = Field(default=None, foreign_key="sync_run.id", index=True)
    sprint_id: str | None = Field(default=None, index=True)  # a finding of one sprint's ledger
    code: str = Field(index=True)
    severity: str  # error, warning, info
    subject_table: str  # work_item, sprint, change, kpi, feedback ...
    subject_id: str
    subject_label: str  # the key or name a person knows it by
    params: Json = Field(default_factory=dict, sa_type=JSON)
    found_at: datetime


# ---------------------------------------------------------------- sprints


class Project(Base, table=True):
    """A project of a source; `key` is what grants are scoped to."""

    __tablename__ = "project"
    source_id: int = Field(foreign_key="source.id", primary_key=True)
    external_id: str = Field(primary_key=True)
    key: str = Field(index=True)
    name: str


class Board(Base, table=True):
    """A team's board. `columns` is [{"name", "statuses": [status id, ...]}]; the last column means done (R8)."""

    __tablename__ = "board"
    source_id: int = Field(foreign_key="source.id", primary_key=True)
    external_id: str = Field(primary_key=True)
    name: str
    kind: str = "scrum"  # scrum, kanban
    project_key: str | None = None
    estimation_field: str | None = None
    columns: list[Json] = Field(default_factory=list, sa_type=JSON)


class Sprint(Base, table=True):
    """A sprint: `started_at` is T0, `completed_at` the actual end, `planned_end_at` only the plan (R1)."""

    __tablename__ = "sprint"
    source_id: int = Field(foreign_key="source.id", primary_key=True)
    external_id: str = Field(primary_key=True)
    board_id: str | None = Field(default=None, index=True)
    project_key: str | None = Field(default=None, index=True)
    name: str
    goal: str | None = None
    state: str  # future, active, closed
    started_at: datetime | None = Field(default=None, index=True)
    planned_end_at: datetime | None = None
    completed_at: datetime | None = None
    is_deleted: bool = False


class Status(Base, table=True):
    """A status of a source with its category (todo, in_progress, done), as the source or its settings say."""

    __tablename__ = "status"
    source_id: int = Field(foreign_key="source.id", primary_key=True)
    external_id: str = Field(primary_key=True)
    name: str
    category: str  # todo, in_progress, done


class WorkItem(Base, table=True):
    """A work item as it stands now. `kind` is requirement, bug, chore, epic or subtask, by the source's type mapping (R19)."""

    __tablename__ = "work_item"
    __table_args__ = (Index("ix_work_item_key", "key"),)
    source_id: int = Field(foreign_key="source.id", primary_key=True)
    external_id: str = Field(primary_key=True)
    key: str
    project_key: str | None = Field(default=None, index=True)
    title: str
    description: str | None = None
    acceptance_criteria: str | None = None
    type: str | None = None
    kind: str = "requirement"
    status_id: str | None = None  # Status.external_id
    priority: str | None = None
    parent_id: str | None = None
    epic: str | None = None
    labels: list[str] = Field(default_factory=list, sa_type=JSON)
    components: list[str] = Field(default_factory=list, sa_type=JSON)
    fix_versions: list[str] = Field(default_factory=list, sa_type=JSON)
    links: list[Json] = Field(default_factory=list, sa_type=JSON)
    sprint_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    assignee: str | None = None
    reporter: str | None = None
    department: str | None = None
    estimate_points: float | None = None
    effort_seconds: float | None = None
    resolution: str | None = None
    url: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    done_at: datetime | None = None
    is_deleted: bool = False


class Change(Base, table=True):
    """One changed field at one instant, as the source recorded it. Append-only; a corrected file corrects, never invents.

    `field` is canonical: sprint, estimate, status, title, description, acceptance_criteria, type, priority, assignee,
    parent, or the source's own name for others. For `sprint`, from/to hold the full id lists, comma-separated (R5).
    """

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_item", "source_id", "work_item_id", "at"),)
    source_id: int = Field(foreign_key="source.id", primary_key=True)
    external_id: str = Field(primary_key=True)  # history id and item index, or a content hash for a sheet's row
    work_item_id: str
    at: datetime
    author: str | None = None
    field: str
    from_value: str | None = None
    to_value: str | None = None
    from_label: str | None = None
    to_label: str | None = None
    raw_stream: str | None = None
    raw_id: str | None = None


class StatedEntry(Base, table=True):
    """What a sheet states about one item in one sprint; facts, not events. `known` lists the columns the sheet had
    (added_at, removed_at, initial_points, done_at): an empty cell of a known column is a statement, a missing column is not."""

    __tablename__ = "stated_entry"
    source_id: int = Field(foreign_key="source.id", primary_key=True)
    sprint_id: str = Field(primary_key=True)
    work_item_id: str = Field(primary_key=True)
    known: list[str] = Field(default_factory=list, sa_type=JSON)
    added_at: datetime | None = None
    added_by: str | None = None
    removed_at: datetime | None = None
    initial_points: float | None = None
    final_points: float | None = None
    status_id: str | None = None
    done_at: datetime | None = None


class SprintEntry(Base, table=True):
    """Derived: one item in one sprint, with bucket, outcome, estimates and the reason (R9-R14). Rebuilt, never edited."""

    __tablename__ = "sprint_entry"
    source_id: int = Field(foreign_key="source.id", primary_key=True)
    sprint_id: str = Field(primary_key=True)
    work_item_id: str = Field(primary_key=True)
    bucket: str | None = None  # committed, added, carried
    outcome: str | None = None  # completed, not_completed, removed, completed_outside
    entered_at: datetime | None = None
    left_at: datetime | None = None
    done_at: datetime | None = None
    initial_points: float | None = None
    final_points: float | None = None
    is_unestimated: bool = False
    is_first_estimate: bool = False  # re-estimated from nothing (R12)
    is_content_changed: bool = False  # R18
    is_spillover: bool = False  # R14
    why_code: str
    why_params: Json = Field(default_factory=dict, sa_type=JSON)


class SprintTotal(Base, table=True):
    """Derived: a sprint's ledger in one unit (points or count), R9-R18; a figure that cannot be known is null."""

    __tablename__ = "sprint_total"
    source_id: int = Field(foreign_key="source.id", primary_key=True)
    sprint_id: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)  # points, count
    policy: str
    as_of: datetime
    committed: float | None = None
    added: float | None = None
    carried: float | None = None
    re_estimated: float | None = None
    removed: float | None = None
    completed: float | None = None
    not_completed: float | None = None
    completed_outside: float | None = None
    spillover: float | None = None
    is_balanced: bool | None = None
    say_do: float | None = None
    completion_ratio: float | None = None
    churn_gross: float | None = None
    churn_net: float | None = None
    content_churn: float | None = None


class SprintSnapshot(Base, table=True):
    """A closed sprint's ledger, frozen and hashed. Append-only; a lead may re-freeze with a reason."""

    __tablename__ = "sprint_snapshot"
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    sprint_id: str = Field(index=True)
    policy: str
    frozen_at: datetime
    frozen_by: str
    reason: str | None = None
    payload: Json = Field(sa_type=JSON)
    sha256: str


# ---------------------------------------------------------------- demos


class Demo(Base, table=True):
    """The demo of a sprint: started and ended by a person."""

    __tablename__ = "demo"
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    sprint_id: str = Field(index=True)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    presenter: str | None = None


class Verdict(Base, table=True):
    """What was decided about an item at its demo. Append-only: the latest of an item and sprint counts."""

    __tablename__ = "verdict"
    __table_args__ = (Index("ix_verdict_sprint", "source_id", "sprint_id"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id")
    sprint_id: str
    work_item_id: str
    verdict: str  # accepted, accepted_with_changes, rejected, not_shown
    remark: str | None = None
    decided_by: str | None = None
    department: str | None = None
    decided_at: datetime
    recorded_by: str
    run_id: int | None = Field(default=None, foreign_key="sync_run.id")


class GoalVerdict(Base, table=True):
    """Whether a sprint's goal was met (met, partly, missed), with the evidence. Append-only."""

    __tablename__ = "goal_verdict"
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    sprint_id: str
    verdict: str
    evidence: str | None = None
    decided_at: datetime
    recorded_by: str


# ---------------------------------------------------------------- change requests


class ChangeRequest(Base, table=True):
    """A requirement change, evaluated. Each edit is a new version of the same `number`; a signature binds one version's hash."""

    __tablename__ = "change_request"
    __table_args__ = (UniqueConstraint("number", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    number: str = Field(index=True)  # CR-12
    version: int = 1
    project_key: str | None = None
    title: str
    reason: str
    impact: str | None = None
    impact_points: float | None = None
    impact_days: float | None = None
    department: str | None = None
    requested_by: str
    created_at: datetime
    recorded_by: str
    content_sha256: str


class ChangeRequestItem(Base, table=True):
    """A change request covers these work items in this sprint; `change_kind` null covers every kind of change."""

    __tablename__ = "change_request_item"
    change_request_id: int = Field(foreign_key="change_request.id", primary_key=True)
    source_id: int = Field(foreign_key="source.id", primary_key=True)
    sprint_id: str = Field(primary_key=True)
    work_item_id: str = Field(primary_key=True)
    change_kind: str | None = None  # added, removed, re_estimated, content


class Signature(Base, table=True):
    """A decision (approved, rejected) on exactly one content hash. Append-only; another hash, and it no longer counts."""

    __tablename__ = "signature"
    __table_args__ = (Index("ix_signature_subject", "subject_table", "subject_id"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    subject_table: str  # change_request, kpi_target, acceptance_report
    subject_id: str  # the change request's number
    content_sha256: str
    decision: str
    remark: str | None = None
    signed_by: str
    department: str | None = None
    signed_at: datetime


class Waiver(Base, table=True):
    """A detected change that needs no change request, with the reason. Append-only; `is_revoked` rows take it back."""

    __tablename__ = "waiver"
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    sprint_id: str
    work_item_id: str
    change_kind: str
    reason: str
    is_revoked: bool = False
    waived_by: str
    waived_at: datetime


# ---------------------------------------------------------------- KPIs


class Kpi(Base, table=True):
    """A KPI agreed with a department: what is measured, in which unit, and which direction is better."""

    __tablename__ = "kpi"
    __table_args__ = (UniqueConstraint("source_id", "external_id"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    external_id: str  # the sheet's id column or name
    name: str
    dimension: str  # duration (s), ratio (0-1), money (CNY), number
    unit: str  # as people write it: min, %, ￥, 单
    direction: str  # down, up: which way is better
    can_be_negative: bool = False
    project_key: str | None = None
    department: str | None = None
    owner: str | None = None
    definition: str | None = None
    data_source: str | None = None


class KpiBaseline(Base, table=True):
    """Where a KPI stood before, with its provenance. Append-only; the latest counts, and a new one begins a phase."""

    __tablename__ = "kpi_baseline"
    id: int | None = Field(default=None, primary_key=True)
    kpi_id: int = Field(foreign_key="kpi.id", index=True)
    value: float
    measured_at: datetime | None = None
    n: int | None = None
    provenance: str | None = None
    is_locked: bool = False
    recorded_at: datetime
    recorded_by: str
    run_id: int | None = Field(default=None, foreign_key="sync_run.id")


class KpiTarget(Base, table=True):
    """What a KPI is to reach, and by when. Append-only; the latest counts."""

    __tablename__ = "kpi_target"
    id: int | None = Field(default=None, primary_key=True)
    kpi_id: int = Field(foreign_key="kpi.id", index=True)
    value: float
    due_at: datetime | None = None
    reason: str | None = None
    recorded_at: datetime
    recorded_by: str
    run_id: int | None = Field(default=None, foreign_key="sync_run.id")


class KpiMeasurement(Base, table=True):
    """One measured value at one instant, in canonical units. Append-only; of several at one instant the latest recorded counts."""

    __tablename__ = "kpi_measurement"
    __table_args__ = (Index("ix_kpi_measurement_at", "kpi_id", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    kpi_id: int = Field(foreign_key="kpi.id")
    at: datetime
    value: float
    n: int | None = None
    raw_text: str | None = None  # what stood in the cell
    remark: str | None = None
    recorded_at: datetime
    recorded_by: str
    run_id: int | None = Field(default=None, foreign_key="sync_run.id")


class KpiPhase(Base, table=True):
    """A new phase of a KPI's chart begins here (a release or a re-baseline), with its reason (R24)."""

    __tablename__ = "kpi_phase"
    id: int | None = Field(default=None, primary_key=True)
    kpi_id: int = Field(foreign_key="kpi.id", index=True)
    begins_at: datetime
    kind: str  # release, re_baseline
    reason: str
    recorded_at: datetime
    recorded_by: str
    run_id: int | None = Field(default=None, foreign_key="sync_run.id")


class AcceptanceReport(Base, table=True):
    """An archived acceptance report of a KPI: the payload it was made from and the hash of the file."""

    __tablename__ = "acceptance_report"
    id: int | None = Field(default=None, primary_key=True)
    kpi_id: int = Field(foreign_key="kpi.id", index=True)
    created_at: datetime
    created_by: str
    payload: Json = Field(sa_type=JSON)
    file_path: str | None = None
    sha256: str


# ---------------------------------------------------------------- feedback


class Feedback(Base, table=True):
    """A piece of feedback or a survey answer, as it was received. What became of it stands in its events."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("source_id", "external_id"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    external_id: str
    received_at: datetime = Field(index=True)
    kind: str  # bug, idea, question, praise, survey, other
    text: str | None = None
    csat: int | None = None  # 1-5
    nps: int | None = None  # 0-10
    submitted_by: str | None = None
    department: str | None = Field(default=None, index=True)
    project_key: str | None = None
    release: str | None = None
    recorded_by: str


class FeedbackEvent(Base, table=True):
    """What became of a piece of feedback. Append-only; the state is the last of resolved, confirmed, reopened."""

    __tablename__ = "feedback_event"
    __table_args__ = (
        UniqueConstraint("feedback_id", "external_id"),
        Index("ix_feedback_event_at", "feedback_id", "at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    feedback_id: int = Field(foreign_key="feedback.id")
    external_id: str  # a content hash for a sheet's cell, a random id for a form
    at: datetime
    kind: str  # reply, linked, resolved, confirmed, reopened, corrected
    author: str | None = None
    is_human: bool = True
    text: str | None = None
    payload: Json = Field(default_factory=dict, sa_type=JSON)  # corrected: the fields; linked: source_id, work_item_id
    run_id: int | None = Field(default=None, foreign_key="sync_run.id")


class Attachment(Base, table=True):
    """A file that belongs to a piece of feedback; the bytes lie under the home folder, named by their hash."""

    __tablename__ = "attachment"
    id: int | None = Field(default=None, primary_key=True)
    feedback_id: int = Field(foreign_key="feedback.id", index=True)
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str
    added_at: datetime
    added_by: str


# ---------------------------------------------------------------- people, settings, audit


class Person(Base, table=True):
    """Someone who may sign in."""

    __tablename__ = "person"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    display_name: str
    email: str | None = None
    department: str | None = None
    language: str | None = None
    is_active: bool = True
    created_at: datetime


class Grant(Base, table=True):
    """A role for a person, scoped to a project and a department; null reaches every one of them."""

    __tablename__ = "grant"
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: str
    project_key: str | None = None
    department: str | None = None
    granted_at: datetime
    granted_by: str


class Setting(Base, table=True):
    """A setting of the house: language, time_zone, calendar, hours, points_per_day ... as JSON under its name."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True)
    value: Json = Field(sa_type=JSON)  # {"value": ...}
    changed_at: datetime
    changed_by: str


class Holiday(Base, table=True):
    """A day of a working calendar that differs from its weekday: a holiday, or a make-up working day (调休)."""

    __tablename__ = "holiday"
    calendar: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    is_working: bool
    name: str


class AuditEntry(Base, table=True):
    """Who did what to what, when, before and after. Append-only and hash-chained; its last id is the store's version."""

    __tablename__ = "audit_entry"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str
    action: str
    subject: str  # table and id, as a person would name it
    before: Json | None = Field(default=None, sa_type=JSON)
    after: Json | None = Field(default=None, sa_type=JSON)
    previous_sha256: str
    sha256: str


__all__ = [name for name, thing in list(globals().items()) if isinstance(thing, type) and issubclass(thing, Base)]
