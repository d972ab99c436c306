"""The ledger of a tracker's history, rule by rule, with the sums done by hand."""

from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest

from metrics.ledger import ENTRY_COLUMNS, TOTAL_COLUMNS, ledgers, totals_frame
from metrics.totals import FIGURES, RATIOS, UNITS
from tests.metrics.story import DONE, OPEN, T0, T1, Story, at, codes, counts, points, where

SECOND = timedelta(seconds=1)


def is_null(one: object) -> bool:
    totals, ratios = one.totals, one.ratios  # type: ignore[attr-defined]
    return all(totals[unit][name] is None for unit in UNITS for name in FIGURES) and all(
        ratios[unit][name] is None for unit in UNITS for name in RATIOS
    )


# ---------------------------------------------------------------- R1, R3, R4: the window


@pytest.mark.parametrize(
    ("sprint", "as_of", "code"),
    [
        ({"start": None, "end": None}, at(60), None),  # future, no dates
        ({"start": T0, "end": None, "state": "future"}, at(60), None),  # planned dates do not start it
        ({"start": T0, "end": T1}, T0 - SECOND, None),  # starts after as-of
        ({"start": None, "end": T1, "state": "closed"}, at(60), "sprint_without_start"),
        ({"start": T0, "end": None, "state": "closed"}, at(60), "closed_without_end"),
        ({"start": T0, "end": T0 - SECOND}, at(60), "ends_before_start"),
    ],
)
def test_a_sprint_without_a_window_has_null_figures_not_noughts(
    story: Story, sprint: dict[str, object], as_of: datetime, code: str | None
) -> None:
    one = story.sprint("1", **sprint).item("1").ledger(as_of=as_of)  # type: ignore[arg-type]
    assert is_null(one)
    assert (one.is_started, one.t0, one.t1, one.is_balanced) == (False, None, None, None)
    assert one.entries.empty
    assert list(one.entries.columns) == list(ENTRY_COLUMNS)
    assert set(codes(one)) == ({code} if code else set())


def test_an_unknown_sprint_is_null_and_says_so(story: Story) -> None:
    one = story.ledger("404")
    assert is_null(one)
    assert set(codes(one)) == {"sprint_unknown"}


def test_a_started_sprint_without_items_has_noughts_and_no_ratios(story: Story) -> None:
    one = story.ledger(as_of=T0)  # as-of exactly at the start: it has started
    assert (one.is_started, one.t0, one.t1, one.is_balanced) == (True, T0, T0, True)
    assert (points(one), counts(one)) == ({}, {})
    assert set(one.ratios["points"].values()) == {None}


def test_the_window_ends_at_completion_or_as_of_never_at_the_plan(story: Story) -> None:
    story.sprint("1", T0, T1, planned_end_at=at(10))
    assert story.ledger(as_of=at(60)).t1 == T1
    assert story.ledger(as_of=at(5)).t1 == at(5)
    assert story.sprint("1", T0, None, planned_end_at=at(10)).ledger(as_of=at(60)).t1 == at(60)


def test_as_of_in_another_zone_is_the_same_instant(story: Story) -> None:
    beijing = at(5).astimezone(timezone(timedelta(hours=8)))
    assert story.ledger(as_of=beijing).t1 == at(5).astimezone(UTC)


def test_a_change_at_t0_is_before_and_at_t1_is_inside(story: Story) -> None:
    story.item("1").change("1", T0, "sprint", None, "1")  # R3: committed
    story.item("2").change("2", T0 + SECOND, "sprint", None, "1")  # added
    story.item("3", now="").change("3", T1, "sprint", "1", None)  # removed
    story.item("4", now="").change("4", T1 + SECOND, "sprint", "1", None)  # still in it at the end
    story.item("5", is_done=True).done("5", T1)  # completed
    story.item("6", is_done=True).done("6", T1 + SECOND)  # not completed
    assert where(story.ledger()) == {
        "1": ("committed", "not_completed"),
        "2": ("added", "not_completed"),
        "3": ("committed", "removed"),
        "4": ("committed", "not_completed"),
        "5": ("committed", "completed"),
        "6": ("committed", "not_completed"),
    }


