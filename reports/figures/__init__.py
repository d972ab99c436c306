"""The figures behind each page, put together once for pages, shell and exports, so that they can never differ."""

from reports.figures.churn import ChurnFigures, churn_figures, churn_payload
from reports.figures.feedback import FeedbackFigures, feedback_figures, feedback_payload
from reports.figures.house import house_settings, recent_runs, source_figures
from reports.figures.kpi import KpiFigures, kpi_figures, kpi_payload, kpi_units
from reports.figures.sprint import SprintFigures, find_sprint, sprint_figures, sprint_payload
from reports.figures.status import status_figures

__all__ = [
    "ChurnFigures",
    "FeedbackFigures",
    "KpiFigures",
    "SprintFigures",
    "churn_figures",
    "churn_payload",
    "feedback_figures",
    "feedback_payload",
    "find_sprint",
    "house_settings",
    "kpi_figures",
    "kpi_payload",
    "kpi_units",
    "recent_runs",
    "source_figures",
    "sprint_figures",
    "sprint_payload",
    "status_figures",
]
