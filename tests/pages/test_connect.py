"""Connecting a Jira on the data page: tested before it is kept, corrected, read in the background, told when it goes stale."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from actions import sources
from connectors.jira.credential import Credential
from core.actor import Role, local_admin
from core.config import load_config
from core.errors import FortnightError
from core.i18n import Text
from core.kept_errors import kept
from pages.components import data
from pages.components.data.sources import connected, standings
from services.demo_jira import server
from services.demo_jira.server import Jira
from services.schedule import SYNCS
from store import tables as t
from store.db import Store, open_store
from store.read import rows_where
from tests.actors import actor_of
from tests.pages.conftest import TODAY, OpenPage, page_html, page_text
from tests.pages.test_data import press, rows_of

BACKLOG = "Key,Title,Sprint,Points,Status\nSHOP-1,Split orders,Sprint 1,3,Done\n"


@pytest.fixture(scope="module")
def jira() -> Iterator[Jira]:
    with server.running("cloud", issues=40) as found:
        yield found


@pytest.fixture
def store(empty_home: Path) -> Iterator[Store]:
    opened = open_store(load_config())
    yield opened
    opened.engine.dispose()


def fill(test: AppTest, **given: str) -> AppTest:
    for key, value in given.items():
        next(one for one in test.text_input if one.key == f"data.jira.{key}").set_value(value)
    return test


def connect(store: Store, jira: Jira, name: str = "Shop") -> int:
    credential = Credential("cloud", jira.account, jira.token)
    made = sources.add_jira_source(
        store, local_admin(), name=name, credential=credential, settings={"url": jira.url, "flavour": "cloud"}, at=TODAY
    )
    return made.id or 0


def run_of(store: Store, source_id: int, state: str, hours: float, error: str | None = None, **more: Any) -> int:
    with store.writing() as session:
        given = {"started_at": TODAY - timedelta(hours=hours), "state": state, "error": error, **more}
        run = t.SyncRun(source_id=source_id, kind="sync", actor="schedule", **given)
        session.add(run)
        session.flush()
        return run.id or 0


def test_a_jira_is_tested_then_connected_and_read_in(empty_home: Path, jira: Jira, open_page: OpenPage) -> None:
    test = fill(open_page("data"), url=jira.url, account=jira.account, secret=jira.token)
    press(test, "data.jira.test")
    html = page_text(test)
    assert "The connection works." in html and "Jira Cloud" in html and "About 40 issues." in html
    assert rows_of("source") == 0 and jira.token not in page_html(test)  # nothing is kept before it is asked for
    next(one for one in test.text_input if one.key == "data.jira.name").set_value("Shop")
    press(test, "data.jira.send")
    SYNCS.wait()
    data.forget_version()
    (one,) = connected()
    assert one.name == "Shop" and one.settings["every_minutes"] == 15 and rows_of("work_item") == 40
    assert "estimation_field" not in one.settings  # a guess that nobody changed stays a guess
    test.run()
    html = page_text(test)
    assert "1 source, fresh since" in html and "syncs every 15 minutes" in html and "everything" not in headline(test)
    assert jira.token not in page_html(test) and "data.tested" not in test.session_state


def test_a_field_is_chosen_by_its_name_and_id_before_the_first_sync_and_after(
    store: Store, jira: Jira, open_page: OpenPage
) -> None:
    test = fill(open_page("data"), url=jira.url, account=jira.account, secret=jira.token)
    press(test, "data.jira.test")
    field = next(one for one in test.selectbox if one.key == "data.jira.estimation_field")
    assert field.options[0] == "find it by itself"
    twins = {"Story Points (customfield_10028)", "Story Points (customfield_10036)"}  # names are not unique
    assert twins | {"Story point estimate (customfield_10016)"} <= set(field.options)
    assert field.value == "customfield_10028"  # as it was guessed
    field.set_value("customfield_10016")
    next(one for one in test.text_input if one.key == "data.jira.name").set_value("Shop")
    press(test, "data.jira.send")
    SYNCS.wait()
    data.forget_version()
    (one,) = connected()
    assert one.settings["estimation_field"] == "customfield_10016" and "sprint_field" not in one.settings
    test = open_page("data")
    key = f"data.correct_{one.source_id}"
    field = next(one for one in test.selectbox if one.key == f"{key}.estimation_field")
    assert field.value == "customfield_10016" and twins <= set(field.options)
    field.set_value("")
    press(test, f"{key}.send")
    data.forget_version()
    assert "estimation_field" not in {name for name, value in connected()[0].settings.items() if value}


def headline(test: AppTest) -> str:
    return page_text(test).split("Sources")[0]


@pytest.mark.parametrize(
    ("url", "secret", "told"),
    [
        ("{url}", "wrong", "接受"),
        ("file:///etc/passwd", "x", "file:///etc/passwd"),
    ],
)
def test_what_does_not_connect_says_why_and_keeps_what_was_typed(
    url: str, secret: str, told: str, empty_home: Path, jira: Jira, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.connection.TEST_SECONDS", 0.0)
    test = fill(open_page("data", "zh"), url=url.format(url=jira.url), account=jira.account, secret=secret)
    press(test, "data.jira.test")
    assert told in page_text(test) and "fn-failed" in page_html(test)
    assert next(one for one in test.text_input if one.key == "data.jira.url").value == url.format(url=jira.url)
    assert rows_of("source") == 0 and not [one for one in test.button if one.key == "data.jira.send"]


def test_what_counts_is_corrected_on_the_page(store: Store, jira: Jira, open_page: OpenPage) -> None:
    source_id = connect(store, jira)
    from services.schedule import run_sync

    outcome = run_sync(store, local_admin(), source_id, at=TODAY)
    assert outcome is not None and outcome.state == "done"
    test = open_page("data")
    statuses = [one for one in test.selectbox if str(one.key).startswith(f"data.correct_{source_id}.status_")]
    todo = next(one for one in statuses if one.value == "todo")
    todo.set_value("in_progress")
    press(test, f"data.correct_{source_id}.send")
    data.forget_version()
    mapped = connected()[0].settings["status_mapping"]
    assert list(mapped.values()) == ["in_progress"]
    with store.reading() as session:
        assert {one.category for one in rows_where(session, t.Status, name=list(mapped))} == {"in_progress"}


def test_a_running_sync_shows_how_far_it_is_and_can_be_stopped(store: Store, jira: Jira, open_page: OpenPage) -> None:
    source_id = connect(store, jira)
    progress = {"stage": "issue", "done": 3400, "total": 10000, "rate": 250.0, "seconds_left": 26}
    run_id = run_of(store, source_id, "running", 0.1, progress=progress)
    test = open_page("data")
    assert "Issues · 3,400 of 10,000 · 250 a second · about 26 s left" in page_text(test)
    press(test, f"data.cancel.{run_id}")
    with store.reading() as session:
        assert session.get_one(t.SyncRun, run_id).is_cancel_asked


def test_every_page_says_what_is_not_up_to_date_since_when_and_why(
    store: Store, jira: Jira, open_page: OpenPage
) -> None:
    source_id = connect(store, jira)
    run_of(store, source_id, "done", 3)
    assert "nothing newer has come in" in page_text(open_page("data"))  # older than three intervals
    run_of(store, source_id, "done", -0.9)
    sources.change_jira_source(store, local_admin(), source_id=source_id, changes={"every_minutes": 20}, at=TODAY)
    assert "nothing newer has come in" not in page_text(open_page("data"))
    why = FortnightError(Text("The database does not answer."))
    skipped = [
        {
            "stream": "issue",
            "id": "7",
            "label": "SHOP-7",
            "why": {"message": "It has no fields.", "one": None, "params": {}},
        }
    ]
    run_of(store, source_id, "failed", -0.95, kept(why), skipped=skipped)
    sources.change_jira_source(store, local_admin(), source_id=source_id, changes={"every_minutes": 15}, at=TODAY)
    assert "数据库没有响应" in page_text(open_page("overview", "zh"))
    text = page_text(open_page("data"))
    assert (
        "Shop: nothing newer has come in since" in text
        and "The last sync failed" in text
        and "The last good figures stay." in text
    )
    assert "SHOP-7" in text and "It has no fields." in text and standings()[0].last_state == "failed"


def test_a_webhook_secret_is_shown_once_and_a_source_leaves_by_its_name(
    store: Store, jira: Jira, open_page: OpenPage
) -> None:
    source_id = connect(store, jira)
    test = press(open_page("data"), f"data.webhook_{source_id}")
    from actions.webhook_secrets import webhook_secret

    with store.reading() as session:
        secret = webhook_secret(session, store.config, source_id)
    assert secret is not None and secret in page_html(test)
    test.run()
    assert secret not in page_html(test)
    key = f"data.remove_{source_id}"
    next(one for one in test.text_input if one.key == f"{key}.name").set_value("Another")
    press(test, f"{key}.send")
    assert rows_of("source") == 1 and "nothing was removed" in page_text(test)
    next(one for one in test.text_input if one.key == f"{key}.name").set_value("Shop")
    press(test, f"{key}.send")
    assert rows_of("source") == 0 and rows_of("credential") == 0


def test_a_file_of_the_server_is_watched(empty_home: Path, tmp_path: Path, open_page: OpenPage) -> None:
    path = tmp_path / "backlog.csv"
    path.write_text(BACKLOG)
    test = open_page("data")
    next(one for one in test.text_input if one.key == "data.watch.path").set_value(str(path))
    press(test, "data.watch.send")
    assert rows_of("watched_file") == 1 and "not looked at yet" in page_text(test)


def test_who_may_not_manage_sources_sees_how_they_stand_and_no_form(
    store: Store, jira: Jira, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(store, jira)
    monkeypatch.setattr("pages.components.session.local_admin", lambda: actor_of(Role.LEADER))
    test = open_page("data")
    assert "not read in yet" in page_text(test)
    assert not [one for one in test.text_input if str(one.key).startswith("data.")]
    assert not [one for one in test.button if str(one.key).startswith("data.jira")]
