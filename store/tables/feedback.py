"""Feedback after launch, and what became of it."""

from datetime import datetime

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from store.tables.base import Base, Json


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
    """A file that belongs to a piece of feedback. Append-only: a row that supersedes another, without a hash, took it away.
    The bytes lie under the home's attachments, named by their hash."""

    __tablename__ = "attachment"
    id: int | None = Field(default=None, primary_key=True)
    feedback_id: int = Field(foreign_key="feedback.id", index=True)
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str | None = None
    supersedes_id: int | None = Field(default=None, foreign_key="attachment.id")
    added_at: datetime
    added_by: str
