"""Where rows that people enter belong: to Fortnight's own source, or to the sample workspace as long as that is all there is."""

from datetime import datetime

from core.errors import Invalid
from core.i18n import Text
from store.db import Session
from store.read import rows_where
from store.tables import Feedback, Kpi, Project, Source

OWN_NAME = "fortnight"


def fortnight_source(session: Session, at: datetime) -> Source:
    """The source of everything entered by forms; made when the first such row comes."""
    found = rows_where(session, Source, kind=OWN_NAME)
    if found:
        return found[0]
    source = Source(name=OWN_NAME, kind=OWN_NAME, created_at=at)
    session.add(source)
    session.flush()
    return source


def source_for_entry(session: Session, at: datetime, *, project_key: str | None = None) -> Source:
    """The source of a new KPI, change request or piece of feedback.

    It is the sample's where the store holds nothing but the sample, or the project is one of the sample's alone: what
    is tried out on the sample leaves with it, and what is entered beside one's own data stays.
    """
    sources = rows_where(session, Source)
    sample = next((source for source in sources if source.is_sample), None)
    if sample is None:
        return fortnight_source(session, at)
    if all(source.is_sample for source in sources):
        return sample
    homes = {project.source_id for project in rows_where(session, Project, key=project_key)} if project_key else set()
    by_id = {source.id: source for source in sources}
    if homes and all(by_id[home].is_sample for home in homes):
        return by_id[min(homes)]
    return fortnight_source(session, at)


def only_project(session: Session, department: str | None) -> str | None:
    """The project of what names none, where there is but one that it can be about: the house's only one, else the only
    one of which its department has KPIs or gave feedback; else None.

    A department need not know projects; without this, what it says would reach nobody whose role is for a project.
    """
    samples = {source.id for source in rows_where(session, Source) if source.is_sample}
    projects = rows_where(session, Project)
    own = {project.key for project in projects if project.source_id not in samples}
    keys = own or {project.key for project in projects}
    if len(keys) > 1 and department:
        told = {kpi.project_key for kpi in rows_where(session, Kpi, department=department)}
        told |= {row.project_key for row in rows_where(session, Feedback, department=department)}
        keys &= {key for key in told if key}
    return keys.pop() if len(keys) == 1 else None


def refuse_mixing(one: Source, other: Source) -> None:
    """Refuse a link between the sample workspace and one's own data: it would dangle when the sample leaves."""
    if one.is_sample != other.is_sample:
        raise Invalid(
            Text("One of these belongs to the sample workspace, the other does not."),
            next=Text("Link sample data with sample data, and your own with your own."),
        )
