"""Sprints beside each other: the trend of figures and ratios, and velocity (R16, R17, R20)."""

from typing import Any

import pandas as pd

from metrics.churn import totals_example
from metrics.examples import example_sprints
from metrics.registry import INSTANT, metric, typed_frame
from metrics.totals import FIGURES, RATIOS

TREND_COLUMNS = {
    "sprint_id": "str",
    "board_id": "str",
    "name": "str",
    "state": "str",
    "started_at": INSTANT,
    "completed_at": INSTANT,
    "unit": "str",
    "policy": "str",
    **dict.fromkeys(FIGURES, "float64"),
    "is_balanced": "boolean",
    **dict.fromkeys(RATIOS, "float64"),
}
VELOCITY_COLUMNS = {"board_id": "str", "unit": "str", "velocity": "float64", "n": "int64", "sprint_ids": "object"}


@metric(
    name="sprint_trend",
    title="Sprints over time",
    description="Committed, completed and the ratios of each sprint, in the order they started.",
    unit="points, items, ratios",
    grain="one row per sprint and unit",
    direction="none",
    rule="R15, R16, R17, R18",
    source="Fortnight's counting rules",
    columns=TREND_COLUMNS,
    example=lambda: {"totals": totals_example(), "sprints": example_sprints()},
)
def sprint_trend(totals: pd.DataFrame, sprints: pd.DataFrame) -> pd.DataFrame:
    """Every started sprint's figures in one table.

    Args: totals, one row per sprint and unit (SprintTotal's columns); sprints, one row per sprint (sprint_id, board_id,
    name, state str; started_at, completed_at instants).
    Returns: TREND_COLUMNS, points before count, in order of start; sprints that have not started (no date, or future)
    are left out; null stays null. Empty input gives no rows.
    Rule: R1, R15-R18.
    """
    started = sprints[sprints["started_at"].notna() & (sprints["state"] != "future")]
    dates = started[["sprint_id", "board_id", "name", "state", "started_at", "completed_at"]]
    merged = totals.merge(dates, on="sprint_id", how="inner")
    merged = merged.sort_values(["started_at", "sprint_id", "unit"], ascending=[True, True, False])
    return merged[list(TREND_COLUMNS)].reset_index(drop=True).astype(TREND_COLUMNS)


@metric(
    name="velocity",
    title="Velocity",
    description="What the last closed sprints completed on average; how many they were stands beside it.",
    unit="points, items per sprint",
    grain="one row per board and unit",
    direction="none",
    rule="R20",
    source="Scrum practice; n as Jira's velocity chart is read",
    columns=VELOCITY_COLUMNS,
    example=lambda: {"totals": totals_example(), "sprints": example_sprints()},
)
def velocity(totals: pd.DataFrame, sprints: pd.DataFrame, *, n: int = 6) -> pd.DataFrame:
    """The mean completed of each board's last `n` closed sprints.

    Args: totals, one row per sprint and unit (SprintTotal's columns: sprint_id, unit str; as_of instant; completed
    float); sprints, one row per sprint (sprint_id, board_id, state str; completed_at instant); n, at least 1.
    Returns: board_id, unit (points, count), velocity (null where none is known), n (the sprints it is the mean of: those
    whose completed is known), sprint_ids (oldest first); by board and unit. Empty input gives no rows.
    Raises: ValueError for n below 1.
    Rule: R20.
    """
    if n < 1:
        raise ValueError(f"velocity over {n} sprints; at least 1 is needed")
    closed = sprints[(sprints["state"] == "closed") & sprints["completed_at"].notna()]
    merged = totals.merge(closed[["sprint_id", "board_id", "completed_at"]], on="sprint_id", how="inner")
    merged = merged[merged["as_of"] >= merged["completed_at"]].sort_values(["completed_at", "sprint_id"])
    rows: list[dict[str, Any]] = []
    for (board, unit), sprint_rows in merged.groupby(["board_id", "unit"], dropna=False, sort=False):
        known = sprint_rows.tail(n).dropna(subset=["completed"])
        rows.append(
            {
                "board_id": board if isinstance(board, str) else None,
                "unit": unit,
                "velocity": float(known["completed"].mean()) if len(known) else None,
                "n": len(known),
                "sprint_ids": known["sprint_id"].tolist(),
            }
        )
    rows.sort(key=lambda row: (row["board_id"] or "", row["unit"] != "points"))
    return typed_frame(rows, VELOCITY_COLUMNS)
