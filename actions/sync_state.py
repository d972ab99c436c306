"""What a sync remembers: its run, how far it is, and in the source's cursor where the next one goes on."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from actions.sync_rows import Counts, Seen
from core.errors import FortnightError
from core.i18n import N_, Text
from core.kept_errors import kept
from core.reader import utc
from store import tables as t
from store.db import Session, Store
from store.read import rows_where

LOOK_SECONDS = 1.0  # how often a run's row is asked whether somebody wants it cancelled
WRITE_SECONDS = 1.0  # how often progress is written, at most
STAGES = {  # stream -> what a person reads of it
    "server": N_("Server"),
    "field": N_("Fields"),
    "status": N_("Statuses"),
    "issue_type": N_("Issue types"),
    "project": N_("Projects"),
    "board": N_("Boards"),
    "sprint": N_("Sprints"),
    "issue": N_("Issues"),
    "sprint_report": N_("Sprint reports"),
    "census": N_("Looking for deleted issues"),
    "reparse": N_("Parsing what is kept"),
    "derive": N_("Deriving the figures"),
}


@dataclass
class Standing:
    """The source's cursor.

    Args: fetch, where the connector goes on; touched, touched_items and is_all_touched, sprints and items whose figures
    and findings are older than their rows: they are derived at the end of this run, or of the next one if this one dies; census_at, when deleted issues
    were last looked for; lists, when and for which projects and boards the lists of boards and sprints were last read
    whole; parsed_with, what the rows were parsed with; reports_refused_at, when the server last
    offered no sprint reports.
    """

    fetch: dict[str, Any] = field(default_factory=dict)
    touched: list[str] = field(default_factory=list)
    touched_items: list[str] = field(default_factory=list)
    is_all_touched: bool = False
    census_at: str | None = None
    lists: dict[str, Any] = field(default_factory=dict)
    parsed_with: str | None = None
    reports_refused_at: str | None = None

    @classmethod
    def of(cls, cursor: Mapping[str, Any]) -> "Standing":
        """The standing that a cursor keeps; names it does not know are left out."""
        return cls(**{name: value for name, value in cursor.items() if name in cls.__dataclass_fields__})

    def keep(self, session: Session, source_id: int, seen: Seen) -> None:
        """Write the cursor into the source, in the transaction that writes what it speaks of."""
        self.touched, self.touched_items = sorted(seen.touched), sorted(seen.items | seen.reworded.keys())
        self.is_all_touched = seen.is_all_touched
        source = session.get_one(t.Source, source_id)
        source.cursor = dict(vars(self))
        session.add(source)


def begin_run(store: Store, source_id: int, actor_name: str, at: datetime, kind: str, *, is_full: bool) -> int:
    """Open a run, and close those of processes that died: who calls this holds the source's lock. Returns: its id."""
    died = FortnightError(
        Text("The sync ended before its time."),
        why=Text("Its program was stopped, or the machine went down."),
        next=Text("Nothing is lost: the next sync goes on from here."),
    )
    with store.writing() as session:
        for dead in rows_where(session, t.SyncRun, source_id=source_id, kind=["sync", "issues"], state="running"):
            dead.state, dead.error, dead.finished_at = "failed", kept(died), at
            session.add(dead)
        run = t.SyncRun(
            source_id=source_id, kind=kind, state="running", actor=actor_name, started_at=at, is_full=is_full
        )
        session.add(run)
        session.flush()
        return int(run.id or 0)


def ask_to_cancel(store: Store, run_id: int) -> bool:
    """Ask a running sync to stop after its current batch. Returns: whether it was running."""
    with store.writing() as session:
        run = session.get(t.SyncRun, run_id)
        if run is None or run.state != "running":
            return False
        run.is_cancel_asked = True
        session.add(run)
        return True


@dataclass
class CancelWatch:
    """Whether somebody asked for the run to stop; asked by every request, looked up once a second."""

    store: Store
    run_id: int
    is_asked: bool = False
    looked: float = float("-inf")
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> bool:
        if self.is_asked or time.monotonic() - self.looked < LOOK_SECONDS or not self.lock.acquire(blocking=False):
            return self.is_asked
        try:
            self.looked = time.monotonic()
            with self.store.reading() as session:
                self.is_asked = session.get_one(t.SyncRun, self.run_id).is_cancel_asked
        finally:
            self.lock.release()
        return self.is_asked


@dataclass
class Progress:
    """How far a run is, written into its row at most once a second."""

    run_id: int
    began: float = field(default_factory=time.monotonic)
    stage: str = ""
    stage_began: float = 0.0
    first: int = 0
    written: float = float("-inf")

    def of(self, stage: str, done: int, total: int | None, at: datetime) -> dict[str, Any]:
        """What is being read: stage, done, total, rate (a second), seconds_left, at; null what is not known."""
        moment = time.monotonic()
        if stage != self.stage:
            self.stage, self.stage_began, self.first = stage, moment, 0
        seconds = moment - self.stage_began
        rate = done / seconds if seconds >= WRITE_SECONDS and done else None
        left = None if not rate or total is None else max(0.0, (total - done) / rate)
        return {
            "stage": stage, "done": done, "total": total, "rate": None if rate is None else round(rate, 1),
            "seconds_left": None if left is None else round(left), "at": utc(at).isoformat(),
        }  # fmt: skip

    def is_due(self) -> bool:
        """Whether it is time to write progress again; asking says that it is written now."""
        moment = time.monotonic()
        if moment - self.written < WRITE_SECONDS:
            return False
        self.written = moment
        return True


def note_run(session: Session, run_id: int, **changes: Any) -> t.SyncRun:
    """Change a run's row. Returns: it."""
    run = session.get_one(t.SyncRun, run_id)
    for name, value in changes.items():
        setattr(run, name, value)
    session.add(run)
    return run


def told_counts(counts: Counts) -> Counts:
    """Counts by table, tables of which nothing came left out."""
    return {name: dict(count) for name, count in counts.items() if any(count.values())}
