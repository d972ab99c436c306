"""What in the data cannot be fully trusted (belief 5): every import says it, and the data page shows it.

What makes a sprint's own figures doubtful (no start, done without a date, contradictions) the ledger finds itself.
"""

from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from typing import Any

import pandas as pd

from metrics.finding import Finding

PLANNED_KINDS = ("requirement", "bug", "chore")


def item_findings(
    items: pd.DataFrame, *, as_of: datetime, has_resolutions: bool, known_parents: Set[str]
) -> list[Finding]:
    """What is doubtful about some work items of one source.

    Args: items, one row per work item, the columns of `store.frames.slim_items`; as_of, an aware instant; has_resolutions,
    whether any item of the source has one; known_parents, the ids and keys of the source's items, as far as these name them.
    Returns: findings in the order of keys; empty input gives none.
    """
    if items.empty:
        return []
    items = items[~items["is_deleted"]].sort_values(["key", "work_item_id"])
    done = items["status_category"].eq("done").fillna(False).astype(bool)
    counted = items["kind"].isin(PLANNED_KINDS)
    in_sprint = items["sprint_ids"].map(bool).astype(bool)
    orphan = items["parent_id"].notna() & ~items["parent_id"].isin(known_parents)
    checks: tuple[tuple[str, str, Any], ...] = (
        ("item_unestimated", "warning", counted & in_sprint & items["estimate_points"].isna()),
        ("done_without_resolution", "warning", done & has_resolutions & items["resolution"].isna()),
        ("done_before_created", "error", items["done_at"] < items["created_at"]),
        ("created_in_future", "error", items["created_at"] > pd.Timestamp(as_of)),
        ("status_missing", "warning", in_sprint & items["status_category"].isna()),
    )
    found = [
        Finding(code, severity, "work_item", str(item_id), str(key))
        for code, severity, mask in checks
        for item_id, key in zip(items.loc[mask, "work_item_id"], items.loc[mask, "key"], strict=True)
    ]
    found += [
        Finding("parent_missing", "info", "work_item", str(row.work_item_id), str(row.key), {"parent": row.parent_id})
        for row in items[orphan].itertuples()
    ]
    return found


def key_findings(counts: Mapping[str, int]) -> list[Finding]:
    """Keys that lead to several items. Args: counts, key -> items that have it. Returns: findings in the order given."""
    return [Finding("duplicate_key", "error", "work_item", key, key, {"n": n}) for key, n in counts.items() if n > 1]


def sprint_findings(sprints: pd.DataFrame, *, as_of: datetime, used: set[str]) -> list[Finding]:
    """What is doubtful about the sprints of one source.

    Args: sprints, one row per sprint, the columns of `store.frames.sprints`; as_of; used, the sprints that hold items.
    Returns: findings in the order of rows.
    """
    if sprints.empty:
        return []
    open_now = sprints["state"].eq("active")
    checks: tuple[tuple[str, str, Any], ...] = (
        ("sprint_overdue", "info", open_now & (sprints["planned_end_at"] < pd.Timestamp(as_of))),
        ("sprint_empty", "info", ~sprints["sprint_id"].isin(used) & sprints["state"].ne("future")),
    )
    return [
        Finding(code, severity, "sprint", str(row.sprint_id), str(row.name))
        for code, severity, mask in checks
        for row in sprints[mask].itertuples(index=False)
    ]


def change_findings(early: Iterable[tuple[str, str, str]]) -> list[Finding]:
    """Changes from before their item was created.

    Args: early, (change id, the item's key, field) of each. Returns: findings in the order given.
    """
    return [
        Finding("change_before_creation", "warning", "change", change_id, key, {"field": field})
        for change_id, key, field in early
    ]


def kpi_findings(kpis: pd.DataFrame, measurements: pd.DataFrame, *, as_of: datetime) -> list[Finding]:
    """KPIs that miss what a progress figure needs, and measurements dated in the future.

    Args: kpis, the columns of `metrics.kpi.kpi_status` (kpi_id, name, baseline, target); measurements, the columns of
    `KpiMeasurement`; as_of. Returns: findings in the order of KPIs.
    """
    found = []
    unset = {name: set(kpis.loc[kpis[name].isna(), "kpi_id"].tolist()) for name in ("baseline", "target")}
    measured = set(measurements["kpi_id"].tolist())
    future = set(measurements[measurements["at"] > pd.Timestamp(as_of)]["kpi_id"].tolist())
    for row in kpis.itertuples(index=False):
        problems = {
            "kpi_without_baseline": row.kpi_id in unset["baseline"],
            "kpi_without_target": row.kpi_id in unset["target"],
            "kpi_without_measurement": row.kpi_id not in measured,
            "measurement_in_future": row.kpi_id in future,
        }
        found += [
            Finding(
                code, "error" if code == "measurement_in_future" else "warning", "kpi", str(row.kpi_id), str(row.name)
            )
            for code, is_so in problems.items()
            if is_so
        ]
    return found


def feedback_findings(feedback: pd.DataFrame, events: pd.DataFrame, *, as_of: datetime) -> list[Finding]:
    """Feedback dated in the future, and feedback confirmed though nobody ever answered it.

    Args: feedback, the columns of `store.frames.feedback`; events, of `store.frames.feedback_events`; as_of.
    """
    if feedback.empty:
        return []
    answered = set(events[events["kind"].isin(["reply", "resolved"])]["feedback_id"].tolist())
    confirmed = set(events[events["kind"] == "confirmed"]["feedback_id"].tolist())
    late = feedback[feedback["received_at"] > pd.Timestamp(as_of)]
    silent = feedback[feedback["feedback_id"].isin(confirmed - answered)]
    return [
        *(
            Finding("feedback_in_future", "error", "feedback", str(row.external_id), str(row.external_id))
            for row in late.itertuples()
        ),
        *(
            Finding("feedback_confirmed_unanswered", "info", "feedback", str(row.external_id), str(row.external_id))
            for row in silent.itertuples()
        ),
    ]
