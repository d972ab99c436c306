"""The balance of R15 as a property, over random histories and every policy, and what must not matter to a ledger."""

from datetime import datetime, timedelta
from math import isclose
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.ledger import Ledger
from tests.metrics.story import DONE, OPEN, T0, T1, Story

# few distinct instants, so that changes coincide with each other and with the sprints' ends
INSTANTS = [T0 + timedelta(hours=hours) for hours in (-48, -1, 0, 1, 24, 100, 200, 300, 336, 337, 400)]
INSTANTS += [T1 + timedelta(minutes=minutes) for minutes in (-5, 3, 5, 6)]
instants = st.sampled_from(INSTANTS)
sprint_sets = st.frozensets(st.sampled_from(["0", "1", "2", "99"]))
estimates = st.sampled_from([None, "0", "0.1", "0.2", "1", "3", "5", "8"])
statuses = st.sampled_from([OPEN, "10001", DONE, "unheard-of"])
policies = st.sampled_from(["jira-cloud", "jira-dc", "plan-cn"])
FAST = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def write(ids: frozenset[str]) -> str | None:
    return ", ".join(sorted(ids)) or None


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Up to five items wandering through three overlapping sprints: created inside, leaving, returning, reopened, un-estimated."""
    story = Story()
    story.sprint("0", T0 - timedelta(days=14), T0 + timedelta(hours=24)).sprint("2", T1 - timedelta(hours=36), None)
    for number in range(draw(st.integers(0, 5))):
        item_id = str(number)
        values: dict[str, Any] = {"sprint": draw(sprint_sets), "estimate": draw(estimates), "status": draw(statuses)}
        for when in sorted(draw(st.lists(instants, max_size=8))):
            field = draw(st.sampled_from(["sprint", "estimate", "status", "title"]))
            before = values.get(field)
            after = draw({"sprint": sprint_sets, "estimate": estimates, "status": statuses}.get(field, st.just("text")))
            values[field] = after
            sides = [write(before), write(after)] if field == "sprint" else [before, after]
            story.change(item_id, when, field, *sides)
        story.item(
            item_id,
            None if values["estimate"] is None else float(values["estimate"]),
            write(values["sprint"]) or "",
            is_done=values["status"] == DONE,
            status_id=values["status"],
            created_at=draw(st.sampled_from([None, *INSTANTS])),
            kind=draw(st.sampled_from(["requirement", "bug", "chore", "epic", "subtask"])),
            parent_id=draw(st.sampled_from([None, "0"])) if number else None,
        )
    return story


def both_sides(one: Ledger, unit: str) -> tuple[float, float]:
    """The identity's sides summed afresh from the entries, not from the totals."""
    rows = one.entries[one.entries["bucket"].notna()]
    staying = rows[rows["outcome"].isin(["completed", "not_completed"])]
    if unit == "counts":
        return len(rows) - int((rows["outcome"] == "removed").sum()), len(staying)
    came = rows["initial_points"].fillna(0).sum()
    moved = (staying["final_points"].fillna(0) - staying["initial_points"].fillna(0)).sum()
    gone = rows.loc[rows["outcome"] == "removed", "initial_points"].fillna(0).sum()
    return came + moved - gone, staying["final_points"].fillna(0).sum()


def check_identity(one: Ledger) -> None:
    assert one.balances == {"points": True, "counts": True}
    for unit in ("points", "counts"):
        figures = one.totals[unit]
        assert None not in figures.values()
        left, right = both_sides(one, unit)
        assert isclose(left, right, abs_tol=1e-6)
        gained = figures["committed"] + figures["added"] + figures["carried"] + figures["re_estimated"]  # type: ignore[operator]
        assert isclose(gained - figures["removed"], left, abs_tol=1e-6)  # type: ignore[operator]
        assert isclose(figures["completed"] + figures["not_completed"], right, abs_tol=1e-6)  # type: ignore[operator]
        assert figures["spillover"] <= figures["not_completed"] + 1e-6  # type: ignore[operator]


