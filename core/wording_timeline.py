"""The words of an item's history: what happened, and what it did to the sprint's ledger."""

from collections.abc import Mapping
from typing import Any

from core.i18n import N_, Text

WHAT = {
    "created": N_("created"),
    "entered": N_("came into the sprint"),
    "left": N_("was taken out of the sprint"),
    "sprint": N_("other sprints changed: {before} → {after}"),
    "estimate": N_("estimate {before} → {after}"),
    "status": N_("status {before} → {after}"),
    "status_stated": N_("done"),
    "content": N_("{field} changed"),
    "other": N_("{field} changed"),
}
FIELD = {
    "title": N_("title"),
    "description": N_("description"),
    "acceptance_criteria": N_("acceptance criteria"),
    "type": N_("type"),
    "priority": N_("priority"),
    "assignee": N_("assignee"),
    "parent": N_("parent"),
}
EFFECT = {
    "before_start": N_("before the start: part of what the sprint began with"),
    "after_end": N_("after the end: moves nothing here"),
    "committed": N_("counts as committed"),
    "added": N_("counts as added"),
    "carried": N_("counts as carried over, not as added"),
    "returned": N_("came back: nets to nothing"),
    "removed": N_("counts as removed"),
    "left_for_a_while": N_("came back later: nets to nothing"),
    "re_estimated": N_("re-estimated by {points}"),
    "first_estimate": N_("first estimate, {points}"),
    "initial_estimate": N_("sets the estimate it came in with"),
    "completed": N_("counts as completed"),
    "done_for_a_while": N_("done for a while, not at the end"),
    "reopened": N_("open again"),
    "content_churn": N_("counts as changed content"),
    "none": "",
}
NOTHING = "–"


def what_text(event: Mapping[str, Any]) -> Text:
    """What happened, ready for any reader. Args: event, of metrics.timeline.events_of."""
    kind, field = event["kind"], event.get("field") or ""
    code = "status_stated" if kind == "status" and not event.get("after") else kind
    named: Any = Text(FIELD[field]) if field in FIELD else field or NOTHING
    return Text(WHAT[code], before=event.get("before") or NOTHING, after=event.get("after") or NOTHING, field=named)


def effect_text(event: Mapping[str, Any]) -> Text | None:
    """What it did to the ledger; None where it did nothing."""
    if not EFFECT[event["effect"]]:
        return None
    points = event.get("points")
    moved = NOTHING if points is None else f"{points:+g}".replace("-", "−")
    return Text(EFFECT[event["effect"]], points=moved)
