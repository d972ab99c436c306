"""Derivation from a tracker's records: in parts, for what was touched alone, and always the same as all at once."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from actions import derive as deriving
from actions.derive import derive, rebuild
from bench.ledger import SOURCE, tracker_store
from core.actor import EVERYTHING, local_admin
from core.config import load_config
from metrics.facts import SourceFacts, fold_source
from metrics.ledger import entry_columns
from store import frames
from store import tables as t
from store.db import Session, Store, open_store
from store.derived import add_sprint_items, refresh_sprint_items, replace_sprint_items
from store.sprint_items import items_of_sprints, sprints_of_items
from store.write import upsert

AT = datetime(2026, 11, 1, tzinfo=UTC)
DERIVED = (t.SprintEntry, t.SprintTotal, t.Finding, t.SprintItem)


@pytest.fixture(scope="module")
def derived_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty items in six sprints of one board, with their whole changelog, derived."""
    folder = tmp_path_factory.mktemp("tracker")
    store = tracker_store(folder, 60, per_sprint=10)
    with store.writing() as session:
        derive(session, SOURCE, at=AT)
    store.engine.dispose()
    return folder


@pytest.fixture
def tracker(derived_home: Path, tmp_path: Path) -> Store:
    """A copy of that store for one test."""
    shutil.copytree(derived_home, tmp_path / "tracker")
    return open_store(load_config({"FORTNIGHT_HOME": str(tmp_path / "tracker")}))


def kept(session: Session) -> dict[str, str]:
    """Everything derived, by its content."""
    found = {}
    for model in DERIVED:
        rows = frames.frame(session, model).drop(columns=["id", "found_at", "as_of"], errors="ignore")
        found[str(model.__tablename__)] = repr(sorted(map(repr, rows.to_dict("records"))))
    return found


def change(
    number: str, item_id: str, when: datetime, field: str, before: str | None, after: str | None
) -> dict[str, Any]:
    return {
        "source_id": SOURCE, "external_id": number, "work_item_id": item_id, "at": when, "author": "Lin",
        "field": field, "from_value": before, "to_value": after,
    }  # fmt: skip


def stored_item(session: Session, item_id: str) -> dict[str, Any]:
    return frames.work_items(session, EVERYTHING, SOURCE, [item_id]).to_dict("records")[0]


def test_a_rebuild_of_a_sound_store_changes_no_row(tracker: Store) -> None:
    with tracker.reading() as session:
        before = kept(session)
    assert rebuild(tracker, local_admin(), at=AT + timedelta(days=1)) == (7, 0)
    with tracker.reading() as session:
        assert kept(session) == before


