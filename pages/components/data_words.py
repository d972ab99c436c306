"""The words of the data page: findings and how severe they are, and how a state of an import looks."""

from core.i18n import N_

RUN_BADGE = {"done": "completed", "failed": "alarm", "undone": "neutral", "cancelled": "neutral", "running": "carried"}
SEVERITY = {"error": N_("error"), "warning": N_("warning"), "info": N_("note")}
SEVERITY_BADGE = {"error": "alarm", "warning": "warning", "info": "neutral"}
SEVERITY_MEANING = {
    "error": N_("An error makes a figure wrong or unknowable: correct it at its source."),
    "warning": N_("A warning makes a figure less certain than it looks."),
    "info": N_("A note is good to know; the figures hold."),
}
CELL = N_("Cells of an imported sheet")
FINDING_TITLE = {
    "item_unestimated": N_("Items without an estimate"),
    "done_without_resolution": N_("Done without a resolution"),
    "done_before_created": N_("Done before it was created"),
    "created_in_future": N_("Created in the future"),
    "parent_missing": N_("The parent never came in"),
    "duplicate_key": N_("One key for several items"),
    "status_missing": N_("Items without a status"),
    "sprint_overdue": N_("Sprints past their planned end"),
    "sprint_empty": N_("Sprints without items"),
    "change_before_creation": N_("Changes from before the creation"),
    "kpi_without_baseline": N_("KPIs without a baseline"),
    "kpi_without_target": N_("KPIs without a target"),
    "kpi_without_measurement": N_("KPIs never measured"),
    "measurement_in_future": N_("Measurements dated in the future"),
    "feedback_in_future": N_("Feedback dated in the future"),
    "feedback_confirmed_unanswered": N_("Confirmed without an answer"),
    "sprint_unknown": N_("A sprint that is not there"),
    "sprint_without_start": N_("Sprints without a start"),
    "closed_without_end": N_("Closed sprints without an end"),
    "ends_before_start": N_("Sprints that end before they start"),
    "membership_contradiction": N_("History that contradicts itself"),
    "completion_unknown": N_("What was completed is not known"),
    "membership_unknown": N_("What was added or removed is not known"),
    "initial_estimate_unknown": N_("Initial estimates are not known"),
    "estimate_undated": N_("When an estimate changed is not known"),
    "unestimated": N_("Sprints with unestimated items"),
    "estimate_unreadable": N_("Estimates that are no number"),
    "status_unknown": N_("Statuses that no longer exist"),
    "done_without_date": N_("Done without a date"),
    "done_column_missing": N_("When items were done is not said"),
    "done_date_without_done_status": N_("A date of completion, but not done"),
    "removed_before_added": N_("Removed before it was added"),
    "stated_contradicts_log": N_("Sheet and change log disagree"),
    "deleted_item": N_("Items that the source no longer gives"),
    "content_unknown": N_("Changes of content are not on record"),
    "board_configuration_unread": N_("Boards whose configuration cannot be read"),
    "estimates_in_time": N_("Boards that estimate in time"),
    "estimation_field_gone": N_("Fields of estimates that are gone"),
    "status_gone": N_("Statuses that no longer exist"),
    "record_skipped": N_("Records that could not be read"),
    "item_out_of_sight": N_("Items out of the account's sight"),
    "item_deleted_or_hidden": N_("Items deleted, or hidden from the account"),
    "board_out_of_sight": N_("Boards out of the account's sight"),
    "differs_from_frozen": N_("Closed sprints that count differently by now"),
    "snapshot_altered": N_("Frozen sprints that were altered"),
}