def test_changes_at_one_instant_are_applied_together_whatever_their_ids_or_row_order(story: Story) -> None:
    # into the sprint and done at once: never open in it, so outside the balance (R9)
    story.item("1", is_done=True).change("1", at(3), "sprint", None, "1").done("1", at(3))
    # out of 1 into 2 and back within one instant: nothing happened, though the ids run the wrong way round
    story.item("2").change("2", at(-5), "sprint", None, "1").change("2", at(4), "sprint", "2", "1", change_id="1")
    story.change("2", at(4), "sprint", "1", "2", change_id="2")
    # history 9999 comes before 10000: the last one takes it out
    story.item("3", now="").change("3", at(5), "sprint", "5", None, change_id="10000-0")
    story.change("3", at(5), "sprint", "1", "5", change_id="9999-0")
    story.changes.reverse()
    assert where(story.ledger()) == {
        "1": (None, "completed_outside"),
        "2": ("committed", "not_completed"),
        "3": ("committed", "removed"),
    }


# ---------------------------------------------------------------- R5-R8: membership and done


def test_a_sprint_change_carries_full_lists_and_unknown_ids(story: Story) -> None:
    story.item("1", now="1, 99").change("1", at(2), "sprint", "1", "1, 99")  # 99 was never seen: legal
    story.item("2", now="99").change("2", at(2), "sprint", "99,1", "99")
    story.item("3", now="11").change("3", at(2), "sprint", None, "11")  # 11 is not 1
    assert where(story.ledger()) == {"1": ("committed", "not_completed"), "2": ("committed", "removed")}
    assert codes(story.ledger()) == {}


def test_sprint_at_creation_leaves_no_history_item(story: Story) -> None:
    story.item("1", created_at=at(-1))  # no Sprint change: a member since its creation
    story.item("2", created_at=at(2, hours=3))  # created inside: added
    story.item("3", created_at=T0)  # R3: at the start itself
    story.item("4", now="1, 2", created_at=at(1)).change("4", T1 + SECOND, "sprint", "1", "1, 2")  # R6: from says 1
    story.item("5", created_at=None)
    one = story.ledger()
    assert where(one) == {
        "1": ("committed", "not_completed"),
        "2": ("added", "not_completed"),
        "3": ("committed", "not_completed"),
        "4": ("added", "not_completed"),
        "5": ("committed", "not_completed"),
    }
    why = dict(zip(one.entries["work_item_id"], one.entries["why_code"], strict=True))
    assert why["2"] == "created_not_completed"
    assert one.entries["why_params"][1]["entered_hours"] == 51.0  # two days and three hours


def test_subtasks_and_epics_are_not_counted_unless_chosen(story: Story) -> None:
    story.item("1", 5)
    story.item("2", 2, now="", kind="subtask", parent_id="1")  # follows its parent without a Sprint item
    story.item("3", 1, now="", kind="subtask", parent_id="1", created_at=at(3))
    story.item("4", 40, kind="epic")
    assert points(story.ledger()) == {"committed": 5, "not_completed": 5}
    # counted: 5 + 2 committed, 1 added when it was created inside
    assert points(story.ledger(counts_subtasks=True)) == {"committed": 7, "added": 1, "not_completed": 8}


def test_bugs_and_chores_count(story: Story) -> None:
    one = story.item("1", 2, kind="bug").item("2", 1, kind="chore").ledger()
    assert points(one) == {"committed": 3, "not_completed": 3}


def test_done_is_the_boards_statuses_and_an_unknown_one_is_found(story: Story) -> None:
    story.item("1", is_done=True).change("1", at(1), "status", OPEN, "10001").change(
        "1", at(2), "status", "10001", DONE
    )
    story.item("2", status_id="777").change("2", at(1), "status", OPEN, "777")  # a status that no longer exists
    one = story.ledger()
    assert where(one) == {"1": ("committed", "completed"), "2": ("committed", "not_completed")}
    assert codes(one) == {"status_unknown": "777"}
    # on a board where 10001 is already in the last column the item was done a day earlier, all else equal
    assert story.ledger(done_status_ids={"10001", DONE}).entries["done_at"][0] == at(1)


