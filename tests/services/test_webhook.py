"""A Jira tells of a change over HTTP: a right secret brings the issue in within a moment, a wrong one learns nothing."""

import hashlib
import hmac
import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import uvicorn
from starlette.applications import Starlette

from actions.sources import add_jira_source
from actions.sync import SyncOutcome
from actions.webhook_secrets import make_webhook_secret
from connectors.jira.credential import Credential
from services.demo_jira import server
from services.demo_jira.server import Jira, listening
from services.schedule import run_sync
from services.webhook import LARGEST_BODY, WEBHOOK, Gathering, Touched, sync_touched, touched_by, webhook_route
from store import tables as t
from store.db import Store
from store.read import rows_where
from tests.actions.shop import EVERYONE

PATIENCE = 20  # seconds a busy machine may take; nothing waits that long


@dataclass
class Heard:
    """The webhook's door, served over HTTP, and the syncs it began."""

    url: str
    store: Store
    source_id: int
    secret: str
    jira: Jira
    began: queue.Queue[tuple[Touched, SyncOutcome | None]] = field(default_factory=queue.Queue)

    def post(self, event: Any, *, path: str | None = None, sign: str | None = None, **query: str) -> requests.Response:
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        head = {}
        if sign is not None:
            head["X-Hub-Signature"] = "sha256=" + hmac.new(sign.encode(), body, hashlib.sha256).hexdigest()
        address = f"{self.url}/webhook/jira/{path or self.source_id}"
        return requests.post(address, data=body, headers=head, params=query, timeout=PATIENCE)

    def item(self, key: str) -> t.WorkItem:
        with self.store.reading() as session:
            (found,) = rows_where(session, t.WorkItem, key=key)
            session.expunge_all()
            return found


@pytest.fixture
def heard(sqlite_store: Store) -> Iterator[Heard]:
    with server.running("cloud", issues=30) as jira, listening() as door:
        source = add_jira_source(
            sqlite_store, EVERYONE, name="商城 Shop", credential=Credential("cloud", jira.account, jira.token),
            settings={"url": jira.url, "flavour": "cloud"},
        )  # fmt: skip
        secret = make_webhook_secret(sqlite_store, EVERYONE, source_id=source.id or 0)
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        made = Heard(address, sqlite_store, source.id or 0, secret, jira)

        def run(store: Store, source_id: int, touched: Touched) -> SyncOutcome | None:
            outcome = sync_touched(store, source_id, touched)
            made.began.put((touched, outcome))
            return outcome

        gathering = Gathering(run=run, gather_seconds=0.3, busy_seconds=0.1)
        app = Starlette(routes=[webhook_route(lambda: sqlite_store, gathering)])
        running = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        yield made
        running.should_exit = True
        thread.join(PATIENCE)


def updated(*keys: str) -> list[dict[str, Any]]:
    return [{"webhookEvent": "jira:issue_updated", "issue": {"id": key, "key": key}} for key in keys]


def test_the_touched_issues_come_in_together_and_nothing_else_is_read(heard: Heard) -> None:
    run_sync(heard.store, EVERYONE, heard.source_id)
    with heard.store.reading() as session:
        one, other = rows_where(session, t.WorkItem, is_deleted=False)[:2]
        keys, ids = (one.key, other.key), (one.external_id, other.external_id)
    for key in keys:
        heard.jira.edit(key, summary=f"{key} 改了")
    heard.jira.clear()
    for event in [*updated(*ids), *updated(ids[0])]:  # three events of a moment
        assert heard.post(event, secret=heard.secret).status_code == 202
    touched, outcome = heard.began.get(timeout=PATIENCE)
    assert touched == Touched(frozenset(ids)) and outcome is not None and outcome.state == "done"
    assert heard.began.empty()
    assert [heard.item(key).title for key in keys] == [f"{key} 改了" for key in keys]
    with heard.store.reading() as session:
        run = rows_where(session, t.SyncRun)[-1]
    assert (run.kind, run.actor) == ("issues", WEBHOOK.name)
    heard.jira.delete(keys[0])
    heard.jira.hide(issue=keys[1])
    heard.post({"webhookEvent": "jira:issue_deleted", "issue": {"id": ids[0]}}, secret=heard.secret)
    assert heard.began.get(timeout=PATIENCE)[1] is not None
    with (
        heard.store.reading() as session
    ):  # Cloud answers 404 to both: what the event told of is certain, the other is not
        assert {one.external_id for one in rows_where(session, t.WorkItem, is_deleted=True)} >= set(ids)
        doubtful = {one.subject_id for one in rows_where(session, t.Finding, code="item_deleted_or_hidden")}
    assert ids[1] in doubtful and ids[0] not in doubtful


