"""`sources`: a Jira is tested, said in words, connected, corrected, given another credential, removed; files are watched."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.sources import stored_credential
from core.config import load_config
from core.reader import Reader
from services.demo_jira import server
from services.demo_jira.server import Jira
from store import tables as t
from store.db import open_store
from store.read import rows_where
from tests.cli.conftest import Run
from tests.cli.files import SPRINT, csv_text, write_csv


@pytest.fixture(scope="module")
def cloud() -> Iterator[Jira]:
    with server.running("cloud", issues=20) as found:
        yield found


@pytest.fixture(scope="module")
def center() -> Iterator[Jira]:
    with server.running("data-center", issues=20) as found:
        yield found


@pytest.fixture(autouse=True)
def _no_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORTNIGHT_JIRA_TOKEN", "FORTNIGHT_JIRA_EMAIL"):
        monkeypatch.delenv(name, raising=False)


def kept(name: str = "team") -> tuple[t.Source, str | None]:
    """The source as kept, and the kind of its credential."""
    store = open_store(load_config())
    with store.reading() as session:
        (found,) = rows_where(session, t.Source, name=name)
        credential = stored_credential(session, store.config, found.id or 0)
        session.expunge_all()
    store.engine.dispose()
    return found, credential.kind if credential else None


def test_a_cloud_is_connected_with_the_token_of_the_environment(
    house: Run, cloud: Jira, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORTNIGHT_JIRA_TOKEN", cloud.token)
    monkeypatch.setenv("FORTNIGHT_JIRA_EMAIL", cloud.account)
    done = house("sources", "add", "jira", "team", "--url", cloud.url, "--project", "SHOP", "--project", "APP")
    assert done.code == 0, done.err
    for said in ("Jira Cloud", "Signed in as 王芳, whose time zone is Asia/Shanghai", "Boards: ", "Sprints stand in the field",
                 "Estimates stand in the field", "Statuses that count as done", "python fortnight.py sync team"):  # fmt: skip
        assert said in done.out
    assert cloud.token not in done.out
    source, kind = kept()
    assert kind == "cloud" and source.settings["projects"] == ["SHOP", "APP"] and source.settings["flavour"] == "cloud"
    listed = house("sources")
    assert (listed.code, "team" in listed.out, "Jira" in listed.out) == (0, True, True)
    again = house("sources", "add", "jira", "team", "--url", cloud.url)
    assert "already a source “team”" in again.failure


@pytest.mark.parametrize(("content", "kind"), [("{account}\n{token}\n", "password"), ("{token}\n", "token")])
def test_a_data_center_is_told_apart_and_takes_either_credential(
    house: Run, center: Jira, tmp_path: Path, content: str, kind: str
) -> None:
    file = tmp_path / "credential"
    file.write_text(content.format(account=center.account, token=center.token))
    done = house("sources", "add", "jira", "team", "--url", center.url, "--credential-file", str(file))
    assert done.code == 0, done.err
    assert "Jira Data Center or Server" in done.out and kept()[1] == kind
    assert "Estimates stand in" in house("sources", "test", "team").out


def test_what_fails_says_why_and_keeps_nothing(house: Run, cloud: Jira, tmp_path: Path) -> None:
    add = ("sources", "add", "jira", "team", "--url")
    assert "There is no credential." in house(*add, cloud.url).failure  # nobody sits at this terminal
    wrong = tmp_path / "token"
    wrong.write_text("wrong\n")
    refused = house(*add, cloud.url, "--account", cloud.account, "--token-file", str(wrong)).failure
    assert "does not accept the credential" in refused and "wrong" not in refused.replace("is wrong", "")
    assert "begins with https://" in house(*add, "file:///etc/passwd", "--token-file", str(wrong)).failure
    assert "cannot be read" in house(*add, cloud.url, "--token-file", str(tmp_path / "none")).failure
    assert house("sources", "add", "github", "team", "--url", cloud.url).code == 2
    assert "There is no source yet." in house("sources").out


def test_every_guess_can_be_corrected(house: Run, cloud: Jira, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORTNIGHT_JIRA_TOKEN", cloud.token)
    monkeypatch.setenv("FORTNIGHT_JIRA_EMAIL", cloud.account)
    assert house("sources", "add", "jira", "team", "--url", cloud.url).code == 0
    done = house(
        "sources", "set", "team", "--name", "shop", "--project", "SHOP", "--board", "1", "--every", "0",
        "--estimation-field", "customfield_10016", "--sprint-field", "customfield_10020", "--acceptance-field", "x",
        "--epic-field", "y", "--type", "Task=chore", "--type", "A=B=bug", "--status", "待办=in_progress",
    )  # fmt: skip
    assert done.code == 0, done.err
    settings = kept("shop")[0].settings
    assert (settings["projects"], settings["boards"], "every_minutes" in settings) == (["SHOP"], ["1"], False)
    assert settings["estimation_field"] == "customfield_10016" and settings["type_mapping"]["A=B"] == "bug"
    told = house("sources", "test", "shop").out
    assert "(customfield_10016). It was told so." in told and "count as in progress: " in told
    assert house("sources", "set", "shop", "--estimation-field", "auto").code == 0
    assert "estimation_field" not in kept("shop")[0].settings
    assert house("sources", "set", "shop").code == 2
    assert "Kinds of types" in house("sources", "set", "shop", "--type", "Task=banana").failure
    assert "no such source: nix" in house("sources", "set", "nix", "--every", "5").failure


def test_another_credential_is_tested_before_it_replaces_the_old_one(
    house: Run, cloud: Jira, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORTNIGHT_JIRA_TOKEN", cloud.token)
    monkeypatch.setenv("FORTNIGHT_JIRA_EMAIL", cloud.account)
    assert house("sources", "add", "jira", "team", "--url", cloud.url).code == 0
    monkeypatch.setenv("FORTNIGHT_JIRA_TOKEN", "expired")
    assert "does not accept the credential" in house("sources", "credential", "team").failure
    monkeypatch.setenv("FORTNIGHT_JIRA_TOKEN", cloud.token)
    assert house("sources", "credential", "team").code == 0 and kept()[1] == "cloud"
    secret = house("sources", "webhook", "team").out.splitlines()[2]
    assert len(secret) > 30 and secret not in house("sources", "webhook", "team").out
    monkeypatch.setattr("builtins.input", lambda _asked: "another")
    assert "Nothing was removed." in house("sources", "remove", "team").failure
    monkeypatch.setattr("builtins.input", lambda _asked: "team")
    assert house("sources", "remove", "team").code == 0
    assert "There is no source yet." in house("sources").out


def test_files_are_watched_and_left(house: Run, tmp_path: Path) -> None:
    assert "No file is watched." in house("sources", "watch").out
    file = tmp_path / "backlog.csv"
    file.write_text("Key,Title,Sprint,Points,Status\nSHOP-1,Split orders,Sprint 1,3,Done\n")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    assert "was imported." in house("sources", "watch", str(file), "--kind", "backlog").out
    listed = house("sources", "watch").out
    store = open_store(load_config())
    with store.reading() as session:
        looked = session.get_one(t.WatchedFile, 1).last_looked_at
    store.engine.dispose()
    assert looked is not None
    assert str(file) in listed and Reader(zone="Asia/Shanghai").instant(looked) in listed  # as every other time is said
    assert "watched already" in house("sources", "watch", str(file)).failure
    assert house("sources", "watch", str(file), "--stop").code == 0
    assert "No file is watched." in house("sources", "watch").out


def test_how_a_sheet_is_counted_is_chosen_from_the_shell(house: Run, tmp_path: Path) -> None:
    rows = (
        ("S-1", "Split orders", "Story", "Done", *SPRINT, "3", "3", "", "", "2026-11-04 10:00"),
        ("S-2", "Old rule", "Story", "To do", *SPRINT, "5", "5", "2026-11-05 10:00", "2026-11-06 10:00", ""),
        ("S-3", "Its test", "Sub-task", "Done", *SPRINT, "2", "2", "", "", "2026-11-04 10:00"),
    )
    assert house("import", write_csv(tmp_path, csv_text(rows))).code == 0
    (source,) = house("sources", "--json").json

    def points() -> dict[str, float]:
        return house("show", "sprint", "--json").json["points"]  # type: ignore[no-any-return]

    # jira-cloud: S-2 shows in added and in removed; the sub-task follows its parent, uncounted.
    assert {one: points()[one] for one in ("committed", "added", "removed")} == {
        "committed": 3,
        "added": 5,
        "removed": 5,
    }
    done = house("sources", "set", source["source"], "--policy", "plan-cn", "--count-subtasks")
    assert (done.code, "is counted as chosen" in done.out) == (0, True), done.err
    # plan-cn: added then removed is left out; S-3 counts by itself.
    assert {one: points()[one] for one in ("committed", "added", "removed")} == {
        "committed": 5,
        "added": 0,
        "removed": 0,
    }
    assert house("sources", "--json").json[0]["policy"] == "plan-cn"
    assert house("sources", "set", source["source"], "--no-count-subtasks").code == 0
    assert points()["committed"] == 3 and house("sources", "--json").json[0]["policy"] == "plan-cn"
    assert house("sources", "set", source["source"], "--policy", "own").code == 2
    assert "no such source" in house("sources", "set", source["source"], "--policy", "jira-dc", "--every", "5").failure
