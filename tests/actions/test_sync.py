"""Syncing a simulated Jira over HTTP: from nothing, twice, after edits, deletions, moves and a sprint's close."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from actions import derive as derive_module
from actions.derive import rebuild
from actions.replay import reparse_source
from core.actor import local_admin
from core.config import Config
from core.errors import FortnightError
from core.i18n import Text
from services.demo_jira.dialect import to_epoch_ms
from services.demo_jira.server import Jira, running
from store import tables as t
from store.db import Session, Store, open_store
from tests.actions.syncing import AT, HOUR, connect, item, rows, sync, tables

ISSUES = 24


@pytest.fixture(params=["cloud", "data-center"])
def jira(request: pytest.FixtureRequest) -> Iterator[Jira]:
    with running(request.param, issues=ISSUES) as server:
        yield server


@pytest.fixture
def cloud() -> Iterator[Jira]:
    with running("cloud", issues=ISSUES) as server:
        yield server


def test_from_nothing_twice_and_the_same_on_both_databases(
    jira: Jira, sqlite_config: Config, postgresql_config: Config
) -> None:
    found = []
    for config in (sqlite_config, postgresql_config):
        if found and jira.flavour != "cloud":
            return  # what is written does not depend on whom it came from: one flavour is enough for the other database
        store = open_store(config)
        connect(store, jira)
        first = sync(store, jira)
        assert (first.state, first.skipped) == ("done", ())
        assert first.rows["work_item"]["added"] == ISSUES
        assert first.fresh_since == AT
        found.append(tables(store))
        again = sync(store, jira, at=AT + HOUR)
        assert again.state == "done"
        assert {name: count for name, count in again.rows.items() if count["added"] or count["changed"]} == {}
        assert tables(store) == found[-1]
        store.engine.dispose()
    for name, sqlite_rows in found[0].items():
        assert found[1][name] == sqlite_rows, name
    assert all(found[0][name] for name in ("change", "sprint", "board", "status", "sprint_entry", "sprint_item"))


def test_what_changes_comes_in_and_only_that(jira: Jira, sqlite_store: Store) -> None:
    connect(sqlite_store, jira)
    sync(sqlite_store, jira)
    moved, edited, deleted = (item(sqlite_store, key) for key in ("SHOP-3", "SHOP-5", "SHOP-7"))
    jira.edit("SHOP-5", summary="Edited while nobody looked")
    new_key = jira.move("SHOP-3", "OPS")
    jira.delete("SHOP-7")
    added = jira.add("SHOP", "A new one")
    outcome = sync(sqlite_store, jira, at=AT + HOUR)
    assert outcome.rows["work_item"]["added"] == 1
    assert item(sqlite_store, added)["title"] == "A new one"
    assert item(sqlite_store, "SHOP-5") == {
        **edited, "title": "Edited while nobody looked", "updated_at": item(sqlite_store, "SHOP-5")["updated_at"],
    }  # fmt: skip
    assert item(sqlite_store, new_key)["external_id"] == moved["external_id"]
    assert not rows(sqlite_store, t.WorkItem, key="SHOP-3")
    assert not item(sqlite_store, "SHOP-7")["is_deleted"]  # deletions are found by the census
    sync(sqlite_store, jira, at=AT + 2 * HOUR, census=True)
    assert item(sqlite_store, "SHOP-7") == {**deleted, "is_deleted": True}
    _equals_a_clean_one(sqlite_store, jira)


def _equals_a_clean_one(store: Store, jira: Jira) -> None:
    """A rebuild changes no row, and neither does parsing the kept records again."""
    before = tables(store)
    assert rebuild(store, local_admin(), at=AT + 2 * HOUR)[1] == 0
    reparsed = reparse_source(store, local_admin(), source_id=1, at=AT + 2 * HOUR)
    assert not any(count["added"] or count["changed"] for count in reparsed.rows.values())
    assert tables(store) == before


def test_findings_of_an_item_outside_every_sprint_follow_it(
    cloud: Jira, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(sqlite_store, cloud)
    sync(sqlite_store, cloud)
    cloud.clock(at=to_epoch_ms(AT + 3 * HOUR))
    key = cloud.add("SHOP", "From a server whose clock is fast")
    with monkeypatch.context() as broken:
        broken.setattr("actions.sync.derive", _refuse)
        assert sync(sqlite_store, cloud, at=AT + HOUR).state == "failed"
    new = item(sqlite_store, key)
    assert new["sprint_ids"] == []
    of_it = {"subject_table": "work_item", "subject_id": new["external_id"]}
    assert not rows(sqlite_store, t.Finding, **of_it)
    sync(sqlite_store, cloud, at=AT + 2 * HOUR)  # what a run touched and did not derive is derived by the next
    assert rows(sqlite_store, t.Finding, **of_it)
    before = tables(sqlite_store)
    sync(sqlite_store, cloud, at=AT + 2 * HOUR)
    assert tables(sqlite_store) == before
    cloud.edit(key, summary="Edited when that hour had come")
    sync(sqlite_store, cloud, at=AT + 4 * HOUR)
    assert not rows(sqlite_store, t.Finding, **of_it)
    (source,) = rows(sqlite_store, t.Source)
    assert (source["cursor"]["touched"], source["cursor"]["touched_items"]) == ([], [])


def _refuse(*_: Any, **__: Any) -> None:
    raise FortnightError(Text("The sync ended before its time."))


def test_long_lists_of_closed_sprints_are_read_again_once_a_day(
    jira: Jira, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.jira.known.SPRINT_PAGE", 5)  # as if a page held no more: a board here has seven
    monkeypatch.setattr("connectors.jira.known._ROOM", 1)
    connect(sqlite_store, jira)
    sync(sqlite_store, jira)
    before = tables(sqlite_store)
    assert _listed(jira, sqlite_store, AT + HOUR) == {"startAt=3&maxResults=100"}
    assert tables(sqlite_store) == before
    old, *_, newest = sorted(rows(sqlite_store, t.Sprint, state="closed", board_id="1"), key=_by_id)
    jira.sprint("rename", sprint=int(old["external_id"]), name="Renamed long after its end")
    jira.sprint("rename", sprint=int(newest["external_id"]), name="Renamed soon after its end")
    (active,) = rows(sqlite_store, t.Sprint, state="active", board_id="1")
    jira.sprint("close", sprint=int(active["external_id"]))
    made = jira.sprint("create", board=1, name="Made just now")["id"]
    _listed(jira, sqlite_store, AT + 2 * HOUR)
    now = {row["external_id"]: row for row in rows(sqlite_store, t.Sprint)}
    assert now[active["external_id"]]["state"] == "closed"
    assert now[newest["external_id"]]["name"] == "Renamed soon after its end"
    assert now[str(made)]["name"] == "Made just now"
    assert now[old["external_id"]]["name"] == old["name"]
    jira.sprint("delete", sprint=int(old["external_id"]))
    assert "startAt=0&maxResults=100" in _listed(jira, sqlite_store, AT + 3 * HOUR)  # the places do not add up: all
    assert rows(sqlite_store, t.Sprint, external_id=old["external_id"])[0]["is_deleted"]
    jira.sprint("rename", sprint=102, name="Renamed long after its end")
    assert _listed(jira, sqlite_store, AT + 24 * HOUR) == {"startAt=0&maxResults=100"}
    assert rows(sqlite_store, t.Sprint, external_id="102")[0]["name"] == "Renamed long after its end"


def _listed(jira: Jira, store: Store, at: datetime) -> set[str]:
    """Sync, and tell from where the lists of sprints were read; a configuration is asked for with whole lists alone."""
    jira.clear()
    assert sync(store, jira, at=at, census=False).state == "done"
    asked = jira.requests
    assert any(one["path"].endswith("/configuration") for one in asked) == (at - AT >= 24 * HOUR)
    return {one["query"] for one in asked if one["path"].endswith("/sprint")}


def _by_id(row: dict[str, Any]) -> int:
    return int(row["external_id"])


def test_a_sprints_close_changes_its_figures_though_no_issue_was_touched(cloud: Jira, sqlite_store: Store) -> None:
    connect(sqlite_store, cloud)
    sync(sqlite_store, cloud)
    (active, *_) = rows(sqlite_store, t.Sprint, state="active")
    cloud.sprint("close", sprint=int(active["external_id"]))
    outcome = sync(sqlite_store, cloud, at=AT + HOUR)
    (closed,) = rows(sqlite_store, t.Sprint, external_id=active["external_id"])
    assert (closed["state"], closed["completed_at"] is not None) == ("closed", True)
    assert outcome.rows["sprint"]["changed"] == 1
    assert rows(sqlite_store, t.RawRecord, stream="sprint_report", external_id=active["external_id"])
    deleted = rows(sqlite_store, t.Sprint, state="future")[0]["external_id"]
    cloud.sprint("delete", sprint=int(deleted))
    sync(sqlite_store, cloud, at=AT + 2 * HOUR)
    assert rows(sqlite_store, t.Sprint, external_id=deleted)[0]["is_deleted"]
    before = tables(sqlite_store)
    sync(sqlite_store, cloud, at=AT + 3 * HOUR)
    assert tables(sqlite_store) == before


def test_new_words_count_in_the_sprints_that_went_on_and_leave_the_others_as_they_were(
    cloud: Jira, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(sqlite_store, cloud)
    sync(sqlite_store, cloud)
    active = {one["external_id"] for one in rows(sqlite_store, t.Sprint, state="active")}
    links = sorted((one["sprint_id"], one["work_item_id"]) for one in rows(sqlite_store, t.SprintItem))
    present = next(item_id for sprint, item_id in links if sprint in active)
    past = next(item_id for _, item_id in links if not any((one, item_id) in links for one in active))
    derived: set[str] = set()

    def derive_part(session: Session, source_id: int, rules: Any, sprint_ids: list[str], fold: Any) -> int:
        derived.update(sprint_ids)
        return part(session, source_id, rules, sprint_ids, fold)

    part = derive_module._derive_part
    monkeypatch.setattr(derive_module, "_derive_part", derive_part)
    cloud.edit(past, summary="Said otherwise, long after")
    cloud.edit(present, summary="Said otherwise, in the middle")
    sync(sqlite_store, cloud, at=AT + HOUR)
    assert derived and derived <= active
    cloud.edit(past, estimate=21)
    sync(sqlite_store, cloud, at=AT + 2 * HOUR)
    assert {sprint for sprint, item_id in links if item_id == past} <= derived
    assert rebuild(sqlite_store, local_admin(), at=AT + 2 * HOUR)[1] == 0