@FAST
@given(
    story=stories(),
    as_of=st.sampled_from([*INSTANTS[2:], T1 + timedelta(days=30)]),
    policy=policies,
    subtasks=st.booleans(),
)
def test_every_history_balances_at_any_instant_under_any_policy(
    story: Story, as_of: datetime, policy: str, subtasks: bool
) -> None:
    for sprint_id in ("0", "1", "2"):
        one = story.ledger(sprint_id, as_of=as_of, policy=policy, counts_subtasks=subtasks)
        if one.is_started:
            check_identity(one)
        else:
            assert one.is_balanced is None
        assert one.entries["work_item_id"].is_unique


@FAST
@given(story=stories(), data=st.data())
def test_the_order_of_rows_does_not_matter(story: Story, data: st.DataObject) -> None:
    expected = story.ledger()
    for name in ("items", "changes", "sprints"):
        setattr(story, name, data.draw(st.permutations(getattr(story, name))))
    again = story.ledger()
    pd.testing.assert_frame_equal(again.entries, expected.entries)
    assert (again.totals, again.ratios, again.findings) == (expected.totals, expected.ratios, expected.findings)


@FAST
@given(story=stories(), as_of=st.sampled_from(INSTANTS[2:]))
def test_what_happens_after_as_of_does_not_reach_the_buckets(story: Story, as_of: datetime) -> None:
    before = story.ledger(as_of=as_of)
    for item in story.items:
        story.change(item["work_item_id"], T1 + timedelta(days=9), "status", item["status_id"], DONE)
        story.change(item["work_item_id"], T1 + timedelta(days=9), "estimate", _text(item["estimate_points"]), "13")
    after = story.ledger(as_of=as_of)
    kept = ["work_item_id", "bucket", "outcome", "initial_points", "final_points"]
    touched = {
        change["work_item_id"]
        for change in story.changes
        if change["at"] < T1 + timedelta(days=9) and change["field"] == "status"
    }
    done_at_birth = {item["work_item_id"] for item in story.items if item["status_id"] == DONE} - touched
    same = ~before.entries["work_item_id"].isin(done_at_birth)
    pd.testing.assert_frame_equal(
        before.entries.loc[same, kept].reset_index(drop=True),
        after.entries.loc[~after.entries["work_item_id"].isin(done_at_birth), kept].reset_index(drop=True),
    )


@FAST
@given(story=stories())
def test_churn_is_never_negative_and_net_never_beyond_gross(story: Story) -> None:
    ratios = story.ledger().ratios["points"]
    if ratios["churn_gross"] is not None and ratios["churn_net"] is not None:
        assert ratios["churn_gross"] >= 0
        assert abs(ratios["churn_net"]) <= ratios["churn_gross"] + 1e-9


def _text(points: float | None) -> str | None:
    return None if points is None else str(points)


@st.composite
def sheets(draw: st.DrawFn) -> Story:
    """Rows of a sheet with any of the columns and any cells."""
    story = Story()
    known = tuple(draw(st.sets(st.sampled_from(["added_at", "removed_at", "initial_points", "done_at"]))))
    some_instant = st.sampled_from([None, *INSTANTS])
    points = st.sampled_from([None, 0.0, 0.1, 3.0, 8.0])
    for number in range(draw(st.integers(0, 5))):
        cells: dict[str, Any] = {"final_points": draw(points), "is_done": draw(st.booleans())}
        for name in ("added_at", "removed_at", "done_at"):
            cells[name] = draw(some_instant) if name in known else None
        cells["initial_points"] = draw(points) if "initial_points" in known else None
        story.item(str(number)).state(str(number), known=known, **cells)
    return story


@FAST
@given(story=sheets(), as_of=instants, policy=policies)
def test_a_sheet_balances_or_says_that_it_cannot_know(story: Story, as_of: datetime, policy: str) -> None:
    one = story.ledger(as_of=as_of, policy=policy)
    for unit in ("points", "counts"):
        figures = one.totals[unit]
        parts = [
            figures[name]
            for name in ("committed", "added", "carried", "re_estimated", "removed", "completed", "not_completed")
        ]
        assert one.balances[unit] is (None if None in parts else True)
        assert (figures["committed"] is None) == (figures["added"] is None) == (figures["removed"] is None)
    if one.is_started and one.totals["counts"]["committed"] is None:
        assert "membership_unknown" in {finding.code for finding in one.findings}
