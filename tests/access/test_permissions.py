"""Who may do what, and how far each role reaches."""

from dataclasses import replace

import pytest

from access.permissions import ANYWHERE, MATRIX, READ_BEFORE, Permission, is_masked, may, require, scope_of, where_may
from core.actor import EVERYTHING, Actor, Granted, Role, Scope, local_admin
from core.errors import Refused
from core.reader import Reader
from core.wording_actions import PERMISSION, ROLE
from tests.actors import actor_of

LEAD_OF_SHOP = actor_of(Role.LEAD, projects={"SHOP"}, departments={"ops"})
OPS = actor_of(Role.DEPARTMENT, projects={"SHOP"}, departments={"ops"})


def test_every_role_and_permission_has_words() -> None:
    assert set(PERMISSION) == set(Permission)
    assert set(ROLE) == set(Role) == set(MATRIX)


def test_every_permission_is_held_by_some_role() -> None:
    assert frozenset().union(*MATRIX.values()) == set(Permission)


def test_the_matrix_is_what_issue_5_says() -> None:
    assert not MATRIX[Role.ADMIN] & {Permission.SIGN_CHANGE, Permission.WAIVE_CHANGE, Permission.RECORD_VERDICT}
    assert {Permission.RECORD_VERDICT, Permission.IMPORT_DATA, Permission.MANAGE_CHANGES} <= MATRIX[Role.LEAD]
    assert Permission.SIGN_CHANGE not in MATRIX[Role.LEAD]
    assert {Permission.SIGN_CHANGE, Permission.WAIVE_CHANGE} <= MATRIX[Role.LEADER]
    assert Permission.READ_SPRINTS not in MATRIX[Role.DEPARTMENT]
    assert all(permission.value.startswith("read_") for permission in MATRIX[Role.VIEWER])
    assert {one for one in MATRIX[Role.AUDITOR] if not one.value.startswith("read_")} == {
        Permission.EXPORT,
        Permission.UNMASK,
    }
    assert MATRIX[Role.GUEST] == {Permission.REACT}
    assert [role for role, held in MATRIX.items() if Permission.WRITE_BACK in held] == [Role.WRITER]
    holders = {role for role, held in MATRIX.items() if Permission.READ_AUDIT in held}
    assert holders == {Role.ADMIN, Role.AUDITOR}
    assert {role for role, held in MATRIX.items() if Permission.MANAGE_SETTINGS in held} == {Role.ADMIN}


def test_whoever_may_change_something_may_see_it() -> None:
    for held in MATRIX.values():
        assert {READ_BEFORE[permission] for permission in held if permission in READ_BEFORE} <= held


@pytest.mark.parametrize(
    ("actor", "permission", "project", "department", "expected"),
    [
        (LEAD_OF_SHOP, Permission.RECORD_VERDICT, ANYWHERE, ANYWHERE, True),
        (LEAD_OF_SHOP, Permission.RECORD_VERDICT, "SHOP", None, True),
        (LEAD_OF_SHOP, Permission.RECORD_VERDICT, "OPS", None, False),
        (LEAD_OF_SHOP, Permission.RECORD_VERDICT, None, None, False),
        (LEAD_OF_SHOP, Permission.MANAGE_KPIS, "OPS", "ops", False),  # a lead reaches by project alone
        (OPS, Permission.SUBMIT_FEEDBACK, "OTHER", "ops", True),
        (OPS, Permission.SUBMIT_FEEDBACK, "SHOP", "finance", False),  # a department reaches by department alone
        (OPS, Permission.SUBMIT_FEEDBACK, "SHOP", None, False),
        (OPS, Permission.RECORD_VERDICT, "SHOP", "ops", False),
        (actor_of(Role.LEADER), Permission.SIGN_CHANGE, None, None, True),
        (actor_of(Role.LEADER, projects={"SHOP"}, departments=set()), Permission.SIGN_CHANGE, "OPS", "x", False),
        (actor_of(Role.LEADER, projects=set(), departments={"ops"}), Permission.SIGN_CHANGE, "OPS", "ops", True),
        (actor_of(), Permission.READ_KPIS, ANYWHERE, ANYWHERE, False),
    ],
)
def test_reach(actor: Actor, permission: Permission, project: str, department: str, expected: bool) -> None:
    assert may(actor, permission, project=project, department=department) is expected


