"""Tables -> documented DataFrames. Every reader asks for a Scope; what it may not see does not exist.

Each frame has the columns of its table (store/tables.py) with `external_id` renamed to what it identifies
(`sprint_id`, `work_item_id`, `board_id`, `change_id`) and `id` likewise (`kpi_id`, `feedback_id` ...), with the same
dtypes whether or not there are rows: str, float64, Int64, bool (boolean where it can be null), datetime64[us, UTC],
object for JSON. Rows come in the order of the primary key unless the docstring says otherwise.
"""

from store.frames.decided import change_requests, covered_items, goal_verdicts, signatures, verdicts, waivers
from store.frames.house import holidays, log_end, row_counts, stored_settings, version
from store.frames.measured import attachments, feedback, feedback_events, kpi_facts, kpis
from store.frames.reach import in_departments, in_projects, in_sources, of_items, of_sprints
from store.frames.sources import (
    boards,
    emptied_sources,
    every_status,
    every_type,
    findings,
    fresh_since,
    log_begins,
    runs,
    source_overview,
    sources,
    statuses,
)
from store.frames.sprints import (
    changes,
    derived_entries,
    derived_totals,
    entries,
    slim_items,
    source_facts,
    sprints,
    stated_entries,
    totals,
    work_items,
)
from store.frames.typed import Ids, Reading, by_ids, frame, typed

__all__ = [
    "Ids",
    "Reading",
    "attachments",
    "boards",
    "by_ids",
    "change_requests",
    "changes",
    "covered_items",
    "derived_entries",
    "derived_totals",
    "emptied_sources",
    "entries",
    "every_status",
    "every_type",
    "feedback",
    "feedback_events",
    "findings",
    "frame",
    "fresh_since",
    "goal_verdicts",
    "holidays",
    "in_departments",
    "in_projects",
    "in_sources",
    "kpi_facts",
    "kpis",
    "log_begins",
    "log_end",
    "of_items",
    "of_sprints",
    "row_counts",
    "runs",
    "signatures",
    "slim_items",
    "source_facts",
    "source_overview",
    "sources",
    "sprints",
    "stated_entries",
    "statuses",
    "stored_settings",
    "totals",
    "typed",
    "verdicts",
    "version",
    "waivers",
    "work_items",
]
