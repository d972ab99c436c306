"""Feedback: a text or a score, answered, resolved, confirmed, reopened, corrected, linked to work."""

import pytest

from actions.feedback import (
    answer_feedback,
    as_corrected,
    confirm_feedback,
    correct_feedback,
    link_feedback,
    reopen_feedback,
    resolve_feedback,
    state_of,
    submit_feedback,
)
from core.actor import Actor
from core.errors import Invalid, NotFound, Refused
from store.db import Store, open_store
from store.read import rows_where
from store.tables import Feedback, FeedbackEvent
from tests.actions.shop import AT, EVERYONE, LATER, START, audit_log, everything, feedback_of, seed


def events_of(store: Store) -> list[FeedbackEvent]:
    with open_store(store.config).reading() as session:
        return rows_where(session, FeedbackEvent)


def test_a_department_says_what_is_wrong(store: Store, department: Actor) -> None:
    text = "重复 \x00\ud800 😀 **bold** <script>"
    submit_feedback(store, department, kind="bug", text=text, csat=2, nps=0, department="ops", release="1.2", at=AT)
    with open_store(store.config).reading() as session:
        (row,) = rows_where(session, Feedback)
    assert row.text == "重复 \ufffd\ufffd 😀 **bold** <script>"
    assert (row.csat, row.nps, row.received_at, row.submitted_by, row.release) == (2, 0, AT, "department", "1.2")
    assert row.external_id.startswith("form-")


@pytest.mark.parametrize(
    "changes",
    [
        {"text": " "},
        {"kind": "rant"},
        {"csat": 0},
        {"csat": 6},
        {"csat": True},
        {"nps": 11},
        {"nps": -1},
        {"csat": 4.5},
        {"text": "x" * 20_001},
        {"received_at": LATER},
    ],
)
def test_what_feedback_cannot_be(sqlite_store: Store, changes: dict[str, object]) -> None:
    before = everything(sqlite_store)
    with pytest.raises(Invalid):
        feedback_of(sqlite_store, **changes)
    assert everything(sqlite_store) == before


def test_a_score_alone_is_enough(sqlite_store: Store) -> None:
    row = feedback_of(sqlite_store, text=None, nps=0, received_at=START)
    assert (row.text, row.nps, row.csat, row.received_at) == (None, 0, None, START)


def test_the_loop_from_answer_to_confirmation(store: Store, lead: Actor, department: Actor) -> None:
    given = {"feedback_id": feedback_of(store).id or 0}
    assert state_of(events_of(store)) == "open"
    with pytest.raises(Invalid, match="not resolved yet"):
        confirm_feedback(store, department, **given, at=AT)
    answer_feedback(store, lead, **given, reply="We look at it", author="李雷", at=AT)
    resolve_feedback(store, lead, **given, at=AT)
    with pytest.raises(Invalid, match="resolved"):
        resolve_feedback(store, lead, **given, at=AT)
    reopen_feedback(store, department, **given, text="Still twice", at=LATER)
    resolve_feedback(store, lead, **given, text="Now really", at=LATER)
    with pytest.raises(Refused):
        confirm_feedback(store, lead, **given, at=LATER)
    confirm_feedback(store, department, **given, at=LATER)
    found = events_of(store)
    assert [event.kind for event in found] == ["reply", "resolved", "reopened", "resolved", "confirmed"]
    assert (found[0].author, found[0].is_human, found[1].author) == ("李雷", True, "lead")
    assert state_of(found) == "confirmed"
    assert audit_log(store)[-1].before == {"state": "resolved"}
    reopen_feedback(store, department, **given, text="Again", at=LATER)
    assert state_of(events_of(store)) == "reopened"


def test_a_correction_keeps_what_was_received(store: Store, department: Actor) -> None:
    row = feedback_of(store, csat=1)
    given = {"feedback_id": row.id or 0}
    correct_feedback(store, department, **given, csat=5, text="Shown once, all is well", at=LATER)
    correct_feedback(store, department, **given, kind="praise", at=LATER)
    with open_store(store.config).reading() as session:
        kept = session.get_one(Feedback, row.id)
    assert (kept.kind, kept.csat, kept.text) == ("bug", 1, "Orders are shown twice")
    now_said = as_corrected(kept, events_of(store))
    assert (now_said["kind"], now_said["csat"], now_said["text"]) == ("praise", 5, "Shown once, all is well")
    assert events_of(store)[0].payload == {"csat": 5, "text": "Shown once, all is well"}
    with pytest.raises(Invalid, match="Nothing"):
        correct_feedback(store, department, **given, kind="praise", at=LATER)
    with pytest.raises(Invalid):
        correct_feedback(store, department, **given, text="", csat=None, at=LATER)
    with pytest.raises(TypeError):
        correct_feedback(store, department, **given, received_at=START, at=LATER)


def test_a_correction_of_the_department_moves_it_there(sqlite_store: Store, department: Actor) -> None:
    given = {"feedback_id": feedback_of(sqlite_store).id or 0}
    correct_feedback(sqlite_store, department, **given, department="finance", at=LATER)
    with pytest.raises(NotFound):
        correct_feedback(sqlite_store, department, **given, kind="idea", at=LATER)
    assert audit_log(sqlite_store)[-1].before == {"department": "ops"}


def test_others_feedback_does_not_exist_for_a_department(sqlite_store: Store, department: Actor) -> None:
    given = {"feedback_id": feedback_of(sqlite_store, department="finance").id or 0}
    messages = []
    for feedback_id in (given["feedback_id"], 99):
        with pytest.raises(NotFound) as missing:
            correct_feedback(sqlite_store, department, feedback_id=feedback_id, kind="idea", at=LATER)
        messages.append(str(missing.value).replace(str(feedback_id), "#"))
    assert messages[0] == messages[1]


def test_an_answer_has_words_and_a_reopening_a_reason(sqlite_store: Store) -> None:
    given = {"feedback_id": feedback_of(sqlite_store).id or 0}
    with pytest.raises(Invalid):
        answer_feedback(sqlite_store, EVERYONE, **given, reply="\n", at=LATER)
    resolve_feedback(sqlite_store, EVERYONE, **given, at=LATER)
    with pytest.raises(Invalid):
        reopen_feedback(sqlite_store, EVERYONE, **given, text="", at=LATER)


def test_feedback_is_linked_to_work_once(store: Store) -> None:
    source = seed(store)
    given = {"feedback_id": feedback_of(store).id or 0, "source_id": source}
    link_feedback(store, EVERYONE, **given, work_item_id="2", at=LATER)
    link_feedback(store, EVERYONE, **given, work_item_id="3", at=LATER)
    with pytest.raises(Invalid, match="SHOP-2"):
        link_feedback(store, EVERYONE, **given, work_item_id="2", at=LATER)
    with pytest.raises(NotFound):
        link_feedback(store, EVERYONE, **given, work_item_id="99", at=LATER)
    assert [event.payload["work_item_id"] for event in events_of(store)] == ["2", "3"]


def test_own_feedback_is_not_linked_to_the_sample(sqlite_store: Store) -> None:
    seed(sqlite_store)
    sample = seed(sqlite_store, name="sample", is_sample=True)
    given = {"feedback_id": feedback_of(sqlite_store).id or 0, "source_id": sample, "work_item_id": "2"}
    with pytest.raises(Invalid, match="sample"):
        link_feedback(sqlite_store, EVERYONE, **given, at=LATER)
