"""Detected changes that need no change request: waived with a reason, and taken back. The latest entry counts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from access.permissions import Permission
from actions.base import Work, acting, action
from actions.given import LONGEST_TEXT, one_of, required
from actions.sprint_items import item_in_sprint
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.i18n import N_, Text
from core.wording_actions import CHANGE_KIND
from store.db import Store
from store.read import last_where
from store.snapshots import latest
from store.tables import SprintEntry, Waiver


@action(Permission.WAIVE_CHANGE)
def waive_change(
    store: Store,
    actor: Actor,
    *,
    source_id: int,
    sprint_id: str,
    work_item_id: str,
    change_kind: str,
    reason: str,
    at: datetime | None = None,
) -> Waiver:
    """Say why a detected change needs no change request.

    Args: change_kind, a code of `core.wording_actions.CHANGE_KIND`.
    Raises: Refused; NotFound where no such change was detected; Invalid where it is waived already.
    """
    with acting(store, actor, "waive_change", at=at) as work:
        return _write(work, source_id, sprint_id, work_item_id, change_kind, reason, is_revoked=False)


@action(Permission.WAIVE_CHANGE)
def revoke_waiver(
    store: Store,
    actor: Actor,
    *,
    source_id: int,
    sprint_id: str,
    work_item_id: str,
    change_kind: str,
    reason: str,
    at: datetime | None = None,
) -> Waiver:
    """Take a waiver back, with the reason: the change counts as unapproved again.

    Raises: Refused; NotFound; Invalid where it is not waived.
    """
    with acting(store, actor, "revoke_waiver", at=at) as work:
        return _write(work, source_id, sprint_id, work_item_id, change_kind, reason, is_revoked=True)


def detected_kinds(entry: Mapping[str, Any]) -> frozenset[str]:
    """The kinds of change that an item's entry in a sprint shows (R10-R12, R18). Args: entry, SprintEntry's fields."""
    kinds = set()
    if entry["bucket"] == "added":
        kinds.add("added")
    is_scope = entry["bucket"] in ("committed", "added")  # carried items are no change of scope (R17)
    if is_scope and entry["outcome"] == "removed":
        kinds.add("removed")
    elif is_scope and (entry["final_points"] or 0.0) != (entry["initial_points"] or 0.0):
        kinds.add("re_estimated")
    if entry["bucket"] is not None and entry["is_content_changed"]:
        kinds.add("content")
    return frozenset(kinds)


def _kinds_seen(work: Work, source_id: int, sprint_id: str, work_item_id: str) -> frozenset[str]:
    """The kinds of change that people see: of a frozen sprint those of its frozen ledger, else those of today's."""
    frozen = latest(work.session, source_id, sprint_id)
    if frozen is not None:
        held = frozen.entry(work_item_id)
    else:
        entry = work.session.get(SprintEntry, (source_id, sprint_id, work_item_id))
        held = entry.model_dump() if entry else None
    return detected_kinds(held) if held else frozenset()


def _write(
    work: Work, source_id: int, sprint_id: str, work_item_id: str, change_kind: str, reason: str, *, is_revoked: bool
) -> Waiver:
    item = item_in_sprint(work, source_id, sprint_id, work_item_id)
    kind = one_of(change_kind, CHANGE_KIND, N_("Kind of change"))
    before = last_where(
        work.session,
        Waiver,
        source_id=source_id,
        sprint_id=sprint_id,
        work_item_id=work_item_id,
        change_kind=kind,
    )
    is_waived = before is not None and not before.is_revoked
    if is_waived and not is_revoked:
        raise Invalid(Text("This change of {key} is waived already.", key=item.key))
    if is_revoked and not is_waived:
        raise Invalid(Text("This change of {key} is not waived.", key=item.key))
    if not is_revoked and kind not in _kinds_seen(work, source_id, sprint_id, work_item_id):
        raise NotFound(
            Text("{key} has no such change in this sprint: {kind}.", key=item.key, kind=Text(CHANGE_KIND[kind]))
        )
    row = Waiver(
        source_id=source_id,
        sprint_id=sprint_id,
        work_item_id=work_item_id,
        change_kind=kind,
        reason=required(reason, N_("Reason"), longest=LONGEST_TEXT),
        is_revoked=is_revoked,
        waived_by=work.actor.name,
        waived_at=work.at,
    )
    work.add(row)
    work.audit(f"{kind} of {item.key} in sprint {sprint_id}", before, row)
    return row
