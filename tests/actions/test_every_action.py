"""Every action against every role, and on both databases: refused and granted; rows and audit entry together or not at all."""

import importlib
import pkgutil
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import DatabaseError

import tests.actions
from access.audit import verify
from access.permissions import MATRIX
from actions.base import registered
from core.actor import Role
from core.errors import FortnightError, NotFound, Refused
from core.reader import Reader
from core.wording_audit import ACTION
from core.wording_fields import field_words
from core.wording_subjects import SUBJECT, read
from store.db import Store, open_store
from store.tables import AuditEntry
from store.write import table_of
from tests.actions.action_cases import Case
from tests.actions.shop import Do, audit_log, everything
from tests.actions.who_may import WHO_MAY
from tests.actors import actor_of


def _cases() -> dict[str, Case]:
    """The cases of every module `tests/actions/..._cases.py`."""
    found: dict[str, Case] = {}
    for module in pkgutil.iter_modules(tests.actions.__path__):
        if module.name.endswith("_cases"):
            found |= importlib.import_module(f"tests.actions.{module.name}").CASES
    return dict(sorted(found.items()))


CASES = _cases()


def test_every_action_has_a_case_and_words_for_the_log() -> None:
    assert set(CASES) == set(registered())
    assert set(registered()) <= set(ACTION)
    assert set(SUBJECT) == set(ACTION)


def test_who_may_do_what_is_what_was_written_down() -> None:
    found = {name: {role for role in Role if doing.permission in MATRIX[role]} for name, doing in registered().items()}
    assert found == WHO_MAY


@pytest.mark.parametrize("name", CASES)
def test_only_whose_role_and_reach_allow_it(name: str, sqlite_store: Store) -> None:
    do = CASES[name].prepare(sqlite_store)
    doing, before = registered()[name], everything(sqlite_store)
    may = [role for role in Role if role in WHO_MAY[name]]
    for actor in (actor_of(), *(actor_of(role) for role in Role if role not in may)):
        with pytest.raises(Refused):
            do(actor)
    if not doing.is_house_wide:
        with pytest.raises((Refused, NotFound)):
            do(actor_of(*Role, projects={"OPS"}, departments={"finance"}))
    assert everything(sqlite_store) == before
    _granted(sqlite_store, name, do, may)


def _granted(store: Store, name: str, do: Do, roles: list[Role]) -> None:
    """Each of the roles does it, all on the same store as it was prepared."""
    prepared = store.config.home / "prepared.db"
    store.engine.dispose()
    shutil.copyfile(store.config.sqlite_path, prepared)
    for role in roles:
        actor = actor_of(role)
        do(actor)
        opened = open_store(store.config)  # a restore puts another file in its place
        assert {entry.action for entry in audit_log(opened) if entry.actor == actor.name} == {name}
        for one in (opened, store):
            one.engine.dispose()
        shutil.copyfile(prepared, store.config.sqlite_path)


@pytest.mark.parametrize("name", CASES)
def test_no_audit_entry_no_change_and_with_one_the_log_stays_whole(name: str, store: Store) -> None:
    case = CASES[name]
    if store.engine.dialect.name not in case.databases:
        assert not case.databases >= {"sqlite", "postgresql"}
        return
    do = case.prepare(store)
    actor = actor_of(*Role)
    if case.is_one_transaction:
        before = everything(store)
        with _no_room_in_the_log(store), pytest.raises((DatabaseError, FortnightError)):
            do(actor)
        assert everything(store) == before
    do(actor)
    log = audit_log(open_store(store.config))  # as after a restart
    assert (log[-1].actor, log[-1].action) == (actor.name, name)
    assert verify(log) == []
    wordings = SUBJECT[name]  # so that the log can be read in every language
    assert not wordings or any(read(one, log[-1].subject) is not None for one in wordings), log[-1].subject
    held = {*(log[-1].before or {}), *(log[-1].after or {})}
    assert {one for one in held if field_words(one, Reader("zh")).isascii()} <= {"n"}


@contextmanager
def _no_room_in_the_log(store: Store) -> Iterator[None]:
    """The database itself refuses every further audit entry."""
    name = table_of(AuditEntry).name
    begin, end = {
        "sqlite": (
            f"CREATE TRIGGER no_room BEFORE INSERT ON {name} BEGIN SELECT RAISE(ABORT, 'full'); END",
            "DROP TRIGGER no_room",
        ),
        "postgresql": (
            f'ALTER TABLE {name} ADD CONSTRAINT "full" CHECK (false) NOT VALID',
            f'ALTER TABLE {name} DROP CONSTRAINT "full"',
        ),
    }[store.engine.dialect.name]
    _run(store, begin)
    yield
    _run(store, end)


def _run(store: Store, statement: str) -> None:
    with store.writing() as session:
        session.connection().exec_driver_sql(statement)
