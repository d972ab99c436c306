"""What a restored backup must not bring back: whoever was signed out, links that were used, a demo's old audience."""

import pytest

from access.guest_links import guest_token, opened_by
from access.policy import Policy
from access.sessions import AT_ONCE, Sessions
from actions import accounts, demos, maintenance, people
from actions.sign_in import Browser, sign_in
from core.actor import local_admin
from core.errors import NotFound
from store.db import Store
from store.frames import version
from store.read import rows_where
from store.tables import Demo, Person
from tests.actions.shop import AT, EVERYONE, audit_log, seed
from tests.services.doors import cheap_passwords  # noqa: F401 - a fixture

PASSWORD = "three blue whales"
BROWSER = Browser(Policy())


def test_a_server_that_runs_sees_the_restored_file(sqlite_store: Store) -> None:
    people.add_person(sqlite_store, local_admin(), name="wang", role="viewer")
    saved = maintenance.take_backup(sqlite_store, local_admin())
    with sqlite_store.reading() as session:
        before = version(session)
    maintenance.restore_backup(sqlite_store.config, local_admin(), saved)
    people.add_person(sqlite_store, local_admin(), name="li", role="viewer")
    with sqlite_store.reading() as session:
        assert version(session) != before
    assert [entry.action for entry in audit_log(sqlite_store)] == ["add_person", "restore_backup", "add_person"]


def test_as_many_entries_are_not_the_same_data(sqlite_store: Store) -> None:
    """What pages remember is kept by the store's version: a restored log may be as long as the one it replaces."""
    saved = maintenance.take_backup(sqlite_store, local_admin())  # itself an entry, which the copy does not have
    with sqlite_store.reading() as session:
        before = version(session)
    maintenance.restore_backup(sqlite_store.config, local_admin(), saved)
    assert len(audit_log(sqlite_store)) == 1
    with sqlite_store.reading() as session:
        assert version(session) != before


def test_a_restore_signs_everybody_out_and_withdraws_links(sqlite_store: Store) -> None:
    for name in ("wang", "li"):
        people.add_person(sqlite_store, local_admin(), name=name, role="viewer", password=PASSWORD)
    token = sign_in(sqlite_store, BROWSER, name="wang", password=PASSWORD)
    link = people.invite_person(sqlite_store, local_admin(), name="li")
    source = seed(sqlite_store)
    demo = demos.start_demo(sqlite_store, EVERYONE, source_id=source, sprint_id="S1", at=AT)
    audience = guest_token(demo)
    assert audience is not None
    saved = maintenance.take_backup(sqlite_store, local_admin())
    sessions = Sessions(lambda: sqlite_store, Policy())
    assert sessions.find(token) is not None

    maintenance.restore_backup(sqlite_store.config, local_admin(), saved)
    assert sessions.find(token, relying_on=AT_ONCE) is None
    with pytest.raises(NotFound):
        accounts.link_person(sqlite_store, link)
    with sqlite_store.reading() as session:
        assert opened_by(session, demo.id or 0, audience) is None
        assert guest_token(rows_where(session, Demo)[0]) is not None  # the presenter shows a new one
        assert len(rows_where(session, Person)) == 2
    told = audit_log(sqlite_store)[-1]
    assert told.action == "restore_backup" and told.after is not None
    assert (told.after["sessions_ended"], told.after["links_withdrawn"]) == (1, 1)
    assert sign_in(sqlite_store, BROWSER, name="wang", password=PASSWORD)
