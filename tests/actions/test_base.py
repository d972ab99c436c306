"""What every action owes: an audit entry, the question whose thing it is, an aware instant; else nothing happens."""

from collections.abc import Iterator

import pytest

from access.permissions import Permission
from actions import base
from actions.base import Unaudited, acting, action
from core.actor import Actor
from core.errors import Refused
from store.db import Store
from store.tables import Setting
from tests.actions.shop import AT, audit_log, everything


@pytest.fixture
def name() -> Iterator[str]:
    """An action registered for one test."""

    @action(Permission.MANAGE_KPIS)
    def try_something() -> None:
        return None

    yield "try_something"
    base.ACTIONS.pop("try_something")


def a_setting() -> Setting:
    return Setting(name="x", value={"value": 1}, changed_at=AT, changed_by="x")


def test_without_an_audit_entry_nothing_is_written(store: Store, lead: Actor, name: str) -> None:
    before = everything(store)
    with pytest.raises(Unaudited), acting(store, lead, name, at=AT) as work:
        work.require(project="SHOP")
        work.add(a_setting())
    assert everything(store) == before


def test_without_asking_whose_thing_it_is_nothing_is_written(store: Store, lead: Actor, name: str) -> None:
    before = everything(store)
    with pytest.raises(Unaudited), acting(store, lead, name, at=AT) as work:
        work.add(a_setting())
        work.audit("x", None, None)
    assert everything(store) == before


def test_an_error_after_the_audit_entry_takes_both_back(store: Store, lead: Actor, name: str) -> None:
    before = everything(store)
    with pytest.raises(ZeroDivisionError), acting(store, lead, name, at=AT) as work:
        work.require(project="SHOP")
        work.add(a_setting())
        work.audit("x", None, None)
        _ = 1 // 0
    assert everything(store) == before


def test_what_is_found_to_be_so_already_leaves_nothing_behind(store: Store, lead: Actor, name: str) -> None:
    before = everything(store)
    with acting(store, lead, name, at=AT) as work:
        work.add(a_setting())
        work.nothing_changed()
    assert everything(store) == before


def test_the_permission_is_asked_before_anything_else(sqlite_store: Store, viewer: Actor, name: str) -> None:
    reached = []
    with pytest.raises(Refused), acting(sqlite_store, viewer, name, at=AT):
        reached.append(True)
    assert reached == []


def test_a_naive_instant_is_refused(sqlite_store: Store, lead: Actor, name: str) -> None:
    with pytest.raises(ValueError, match="time zone"), acting(sqlite_store, lead, name, at=AT.replace(tzinfo=None)):
        pass
    assert audit_log(sqlite_store) == []


def test_without_an_instant_it_happens_now(
    sqlite_store: Store, lead: Actor, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "now", lambda: AT)
    with acting(sqlite_store, lead, name) as work:
        work.require(project="SHOP")
        work.audit("x", None, None)
    assert [entry.at for entry in audit_log(sqlite_store)] == [AT]
