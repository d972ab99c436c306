"""Loading the sample workspace: its spreadsheets through the real import, its decisions through the real actions."""

import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from access.permissions import Permission, require
from actions.change_requests import Content, Covered, raise_change_request
from actions.import_sheet import import_sheet
from actions.sample import clear_sample, decide_first_start, has_decided
from actions.signatures import sign_change
from actions.verdicts import record_goal_verdict
from actions.waivers import waive_change
from core.actor import Actor, Role
from core.clock import now
from core.errors import FortnightError, Invalid
from core.i18n import Text
from reports.figures.house import house_settings
from services.sample.cast import PROJECT, ZONE
from services.sample.decisions import ChangeRequestDecision, GoalDecision, WaiverDecision, decisions
from services.sample.plot import tell
from services.sample.workbooks import SOURCE, generate
from store import frames, lookup
from store.db import Store


def is_wanted(store: Store) -> bool:
    """Whether this is a first start: nothing was ever loaded, and nobody has sent the sample away."""
    with store.reading() as session:
        return frames.sources(session).empty and not has_decided(session)


def load_sample(store: Store, actor: Actor, *, at: datetime | None = None) -> dict[str, int]:
    """Load the sample workspace, its story ending today.

    Returns: rows per table. Raises: Refused; Invalid where the sample is in already. A load that fails leaves nothing.
    """
    require(actor, Permission.MANAGE_SAMPLE)
    instant = at or now()
    with store.reading() as session:
        zone = house_settings(session).zone
        if frames.sources(session)["is_sample"].any():
            raise Invalid(
                Text("The sample workspace is in already."),
                next=Text("Clear it with: python fortnight.py sample clear"),
            )
    anchor = instant.astimezone(ZoneInfo(zone)).date()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for file in generate(Path(folder), anchor=anchor):
                outcome = import_sheet(
                    store, actor, file.path.name, file.path.read_bytes(), source_name=SOURCE, is_sample=True, at=instant
                )
                if outcome.is_refused:  # our own sheets are whole: a defect of ours, shown and not papered over
                    raise Invalid(outcome.sheets[0].errors[0].text())
        _decide(store, decisions(tell(anchor)), zone, instant)
    except FortnightError:
        with store.reading() as session:
            is_half_loaded = bool(frames.sources(session)["is_sample"].any())
        if is_half_loaded:
            clear_sample(store, actor, at=at)
        raise
    decide_first_start(store, actor, at=at)
    with store.reading() as session:
        return frames.row_counts(session)


def _decide(
    store: Store, given: list[ChangeRequestDecision | WaiverDecision | GoalDecision], zone: str, until: datetime
) -> None:
    """What people of the story decided, under their names and at their instants."""
    with store.reading() as session:
        source_id = int(frames.sources(session).set_index("name")["source_id"][SOURCE])
        sprints = lookup.sprint_names(session, [source_id])
        keys = {covered for one in given for covered in _keys(one)}
        items = {key: places[0][1] for key, places in lookup.items_by_key(session, keys, source_id).items()}
    for one in given:
        if isinstance(one, GoalDecision):
            record_goal_verdict(
                store, _person(one.decided_by), source_id=source_id, sprint_id=sprints[one.sprint],
                verdict=one.verdict, evidence=one.evidence, at=_at(one.at, zone, until),
            )  # fmt: skip
        elif isinstance(one, WaiverDecision):
            waive_change(
                store, _person(one.waived_by), source_id=source_id, sprint_id=sprints[one.sprint],
                work_item_id=items[one.key], change_kind=one.change_kind, reason=one.reason, at=_at(one.at, zone, until),
            )  # fmt: skip
        else:
            covered = tuple(
                Covered(source_id, sprints[each.sprint], items[each.key], each.change_kind) for each in one.covered
            )
            content = Content(
                title=one.title, reason=one.reason, impact=one.impact, impact_points=one.points, impact_days=one.days,
                department=one.department, requested_by=one.requested_by, project_key=PROJECT, items=covered,
            )  # fmt: skip
            request = raise_change_request(
                store, _person(one.recorded_by), content=content, at=_at(one.requested_at, zone, until)
            )
            if one.decision and one.signed_by and one.signed_at:
                sign_change(
                    store, _person(one.signed_by), number=request.number, decision=one.decision, remark=one.remark,
                    at=_at(one.signed_at, zone, until),
                )  # fmt: skip


def _keys(one: ChangeRequestDecision | WaiverDecision | GoalDecision) -> list[str]:
    if isinstance(one, ChangeRequestDecision):
        return [covered.key for covered in one.covered]
    return [one.key] if isinstance(one, WaiverDecision) else []


def _person(name: str) -> Actor:
    return Actor.with_roles(name, (Role.LEAD, Role.LEADER, Role.DEPARTMENT), projects=None, departments=None)


def _at(told: datetime, zone: str, until: datetime) -> datetime:
    """The same wall-clock time in the house's zone, in which the sheets were read; nothing happens after today."""
    return min(told.astimezone(ZoneInfo(ZONE)).replace(tzinfo=ZoneInfo(zone)), until)
