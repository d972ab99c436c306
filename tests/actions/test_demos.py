"""A demo on stage: one state for all presenters, links that end with it, notes that are followed up."""

import pytest

from access.guest_links import guest_actor, guest_token, opened_by
from actions.demos import arrange_demo, end_demo, settle_note, show_item, start_demo, take_note
from actions.reactions import react
from core.errors import Invalid, NotFound, Refused
from store.db import Store
from store.demos import reactions, standing_notes
from store.read import rows_where
from store.tables import AuditEntry, Demo
from tests.actions.shop import AT, EVERYONE, LATER, seed

PHONE = guest_actor("phone-1", "192.0.2.7")


def begin(store: Store, *order: str) -> Demo:
    return start_demo(store, EVERYONE, source_id=seed(store), sprint_id="S1", order=order, at=AT)


def stored(store: Store, demo: Demo) -> Demo:
    with store.reading() as session:
        found = session.get(Demo, demo.id)
        assert found is not None
        session.expunge(found)
        return found


def test_a_second_presenter_joins_the_demo_that_runs(store: Store) -> None:
    demo = begin(store, "3", "2")
    again = start_demo(store, EVERYONE, source_id=demo.source_id, sprint_id="S1", order=["2"], at=LATER)
    assert (again.id, again.order, again.started_at) == (demo.id, ["3", "2"], AT)
    show_item(store, EVERYONE, demo_id=demo.id or 0, work_item_id="2", at=LATER)
    assert stored(store, demo).current_item_id == "2"


def test_without_an_order_everything_but_what_was_removed_is_shown(store: Store) -> None:
    demo = begin(store)
    assert demo.order == ["1", "2", "3"]
    assert arrange_demo(store, EVERYONE, demo_id=demo.id or 0, order=["3"], at=LATER).current_item_id == "3"
    with pytest.raises(Invalid, match="not in the sprint: 99"):
        arrange_demo(store, EVERYONE, demo_id=demo.id or 0, order=["99"], at=LATER)


def test_the_link_opens_one_demo_and_ends_with_it(store: Store) -> None:
    demo = begin(store, "2")
    token = guest_token(demo) or ""
    with store.reading() as session:
        assert opened_by(session, demo.id or 0, token) is not None
        for wrong in ("", token[:-1], token + "0", "0" * 32, "\ud800"):
            assert opened_by(session, demo.id or 0, wrong) is None
        assert opened_by(session, (demo.id or 0) + 1, token) is None
    given = {"demo_id": demo.id or 0, "token": token, "guest": "phone-1", "work_item_id": "2"}
    react(store, PHONE, **given, reaction="like", at=AT)
    end_demo(store, EVERYONE, demo_id=demo.id or 0, at=LATER)
    assert guest_token(stored(store, demo)) is None
    with pytest.raises(NotFound, match="ended with its demo"):
        react(store, PHONE, **given, reaction="unsure", at=LATER)
    with pytest.raises(Invalid, match="has ended"):
        show_item(store, EVERYONE, demo_id=demo.id or 0, work_item_id="2", at=LATER)


def test_a_guest_gives_a_reaction_and_a_remark_and_nothing_else(store: Store) -> None:
    demo = begin(store, "2")
    given = {"demo_id": demo.id or 0, "token": guest_token(demo) or "", "guest": "phone-1"}
    react(
        store,
        PHONE,
        **given,
        work_item_id="2",
        reaction="like",
        remark=" 上限能按门店设置吗？ ",
        guest_name="陈静",
        at=AT,
    )
    with pytest.raises(Invalid, match="Choose a reaction"):
        react(store, PHONE, **given, work_item_id="2", remark="  ", at=AT)
    with pytest.raises(NotFound):
        react(store, PHONE, **given, work_item_id="1", reaction="like", at=AT)  # not in this demo
    with pytest.raises(Invalid, match="love"):
        react(store, PHONE, **given, work_item_id="2", reaction="love", at=AT)
    with pytest.raises(Refused):
        show_item(store, PHONE, demo_id=demo.id or 0, work_item_id="2", at=AT)
    with store.reading() as session:
        found = reactions(session, demo.id or 0)
        told = rows_where(session, AuditEntry, action="react")
    assert found[["reaction", "remark", "guest_name"]].values.tolist() == [["like", "上限能按门店设置吗？", "陈静"]]
    assert [(one.actor, one.address) for one in told] == [("guest:phone-1", "192.0.2.7")]


def test_the_key_of_the_links_stands_in_no_log(store: Store) -> None:
    demo = begin(store, "2")
    with store.reading() as session:
        assert all(demo.guest_key not in str(one.after) for one in rows_where(session, AuditEntry))


def test_an_action_item_is_followed_up_once(store: Store) -> None:
    demo = begin(store, "2")
    note = take_note(
        store, EVERYONE, demo_id=demo.id or 0, kind="action", text="Ask finance", owner="李雷", work_item_id="2", at=AT
    )
    take_note(store, EVERYONE, demo_id=demo.id or 0, kind="decision", text="Go on", at=AT)
    settle_note(store, EVERYONE, note_id=note.id or 0, state="done", at=LATER)
    with pytest.raises(Invalid, match="changed in the meantime"):
        settle_note(store, EVERYONE, note_id=note.id or 0, state="dropped", at=LATER)
    with store.reading() as session:
        found = standing_notes(session, [demo.id or 0])
    assert found[["kind", "text", "state", "owner"]].fillna("").values.tolist() == [
        ["action", "Ask finance", "done", "李雷"],
        ["decision", "Go on", "open", ""],
    ]
    assert found["first_at"].tolist() == [AT, AT]
