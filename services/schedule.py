"""What happens by itself: every source is synced as often as it says, and watched spreadsheets are looked at each minute.

The schedule keeps nothing of its own: when a source is due is read from its last run, so a restart neither forgets a sync
nor repeats one. Where several processes have a schedule, the source's lock lets one of them work.
"""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from actions.sync import SyncOutcome, sync_source
from actions.sync_state import ask_to_cancel
from actions.watch import Look, Looked, look_at_files
from core.actor import Actor, Role
from core.clock import now
from core.errors import FortnightError
from core.i18n import Text
from services.house_store import house_store
from services.reports_due import make_due_reports
from store.db import Session, Store
from store.source_runs import running, standings

log = logging.getLogger("fortnight.schedule")
SCHEDULE = Actor.with_roles("schedule", [Role.ADMIN], projects=None, departments=None)
NO_SCHEDULE = "FORTNIGHT_NO_SCHEDULE"  # set by `serve --no-schedule`
PLAN_SECONDS, LOOK_SECONDS, REPORT_SECONDS = 20, 60, 600
AT_ONCE = 4  # sources synced at the same time
LEAVE_SECONDS = 10.0
Told = Callable[[SyncOutcome | Looked], None]


@dataclass
class Syncs:
    """The syncs of this process: each in a thread of its own, so that no browser tab and no request holds one up."""

    threads: dict[int, threading.Thread] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, store: Store, actor: Actor, source_id: int, **given: Any) -> bool:
        """Begin a sync in the background. Args: given, of `sync_source`. Returns: whether it began; False where this
        process is already syncing the source."""
        with self.lock:
            begun = self.threads.get(source_id)
            if begun is not None and begun.is_alive():
                return False
            thread = threading.Thread(
                target=run_sync, args=(store, actor, source_id), kwargs=given, name=f"sync {source_id}", daemon=True
            )
            self.threads[source_id] = thread
            thread.start()
            return True

    def is_busy(self) -> bool:
        """Whether any sync of this process is under way."""
        with self.lock:
            return any(thread.is_alive() for thread in self.threads.values())

    def wait(self, seconds: float = LEAVE_SECONDS) -> None:
        """Wait until what is running has ended."""
        for thread in list(self.threads.values()):
            thread.join(seconds)


SYNCS = Syncs()


def run_sync(store: Store, actor: Actor, source_id: int, **given: Any) -> SyncOutcome | None:
    """Sync a source here and now; what goes wrong is kept in the run and logged, never raised. Returns: the outcome."""
    try:
        outcome = sync_source(store, actor, source_id=source_id, **given)
    except FortnightError as error:
        log.warning("source %s: %s", source_id, error)
        return None
    except Exception:
        log.exception("source %s: the sync failed in a way that Fortnight does not know", source_id)
        return None
    log.info("source %s: %s, %s requests, %.1f s", outcome.source, outcome.state, outcome.requests, outcome.seconds)
    return outcome


@dataclass(frozen=True)
class Due:
    """A source that syncs by itself: how often, and when next."""

    source_id: int
    name: str
    every: timedelta
    next_at: datetime


def due_sources(session: Session, at: datetime) -> list[Due]:
    """Every source that syncs by itself, and when it is due; one that never ran, or is late, is due at once."""
    found = []
    for one in standings(session):
        if one.every_minutes:
            every = timedelta(minutes=one.every_minutes)
            next_at = at if one.last_at is None else max(at, one.last_at + every)
            found.append(Due(one.source_id, one.name, every, next_at))
    return found


