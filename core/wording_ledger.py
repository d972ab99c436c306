"""The words behind the sprint ledger's codes: why an item stands where it does, and what could not be trusted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from core.i18n import N_, Text

# why_code -> sentence. Codes are how the item came in (committed, added ...) and what became of it (completed ...).
WHY = {
    "committed_completed": N_(
        "In the sprint when it started. Completed {done_at}. Estimate {initial_points} at entry, "
        "{final_points} at the end."
    ),
    "committed_not_completed": N_(
        "In the sprint when it started. Not completed. Estimate {initial_points} at entry, {final_points} at the end."
    ),
    "committed_removed": N_(
        "In the sprint when it started. Taken out {left_at}, {left_after} after the start, by "
        "{left_by}. Estimate {initial_points} at entry."
    ),
    "committed_unsettled": N_("In the sprint when it started. Whether it was done by this instant is not recorded."),
    "committed_done_completed": N_(
        "In the sprint when it started, already done. Completed {done_at}. Estimate {initial_points} at "
        "entry, {final_points} at the end."
    ),
    "committed_done_not_completed": N_(
        "In the sprint when it started, already done. Not completed. Estimate {initial_points} at entry, "
        "{final_points} at the end."
    ),
    "committed_done_removed": N_(
        "In the sprint when it started, already done. Taken out {left_at}, {left_after} after the "
        "start, by {left_by}. Estimate {initial_points} at entry."
    ),
    "committed_done_unsettled": N_(
        "In the sprint when it started, already done. Whether it was done by this instant is not recorded."
    ),
    "added_completed": N_(
        "Added {entered_at}, {entered_after} after the start, by {entered_by}. Completed {done_at}. "
        "Estimate {initial_points} at entry, {final_points} at the end."
    ),
    "added_not_completed": N_(
        "Added {entered_at}, {entered_after} after the start, by {entered_by}. Not completed. Estimate "
        "{initial_points} at entry, {final_points} at the end."
    ),
    "added_removed": N_(
        "Added {entered_at}, {entered_after} after the start, by {entered_by}. Taken out {left_at}, "
        "{left_after} after the start, by {left_by}. Estimate {initial_points} at entry."
    ),
    "added_unsettled": N_(
        "Added {entered_at}, {entered_after} after the start, by {entered_by}. Whether it was done by "
        "this instant is not recorded."
    ),
    "created_completed": N_(
        "Created inside the sprint {entered_at}, {entered_after} after the start. Completed {done_at}. "
        "Estimate {initial_points} at entry, {final_points} at the end."
    ),
    "created_not_completed": N_(
        "Created inside the sprint {entered_at}, {entered_after} after the start. Not completed. "
        "Estimate {initial_points} at entry, {final_points} at the end."
    ),
    "created_removed": N_(
        "Created inside the sprint {entered_at}, {entered_after} after the start. Taken out {left_at}, "
        "{left_after} after the start, by {left_by}. Estimate {initial_points} at entry."
    ),
    "created_unsettled": N_(
        "Created inside the sprint {entered_at}, {entered_after} after the start. Whether it was done "
        "by this instant is not recorded."
    ),
    "reopened_completed": N_(
        "Already done when the sprint had it; reopened {entered_at}, {entered_after} after the start, "
        "by {entered_by}. Completed {done_at}. Estimate {initial_points} at entry, {final_points} at "
        "the end."
    ),
    "reopened_not_completed": N_(
        "Already done when the sprint had it; reopened {entered_at}, {entered_after} after the start, "
        "by {entered_by}. Not completed. Estimate {initial_points} at entry, {final_points} at the end."
    ),
    "reopened_removed": N_(
        "Already done when the sprint had it; reopened {entered_at}, {entered_after} after the start, "
        "by {entered_by}. Taken out {left_at}, {left_after} after the start, by {left_by}. Estimate "
        "{initial_points} at entry."
    ),
    "reopened_unsettled": N_(
        "Already done when the sprint had it; reopened {entered_at}, {entered_after} after the start, "
        "by {entered_by}. Whether it was done by this instant is not recorded."
    ),
    "carried_completed": N_(
        "Carried over {entered_at} from {carried_from}, which ended with it not done. Completed {done_at}. "
        "Estimate {initial_points} at entry, {final_points} at the end."
    ),
    "carried_not_completed": N_(
        "Carried over {entered_at} from {carried_from}, which ended with it not done. Not completed. "
        "Estimate {initial_points} at entry, {final_points} at the end."
    ),
    "carried_removed": N_(
        "Carried over {entered_at} from {carried_from}, which ended with it not done. Taken out "
        "{left_at}, {left_after} after the start, by {left_by}. Estimate {initial_points} at entry."
    ),
    "carried_unsettled": N_(
        "Carried over {entered_at} from {carried_from}, which ended with it not done. Whether it was done "
        "by this instant is not recorded."
    ),
    "completed_outside": N_(
        "Done without ever being open in this sprint. Estimate {final_points}; outside the balance."
    ),
    "left_out": N_("Added {entered_at} and taken out again {left_at}: left out of both, as this policy counts."),
    "unknown_completed": N_(
        "When it came into the sprint is not recorded. Completed {done_at}. Estimate at the end {final_points}."
    ),
    "unknown_not_completed": N_(
        "When it came into the sprint is not recorded. Not completed. Estimate at the end {final_points}."
    ),
    "unknown_removed": N_(
        "When it came into the sprint is not recorded. Taken out {left_at}, {left_after} after the start."
    ),
    "unknown_unsettled": N_(
        "When it came into the sprint is not recorded. Whether it was done by this instant is not recorded either."
    ),
    "unknown_completed_outside": N_(
        "When it came into the sprint is not recorded. It was done before the sprint started. Estimate {final_points}."
    ),
}

LEDGER_FINDING = {
    "sprint_unknown": N_("There is no {sprint} in this source."),
    "sprint_without_start": N_("{sprint} has no start date: its figures cannot be told. Give it a start."),
    "closed_without_end": N_(
        "{sprint} is closed but has no date of completion: its figures cannot be told. Give it an end."
    ),
    "ends_before_start": N_("{sprint} ends before it starts: its figures cannot be told. Correct its dates."),
    "membership_contradiction": N_(
        "{sprint}: the recorded history contradicts itself or the present sprint field ({n}): {items}"
    ),
    "membership_unknown": N_(
        "What was in {sprint} from its start, and what was added or removed, cannot be told: the "
        "sheet has no usable {items}. Add it, or import a change log."
    ),
    "completion_unknown": N_(
        "What of {sprint} was completed cannot be told: the sheet gives no status and no date of completion. Add the "
        "column Status or Done at, or import a change log of statuses."
    ),
    "initial_estimate_unknown": N_(
        "{sprint}: no initial estimate on record ({n}), so that nothing but completed and not "
        "completed is known in points: {items}. Add the column Initial estimate, or import a change log "
        "of estimates."
    ),
    "unestimated": N_("{sprint}: without an estimate, counted as 0 points ({n}): {items}"),
    "estimate_undated": N_(
        "{sprint}: re-estimated by its end, and nobody recorded when, so that the estimates on the day looked at are not "
        "known ({n}): {items}. A change log of estimates would tell."
    ),
    "estimate_unreadable": N_("{sprint}: an estimate in the history is no number and counts as none ({n}): {items}"),
    "status_unknown": N_("{sprint}: statuses in the history that no longer exist count as not done ({n}): {items}"),
    "done_without_date": N_("{items} is done but its date of completion is empty; it counts as completed in {sprint}."),
    "done_column_missing": N_(
        "The sheet does not say when items were done; what is done counts as completed in {sprint} ({n}): {items}"
    ),
    "done_date_without_done_status": N_(
        "{sprint}: with a date of completion but a status that is not done, counted as not completed ({n}): {items}"
    ),
    "removed_before_added": N_(
        "{sprint}: removed before they were added, so that their place cannot be told ({n}): "
        "{items}. Correct the dates."
    ),
    "stated_contradicts_log": N_(
        "{sprint}: the sheet and the change log disagree, the sheet's columns count ({n}): {items}"
    ),
    "deleted_item": N_(
        "{sprint}: no longer given by the source (deleted, or hidden from the account) and left out ({n}): {items}"
    ),
    "differs_from_frozen": N_(
        "{sprint} is shown as it was frozen {at}; its source has changed since and would now tell otherwise ({n}): {items}"
    ),
    "snapshot_altered": N_(
        "The frozen ledger of {sprint} was altered after {at}: its content no longer has the hash it was stored with."
    ),
    "content_unknown": N_(
        "No change of title, description, acceptance criteria, type or priority is on record for "
        "{sprint}, so that content churn cannot be told."
    ),
}

NOBODY = N_("somebody not recorded")
NO_DATE = N_("on an unknown date")
INSTANTS = ("entered_at", "left_at", "done_at", "estimated_at", "content_at")
AUTHORS = ("entered_by", "left_by", "estimated_by", "content_by")


def why_text(code: str, params: Mapping[str, Any]) -> Text:
    """The sentence that says why an item stands where it does, ready for any reader.

    Args: code and params, SprintEntry's why_code and why_params (instants as ISO text; what is not recorded is null or left out).
    """
    given: dict[str, Any] = {"initial_points": None, "final_points": None, "carried_from": None, **params}
    for name in INSTANTS:
        at = given.get(name)
        given[name] = datetime.fromisoformat(at) if at else Text(NO_DATE)
    for name in ("entered", "left"):
        hours = given.get(f"{name}_hours")
        given[f"{name}_after"] = None if hours is None else timedelta(hours=hours)
    for name in AUTHORS:
        given[name] = given.get(name) or Text(NOBODY)
    return Text(WHY[code], **given)


# The columns of a sheet that tell who was a member when, as the templates head them.
MEMBERSHIP_COLUMN = {"added_at": N_("Added at"), "removed_at": N_("Removed at")}


def _columns(names: Sequence[str]) -> Text:
    """The columns that are missing, as a person finds them in the template; what is no column of ours stays as it is."""
    named = [Text(MEMBERSHIP_COLUMN.get(name, name)) for name in names]
    return named[0] if len(named) == 1 else Text("{first} and {second}", first=named[0], second=named[1])


def ledger_finding_text(code: str, params: Mapping[str, Any]) -> Text:
    """The sentence of a finding that a ledger carries."""
    given = {**params, "at": datetime.fromisoformat(params["at"])} if "at" in params else dict(params)
    if code == "membership_unknown":
        given["items"] = _columns(str(params["items"]).split(", "))
    return Text(LEDGER_FINDING[code], **given)
