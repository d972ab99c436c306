"""A frozen ledger against today's record, our ledger against the server's report, and an item's history, by hand."""

from typing import Any

import pytest

from metrics.examples import day
from metrics.reconciliation import KNOWN_COLUMNS, reconciliation, reported_rows
from metrics.registry import INSTANT, typed_frame
from metrics.snapshot import ENTRY_COLUMNS, figure_differences, snapshot_differences, snapshot_example
from metrics.timeline import timeline, timeline_example
from metrics.totals import FIGURES
from tests.metrics.story import T0, T1, Story, at


def issue(key: str, first: float | None, last: float | None) -> dict[str, Any]:
    """An issue as the server's sprint report has it."""
    return {
        "key": key,
        "estimateStatistic": {"statFieldValue": {} if first is None else {"value": first}},
        "currentEstimateStatistic": {"statFieldValue": {} if last is None else {"value": last}},
    }


def compared(contents: dict[str, Any], story: Story, **more: Any) -> list[tuple[str, str, str]]:
    """(key, what, reason) of each difference between a report and a story's ledger."""
    ours = story.ledger().entries
    known = typed_frame(
        ({"key": one["key"], "kind": one["kind"], "is_deleted": one["is_deleted"], "estimate_points": one["estimate_points"]}
         for one in story.items), KNOWN_COLUMNS,
    )  # fmt: skip
    keyed = ours.assign(key="A-" + ours["work_item_id"])
    rows = reconciliation(reported_rows({"contents": contents}), keyed, known, start=T0, end=T1, **more)
    return [(row.key, row.what, row.reason) for row in rows.itertuples()]


def test_a_report_that_says_the_same_leaves_no_difference() -> None:
    story = Story().item("1", 3, is_done=True).done("1", at(4)).item("2", 5).item("3", 2, now="")
    story.change("3", at(6), "sprint", "1", None)
    contents = {
        "completedIssues": [issue("A-1", 3, 3)],
        "issuesNotCompletedInCurrentSprint": [issue("A-2", 5, 5)],
        "puntedIssues": [issue("A-3", 2, 2)],
        "issueKeysAddedDuringSprint": {},
    }
    assert compared(contents, story) == []


def test_each_difference_has_its_reason_and_the_unexplained_ones_come_first() -> None:
    story = Story().sprint("0", at(-14), at(0, minutes=2)).item("1", 3, is_done=True).done("1", at(4))
    story.item("2", 5).item("3", 2, now="0, 1").change("3", at(0, minutes=4), "sprint", "0", "0, 1")
    story.item("4", 1, kind="subtask", parent_id="1").item("6", 8).item("7", 3, is_done=True).done(
        "7", at(14, seconds=20)
    )
    contents = {
        "completedIssues": [
            issue("A-2", 5, 5),
            issue("A-1", 3, 4),
            issue("A-4", 1, 1),
            issue("A-5", 1, 1),
            issue("A-7", 3, 3),
        ],
        "issuesNotCompletedInCurrentSprint": [issue("A-3", 2, 2), issue("A-6", None, 8)],
        "issueKeysAddedDuringSprint": {"A-3": True},
    }
    found = compared(contents, story, later_done=["A-7"])
    assert found == [
        ("A-1", "final", "unexplained"),
        ("A-2", "outcome", "unexplained"),
        ("A-6", "initial", "unexplained"),
        ("A-3", "entry", "carried"),
        ("A-4", "item", "not_counted"),
        ("A-5", "item", "not_read"),
        ("A-7", "outcome", "after_close"),
    ]


def test_a_missing_estimate_counts_as_nought_and_an_estimate_of_today_is_told_as_such() -> None:
    story = Story().item("1", None).item("2", 9).change("2", at(20), "estimate", "5", "9")
    contents = {"issuesNotCompletedInCurrentSprint": [issue("A-1", 0, None), issue("A-2", 5, 9)]}
    assert compared(contents, story) == [("A-2", "final", "estimate_today")]


def test_what_differs_from_a_frozen_ledger_is_named_item_by_item() -> None:
    rows = snapshot_differences(**snapshot_example())
    assert rows[["key", "what"]].values.tolist() == [["A-1", "bucket"], ["A-2", "gone"], ["A-3", "estimate"]]
    same = snapshot_example()["frozen"]
    assert snapshot_differences(same, same).empty
    new = typed_frame(same.to_dict("records")[:1], ENTRY_COLUMNS)
    assert snapshot_differences(new, same)["what"].tolist() == ["new"] * 3


def test_figures_differ_by_what_was_frozen_but_not_by_spillover() -> None:
    frozen = {unit: dict.fromkeys(FIGURES, 1.0) for unit in ("points", "counts")}
    now = {
        "points": {**frozen["points"], "added": None, "spillover": 9.0},
        "counts": {**frozen["counts"], "removed": 2.0},
    }
    rows = figure_differences(frozen, now)
    assert rows[["unit", "figure"]].values.tolist() == [["points", "added"], ["counts", "removed"]]


def test_a_history_says_what_each_step_did() -> None:
    rows = timeline(**timeline_example())
    assert rows[["kind", "effect"]].values.tolist() == [
        ["created", "before_start"], ["entered", "added"], ["estimate", "re_estimated"], ["content", "content_churn"],
        ["status", "completed"],
    ]  # fmt: skip
    assert rows["points"].tolist()[2] == 2


@pytest.mark.parametrize(
    ("when", "effect"), [(-1, "before_start"), (0, "before_start"), (2, "initial_estimate"), (20, "after_end")]
)
def test_an_estimate_moves_the_ledger_only_inside_and_after_the_entry(when: float, effect: str) -> None:
    given = timeline_example()
    changes = given["changes"][given["changes"]["field"] == "estimate"].assign(at=day(when))
    told = timeline(**{**given, "changes": changes.astype({"at": INSTANT})})
    assert told.loc[told["kind"] == "estimate", "effect"].tolist() == [effect]


def test_what_a_sheet_states_becomes_an_event_too() -> None:
    given = timeline_example()
    entry = {**given["entry"], "outcome": "removed", "left_at": day(7), "done_at": None, "added_by": "李雷"}
    told = timeline(**{**given, "entry": entry, "changes": given["changes"].iloc[:0]})
    assert told[["kind", "effect", "author"]].fillna("").values.tolist() == [
        ["created", "before_start", ""], ["entered", "added", "李雷"], ["left", "removed", ""],
    ]  # fmt: skip
