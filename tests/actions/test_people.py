"""People and grants: who may change them, whom that signs out, and what is left in the log."""

from datetime import timedelta

import pytest

from access.permissions import Permission, may
from access.policy import Policy
from access.sessions import Sessions, grants_of, is_owned, token_hash, valid_session
from actions import people
from actions.accounts import link_person, make_first_link, use_link
from actions.sign_in import Browser, sign_in, sign_out
from core.actor import Actor, Granted, Role, local_admin
from core.clock import now
from core.errors import Invalid, NotFound, Refused
from store.db import Store
from store.read import rows_where
from store.tables import PasswordRecord, Person, SignInSession
from tests.actions.shop import audit_log
from tests.services.doors import cheap_passwords  # noqa: F401 - a fixture

PASSWORD = "three blue whales"
BROWSER = Browser(Policy(), "192.0.2.1")


def made(store: Store, name: str = "wang", **more: str) -> Person:
    return people.add_person(store, local_admin(), name=name, **{"role": "viewer", "password": PASSWORD, **more})


def signed_in(store: Store, name: str = "wang") -> str:
    return sign_in(store, BROWSER, name=name, password=PASSWORD)


def test_an_account_has_its_grants_and_no_password_in_the_log(store: Store) -> None:
    person = made(store, role="lead", project="SHOP")
    people.grant_role(store, local_admin(), name="WANG", role="department", department="运营")
    people.grant_role(store, local_admin(), name="wang", role="department", department="运营")  # it is so already
    with store.reading() as session:
        assert set(grants_of(session, person.id or 0)) == {
            Granted(Role.LEAD, frozenset({"SHOP"}), frozenset()),
            Granted(Role.DEPARTMENT, frozenset(), frozenset({"运营"})),
        }
        (record,) = rows_where(session, PasswordRecord)
    assert (record.password_hash or "").startswith("$argon2id$")
    assert [entry.action for entry in audit_log(store)] == ["add_person", "grant_role"]
    assert PASSWORD not in repr(audit_log(store)) and "argon2" not in repr(audit_log(store))


@pytest.mark.parametrize("name", ["", "  ", "a" * 65, "local:root", "a\u202eb", "a\nb", "a\x00", "\ud800", "a\u200bb"])
def test_a_name_that_misleads_is_refused(sqlite_store: Store, name: str) -> None:
    with pytest.raises(Invalid):
        people.add_person(sqlite_store, local_admin(), name=name)


def test_one_name_has_one_account_however_it_is_typed(sqlite_store: Store) -> None:
    made(sqlite_store)
    with pytest.raises(Invalid, match="already"):
        made(sqlite_store, "ＷＡＮＧ ")
    with pytest.raises(NotFound):
        people.disable_person(sqlite_store, local_admin(), name="li")
    with pytest.raises(Invalid, match="king"):
        made(sqlite_store, "li", role="king")
    with pytest.raises(Invalid, match="guest"):
        made(sqlite_store, "li", role="guest")
    with sqlite_store.reading() as session:
        assert [row.name for row in rows_where(session, Person)] == ["wang"]


@pytest.mark.parametrize("what", ["disable", "grant", "revoke", "end"])
def test_losing_a_right_ends_the_open_sessions_at_once(sqlite_store: Store, what: str) -> None:
    made(sqlite_store)
    made(sqlite_store, "li")
    sessions = Sessions(lambda: sqlite_store, Policy())
    tokens = {name: signed_in(sqlite_store, name) for name in ("wang", "li")}
    assert all(sessions.find(token) for token in tokens.values())
    given = {"store": sqlite_store, "actor": local_admin(), "name": "wang"}
    ended = {
        "disable": lambda: people.disable_person(**given),
        "grant": lambda: people.grant_role(**given, role="lead", project="SHOP"),
        "revoke": lambda: people.revoke_role(**given, role="viewer"),
        "end": lambda: people.end_sessions(**given),
    }[what]()
    assert ended == 1 or what == "grant"
    assert sessions.find(tokens["wang"]) is None and sessions.find(tokens["li"]) is not None
    with sqlite_store.reading() as session:
        row = session.get(SignInSession, token_hash(tokens["wang"]))
        assert row is not None and row.ended_why in {"disabled", "grants_changed", "signed_out"}


