"""`sync` and `reparse` in the shell: what they print for people and for programs, and their exit codes."""

import json
from collections.abc import Iterator

import pytest

import fortnight
from actions.sources import set_credential
from connectors.jira.credential import Credential
from core.actor import local_admin
from services.demo_jira.server import Jira, running
from store import tables as t
from store.db import Store
from store.locks import source_lock
from tests.actions.syncing import connect, rows

Out = pytest.CaptureFixture[str]


@pytest.fixture
def jira(sqlite_store: Store) -> Iterator[Jira]:
    """A simulated Jira, connected as the source `jira`."""
    with running("data-center", issues=30) as server:
        connect(sqlite_store, server, patience_seconds=0)
        set_credential(sqlite_store, local_admin(), source_id=1, credential=Credential("token", None, server.token))
        yield server


def test_what_it_prints(jira: Jira, sqlite_store: Store, capsys: Out) -> None:
    jira.malformed("SHOP-5")
    assert fortnight.main(["sync", "jira", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["source"], told["state"], told["error"]) == ("jira", "done", None)
    assert told["rows"]["work_item"] == {"added": 29, "changed": 0, "unchanged": 0}
    assert [(one["stream"], one["label"]) for one in told["skipped"]] == [("issue", "SHOP-5")]
    assert told["requests"] > 5
    assert told["seconds"] > 0
    assert fortnight.main(["sync", "--lang", "zh"]) == 0
    assert "同步完成" in capsys.readouterr().out
    with source_lock(sqlite_store, 1):
        assert fortnight.main(["sync", "jira", "--lang", "en"]) == 0
    assert "another sync of it is running" in capsys.readouterr().out
    assert fortnight.main(["reparse", "jira", "--json"]) == 0
    (again,) = json.loads(capsys.readouterr().out)
    assert again["rows"]["work_item"] == {"added": 0, "changed": 0, "unchanged": 29}
    jira.expire_token()
    assert fortnight.main(["sync", "jira", "--lang", "zh"]) == 1
    failed = capsys.readouterr()
    assert "同步失败" in failed.out
    assert failed.err.count("\n") == 1
    assert jira.token not in failed.out + failed.err
    assert rows(sqlite_store, t.SyncRun)[-1]["state"] == "failed"


def test_nothing_connected(sqlite_store: Store, capsys: Out) -> None:
    assert fortnight.main(["sync"]) == 0
    assert "sources add jira" in capsys.readouterr().out
    assert fortnight.main(["sync", "nowhere"]) == 1
