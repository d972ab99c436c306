"""What is reported by the clock: the last whole week from Monday on, the last whole month from its first day on, each once.

Nothing is kept of what was made but the archive itself: a report that is there is not made again, one that was missed
while the machine was off is made at the next look.
"""

import logging
from datetime import datetime, timedelta

from actions.archive import archive_report
from core.actor import EVERYTHING, Actor, Role
from core.clock import now
from core.errors import FortnightError
from reports.figures.house import house_settings
from reports.period import Period, last_period
from store import frames
from store.archive import is_archived
from store.db import Session, Store
from store.locks import source_lock

log = logging.getLogger("fortnight.reports")
KINDS = ("weekly", "monthly")
REPORTER = Actor.with_roles("schedule", [Role.LEADER], projects=None, departments=None)
QUIET = timedelta(hours=6)  # what happened up to midnight comes in with the night's syncs
NO_SOURCE = 0  # no source has this number: the lock is the reports' own


def due_reports(session: Session, at: datetime) -> list[Period]:
    """The periods that are over and of which no report of the whole house is archived; none where all data is invented."""
    settings = house_settings(session)
    sources = frames.sources(session)
    if not settings.makes_reports or not ((sources["kind"] != "fortnight") & ~sources["is_sample"]).any():
        return []
    periods = [last_period(kind, at - QUIET, settings.zone) for kind in KINDS]
    return [one for one in periods if not is_archived(session, one.kind, one.begins_at)]


def make_due_reports(store: Store, actor: Actor = REPORTER, *, at: datetime | None = None) -> list[Period]:
    """Make and archive every report that is due, in the house's language; one that fails is logged and tried again.

    Returns: those that were made.
    """
    instant = at or now()
    made = []
    with store.reading() as session:
        due, language = due_reports(session, instant), house_settings(session).language
    for period in due:
        try:
            if _make(store, actor, period, language, instant):
                made.append(period)
        except FortnightError as error:
            log.warning("the %s report of %s was not made: %s", period.kind, period.first, error)
    return made


def _make(store: Store, actor: Actor, period: Period, language: str, at: datetime) -> bool:
    """One report; whether it was made here and not by another process meanwhile."""
    with source_lock(store, NO_SOURCE) as is_held:
        if not is_held:
            return False
        from reports.make import make_period  # brings paper and charts along: only what makes a report pays for them

        with store.reading() as session:
            if is_archived(session, period.kind, period.begins_at):
                return False
            made = make_period(
                session, EVERYTHING, period.kind, language=language, made_by=actor.name, made_at=at, period=period
            )
        archive_report(store, actor, made=made, at=at)
    log.info("the %s report of %s is in the archive", period.kind, period.first)
    return True
