"""Readers of reports: what is archived, and a report made from the figures of this moment, ready to be archived."""

import pandas as pd

from access.permissions import scope_of
from core.clock import now
from core.made_report import Made
from pages.components import data
from reports.make import make_minutes, make_period
from store.archive import archived_reports


def archived(demo_id: int | None = None) -> pd.DataFrame:
    """Archived reports, the latest first (store.archive.archived_reports); of one demo where it is given."""
    with data.store().reading() as session:
        return archived_reports(session, scope_of(data.actor()), demo_id=demo_id)


def made_minutes(demo_id: int, language: str) -> Made:
    """The minutes of a demo, on every paper. Raises: NotFound."""
    who = data.actor()
    with data.store().reading() as session:
        return make_minutes(
            session, scope_of(who), demo_id, config=data.house_store().config, language=language, made_by=who.name,
            made_at=now(),
        )  # fmt: skip


def made_period(kind: str, language: str, project: str | None) -> Made:
    """The report of the last whole week or month, on every paper. Args: project, None for all that this reader may see."""
    who = data.actor()
    with data.store().reading() as session:
        return make_period(
            session, scope_of(who), kind, language=language, made_by=who.name, made_at=now(), project=project
        )


def projects() -> list[str] | None:
    """The projects that this reader's reports can be of; None: a report may be of the whole house."""
    reach = scope_of(data.actor()).projects
    return None if reach is None else sorted(reach)
