"""Files that say less than others, older things, or the same in several sheets: nothing that they leave unsaid is lost."""

from datetime import UTC, datetime
from typing import Any

import pytest

from actions.derive import rebuild
from actions.import_sheet import ImportOutcome, import_sheet
from actions.undo import undo_import
from core.actor import EVERYTHING, local_admin
from store import frames
from store import tables as t
from store.db import Store
from store.read import rows_where
from tests.connectors.made_sheets import xlsx

AT = datetime(2026, 11, 1, tzinfo=UTC)
WHOLE = (
    "Key,Title,Sprint,Type,Status,Status category,Labels,Project,Estimate,Initial estimate,Added at,Done at,Sprint start,"
    "Sprint completed\n"
    "A-1,One,S1,Bug,Ready,Done,web,SHOP,3,2,,2026-09-08,2026-09-01,2026-09-14\n"
    "A-2,Two,S1,Epic,Waits,To do,,SHOP,5,5,2026-09-03,,2026-09-01,2026-09-14\n"
)
OCTOBER = [["Key", "Title", "Sprint", "Status", "Sprint start", "Sprint completed"],
           ["A-1", "One, done", "S2", "Done", "2026-10-01", "2026-10-14"],
           ["A-3", "Three", "S2", "To do", "2026-10-01", "2026-10-14"]]  # fmt: skip
SEPTEMBER = [["Key", "Title", "Sprint", "Status", "Sprint start", "Sprint completed"],
             ["A-1", "One", "S1", "Doing", "2026-09-01", "2026-09-14"],
             ["A-2", "Two", "S1", "Done", "2026-09-01", "2026-09-14"]]  # fmt: skip


def bring(store: Store, name: str, content: str | bytes) -> ImportOutcome:
    raw = content.encode() if isinstance(content, str) else content
    outcome = import_sheet(store, local_admin(), name, raw, at=AT)
    assert not outcome.is_refused, outcome.sheets
    return outcome


def stands(store: Store, model: type[t.Base]) -> list[str]:
    with store.reading() as session:
        rows = (
            frames.frame(session, model).drop(columns=["id", "found_at", "known"], errors="ignore").to_dict("records")
        )
        return sorted(map(repr, rows))


def item(store: Store, key: str) -> t.WorkItem:
    with store.reading() as session:
        return rows_where(session, t.WorkItem, key=key)[0]


@pytest.mark.parametrize(
    "less",
    [
        "Key,Title,Sprint\nA-1,One,S1\nA-2,Two,S1\n",
        "Key,Title,Sprint,Sprint start\nA-1,One,S1,2026-09-01\n",
        "Key,Title,Sprint,Status\nA-1,One,S1,Ready\nA-2,Two,S1,Waits\n",
        "Key,Title,Status\nA-1,One,Ready\n",
    ],
)
def test_what_a_file_has_no_column_for_stays(store: Store, less: str) -> None:
    bring(store, "whole.csv", WHOLE)
    tables = (t.WorkItem, t.StatedEntry, t.Sprint, t.Status, t.SprintEntry, t.SprintTotal)
    before = {model: stands(store, model) for model in tables}
    assert bring(store, "less.csv", less).is_unchanged
    assert {model: stands(store, model) for model in tables} == before
    assert rebuild(store, local_admin(), at=AT)[1] == 0


def test_a_start_without_a_state_begins_a_planned_sprint_and_reopens_none(store: Store) -> None:
    bring(store, "plan.csv", "Key,Title,Sprint\nA-1,One,S1\n")
    bring(store, "start.csv", "Key,Title,Sprint,Sprint start\nA-1,One,S1,2026-09-01\n")
    with store.reading() as session:
        assert rows_where(session, t.Sprint)[0].state == "active"


def test_a_jira_export_without_its_sprint_column_takes_nothing_out(store: Store) -> None:
    header = "Issue key,Issue id,Summary,Issue Type,Status"
    bring(store, "with.csv", f"{header},Sprint\nA-1,1,One,Story,Done,S1\n")
    assert bring(store, "without.csv", f"{header}\nA-1,1,One,Story,Done\n").is_unchanged
    assert item(store, "A-1").sprint_ids == ["S1"]
    bring(store, "left.csv", f"{header},Sprint\nA-1,1,One,Story,Done,\n")
    assert item(store, "A-1").sprint_ids == []


def test_feedback_keeps_its_kind(store: Store) -> None:
    bring(store, "all.csv", "Feedback ID,Received at,Feedback,Kind\nF1,2026-09-08,Slow,Bug\n")
    assert bring(store, "less.csv", "Feedback ID,Received at,Feedback\nF1,2026-09-08,Slow\n").is_unchanged


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_sheet_a_sprint_leaves_an_item_as_its_latest_sprint_has_it(store: Store, newest_first: bool) -> None:
    pages: dict[str, Any] = {"October": OCTOBER, "September": SEPTEMBER}
    book = xlsx(pages if newest_first else dict(reversed(pages.items())))
    outcome = bring(store, "book.xlsx", book)
    spilled = item(store, "A-1")
    assert (spilled.title, spilled.status_id, set(spilled.sprint_ids)) == ("One, done", "Done", {"S1", "S2"})
    assert bring(store, "book.xlsx", book).is_unchanged
    assert rebuild(store, local_admin(), at=AT)[1] == 0
    for run in sorted((one.run_id or 0 for one in outcome.sheets), reverse=True):
        undo_import(store, local_admin(), run, at=AT)
    with store.reading() as session:
        assert frames.work_items(session, EVERYTHING, 1).empty


def test_a_correction_of_an_older_sprint_does_not_reopen_what_is_done_since(store: Store) -> None:
    bring(store, "october.xlsx", xlsx({"Backlog": OCTOBER}))
    bring(store, "september.xlsx", xlsx({"Backlog": SEPTEMBER}))
    assert (item(store, "A-1").status_id, item(store, "A-2").status_id) == ("Done", "Done")
    with store.reading() as session:
        told = {(one.sprint_id, one.work_item_id): one.status_id for one in rows_where(session, t.StatedEntry)}
    assert told[("S1", "A-1")] == "Doing"
    october = [OCTOBER[0], ["A-1", "One, reopened", "S2", "To do", "2026-10-01", "2026-10-14"]]
    bring(store, "october.xlsx", xlsx({"Backlog": october}))
    assert (item(store, "A-1").title, item(store, "A-1").status_id) == ("One, reopened", "To do")


def test_a_jira_export_finds_parents_that_another_file_brought(store: Store) -> None:
    header = "Issue key,Issue id,Summary,Issue Type,Status,Parent key"
    bring(store, "parents.csv", f"{header}\nA-1,1,One,Story,Done,\n")
    bring(store, "children.csv", f"{header}\nA-2,2,Two,Sub-task,Done,A-1\nA-3,3,Three,Sub-task,Done,Z-9\n")
    assert (item(store, "A-2").parent_id, item(store, "A-3").parent_id) == ("1", "Z-9")
