"""When a sync meets trouble: the rest goes on or the last good data stands, and a person reads why."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.sync_state import ask_to_cancel, begin_run
from connectors.jira.batch import Raw
from connectors.jira.parse import parse
from core.config import Config
from core.i18n import unpacked
from core.kept_errors import told_again
from core.reader import Reader
from reports.figures.house import finding_text
from services.demo_jira.server import Jira, running
from store import tables as t
from store.db import Store, open_store
from store.locks import source_lock
from store.migrate import migrate
from tests.actions.syncing import AT, HOUR, connect, item, rows, settings_of, sync, tables

ISSUES = 30


@pytest.fixture
def jira() -> Iterator[Jira]:
    with running("cloud", issues=ISSUES) as server:
        yield server


@pytest.fixture(scope="module")
def in_step(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in step with such a Jira: the story of each is the same, their addresses are not."""
    home = tmp_path_factory.mktemp("in-step")
    config = Config(home=home, database_url=f"sqlite:///{home / 'fortnight.db'}")
    migrate(config)
    store = open_store(config)
    with running("cloud", issues=ISSUES) as server:
        connect(store, server)
        assert sync(store, server).state == "done"
    store.engine.dispose()
    return config.sqlite_path


@pytest.fixture
def synced(jira: Jira, in_step: Path, sqlite_config: Config) -> Store:
    """A store in step with the simulated Jira."""
    shutil.copyfile(in_step, sqlite_config.sqlite_path)
    store = open_store(sqlite_config)
    with store.writing() as session:
        source = session.get_one(t.Source, 1)
        source.settings = settings_of(jira).model_dump(mode="json")
        session.add(source)
    return store


def test_a_malformed_record_is_set_aside_until_it_is_mended(jira: Jira, sqlite_store: Store) -> None:
    connect(sqlite_store, jira)
    jira.malformed("SHOP-5")
    outcome = sync(sqlite_store, jira)
    assert outcome.state == "done"
    (skipped,) = outcome.skipped
    assert outcome.rows["work_item"]["added"] == ISSUES - 1
    (finding,) = rows(sqlite_store, t.Finding, code="record_skipped")
    assert (finding["subject_table"], finding["subject_id"]) == ("work_item", skipped.external_id)
    said = Reader("zh").say(finding_text(finding["code"], finding["subject_label"], finding["params"]))
    assert "未能完整读取" in said
    (run,) = rows(sqlite_store, t.SyncRun)
    assert [(one["stream"], one["id"]) for one in run["skipped"]] == [("issue", skipped.external_id)]
    assert str(unpacked(run["skipped"][0]["why"])) == str(skipped.why)
    before = tables(sqlite_store)
    sync(sqlite_store, jira, at=AT + HOUR)
    assert tables(sqlite_store) == before
    jira.malformed("SHOP-5", None)
    jira.edit("SHOP-5", summary="Mended")
    sync(sqlite_store, jira, at=AT + 2 * HOUR)
    assert item(sqlite_store, "SHOP-5")["title"] == "Mended"
    assert not rows(sqlite_store, t.Finding, code="record_skipped")