def test_a_refusal_says_who_may_not_do_what_in_both_languages() -> None:
    with pytest.raises(Refused) as refused:
        require(OPS, Permission.MANAGE_SETTINGS)
    assert "department may not do this: change the settings." in refused.value.say(Reader("en"))
    assert "修改设置" in refused.value.say(Reader("zh"))


def test_a_refusal_out_of_reach_says_so() -> None:
    with pytest.raises(Refused) as refused:
        require(LEAD_OF_SHOP, Permission.RECORD_VERDICT, project="OPS")
    assert "outside what lead was granted" in str(refused.value)


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (LEAD_OF_SHOP, Scope(frozenset({"SHOP"}), frozenset())),
        (OPS, Scope(frozenset(), frozenset({"ops"}))),
        (actor_of(Role.DEPARTMENT), Scope(frozenset(), None)),
        (actor_of(Role.LEAD), EVERYTHING),
        (actor_of(Role.LEADER), EVERYTHING),
        (
            actor_of(Role.AUDITOR, projects={"SHOP"}, departments={"ops"}),
            Scope(frozenset({"SHOP"}), frozenset({"ops"})),
        ),
        (actor_of(), Scope()),
    ],
)
def test_scope(actor: Actor, expected: Scope) -> None:
    assert scope_of(actor) == expected


def test_the_local_admin_may_do_everything_an_own_role_allows() -> None:
    """Nothing is masked for whoever sits at the machine, so there is nothing to unmask; and they are no guest."""
    assert {one for one in Permission if not may(local_admin(), one, project=None, department=None)} == {
        Permission.UNMASK,
        Permission.REACT,
    }
    assert not is_masked(local_admin())


def test_each_grant_has_its_own_reach() -> None:
    both = Actor("x", (*actor_of(Role.LEAD, projects={"SHOP"}).grants, *actor_of(Role.VIEWER, projects={"OPS"}).grants))
    assert may(both, Permission.RECORD_VERDICT, project="SHOP")
    assert not may(both, Permission.RECORD_VERDICT, project="OPS")
    assert may(both, Permission.READ_SPRINTS, project="OPS")
    assert scope_of(both) == Scope(frozenset({"SHOP", "OPS"}))


@pytest.mark.parametrize(
    ("role", "project", "department", "expected"),
    [
        (Role.LEADER, None, None, EVERYTHING),
        (Role.LEADER, "SHOP", None, Scope(frozenset({"SHOP"}))),
        (Role.LEADER, None, "ops", Scope(frozenset(), frozenset({"ops"}))),
        (Role.LEADER, "SHOP", "ops", Scope(frozenset({"SHOP"}), frozenset({"ops"}))),
        (Role.DEPARTMENT, "SHOP", None, Scope()),
        (Role.LEAD, None, "ops", Scope()),
        (Role.WRITER, None, None, Scope()),
        (Role.GUEST, None, None, Scope()),
    ],
)
def test_a_stored_grant_reaches_what_it_names(role: Role, project: str, department: str, expected: Scope) -> None:
    assert scope_of(Actor("x", (Granted.of_row(role.value, project, department),))) == expected


def test_whoever_looks_as_someone_else_reads_and_does_nothing() -> None:
    seen = replace(actor_of(*Role), seen_by="admin")
    assert {one for one in Permission if may(seen, one)} == {one for one in Permission if one.value[:5] == "read_"}
    assert scope_of(seen) == EVERYTHING


def test_where_one_may_do_something_is_told_by_place() -> None:
    department = Actor.with_roles("mei", [Role.DEPARTMENT], departments=frozenset({"Operations"}))
    lead = Actor.with_roles("li", [Role.LEAD], projects=frozenset({"SHOP"}))
    everyone = Actor.with_roles("zhao", [Role.LEAD], projects=None, departments=None)
    assert where_may(department, Permission.SUBMIT_FEEDBACK) == Scope(frozenset(), frozenset({"Operations"}))
    assert where_may(lead, Permission.SUBMIT_FEEDBACK) == Scope(frozenset({"SHOP"}), frozenset())
    assert where_may(everyone, Permission.SUBMIT_FEEDBACK) == EVERYTHING
    assert where_may(department, Permission.MANAGE_KPIS) == Scope()
