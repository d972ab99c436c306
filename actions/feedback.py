"""Feedback after launch: given in thirty seconds, answered, resolved, confirmed by who gave it, and linked to the work."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from access.permissions import Permission
from actions.attached import attach_to, kept_with
from actions.base import Work, acting, action
from actions.given import LONGEST_TEXT, one_of, optional, past, required, within
from actions.own_source import only_project, refuse_mixing, source_for_entry
from actions.sprint_items import item_of, no_item
from core.actor import Actor
from core.attached import GivenFile
from core.errors import Invalid, NotFound
from core.i18n import N_, Text
from core.wording_kpi import FEEDBACK_EVENT, FEEDBACK_KIND
from store.db import Store
from store.read import rows_where
from store.tables import Feedback, FeedbackEvent, Source

STATES = {"resolved", "confirmed", "reopened"}
ROUTING = ("department", "project_key")
CORRECTABLE = ("kind", "text", "csat", "nps", "release", *ROUTING)


@action(Permission.SUBMIT_FEEDBACK)
def submit_feedback(
    store: Store,
    actor: Actor,
    *,
    kind: str,
    text: str | None = None,
    csat: int | None = None,
    nps: int | None = None,
    department: str | None = None,
    project_key: str | None = None,
    release: str | None = None,
    submitted_by: str | None = None,
    received_at: datetime | None = None,
    files: Sequence[GivenFile] = (),
    at: datetime | None = None,
) -> Feedback:
    """Say what is wrong or right after launch: words, a score, or both.

    Args: kind, a code of `core.wording_kpi.FEEDBACK_KIND`; csat 1 to 5; nps 0 to 10; received_at, where it came
    in before it was entered; files, attached to it.
    Raises: Refused, Invalid (also where there is neither a text nor a score, or a file may not be kept).
    """
    with kept_with(store) as kept, acting(store, actor, "submit_feedback", at=at) as work:
        given = _checked(
            {
                "kind": kind,
                "text": text,
                "csat": csat,
                "nps": nps,
                "department": department,
                "project_key": project_key,
                "release": release,
            }
        )
        _refuse_empty(given)
        given["project_key"] = given["project_key"] or only_project(work.session, given["department"])
        work.require(project=given["project_key"], department=given["department"])
        row = work.add(
            Feedback(
                source_id=source_for_entry(work.session, work.at, project_key=given["project_key"]).id or 0,
                external_id=f"form-{uuid.uuid4().hex}",
                received_at=past(received_at, work.at, N_("Received at")) if received_at else work.at,
                submitted_by=optional(submitted_by, N_("Submitted by")) or actor.name,
                recorded_by=actor.name,
                **given,
            )
        )
        work.audit(f"feedback {row.id}", None, row)
        attach_to(work, store, row, files, kept)
        return row


@action(Permission.SUBMIT_FEEDBACK)
def correct_feedback(
    store: Store, actor: Actor, *, feedback_id: int, at: datetime | None = None, **changes: Any
) -> FeedbackEvent:
    """Correct a piece of feedback by a later event; what was received first is kept.

    Args: changes, of kind, text, csat, nps, release, department, project_key (the last two also move it to whom it
    concerns).
    Raises: Refused, NotFound, Invalid (also where nothing would change).
    """
    if set(changes) - set(CORRECTABLE):
        raise TypeError(f"cannot be corrected: {', '.join(sorted(set(changes) - set(CORRECTABLE)))}")
    with acting(store, actor, "correct_feedback", at=at) as work:
        row = feedback_in_reach(work, feedback_id)
        before = as_corrected(row, _events(work, feedback_id))
        after = _checked(before | changes)
        _refuse_empty(after)
        fields = {name: value for name, value in after.items() if value != before[name]}
        if not fields:
            raise Invalid(Text("Nothing in this feedback would change."))
        for name in set(fields) & set(ROUTING):
            setattr(row, name, fields[name])
        work.session.add(row)
        return _add(work, row, "corrected", None, fields, before={name: before[name] for name in fields}, after=fields)


@action(Permission.ANSWER_FEEDBACK)
def answer_feedback(
    store: Store, actor: Actor, *, feedback_id: int, reply: str, author: str | None = None, at: datetime | None = None
) -> FeedbackEvent:
    """Answer a piece of feedback; the first human answer is its first response (R29).

    Raises: Refused, NotFound, Invalid.
    """
    with acting(store, actor, "answer_feedback", at=at) as work:
        row = feedback_in_reach(work, feedback_id)
        text = required(reply, N_("Answer"), longest=LONGEST_TEXT)
        return _add(work, row, "reply", text, {}, author=optional(author, N_("Answered by")))


@action(Permission.ANSWER_FEEDBACK)
def link_feedback(
    store: Store, actor: Actor, *, feedback_id: int, source_id: int, work_item_id: str, at: datetime | None = None
) -> FeedbackEvent:
    """Link a piece of feedback to the work item that takes care of it.

    Raises: Refused, NotFound for either, Invalid between the sample workspace and one's own data.
    """
    with acting(store, actor, "link_feedback", at=at) as work:
        row = feedback_in_reach(work, feedback_id)
        item = item_of(work, source_id, work_item_id)
        work.require(project=item.project_key, department=item.department, missing=no_item(work_item_id))
        sources = rows_where(work.session, Source, id=[row.source_id, source_id])
        refuse_mixing(sources[0], sources[-1])
        payload = {"source_id": source_id, "work_item_id": work_item_id}
        if any(event.kind == "linked" and event.payload == payload for event in _events(work, feedback_id)):
            raise Invalid(Text("It is linked to {key} already.", key=item.key))
        return _add(work, row, "linked", None, payload)


@action(Permission.ANSWER_FEEDBACK)
def resolve_feedback(
    store: Store, actor: Actor, *, feedback_id: int, text: str | None = None, at: datetime | None = None
) -> FeedbackEvent:
    """Say that the matter is taken care of; it counts as resolved once the requester confirms (R29).

    Raises: Refused, NotFound, Invalid where it is resolved already.
    """
    with acting(store, actor, "resolve_feedback", at=at) as work:
        return _move(work, feedback_id, "resolved", {"open", "reopened"}, text)


@action(Permission.CONFIRM_FEEDBACK)
def confirm_feedback(
    store: Store, actor: Actor, *, feedback_id: int, text: str | None = None, at: datetime | None = None
) -> FeedbackEvent:
    """Confirm, for who gave it, that the matter is taken care of.

    Raises: Refused, NotFound, Invalid where nobody resolved it.
    """
    with acting(store, actor, "confirm_feedback", at=at) as work:
        return _move(work, feedback_id, "confirmed", {"resolved"}, text)


@action(Permission.CONFIRM_FEEDBACK)
def reopen_feedback(
    store: Store, actor: Actor, *, feedback_id: int, text: str, at: datetime | None = None
) -> FeedbackEvent:
    """Say, for who gave it, that the matter is not taken care of after all, and why.

    Raises: Refused, NotFound, Invalid where it is open.
    """
    with acting(store, actor, "reopen_feedback", at=at) as work:
        why = required(text, N_("Reason"), longest=LONGEST_TEXT)
        return _move(work, feedback_id, "reopened", {"resolved", "confirmed"}, why)


def feedback_in_reach(work: Work, feedback_id: int, *, missing: NotFound | None = None) -> Feedback:
    """The feedback, within the actor's reach.

    Raises: NotFound (or `missing`) where it is unknown or not to be seen; Refused.
    """
    missing = missing or NotFound(Text("There is no feedback {id}.", id=str(feedback_id)))
    row = work.session.get(Feedback, feedback_id)
    if row is None:
        raise missing
    work.require(project=row.project_key, department=row.department, missing=missing)
    return row


def as_corrected(row: Feedback, events: list[FeedbackEvent]) -> dict[str, Any]:
    """The correctable fields of a piece of feedback after all its corrections. Args: events, oldest first."""
    fields = {name: getattr(row, name) for name in CORRECTABLE}
    for event in events:
        if event.kind == "corrected":
            fields |= event.payload
    return fields


def state_of(events: list[FeedbackEvent]) -> str:
    """Where a piece of feedback stands: open, resolved, confirmed or reopened. Args: events, oldest first."""
    return next((event.kind for event in reversed(events) if event.kind in STATES), "open")


def _events(work: Work, feedback_id: int) -> list[FeedbackEvent]:
    found = rows_where(work.session, FeedbackEvent, feedback_id=feedback_id)
    return sorted(found, key=lambda event: (event.at, event.id or 0))


def _move(work: Work, feedback_id: int, kind: str, allowed: set[str], text: str | None) -> FeedbackEvent:
    row = feedback_in_reach(work, feedback_id)
    state = state_of(_events(work, feedback_id))
    if state not in allowed:
        said = FEEDBACK_EVENT.get(state, N_("not resolved yet"))
        raise Invalid(
            Text("Its state is: {state}. That does not allow this step.", state=Text(said)),
            next=Text("Reload the page to see what became of it."),
        )
    return _add(work, row, kind, optional(text, N_("Remark"), longest=LONGEST_TEXT), {}, before={"state": state})


def _add(
    work: Work,
    row: Feedback,
    kind: str,
    text: str | None,
    payload: dict[str, Any],
    *,
    author: str | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> FeedbackEvent:
    event = FeedbackEvent(
        feedback_id=row.id or 0,
        external_id=uuid.uuid4().hex,
        at=work.at,
        kind=kind,
        author=author or work.actor.name,
        text=text,
        payload=payload,
    )
    work.add(event)
    work.audit(f"feedback {row.id}", before, after or event)
    return event


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """The fields as they will be stored. Raises: Invalid."""
    return {
        "kind": one_of(given["kind"], FEEDBACK_KIND, N_("Kind of feedback")),
        "text": optional(given["text"], N_("Feedback text"), longest=LONGEST_TEXT),
        "csat": within(given["csat"], 1, 5, N_("Satisfaction (1 to 5)")),
        "nps": within(given["nps"], 0, 10, N_("Would recommend (0 to 10)")),
        "release": optional(given["release"], N_("Release")),
        "department": optional(given["department"], N_("Department")),
        "project_key": optional(given["project_key"], N_("Project")),
    }


def _refuse_empty(given: dict[str, Any]) -> None:
    if given["text"] is None and given["csat"] is None and given["nps"] is None:
        raise Invalid(Text("There is neither a text nor a score."), next=Text("Write a sentence, or choose a score."))
