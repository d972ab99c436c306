"""What only the store and a file's other sheets can tell of a cell: verdicts without a sprint, sheets that contradict."""

from datetime import UTC, datetime
from typing import Any

import pytest

from actions.import_sheet import ImportOutcome, import_sheet
from core.actor import local_admin
from core.errors import Invalid
from store import tables as t
from store.db import Store
from store.read import rows_where
from tests.connectors.made_sheets import xlsx

AT = datetime(2026, 10, 20, tzinfo=UTC)
DATES = {"S1": ("2026-09-01", "2026-09-14"), "S2": ("2026-10-01", "2026-10-14"), "S3": ("2026-11-01", "")}
HEADER = ["Key", "Title", "Sprint", "Status", "Estimate", "Sprint start", "Sprint completed"]
BACKLOG = [HEADER, *(["A-1", "One", one, "Doing", "3", *DATES[one]] for one in ("S3", "S2", "S1")),
           ["A-2", "Two", "", "To do", "", "", ""]]  # fmt: skip


def bring(store: Store, name: str, content: bytes) -> ImportOutcome:
    return import_sheet(store, local_admin(), name, content, at=AT)


@pytest.mark.parametrize(
    ("day", "sprint"), [("", "S2"), ("2026-09-15", "S1"), ("2026-10-14", "S2"), ("2026-08-01", "S1")]
)
def test_a_verdict_without_a_sprint_is_of_the_one_that_had_begun_last(store: Store, day: str, sprint: str) -> None:
    bring(store, "backlog.xlsx", xlsx({"Backlog": BACKLOG}))
    outcome = bring(store, "demo.csv", f"Key,Verdict,Decided at\nA-1,accepted,{day}\n".encode())
    assert not outcome.is_refused, outcome.sheets
    with store.reading() as session:
        assert [one.sprint_id for one in rows_where(session, t.Verdict)] == [sprint]


@pytest.mark.parametrize("is_one_file", [True, False])
def test_a_verdict_on_an_item_in_no_sprint_is_refused_by_cell(store: Store, is_one_file: bool) -> None:
    demo = [["Key", "Verdict"], ["A-1", "accepted"], ["A-2", "rejected"]]
    sheets = {"Backlog": BACKLOG, "Demo": demo} if is_one_file else {"Demo": demo}
    if not is_one_file:
        bring(store, "backlog.xlsx", xlsx({"Backlog": BACKLOG}))
    outcome = bring(store, "demo.xlsx", xlsx(sheets))
    assert [(one.cell, one.found, one.code) for one in outcome.sheets[-1].errors] == [("A3", "A-2", "in_no_sprint")]


def test_two_sheets_may_repeat_what_they_say_and_not_contradict_each_other(store: Store) -> None:
    september = [HEADER, ["A-1", "One", "S1", "Doing", "5", *DATES["S1"]]]
    short = [["Key", "Title", "Sprint"], ["A-1", "One", "S1"]]
    outcome = bring(store, "book.xlsx", xlsx({"All": BACKLOG, "Short": short, "September": september}))
    assert [(one.sheet, one.cell, one.found, one.code) for sheet in outcome.sheets for one in sheet.errors] == [
        ("September", "E2", "5", "duplicate")
    ]
    september[1][4] = "3"
    again = xlsx({"All": BACKLOG, "Short": short, "September": september})
    assert not bring(store, "book.xlsx", again).is_refused
    assert bring(store, "book.xlsx", again).is_unchanged


def test_whether_the_day_or_the_month_comes_first_is_said_once_for_a_source(store: Store) -> None:
    file = b"Key,Title,Created\nA-1,One,03/04/2026 9:00 AM\nA-2,Two,05/04/2026\n"

    def created(**said: Any) -> datetime | None:
        if import_sheet(store, local_admin(), "ado.csv", file, at=AT, **said).is_refused:
            return None
        with store.reading() as session:
            found = rows_where(session, t.WorkItem, key="A-2")
        return found[0].created_at if found else None

    assert created() is None
    assert created(day_order="mdy", dry_run=True) is None
    assert created() is None  # a dry run remembers nothing
    assert created(day_order="mdy") == datetime(2026, 5, 3, 16, tzinfo=UTC)
    assert created() == datetime(2026, 5, 3, 16, tzinfo=UTC)
    assert created(day_order="dmy") == datetime(2026, 4, 4, 16, tzinfo=UTC)
    with pytest.raises(Invalid, match="Order of day and month"):
        created(day_order="ymd")
