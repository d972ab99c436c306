"""Projects, boards, sprints, work items, their changes, and what is derived from them."""

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field

from store.tables.base import Base, Json


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
    __table_args__ = (Index("ix_work_item_key", "key"), Index("ix_work_item_parent", "source_id", "parent_id"))
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
    spent_seconds: float | None = None  # worklog total
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
    __table_args__ = (Index("ix_stated_entry_item", "source_id", "work_item_id"),)
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


class SprintItem(Base, table=True):
    """Derived: an item that any record of its source links to a sprint, in the field or in its history. What a ledger
    must read is found here without reading every item."""

    __tablename__ = "sprint_item"
    __table_args__ = (Index("ix_sprint_item_item", "source_id", "work_item_id"),)
    source_id: int = Field(foreign_key="source.id", primary_key=True)
    sprint_id: str = Field(primary_key=True)
    work_item_id: str = Field(primary_key=True)
