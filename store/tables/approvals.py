"""Change requests, signatures and waivers."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from store.tables.base import Base


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
