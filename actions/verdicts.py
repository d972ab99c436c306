"""What was decided at a demo: a verdict per item, and whether the sprint's goal was met. The latest entry counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from access.permissions import Permission
from actions.base import Work, acting, action
from actions.given import LONGEST_TEXT, one_of, optional
from actions.sprint_items import item_in_sprint, sprint_in_reach
from core.actor import Actor
from core.errors import Invalid
from core.i18n import N_, Text
from core.wording_actions import GOAL_VERDICT, VERDICT
from store.db import Store
from store.read import last_where
from store.tables import GoalVerdict, Verdict


@dataclass(frozen=True)
class ItemVerdict:
    """One verdict as given: on an item of a sprint, with the remark, who decided, and for which department."""

    source_id: int
    sprint_id: str
    work_item_id: str
    verdict: str
    remark: str | None = None
    decided_by: str | None = None
    department: str | None = None


@action(Permission.RECORD_VERDICT)
def record_verdict(
    store: Store,
    actor: Actor,
    *,
    source_id: int,
    sprint_id: str,
    work_item_id: str,
    verdict: str,
    remark: str | None = None,
    decided_by: str | None = None,
    department: str | None = None,
    at: datetime | None = None,
) -> Verdict:
    """Record what was decided about an item; a later verdict on the same item and sprint supersedes it.

    Args: verdict, a code of `core.wording_actions.VERDICT`.
    Raises: Refused, NotFound (unknown, or never in that sprint), Invalid.
    """
    given = ItemVerdict(source_id, sprint_id, work_item_id, verdict, remark, decided_by, department)
    with acting(store, actor, "record_verdict", at=at) as work:
        return _record(work, given)


@action(Permission.RECORD_VERDICT)
def record_verdicts(
    store: Store, actor: Actor, *, verdicts: Sequence[ItemVerdict], at: datetime | None = None
) -> list[Verdict]:
    """Record several verdicts at once: all of them, or none.

    Raises: Refused, NotFound, Invalid.
    """
    if not verdicts:
        raise Invalid(Text("There is no verdict to record."))
    with acting(store, actor, "record_verdicts", at=at) as work:
        return [_record(work, given) for given in verdicts]


@action(Permission.RECORD_VERDICT)
def record_goal_verdict(
    store: Store,
    actor: Actor,
    *,
    source_id: int,
    sprint_id: str,
    verdict: str,
    evidence: str | None = None,
    at: datetime | None = None,
) -> GoalVerdict:
    """Record whether a sprint's goal was met, with the evidence; a later one supersedes it.

    Args: verdict, a code of `core.wording_actions.GOAL_VERDICT`.
    Raises: Refused, NotFound, Invalid.
    """
    with acting(store, actor, "record_goal_verdict", at=at) as work:
        sprint = sprint_in_reach(work, source_id, sprint_id)
        before = last_where(work.session, GoalVerdict, source_id=source_id, sprint_id=sprint_id)
        row = GoalVerdict(
            source_id=source_id,
            sprint_id=sprint_id,
            verdict=one_of(verdict, GOAL_VERDICT, N_("Goal")),
            evidence=optional(evidence, N_("Evidence"), longest=LONGEST_TEXT),
            decided_at=work.at,
            recorded_by=actor.name,
        )
        work.add(row)
        work.audit(f"goal of sprint {sprint.name}", before, row)
        return row


def _record(work: Work, given: ItemVerdict) -> Verdict:
    item = item_in_sprint(work, given.source_id, given.sprint_id, given.work_item_id)
    before = last_where(
        work.session,
        Verdict,
        source_id=given.source_id,
        sprint_id=given.sprint_id,
        work_item_id=given.work_item_id,
    )
    row = Verdict(
        source_id=given.source_id,
        sprint_id=given.sprint_id,
        work_item_id=given.work_item_id,
        verdict=one_of(given.verdict, VERDICT, N_("Verdict")),
        remark=optional(given.remark, N_("Remark"), longest=LONGEST_TEXT),
        decided_by=optional(given.decided_by, N_("Decided by")),
        department=optional(given.department, N_("Department")),
        decided_at=work.at,
        recorded_by=work.actor.name,
    )
    work.add(row)
    work.audit(f"work item {item.key} in sprint {given.sprint_id}", before, row)
    return row
