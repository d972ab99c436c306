"""Syncing a Jira: what is new comes in page by page, figures are derived once at the end, and pages see it whole."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from access.permissions import Permission, require
from actions.base import acting, action
from actions.derive import derive
from actions.snapshots import freeze_closed
from actions.sources import jira_source, stored_credential
from actions.sync_ahead import ReadAhead
from actions.sync_census import look_for_deleted, look_for_vanished
from actions.sync_job import Job, OnProgress
from actions.sync_reparse import catch_up
from actions.sync_reports import read_sprint_reports
from actions.sync_rows import Counts, source_projects
from actions.sync_state import Standing, begin_run, note_run, told_counts
from connectors.jira import Settings, fetch
from connectors.jira.batch import Skipped
from connectors.jira.client import Client
from connectors.jira.failures import Cancelled
from connectors.jira.fetch import fetch_issues
from core.actor import Actor
from core.clock import now
from core.collector import collector_at_rest
from core.errors import FortnightError, Invalid
from core.i18n import Text
from core.kept_errors import kept
from core.reader import utc
from store import tables as t
from store.db import Session, Store
from store.locks import source_lock
from store.read import rows_where
from store.sprint_items import replace_sprint_items

State = Literal["done", "cancelled", "failed", "busy"]


@dataclass(frozen=True)
class SyncOutcome:
    """What a sync did.

    Args: run_id, None where it did not begin; state, `busy` where another sync of the source was running; requests,
    how many were sent; rows, by table: added, changed, unchanged; skipped, what could not be read and why; fresh_since,
    the start of the source's last whole sync; error, of a failed one.
    """

    source: str
    state: State
    run_id: int | None = None
    requests: int = 0
    rows: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    skipped: tuple[Skipped, ...] = ()
    seconds: float = 0.0
    fresh_since: datetime | None = None
    error: FortnightError | None = None


@action(Permission.IMPORT_DATA)
def sync_source(
    store: Store,
    actor: Actor,
    *,
    source_id: int,
    full: bool = False,
    issue_keys: Sequence[str] | None = None,
    census: bool | None = None,
    told_deleted: Collection[str] = (),
    client: Client | None = None,
    on_progress: OnProgress | None = None,
    at: datetime | None = None,
) -> SyncOutcome:
    """Read what is new in a Jira, in many small transactions; figures change once, at the end, with the audit entry.

    Args: full, read everything and not only what changed; issue_keys, read these issues alone (keys or ids); census, look
    for deleted issues: None, where that was not done for a day; told_deleted, ids of issues that events of Jira said were
    deleted: of these, one that is not there is known to be; client, by default made from the stored credential;
    on_progress, told stage, done, total, rate and seconds_left about once a second; at, when it begins.
    Returns: the outcome; what goes wrong on the way makes it `failed`, with the last good data kept.
    Raises: Refused; NotFound, Invalid for what is no Jira source.
    """
    began = time.perf_counter()
    require(actor, Permission.IMPORT_DATA)
    with store.reading() as session:
        source = jira_source(session, source_id)
        name, cursor, settings = source.name, dict(source.cursor), _settings(source)
        projects: list[str | None] = [*(source_projects(session, source_id) or settings.projects)] or [None]
    for project in projects:
        require(actor, Permission.IMPORT_DATA, project=project)
    with source_lock(store, source_id) as is_held:
        if not is_held:
            return SyncOutcome(name, "busy", fresh_since=_fresh_since(store, source_id))
        started = now() if at is None else utc(at)
        kind = "sync" if issue_keys is None else "issues"
        run_id = begin_run(store, source_id, actor.name, started, kind, is_full=full)
        job = Job(store, source_id, run_id, settings, started, Standing.of(cursor), on_progress)
        job.told_deleted = frozenset(told_deleted)
        return _Sync(job, actor, name, began).run(client, full=full, issue_keys=issue_keys, census=census)


def _settings(source: t.Source) -> Settings:
    try:
        return Settings(**source.settings)
    except ValueError as error:
        raise Invalid(
            Text("The settings of source {name} cannot be read.", name=source.name),
            next=Text("Connect it again: python fortnight.py sources"),
        ) from error


def _fresh_since(store: Store, source_id: int) -> datetime | None:
    with store.reading() as session:
        done = rows_where(session, t.SyncRun, source_id=source_id, kind="sync", state="done")
        return max((run.started_at for run in done), default=None)


@dataclass
class _Sync:
    """A run from its first request to its end, whatever that is."""

    job: Job
    actor: Actor
    name: str
    began: float
    client: Client | None = None

    def run(
        self, client: Client | None, *, full: bool, issue_keys: Sequence[str] | None, census: bool | None
    ) -> SyncOutcome:
        """Read, write, derive; a failure closes the run and is told. Raises: what nobody foresaw, the run closed."""
        try:
            with self._connected(client) as self.client, collector_at_rest():
                self._read(self.client, full, issue_keys, census)
            self._finish()
        except Cancelled:
            return self._broken("cancelled", None)
        except FortnightError as error:
            return self._broken("failed", error)
        except Exception as error:
            self._broken("failed", _unforeseen(error))
            raise
        return self._outcome("done")

    @contextmanager
    def _connected(self, client: Client | None) -> Iterator[Client]:
        """The client, cancelled with the run; one of our own is closed at the end."""
        job = self.job
        if client is not None:
            before, client.is_cancelled = client.is_cancelled, job.is_cancelled
            try:
                yield client
            finally:
                client.is_cancelled = before
            return
        with job.store.reading() as session:
            credential = stored_credential(session, job.store.config, job.source_id)
        if credential is None:
            raise Invalid(
                Text("Source {name} has no credential.", name=self.name),
                next=Text("Enter it with: python fortnight.py sources credential {name}", name=self.name),
            )
        with Client(job.settings, credential, is_cancelled=job.is_cancelled) as made:
            yield made

    # ------------------------------------------------------------ reading

    def _read(self, client: Client, full: bool, issue_keys: Sequence[str] | None, census: bool | None) -> None:
        job = self.job
        is_first = not job.standing.fetch and not job.has_context
        if (full or not job.standing.fetch) and issue_keys is None:
            job.seen.touch_all()
        if issue_keys is not None:
            context = job.context if job.has_context else None
            batches = fetch_issues(client, job.settings, list(issue_keys), context=context)
        else:
            known = job.known(full=full)
            batches = fetch(client, job.settings, dict(job.standing.fetch), full=full, until=job.at, known=known)
        with ReadAhead(iter(batches)) as ahead:
            for batch in ahead:
                job.take(batch)
                del batch  # before the next one is waited for: two would be in memory at once
        if issue_keys is not None:
            if job.vanished:
                look_for_vanished(job, client)
            return
        catch_up(job)
        if is_first and not census:
            job.standing.census_at = job.at.isoformat()  # nothing was known that could have vanished
        elif census or (census is None and job.is_census_due()):
            look_for_deleted(job, client)
        read_sprint_reports(job, client)

    # ------------------------------------------------------------ the end

    def _finish(self) -> None:
        """Derive what was touched, close the run and write the audit entry: all in one transaction."""
        job = self.job
        job.tell("derive", 0, None)
        with acting(job.store, self.actor, "sync_source", at=job.at) as work:
            work.is_reach_checked = True  # asked before the run began; what it brought is the source's own business
            self._derive(work.session)
            job.settled(work.session)
            run = self._close(work.session, "done", None)
            if run.kind == "sync":  # the source was read whole: what was closed before it began is settled
                freeze_closed(work.session, job.source_id, at=job.at, by=self.actor.name)
            work.audit(
                f"sync of source {self.name}", None,
                {"run": job.run_id, "rows": run.row_counts, "requests": run.requests, "skipped": len(job.skipped)},
            )  # fmt: skip

    def _derive(self, session: Session) -> None:
        job = self.job
        if job.seen.is_all_touched:
            if session.get_one(t.Source, job.source_id).settings.get("counts_subtasks"):
                replace_sprint_items(session, job.source_id)  # a parent may have come after its sub-task
            derive(session, job.source_id, at=job.at)
        elif job.seen.touched or job.seen.items or job.seen.reworded:
            touched, items = sorted(job.seen.touched), sorted(job.seen.items)
            derive(session, job.source_id, sprint_ids=touched, item_ids=items, reworded=job.seen.reworded, at=job.at)

    def _close(self, session: Session, state: State, error: FortnightError | None) -> t.SyncRun:
        return note_run(
            session, self.job.run_id, state=state, error=None if error is None else kept(error), finished_at=now(),
            requests=self._requests(), row_counts=told_counts(self.job.seen.counts), progress={},
        )  # fmt: skip

    def _broken(self, state: State, error: FortnightError | None) -> SyncOutcome:
        """Close a run that did not end well: what it committed stays, what it touched is derived by the next one."""
        with acting(self.job.store, self.actor, "sync_source", at=self.job.at) as work:
            work.is_reach_checked = True  # asked before the run began
            self._close(work.session, state, error)
            told = None if error is None else str(error)
            work.audit(f"sync of source {self.name}", None, {"run": self.job.run_id, "state": state, "error": told})
        return self._outcome(state, error)

    def _requests(self) -> int:
        return 0 if self.client is None else self.client.requests

    def _outcome(self, state: State, error: FortnightError | None = None) -> SyncOutcome:
        job = self.job
        counts: Counts = told_counts(job.seen.counts)
        return SyncOutcome(
            self.name, state, job.run_id, self._requests(), counts, tuple(job.skipped),
            time.perf_counter() - self.began, _fresh_since(job.store, job.source_id), error,
        )  # fmt: skip


def _unforeseen(error: Exception) -> FortnightError:
    return FortnightError(
        Text("The sync failed in a way that Fortnight does not know."),
        why=Text("{kind}: {reason}", kind=type(error).__name__, reason=str(error)),
        next=Text("Nothing is lost: the last good data stays. Please report this line."),
    )
