"""The words behind what an import could read only with a reservation: what was taken instead, cell by cell."""

from core.i18n import N_

SHEET_FINDING = {
    "status_unmapped": N_("{label}: the status “{found}” is in no list; it counts as in progress."),
    "type_unmapped": N_("{label}: the type “{found}” is in no list; it counts as a requirement."),
    "estimate_conflict": N_("{label}: two estimates differ; Story Points were used, not “{found}”."),
    "sprint_closed_at_plan": N_("{label}: a closed sprint without the time it was closed; its planned end was used."),
    "sprint_without_completion": N_("{label}: the sheet does not say when its sprints were really closed."),
    "unstorable_text": N_("{label}: characters that cannot be stored were replaced."),
    "same_twice": N_("{label}: the row repeats another one; it was kept once."),
}
