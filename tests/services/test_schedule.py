"""By the clock: who is due when, what a tick does, and that two processes do not do it twice."""

import os
import queue
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.settings import save_settings
from actions.sources import add_jira_source, change_jira_source, remove_source
from actions.watch import watch_file
from connectors.jira.credential import Credential
from core.clock import now
from core.kept_errors import told_again
from core.reader import Reader
from services.demo_jira import server
from services.demo_jira.server import Jira
from services.schedule import SCHEDULE, Schedule, Syncs, due_sources, house_schedule, run_sync, told_in_words
from store import tables as t
from store.db import Store, check_file
from store.locks import source_lock
from store.read import rows_where
from tests.actions.shop import EVERYONE

ROOT = Path(__file__).parents[2]
PATIENCE = 30  # seconds a busy machine may take; nothing waits that long
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def jira() -> Iterator[Jira]:
    with server.running("data-center", issues=20) as found:
        yield found


def connect(store: Store, jira: Jira, **settings: Any) -> int:
    given = {"url": jira.url, "flavour": "data-center", **settings}
    credential = Credential("password", jira.account, jira.token)
    return add_jira_source(store, EVERYONE, name="Team", credential=credential, settings=given, at=AT).id or 0


def ran(store: Store, source_id: int, minutes_ago: float, state: str = "done") -> None:
    with store.writing() as session:
        at = AT - timedelta(minutes=minutes_ago)
        session.add(t.SyncRun(source_id=source_id, kind="sync", state=state, actor="schedule", started_at=at))


def due(store: Store) -> list[float]:
    with store.reading() as session:
        return [(one.next_at - AT).total_seconds() / 60 for one in due_sources(session, AT)]


def test_a_source_is_due_an_interval_after_its_last_run(sqlite_store: Store, jira: Jira) -> None:
    source_id = connect(sqlite_store, jira)
    assert due(sqlite_store) == [0]  # never ran
    ran(sqlite_store, source_id, 600)
    assert due(sqlite_store) == [0]  # the machine was off: once, not forty times
    ran(sqlite_store, source_id, 5, "failed")
    assert due(sqlite_store) == [10]  # tried again at its next tick
    change_jira_source(sqlite_store, EVERYONE, source_id=source_id, changes={"every_minutes": 60}, at=AT)
    assert due(sqlite_store) == [55]
    change_jira_source(sqlite_store, EVERYONE, source_id=source_id, changes={"every_minutes": 0}, at=AT)
    assert due(sqlite_store) == []


def test_the_schedule_syncs_and_imports_by_itself(sqlite_store: Store, jira: Jira, tmp_path: Path) -> None:
    connect(sqlite_store, jira)
    path = tmp_path / "backlog.csv"
    path.write_text("Key,Title,Sprint,Points,Status\nX-1,Split orders,Sprint 1,3,Done\n")
    os.utime(path, (AT.timestamp(), AT.timestamp()))
    watch_file(sqlite_store, EVERYONE, path=str(path), kind="backlog")
    told: queue.Queue[str] = queue.Queue()
    schedule = Schedule(sqlite_store, told=lambda one: told.put(Reader("en").say(told_in_words(one)))).start()
    try:
        lines = sorted(told.get(timeout=PATIENCE) for _ in range(2))
    finally:
        schedule.stop()
    assert lines[0] == f"{path} was imported." and lines[1].startswith("Team: synced, ")
    with sqlite_store.reading() as session:
        assert {one.actor for one in rows_where(session, t.SyncRun)} == {SCHEDULE.name}
        assert len(rows_where(session, t.WorkItem)) == 21


