"""Verdicts: of items in the sprint, superseded by later ones, all of several or none."""

import pytest

from actions.verdicts import ItemVerdict, record_goal_verdict, record_verdict, record_verdicts
from core.actor import Actor, Role
from core.errors import Invalid, NotFound, Refused
from store.db import Store, open_store
from store.read import rows_where
from store.tables import GoalVerdict, Verdict
from tests.actions.shop import AT, LATER, audit_log, everything, seed
from tests.actors import actor_of


def test_a_later_verdict_supersedes_and_both_are_kept_over_a_restart(store: Store, lead: Actor) -> None:
    source = seed(store)
    given = {"source_id": source, "sprint_id": "S1", "work_item_id": "2"}
    record_verdict(store, lead, **given, verdict="rejected", remark=" needs work \x00", decided_by="王芳", at=AT)
    record_verdict(store, lead, **given, verdict="accepted", department="ops", at=LATER)
    with open_store(store.config).reading() as session:
        first, last = rows_where(session, Verdict)
    assert (first.verdict, first.remark, first.decided_by, first.decided_at) == (
        "rejected",
        "needs work \ufffd",
        "王芳",
        AT,
    )
    assert (last.verdict, last.recorded_by, last.department) == ("accepted", "lead", "ops")
    log = audit_log(store)
    assert log[0].before is None
    assert log[1].before is not None
    assert (log[1].before["verdict"], log[1].subject) == ("rejected", "work item SHOP-2 in sprint S1")


def test_several_verdicts_are_one_change(sqlite_store: Store, lead: Actor) -> None:
    source = seed(sqlite_store)
    before = everything(sqlite_store)
    given = [ItemVerdict(source, "S1", "2", "accepted"), ItemVerdict(source, "S1", "4", "accepted")]
    with pytest.raises(NotFound):
        record_verdicts(sqlite_store, lead, verdicts=given, at=AT)
    assert everything(sqlite_store) == before
    done = record_verdicts(sqlite_store, lead, verdicts=[given[0], ItemVerdict(source, "S1", "3", "not_shown")], at=AT)
    assert [row.id for row in done] == [1, 2]
    assert len(audit_log(sqlite_store)) == 2


@pytest.mark.parametrize(
    ("sprint", "item"), [("S1", "99"), ("S9", "2"), ("S1", "4")], ids=["no item", "no sprint", "not in the sprint"]
)
def test_what_is_not_in_the_sprint_is_not_found(sqlite_store: Store, sprint: str, item: str) -> None:
    source = seed(sqlite_store)
    given = {"source_id": source, "sprint_id": sprint, "work_item_id": item, "verdict": "accepted"}
    with pytest.raises(NotFound):
        record_verdict(sqlite_store, actor_of(Role.LEAD), **given, at=AT)


def test_who_may_not_see_an_item_does_not_learn_that_it_exists(sqlite_store: Store) -> None:
    source = seed(sqlite_store)
    stranger = actor_of(Role.LEAD, projects={"OPS"}, departments=set())
    errors = []
    for item in ("2", "99"):
        with pytest.raises(NotFound) as missing:
            record_verdict(
                sqlite_store, stranger, source_id=source, sprint_id="S1", work_item_id=item, verdict="accepted", at=AT
            )
        errors.append(str(missing.value).replace(item, "#"))
    assert errors[0].startswith("There is no work item #")
    assert errors[1].startswith("There is no work item #")


def test_who_may_see_but_not_decide_is_refused(sqlite_store: Store) -> None:
    source = seed(sqlite_store)
    mixed = actor_of(Role.LEAD, Role.AUDITOR, projects=set(), departments={"ops"})  # sees item 1 by its department
    with pytest.raises(Refused):
        record_verdict(
            sqlite_store, mixed, source_id=source, sprint_id="S1", work_item_id="1", verdict="accepted", at=AT
        )


def test_an_unknown_verdict_is_refused_with_those_accepted(sqlite_store: Store, lead: Actor) -> None:
    source = seed(sqlite_store)
    with pytest.raises(Invalid, match="accepted_with_changes"):
        record_verdict(sqlite_store, lead, source_id=source, sprint_id="S1", work_item_id="2", verdict="ok", at=AT)
    with pytest.raises(Invalid):
        record_verdicts(sqlite_store, lead, verdicts=[], at=AT)


def test_the_goals_verdict_with_its_evidence(store: Store, lead: Actor) -> None:
    source = seed(store)
    record_goal_verdict(store, lead, source_id=source, sprint_id="S1", verdict="partly", evidence="2 of 3 shops", at=AT)
    record_goal_verdict(store, lead, source_id=source, sprint_id="S1", verdict="met", at=LATER)
    with store.reading() as session:
        assert [row.verdict for row in rows_where(session, GoalVerdict)] == ["partly", "met"]
    with pytest.raises(NotFound):
        record_goal_verdict(store, lead, source_id=source, sprint_id="S9", verdict="met", at=LATER)
