"""Where data comes from: sources, runs, raw records, mappings, findings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary
from sqlmodel import Field

from store.tables.base import Base, Json


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
    is_full: bool = False  # a sync that read everything, not only what changed
    is_cancel_asked: bool = False
    requests: int | None = None
    progress: Json = Field(default_factory=dict, sa_type=JSON)  # stage, done, total, at: what is being read
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


class Credential(Base, table=True):
    """A source's credential, encrypted with the house's key (`core.secrets`); nothing of it is ever shown again."""

    __tablename__ = "credential"
    source_id: int = Field(foreign_key="source.id", primary_key=True)
    kind: str  # cloud (email and API token), token (personal access token), password (user and password)
    account: str | None = None  # the email or user name; no secret
    ciphertext: bytes = Field(sa_type=LargeBinary)
    set_at: datetime
    set_by: str


class WatchedFile(Base, table=True):
    """A spreadsheet path that is imported again whenever its content changes."""

    __tablename__ = "watched_file"
    id: int | None = Field(default=None, primary_key=True)
    path: str = Field(unique=True)
    source_name: str
    sheet_name: str | None = None
    sheet_kind: str | None = None
    added_at: datetime
    added_by: str
    last_sha256: str | None = None
    last_looked_at: datetime | None = None
    last_error: str | None = None  # why the last look imported nothing; the last good data stands