def test_jobs_follow_the_sources(sqlite_store: Store, jira: Jira) -> None:
    source_id = connect(sqlite_store, jira, every_minutes=30)
    ran(sqlite_store, source_id, -60 * 24 * 365 * 20)  # not due while this test looks
    schedule = Schedule(sqlite_store)
    schedule.scheduler.start(paused=True)

    def jobs() -> dict[str, Any]:
        return {job.id: job.trigger.interval for job in schedule.scheduler.get_jobs()}

    schedule.plan()
    assert jobs() == {f"sync {source_id}": timedelta(minutes=30)}
    (job,) = schedule.scheduler.get_jobs()
    assert job.coalesce and job.max_instances == 1 and job.misfire_grace_time is None
    change_jira_source(sqlite_store, EVERYONE, source_id=source_id, changes={"every_minutes": 5})
    schedule.plan()
    assert jobs() == {f"sync {source_id}": timedelta(minutes=5)}
    remove_source(sqlite_store, EVERYONE, source_id=source_id)
    schedule.plan()
    assert jobs() == {}
    schedule.stop()


def test_a_failed_tick_is_kept_with_its_reason_and_the_next_one_mends_it(sqlite_store: Store, jira: Jira) -> None:
    source_id = connect(sqlite_store, jira)
    jira.expire_token()
    failed = run_sync(sqlite_store, SCHEDULE, source_id)
    jira.expire_token(False)
    assert failed is not None and failed.state == "failed"
    with sqlite_store.reading() as session:
        error = told_again(rows_where(session, t.SyncRun)[-1].error or "")
    assert error is not None and "127.0.0.1" in str(error) and jira.token not in str(error)
    assert told_in_words(failed).message == "{source}: not synced. {why}"
    mended = run_sync(sqlite_store, SCHEDULE, source_id)
    assert mended is not None and mended.state == "done"


def test_one_source_is_synced_once_at_a_time(store: Store, jira: Jira) -> None:
    source_id = connect(store, jira)
    with source_lock(store, source_id):  # as another replica, or the shell, holds it
        outcome = run_sync(store, SCHEDULE, source_id)
        assert outcome is not None and outcome.state == "busy"
        assert told_in_words(outcome).message == "{source}: another sync is running."
    syncs = Syncs()
    jira.latency(30)
    begun = [syncs.start(store, EVERYONE, source_id) for _ in range(2)]
    jira.latency(0)
    syncs.wait(PATIENCE)
    assert begun == [True, False] and not syncs.is_busy()
    with store.reading() as session:
        assert [one.state for one in rows_where(session, t.SyncRun)] == ["done"]


def test_looking_at_the_database_leaves_its_locks_alone(sqlite_store: Store) -> None:
    """The health route looks at the file while the schedule works; a shell command comes and goes meanwhile."""
    with sqlite_store.writing() as session:
        session.add(t.Setting(name="a", value={"value": 1}, changed_at=AT, changed_by="x"))
    path = sqlite_store.config.sqlite_path
    check_file(path)
    other = (
        f"import sqlite3; c = sqlite3.connect({str(path)!r}); c.execute('SELECT * FROM setting').fetchall(); c.close()"
    )
    subprocess.run([sys.executable, "-c", other], check=True, timeout=PATIENCE)
    assert path.with_name(f"{path.name}-wal").exists()  # nobody took the log away under the open connections


def test_serving_may_leave_the_clock_to_a_worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORTNIGHT_NO_SCHEDULE", "1")
    assert house_schedule() is None
    monkeypatch.delenv("FORTNIGHT_NO_SCHEDULE")
    assert house_schedule() is None  # there is no store: healthz says so, and nothing is worked upon


def test_a_worker_syncs_until_it_is_told_to_end(sqlite_store: Store, jira: Jira) -> None:
    connect(sqlite_store, jira)
    save_settings(sqlite_store, EVERYONE, changes={"makes_reports": False}, at=AT)  # they are not what this is about
    home = sqlite_store.config.home
    command = [sys.executable, "-u", str(ROOT / "fortnight.py"), "worker"]
    environ = {**os.environ, "FORTNIGHT_HOME": str(home), "FORTNIGHT_LANG": "zh", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True, encoding="utf-8") as worker:
        assert worker.stdout is not None
        lines = [worker.stdout.readline() for _ in range(2)]
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE) == 0
    assert any("Team" in line and "次请求" in line for line in lines)
    with sqlite_store.reading() as session:
        run = rows_where(session, t.SyncRun)[-1]
    assert run.state == "done" and now() - run.started_at < timedelta(minutes=5)
