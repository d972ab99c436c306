"""A team without sprints, told over two-week periods with the flow figures in front (R21, R22)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from core.rows import rows_of
from metrics.periods import periods
from reports.figures.flow import FlowFigures

SHOWN = 12


@dataclass(frozen=True, eq=False)
class PeriodFigures:
    """One period of a team without sprints.

    Args: period, its row of metrics.periods.PERIOD_COLUMNS; finished, refused (will not be done) and arrived, the items
    of it, rows of FlowFigures.items; before, the periods that were over before it, oldest first.
    """

    period: dict[str, Any]
    finished: pd.DataFrame
    refused: pd.DataFrame
    arrived: pd.DataFrame
    before: pd.DataFrame


def every_period(flow: FlowFigures) -> pd.DataFrame:
    """The last twelve periods up to the instant of the figures, oldest first."""
    return periods(flow.items, as_of=flow.as_of, zone=flow.zone, last=SHOWN)


def period_figures(flow: FlowFigures, period_id: str | None = None) -> PeriodFigures:
    """One of the last periods, by default the running one (or the last that is over, on its very first day)."""
    table = every_period(flow)
    rows = {row["period_id"]: {str(name): value for name, value in row.items()} for row in rows_of(table)}
    chosen = rows.get(period_id or "") or list(rows.values())[-1 if _is_under_way(rows, flow.as_of) else -2]
    first, after = chosen["begins_at"], chosen["ends_at"]
    items = flow.items
    done = items[(items["done_at"] >= first) & (items["done_at"] < after)]
    is_refused = done["without_cycle"].fillna("") == "wont_do"
    return PeriodFigures(
        period=chosen,
        finished=done[~is_refused].sort_values(["done_at", "key"], ignore_index=True),
        refused=done[is_refused].reset_index(drop=True),
        arrived=items[(items["created_at"] >= first) & (items["created_at"] < after)].reset_index(drop=True),
        before=table[table["begins_at"] < first].reset_index(drop=True),
    )


def _is_under_way(rows: dict[str, dict[str, Any]], as_of: datetime) -> bool:
    return bool(as_of - list(rows.values())[-1]["begins_at"] >= timedelta(days=1))
