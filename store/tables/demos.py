"""Demos: verdicts, reactions, decisions and actions, minutes and reports."""

from datetime import date, datetime

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from store.tables.base import Base, Json


class Demo(Base, table=True):
    """The demo of a sprint: started and ended by a person."""

    __tablename__ = "demo"
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    sprint_id: str = Field(index=True)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    presenter: str | None = None
    order: list[str] = Field(default_factory=list, sa_type=JSON)  # work item ids as they are to be shown
    current_item_id: str | None = None  # what stands on the screen now
    guest_key: str | None = None  # random; the audience's links are signed with it and end with the demo


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


class Reaction(Base, table=True):
    """What someone in the audience gave about an item while it was shown. Append-only: the latest of a guest and item
    counts. A guest is a random id of one phone and one demo, not a person."""

    __tablename__ = "reaction"
    __table_args__ = (Index("ix_reaction_demo", "demo_id", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    demo_id: int = Field(foreign_key="demo.id")
    work_item_id: str
    guest: str
    guest_name: str | None = None  # what they chose to be called
    reaction: str | None = None  # like, unsure, dislike
    remark: str | None = None
    given_at: datetime


class DemoNote(Base, table=True):
    """A decision or an action item taken at a demo. Append-only: a row that supersedes another corrects or closes it."""

    __tablename__ = "demo_note"
    id: int | None = Field(default=None, primary_key=True)
    demo_id: int = Field(foreign_key="demo.id", index=True)
    kind: str  # decision, action
    text: str
    owner: str | None = None
    due_on: date | None = None
    work_item_id: str | None = None
    state: str = "open"  # open, done, dropped
    supersedes_id: int | None = Field(default=None, foreign_key="demo_note.id")
    recorded_at: datetime
    recorded_by: str


class ItemMedia(Base, table=True):
    """The picture or video that is shown with an item on stage. Append-only: the latest of an item and sprint counts; a
    row without a hash took it away. The bytes lie under the home's attachments, named by their hash."""

    __tablename__ = "item_media"
    __table_args__ = (Index("ix_item_media_sprint", "source_id", "sprint_id"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id")
    sprint_id: str
    work_item_id: str
    file_name: str | None = None
    media_type: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    recorded_at: datetime
    recorded_by: str


class ArchivedReport(Base, table=True):
    """A file that left the house: minutes of a demo, or a weekly or monthly report; its bytes lie in the archive
    folder, named by their hash. `payload` holds the figures it was made from."""

    __tablename__ = "archived_report"
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(index=True)  # minutes, weekly, monthly
    subject: str  # the demo's sprint, or the period and board, as a person would name it
    demo_id: int | None = Field(default=None, foreign_key="demo.id", index=True)
    source_id: int | None = Field(default=None, foreign_key="source.id", index=True)
    board_id: str | None = None
    project_key: str | None = None
    period_begins_at: datetime | None = None
    period_ends_at: datetime | None = None
    language: str  # en, zh, en+zh
    media: str  # pptx, pdf, html
    file_name: str
    size_bytes: int
    sha256: str
    payload: Json = Field(default_factory=dict, sa_type=JSON)
    made_at: datetime
    made_by: str


class WriteBack(Base, table=True):
    """A verdict or an action item written back to its source, once: the row is there before the request is sent."""

    __tablename__ = "write_back"
    __table_args__ = (UniqueConstraint("source_id", "subject_table", "subject_id"),)
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id")
    subject_table: str  # verdict, demo_note
    subject_id: int
    kind: str  # comment, issue
    state: str  # waiting, sent, failed
    external_id: str | None = None  # the comment's or issue's id there
    error: str | None = None
    asked_at: datetime
    asked_by: str
    sent_at: datetime | None = None
