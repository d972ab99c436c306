"""Our ledger against the server's own sprint report: each difference with its reason, the unexplained ones first."""

import pandas as pd

from core.i18n import N_
from core.reader import Reader
from core.rows import rows_of
from core.wording import BUCKET, OUTCOME
from pages.components import cards, screens
from pages.components.data import flow as flow_data
from pages.components.item_table import Column, item_table
from reports.figures import SprintFigures
from reports.figures.frozen import Reconciled

WHAT = {
    "item": N_("in one of the two only"),
    "outcome": N_("what became of it"),
    "entry": N_("how it came in"),
    "initial": N_("first estimate"),
    "final": N_("last estimate"),
}
REASON = {
    "unexplained": N_("not explained"),
    "boundary": N_("It happened within a minute of the start or end; the two cut there differently (R3)."),
    "carried": N_("It came over from a sprint that had just ended: here carried over, there added (R10)."),
    "reopened": N_("It was done when the sprint began and reopened within it (R9)."),
    "done_at_start": N_("It was done before it could count: here outside the balance (R9)."),
    "added_then_removed": N_("It was added and taken out again; the server's report leaves it out (R11)."),
    "not_counted": N_("It is a sub-task or an epic, which are listed under their parent and not counted (R6)."),
    "deleted": N_("It was deleted at the source, or hidden from the account, after the report was made."),
    "not_read": N_("The source's account is not allowed to read it, or it was moved elsewhere."),
    "returned": N_("It left and came back, which nets to nothing here (R11)."),
    "after_close": N_(
        "Its status changed after the sprint's end; the server's report follows, the ledger does not (R13)."
    ),
    "estimate_today": N_("The server's report shows the item's estimate of today, the ledger that of then (R12, R13)."),
    "policy": N_("The source is counted by another policy than the server's report (R15)."),
    "completed_elsewhere": N_("It was done in another sprint; the two list it in different places (R14)."),
}


def has_report(figures: SprintFigures) -> bool:
    """Whether the server gave its own report of the sprint."""
    return bool(figures.is_started) and _of(figures) is not None


def server_report_section(reader: Reader, figures: SprintFigures) -> None:
    """The differences, or that there are none."""
    found = _of(figures)
    if found is None:
        return
    with cards.panel(
        _answer(reader, found),
        under=reader.t("{n} items compared with the server's own sprint report", n=found.compared),
    ):
        if not len(found.rows):
            screens.zero(reader, reader.t("nothing differs, item by item"))
            return
        words = {**BUCKET, **OUTCOME}

        def say(code: object) -> str:
            return (
                reader.t(words[code])
                if isinstance(code, str) and code in words
                else code
                if isinstance(code, str)
                else "–"
            )

        rows = pd.DataFrame(
            [
                {
                    "key": row["key"], "what": reader.t(WHAT[row["what"]]), "theirs": say(row["theirs"]),
                    "ours": say(row["ours"]), "state": "explained" if row["is_explained"] else "unexplained",
                    "reason": reader.t(REASON[row["reason"]]) if row["is_explained"] else "",
                }
                for row in rows_of(found.rows)
            ]
        )  # fmt: skip
        columns = [
            Column("key", reader.t("Item"), "item"),
            Column(
                "state",
                reader.t("Explained?"),
                "badge",
                words={"explained": reader.t("explained"), "unexplained": reader.t("not explained")},
                colours={"explained": "neutral", "unexplained": "alarm"},
            ),
            Column("what", reader.t("What differs")),
            Column("theirs", reader.t("Server's report")),
            Column("ours", reader.t("Our ledger")),
            Column("reason", reader.t("Reason"), "note"),
        ]
        item_table(rows, columns, reader, name=reader.t("Differences"), key="demo.reconciliation")


def _of(figures: SprintFigures) -> Reconciled | None:
    return flow_data.reconciliation(figures.source_id, figures.sprint["sprint_id"])


def _answer(reader: Reader, found: Reconciled) -> str:
    if found.unexplained:
        return reader.tn(
            "{n} difference from the server's report is not explained", "{n} differences from the server's report are not explained",
            found.unexplained,
        )  # fmt: skip
    if len(found.rows):
        return reader.tn(
            "{n} difference from the server's report, explained", "{n} differences from the server's report, all explained",
            len(found.rows),
        )  # fmt: skip
    return reader.t("The ledger and the server's report agree")