def test_a_value_that_the_database_refuses_sets_one_record_aside(
    jira: Jira, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_an_endless_title(raws: list[Raw], *given: Any) -> Any:
        parsed = parse(raws, *given)
        for row in parsed.items.rows:
            if row["key"] == "SHOP-5":
                row["title"] = None  # type: ignore[typeddict-item]
        return parsed

    monkeypatch.setattr("actions.sync_job.parse", with_an_endless_title)
    connect(store, jira)
    outcome = sync(store, jira)
    assert (outcome.state, [one.label for one in outcome.skipped]) == ("done", ["SHOP-5"])
    assert outcome.rows["work_item"]["added"] == ISSUES - 1
    assert len(rows(store, t.RawRecord, stream="issue")) == ISSUES


def test_a_failure_keeps_the_last_good_data_and_says_why_in_either_language(jira: Jira, synced: Store) -> None:
    before = tables(synced)
    jira.expire_token()
    outcome = sync(synced, jira, at=AT + HOUR)
    assert (outcome.state, outcome.fresh_since) == ("failed", AT)
    assert tables(synced) == before
    run = rows(synced, t.SyncRun)[-1]
    assert run["state"] == "failed"
    error = told_again(run["error"])
    assert error is not None
    assert outcome.error is not None
    for lang in ("en", "zh"):
        assert error.say(Reader(lang)) == outcome.error.say(Reader(lang))
    assert error.say(Reader("zh")) != error.say(Reader("en"))
    jira.expire_token(False)
    assert sync(synced, jira, at=AT + 2 * HOUR).fresh_since == AT + 2 * HOUR


def test_a_failure_in_the_middle_derives_nothing_until_the_next_sync_does(jira: Jira, synced: Store) -> None:
    for one in rows(synced, t.WorkItem):
        jira.edit(one["key"], estimate=13)
    before = tables(synced)
    jira.fault("401", path="changelog/bulkfetch", skip=1, times=99)
    broken = sync(synced, jira, at=AT + HOUR)
    assert broken.state == "failed"
    assert tables(synced)["sprint_entry"] == before["sprint_entry"]
    jira.clear()
    assert sync(synced, jira, at=AT + 2 * HOUR).state == "done"
    assert tables(synced)["sprint_entry"] != before["sprint_entry"]


def test_two_syncs_of_one_source(jira: Jira, synced: Store) -> None:
    before = tables(synced)
    with source_lock(synced, 1):
        outcome = sync(synced, jira, at=AT + HOUR)
    assert (outcome.state, outcome.run_id, outcome.fresh_since) == ("busy", None, AT)
    assert tables(synced) == before
    assert len(rows(synced, t.SyncRun)) == 1


def test_a_cancelled_sync_keeps_what_came_in_and_goes_on_later(jira: Jira, sqlite_store: Store) -> None:
    connect(sqlite_store, jira)
    told: list[dict[str, Any]] = []

    def cancel(progress: dict[str, Any]) -> None:
        told.append(progress)
        (run,) = rows(sqlite_store, t.SyncRun)
        assert ask_to_cancel(sqlite_store, run["id"])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("actions.sync_state.LOOK_SECONDS", 0.0)
        outcome = sync(sqlite_store, jira, on_progress=cancel)
    assert (outcome.state, outcome.fresh_since) == ("cancelled", None)
    assert told[0]["stage"] == "server"
    assert not rows(sqlite_store, t.SprintEntry)
    assert not ask_to_cancel(sqlite_store, outcome.run_id or 0)
    assert sync(sqlite_store, jira, at=AT + HOUR).rows["work_item"]["added"] == ISSUES


def test_the_run_of_a_dead_process_is_closed_by_the_next(jira: Jira, synced: Store) -> None:
    begin_run(synced, 1, "local:someone", AT, "sync", is_full=False)
    sync(synced, jira, at=AT + HOUR)
    assert [run["state"] for run in rows(synced, t.SyncRun)] == ["done", "failed", "done"]


def test_lost_permissions_and_deletions_are_told_apart(jira: Jira, sqlite_store: Store) -> None:
    synced = sqlite_store  # filled from this very server: that a row stays is seen with its address
    connect(synced, jira)
    sync(synced, jira)
    hidden = rows(synced, t.WorkItem, project_key="APP")
    jira.hide(project="APP")
    jira.delete("SHOP-2")
    outcome = sync(synced, jira, at=AT + HOUR, full=True, census=True)
    assert (
        sum(outcome.rows["work_item"].values()) <= ISSUES
    )  # read and then parsed anew, since a project went: counted once
    assert item(synced, "SHOP-2")["is_deleted"]
    assert rows(synced, t.WorkItem, project_key="APP") == hidden
    lost = rows(synced, t.Finding, code="item_out_of_sight")
    assert {one["subject_label"] for one in lost} == {one["key"] for one in hidden}
    assert not any(one["is_deleted"] for one in rows(synced, t.Sprint))
    before = tables(synced)
    sync(synced, jira, at=AT + 2 * HOUR, census=True)
    assert tables(synced) == before
    jira.hide(project="APP", hidden=False)
    jira.control("undelete", issue=item(synced, "SHOP-2")["external_id"])
    sync(synced, jira, at=AT + 3 * HOUR, census=True)
    assert not rows(synced, t.Finding, code="item_out_of_sight")
    assert not item(synced, "SHOP-2")["is_deleted"]


def test_cloud_never_calls_deleted_what_may_be_hidden(jira: Jira, synced: Store) -> None:
    hidden, deleted, told = (item(synced, key)["external_id"] for key in ("SHOP-2", "SHOP-3", "SHOP-4"))
    jira.hide(issue="SHOP-2")
    jira.delete("SHOP-3")
    jira.delete("SHOP-4")
    sync(
        synced, jira, at=AT + HOUR, census=True, told_deleted=[told, "999"]
    )  # one that is there is not deleted by words
    assert {item(synced, f"SHOP-{n}")["is_deleted"] for n in (2, 3, 4)} == {True}
    doubtful = rows(synced, t.Finding, code="item_deleted_or_hidden")
    assert {one["subject_id"] for one in doubtful} == {hidden, deleted}
    said = [Reader("en").say(finding_text(one["code"], one["subject_label"], one["params"])) for one in doubtful]
    assert all("was deleted, or is hidden from this account" in one for one in said)
    before = tables(synced)
    sync(synced, jira, at=AT + 2 * HOUR, census=True)
    assert tables(synced) == before
    sync(synced, jira, at=AT + 3 * HOUR, census=True, told_deleted=[deleted])  # the event came late
    assert [one["subject_id"] for one in rows(synced, t.Finding, code="item_deleted_or_hidden")] == [hidden]
    jira.hide(issue="SHOP-2", hidden=False)
    sync(synced, jira, at=AT + 4 * HOUR, census=True)
    assert not rows(synced, t.Finding, code="item_deleted_or_hidden")
    assert not item(synced, "SHOP-2")["is_deleted"]


def test_an_issue_named_by_a_webhook_that_is_hidden_is_not_called_deleted(jira: Jira, synced: Store) -> None:
    jira.hide(issue="SHOP-2")
    sync(synced, jira, at=AT + HOUR, issue_keys=[item(synced, "SHOP-2")["external_id"]])
    (doubtful,) = rows(synced, t.Finding, code="item_deleted_or_hidden")
    assert doubtful["subject_label"] == "SHOP-2"


def test_data_center_tells_a_hidden_issue_from_a_deleted_one(sqlite_store: Store) -> None:
    with running("data-center", issues=10) as jira:
        connect(sqlite_store, jira)
        sync(sqlite_store, jira)
        jira.hide(issue="SHOP-2")
        jira.delete("SHOP-3")
        sync(sqlite_store, jira, at=AT + HOUR, census=True)
    assert not item(sqlite_store, "SHOP-2")["is_deleted"]
    assert item(sqlite_store, "SHOP-3")["is_deleted"]
    (hidden,) = [one for one in rows(sqlite_store, t.Finding) if one["code"].startswith("item_")]
    assert (hidden["code"], hidden["subject_label"]) == ("item_out_of_sight", "SHOP-2")


def test_the_census_comes_once_a_day(jira: Jira, synced: Store) -> None:
    jira.delete("SHOP-2")
    sync(synced, jira, at=AT + timedelta(hours=23))
    assert not item(synced, "SHOP-2")["is_deleted"]
    sync(synced, jira, at=AT + timedelta(hours=24))
    assert item(synced, "SHOP-2")["is_deleted"]


def test_single_issues_as_a_webhook_names_them(jira: Jira, synced: Store) -> None:
    jira.edit("SHOP-3", summary="Told by a webhook")
    jira.edit("SHOP-4", summary="Not told")
    jira.delete("SHOP-5")
    jira.clear()
    outcome = sync(synced, jira, at=AT + HOUR, issue_keys=["SHOP-3", "SHOP-5"])
    assert (outcome.state, outcome.fresh_since) == ("done", AT)
    assert outcome.requests <= 8
    assert item(synced, "SHOP-3")["title"] == "Told by a webhook"
    assert item(synced, "SHOP-4")["title"] != "Not told"
    assert item(synced, "SHOP-5")["is_deleted"]
    sync(synced, jira, at=AT + 2 * HOUR)
    assert item(synced, "SHOP-4")["title"] == "Not told"
