"""Where each KPI stands: progress, natural limits, what they promise, and what stands out (R23 to R26)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from metrics.registry import INSTANT, metric, typed_frame
from metrics.xmr import RULES, Limits, Signal, Xmr, assurance, xmr

STATUS_COLUMNS = {
    "kpi_id": "int64",
    "name": "str",
    "dimension": "str",
    "unit": "str",
    "direction": "str",
    "baseline": "float64",
    "target": "float64",
    "target_due_at": INSTANT,
    "current": "float64",
    "measured_at": INSTANT,
    "n_points": "int64",
    "n_sample": "Int64",
    "progress": "float64",
    "lower": "float64",
    "centre": "float64",
    "upper": "float64",
    "limits_state": "str",
    "assurance": "str",
    "signals": "object",
}
SERIES_COLUMNS = {
    "kpi_id": "int64",
    "at": INSTANT,
    "value": "float64",
    "n_sample": "Int64",
    "moving_range": "float64",
    "phase": "int64",
    "phase_begins_at": INSTANT,
    "phase_kind": "str",
    "phase_reason": "str",
    "limits_state": "str",
    "lower": "float64",
    "centre": "float64",
    "upper": "float64",
    "range_upper": "float64",
    "is_lower_off": "bool",
    "is_beyond_limit": "bool",
    "is_run_of_eight": "bool",
    "is_three_of_four": "bool",
    "raw_text": "str",
    "remark": "str",
}


def progress(baseline: float | None, target: float | None, current: float | None) -> float | None:
    """How far a KPI has come from its baseline to its target: below 0 it got worse, above 1 it passed the target.

    Returns: None where a part is missing or the baseline is the target. Rule: R23.
    """
    if baseline is None or target is None or current is None or target == baseline:
        return None
    return (current - baseline) / (target - baseline)


def latest_recorded(rows: pd.DataFrame, *, as_of: datetime) -> pd.DataFrame:
    """The row per KPI that counts: the one recorded last, no later than as-of.

    Args: rows, KpiBaseline or KpiTarget, one row per recording (kpi_id, recorded_at, id); as_of, an aware instant.
    Returns: at most one row per KPI, indexed by kpi_id.
    """
    known = rows[rows["recorded_at"] <= pd.Timestamp(as_of)]
    return _in_order(known, "recorded_at").drop_duplicates("kpi_id", keep="last").set_index("kpi_id")


def effective_measurements(measurements: pd.DataFrame, *, as_of: datetime) -> pd.DataFrame:
    """The measurements up to as-of, of several at one instant the one recorded last.

    A correction that was recorded after as-of counts too: it tells better what was so at that instant.
    Args: measurements, KpiMeasurement, one row per recording. Returns: the same columns, by kpi_id and at.
    """
    known = measurements[measurements["at"] <= pd.Timestamp(as_of)]
    ordered = _in_order(known, "recorded_at").drop_duplicates(["kpi_id", "at"], keep="last")
    return ordered.sort_values(["kpi_id", "at"], ignore_index=True)


def charts(
    kpis: pd.DataFrame, measurements: pd.DataFrame, phases: pd.DataFrame, *, as_of: datetime
) -> dict[int, tuple[pd.DataFrame, Xmr]]:
    """The XmR chart of each KPI: its effective measurements in time order, and their limits and signals.

    Phases are the KpiPhase rows that begin no later than as-of: a re-baseline is recorded as one, by its action.
    Args and rules: see `kpi_status`. Returns: kpi_id -> (measurements, chart), in the order of kpi_id.
    """
    effective = effective_measurements(measurements, as_of=as_of)
    begun = phases[phases["begins_at"] <= pd.Timestamp(as_of)]
    found: dict[int, tuple[pd.DataFrame, Xmr]] = {}
    for kpi in _kpis_in_order(kpis):
        points = effective[effective["kpi_id"] == kpi.kpi_id].reset_index(drop=True)
        starts = begun.loc[begun["kpi_id"] == kpi.kpi_id, "begins_at"]
        chart = xmr(
            points["value"].tolist(), points["at"].tolist(), starts.tolist(), can_be_negative=bool(kpi.can_be_negative)
        )
        found[int(kpi.kpi_id)] = (points, chart)
    return found


def _example() -> Mapping[str, Any]:
    """Order processing: 2 h before, 15 min wanted, eight measurements and a release after the second."""
    days = pd.date_range("2026-03-02", periods=8, freq="7D", tz="UTC").as_unit("us")
    recorded = pd.Timestamp("2026-03-01", tz="UTC").as_unit("us")
    stated = {"kpi_id": [1], "recorded_at": [recorded], "id": [1]}
    return {
        "kpis": pd.DataFrame(
            {
                "kpi_id": [1],
                "name": ["Order processing"],
                "dimension": ["duration"],
                "unit": ["min"],
                "direction": ["down"],
                "can_be_negative": [False],
            }
        ),
        "baselines": pd.DataFrame({**stated, "value": [7200.0]}),
        "targets": pd.DataFrame({**stated, "value": [900.0], "due_at": [days[-1]]}),
        "measurements": pd.DataFrame(
            {
                "id": range(1, 9),
                "kpi_id": 1,
                "at": days,
                "value": [7200.0, 7000.0, 1500.0, 1200.0, 960.0, 900.0, 840.0, 780.0],
                "n": pd.array([210, 190, 220, 205, 240, 230, 215, 225], dtype="Int64"),
                "raw_text": "",
                "remark": None,
                "recorded_at": days,
            }
        ),
        "phases": pd.DataFrame(
            {"id": [1], "kpi_id": [1], "begins_at": [days[2]], "kind": ["release"], "reason": ["launch 1.0"]}
        ),
        "as_of": datetime.fromisoformat("2026-05-01T00:00:00+00:00"),
    }


def _series_example() -> Mapping[str, Any]:
    return {name: value for name, value in _example().items() if name not in ("baselines", "targets")}


@metric(
    name="kpi_status",
    title="KPI progress",
    description="Where each KPI stands between its baseline and its target, and what its natural limits promise.",
    unit="canonical unit of the KPI; progress as a ratio",
    grain="one row per KPI",
    direction="none",
    rule="R23, R24, R25, R26",
    source="Wheeler, Understanding Variation",
    columns=STATUS_COLUMNS,
    example=_example,
)
def kpi_status(
    kpis: pd.DataFrame,
    baselines: pd.DataFrame,
    targets: pd.DataFrame,
    measurements: pd.DataFrame,
    phases: pd.DataFrame,
    *,
    as_of: datetime,
) -> pd.DataFrame:
    """Where each KPI stands at an instant: baseline, target, current, progress, limits, assurance and signals.

    Args: kpis, one row per KPI (kpi_id, name, dimension, unit, direction, can_be_negative); baselines and targets, one
    row per recording (kpi_id, value, recorded_at, id; targets also due_at); measurements, one row per recording
    (kpi_id, at, value, n, recorded_at, id); phases, one row per phase (kpi_id, begins_at, kind, reason); as_of, aware.
    Returns: one row per KPI by kpi_id, STATUS_COLUMNS. n_points counts the points of the present phase, n_sample is the
    sample behind the current value. `signals` is a list of {"rule", "side", "is_good", "first_at", "last_at", "n"} of
    the present phase, limits belong to it too. What is not known is null; empty input gives no rows.
    Rule: R23, R24, R25, R26.
    """
    baseline_of = latest_recorded(baselines, as_of=as_of)
    target_of = latest_recorded(targets, as_of=as_of)
    drawn = charts(kpis, measurements, phases, as_of=as_of)
    rows = []
    for kpi in _kpis_in_order(kpis):
        points, chart = drawn[int(kpi.kpi_id)]
        last = points.iloc[-1] if len(points) else None
        present = chart.limits[-1]
        baseline = _number(baseline_of["value"].get(kpi.kpi_id))
        target = _number(target_of["value"].get(kpi.kpi_id))
        current = None if last is None else _number(last["value"])
        rows.append(
            {
                **{name: getattr(kpi, name) for name in ("kpi_id", "name", "dimension", "unit", "direction")},
                "baseline": baseline,
                "target": target,
                "target_due_at": target_of["due_at"].get(kpi.kpi_id),
                "current": current,
                "measured_at": None if last is None else last["at"],
                "n_points": present.n,
                "n_sample": None if last is None else last["n"],
                "progress": progress(baseline, target, current),
                "lower": present.lower,
                "centre": present.centre,
                "upper": present.upper,
                "limits_state": present.state,
                "assurance": assurance(present, target, kpi.direction),
                "signals": [
                    _signal_entry(signal, points, kpi.direction)
                    for signal in chart.signals
                    if signal.phase == present.phase
                ],
            }
        )
    return typed_frame(rows, STATUS_COLUMNS)


@metric(
    name="kpi_series",
    title="KPI chart",
    description="Every measurement of each KPI with the natural limits of its phase and what stands out.",
    unit="canonical unit of the KPI",
    grain="one row per KPI and instant of measurement",
    direction="none",
    rule="R24, R25",
    source="Wheeler, Understanding Variation",
    columns=SERIES_COLUMNS,
    example=_series_example,
)
def kpi_series(
    kpis: pd.DataFrame, measurements: pd.DataFrame, phases: pd.DataFrame, *, as_of: datetime
) -> pd.DataFrame:
    """Every effective measurement with its phase, limits and signal marks, ready for the XmR chart.

    Args: as in `kpi_status`; measurements also raw_text and remark.
    Returns: SERIES_COLUMNS by kpi_id and at, values in canonical units; moving_range is null at a phase's first point,
    phase 0 without begin is what came before the first KpiPhase. Empty input gives no rows. Rule: R24, R25.
    """
    why = _in_order(phases, "begins_at").drop_duplicates(["kpi_id", "begins_at"], keep="last")
    reasons = {(row.kpi_id, row.begins_at): row for row in why.itertuples()}
    rows: list[dict[str, Any]] = []
    for kpi_id, (points, chart) in charts(kpis, measurements, phases, as_of=as_of).items():
        marked = {(signal.rule, index) for signal in chart.signals for index in signal.indexes}
        records: list[Any] = points.rename(columns={"n": "n_sample"}).to_dict("records")
        for limits in chart.limits:
            shared = _phase_columns(limits, reasons.get((kpi_id, limits.begins_at)))
            rows += [
                {
                    **records[index],
                    **shared,
                    "moving_range": _moving_range(records, index, limits.first),
                    **{f"is_{rule}": (rule, index) in marked for rule in RULES},
                }
                for index in range(limits.first, limits.last)
            ]
    return typed_frame(rows, SERIES_COLUMNS)


def _phase_columns(limits: Limits, reason: Any) -> dict[str, Any]:
    return {
        "phase": limits.phase,
        "phase_begins_at": limits.begins_at,
        "phase_kind": None if reason is None else reason.kind,
        "phase_reason": None if reason is None else reason.reason,
        "limits_state": limits.state,
        "lower": limits.lower,
        "centre": limits.centre,
        "upper": limits.upper,
        "range_upper": limits.range_upper,
        "is_lower_off": limits.is_lower_off,
    }


def _moving_range(records: list[Any], index: int, first: int) -> float | None:
    return abs(records[index]["value"] - records[index - 1]["value"]) if index > first else None


def _signal_entry(signal: Signal, points: pd.DataFrame, direction: str) -> dict[str, Any]:
    return {
        "rule": signal.rule,
        "side": signal.side,
        "is_good": (signal.side == "above") == (direction == "up"),
        "first_at": points["at"].iloc[signal.indexes[0]].to_pydatetime(),
        "last_at": points["at"].iloc[signal.indexes[-1]].to_pydatetime(),
        "n": len(signal.indexes),
    }


def _kpis_in_order(kpis: pd.DataFrame) -> Iterable[Any]:
    return kpis.sort_values("kpi_id").itertuples()


def _in_order(rows: pd.DataFrame, instant: str) -> pd.DataFrame:
    """By instant, and by id where two were recorded at once, so that the order of rows never decides."""
    return rows.sort_values([instant, *(["id"] if "id" in rows else [])], ignore_index=True)


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