def test_done_without_any_status_change_is_done_since_the_recorded_date_or_creation(story: Story) -> None:
    story.item("1", is_done=True, done_at=at(4)).item("2", is_done=True)
    assert where(story.ledger()) == {"1": ("committed", "completed"), "2": (None, "completed_outside")}


def test_deleted_items_are_left_out_and_reported(story: Story) -> None:
    one = story.item("1").item("2", is_deleted=True).ledger()
    assert counts(one) == {"committed": 1, "not_completed": 1}
    assert codes(one) == {"deleted_item": "A-2"}


# ---------------------------------------------------------------- R9-R14: the buckets


def test_done_at_the_start_is_completed_outside_or_committed_by_policy(story: Story) -> None:
    story.item("1", 5, is_done=True).done("1", at(-1))
    story.item("2", 3, is_done=True).done("2", at(1))
    cloud = story.ledger()
    assert points(cloud) == {"committed": 3, "completed": 3, "completed_outside": 5}
    server = story.ledger(policy="jira-dc")
    assert points(server) == {"committed": 8, "completed": 8}
    assert (cloud.is_balanced, server.is_balanced) == (True, True)
    assert list(server.entries["why_code"]) == ["committed_done_completed", "committed_completed"]


def test_an_added_item_that_is_done_already_stays_outside_under_every_policy(story: Story) -> None:
    story.item("1", is_done=True).done("1", at(-1)).change("1", at(2), "sprint", None, "1")
    for policy in ("jira-cloud", "jira-dc", "plan-cn"):
        assert where(story.ledger(policy=policy)) == {"1": (None, "completed_outside")}


def test_a_reopened_item_enters_when_it_is_open_again(story: Story) -> None:
    story.item("1", 5).done("1", at(-1)).reopened("1", at(3))
    one = story.ledger()
    assert where(one) == {"1": ("added", "not_completed")}
    assert one.entries["entered_at"][0] == at(3)
    assert one.entries["why_code"][0] == "reopened_not_completed"
    assert one.entries["why_params"][0]["entered_by"] == "Lin"


def test_done_and_reopened_before_the_end_is_not_completed(story: Story) -> None:
    story.item("1", is_done=True).done("1", at(2)).reopened("1", at(3)).done("1", at(20))
    one = story.ledger()
    assert where(one) == {"1": ("committed", "not_completed")}
    assert pd.isna(one.entries["done_at"][0])


def test_initial_estimate_is_the_one_at_entry(story: Story) -> None:
    story.item("1", 8).change("1", at(-1), "estimate", "2", "3").change("1", at(4), "estimate", "3", "8")
    story.item("2", 5).change("2", at(6), "sprint", None, "1").change("2", at(5), "estimate", "1", "5")
    # committed 3, added 5 (its estimate when it came), re-estimated 8 - 3
    assert points(story.ledger()) == {"committed": 3, "added": 5, "re_estimated": 5, "not_completed": 13}


def test_a_missing_estimate_counts_nought_and_is_reported(story: Story) -> None:
    one = story.item("1", None).item("2", 3).ledger()
    assert points(one) == {"committed": 3, "not_completed": 3}
    assert list(one.entries["is_unestimated"]) == [True, False]
    assert codes(one) == {"unestimated": "A-1"}


def test_a_first_estimate_stands_apart_from_a_changed_one(story: Story) -> None:
    story.item("1", 5).change("1", at(1), "estimate", None, "5")
    story.item("2", 8).change("2", at(1), "estimate", "3", "8")
    story.item("3", None).change("3", at(1), "estimate", "2", None)  # lost its estimate
    one = story.ledger()
    # committed 0 + 3 + 2, re-estimated 5 + 5 - 2
    assert points(one) == {"committed": 5, "re_estimated": 8, "not_completed": 13}
    assert list(one.entries["is_first_estimate"]) == [True, False, False]
    assert one.totals["counts"]["re_estimated"] == 0


