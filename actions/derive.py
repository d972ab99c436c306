"""From facts to what pages read: each sprint's entries, totals and findings. Anything here can be built again."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from access.permissions import Permission
from actions.base import acting, action
from core.actor import EVERYTHING, Actor
from metrics.facts import SourceFacts, fold_source
from metrics.finding import Finding
from metrics.kpi import kpi_status
from metrics.ledger import Ledger, totals_frame
from metrics.quality import change_findings, feedback_findings, item_findings, kpi_findings, sprint_findings
from store import frames
from store import tables as t
from store.db import Session, Store
from store.derived import forget_sprints, replace_entries, replace_findings, replace_totals, rows_of
from store.write import Row


@action(Permission.IMPORT_DATA, house_wide=True)
def rebuild(store: Store, actor: Actor, *, at: datetime | None = None) -> tuple[int, int]:
    """Derive every sprint of every source anew.

    Returns: sprints derived, and rows that changed (0 for a sound store). Raises: Refused.
    """
    with acting(store, actor, "rebuild", at=at) as work:
        sprints = changed = 0
        for source_id in frames.sources(work.session)["source_id"].tolist():
            done = derive(work.session, source_id, at=work.at)
            sprints, changed = sprints + len(done[0]), changed + done[1]
        work.audit("derived figures", None, {"sprints": sprints, "rows_changed": changed})
        return sprints, changed


def rederive(
    session: Session, source_id: int, *, sprint_ids: Sequence[str] | None = None, at: datetime
) -> dict[str, Ledger]:
    """Derive the given sprints of a source (all where None), and those that share items with them.

    Returns: sprint id -> its ledger.
    """
    return derive(session, source_id, sprint_ids=sprint_ids, at=at)[0]


def derive(
    session: Session, source_id: int, *, sprint_ids: Sequence[str] | None = None, at: datetime
) -> tuple[dict[str, Ledger], int]:
    """As `rederive`; also returns how many derived rows changed."""
    item_ids, wanted = None, None
    if sprint_ids is not None and not frames.is_every_sprint(session, source_id, sprint_ids):
        item_ids, wanted = _reach(session, source_id, sprint_ids)
    facts = SourceFacts(**frames.source_facts(session, source_id, item_ids))
    targets = [one for one in facts.sprints["sprint_id"] if wanted is None or one in wanted]
    folded = fold_source(facts, targets, as_of=at)
    changed = forget_sprints(session, source_id, set(facts.sprints["sprint_id"])) if sprint_ids is None else 0
    changed += replace_entries(
        session,
        source_id,
        targets,
        [{"source_id": source_id, **row} for one in folded.values() for row in one.entry_rows()],
    )
    changed += replace_totals(session, source_id, rows_of(totals_frame(folded.values()), source_id=source_id))
    changed += replace_findings(session, source_id, _findings(session, facts, folded, at), targets, at)
    return folded, changed


def _reach(session: Session, source_id: int, sprint_ids: Sequence[str]) -> tuple[set[str], set[str]]:
    """Every item of the sprints that share one with the given sprints, and those sprints: a ledger needs its whole sprint."""
    touched = set(frames.stated_entries(session, source_id, sprint_ids)["work_item_id"])
    wanted = set(frames.sprints_of_items(session, source_id, touched)) | set(sprint_ids)
    return set(frames.stated_entries(session, source_id, sorted(wanted))["work_item_id"]), wanted


def _findings(session: Session, facts: SourceFacts, folded: dict[str, Ledger], at: datetime) -> list[Row]:
    source_id = facts.source_id
    whole = facts if facts.is_whole else SourceFacts(**frames.source_facts(session, source_id))
    kpis = frames.kpis(session, EVERYTHING)
    kpis = kpis[kpis["source_id"] == source_id]
    of = {
        model: frames.kpi_facts(session, model, kpis["kpi_id"])
        for model in (t.KpiBaseline, t.KpiTarget, t.KpiMeasurement, t.KpiPhase)
    }
    feedback = frames.feedback(session, EVERYTHING)
    feedback = feedback[feedback["source_id"] == source_id]
    events = frames.feedback_events(session, EVERYTHING)
    standing = kpi_status(
        kpis=kpis, baselines=of[t.KpiBaseline], targets=of[t.KpiTarget], measurements=of[t.KpiMeasurement],
        phases=of[t.KpiPhase], as_of=at,
    )  # fmt: skip
    found: list[tuple[str | None, Finding]] = [
        (None, one)
        for group in (
            item_findings(whole.items, as_of=at),
            sprint_findings(whole.sprints, as_of=at, used=set(whole.stated["sprint_id"]) | _used(whole.items)),
            change_findings(whole.changes, whole.items),
            kpi_findings(standing, of[t.KpiMeasurement], as_of=at),
            feedback_findings(feedback, events[events["feedback_id"].isin(feedback["feedback_id"])], as_of=at),
        )
        for one in group
    ]
    found += [(sprint_id, one) for sprint_id, ledger in folded.items() for one in ledger.findings]
    return [_row(source_id, sprint_id, one) for sprint_id, one in found]


def _used(items: pd.DataFrame) -> set[str]:
    return {sprint_id for ids in items["sprint_ids"] for sprint_id in (ids or [])}


def _row(source_id: int, sprint_id: str | None, one: Finding) -> Row:
    return {
        "source_id": source_id,
        "sprint_id": sprint_id,
        "code": one.code,
        "severity": one.severity,
        "subject_table": one.subject_table,
        "subject_id": one.subject_id,
        "subject_label": one.subject_label,
        "params": one.params,
    }