def test_parts_give_what_the_whole_gives(tracker: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with tracker.reading() as session:
        before = kept(session)
        facts = SourceFacts(**frames.source_facts(session, SOURCE))
        whole = fold_source(facts, facts.sprints["sprint_id"].tolist(), as_of=AT)
        stored = frames.frame(session, t.SprintEntry).set_index(["sprint_id", "work_item_id"])
    given = entry_columns(whole.values())
    assert len(stored) == len(given["bucket"]) > 60
    for index, key in enumerate(zip(given["sprint_id"], given["work_item_id"], strict=True)):
        row = stored.loc[key]
        assert (row["outcome"], row["why_code"], row["why_params"]) == (
            given["outcome"][index], given["why_code"][index], given["why_params"][index],
        )  # fmt: skip
    monkeypatch.setattr(deriving, "ITEMS_AT_ONCE", 11)
    with tracker.writing() as session:
        assert derive(session, SOURCE, at=AT).rows_changed == 0
        assert kept(session) == before


def test_what_is_touched_is_derived_and_nothing_else_needs_to_be(tracker: Store) -> None:
    """An item leaves sprint 2 for sprint 5, is re-estimated, and a sprint closes later: the same as deriving everything."""
    with tracker.writing() as session:
        item_id = min(items_of_sprints(session, SOURCE, ["2"]) - items_of_sprints(session, SOURCE, ["1", "3"]))
        row = {
            name: value
            for name, value in stored_item(session, item_id).items()
            if name in ("work_item_id", "key", "title")
        }
        upsert(
            session,
            t.WorkItem,
            [{"source_id": SOURCE, "external_id": row["work_item_id"], "key": row["key"], "title": row["title"], "kind": "bug",
              "sprint_ids": ["5"], "estimate_points": None, "created_at": AT + timedelta(days=9), "is_deleted": False,
              "labels": [], "components": [], "fix_versions": [], "links": []}],
        )  # fmt: skip
        upsert(session, t.Change, [change("new", item_id, AT - timedelta(days=900), "sprint", "2", "5")])
        refresh_sprint_items(session, SOURCE, [item_id])
        done = derive(session, SOURCE, item_ids=[item_id], sprint_ids=[], at=AT)
        assert done.sprints < 7 and done.rows_changed > 0
        assert sprints_of_items(session, SOURCE, [item_id]) >= {"2", "5"}
        found = frames.findings(session, source_id=SOURCE)
        assert {"created_in_future", "item_unestimated", "change_before_creation"} <= set(found["code"])
        sprint = frames.sprints(session, EVERYTHING, source_id=SOURCE, sprint_ids=["3"]).to_dict("records")[0]
        upsert(
            session, t.Sprint,
            [{"source_id": SOURCE, "external_id": "3", "name": sprint["name"], "state": "closed", "is_deleted": False,
              "completed_at": sprint["completed_at"].to_pydatetime() + timedelta(days=2)}],
        )  # fmt: skip
        assert derive(session, SOURCE, sprint_ids=["3"], at=AT).sprints < 7
        assert derive(session, SOURCE, at=AT).rows_changed == 0


def test_the_first_resolution_puts_the_others_in_doubt(tracker: Store) -> None:
    def write(session: Session, resolution: str | None, ids: list[str]) -> None:
        rows = frames.work_items(session, EVERYTHING, SOURCE, ids)
        upsert(
            session, t.WorkItem,
            [{"source_id": SOURCE, "external_id": row.work_item_id, "key": row.key, "title": row.title, "resolution": resolution,
              "is_deleted": False, "kind": row.kind, "labels": [], "components": [], "fix_versions": [], "links": [],
              "sprint_ids": row.sprint_ids} for row in rows.itertuples()],
        )  # fmt: skip

    def doubted(session: Session) -> int:
        return int((frames.findings(session, source_id=SOURCE)["code"] == "done_without_resolution").sum())

    with tracker.writing() as session:
        items = frames.work_items(session, EVERYTHING, SOURCE)
        done = items[items["status_category"] == "done"]["work_item_id"].tolist()
        write(session, None, done)
        derive(session, SOURCE, item_ids=done, sprint_ids=[], at=AT)
        assert doubted(session) == 0
        write(session, "Done", done[:1])
        derive(session, SOURCE, item_ids=done[:1], sprint_ids=[], at=AT)
        assert doubted(session) == len(done) - 1
        assert derive(session, SOURCE, at=AT).rows_changed == 0


def test_links_follow_field_history_and_parent(store: Store) -> None:
    """On both databases: every id in either side of a change (R5), and sub-tasks where the source counts them (R6)."""
    base = {
        "source_id": SOURCE,
        "title": "x",
        "is_deleted": False,
        "labels": [],
        "components": [],
        "fix_versions": [],
        "links": [],
    }
    with store.writing() as session:
        session.add(t.Source(id=SOURCE, name="tracker", kind="jira", created_at=AT, settings={"counts_subtasks": True}))
        session.flush()
        parent = {
            **base,
            "external_id": "a",
            "key": "A-1",
            "kind": "requirement",
            "parent_id": None,
            "sprint_ids": ["3"],
        }
        child = {**base, "external_id": "b", "key": "A-2", "kind": "subtask", "parent_id": "a", "sprint_ids": []}
        upsert(session, t.WorkItem, [parent, child])
        upsert(
            session, t.Change, [change("1", "a", AT, "sprint", "1, 2", "2,3"), change("2", "a", AT, "status", "9", "8")]
        )
        assert add_sprint_items(session, SOURCE, [("3", "a"), ("3", "a"), ("7", "a"), ("3", "gone")]) == 3
        assert add_sprint_items(session, SOURCE, [("3", "a")]) == 0
        assert refresh_sprint_items(session, SOURCE, ["a"]) == 6  # 1 and 2 for a, 1 to 3 for b, and 7 was never said
        assert replace_sprint_items(session, SOURCE) == 1  # an item that does not exist
        assert sprints_of_items(session, SOURCE, ["b"]) == sprints_of_items(session, SOURCE, ["a"]) == {"1", "2", "3"}
        assert items_of_sprints(session, SOURCE, ["1"]) == {"a", "b"}
        assert replace_sprint_items(session, SOURCE) == 0
