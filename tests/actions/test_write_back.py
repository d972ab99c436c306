"""Back into Jira: off by default, a right of its own, and each comment once, whatever happens on the way."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from actions.demos import start_demo, take_note
from actions.settings import save_settings
from actions.sources import add_jira_source, change_jira_source
from actions.verdicts import record_verdict
from actions.write_back import write_back
from connectors.jira.client import Client
from connectors.jira.credential import Credential
from connectors.jira.settings import Settings
from connectors.jira.write import SEEN_AFTER, comment_once, writing_client
from core.actor import Role
from core.errors import Invalid, NotFound, Refused
from services.demo_jira import server
from services.demo_jira.server import Jira
from store.db import Store
from store.read import rows_where
from store.tables import Demo, WorkItem, WriteBack
from store.write import table_of
from tests.actions.shop import AT, EVERYONE, LATER, _seed_rows
from tests.actors import actor_of

_numbers = itertools.count()
WRITER = actor_of(Role.WRITER, projects={"SHOP"}, departments=set())


@pytest.fixture(scope="module")
def jira() -> Iterator[Jira]:
    with server.running("data-center", issues=20) as found:
        yield found


@pytest.fixture
def issue(jira: Jira) -> str:
    """An issue that nobody has commented on by us yet: a test of its own."""
    number = next(_numbers)
    return str(jira.get(f"/rest/api/2/search?maxResults=1&startAt={number}").json()["issues"][0]["id"])


def credential_of(jira: Jira) -> Credential:
    return Credential("password", jira.account, jira.token)


@pytest.fixture
def demo(sqlite_store: Store, jira: Jira, issue: str) -> Demo:
    """A demo of a sprint in Jira, one of whose items is an issue there, with a verdict and an action item."""
    store = sqlite_store
    given = {"url": jira.url, "flavour": "data-center"}
    source = (
        add_jira_source(store, EVERYONE, name="Team", credential=credential_of(jira), settings=given, at=AT).id or 0
    )
    with store.writing() as session:
        _seed_rows(session, source)
    with store.writing() as session:
        for name, column in (
            ("work_item", "external_id"),
            ("sprint_entry", "work_item_id"),
            ("stated_entry", "work_item_id"),
        ):
            session.connection().exec_driver_sql(f'UPDATE "{name}" SET {column} = ? WHERE {column} = ?', (issue, "2"))
    demo = start_demo(store, EVERYONE, source_id=source, sprint_id="S1", order=[issue], at=AT)
    record_verdict(
        store, EVERYONE, source_id=source, sprint_id="S1", work_item_id=issue, verdict="accepted", decided_by="王芳",
        remark="上限按门店设置", at=LATER,
    )  # fmt: skip
    take_note(
        store,
        EVERYONE,
        demo_id=demo.id or 0,
        kind="action",
        text="Ask finance",
        owner="李雷",
        work_item_id=issue,
        at=LATER,
    )
    return demo


def comments(jira: Jira, issue: str) -> list[str]:
    return [
        one["body"]
        for one in jira.get(f"/rest/api/2/issue/{issue}/comment").json()["comments"]
        if "fortnight-" in one["body"]
    ]


def allow(store: Store) -> None:
    save_settings(store, EVERYONE, changes={"writes_back": True}, at=AT)


def test_off_by_default_and_only_for_whom_it_was_granted(
    sqlite_store: Store, jira: Jira, demo: Demo, issue: str
) -> None:
    before = comments(jira, issue)
    with pytest.raises(Invalid, match="Nothing is written back"):
        write_back(sqlite_store, WRITER, demo_id=demo.id or 0, at=LATER)
    allow(sqlite_store)
    for role in (Role.ADMIN, Role.LEAD, Role.LEADER, Role.VIEWER):
        with pytest.raises(Refused):
            write_back(sqlite_store, actor_of(role), demo_id=demo.id or 0, at=LATER)
    with pytest.raises(NotFound):
        write_back(
            sqlite_store, actor_of(Role.WRITER, projects={"OPS"}, departments=set()), demo_id=demo.id or 0, at=LATER
        )
    assert comments(jira, issue) == before


def test_in_a_sprint_of_several_projects_only_issues_within_reach_are_written_to(
    sqlite_store: Store, jira: Jira, demo: Demo, issue: str
) -> None:
    allow(sqlite_store)
    before = comments(jira, issue)
    with sqlite_store.writing() as session:
        session.execute(table_of(WorkItem).update().where(WorkItem.external_id == issue).values(project_key="OPS"))  # type: ignore[arg-type]
    assert write_back(sqlite_store, WRITER, demo_id=demo.id or 0, at=LATER).sent == 0
    assert comments(jira, issue) == before
    both = actor_of(Role.WRITER, projects={"SHOP", "OPS"}, departments=set())
    assert write_back(sqlite_store, both, demo_id=demo.id or 0, at=LATER).sent == 2


def test_each_comment_stands_once_however_often_it_is_tried(
    sqlite_store: Store, jira: Jira, demo: Demo, issue: str
) -> None:
    allow(sqlite_store)
    before = len(comments(jira, issue))
    done = write_back(sqlite_store, WRITER, demo_id=demo.id or 0, at=LATER)
    assert (done.sent, done.before, done.failed) == (2, 0, ())
    verdict, action = comments(jira, issue)[before:]
    assert verdict.splitlines()[:3] == ["Demo of Sprint 1: accepted", "王芳", "上限按门店设置"]
    assert action.splitlines()[:2] == ["Action item from the demo of Sprint 1: Ask finance", "李雷"]
    again = write_back(sqlite_store, WRITER, demo_id=demo.id or 0, at=LATER)
    assert (again.sent, again.before) == (0, 2)
    with sqlite_store.writing() as session:  # as if the answers had been lost on the way
        session.execute(table_of(WriteBack).update().values(state="waiting", external_id=None))
    third = write_back(sqlite_store, WRITER, demo_id=demo.id or 0, at=LATER)
    assert (third.sent, third.failed) == (2, ())
    assert len(comments(jira, issue)) == before + 2


def test_what_failed_is_kept_and_goes_out_next_time(sqlite_store: Store, jira: Jira, demo: Demo, issue: str) -> None:
    allow(sqlite_store)
    before = len(comments(jira, issue))
    nobody = writing_client(Settings(url="http://127.0.0.1:9"), credential_of(jira))
    failed = write_back(sqlite_store, WRITER, demo_id=demo.id or 0, client=nobody, at=LATER)
    assert failed.sent == 0
    assert len(failed.failed) == 2
    with sqlite_store.reading() as session:
        assert {row.state for row in rows_where(session, WriteBack)} == {"failed"}
        assert all("127.0.0.1:9" in (row.error or "") for row in rows_where(session, WriteBack))
    assert nobody.requests == 2  # one try each: a write is not repeated by itself
    assert write_back(sqlite_store, WRITER, demo_id=demo.id or 0, at=LATER).sent == 2
    assert len(comments(jira, issue)) == before + 2


def test_a_comment_with_the_mark_is_found_behind_many_others(jira: Jira, issue: str) -> None:
    with Client(Settings(url=jira.url), credential_of(jira)) as client:
        first = comment_once(client, issue, "first", "fortnight-0123456789ab")
        for number in range(3):
            assert (
                jira.post(f"/rest/api/2/issue/{issue}/comment", {"body": f"other {number}"}).status_code
                == requests.codes.created
            )
        assert comment_once(client, issue, "first", "fortnight-0123456789ab") == first


def made(jira: Jira, text: str) -> list[dict[str, Any]]:
    found = jira.get("/rest/api/2/search?jql=ORDER+BY+id&maxResults=1000").json()["issues"]
    return [one["fields"] for one in found if one["fields"]["summary"] == text]


def test_action_items_become_new_issues_where_the_source_says_of_which_project_and_type(
    sqlite_store: Store, jira: Jira, demo: Demo, issue: str
) -> None:
    store, text, before = sqlite_store, f"Train the cashiers {issue}", len(comments(jira, issue))
    allow(store)
    kept = jira.get(f"/rest/api/2/issue/{issue}").json()["fields"]
    project, kind = kept["project"]["key"], kept["issuetype"]["name"]
    changes = {"new_issue_project": project, "new_issue_type": kind}
    change_jira_source(store, EVERYONE, source_id=demo.source_id, changes=changes, at=AT)
    take_note(store, EVERYONE, demo_id=demo.id or 0, kind="action", text=text, owner="韩梅", at=LATER)  # of no item
    done = write_back(store, WRITER, demo_id=demo.id or 0, at=LATER)
    assert (done.sent, done.issues, done.failed) == (3, 2, ())
    assert len(comments(jira, issue)) == before + 1  # the verdict
    (fields,) = made(jira, text)
    assert (fields["project"]["key"], fields["issuetype"]["name"]) == (project, kind)
    assert fields["description"].splitlines() == [f"Action item from the demo of Sprint 1: {text}", "韩梅"]
    with store.writing() as session:  # as if the answers had been lost on the way
        session.execute(table_of(WriteBack).update().values(state="waiting", external_id=None))
    hasty = write_back(store, WRITER, demo_id=demo.id or 0, at=LATER + SEEN_AFTER / 2)
    assert (hasty.sent, len(hasty.failed)) == (1, 2)
    assert all("tried a moment ago" in str(error) for _, error in hasty.failed)
    again = write_back(store, WRITER, demo_id=demo.id or 0, at=LATER + SEEN_AFTER)
    assert (again.sent, again.issues, again.before, again.failed) == (2, 2, 1, ())
    assert len(made(jira, text)) == 1
    with store.reading() as session:
        assert {row.kind for row in rows_where(session, WriteBack, subject_table="demo_note")} == {"issue"}


def test_a_project_that_is_not_there_is_said_and_the_rest_is_written(
    sqlite_store: Store, jira: Jira, demo: Demo, issue: str
) -> None:
    allow(sqlite_store)
    changes = {"new_issue_project": "NOWHERE", "new_issue_type": "Task"}
    change_jira_source(sqlite_store, EVERYONE, source_id=demo.source_id, changes=changes, at=AT)
    done = write_back(sqlite_store, WRITER, demo_id=demo.id or 0, at=LATER)
    assert (done.sent, done.issues, len(done.failed)) == (1, 0, 1)
