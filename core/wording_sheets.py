"""The words behind what an import could read only with a reservation: what was taken instead, cell by cell."""

from core.i18n import N_, Text

SHEET_FINDING = {
    "status_unmapped": N_("{label}: the status “{found}” is in no list; it counts as in progress."),
    "type_unmapped": N_("{label}: the type “{found}” is in no list; it counts as a requirement."),
    "estimate_conflict": N_("{label}: two estimates differ; Story Points were used, not “{found}”."),
    "sprint_closed_at_plan": N_("{label}: a closed sprint without the time it was closed; its planned end was used."),
    "sprint_alike": N_("{label}: the sprint “{found}” is called almost as another one; they count as two."),
    "sprint_without_completion": N_("{label}: the sheet does not say when its sprints were really closed."),
    "unstorable_text": N_("{label}: characters that cannot be stored were replaced."),
    "same_twice": N_("{label}: the row repeats another one; it was kept once."),
}


def problem_text(sheet: str, cell: str, found: str, accepted: Text | str) -> Text:
    """What is wrong with a place of a sheet. Args: cell, as spreadsheets name it: `C7`, `C` for a column, `7` for a row,
    empty for the sheet; found, what stood there, empty for nothing; accepted, what would be."""
    place = Text("Sheet “{sheet}”", sheet=sheet)
    if cell.isdigit():
        place = Text("Sheet “{sheet}”, row {row}", sheet=sheet, row=cell)
    elif cell.isalpha():
        place = Text("Sheet “{sheet}”, column {column}", sheet=sheet, column=cell)
    elif cell:
        place = Text("Sheet “{sheet}”, cell {cell}", sheet=sheet, cell=cell)
    if not found:
        return Text("{place}. {accepted}", place=place, accepted=accepted)
    return Text("{place}: found “{found}”. {accepted}", place=place, found=found, accepted=accepted)
