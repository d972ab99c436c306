"""Flow by hand: cycle, lead and age of a few items, throughput with its quiet days, what stood where each evening."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from metrics.flow import (
    ITEM_COLUMNS,
    MOVE_COLUMNS,
    ageing,
    cumulative_flow,
    cycle_percentiles,
    flow,
    flow_example,
    throughput,
    without_cycle,
)
from metrics.periods import period_of, periods
from metrics.registry import typed_frame

T = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
CATEGORIES = {"1": "todo", "2": "in_progress", "3": "done", "4": "in_progress"}


def at(days: float) -> datetime:
    return T + timedelta(days=days)


def told(
    moves: list[tuple[float, str, str]], *, as_of: float = 30, is_logged: bool = True, **item: Any
) -> dict[str, Any]:
    """The flow of one item created on day 0. Args: moves, (day, from, to)."""
    row = {
        "work_item_id": "1",
        "key": "A-1",
        "kind": "requirement",
        "status_id": moves[-1][2] if moves else "1",
        "created_at": T,
    }
    items = typed_frame([{**row, **item}], ITEM_COLUMNS)
    rows = [
        {"change_id": str(n), "work_item_id": "1", "at": at(day), "from_value": before, "to_value": after}
        for n, (day, before, after) in enumerate(moves, start=9)
    ]
    found = flow(items, typed_frame(rows, MOVE_COLUMNS), CATEGORIES, as_of=at(as_of), is_logged=is_logged)
    return {name: None if value != value else value for name, value in found.iloc[0].items()}


def test_cycle_time_runs_from_the_first_start_to_the_last_completion() -> None:
    one = told([(1, "1", "2"), (2, "2", "4"), (3, "4", "3"), (5, "3", "2"), (8, "2", "3")])
    assert (one["state"], one["cycle_days"], one["lead_days"], one["without_cycle"]) == ("done", 7, 8, None)


def test_a_return_to_todo_resets_the_start() -> None:
    assert told([(1, "1", "2"), (2, "2", "1"), (6, "1", "2"), (8, "2", "3")])["cycle_days"] == 2


def test_an_item_that_went_straight_to_done_has_a_lead_time_alone() -> None:
    one = told([(4, "1", "3")])
    assert (one["cycle_days"], one["lead_days"], one["without_cycle"]) == (None, 4, "straight_to_done")


def test_an_item_that_will_not_be_done_has_neither() -> None:
    one = told([(1, "1", "2"), (4, "2", "3")], resolution="Won't Do")
    assert (one["cycle_days"], one["lead_days"], one["without_cycle"]) == (None, None, "wont_do")


def test_age_is_from_the_start_to_as_of() -> None:
    assert told([(1, "1", "2")], as_of=4.5)["age_days"] == 3.5
    assert told([(1, "1", "2"), (3, "2", "3")], as_of=2)["age_days"] == 1  # what came later has not happened yet
    assert told([(1, "1", "2")], as_of=0.5)["state"] == "todo"


def test_a_sheets_item_has_a_lead_time_and_no_invented_start() -> None:
    one = told([], is_logged=False, status_id="3", done_at=at(6))
    assert (one["lead_days"], one["cycle_days"], one["without_cycle"]) == (6, None, "not_recorded")
    under_way = told([], is_logged=False, status_id="2")
    assert (under_way["state"], under_way["age_days"], under_way["started_at"]) == ("in_progress", None, None)


def test_changes_of_one_instant_follow_their_ids() -> None:
    assert told([(1, "1", "2"), (1, "2", "3"), (1, "3", "2")])["state"] == "in_progress"  # ids 9, 10, 11


def test_the_example_counts_what_has_no_cycle_time_and_what_is_old() -> None:
    found = flow(**flow_example())
    assert without_cycle(found) == {"straight_to_done": 1, "wont_do": 1, "not_recorded": 0}
    assert cycle_percentiles(found) == {0.5: 2.0, 0.85: 2.0, 0.95: 2.0}
    assert ageing(found)[["key", "age_days", "beyond"]].values.tolist() == [["A-3", 3.0, 0.95]]


def test_throughput_has_its_quiet_days_and_cuts_them_in_the_projects_zone() -> None:
    found = flow(**flow_example())  # A-1 done 8 March 09:00 UTC, A-2 on 7 March; A-4 is not finished
    rows = throughput(found, first=date(2026, 3, 6), last=date(2026, 3, 9), zone="UTC")
    assert rows["n"].tolist() == [0, 1, 1, 0]
    early = throughput(
        found, first=date(2026, 3, 6), last=date(2026, 3, 9), zone="Pacific/Honolulu"
    )  # 23:00 the day before
    assert early["n"].tolist() == [1, 1, 0, 0]


def test_cumulative_flow_counts_each_evening() -> None:
    days = cumulative_flow(**flow_example(), zone="UTC", days=12).set_index("day")
    assert days.loc["2026-03-03"].tolist() == [2, 1, 0]  # wait; A-1 in progress
    assert days.loc["2026-03-06"].tolist() == [2, 1, 1]  # A-4 was closed, A-1 back in progress
    assert days.iloc[-1].tolist() == [0, 1, 3]


def test_periods_begin_on_one_monday_for_everybody() -> None:
    begins, ends = period_of(T, "Asia/Shanghai")
    assert ends - begins == timedelta(days=14)
    assert period_of(begins, "Asia/Shanghai")[0] == begins
    assert period_of(ends, "Asia/Shanghai")[0] == ends
    rows = periods(flow(**flow_example()), as_of=flow_example()["as_of"], zone="UTC", last=2)
    assert rows["finished"].tolist()[-1] + rows["finished"].tolist()[0] == 2
    assert rows["wont_do"].sum() == 1
    assert rows["in_progress"].tolist()[-1] == 1


@pytest.mark.parametrize("board_done", ["2", "3"])
def test_done_is_what_the_board_calls_done(board_done: str) -> None:
    items = flow_example()
    categories = {"1": "todo", "2": "done" if board_done == "2" else "in_progress", "3": "done"}
    found = flow(**{**items, "categories": categories}).set_index("key")
    assert found.loc["A-3", "state"] == ("done" if board_done == "2" else "in_progress")