def test_an_estimate_in_words_is_no_estimate_and_reported(story: Story) -> None:
    one = story.item("1", 5).change("1", at(-1), "estimate", "XL", "5").ledger()
    assert points(one) == {"committed": 5, "not_completed": 5}
    assert codes(one) == {"estimate_unreadable": "A-1"}


def test_carried_over_is_no_scope_creep(story: Story) -> None:
    # sprint 2 overlaps: it began a day before sprint 1 ended; both of one board
    story.sprint("2", at(13), at(28)).sprint("3", at(13), at(28), board_id="8")
    story.item("1", 3, now="1, 2").change("1", T1, "sprint", "1", "1, 2")  # at the very completion
    story.item("2", 5, now="1, 2").change("2", T1 + timedelta(minutes=5), "sprint", "1", "1, 2")  # five minutes after
    story.item("3", 7, now="1, 2").change("3", T1 + timedelta(minutes=5, seconds=1), "sprint", "1", "1, 2")  # too late
    story.item("4", 1, now="2").change("4", T1 + SECOND, "sprint", None, "2")  # was not in the sprint that ended
    story.item("5", 2, now="2").change("5", T1, "sprint", "1", "2")  # leaves the field of the sprint that ends: carried
    story.item("6", 9, now="1, 3").change("6", T1 + SECOND, "sprint", "1", "1, 3")  # another board
    one = story.ledger("2")
    assert points(one) == {"carried": 10, "added": 8, "not_completed": 18}
    assert where(one)["1"] == ("carried", "not_completed")
    assert one.entries["why_params"][0]["carried_from"] == "Sprint 1"
    assert points(story.ledger("3")) == {"added": 9, "not_completed": 9}


def test_what_was_done_when_the_other_sprint_ended_is_not_carried(story: Story) -> None:
    story.sprint("2", at(13), at(28)).item("1", now="1, 2").done("1", at(3)).reopened("1", T1 + SECOND)
    story.change("1", T1 + SECOND, "sprint", "1", "1, 2")
    assert where(story.ledger("2")) == {"1": ("added", "not_completed")}


def test_removed_counts_its_initial_estimate(story: Story) -> None:
    story.item("1", 8, now="").change("1", at(2), "estimate", "5", "8").change("1", at(4), "sprint", "1", None)
    one = story.ledger()
    assert points(one) == {"committed": 5, "removed": 5}
    assert one.entries["left_at"][0] == at(4)
    assert pd.isna(one.entries["final_points"][0])
    assert one.entries["why_params"][0] | {"left_by": "Lin", "left_hours": 96.0} == one.entries["why_params"][0]


def test_left_and_returned_nets_to_nothing(story: Story) -> None:
    story.item("1").change("1", at(2), "sprint", "1", None).change("1", at(3), "sprint", None, "1")
    assert points(story.ledger()) == {"committed": 3, "not_completed": 3}
    assert points(story.ledger(as_of=at(2, hours=1))) == {"committed": 3, "removed": 3}  # while it was away


def test_added_then_removed_shows_in_both_but_not_under_plan_cn(story: Story) -> None:
    story.item("1", 5).item("2", now="").change("2", at(2), "sprint", None, "1").change("2", at(3), "sprint", "1", None)
    assert points(story.ledger()) == {"committed": 5, "added": 3, "removed": 3, "not_completed": 5}
    plan = story.ledger(policy="plan-cn")
    assert points(plan) == {"committed": 5, "not_completed": 5}
    assert where(plan)["2"] == (None, None)
    assert list(plan.entries["why_code"]) == ["committed_not_completed", "left_out"]
    assert plan.ratios["points"]["churn_gross"] == 0
    assert plan.is_balanced is True


