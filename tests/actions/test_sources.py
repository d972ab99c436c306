"""Connecting a Jira: what is kept, what is never shown, what may be corrected, and when a credential must be given again."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from actions import sources, watch, webhook_secrets
from actions.connection import credential_of, jira_settings
from actions.derive import rebuild
from actions.settings import save_source_settings
from actions.verdicts import record_verdict
from connectors.jira.credential import Credential
from core import secrets
from core.config import Config
from core.errors import FortnightError, Invalid, NotFound
from store import tables as t
from store.db import Store
from store.read import rows_where
from store.source_runs import standings
from tests.actions.shop import AT, EVERYONE, LATER, audit_log, everything, seed

SECRET = "ATATT3xFfGF0-very-secret-令牌"
CLOUD = Credential("cloud", "mei@example.org", SECRET)
URL = "https://team.atlassian.net"


def connect(store: Store, **more: Any) -> int:
    given = {"name": "Team", "credential": CLOUD, "settings": {"url": URL}, "at": AT, **more}
    return sources.add_jira_source(store, EVERYONE, **given).id or 0


def source(store: Store, source_id: int) -> t.Source:
    with store.reading() as session:
        found = session.get_one(t.Source, source_id)
        session.expunge_all()
        return found


# ---------------------------------------------------------------- encryption at rest


@pytest.fixture
def home_of_keys(tmp_path: Path) -> Config:
    return Config(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'x.db'}")


def test_what_is_sealed_opens_in_its_own_place_alone(home_of_keys: Config) -> None:
    sealed = secrets.seal(home_of_keys, b"hidden", place="credential 1")
    assert secrets.unseal(home_of_keys, sealed, place="credential 1") == b"hidden"
    assert b"hidden" not in sealed and sealed != secrets.seal(home_of_keys, b"hidden", place="credential 1")
    for bad, place in ((sealed, "credential 2"), (sealed[:-1] + bytes([sealed[-1] ^ 1]), "credential 1")):
        with pytest.raises(FortnightError, match="damaged or was moved"):
            secrets.unseal(home_of_keys, bad, place=place)


def test_the_key_lies_apart_and_is_its_owners_alone(home_of_keys: Config) -> None:
    secrets.seal(home_of_keys, b"x", place="p")
    path = secrets.key_path(home_of_keys)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["secrets.key"]  # no draft is left


@pytest.mark.parametrize("damage", ["missing", "other", "garbage"])
def test_without_its_key_a_secret_stays_closed_and_says_why(home_of_keys: Config, damage: str) -> None:
    sealed = secrets.seal(home_of_keys, b"hidden", place="p")
    path = secrets.key_path(home_of_keys)
    path.unlink()
    if damage == "other":
        secrets.seal(home_of_keys, b"another house", place="p")
    elif damage == "garbage":
        path.write_text("short")
    told = {"missing": "is missing", "other": "another key", "garbage": "cannot be read"}[damage]
    with pytest.raises(FortnightError, match=told) as raised:
        secrets.unseal(home_of_keys, sealed, place="p")
    assert "hidden" not in str(raised.value)
    assert path.exists() == (damage != "missing")  # opening never makes a key


def test_the_key_may_come_from_the_environment(home_of_keys: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(secrets.KEY_VARIABLE, "ab" * 32)
    sealed = secrets.seal(home_of_keys, b"hidden", place="p")
    assert not secrets.key_path(home_of_keys).exists()
    assert secrets.unseal(home_of_keys, sealed, place="p") == b"hidden"
    monkeypatch.setenv(secrets.KEY_VARIABLE, "too short")
    with pytest.raises(FortnightError, match="32 bytes"):
        secrets.unseal(home_of_keys, sealed, place="p")


# ---------------------------------------------------------------- connecting


def test_a_credential_is_kept_encrypted_and_told_nowhere(sqlite_store: Store) -> None:
    source_id = connect(sqlite_store)
    with sqlite_store.reading() as session:
        assert sources.stored_credential(session, sqlite_store.config, source_id) == CLOUD
    told = json.dumps([entry.model_dump(mode="json") for entry in audit_log(sqlite_store)], ensure_ascii=False)
    assert "mei@example.org" in told and SECRET not in told
    assert SECRET.encode() not in repr(everything(sqlite_store)).encode() and SECRET not in repr(CLOUD)
    for file in sqlite_store.config.home.rglob("*"):
        if file.is_file():
            assert SECRET.encode() not in file.read_bytes()


def test_a_backup_does_not_hold_the_key(sqlite_store: Store) -> None:
    from store.backup import back_up

    connect(sqlite_store)
    key = secrets.key_path(sqlite_store.config).read_bytes().strip()
    assert key and key not in back_up(sqlite_store).read_bytes()


@pytest.mark.parametrize(
    ("account", "url", "flavour", "kind"),
    [
        ("", URL, None, "token"),
        ("mei@example.org", URL, None, "cloud"),
        ("mei", "https://jira.example.org", None, "password"),
        ("mei@example.org", "http://127.0.0.1:1", "cloud", "cloud"),
        ("mei", "http://127.0.0.1:1", "data-center", "password"),
    ],
)
def test_what_kind_of_credential_was_given(account: str, url: str, flavour: str | None, kind: str) -> None:
    assert credential_of(account, " s ", url=url, flavour=flavour).kind == kind


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("file:///etc/passwd", "cannot be read: file:///etc/passwd. Give an address that begins with https"),
        ("ftp://jira.example.org", "Give an address that begins with https"),
        ("gopher://127.0.0.1", "Give an address that begins with https"),
        ("https://mei:hunter2@jira.example.org", "without a user name or password"),
        ("http://169.254.169.254/latest/meta-data", "does not connect to 169.254.169.254"),
        ("http://[fe80::1]", "does not connect to fe80::1"),
        ("http://0.0.0.0", "does not connect to 0.0.0.0"),
    ],
)
def test_addresses_that_are_refused_are_named(url: str, told: str) -> None:
    with pytest.raises(Invalid) as raised:
        jira_settings({"url": url})
    assert told in str(raised.value) and "hunter2" not in str(raised.value)


def test_an_address_that_was_copied_from_a_page_is_cut(sqlite_store: Store) -> None:
    source_id = connect(sqlite_store, settings={"url": f"{URL}/jira/software/projects/SHOP/boards/1"})
    assert source(sqlite_store, source_id).settings["url"] == URL


def test_a_name_is_taken_once_and_a_secret_is_needed(sqlite_store: Store) -> None:
    connect(sqlite_store)
    before = everything(sqlite_store)
    with pytest.raises(Invalid, match="already a source"):
        connect(sqlite_store)
    with pytest.raises(Invalid, match="Token or password"):
        connect(sqlite_store, name="Other", credential=Credential("token", None, ""))
    assert everything(sqlite_store) == before


# ---------------------------------------------------------------- correcting


def test_another_host_needs_its_credential_again(sqlite_store: Store) -> None:
    source_id = connect(sqlite_store)
    change = {"url": "https://evil.example.org"}
    with pytest.raises(Invalid, match="leads to another host: evil"):
        sources.change_jira_source(sqlite_store, EVERYONE, source_id=source_id, changes=change, at=LATER)
    with pytest.raises(Invalid, match="leads to another host"):
        down = {"url": URL.replace("https", "http")}
        sources.change_jira_source(sqlite_store, EVERYONE, source_id=source_id, changes=down, at=LATER)
    assert source(sqlite_store, source_id).settings["url"] == URL
    fresh = Credential("token", None, "new")
    sources.change_jira_source(sqlite_store, EVERYONE, source_id=source_id, changes=change, credential=fresh, at=LATER)
    with sqlite_store.reading() as session:
        assert sources.stored_credential(session, sqlite_store.config, source_id) == fresh


def test_a_corrected_guess_is_read_anew_and_given_back(sqlite_store: Store) -> None:
    source_id = connect(sqlite_store)
    with sqlite_store.writing() as session:
        found = session.get_one(t.Source, source_id)
        found.cursor = {"fetch": {"until": 1}, "touched": ["7"], "census_at": "2026-11-16T00:00:00+00:00"}
        session.add(found)
    given = {"estimation_field": "customfield_10016", "every_minutes": 0}
    sources.change_jira_source(sqlite_store, EVERYONE, source_id=source_id, changes=given, at=LATER)
    found = source(sqlite_store, source_id)
    assert found.settings["estimation_field"] == "customfield_10016" and "every_minutes" not in found.settings
    assert found.cursor["fetch"] == {} and found.cursor["touched"] == ["7"]
    sources.change_jira_source(
        sqlite_store, EVERYONE, source_id=source_id, changes={"estimation_field": None}, at=LATER
    )
    assert "estimation_field" not in source(sqlite_store, source_id).settings
    before = everything(sqlite_store)
    sources.change_jira_source(sqlite_store, EVERYONE, source_id=source_id, changes={"url": URL}, at=LATER)
    assert everything(sqlite_store) == before  # nothing changed, nothing written


def test_a_corrected_category_changes_the_figures_at_once(store: Store) -> None:
    source_id = seed(store, name="Team")
    with store.writing() as session:
        found = session.get_one(t.Source, source_id)
        found.kind, found.settings = "jira", {"url": URL}
        session.add(found)
    rebuild(store, EVERYONE, at=AT)
    before = derived(store)
    sources.change_jira_source(
        store, EVERYONE, source_id=source_id, changes={"status_mapping": {"Open": "done"}}, at=LATER
    )
    assert source(store, source_id).settings["status_mapping"] == {"Open": "done"}
    assert derived(store)["status"] == {"Open": "done", "Done": "done"} and before["status"]["Open"] == "todo"
    assert derived(store)["findings"] != before["findings"]  # done without a date, for instance
    sources.change_jira_source(
        store, EVERYONE, source_id=source_id, changes={"type_mapping": {"Story": "epic"}}, at=LATER
    )
    assert before["counted"] > 0 and derived(store)["counted"] == 0  # epics are listed, not counted (R6)


def test_the_settings_page_tells_a_jira_its_statuses_by_name(sqlite_store: Store) -> None:
    source_id = seed(sqlite_store, name="Team")
    with sqlite_store.writing() as session:
        found = session.get_one(t.Source, source_id)
        found.kind, found.settings = "jira", {"url": URL}
        session.add(found)
    save_source_settings(sqlite_store, EVERYONE, source_id=source_id, status_mapping={"open": "in_progress"}, at=LATER)
    assert source(sqlite_store, source_id).settings["status_mapping"] == {"Open": "in_progress"}


def derived(store: Store) -> dict[str, Any]:
    with store.reading() as session:
        totals = rows_where(session, t.SprintTotal, unit="count")
        return {
            "status": {one.name: one.category for one in rows_where(session, t.Status)},
            "findings": sorted(one.code for one in rows_where(session, t.Finding)),
            "counted": sum((one.committed or 0) + (one.added or 0) for one in totals),
        }


# ---------------------------------------------------------------- removing


def test_a_source_leaves_whole_unless_people_built_upon_it(store: Store) -> None:
    source_id = seed(store, name="Team")
    with store.writing() as session:
        found = session.get_one(t.Source, source_id)
        found.kind, found.settings = "jira", {"url": URL}
        session.add(found)
    sources.set_credential(store, EVERYONE, source_id=source_id, credential=CLOUD, at=AT)
    webhook_secrets.make_webhook_secret(store, EVERYONE, source_id=source_id, at=AT)
    record_verdict(store, EVERYONE, source_id=source_id, sprint_id="S1", work_item_id="2", verdict="accepted", at=LATER)
    with pytest.raises(Invalid, match="built upon its data"):
        sources.remove_source(store, EVERYONE, source_id=source_id, at=LATER)
    with store.writing() as session:
        for row in rows_where(session, t.Verdict):
            session.delete(row)
    assert sources.remove_source(store, EVERYONE, source_id=source_id, at=LATER) > 5
    with store.reading() as session:
        left = [model for model in (t.Source, t.Credential, t.WorkItem, t.Setting) if rows_where(session, model)]
    assert left == []
    with pytest.raises(NotFound):
        sources.remove_source(store, EVERYONE, source_id=source_id, at=LATER)


# ---------------------------------------------------------------- standing


def test_how_a_source_stands_is_told_from_its_whole_runs(store: Store) -> None:
    source_id = connect(store)
    with store.writing() as session:
        for minute, (kind, state, error) in enumerate(
            [("sync", "done", None), ("sync", "failed", "why"), ("issues", "done", None), ("sync", "running", None)]
        ):
            session.add(
                t.SyncRun(source_id=source_id, kind=kind, state=state, error=error, actor="x",
                          started_at=AT.replace(minute=minute))
            )  # fmt: skip
    with store.reading() as session:
        (one,) = standings(session)
    assert (one.last_state, one.last_error, one.every_minutes) == ("failed", "why", 15)
    assert one.fresh_since == AT.replace(minute=0) and one.last_at == AT.replace(minute=1)


# ---------------------------------------------------------------- watched files


SHEET = b"Key,Title,Sprint,Points,Status\nSHOP-1,Split orders,Sprint 1,3,Done\n"
MORE = SHEET + b"SHOP-2,Print labels,Sprint 1,5,Done\n"


def put(path: Path, content: bytes, *, age: float = 60) -> None:
    path.write_bytes(content)
    written = LATER.timestamp() - age
    os.utime(path, (written, written))


def look(store: Store, seen: dict[int, watch.Look] | None = None) -> str:
    (found,) = watch.look_at_files(store, EVERYONE, seen=seen, at=LATER)
    return found.outcome


def items(store: Store) -> int:
    with store.reading() as session:
        return len(rows_where(session, t.WorkItem))


def test_a_watched_file_comes_in_again_when_its_content_changes(sqlite_store: Store, tmp_path: Path) -> None:
    path, seen = tmp_path / "backlog.csv", {}
    put(path, SHEET)
    watch.watch_file(sqlite_store, EVERYONE, path=str(path), kind="backlog", at=AT)
    assert (look(sqlite_store, seen), look(sqlite_store, seen), look(sqlite_store)) == (
        "imported",
        "unchanged",
        "unchanged",
    )
    put(path, SHEET, age=30)  # touched, not changed
    assert look(sqlite_store, seen) == "unchanged" and items(sqlite_store) == 1
    put(path, MORE, age=0.5)  # somebody is still writing
    assert look(sqlite_store, seen) == "unsettled" and items(sqlite_store) == 1
    put(path, MORE)
    assert look(sqlite_store, seen) == "imported" and items(sqlite_store) == 2


def test_a_watched_file_that_goes_wrong_says_why_and_the_good_data_stands(sqlite_store: Store, tmp_path: Path) -> None:
    path = tmp_path / "backlog.csv"
    put(path, SHEET)
    row = watch.watch_file(sqlite_store, EVERYONE, path=str(path), kind="backlog", at=AT)
    assert look(sqlite_store) == "imported"
    put(path, SHEET.replace(b",3,", b",many,"))
    assert look(sqlite_store) == "failed" and look(sqlite_store) == "unchanged"
    assert "1 cell cannot be imported" in told(sqlite_store) and items(sqlite_store) == 1
    path.unlink()
    assert look(sqlite_store) == "failed" and "cannot be read" in told(sqlite_store)
    before = len(audit_log(sqlite_store))
    assert look(sqlite_store) == "unchanged" and len(audit_log(sqlite_store)) == before  # said once, not each minute
    put(path, MORE)
    assert look(sqlite_store) == "imported" and told(sqlite_store) == "" and items(sqlite_store) == 2
    watch.unwatch_file(sqlite_store, EVERYONE, watched_id=row.id or 0, at=LATER)
    assert watch.look_at_files(sqlite_store, EVERYONE, at=LATER) == [] and items(sqlite_store) == 2


def told(store: Store) -> str:
    from core.kept_errors import told_again

    (row,) = watch.watched_files(store)
    error = told_again(row.last_error) if row.last_error else None
    return str(error or "")


@pytest.mark.parametrize(
    ("name", "why"), [("backlog.csv", "cannot be read"), ("passwd", "no spreadsheet"), ("../x.csv", "cannot be read")]
)
def test_what_cannot_be_watched_is_refused(sqlite_store: Store, tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(FortnightError, match=why):
        watch.watch_file(sqlite_store, EVERYONE, path=str(tmp_path / name), at=AT)
    with pytest.raises(Invalid, match="no whole path"):
        watch.watch_file(sqlite_store, EVERYONE, path="backlog.csv", at=AT)
