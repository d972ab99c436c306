"""KPIs: definition, baseline, target, measurements, phases, acceptance reports."""

from datetime import datetime

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from store.tables.base import Base, Json


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
