"""A sprint day by day, folded from its own items at the end of each day (R9-R15)."""

from datetime import date, datetime

import pandas as pd

from metrics import burnup as burnup_metric
from metrics.facts import SourceFacts, fold_over
from metrics.ledger import totals_frame
from reports.figures.feedback import imported_days
from reports.figures.house import house_settings
from reports.figures.sprint import SprintFigures
from store import frames


def sprint_burnup(session: frames.Reading, figures: SprintFigures) -> pd.DataFrame:
    """The burn-up of a sprint up to the instant of its figures (metrics.burnup.BURNUP_COLUMNS).

    Its last point is the figures' own, so that page and picture cannot differ. Returns: no rows for a sprint that has not
    started.
    """
    house = house_settings(session)
    begun, ended = figures.sprint["started_at"], figures.sprint["completed_at"]
    if not figures.is_started or pd.isna(begun):
        return burnup_metric.no_burnup()
    end = figures.as_of if pd.isna(ended) else min(figures.as_of, ended)
    instants = burnup_metric.burnup_instants(begun.to_pydatetime(), end, house.zone)
    ids = set(figures.items["work_item_id"]) | set(figures.items["parent_id"].dropna())
    facts = SourceFacts(**frames.source_facts(session, figures.source_id, ids))
    sprint_id = figures.sprint["sprint_id"]
    folded = fold_over(facts, sprint_id, instants[:-1], policy=figures.policy)
    calendar = house.working_calendar(None, imported_days(frames.holidays(session)))

    def is_working(day: date) -> bool:
        return bool(calendar.hours_of(day))

    return burnup_metric.burnup(
        pd.concat([totals_frame(folded), _own(figures, instants[-1])], ignore_index=True),
        start=begun, planned_end=_or_none(figures.sprint["planned_end_at"]), zone=house.zone, is_working=is_working,
    )  # fmt: skip


def _own(figures: SprintFigures, at: datetime) -> pd.DataFrame:
    rows = [
        {"unit": unit, "as_of": at, **figures.totals[name]}
        for unit, name in (("points", "points"), ("count", "counts"))
    ]
    return (
        pd.DataFrame(rows)
        .astype({"as_of": "datetime64[us, UTC]"})
        .astype(dict.fromkeys(("committed", "added", "carried", "re_estimated", "removed", "completed"), "float64"))
    )


def _or_none(at: object) -> datetime | None:
    return at if isinstance(at, datetime) and not pd.isna(at) else None
