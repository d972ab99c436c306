"""Change requests: numbered, versioned, signed by someone else, and void once changed; waivers."""

import pytest

from access.permissions import Permission
from actions.change_requests import Content, Covered, content_of, hash_of, raise_change_request, revise_change_request
from actions.people import add_person
from actions.signatures import decision_on, sign_change
from actions.waivers import revoke_waiver, waive_change
from core.actor import Actor, Role, local_admin
from core.errors import Invalid, NotFound, Refused
from store.db import Store, open_store
from store.read import rows_where
from store.tables import ChangeRequest, ChangeRequestItem, Signature, Source, SprintEntry, Waiver
from store.write import table_of
from tests.actions.shop import AT, CASHIER, EVERYONE, LATER, audit_log, everything, request_of, seed
from tests.actors import actor_of

BOSS = Actor.with_roles("赵总", {Role.LEADER}, projects=None, departments=None)


def signatures_of(store: Store, number: str) -> list[Signature]:
    with store.reading() as session:
        return rows_where(session, Signature, subject_table="change_request", subject_id=number)


def test_numbers_count_up_per_store(store: Store) -> None:
    source = seed(store)
    assert [request_of(store, source).number for _ in range(3)] == ["CR-1", "CR-2", "CR-3"]
    revise_change_request(store, EVERYONE, number="CR-3", title="Other", at=LATER)
    assert request_of(store, source).number == "CR-4"


def test_the_content_can_be_hashed_again_after_a_restart(store: Store) -> None:
    number = request_of(store, seed(store)).number
    with open_store(store.config).reading() as session:
        (row,) = rows_where(session, ChangeRequest, number=number)
        items = rows_where(session, ChangeRequestItem, change_request_id=row.id)
        assert hash_of(number, 1, content_of(row, items)) == row.content_sha256
    assert (row.project_key, row.requested_by, len(items)) == ("SHOP", "王芳", 1)


def test_a_revision_voids_the_signature_visibly(store: Store) -> None:
    source = seed(store)
    first = request_of(store, source)
    assert decision_on(first.content_sha256, []).state == "open"
    sign_change(store, BOSS, number="CR-1", decision="approved", at=LATER)
    assert decision_on(first.content_sha256, signatures_of(store, "CR-1")).state == "approved"

    second = revise_change_request(store, EVERYONE, number="CR-1", impact_points=8, at=LATER)
    decided = decision_on(second.content_sha256, signatures_of(store, "CR-1"))
    assert (second.version, decided.state, decided.signature) == (2, "void", None)
    assert [signature.signed_by for signature in decided.void] == ["赵总"]

    # Changing it back does not bring the signature back: what was signed was version 1.
    third = revise_change_request(store, EVERYONE, number="CR-1", impact_points=5, at=LATER)
    assert decision_on(third.content_sha256, signatures_of(store, "CR-1")).state == "void"
    sign_change(store, BOSS, number="CR-1", decision="rejected", remark="Too late", at=LATER)
    decided = decision_on(third.content_sha256, signatures_of(store, "CR-1"))
    assert (decided.state, len(decided.void)) == ("rejected", 1)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"reason": "Other"},
        {"impact": "Two days"},
        {"impact_days": 2},
        {"department": "finance"},
        {"requested_by": "李雷"},
        {"items": ()},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_is_bound_by_the_signature(sqlite_store: Store, change: dict[str, object]) -> None:
    first = request_of(sqlite_store, seed(sqlite_store))
    second = revise_change_request(sqlite_store, EVERYONE, number="CR-1", **change, at=LATER)
    assert second.content_sha256 != first.content_sha256
    log = audit_log(sqlite_store)[-1]
    assert log.before is not None and log.after is not None
    assert log.before["content_sha256"] == first.content_sha256
    assert log.after["version"] == 2


def test_a_revision_that_changes_nothing_voids_nothing(sqlite_store: Store) -> None:
    request_of(sqlite_store, seed(sqlite_store))
    with pytest.raises(Invalid):
        revise_change_request(sqlite_store, EVERYONE, number="CR-1", title=" Split orders by warehouse ", at=LATER)
    with pytest.raises(TypeError):
        revise_change_request(sqlite_store, EVERYONE, number="CR-1", colour="red", at=LATER)
    with pytest.raises(NotFound):
        revise_change_request(sqlite_store, EVERYONE, number="CR-9", title="x", at=LATER)


