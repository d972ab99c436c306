"""Making rows anew from the kept raw records, without asking Jira: after a better parser, or with other settings."""

from dataclasses import dataclass
from datetime import datetime

from access.permissions import Permission, require
from actions.base import acting, action
from actions.derive import derive
from actions.sources import jira_source
from actions.sync_job import Job
from actions.sync_reparse import reparse
from actions.sync_rows import Counts, source_projects
from actions.sync_state import Standing, told_counts
from connectors.jira import Settings
from core.actor import Actor
from core.clock import now
from core.collector import collector_at_rest
from core.errors import Invalid, Kind
from core.i18n import Text
from core.reader import utc
from store import tables as t
from store.db import Store
from store.locks import source_lock
from store.read import last_where
from store.sprint_items import replace_sprint_items


@dataclass(frozen=True)
class Reparsed:
    """What parsing a source anew changed: rows by table, and records that could not be parsed."""

    source: str
    rows: Counts
    skipped: int


@action(Permission.IMPORT_DATA)
def reparse_source(store: Store, actor: Actor, *, source_id: int, at: datetime | None = None) -> Reparsed:
    """Parse every kept raw record of a Jira again and derive its figures; Jira is not asked.

    Raises: Refused; NotFound for what is no Jira source; Invalid where nothing is kept, or a sync is running.
    """
    require(actor, Permission.IMPORT_DATA)
    instant = now() if at is None else utc(at)
    with store.reading() as session:
        source = jira_source(session, source_id)
        name, cursor, settings = source.name, dict(source.cursor), Settings(**source.settings)
        projects: list[str | None] = [*(source_projects(session, source_id) or settings.projects)] or [None]
        run = last_where(session, t.SyncRun, source_id=source_id, kind=["sync", "issues"])
    for project in projects:
        require(actor, Permission.IMPORT_DATA, project=project)
    if run is None:
        raise Invalid(
            Text("Nothing of source {name} is kept yet.", name=name),
            next=Text("Sync it first: python fortnight.py sync {name}", name=name),
        )
    with source_lock(store, source_id) as is_held, collector_at_rest():
        if not is_held:
            raise Invalid(
                Text("Source {name} is being synced.", name=name),
                next=Text("Wait until it is done, then try again."),
                kind=Kind.RETRIABLE,
            )
        job = Job(store, source_id, run.id or 0, settings, instant, Standing.of(cursor), is_quiet=True)
        reparse(job)
        job.standing.parsed_with = job.parse_key()
        with acting(store, actor, "reparse_source", at=at) as work:
            work.is_reach_checked = True
            replace_sprint_items(work.session, source_id)
            derive(work.session, source_id, at=work.at)
            job.settled(work.session)
            counts = told_counts(job.seen.counts)
            work.audit(f"source {name}, parsed anew", None, {"rows": counts, "skipped": len(job.skipped)})
    return Reparsed(name, counts, len(job.skipped))
