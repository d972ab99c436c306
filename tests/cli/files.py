"""A backlog of four items and one sprint, small enough to be counted by hand."""

from pathlib import Path

from tests.connectors.made_sheets import xlsx

HEADERS = (
    "Key", "Title", "Type", "Status", "Sprint", "Sprint ID", "Sprint start", "Sprint end", "Sprint completed", "Estimate",
    "Initial estimate", "Added at", "Removed at", "Done at",
)  # fmt: skip
SPRINT = ("Sprint 1", "S1", "2026-11-02 09:00", "2026-11-13", "2026-11-13 17:00")
ROWS = (
    ("A-1", "Check stock", "Story", "Done", *SPRINT, "5", "5", "", "", "2026-11-05 10:00"),
    ("A-2", "Print the list", "Story", "In progress", *SPRINT, "8", "3", "", "", ""),
    ("A-3", "Old page", "Story", "To do", *SPRINT, "2", "2", "", "2026-11-06 11:00", ""),
    ("A-4", "Refund fails", "Bug", "Done", *SPRINT, "4", "4", "2026-11-07 10:00", "", "2026-11-09 10:00"),
)
# The arithmetic, in points:
#   committed     A-1 5 + A-2 3 + A-3 2                       = 10   (initial estimates of what was in at the start)
#   added         A-4                                         =  4   (7 November, after the start)
#   re-estimated  A-2 8 - 3                                   =  5
#   removed       A-3                                         =  2   (6 November, at its initial estimate)
#   completed     A-1 5 + A-4 4                               =  9
#   not completed A-2                                         =  8   (at its last estimate)
#   balance       10 + 4 + 0 + 5 - 2 = 17 = 9 + 8
#   say/do        A-1's 5 of 10                               = 0.5
#   churn gross   (4 + 2 + 5) / 10                            = 1.1
#   churn net     (4 - 2 + 5) / 10                            = 0.7
POINTS = {
    "committed": 10, "added": 4, "carried": 0, "re_estimated": 5, "removed": 2, "completed": 9, "not_completed": 8,
    "completed_outside": 0,
}  # fmt: skip
COUNTS = {
    "committed": 3, "added": 1, "carried": 0, "re_estimated": 0, "removed": 1, "completed": 2, "not_completed": 1,
    "completed_outside": 0,
}  # fmt: skip
RATIOS = {"say_do": 0.5, "churn_gross": 1.1, "churn_net": 0.7}
HISTORY = ("Initial estimate", "Added at", "Removed at", "Done at")


def csv_text(rows: tuple[tuple[str, ...], ...] = ROWS, without: tuple[str, ...] = ()) -> str:
    """The backlog as CSV, without some columns."""
    kept = [at for at, header in enumerate(HEADERS) if header not in without]
    return "\n".join(",".join(line[at] for at in kept) for line in (HEADERS, *rows)) + "\n"


def write_csv(folder: Path, text: str | None = None, name: str = "backlog.csv") -> str:
    """The backlog as a CSV file. Returns: its path."""
    path = folder / name
    path.write_text(csv_text() if text is None else text, encoding="utf-8")
    return str(path)


def write_xlsx(folder: Path, name: str = "backlog.xlsx") -> str:
    """The same backlog as a workbook whose numbers are numbers. Returns: its path."""
    rows = [[float(cell) if header in ("Estimate", "Initial estimate") else cell or None
             for header, cell in zip(HEADERS, row, strict=True)] for row in ROWS]  # fmt: skip
    path = folder / name
    path.write_bytes(xlsx({"Backlog": [HEADERS, *rows]}))
    return str(path)
