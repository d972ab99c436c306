"""Upserts, undo and the deletion of a source, on both databases; and an import that dies half-way."""

import itertools
import multiprocessing
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from actions.import_sheet import import_sheet
from actions.undo import undo_import
from actions.verdicts import record_verdict
from core.actor import EVERYTHING, local_admin
from core.config import Config
from core.errors import FortnightError
from store import frames
from store import tables as t
from store.db import Store, check_file, open_store
from store.migrate import migrate
from store.undo import delete_sources
from store.write import insert_rows, upsert

AT = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
HEADER = "Key,Title,Sprint,Status,Estimate,Sprint start,Sprint completed\n"


def add_source(store: Store, name: str = "orders") -> int:
    with store.writing() as session:
        source = t.Source(name=name, kind="sheets", created_at=AT)
        session.add(source)
        session.flush()
        assert source.id is not None
        return source.id


def item(source_id: int, number: int, **more: Any) -> dict[str, Any]:
    given = {
        "source_id": source_id, "external_id": f"A-{number}", "key": f"A-{number}", "project_key": "A", "title": f"第 {number} 件",
        "kind": "requirement", "labels": ["x", "订单"], "sprint_ids": [], "estimate_points": 3.5, "created_at": AT, "is_deleted": False,
        "components": [], "fix_versions": [], "links": [],
    }  # fmt: skip
    return given | more


def stored_items(store: Store, source_id: int) -> list[dict[str, Any]]:
    with store.reading() as session:
        return frames.work_items(session, EVERYTHING, source_id).to_dict("records")


def test_an_upsert_twice_is_an_upsert_once(store: Store) -> None:
    source_id = add_source(store)
    rows = [item(source_id, number) for number in range(1207)]
    with store.writing() as session:
        assert upsert(session, t.WorkItem, rows).counts == {"added": 1207, "changed": 0, "unchanged": 0}
    before = repr(stored_items(store, source_id))
    with store.writing() as session:
        assert upsert(session, t.WorkItem, rows).counts == {"added": 0, "changed": 0, "unchanged": 1207}
    assert repr(stored_items(store, source_id)) == before


def test_what_is_read_is_what_was_written(store: Store) -> None:
    source_id = add_source(store)
    with store.writing() as session:
        upsert(session, t.WorkItem, [item(source_id, 1), item(source_id, 2, estimate_points=None, created_at=None)])
    first, second = stored_items(store, source_id)
    assert (first["created_at"].to_pydatetime(), first["labels"], first["title"]) == (AT, ["x", "订单"], "第 1 件")
    assert first["estimate_points"] == 3.5
    assert second["estimate_points"] != second["estimate_points"]  # NaN: not known, not 0
    assert str(second["created_at"]) == "NaT"


def test_a_changed_row_is_told_with_what_it_was_and_a_null_can_be_kept(store: Store) -> None:
    source_id = add_source(store)
    with store.writing() as session:
        upsert(session, t.WorkItem, [item(source_id, 1, assignee="李雷")])
        written = upsert(
            session, t.WorkItem, [item(source_id, 1, assignee=None, title="new")], keep=frozenset({"assignee"})
        )
    assert [row["title"] for row in written.before_rows] == ["第 1 件"]
    assert stored_items(store, source_id)[0]["assignee"] == "李雷"
    assert stored_items(store, source_id)[0]["title"] == "new"


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    source_id = add_source(store)
    with pytest.raises(ZeroDivisionError), store.writing() as session:
        insert_rows(
            session, t.Status, [{"source_id": source_id, "external_id": "1", "name": "Done", "category": "done"}]
        )
        raise ZeroDivisionError
    with store.reading() as session:
        assert frames.statuses(session, source_id).empty


def test_deleting_a_source_takes_everything_that_hangs_on_it_and_nothing_else(store: Store) -> None:
    backlog = (HEADER + "A-1,One,S1,Done,3,2026-10-05,2026-10-16\n").encode()
    for name in ("gone", "kept"):
        import_sheet(store, local_admin(), "backlog.csv", backlog, source_name=name)
    with store.reading() as session:
        counts = frames.row_counts(session)
        ids = dict(zip(frames.sources(session)["name"], frames.sources(session)["source_id"].tolist(), strict=True))
    with store.writing() as session:
        delete_sources(session, [ids["gone"]])
    with store.reading() as session:
        left = frames.row_counts(session)
    assert {name: n for name, n in left.items() if name != "audit_entry"} == {
        name: n // 2 for name, n in counts.items() if name != "audit_entry"
    }
    assert left["audit_entry"] == counts["audit_entry"]


