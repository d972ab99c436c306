"""What cannot be trusted in a source's data, beside what its ledgers say: checked for the touched items alone, or for all."""

from collections.abc import Collection, Iterable
from datetime import datetime

from core.actor import EVERYTHING
from metrics.finding import Finding
from metrics.kpi import kpi_status
from metrics.quality import (
    change_findings,
    feedback_findings,
    item_findings,
    key_findings,
    kpi_findings,
    sprint_findings,
)
from store import doubtful, frames
from store import tables as t
from store.db import Session
from store.derived import replace_findings
from store.facts import early_changes
from store.sprint_items import Run, item_counts, item_runs, parts
from store.write import Row

LOOKED_AT_AT_ONCE = 20_000  # items, of which few pass the sieve


def find_doubts(session: Session, source_id: int, item_ids: Collection[str] | None, *, at: datetime) -> int:
    """Bring the findings of a source's items, changes, sprints, KPIs and feedback up to date.

    Args: item_ids, the items whose records changed; None for all of them. Returns: findings added or removed.
    """
    if item_ids is not None and len(item_ids) >= doubtful.item_count(session, source_id):
        item_ids = None
    at_most = 1 if item_ids is None else len(item_ids) + 1
    resolved = doubtful.resolved_count(session, source_id, at_most)
    if item_ids is not None and 0 < resolved < at_most:
        item_ids = None  # these may be the first with a resolution: then the others without one are in doubt as well
    if item_ids is None:
        every: Iterable[list[str] | Run] = item_runs(session, source_id, LOOKED_AT_AT_ONCE)
        changed = replace_findings(session, source_id, [], at, doubtful.of_nothing(source_id))
    else:
        checked = set(item_ids) | doubtful.children_of(session, source_id, item_ids)
        checked |= doubtful.found_subjects(session, source_id, "parent_missing")
        every = parts(sorted(checked))
        changed = 0
    for part in every:
        changed += _items(session, source_id, part, has_resolutions=resolved > 0, at=at)
    changed += _keys(session, source_id, item_ids, at)
    return changed + _the_rest(session, source_id, at)


def finding_row(source_id: int, sprint_id: str | None, one: Finding) -> Row:
    """A finding as a row of the store."""
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


def _items(session: Session, source_id: int, item_ids: list[str] | Run, *, has_resolutions: bool, at: datetime) -> int:
    items = doubtful.doubtful_items(session, source_id, item_ids, as_of=at, has_resolutions=has_resolutions)
    parents = doubtful.known_parents(session, source_id, set(items["parent_id"].dropna()))
    found = item_findings(items, as_of=at, has_resolutions=has_resolutions, known_parents=parents)
    rows = [finding_row(source_id, None, one) for one in found]
    changed = replace_findings(session, source_id, rows, at, doubtful.of_items(session, item_ids))
    early = change_findings(zip(*early_changes(session, source_id, item_ids), strict=True))
    rows = [finding_row(source_id, None, one) for one in early]
    return changed + replace_findings(session, source_id, rows, at, doubtful.of_changes(session, source_id, item_ids))


def _keys(session: Session, source_id: int, item_ids: Collection[str] | None, at: datetime) -> int:
    """Keys that several items have; of touched items, the keys they have now, and those in doubt before."""
    if item_ids is None:
        rows = [finding_row(source_id, None, one) for one in key_findings(doubtful.duplicate_keys(session, source_id))]
        return replace_findings(session, source_id, rows, at, doubtful.of_keys(session, None))
    keys = doubtful.keys_of(session, source_id, item_ids)
    keys |= doubtful.found_subjects(session, source_id, "duplicate_key")
    changed = 0
    for part in parts(sorted(keys)):
        found = key_findings(doubtful.duplicate_keys(session, source_id, part))
        rows = [finding_row(source_id, None, one) for one in found]
        changed += replace_findings(session, source_id, rows, at, doubtful.of_keys(session, part))
    return changed


def _the_rest(session: Session, source_id: int, at: datetime) -> int:
    found = sprint_findings(
        frames.sprints(session, EVERYTHING, source_id=source_id), as_of=at, used=set(item_counts(session, source_id))
    )
    found += _kpis(session, source_id, at) + _feedback(session, source_id, at)
    rows = [finding_row(source_id, None, one) for one in found]
    return replace_findings(session, source_id, rows, at, doubtful.of_the_rest())


def _kpis(session: Session, source_id: int, at: datetime) -> list[Finding]:
    kpis = frames.kpis(session, EVERYTHING)
    kpis = kpis[kpis["source_id"] == source_id]
    if kpis.empty:
        return []
    of = {
        model: frames.kpi_facts(session, model, kpis["kpi_id"])
        for model in (t.KpiBaseline, t.KpiTarget, t.KpiMeasurement, t.KpiPhase)
    }
    standing = kpi_status(
        kpis=kpis, baselines=of[t.KpiBaseline], targets=of[t.KpiTarget], measurements=of[t.KpiMeasurement],
        phases=of[t.KpiPhase], as_of=at,
    )  # fmt: skip
    return kpi_findings(standing, of[t.KpiMeasurement], as_of=at)


def _feedback(session: Session, source_id: int, at: datetime) -> list[Finding]:
    feedback = frames.feedback(session, EVERYTHING)
    feedback = feedback[feedback["source_id"] == source_id]
    if feedback.empty:
        return []
    events = frames.feedback_events(session, EVERYTHING)
    return feedback_findings(feedback, events[events["feedback_id"].isin(feedback["feedback_id"])], as_of=at)
