"""A demo on stage: started, led through its items, and ended; what is decided and promised on the way.

All of it stands in the store at once, so that a lost connection loses nothing and two presenters see the same state.
"""

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from access.permissions import Permission
from actions.base import Work, acting, action
from actions.given import LONGEST_TEXT, one_of, optional, required
from actions.sprint_items import item_in_sprint, sprint_in_reach
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.i18n import N_, Text
from core.wording_demo import NOTE_KIND, NOTE_STATE, NOTE_TEXT
from store.db import Store
from store.read import last_where, rows_where
from store.tables import Demo, DemoNote, SprintEntry


@action(Permission.PRESENT_DEMO)
def start_demo(
    store: Store,
    actor: Actor,
    *,
    source_id: int,
    sprint_id: str,
    order: Sequence[str] = (),
    at: datetime | None = None,
) -> Demo:
    """Start the demo of a sprint; one that is running already is given back as it stands.

    Args: order, work item ids in the order in which they are shown; the sprint's other items follow.
    Raises: Refused, NotFound, Invalid (an item that is not of this sprint, or nothing to show).
    """
    with acting(store, actor, "start_demo", at=at) as work:
        sprint = sprint_in_reach(work, source_id, sprint_id)
        running = last_where(work.session, Demo, source_id=source_id, sprint_id=sprint_id, ended_at=None)
        if running is not None:
            work.nothing_changed()
            work.session.expunge(running)  # the rollback would take its columns away
            return running
        shown = _order(work, source_id, sprint_id, order)
        demo = Demo(
            source_id=source_id,
            sprint_id=sprint_id,
            started_at=work.at,
            presenter=actor.name,
            order=shown,
            current_item_id=shown[0],
            guest_key=secrets.token_hex(32),
        )
        work.add(demo)
        work.audit(f"demo of sprint {sprint.name}", None, _told(demo))
        return demo


@action(Permission.PRESENT_DEMO)
def show_item(store: Store, actor: Actor, *, demo_id: int, work_item_id: str, at: datetime | None = None) -> Demo:
    """Bring an item onto the screen, for every presenter and every phone.

    Raises: Refused, NotFound, Invalid where the demo is over or does not show this item.
    """
    with acting(store, actor, "show_item", at=at) as work:
        demo = _running(work, demo_id)
        if work_item_id not in demo.order:
            raise NotFound(Text("There is no work item {id} in this demo.", id=work_item_id))
        if demo.current_item_id == work_item_id:
            work.nothing_changed()
            work.session.expunge(demo)
            return demo
        before = {"current_item_id": demo.current_item_id}
        demo.current_item_id = work_item_id
        work.audit(f"demo {demo.id}", before, {"current_item_id": work_item_id})
        return demo


@action(Permission.PRESENT_DEMO)
def arrange_demo(store: Store, actor: Actor, *, demo_id: int, order: Sequence[str], at: datetime | None = None) -> Demo:
    """Change the order of the items that are still to be shown or were shown.

    Raises: Refused, NotFound, Invalid.
    """
    with acting(store, actor, "arrange_demo", at=at) as work:
        demo = _running(work, demo_id)
        before = {"order": list(demo.order)}
        demo.order = _order(work, demo.source_id, demo.sprint_id, order)
        if demo.current_item_id not in demo.order:
            demo.current_item_id = demo.order[0]
        work.audit(f"demo {demo.id}", before, {"order": demo.order})
        return demo


@action(Permission.PRESENT_DEMO)
def end_demo(store: Store, actor: Actor, *, demo_id: int, at: datetime | None = None) -> Demo:
    """End a demo: its links on the audience's phones end with it.

    Raises: Refused, NotFound, Invalid where it is over already.
    """
    with acting(store, actor, "end_demo", at=at) as work:
        demo = _running(work, demo_id)
        demo.ended_at, demo.guest_key = work.at, None
        work.audit(f"demo {demo.id}", {"ended_at": None}, {"ended_at": work.at})
        return demo


