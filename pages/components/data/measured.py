"""What pages read of KPIs and feedback."""

from datetime import datetime
from functools import lru_cache

from core.config import load_config
from pages.components import data
from reports import figures


@data.once_a_run
def kpis(as_of: datetime | None = None) -> figures.KpiFigures:
    """Every KPI in scope (reports.figures.KpiFigures), by default as of now."""
    return _kpis(load_config().database_url, data.version(), data._reach(), as_of or data.as_of_now())


@lru_cache(maxsize=data.KEPT)
def _kpis(url: str, at_version: int, reach: data.Reach, as_of: datetime) -> figures.KpiFigures:
    with data.store().reading() as session:
        return figures.kpi_figures(session, data._scope(reach), as_of=as_of)


@data.once_a_run
def feedback(as_of: datetime | None = None) -> figures.FeedbackFigures:
    """The feedback in scope (reports.figures.FeedbackFigures), by default as of now."""
    return _feedback(load_config().database_url, data.version(), data._reach(), as_of or data.as_of_now())


@lru_cache(maxsize=data.KEPT)
def _feedback(url: str, at_version: int, reach: data.Reach, as_of: datetime) -> figures.FeedbackFigures:
    with data.store().reading() as session:
        return figures.feedback_figures(session, data._scope(reach), as_of=as_of)


def known_departments() -> list[str]:
    """The departments that are known to the reader: of feedback, KPIs and change requests, and those with a calendar."""
    frames = (feedback().items, kpis().status, data.table("change_requests"))
    named = {str(one) for frame in frames for one in frame["department"].dropna()}
    return sorted((named | {name for name, _ in data.settings().department_calendars}) - {""})


def known_projects() -> list[str]:
    """The projects of which the reader sees feedback or KPIs."""
    frames = (feedback().items, kpis().status)
    return sorted({str(one) for frame in frames for one in frame["project_key"].dropna()} - {""})
