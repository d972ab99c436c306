"""Sprints as they stood at an instant: their ledgers folded anew from what had happened by then."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from core.actor import Scope
from metrics.facts import SourceFacts, fold_source
from metrics.finding import Finding
from metrics.ledger import totals_frame
from store import frames
from store.sprint_items import items_of_sprints

ITEM_COLUMNS = ("key", "title", "kind", "type", "assignee", "url", "project_key", "acceptance_criteria", "status")
WHOLE = 100  # sprints from which on reading the source whole costs less than finding their items


def replayed(
    session: frames.Reading, scope: Scope, source_id: int, sprint_ids: Sequence[str], as_of: datetime
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[Finding, ...]]:
    """Totals, entries (with their items' columns) and findings of some sprints of a source as of an instant."""
    ids: set[str] | None = None
    if len(sprint_ids) < WHOLE:
        ids = items_of_sprints(session, source_id, sprint_ids)
        ids |= set(frames.derived_entries(session, scope, source_id, sprint_ids)["work_item_id"])
    facts = SourceFacts(**frames.source_facts(session, source_id, ids or None))
    ledgers = list(fold_source(facts, sprint_ids, as_of=as_of).values())
    parts = [one.entries for one in ledgers if len(one.entries)] or [one.entries for one in ledgers[:1]]
    entries = pd.concat(parts, ignore_index=True)
    items = frames.work_items(session, scope, source_id, entries["work_item_id"])
    entries = entries.merge(items[["work_item_id", *ITEM_COLUMNS, "parent_id"]], on="work_item_id")
    found = tuple(finding for one in ledgers for finding in one.findings)
    return totals_frame(ledgers), entries.sort_values(["sprint_id", "key"], ignore_index=True), found


def sprint_at(sprint: dict[str, Any], as_of: datetime) -> dict[str, Any]:
    """A sprint's row as it stood at an instant: not started, running, or closed; its end unknown before it came (R1)."""
    begun, ended = sprint["started_at"], sprint["completed_at"]
    if pd.isna(begun) or sprint["state"] == "future" or begun > as_of:
        return {**sprint, "state": "future" if not pd.isna(begun) and begun > as_of else sprint["state"]}
    if not pd.isna(ended) and ended > as_of:
        return {**sprint, "state": "active", "completed_at": pd.NaT}
    return sprint