@action(Permission.PRESENT_DEMO)
def take_note(
    store: Store,
    actor: Actor,
    *,
    demo_id: int,
    kind: str,
    text: str,
    owner: str | None = None,
    due_on: date | None = None,
    work_item_id: str | None = None,
    at: datetime | None = None,
) -> DemoNote:
    """Write down a decision or an action item; also after the demo has ended, for what was forgotten.

    Args: kind, a code of `core.wording_demo.NOTE_KIND`; work_item_id, which item it concerns.
    Raises: Refused, NotFound, Invalid.
    """
    with acting(store, actor, "take_note", at=at) as work:
        demo = demo_in_reach(work, demo_id)
        if work_item_id is not None:
            item_in_sprint(work, demo.source_id, demo.sprint_id, work_item_id)
        note = DemoNote(
            demo_id=demo_id,
            kind=one_of(kind, NOTE_KIND, N_("Kind")),
            text=required(text, NOTE_TEXT.get(kind, N_("Text")), longest=LONGEST_TEXT),
            owner=optional(owner, N_("Owner")),
            due_on=due_on,
            work_item_id=work_item_id,
            recorded_at=work.at,
            recorded_by=actor.name,
        )
        work.add(note)
        work.audit(f"demo {demo_id}, {note.kind} {note.id}", None, note)
        return note


@action(Permission.PRESENT_DEMO)
def settle_note(
    store: Store,
    actor: Actor,
    *,
    note_id: int,
    state: str,
    text: str | None = None,
    owner: str | None = None,
    due_on: date | None = None,
    at: datetime | None = None,
) -> DemoNote:
    """Follow up a decision or an action item: done, dropped, open again, or said better. The later row counts.

    Args: state, a code of `core.wording_demo.NOTE_STATE`; text, owner, due_on, None to leave them.
    Raises: Refused, NotFound, Invalid where a later row stands in its place already.
    """
    with acting(store, actor, "settle_note", at=at) as work:
        before = work.session.get(DemoNote, note_id)
        missing = NotFound(Text("There is no note {id}.", id=str(note_id)))
        if before is None:
            raise missing
        demo_in_reach(work, before.demo_id)
        if rows_where(work.session, DemoNote, supersedes_id=note_id):
            raise Invalid(
                Text("This note was changed in the meantime."), next=Text("Look at it again and decide anew.")
            )
        note = DemoNote(
            demo_id=before.demo_id,
            kind=before.kind,
            text=optional(text, N_("Text"), longest=LONGEST_TEXT) or before.text,
            owner=optional(owner, N_("Owner")) or before.owner,
            due_on=due_on or before.due_on,
            work_item_id=before.work_item_id,
            state=one_of(state, NOTE_STATE, N_("State")),
            supersedes_id=note_id,
            recorded_at=work.at,
            recorded_by=actor.name,
        )
        work.add(note)
        work.audit(f"demo {before.demo_id}, {note.kind} {note_id}", before, note)
        return note


def demo_in_reach(work: Work, demo_id: int) -> Demo:
    """The demo, within the actor's reach. Raises: NotFound, Refused."""
    demo = work.session.get(Demo, demo_id)
    if demo is None:
        raise NotFound(Text("There is no demo {id}.", id=str(demo_id)))
    sprint_in_reach(work, demo.source_id, demo.sprint_id)
    return demo


def _running(work: Work, demo_id: int) -> Demo:
    demo = demo_in_reach(work, demo_id)
    if demo.ended_at is not None:
        raise Invalid(Text("This demo has ended."), next=Text("Start another one, or write its minutes."))
    return demo


def _order(work: Work, source_id: int, sprint_id: str, order: Sequence[str]) -> list[str]:
    """The given ids, each once, then the sprint's other items. Raises: Invalid."""
    entries = rows_where(work.session, SprintEntry, source_id=source_id, sprint_id=sprint_id)
    held = [entry.work_item_id for entry in entries]
    strange = sorted(set(order) - set(held))
    if strange:
        raise Invalid(Text("These items are not in the sprint: {ids}.", ids=", ".join(strange)))
    left = {entry.work_item_id for entry in entries if entry.outcome == "removed"}
    found = list(dict.fromkeys([*order, *(one for one in held if one not in left and not order)]))
    if not found:
        raise Invalid(Text("There is nothing to show: the sprint holds no work items."))
    return found


def _told(demo: Demo) -> dict[str, object]:
    """What the audit log keeps of a demo: never the key that the audience's links are signed with."""
    return {name: value for name, value in demo.model_dump().items() if name != "guest_key"}
