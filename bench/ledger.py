"""Deriving ledgers from a tracker's whole history, against reading the same rows with bare sqlite3 and a bare loop."""

import random
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from actions.derive import derive, ledgers_of
from bench.stores import new_store
from store import tables as t
from store.db import Session, Store
from store.sprint_items import add_sprint_items
from store.write import delete_rows, upsert

ITEMS = 10_000
PER_SPRINT = 50
BIG_SPRINT = 300
START = datetime(2020, 1, 6, 9, tzinfo=UTC)
STATUSES = (("1", "todo"), ("2", "in_progress"), ("3", "done"))
SOURCE = 1
AT = datetime(2026, 11, 1, tzinfo=UTC)


def tracker_store(folder: Path, items: int, *, per_sprint: int = PER_SPRINT) -> Store:
    """A store as a sync leaves it: items with about ten changes each, some in two sprints, and nothing derived."""
    store = new_store(folder)
    chance = random.Random(7)
    count = max(1, items // per_sprint)
    with store.writing() as session:
        session.add(t.Source(id=SOURCE, name="tracker", kind="jira", created_at=START))
        session.flush()
        upsert(
            session,
            t.Board,
            [{"source_id": SOURCE, "external_id": "1", "name": "Team", "kind": "scrum", "columns": []}],
        )
        upsert(
            session,
            t.Status,
            [{"source_id": SOURCE, "external_id": one, "name": kind, "category": kind} for one, kind in STATUSES],
        )
        upsert(session, t.Sprint, [_sprint(number) for number in range(count + 1)])
    for first in range(0, items, 5000):
        with store.writing() as session:
            _write_items(session, chance, range(first, min(first + 5000, items)), per_sprint)
    return store


def _sprint(number: int) -> dict[str, Any]:
    begin = START + timedelta(days=number)
    return {
        "source_id": SOURCE, "external_id": str(number), "board_id": "1", "name": f"Sprint {number}", "state": "closed",
        "started_at": begin, "planned_end_at": begin + timedelta(days=14), "completed_at": begin + timedelta(days=14), "is_deleted": False,
    }  # fmt: skip


def _write_items(session: Session, chance: random.Random, numbers: range, per_sprint: int) -> None:
    items, changes, pairs = [], [], []
    for number in numbers:
        item, history = _item(chance, number, number // per_sprint)
        items.append(item)
        changes += history
        pairs += [(sprint, item["external_id"]) for sprint in item["sprint_ids"]]
    upsert(session, t.WorkItem, items)
    upsert(session, t.Change, changes)
    add_sprint_items(session, SOURCE, pairs)


def _item(chance: random.Random, number: int, sprint: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One item: planned or added, estimated, worked on, sometimes reopened, re-estimated, or spilled into the next sprint."""
    begin = START + timedelta(days=sprint)
    created = begin - timedelta(days=chance.randint(1, 60))
    events: list[tuple[datetime, str, str | None, str | None]] = []
    added = begin + timedelta(hours=chance.randint(-100, 60))
    events.append((added, "sprint", None, str(sprint)))
    events.append((created + timedelta(hours=2), "estimate", None, "3"))
    if chance.random() < 0.3:
        events.append((begin + timedelta(days=3), "estimate", "3", "5"))
    events.append((begin + timedelta(days=2, minutes=number % 60), "status", "1", "2"))
    is_done, spills = chance.random() < 0.8, chance.random() < 0.25
    if spills:
        events.append((begin + timedelta(days=14, minutes=1), "sprint", str(sprint), f"{sprint}, {sprint + 1}"))
    if is_done:
        events.append((begin + timedelta(days=15 if spills else 9, hours=number % 24), "status", "2", "3"))
    events.append((begin + timedelta(days=4), "title", "an old title", "a title"))
    for step in range(10 - len(events)):
        field = ("assignee", "rank", "labels", "link")[step % 4]
        events.append((begin + timedelta(days=5, hours=step), field, "one", "another"))
    sprints = [str(sprint), str(sprint + 1)] if spills else [str(sprint)]
    item = {
        "source_id": SOURCE, "external_id": f"{100_000 + number}", "key": f"ORD-{number + 1}", "project_key": "ORD",
        "title": f"Work item {number} 订单", "kind": "bug" if number % 7 == 0 else "requirement", "status_id": "3" if is_done else "2",
        "sprint_ids": sprints, "estimate_points": 5.0 if len(events) % 2 else 3.0, "created_at": created,
        "labels": [], "components": [], "fix_versions": [], "links": [], "resolution": "Done" if is_done else None, "is_deleted": False,
    }  # fmt: skip
    history = [
        {
            "source_id": SOURCE, "external_id": f"{number}.{index}", "work_item_id": item["external_id"], "at": at,
            "author": "韩梅梅" if index % 2 else "Li Lei", "field": field, "from_value": before, "to_value": after,
        }
        for index, (at, field, before, after) in enumerate(sorted(events, key=lambda event: event[0]))
    ]  # fmt: skip
    return item, history


def floor_seconds(folder: Path) -> float:
    """Read every item and change with bare sqlite3, and walk through them once: CPU seconds."""
    began = time.process_time()
    with closing(sqlite3.connect(folder / "fortnight.db")) as database:
        names = "work_item_id, at, field, from_value, to_value, author"
        by_item: dict[str, list[Any]] = {}
        for row in database.execute(f"SELECT {names} FROM change ORDER BY work_item_id, at"):
            by_item.setdefault(row[0], []).append(row)
        done = 0
        for row in database.execute("SELECT external_id, sprint_ids, estimate_points, created_at FROM work_item"):
            done += any(change[2] == "status" and change[4] == "3" for change in by_item.get(row[0], ()))
    return time.process_time() - began


def measure() -> tuple[float, float, float]:
    """Returns: the floor, deriving 10,000 items with about ten changes each, and the ledger of one 300-item sprint from
    stored rows to its stored figures; seconds of CPU, the best of three."""
    with tempfile.TemporaryDirectory() as many, tempfile.TemporaryDirectory() as one:
        store, small = tracker_store(Path(many), ITEMS), tracker_store(Path(one), BIG_SPRINT, per_sprint=BIG_SPRINT)
        _derive_seconds(small, None)
        floors, whole, single = [], [], []
        for _ in range(3):
            floors.append(floor_seconds(Path(many)))
            _forget(store)
            whole.append(_derive_seconds(store, None))
            single.append(_ledger_seconds(small))
        store.engine.dispose()
        small.engine.dispose()
    return min(floors), min(whole), min(single)


def _forget(store: Store) -> None:
    with store.writing() as session:
        for model in (t.SprintEntry, t.SprintTotal, t.Finding):
            delete_rows(session, model, source_id=SOURCE)


def _derive_seconds(store: Store, sprint_ids: list[str] | None) -> float:
    with store.writing() as session:
        began = time.process_time()
        derive(session, SOURCE, sprint_ids=sprint_ids, at=AT)
        return time.process_time() - began


def _ledger_seconds(store: Store) -> float:
    """From the stored rows of one sprint's items to its ledger, as a page that looks back replays it."""
    with store.reading() as session:
        began = time.process_time()
        ledgers = ledgers_of(session, SOURCE, ["0"], at=AT)
        seconds = time.process_time() - began
    if len(ledgers[0].rows) < BIG_SPRINT * 0.9:
        raise RuntimeError("the benchmark's own sprint was not folded whole")
    return seconds