def test_spillover_is_what_a_later_sprint_of_the_board_holds(story: Story) -> None:
    story.sprint("2", at(14.1), None).sprint("3", None, None).sprint("0", at(-14), at(-1)).sprint(
        "8", at(15), None, board_id="8"
    )
    story.item("1", 3, now="1, 2").change("1", at(14.05), "sprint", "1", "1, 2")  # the next sprint
    story.item("2", 5, now="1, 3").change("2", at(14.05), "sprint", "1", "1, 3")  # a future one
    story.item("3", 7)  # back in the backlog
    story.item("4", 1, now="0, 1").change("4", at(-1), "sprint", "0", "0, 1")  # an earlier sprint is not later
    story.item("5", 2, now="1, 8").change("5", at(14.05), "sprint", "1", "1, 8")  # another board
    one = story.ledger()
    assert one.totals["points"]["spillover"] == 8
    assert list(one.entries["is_spillover"]) == [True, True, False, False, False]
    assert story.ledger(as_of=T1).totals["points"]["spillover"] == 0  # at the end itself nothing had moved yet


# ---------------------------------------------------------------- R15-R18: identity and ratios


def full_story(story: Story) -> Story:
    """Every bucket once: see the sums in the tests."""
    story.sprint("0", at(-14), at(2))
    story.item("1", 5, is_done=True).done("1", at(3))  # committed 5, completed 5
    story.item("2", 8).change("2", at(2), "estimate", "3", "8")  # committed 3, re-estimated +5, not completed 8
    story.item("3", 2, now="").change("3", at(4), "sprint", "1", None)  # committed 2, removed 2
    story.item("4", 4, is_done=True).change("4", at(5), "sprint", None, "1").done("4", at(6))  # added 4, completed 4
    story.item("5", 6, now="0, 1").change("5", at(2), "sprint", "0", "0, 1")  # carried 6, not completed 6
    return story.item("6", 1, is_done=True).done("6", at(-2))  # completed outside 1


def test_the_identity_and_the_ratios_by_hand(story: Story) -> None:
    one = full_story(story).ledger()
    # 5 + 3 + 2 = 10 committed; 10 + 4 + 6 + 5 - 2 = 23 = 9 completed + 14 not completed
    assert points(one) == {
        "committed": 10, "added": 4, "carried": 6, "re_estimated": 5, "removed": 2,
        "completed": 9, "not_completed": 14, "completed_outside": 1,
    }  # fmt: skip
    # 3 + 1 + 1 - 1 = 4 = 2 + 2
    assert counts(one) == {
        "committed": 3, "added": 1, "carried": 1, "removed": 1, "completed": 2, "not_completed": 2, "completed_outside": 1,
    }  # fmt: skip
    assert one.balances == {"points": True, "counts": True}
    assert one.ratios["points"] == {
        "say_do": 0.5,  # 5 of 10
        "completion_ratio": 0.9,  # 9 / 10
        "churn_gross": 1.1,  # (4 + 2 + 5) / 10, carried in neither
        "churn_net": 0.7,  # (4 - 2 + 5) / 10
        "content_churn": 0.0,
    }
    assert one.ratios["counts"] == {
        "say_do": 1 / 3,
        "completion_ratio": 2 / 3,
        "churn_gross": 1.0,  # items 2, 3 and 4 of 3 committed
        "churn_net": 0.0,  # (1 - 1) / 3
        "content_churn": 0.0,
    }


def test_plan_cn_counts_no_re_estimates_in_its_change_rate(story: Story) -> None:
    one = full_story(story).ledger(policy="plan-cn")
    assert one.ratios["points"]["churn_gross"] == 0.6  # (4 + 2) / 10
    assert one.ratios["counts"]["churn_gross"] == 2 / 3  # (1 + 1) / 3
    assert one.ratios["points"]["completion_ratio"] == 0.9


def test_gross_churn_adds_sizes_of_re_estimates_net_lets_them_cancel(story: Story) -> None:
    story.item("1", 8).change("1", at(1), "estimate", "5", "8").item("2", 2).change("2", at(1), "estimate", "5", "2")
    one = story.ledger()
    assert one.totals["points"]["re_estimated"] == 0  # +3 - 3
    assert one.ratios["points"] | {"churn_gross": 0.6, "churn_net": 0.0} == one.ratios["points"]
    assert one.ratios["counts"]["churn_gross"] == 1.0