class Schedule:
    """Syncs and looks by the clock, in the background, until it is stopped.

    Args: store; told, told of every outcome (by `worker`, which prints them).
    """

    def __init__(self, store: Store, *, told: Told | None = None) -> None:
        self.store = store
        self.told = told or (lambda _outcome: None)
        self.seen: dict[int, Look] = {}
        self.scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(AT_ONCE + 2)},
            # A tick that comes late, or while the one before still works, is made up for once and not repeated.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> "Schedule":
        """Begin: plan and look at once, then by the clock."""
        at = now()
        self.scheduler.add_job(self.plan, "interval", seconds=PLAN_SECONDS, id="plan", next_run_time=at)
        self.scheduler.add_job(self.look, "interval", seconds=LOOK_SECONDS, id="look", next_run_time=at)
        self.scheduler.add_job(self.report, "interval", seconds=REPORT_SECONDS, id="report", next_run_time=at)
        self.scheduler.start()
        return self

    def stop(self) -> None:
        """Begin nothing more; what is being synced is asked to stop at its next page, and goes on from there next time."""
        self.scheduler.remove_all_jobs()
        with self.store.reading() as session:
            under_way = [run["id"] for run in running(session, actor=SCHEDULE.name)]
        for run_id in under_way:
            ask_to_cancel(self.store, run_id)
        self.scheduler.shutdown(wait=False)

    def plan(self) -> Sequence[Due]:
        """Make the jobs what the sources say now: sources come and go, and are told other intervals. Returns: what is due when."""
        try:
            with self.store.reading() as session:
                due = due_sources(session, now())
        except FortnightError as error:
            log.warning("%s", error)
            return []
        wanted = {f"sync {one.source_id}": one for one in due}
        planned = {job.id: job for job in self.scheduler.get_jobs() if job.id.startswith("sync ")}
        for name in planned.keys() - wanted.keys():
            self.scheduler.remove_job(name)
        for name, one in wanted.items():
            if name in planned and planned[name].trigger.interval == one.every:
                continue
            self.scheduler.add_job(
                self.sync, "interval", args=[one.source_id], seconds=int(one.every.total_seconds()), id=name,
                replace_existing=True, next_run_time=one.next_at,
            )  # fmt: skip
        return due

    def sync(self, source_id: int) -> None:
        """One tick of one source. A failed one is kept and told on every page, and tried again at the next tick."""
        outcome = run_sync(self.store, SCHEDULE, source_id)
        if outcome is not None:
            self.told(outcome)

    def report(self) -> None:
        """One look at the weekly and monthly reports that are due."""
        try:
            make_due_reports(self.store)
        except FortnightError as error:
            log.warning("%s", error)

    def look(self) -> None:
        """One look at all watched files."""
        try:
            found = look_at_files(self.store, SCHEDULE, seen=self.seen)
        except FortnightError as error:
            log.warning("%s", error)
            return
        for one in found:
            if one.outcome in ("imported", "failed"):
                log.info("%s: %s %s", one.path, one.outcome, one.error or "")
                self.told(one)


def told_in_words(outcome: SyncOutcome | Looked) -> Text:
    """One line for the shell about what happened by itself."""
    if isinstance(outcome, Looked):
        if outcome.error is not None:
            return Text("{path} was not imported: {why}", path=outcome.path, why=outcome.error.what)
        return Text("{path} was imported.", path=outcome.path)
    if outcome.state == "done":
        return Text("{source}: synced, {n} requests, {seconds} s.", source=outcome.source, n=outcome.requests,
                    seconds=round(outcome.seconds, 1))  # fmt: skip
    if outcome.error is not None:
        return Text("{source}: not synced. {why}", source=outcome.source, why=outcome.error.what)
    if outcome.state == "busy":
        return Text("{source}: another sync is running.", source=outcome.source)
    return Text("{source}: cancelled.", source=outcome.source)


def house_schedule() -> Schedule | None:
    """The schedule of a serving process, begun; None where it was told to have none, or the store cannot be opened (which
    `/healthz` says)."""
    if os.environ.get(NO_SCHEDULE) == "1":
        return None
    try:
        return Schedule(house_store()).start()
    except FortnightError as error:
        log.warning("nothing is synced by the clock: %s", error)
        return None