def test_one_signs_only_what_one_was_shown(sqlite_store: Store) -> None:
    shown = request_of(sqlite_store, seed(sqlite_store)).content_sha256
    revise_change_request(sqlite_store, EVERYONE, number="CR-1", title="Other", at=LATER)
    with pytest.raises(Invalid, match="changed while you were reading"):
        sign_change(sqlite_store, BOSS, number="CR-1", decision="approved", seen_sha256=shown, at=LATER)
    assert signatures_of(sqlite_store, "CR-1") == []


def test_nobody_signs_what_they_recorded(sqlite_store: Store) -> None:
    request_of(sqlite_store, seed(sqlite_store))
    with pytest.raises(Refused, match="recorded"):
        sign_change(sqlite_store, EVERYONE, number="CR-1", decision="approved", at=LATER)
    other = Actor.with_roles("lead two", {Role.LEAD, Role.LEADER}, projects=None, departments=None)
    revise_change_request(sqlite_store, other, number="CR-1", title="Other", at=LATER)
    for author in (EVERYONE, other):
        with pytest.raises(Refused, match="recorded"):
            sign_change(sqlite_store, author, number="CR-1", decision="approved", at=LATER)


def test_who_asked_signs_only_for_their_own_department(sqlite_store: Store) -> None:
    source = seed(sqlite_store)
    request_of(sqlite_store, source)
    request_of(sqlite_store, source, requested_by="赵总")
    wang = Actor("王芳", CASHIER.grants)
    signed = sign_change(sqlite_store, wang, number="CR-1", decision="approved", at=LATER)
    assert (signed.signed_by, signed.department) == ("王芳", "ops")
    with pytest.raises(Refused, match="asked for"):
        sign_change(sqlite_store, BOSS, number="CR-2", decision="approved", at=LATER)


def test_a_department_does_not_see_the_requests_of_others(sqlite_store: Store) -> None:
    request_of(sqlite_store, seed(sqlite_store), department="finance", items=())
    with pytest.raises(NotFound):
        sign_change(sqlite_store, CASHIER, number="CR-1", decision="approved", at=LATER)


def test_who_asked_is_the_same_person_under_the_name_that_is_shown(sqlite_store: Store) -> None:
    number = request_of(sqlite_store, seed(sqlite_store)).number  # 王芳 asked for it
    person = add_person(sqlite_store, EVERYONE, name="wang", display_name="王芳", role="leader")
    wang = Actor.with_roles("wang", {Role.LEADER}, projects=None, departments=None, person_id=person.id)
    with pytest.raises(Refused, match="asked for"):
        sign_change(sqlite_store, wang, number=number, decision="approved", at=LATER)


def test_until_there_is_sign_in_the_local_admin_names_who_signs(sqlite_store: Store) -> None:
    local = local_admin()
    content = Content("Split orders", "A second warehouse", requested_by="王芳", project_key="SHOP", department="ops")
    raise_change_request(sqlite_store, local, content=content, at=AT)
    for signer in (None, f" {local.name.upper()} "):
        with pytest.raises(Refused, match="recorded"):
            sign_change(sqlite_store, local, number="CR-1", decision="approved", on_behalf_of=signer, at=LATER)
    signed = sign_change(sqlite_store, local, number="CR-1", decision="approved", on_behalf_of="赵总", at=LATER)
    assert signed.signed_by == "赵总"
    assert audit_log(sqlite_store)[-1].actor == local.name


def test_nobody_else_signs_in_anothers_name(sqlite_store: Store) -> None:
    request_of(sqlite_store, seed(sqlite_store))
    with pytest.raises(Refused, match="someone else"):
        sign_change(sqlite_store, BOSS, number="CR-1", decision="approved", on_behalf_of="王芳", at=LATER)


