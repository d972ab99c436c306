"""Requirement changes, evaluated and signed: each edit is a new version, and a signature binds exactly one of them."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from access.audit import canonical, content_hash
from access.permissions import Permission
from actions.base import Work, acting, action
from actions.given import LONGEST_TEXT, finite, one_of, optional, required
from actions.own_source import refuse_mixing, source_for_entry
from actions.sprint_items import item_of, sprint_of
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.i18n import N_, Text
from core.plain import plain_text
from core.wording_actions import CHANGE_KIND
from store.db import Store
from store.read import rows_where
from store.tables import ChangeRequest, ChangeRequestItem, Source

NUMBER = re.compile(r"CR-(\d+)")


@dataclass(frozen=True)
class Covered:
    """What a change request covers: an item in a sprint, and one kind of change to it (None: every kind)."""

    source_id: int
    sprint_id: str
    work_item_id: str
    change_kind: str | None = None


@dataclass(frozen=True)
class Content:
    """What a change request says, and so what a signature binds."""

    title: str
    reason: str
    impact: str | None = None
    impact_points: float | None = None
    impact_days: float | None = None
    project_key: str | None = None
    department: str | None = None
    requested_by: str = ""
    items: tuple[Covered, ...] = ()


@action(Permission.MANAGE_CHANGES)
def raise_change_request(store: Store, actor: Actor, *, content: Content, at: datetime | None = None) -> ChangeRequest:
    """Record a requirement change with its impact, as version 1 of the next number (CR-1, CR-2 ...).

    Raises: Refused, Invalid, NotFound for an item or sprint that does not exist.
    """
    with acting(store, actor, "raise_change_request", at=at) as work:
        checked = _checked(work, content)
        work.require(project=checked.project_key, department=checked.department)
        row = _write(work, _next_number(work), 1, checked, _source_of(work, checked).id or 0)
        work.audit(row.number, None, asdict(checked) | {"version": 1, "content_sha256": row.content_sha256})
        return row


@action(Permission.MANAGE_CHANGES)
def revise_change_request(
    store: Store, actor: Actor, *, number: str, at: datetime | None = None, **changes: Any
) -> ChangeRequest:
    """Write a new version of a change request; signatures on the version before no longer count.

    Args: changes, the fields of `Content` that differ.
    Raises: Refused, NotFound, Invalid (also where nothing would differ: a signature is not voided for nothing).
    """
    unknown = set(changes) - {field.name for field in fields(Content)}
    if unknown:
        raise TypeError(f"no field of a change request: {', '.join(sorted(unknown))}")
    with acting(store, actor, "revise_change_request", at=at) as work:
        present = present_version(work, number)
        before = content_of(present, rows_where(work.session, ChangeRequestItem, change_request_id=present.id))
        after = _checked(work, replace(before, **changes))
        work.require(project=after.project_key, department=after.department)
        if after == before:
            raise Invalid(Text("Nothing in {number} would change.", number=number))
        refuse_mixing(_held_source(work, present.source_id), _source_of(work, after))
        row = _write(work, number, present.version + 1, after, present.source_id)
        work.audit(
            number,
            asdict(before) | {"version": present.version, "content_sha256": present.content_sha256},
            asdict(after) | {"version": row.version, "content_sha256": row.content_sha256},
        )
        return row


def content_of(request: ChangeRequest, items: Sequence[ChangeRequestItem]) -> Content:
    """The content of one version, as its signature binds it."""
    covered = (Covered(item.source_id, item.sprint_id, item.work_item_id, item.change_kind) for item in items)
    return Content(
        **{field.name: getattr(request, field.name) for field in fields(Content) if field.name != "items"},
        items=_sorted(covered),
    )


def hash_of(number: str, version: int, content: Content) -> str:
    """The hash a signature binds: number, version and every field, covered items included."""
    return content_hash({"number": number, "version": version, **asdict(content)})


def _checked(work: Work, given: Content) -> Content:
    """The content as it will be stored. Raises: Invalid, NotFound."""
    items = _sorted(given.items)
    if len({(item.source_id, item.sprint_id, item.work_item_id) for item in items}) < len(items):
        raise Invalid(
            Text("A work item is named twice for the same sprint."),
            next=Text("Name it once, with “every kind of change” where several kinds are meant."),
        )
    projects = set()
    for item in items:
        if item.change_kind is not None:
            one_of(item.change_kind, CHANGE_KIND, N_("Kind of change"))
        sprint_of(work, item.source_id, item.sprint_id)
        held = item_of(work, item.source_id, item.work_item_id)
        missing = NotFound(Text("There is no work item {id}.", id=plain_text(item.work_item_id)))
        work.require(project=held.project_key, department=held.department, missing=missing)
        projects.add(held.project_key)
    return Content(
        title=required(given.title, N_("Title")),
        reason=required(given.reason, N_("Reason"), longest=LONGEST_TEXT),
        impact=optional(given.impact, N_("Impact"), longest=LONGEST_TEXT),
        impact_points=finite(given.impact_points, N_("Impact in points")),
        impact_days=finite(given.impact_days, N_("Impact in days")),
        project_key=optional(given.project_key, N_("Project")) or (projects.pop() if len(projects) == 1 else None),
        department=optional(given.department, N_("Department")),
        requested_by=required(given.requested_by, N_("Requested by")),
        items=items,
    )


def _sorted(items: Any) -> tuple[Covered, ...]:
    return tuple(sorted(set(items), key=lambda item: canonical(asdict(item))))


def _write(work: Work, number: str, version: int, content: Content, source_id: int) -> ChangeRequest:
    said = {name: value for name, value in vars(content).items() if name != "items"}
    row = work.add(
        ChangeRequest(
            source_id=source_id,
            number=number,
            version=version,
            created_at=work.at,
            recorded_by=work.actor.name,
            content_sha256=hash_of(number, version, content),
            **said,
        )
    )
    for item in content.items:
        work.add(ChangeRequestItem(change_request_id=row.id or 0, **asdict(item)))
    return row


def present_version(work: Work, number: str) -> ChangeRequest:
    """The present version, within the actor's reach. Raises: NotFound."""
    missing = NotFound(Text("There is no change request {number}.", number=plain_text(number)))
    versions = rows_where(work.session, ChangeRequest, number=number)
    if not versions:
        raise missing
    present = max(versions, key=lambda version: version.version)
    work.require(project=present.project_key, department=present.department, missing=missing)
    return present


def _next_number(work: Work) -> str:
    found = (NUMBER.fullmatch(row.number) for row in rows_where(work.session, ChangeRequest, version=1))
    return f"CR-{max((int(match.group(1)) for match in found if match), default=0) + 1}"


def _source_of(work: Work, content: Content) -> Source:
    """The source of the covered items where they share one, else where entries belong."""
    sources = [_held_source(work, source_id) for source_id in sorted({item.source_id for item in content.items})]
    for other in sources[1:]:
        refuse_mixing(sources[0], other)
    if len(sources) == 1 or (sources and sources[0].is_sample):
        return sources[0]
    return source_for_entry(work.session, work.at, project_key=content.project_key)


def _held_source(work: Work, source_id: int) -> Source:
    source = work.session.get(Source, source_id)
    if source is None:
        raise NotFound(Text("There is no source {id}.", id=str(source_id)))
    return source
