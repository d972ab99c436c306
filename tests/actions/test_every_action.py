"""Every action against every role, on both databases: refused and granted; rows and audit entry together or not at all."""

import pytest
from sqlalchemy.exc import DatabaseError

from access.audit import verify
from access.permissions import MATRIX
from actions.base import registered
from core.actor import Actor, Role
from core.errors import FortnightError, NotFound, Refused
from store.db import Store, open_store
from store.tables import AuditEntry
from store.write import table_of
from tests.actions.action_cases import CASES
from tests.actions.shop import audit_log, everything
from tests.actors import actor_of

ONE_TRANSACTION = [name for name, case in CASES.items() if case.is_one_transaction]
OF_SOMEONE = [name for name in CASES if name in registered() and not registered()[name].is_house_wide]


def test_every_action_has_a_case() -> None:
    assert set(CASES) == set(registered())


@pytest.mark.parametrize("role", list(Role), ids=str)
@pytest.mark.parametrize("name", CASES)
def test_permission_by_role(name: str, role: Role, sqlite_store: Store) -> None:
    do = CASES[name].prepare(sqlite_store)
    before = everything(sqlite_store)
    actor = actor_of(role)
    if registered()[name].permission in MATRIX[role]:
        do(actor)
        written = [entry for entry in audit_log(open_store(sqlite_store.config)) if entry.actor == actor.name]
        assert {entry.action for entry in written} == {name}
    else:
        with pytest.raises(Refused):
            do(actor)
        assert everything(sqlite_store) == before


@pytest.mark.parametrize("name", CASES)
def test_nobody_may_do_anything(name: str, sqlite_store: Store, nobody: Actor) -> None:
    do = CASES[name].prepare(sqlite_store)
    before = everything(sqlite_store)
    with pytest.raises(Refused):
        do(nobody)
    assert everything(sqlite_store) == before


@pytest.mark.parametrize("name", OF_SOMEONE)
def test_someone_elses_project_is_out_of_reach(name: str, sqlite_store: Store) -> None:
    do = CASES[name].prepare(sqlite_store)
    before = everything(sqlite_store)
    with pytest.raises((Refused, NotFound)):
        do(actor_of(*Role, projects={"OPS"}, departments={"finance"}))
    assert everything(sqlite_store) == before


@pytest.mark.parametrize("name", CASES)
def test_the_action_runs_on_both_databases_and_the_log_stays_whole(name: str, store: Store) -> None:
    if store.engine.dialect.name not in CASES[name].databases:
        assert not CASES[name].databases >= {"sqlite", "postgresql"}
        return
    do = CASES[name].prepare(store)
    actor = actor_of(*Role)
    do(actor)
    log = audit_log(open_store(store.config))  # as after a restart
    assert (log[-1].actor, log[-1].action) == (actor.name, name)
    assert verify(log) == []


@pytest.mark.parametrize("name", ONE_TRANSACTION)
def test_no_audit_entry_no_change(name: str, store: Store) -> None:
    if store.engine.dialect.name not in CASES[name].databases:
        assert not CASES[name].databases >= {"sqlite", "postgresql"}
        return
    do = CASES[name].prepare(store)
    before = everything(store)
    _refuse_audit_entries(store)
    with pytest.raises((DatabaseError, FortnightError)):
        do(actor_of(*Role))
    assert everything(store) == before


def _refuse_audit_entries(store: Store) -> None:
    """Make the database itself refuse every further audit entry."""
    name = table_of(AuditEntry).name
    statement = {
        "sqlite": f"CREATE TRIGGER no_room BEFORE INSERT ON {name} BEGIN SELECT RAISE(ABORT, 'full'); END",
        "postgresql": f'ALTER TABLE {name} ADD CONSTRAINT "full" CHECK (false) NOT VALID',
    }[store.engine.dialect.name]
    with store.writing() as session:
        session.connection().exec_driver_sql(statement)