def test_an_import_that_was_built_upon_is_not_undone(store: Store) -> None:
    admin = local_admin()
    backlog = (HEADER + "A-1,One,S1,Done,3,2026-10-05,2026-10-16\n").encode()
    first = import_sheet(store, admin, "backlog.csv", backlog).sheets[0].run_id
    import_sheet(store, admin, "demo.csv", b"Key,Sprint,Verdict\nA-1,S1,accepted\n")
    assert first is not None
    with pytest.raises(FortnightError, match=r"brought: verdict \(1\)\..*Undo these first, newest first: 2\."):
        undo_import(store, admin, first)
    assert len(stored_items(store, 1)) == 1
    record_verdict(store, admin, source_id=1, sprint_id="S1", work_item_id="A-1", verdict="rejected")
    with pytest.raises(FortnightError, match=r"brought: verdict \(2\)\..*Import a corrected file instead"):
        undo_import(store, admin, first)


def test_feedback_linked_to_what_an_import_brought_keeps_it_until_it_is_undone(store: Store) -> None:
    admin = local_admin()
    for at, content in enumerate(
        (f"{HEADER}A-1,One,S1,Done,3,,\n", "ID,Received at,Feedback,Work item\nF1,2026-10-06,x,A-1\n")
    ):
        assert not import_sheet(store, admin, f"{at}.csv", content.encode()).is_refused
    with pytest.raises(FortnightError, match=r"feedback_event \(1\)\..*newest first: 2\."):
        undo_import(store, admin, 1)
    undo_import(store, admin, 2)
    undo_import(store, admin, 1)


def test_what_hangs_on_an_import_is_asked_part_by_part(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.undo.KEYS_AT_ONCE", 2)
    rows = "".join(f"A-{at},One,S1,Done,3,2026-10-05,2026-10-16\n" for at in range(5))
    import_sheet(store, local_admin(), "backlog.csv", (HEADER + rows).encode())
    import_sheet(store, local_admin(), "demo.csv", b"Key,Verdict\nA-1,accepted\nA-4,accepted\n")
    with pytest.raises(FortnightError, match=r"verdict \(2\)"):
        undo_import(store, local_admin(), 1)


def test_an_import_killed_at_any_moment_can_be_run_again(sqlite_config: Config, tmp_path: Path) -> None:
    clean = Config(home=tmp_path / "clean", database_url=f"sqlite:///{tmp_path / 'clean' / 'fortnight.db'}")
    migrate(clean)
    wanted, statements = _tables_of(sqlite_config), _import(clean)
    for nth in (2, statements // 3, statements * 4 // 5, statements):  # the last statement is the commit
        child = multiprocessing.get_context("fork").Process(target=_import, args=(sqlite_config, nth))
        child.start()
        child.join()
        assert child.exitcode == -signal.SIGKILL, f"statement {nth} of {statements}"
        check_file(sqlite_config.sqlite_path)
        assert _tables_of(sqlite_config) == wanted
    _import(sqlite_config)
    assert _tables_of(sqlite_config) == _tables_of(clean) != wanted


def _import(config: Config, dies_at: int | None = None) -> int:
    """Import a backlog; returns how many statements the database was given, and dies right before the one that is named."""
    counted = itertools.count(1)

    def before(_: str) -> None:
        if next(counted) == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)

    store = open_store(config)
    event.listen(store.engine, "connect", lambda connection, _: connection.set_trace_callback(before))
    store.engine.dispose()
    rows = [f"A-{n},Item {n},S{n // 20},Done,3,2026-0{1 + n // 20}-05,2026-0{1 + n // 20}-16" for n in range(100)]
    import_sheet(store, local_admin(), "backlog.csv", (HEADER + "\n".join(rows) + "\n").encode(), at=AT)
    store.engine.dispose()
    return next(counted) - 1


def _tables_of(config: Config) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    store = open_store(config)
    with store.reading() as session:
        rows = {
            name: sorted(repr(tuple(row)) for row in session.execute(table.select()))
            for name, table in t.Base.metadata.tables.items()
        }
    store.engine.dispose()
    return rows
