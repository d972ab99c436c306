"""kill -9 anywhere and a rerun equals a clean run, on both databases."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from actions import sync as sync_module
from actions import sync_job
from core.config import Config
from core.kept_errors import told_again
from core.reader import Reader
from services.demo_jira.server import Jira, process
from store import tables as t
from store.db import Store, open_store
from tests.actions.syncing import AT, HOUR, client_of, connect, rows, sync, tables


@pytest.fixture(scope="module")
def jira() -> Iterator[Jira]:
    with process("cloud", issues=18) as server:  # of its own, so that a forked child inherits no server's threads
        yield server


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _nth(n: int, real: Callable[..., Any]) -> Callable[..., Any]:
    """A function that does its work n - 1 times and then kills its process."""
    left = iter([real] * (n - 1))

    def call(*given: Any, **more: Any) -> Any:
        return next(left, _die)(*given, **more)

    return call


def _at_request(n: int) -> None:
    real = client_of.__globals__["Client"]._send
    client_of.__globals__["Client"]._send = _nth(n, real)


def _in_transaction(n: int) -> None:
    sync_job.keep_raw = _nth(n, sync_job.keep_raw)


def _between_batches(n: int) -> None:
    sync_job.Job.take = _nth(n, sync_job.Job.take)  # type: ignore[method-assign]


def _before_deriving(_: int) -> None:
    sync_module.derive = _die  # type: ignore[assignment]


def _before_the_last_commit(_: int) -> None:
    sync_module._Sync._close = _die  # type: ignore[method-assign]


DEATHS = [(_at_request, 5), (_between_batches, 9), (_in_transaction, 2), (_before_deriving, 1),
          (_before_the_last_commit, 1)]  # fmt: skip


def test_deaths_and_a_rerun_equal_a_clean_run(jira: Jira, store: Store, tmp_path: Any) -> None:
    connect(store, jira, page_size=4)
    store.engine.dispose()
    deaths = DEATHS if store.is_sqlite else DEATHS[2:]  # what dies before anything is written is the same on either
    for number, (where, n) in enumerate(deaths):
        child = multiprocessing.get_context("fork").Process(target=_sync_and_die, args=(store.config, jira, where, n))
        child.start()
        child.join()
        assert child.exitcode == -signal.SIGKILL, where.__name__
        assert [run["state"] for run in rows(store, t.SyncRun)] == ["failed"] * number + ["running"]
    outcome = sync(store, jira, at=AT + HOUR)
    assert outcome.state == "done"
    runs = rows(store, t.SyncRun)
    assert [run["state"] for run in runs] == ["failed"] * len(deaths) + ["done"]
    told = told_again(runs[0]["error"])
    assert told is not None
    assert told.say(Reader("zh")).startswith("同步意外中断。")
    died = tables(store)
    _clear(store)
    connect(store, jira, page_size=4)
    sync(store, jira, at=AT + HOUR)
    clean = tables(store)
    for name, expected in clean.items():
        assert died[name] == expected, name


def _sync_and_die(config: Config, jira: Jira, where: Callable[[int], None], n: int) -> None:
    where(n)
    sync(open_store(config), jira)


def _clear(store: Store) -> None:
    """Make the store as it was before its first sync."""
    with store.writing() as session:
        for table in reversed(t.Base.metadata.sorted_tables):
            if table.name != "audit_entry":  # append-only by the database's own word
                session.execute(table.delete())
        if not store.is_sqlite:
            session.connection().exec_driver_sql("ALTER SEQUENCE source_id_seq RESTART WITH 1")