def test_a_signature_is_as_good_as_the_secret_and_the_source_may_be_named(heard: Heard) -> None:
    event = {"webhookEvent": "sprint_started", "sprint": {"id": 5}}
    assert heard.post(event, path="商城 Shop", sign=heard.secret).status_code == 202
    touched, outcome = heard.began.get(timeout=PATIENCE)
    assert touched.is_whole and outcome is not None and outcome.state == "done"
    with heard.store.reading() as session:
        assert rows_where(session, t.SyncRun)[-1].kind == "sync" and rows_where(session, t.Sprint)


def test_a_wrong_secret_learns_nothing(heard: Heard) -> None:
    event = updated("1")[0]
    answers = [
        heard.post(event),
        heard.post(event, secret="wrong"),
        heard.post(event, secret=""),
        heard.post(event, sign="wrong"),
        heard.post(event, sign="wrong", secret=heard.secret),  # a signature that is wrong is not outweighed
        heard.post(event, path="999", secret=heard.secret),
        heard.post(event, path="sheets", secret=heard.secret),
        heard.post(event, path="0'--", secret=heard.secret),
    ]
    assert {(one.status_code, one.text) for one in answers} == {(403, "forbidden")}
    make_webhook_secret(heard.store, EVERYONE, source_id=heard.source_id)  # the former secret has ended
    assert heard.post(event, secret=heard.secret).status_code == 403
    assert requests.get(f"{heard.url}/webhook/jira/{heard.source_id}", timeout=PATIENCE).status_code == 405
    assert heard.began.empty()


def test_what_is_too_large_or_no_event_is_turned_away(heard: Heard) -> None:
    assert heard.post(b"{" + b" " * LARGEST_BODY + b"}", secret=heard.secret).status_code == 413
    for body in (b"", b"not json", b"[]", b'{"a": 1}', b'{"webhookEvent": "user_created"}'):
        answer = heard.post(body, secret=heard.secret)
        assert (answer.status_code, answer.json()["status"]) == (200, "ignored")
    assert heard.began.empty()


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        ({"webhookEvent": "jira:issue_created", "issue": {"id": "10001"}}, {"issue_keys": ["10001"]}),
        ({"webhookEvent": "comment_created", "issue": {"id": "10001"}}, {"issue_keys": ["10001"]}),
        ({"webhookEvent": "worklog_updated", "worklog": {"issueId": "7"}}, {"issue_keys": ["7"]}),
        (
            {"webhookEvent": "issuelink_created", "issueLink": {"sourceIssueId": 7, "destinationIssueId": 8}},
            {"issue_keys": ["7", "8"]},
        ),
        (
            {"webhookEvent": "jira:issue_deleted", "issue": {"id": "10001"}},
            {"census": True, "told_deleted": ["10001"]},
        ),
        ({"webhookEvent": "sprint_closed", "sprint": {"id": 5}}, {}),
        ({"webhookEvent": "board_configuration_changed"}, {}),
        ({"webhookEvent": "jira:issue_updated", "issue": {"id": "1) OR project = X"}}, {}),
        ({"webhookEvent": "jira:issue_updated", "issue": None}, {}),
    ],
)
def test_what_an_event_touches(event: dict[str, Any], wanted: dict[str, Any]) -> None:
    touched = touched_by(json.dumps(event).encode())
    assert touched is not None and touched.wanted == wanted


def test_a_busy_source_is_asked_again_and_many_issues_are_one_sync(sqlite_store: Store) -> None:
    answers = iter(["busy", "busy", "done"])
    seen: queue.Queue[dict[str, Any]] = queue.Queue()

    def run(_store: Store, _source_id: int, touched: Touched) -> SyncOutcome:
        state = next(answers)
        seen.put({"state": state, **touched.wanted})
        return SyncOutcome("x", state)  # type: ignore[arg-type]

    gathering = Gathering(run=run, gather_seconds=0.0, busy_seconds=0.0)
    gathering.add(sqlite_store, 1, Touched(frozenset({"1"})))
    found = [seen.get(timeout=PATIENCE) for _ in range(3)]
    assert [one["state"] for one in found] == ["busy", "busy", "done"] and found[-1]["issue_keys"] == ["1"]
    assert Touched(frozenset(map(str, range(500)))).wanted == {}
