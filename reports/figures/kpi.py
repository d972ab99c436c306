"""Where each KPI stands, with the measurements behind it (R23-R27)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from core.actor import Scope
from metrics.kpi import kpi_series, kpi_status
from reports.figures.plain import jsonable, records
from store import frames
from store.tables import KpiBaseline, KpiMeasurement, KpiPhase, KpiTarget

# What a value is counted in once it is canonical (R27); a plain number keeps the word people gave it.
CANONICAL_UNIT = {"duration": "s", "ratio": "ratio", "money": "CNY"}


@dataclass(frozen=True, eq=False)
class KpiFigures:
    """Every KPI in scope at one instant.

    Args: status, one row per KPI (metrics.kpi.kpi_status and department, owner, project_key, definition, data_source,
    provenance of the baseline, is_locked); series, one row per KPI and measurement (metrics.kpi.kpi_series); facts,
    the recorded rows by table name.
    """

    status: pd.DataFrame
    series: pd.DataFrame
    facts: dict[str, pd.DataFrame]


def kpi_figures(session: frames.Reading, scope: Scope, *, as_of: datetime) -> KpiFigures:
    """The KPIs in scope as of an instant."""
    kpis = frames.kpis(session, scope)
    ids = kpis["kpi_id"].tolist()
    facts = {
        str(model.__tablename__): frames.kpi_facts(session, model, ids)
        for model in (KpiBaseline, KpiTarget, KpiMeasurement, KpiPhase)
    }
    measured = {"measurements": facts["kpi_measurement"], "phases": facts["kpi_phase"]}
    status = kpi_status(
        kpis=kpis, baselines=facts["kpi_baseline"], targets=facts["kpi_target"], **measured, as_of=as_of
    )
    more = ["kpi_id", "source_id", "external_id", "department", "owner", "project_key", "definition", "data_source"]
    baselines = facts["kpi_baseline"].drop_duplicates("kpi_id", keep="last")
    status = status.merge(kpis[more], on="kpi_id").merge(
        baselines[["kpi_id", "provenance", "is_locked"]], on="kpi_id", how="left"
    )
    return KpiFigures(status, kpi_series(kpis=kpis, **measured, as_of=as_of), facts)


def kpi_payload(session: frames.Reading, scope: Scope, *, as_of: datetime) -> list[dict[str, Any]]:
    """What `show kpi --json` prints; values and `unit` are canonical: seconds, ratios (0-1), yuan, or the number's own word."""
    return [
        {
            "kpi": row["name"],
            "unit": canonical_unit(row["dimension"], row["unit"]),
            **{name: row[name] for name in ("direction", "baseline", "target", "current", "measured_at")},
            "n": row["n_sample"],
            "progress": row["progress"],
            "limits": {**{name: row[name] for name in ("lower", "centre", "upper")}, "state": row["limits_state"]},
            "assurance": row["assurance"],
            "signals": jsonable(row["signals"]),
        }
        for row in records(kpi_figures(session, scope, as_of=as_of).status)
    ]


def kpi_units(session: frames.Reading, scope: Scope) -> list[str]:
    """Each KPI's unit as people write it (min, %, ￥/单), in the order of `kpi_payload`."""
    return [str(unit) for unit in frames.kpis(session, scope)["unit"]]


def canonical_unit(dimension: str, unit: str) -> str:
    """The unit of a canonical value: s, ratio, CNY, with what it is counted per (CNY/单); a number keeps its own word."""
    if dimension not in CANONICAL_UNIT:
        return unit
    _, slash, per = unit.partition("/")
    return CANONICAL_UNIT[dimension] + slash + per
