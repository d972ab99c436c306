"""The words of the data page: kinds of sheets, tables, findings and how severe they are, states of an import."""

from core.i18n import N_

SHEET_KIND = {
    "backlog": N_("Sprint backlog"),
    "change_log": N_("Change log"),
    "demo": N_("Demo outcomes"),
    "kpi": N_("KPI definitions"),
    "kpi_measurement": N_("KPI measurements"),
    "feedback": N_("Feedback"),
    "jira_csv": N_("Jira CSV export"),
}
SOURCE_KIND = {
    "sheets": N_("spreadsheets"),
    "jira": N_("Jira"),
    "fortnight": N_("entered in forms"),
}
RUN_STATE = {
    "running": N_("running"),
    "done": N_("done"),
    "failed": N_("failed"),
    "cancelled": N_("cancelled"),
    "undone": N_("undone"),
}
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
    "membership_unknown": N_("What was added or removed is not known"),
    "initial_estimate_unknown": N_("Initial estimates are not known"),
    "unestimated": N_("Sprints with unestimated items"),
    "estimate_unreadable": N_("Estimates that are no number"),
}
TABLE = {
    "source": N_("Sources"),
    "project": N_("Projects"),
    "board": N_("Boards"),
    "sprint": N_("Sprints"),
    "status": N_("Statuses"),
    "work_item": N_("Work items"),
    "change": N_("Changes"),
    "stated_entry": N_("Items stated in a sprint"),
    "sprint_entry": N_("Items of sprints (derived)"),
    "sprint_total": N_("Sprint totals (derived)"),
    "sprint_snapshot": N_("Frozen sprints"),
    "demo": N_("Demos"),
    "verdict": N_("Verdicts"),
    "goal_verdict": N_("Verdicts on goals"),
    "change_request": N_("Change requests"),
    "change_request_item": N_("Items of change requests"),
    "signature": N_("Signatures"),
    "waiver": N_("Waivers"),
    "kpi": N_("KPIs"),
    "kpi_baseline": N_("Baselines"),
    "kpi_target": N_("Targets"),
    "kpi_measurement": N_("Measurements"),
    "kpi_phase": N_("Phases of KPIs"),
    "acceptance_report": N_("Acceptance reports"),
    "feedback": N_("Feedback"),
    "feedback_event": N_("Answers and steps of feedback"),
    "attachment": N_("Attachments"),
    "finding": N_("Findings"),
    "sync_run": N_("Imports and syncs"),
    "row_image": N_("What an undo needs"),
    "raw_record": N_("Raw records"),
    "import_mapping": N_("Remembered mappings"),
    "person": N_("People"),
    "grant": N_("Grants"),
    "setting": N_("Settings"),
    "holiday": N_("Imported holidays"),
    "audit_entry": N_("Audit entries"),
}