def test_everybody_can_be_signed_out_at_once_and_no_link_stays(sqlite_store: Store) -> None:
    made(sqlite_store)
    made(sqlite_store, "li")
    sessions = Sessions(lambda: sqlite_store, Policy())
    link = people.invite_person(sqlite_store, local_admin(), name="li")
    tokens = [signed_in(sqlite_store, name) for name in ("wang", "li")]
    assert people.end_sessions(sqlite_store, local_admin(), name=None) == 2
    assert [sessions.find(token) for token in tokens] == [None, None]
    with pytest.raises(NotFound):
        link_person(sqlite_store, link)
    last = audit_log(sqlite_store)[-1]
    assert (last.subject, last.after) == ("everybody", {"sessions_ended": 2, "links_withdrawn": 1})
    people.end_sessions(sqlite_store, local_admin(), name=None)  # nothing is left to end: nothing is noted
    assert len(audit_log(sqlite_store)) == last.id


def test_a_disabled_account_stays_in_the_log_and_comes_back_as_it_was(sqlite_store: Store) -> None:
    made(sqlite_store)
    link = people.invite_person(sqlite_store, local_admin(), name="wang")
    people.disable_person(sqlite_store, local_admin(), name="wang")
    with pytest.raises(Refused):
        signed_in(sqlite_store)
    with pytest.raises(NotFound):
        use_link(sqlite_store, BROWSER, token=link, password="another good one")
    with pytest.raises(Invalid, match="disabled"):
        people.invite_person(sqlite_store, local_admin(), name="wang")
    with sqlite_store.reading() as session:
        assert is_owned(session)  # disabling everybody opens no door
    people.enable_person(sqlite_store, local_admin(), name="wang")
    assert signed_in(sqlite_store)


def test_nobody_grants_themselves_and_the_last_administrator_stays(sqlite_store: Store) -> None:
    first = made(sqlite_store, "zhao", role="admin")
    zhao = Actor("zhao", (Granted(Role.ADMIN, None, None),), person_id=first.id)
    with pytest.raises(Refused, match="themselves"):
        people.grant_role(sqlite_store, zhao, name="zhao", role="leader")
    for take in (people.disable_person, lambda *given, **more: people.revoke_role(*given, **more, role="admin")):
        with pytest.raises(Invalid, match="last administrator"):
            take(sqlite_store, zhao, name="zhao")
    made(sqlite_store, "qian", role="admin")
    people.revoke_role(sqlite_store, zhao, name="qian", role="admin")
    with pytest.raises(NotFound):
        people.revoke_role(sqlite_store, zhao, name="qian", role="admin")


def test_a_session_is_an_actor_with_its_address(store: Store) -> None:
    made(store, role="lead", project="SHOP")
    token = signed_in(store)
    with store.reading() as session:
        found = valid_session(session, token_hash(token), now(), Policy())
    assert found is not None
    actor = found.actor("192.0.2.1")
    assert (actor.name, actor.address, actor.person_id) == ("wang", "192.0.2.1", found.person_id)
    assert may(actor, Permission.RECORD_VERDICT, project="SHOP") and not may(
        actor, Permission.RECORD_VERDICT, project="OPS"
    )
    sign_out(store, found, "192.0.2.1")
    sign_out(store, found, "192.0.2.1")  # twice is once
    assert [entry.action for entry in audit_log(store)][-2:] == ["sign_in", "sign_out"]
    assert audit_log(store)[-1].address == "192.0.2.1"


def test_use_moves_the_idle_limit_and_nothing_else(sqlite_store: Store) -> None:
    made(sqlite_store)
    sessions = Sessions(lambda: sqlite_store, Policy(idle=timedelta(hours=1)))
    token, log = signed_in(sqlite_store), len(audit_log(sqlite_store))
    found = sessions.find(token)
    assert found is not None
    later = found.last_seen_at + timedelta(minutes=6)
    assert sessions.needs_touch(found, later) and not sessions.needs_touch(
        found, found.last_seen_at + timedelta(minutes=4)
    )
    people.touch_session(sqlite_store, found.token_sha256, later)
    with sqlite_store.reading() as session:
        row = session.get(SignInSession, found.token_sha256)
        assert row is not None and (row.last_seen_at, row.expires_at) == (later, found.expires_at)
    assert len(audit_log(sqlite_store)) == log


def test_the_first_link_is_replaced_by_the_next(sqlite_store: Store) -> None:
    first, second = (make_first_link(sqlite_store, local_admin()) for _ in range(2))
    with pytest.raises(NotFound):
        use_link(sqlite_store, BROWSER, token=first or "", password=PASSWORD, name="li")
    use_link(sqlite_store, BROWSER, token=second or "", password=PASSWORD, name="li")
    assert make_first_link(sqlite_store, local_admin()) is None