def test_what_happens_to_a_carried_items_size_is_not_churn(story: Story) -> None:
    story.sprint("0", at(-14), at(2)).item("1", 10)
    story.item("2", 9, now="0, 1").change("2", at(2), "sprint", "0", "0, 1").change("2", at(3), "estimate", "6", "9")
    one = story.ledger()
    assert points(one) == {"committed": 10, "carried": 6, "re_estimated": 3, "not_completed": 19}
    assert one.ratios["points"]["churn_gross"] == 0


def test_ratios_without_anything_committed_are_null(story: Story) -> None:
    one = story.item("1", 5, created_at=at(1)).ledger()
    assert one.ratios["points"]["say_do"] is None
    assert one.ratios["counts"]["churn_gross"] is None
    assert one.ratios["counts"]["content_churn"] == 0  # one counted item, none reworded


def test_content_churn_counts_items_reworded_after_their_entry(story: Story) -> None:
    story.item("1").change("1", T0, "title", "a", "b")  # at T0: before
    story.item("2").change("2", at(1), "description", "a", "b").change("2", at(2), "priority", "1", "2")  # once an item
    story.item("3").change("3", at(2), "sprint", None, "1").change(
        "3", at(1), "acceptance_criteria", "a", "b"
    )  # before entry
    story.item("4").change("4", at(1), "type", "Bug", "Bug")  # nothing changed
    story.item("5").change("5", T1, "title", "a", "b")  # at T1: inside
    story.item("6", now="").change("6", at(1), "sprint", "1", None).change(
        "6", at(2), "title", "a", "b"
    )  # after it left
    story.item("7").change("7", at(1), "assignee", "a", "b")  # not content
    one = story.ledger()
    assert list(one.entries["is_content_changed"]) == [False, True, False, False, True, False, False]
    assert one.ratios["points"]["content_churn"] == 2 / 7


def test_history_that_contradicts_the_present_is_a_finding(story: Story) -> None:
    story.item("1", now="1").change("1", at(2), "sprint", "1", None)  # in the field, though history says it left
    story.item("2", now="").change("2", at(2), "sprint", None, "1")  # the reverse
    story.item("3", now="1").change("3", at(2), "sprint", None, "5").change("3", at(3), "sprint", "1, 5", "1")  # a gap
    story.item("4")
    one = story.ledger()
    assert codes(one) == {"membership_contradiction": "A-1, A-2, A-3"}
    assert one.is_balanced is True  # by arithmetic; the finding says what it is worth
    assert [finding.severity for finding in one.findings] == ["error"]


def test_an_unknown_policy_is_refused(story: Story) -> None:
    with pytest.raises(ValueError, match="waterfall"):
        story.ledger(policy="waterfall")


def test_as_of_replays_the_sprint(story: Story) -> None:
    full_story(story)
    committed = [story.ledger(as_of=at(day)).totals["points"]["committed"] for day in (0, 3, 14, 60)]
    completed = [story.ledger(as_of=at(day)).totals["points"]["completed"] for day in (0, 3, 5.5, 6)]
    assert committed == [10, 10, 10, 10]
    assert completed == [0, 5, 5, 9]
    assert all(story.ledger(as_of=at(day)).is_balanced for day in range(16))


def test_several_ledgers_at_once_are_the_same_as_one_by_one(story: Story) -> None:
    full_story(story)
    shared = {"done_status_ids": {DONE}, "known_status_ids": {OPEN, DONE, "10001"}, "as_of": at(60)}
    together = ledgers(["0", "1"], **story.frames(), **shared)
    for sprint_id, one in together.items():
        alone = story.ledger(sprint_id)
        pd.testing.assert_frame_equal(one.entries, alone.entries)
        assert (one.totals, one.ratios, one.findings) == (alone.totals, alone.ratios, alone.findings)


def test_totals_frame_keeps_nulls_and_types(story: Story) -> None:
    frame = totals_frame([story.item("1").ledger(), story.ledger("404")])
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == TOTAL_COLUMNS
    assert list(frame["unit"]) == ["points", "count", "points", "count"]
    assert frame["committed"].isna().tolist() == [False, False, True, True]
    assert frame["is_balanced"].isna().tolist() == [False, False, True, True]
    assert totals_frame([]).empty
