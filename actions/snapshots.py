"""A closed sprint's ledger is frozen once the source was read whole after its end; a lead may freeze it anew."""

from datetime import datetime

from access.permissions import Permission
from actions.base import acting, action
from actions.given import LONGEST_TEXT, required
from actions.sprint_items import sprint_in_reach
from core.actor import Actor
from core.errors import Invalid
from core.i18n import N_, Text
from store import snapshots
from store.db import Session, Store

SHEETS_OF_SPRINTS = ("backlog", "jira_csv")


def freeze_closed(session: Session, source_id: int, *, at: datetime, by: str, is_import: bool = False) -> int:
    """Freeze every sprint of a source that a complete read found closed before it began.

    Called once at the end of a sync or an import, within its transaction and after its derivation. A sprint whose ledger
    is not known whole (a sheet without history) is left unfrozen until it is.
    Args: at, when the read began; by, who is said to have frozen; is_import, of a backlog: people look at what they
    imported and correct it, so that it takes a second import after the sprint's end to freeze it.
    Returns: how many were frozen.
    """
    due = snapshots.due(session, source_id, at, confirmed_by=SHEETS_OF_SPRINTS if is_import else ())
    return snapshots.freeze(session, source_id, due, at=at, by=by)


@action(Permission.RECORD_VERDICT)
def refreeze_sprint(
    store: Store, actor: Actor, *, source_id: int, sprint_id: str, reason: str, at: datetime | None = None
) -> int:
    """Freeze a closed sprint's ledger anew, as its source tells it today; the earlier snapshots stay on record.

    Returns: the new snapshot's id. Raises: Refused, NotFound; Invalid without a reason, for a sprint that was never
    frozen, or where nothing differs.
    """
    with acting(store, actor, "refreeze_sprint", at=at) as work:
        sprint = sprint_in_reach(work, source_id, sprint_id)
        given = required(reason, N_("Reason"), longest=LONGEST_TEXT)
        before = snapshots.latest(work.session, source_id, sprint_id)
        if before is None:
            raise Invalid(
                Text("{sprint} is not frozen: its figures follow its source as they are.", sprint=sprint.name),
                why=Text("A sprint is frozen by the first complete read of its source after its end."),
            )
        payload = snapshots.derived_payloads(work.session, source_id, [sprint_id])[sprint_id]
        if not payload["totals"]:
            raise Invalid(Text("{sprint} has no ledger to freeze.", sprint=sprint.name))
        if snapshots.says_the_same(before.payload, payload) and before.is_intact:
            raise Invalid(Text("Nothing differs: {sprint} is frozen as its source tells it.", sprint=sprint.name))
        snapshots.freeze(work.session, source_id, [sprint_id], at=work.at, by=actor.name, reason=given)
        after = snapshots.latest(work.session, source_id, sprint_id)
        assert after is not None  # written just now, in this transaction
        work.audit(
            f"snapshot of sprint {sprint.name}",
            {"sha256": before.sha256, "frozen_at": before.frozen_at.isoformat()},
            {"sha256": after.sha256, "reason": given},
        )
        return after.id
