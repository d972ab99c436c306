"""Every table of Fortnight, one class each, a module a subject: the catalogue of what is kept.

`SQLModel(table=True)` validates nothing: outside input goes through Pydantic models in the connectors and through
the rules in `actions/` first. Instants are aware and stored in UTC (R2). Points and KPI values are floats in their
canonical unit (R27). Rows that came from outside have the primary key (source_id, external_id): by id, not by key.
Append-only tables say so; a later row supersedes an earlier one, nothing is overwritten.
"""

from store.tables.approvals import ChangeRequest, ChangeRequestItem, Signature, Waiver
from store.tables.base import Base
from store.tables.demos import ArchivedReport, Demo, DemoNote, GoalVerdict, ItemMedia, Reaction, Verdict, WriteBack
from store.tables.feedback import Attachment, Feedback, FeedbackEvent
from store.tables.house import (
    AuditEntry,
    ExternalIdentity,
    Grant,
    Holiday,
    PasswordRecord,
    Person,
    Setting,
    SetUpLink,
    SignInSession,
)
from store.tables.kpis import AcceptanceReport, Kpi, KpiBaseline, KpiMeasurement, KpiPhase, KpiTarget
from store.tables.sources import Credential, Finding, ImportMapping, RawRecord, RowImage, Source, SyncRun, WatchedFile
from store.tables.sprints import (
    Board,
    Change,
    Project,
    Sprint,
    SprintEntry,
    SprintItem,
    SprintSnapshot,
    SprintTotal,
    StatedEntry,
    Status,
    WorkItem,
)

__all__ = [
    "AcceptanceReport",
    "ArchivedReport",
    "Attachment",
    "AuditEntry",
    "Base",
    "Board",
    "Change",
    "ChangeRequest",
    "ChangeRequestItem",
    "Credential",
    "Demo",
    "DemoNote",
    "ExternalIdentity",
    "Feedback",
    "FeedbackEvent",
    "Finding",
    "GoalVerdict",
    "Grant",
    "Holiday",
    "ImportMapping",
    "ItemMedia",
    "Kpi",
    "KpiBaseline",
    "KpiMeasurement",
    "KpiPhase",
    "KpiTarget",
    "PasswordRecord",
    "Person",
    "Project",
    "RawRecord",
    "Reaction",
    "RowImage",
    "SetUpLink",
    "Setting",
    "SignInSession",
    "Signature",
    "Source",
    "Sprint",
    "SprintEntry",
    "SprintItem",
    "SprintSnapshot",
    "SprintTotal",
    "StatedEntry",
    "Status",
    "SyncRun",
    "Verdict",
    "Waiver",
    "WatchedFile",
    "WorkItem",
    "WriteBack",
]