def test_an_admin_signs_nothing(sqlite_store: Store, admin: Actor) -> None:
    request_of(sqlite_store, seed(sqlite_store))
    with pytest.raises(Refused):
        sign_change(sqlite_store, admin, number="CR-1", decision="approved", at=LATER)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"title": "  "}, Invalid),
        ({"reason": ""}, Invalid),
        ({"requested_by": ""}, Invalid),
        ({"title": "x" * 501}, Invalid),
        ({"impact_points": float("nan")}, Invalid),
        ({"items": (Covered(1, "S1", "99"),)}, NotFound),
        ({"items": (Covered(1, "S9", "2"),)}, NotFound),
        ({"items": (Covered(1, "S1", "2", "renamed"),)}, Invalid),
        ({"items": (Covered(1, "S1", "2", "added"), Covered(1, "S1", "2", "removed"))}, Invalid),
    ],
)
def test_what_a_change_request_must_say(
    sqlite_store: Store, changes: dict[str, object], error: type[Exception]
) -> None:
    seed(sqlite_store)
    before = everything(sqlite_store)
    with pytest.raises(error):
        request_of(sqlite_store, 1, **changes)
    assert everything(sqlite_store) == before


def test_sample_and_own_items_do_not_share_a_request(sqlite_store: Store) -> None:
    own, sample = seed(sqlite_store), seed(sqlite_store, name="sample", is_sample=True)
    with pytest.raises(Invalid, match="sample"):
        request_of(sqlite_store, own, items=(Covered(own, "S1", "2"), Covered(sample, "S1", "2")))
    request = request_of(sqlite_store, sample)
    with sqlite_store.reading() as session:
        source = session.get_one(Source, request.source_id)
    assert source.is_sample


def waiver_of(source: int, **changes: object) -> dict[str, object]:
    given = {"source_id": source, "sprint_id": "S1", "work_item_id": "2", "change_kind": "added", "reason": "Agreed"}
    return given | changes


def test_a_waiver_and_its_revocation_are_both_kept(store: Store, leader: Actor) -> None:
    given = waiver_of(seed(store))
    waive_change(store, leader, **given, at=AT)
    with pytest.raises(Invalid, match="already"):
        waive_change(store, leader, **given, at=LATER)
    revoke_waiver(store, leader, **(given | {"reason": "Misunderstood"}), at=LATER)
    with pytest.raises(Invalid, match="not waived"):
        revoke_waiver(store, leader, **given, at=LATER)
    waive_change(store, leader, **given, at=LATER)
    with store.reading() as session:
        assert [row.is_revoked for row in rows_where(session, Waiver)] == [False, True, False]


@pytest.mark.parametrize(
    ("item", "kind"), [("2", "removed"), ("1", "added"), ("2", "re_estimated"), ("2", "content"), ("4", "added")]
)
def test_only_a_detected_change_can_be_waived(sqlite_store: Store, leader: Actor, item: str, kind: str) -> None:
    with pytest.raises(NotFound):
        waive_change(sqlite_store, leader, **waiver_of(seed(sqlite_store), work_item_id=item, change_kind=kind), at=AT)


@pytest.mark.parametrize(("item", "kind"), [("2", "added"), ("3", "re_estimated"), ("3", "content")])
def test_each_detected_kind_can_be_waived(sqlite_store: Store, leader: Actor, item: str, kind: str) -> None:
    given = waiver_of(seed(sqlite_store), work_item_id=item, change_kind=kind)
    assert waive_change(sqlite_store, leader, **given, at=AT).change_kind == kind


def test_a_waiver_needs_its_reason_and_no_lead_waives(sqlite_store: Store, leader: Actor, lead: Actor) -> None:
    given = waiver_of(seed(sqlite_store))
    with pytest.raises(Invalid):
        waive_change(sqlite_store, leader, **(given | {"reason": " "}), at=AT)
    with pytest.raises(Refused):
        waive_change(sqlite_store, lead, **given, at=AT)


def test_a_viewer_holds_no_permission_to_change() -> None:
    from access.permissions import may

    assert not any(may(actor_of(Role.VIEWER), permission) for permission in Permission if "read" not in permission)


def test_what_happens_to_a_carried_items_scope_is_no_change_to_waive(sqlite_store: Store, leader: Actor) -> None:
    """Carried items are in no churn (R17), so there is nothing to answer for; their content counts (R18)."""
    source = seed(sqlite_store)
    with sqlite_store.writing() as session:
        session.execute(table_of(SprintEntry).update().values(bucket="carried"))
    given = waiver_of(source, work_item_id="3", change_kind="re_estimated")
    with pytest.raises(NotFound):
        waive_change(sqlite_store, leader, **given, at=AT)
    assert waive_change(sqlite_store, leader, **(given | {"change_kind": "content"}), at=AT).change_kind == "content"
