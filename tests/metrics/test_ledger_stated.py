"""The ledger of what sheets state: each column that is missing makes null what only it could tell, never a wrong number."""

from datetime import timedelta

import pytest

from metrics.churn import detected_changes
from metrics.totals import RATIOS
from tests.metrics.story import ALL_KNOWN, OPEN, T0, T1, Story, at, codes, counts, points, where

NEEDS_HISTORY = ("committed", "added", "carried", "re_estimated", "removed", "completed_outside")


def full_sheet(story: Story, known: tuple[str, ...] = ALL_KNOWN) -> Story:
    """Four rows of a sheet with the given columns; 5 + 3 + 2 committed, 4 added, 2 removed, 3 -> 8 re-estimated."""

    def cells(**given: object) -> dict[str, object]:
        return {name: value for name, value in given.items() if name in known or name not in ALL_KNOWN}

    rows: dict[str, dict[str, object]] = {
        "1": {"initial_points": 5.0, "final_points": 5.0, "is_done": True, "done_at": at(3)},
        "2": {"initial_points": 3.0, "final_points": 8.0},
        "3": {"initial_points": 2.0, "final_points": 2.0, "removed_at": at(4)},
        "4": {"initial_points": 4.0, "final_points": 4.0, "added_at": at(5), "is_done": True, "done_at": at(6)},
    }
    for item_id, row in rows.items():
        story.item(item_id).state(item_id, known=known, **cells(**row))
    return story


def test_a_sheet_with_every_column_tells_the_whole_ledger(story: Story) -> None:
    one = full_sheet(story).ledger()
    # 10 + 4 + 5 - 2 = 17 = 9 + 8
    assert points(one) == {
        "committed": 10, "added": 4, "re_estimated": 5, "removed": 2, "completed": 9, "not_completed": 8,
    }  # fmt: skip
    assert counts(one) == {"committed": 3, "added": 1, "removed": 1, "completed": 2, "not_completed": 1}
    assert one.is_balanced is True
    assert one.ratios["points"]["say_do"] == 0.5
    assert one.ratios["points"]["churn_gross"] == 1.1  # (4 + 2 + 5) / 10
    assert one.ratios["points"]["content_churn"] is None  # no log of rewordings: not known, not nought
    assert set(codes(one)) == {"content_unknown"}


@pytest.mark.parametrize("absent", [("added_at", "removed_at"), ("added_at",), ("removed_at",)])
def test_without_membership_columns_only_what_rows_state_is_given(story: Story, absent: tuple[str, ...]) -> None:
    one = full_sheet(story, tuple(name for name in ALL_KNOWN if name not in absent)).ledger()
    for unit in ("points", "counts"):
        assert {name: one.totals[unit][name] for name in NEEDS_HISTORY} == dict.fromkeys(NEEDS_HISTORY)
        assert one.ratios[unit] == dict.fromkeys(RATIOS)
    assert one.is_balanced is None
    assert {bucket for bucket, _ in where(one).values()} == {None}
    assert codes(one)["membership_unknown"] == ", ".join(absent)
    is_removal_told = "removed_at" not in absent  # item 3 is then known to have gone
    assert one.totals["points"]["completed"] == 9
    assert one.totals["points"]["not_completed"] == (8 if is_removal_told else 10)
    assert one.totals["counts"]["completed"] == 2
    assert one.totals["counts"]["not_completed"] == (1 if is_removal_told else 2)
    assert where(one)["3"] == (None, "removed" if is_removal_told else "not_completed")


def test_one_row_without_history_makes_the_sprints_sums_null(story: Story) -> None:
    full_sheet(story).item("5").state("5", known=())
    one = story.ledger()
    assert one.totals["counts"]["committed"] is None
    assert one.totals["points"]["not_completed"] == 11
    assert where(one)["1"] == ("committed", "completed")  # what is known of the others stays


def test_rows_that_were_never_in_it_do_not_count(story: Story) -> None:
    story.item("1").state("1", removed_at=T0).item("2").state("2", added_at=at(20))
    story.item("3").state("3", known=("removed_at",), removed_at=at(-1))
    assert where(story.ledger()) == {}
    assert where(story.ledger(as_of=at(20))) == {}


def test_stated_instants_follow_r3(story: Story) -> None:
    story.item("1").state("1", added_at=T0).item("2").state("2", added_at=T0 + timedelta(seconds=1))
    story.item("3").state("3", removed_at=T1).item("4").state("4", removed_at=T1 + timedelta(seconds=1))
    assert where(story.ledger()) == {
        "1": ("committed", "not_completed"),
        "2": ("added", "not_completed"),
        "3": ("committed", "removed"),
        "4": ("committed", "not_completed"),
    }


def test_who_added_it_is_kept(story: Story) -> None:
    one = story.item("1").state("1", added_at=at(2), added_by="Wang").ledger()
    assert one.entries["why_params"][0]["entered_by"] == "Wang"
    assert one.entries["why_code"][0] == "added_not_completed"


def test_who_added_or_removed_it_is_told_by_the_log_where_the_sheet_tells_when_alone(story: Story) -> None:
    story.item("1").state("1", added_at=at(2)).change("1", at(2), "sprint", None, "1", author="Lin")
    story.item("2").state("2", removed_at=at(3)).change("2", at(3), "sprint", "1", None, author="Wu")
    story.item("3").state("3", added_at=at(2), added_by="Wang").change("3", at(2), "sprint", None, "1", author="Lin")
    told = dict(zip(story.ledger().entries["work_item_id"], story.ledger().entries["why_params"], strict=True))
    assert (told["1"]["entered_by"], told["2"]["left_by"], told["3"]["entered_by"]) == ("Lin", "Wu", "Wang")


def test_without_initial_estimates_points_are_null_and_counts_complete(story: Story) -> None:
    one = full_sheet(story, ("added_at", "removed_at", "done_at")).ledger()
    unknown = ("committed", "added", "carried", "re_estimated", "removed")
    assert {name: one.totals["points"][name] for name in unknown} == dict.fromkeys(unknown)
    assert (one.totals["points"]["completed"], one.totals["points"]["not_completed"]) == (9, 8)
    assert one.ratios["points"] == dict.fromkeys(RATIOS)
    assert counts(one) == {"committed": 3, "added": 1, "removed": 1, "completed": 2, "not_completed": 1}
    assert one.balances == {"points": None, "counts": True}
    assert one.is_balanced is None
    assert one.ratios["counts"]["say_do"] == 1 / 3
    assert one.ratios["counts"]["churn_net"] == 0  # (1 - 1) / 3
    assert one.ratios["counts"]["churn_gross"] is None  # which items were re-estimated cannot be told
    assert codes(one)["initial_estimate_unknown"] == "A-1, A-2, A-3, A-4"


def test_an_empty_initial_estimate_is_unestimated(story: Story) -> None:
    one = story.item("1").state("1", initial_points=None, final_points=5.0).ledger()
    assert points(one) == {"re_estimated": 5, "not_completed": 5}
    assert one.totals["points"]["committed"] == 0
    assert list(one.entries["is_first_estimate"]) == [True]
    assert codes(one)["unestimated"] == "A-1"


def test_done_without_a_column_for_it_counts_as_completed_once_the_sprint_is_over(story: Story) -> None:
    full_sheet(story, ("added_at", "removed_at", "initial_points"))
    one = story.ledger()
    assert (one.totals["points"]["completed"], one.totals["points"]["not_completed"]) == (9, 8)
    assert codes(one)["done_column_missing"] == "A-1, A-4"
    assert one.is_balanced is True
    before = story.ledger(as_of=at(10))
    assert before.totals["points"]["committed"] == 10
    for unit in ("points", "counts"):
        for name in ("completed", "not_completed", "spillover"):
            assert before.totals[unit][name] is None
        assert before.ratios[unit]["say_do"] is None
    assert before.is_balanced is None
    assert where(before)["1"] == ("committed", None)


def test_an_open_sprints_done_rows_count_as_completed(story: Story) -> None:
    story.sprint("1", T0, None)
    one = full_sheet(story, ("added_at", "removed_at", "initial_points")).ledger(as_of=at(10))
    assert one.totals["points"]["completed"] == 9


def test_an_empty_cell_of_a_known_done_column_is_found_item_by_item(story: Story) -> None:
    story.item("1").state("1", is_done=True).item("2").state("2", is_done=True)
    one = story.ledger()
    assert counts(one) == {"committed": 2, "completed": 2}
    found = [finding for finding in one.findings if finding.code == "done_without_date"]
    assert [(finding.subject_table, finding.subject_label) for finding in found] == [
        ("work_item", "A-1"),
        ("work_item", "A-2"),
    ]


def test_done_before_or_after_the_sprint(story: Story) -> None:
    story.item("1").state("1", is_done=True, done_at=T0).item("2").state("2", is_done=True, done_at=T1)
    story.item("3").state("3", is_done=True, done_at=T1 + timedelta(seconds=1))
    assert where(story.ledger()) == {
        "1": (None, "completed_outside"),
        "2": ("committed", "completed"),
        "3": ("committed", "not_completed"),
    }
    assert where(story.ledger(policy="jira-dc"))["1"] == ("committed", "completed")


def test_a_done_date_beside_an_open_status_is_not_believed(story: Story) -> None:
    one = story.item("1").state("1", done_at=at(3)).ledger()
    assert where(one) == {"1": ("committed", "not_completed")}
    assert codes(one)["done_date_without_done_status"] == "A-1"
    # without any status the date alone says done
    assert where(Story().item("1").state("1", status_id=None, done_at=at(3)).ledger()) == {
        "1": ("committed", "completed")
    }


def test_removed_before_added_leaves_its_place_unknown(story: Story) -> None:
    one = story.item("1").state("1", added_at=at(5), removed_at=at(2)).ledger()
    assert one.totals["counts"]["committed"] is None
    assert set(codes(one)) >= {"removed_before_added", "membership_unknown"}


def test_carried_and_spillover_between_stated_sprints(story: Story) -> None:
    story.sprint("2", at(13), at(28)).item("1", now="1, 2").state("1", "1").state("1", "2", added_at=T1)
    assert where(story.ledger("2")) == {"1": ("carried", "not_completed")}
    assert story.ledger("1").totals["counts"]["spillover"] == 1


def test_a_later_row_without_history_is_spillover_too(story: Story) -> None:
    story.sprint("2", at(14), at(28)).item("1", now="1, 2").state("1", "1", ()).state("1", "2", ())
    assert story.ledger("1").totals["counts"]["spillover"] == 1


# ---------------------------------------------------------------- with a change log beside the sheet


def test_a_change_log_gives_membership_to_sprints_that_end_after_it_begins(story: Story) -> None:
    story.sprint("2", at(14), at(28)).item("1", now="1, 2").item("2", now="2")
    story.state("1", "1", ()).state("1", "2", ()).state("2", "2", ())
    story.change("2", at(15), "sprint", None, "2").change("2", at(15), "estimate", "3", "3")
    assert story.ledger("1").totals["counts"]["committed"] is None  # it ended before the log's first row
    one = story.ledger("2")
    assert where(one) == {"1": ("committed", "not_completed"), "2": ("added", "not_completed")}
    assert points(one) == {"committed": 3, "added": 3, "not_completed": 6}
    assert one.is_balanced is True


def test_an_item_that_left_by_the_log_is_seen_though_no_row_states_it(story: Story) -> None:
    story.item("1", now="").item("2").state("2", "1", ()).change("1", at(3), "sprint", "1", None)
    assert where(story.ledger()) == {"1": ("committed", "removed"), "2": ("committed", "not_completed")}


def test_a_log_of_estimates_and_statuses_fills_what_columns_do_not_state(story: Story) -> None:
    known = ("added_at", "removed_at")
    story.item("1", 8).state("1", known=known, final_points=8.0, is_done=True).item("2", 2).state(
        "2", known=known, final_points=2.0
    )
    story.change("1", at(2), "estimate", "5", "8").change("1", at(4), "status", OPEN, "10003").change(
        "1", at(3), "title", "a", "b"
    )
    one = story.ledger()
    assert points(one) == {"committed": 7, "re_estimated": 3, "completed": 8, "not_completed": 2}
    assert one.entries["done_at"][0] == at(4)
    assert one.ratios["points"]["content_churn"] == 0.5  # the log records rewordings
    assert codes(one) == {}
    assert points(story.ledger(as_of=at(1))) == {"committed": 7, "not_completed": 7}  # the log tells the past too


def test_stated_columns_win_over_the_log_and_say_so(story: Story) -> None:
    story.item("1").state("1", added_at=None)  # stated: from the start, still in it
    story.change("1", at(3), "sprint", None, "1")  # the log: came on day three
    story.item("2", 5).state("2", initial_points=1.0, final_points=5.0).change("2", at(2), "estimate", "3", "5")
    story.item("3").state("3", is_done=True, done_at=at(4)).change("3", at(20), "status", OPEN, "10003")
    story.change("2", at(1), "status", "10001", OPEN)  # the log of statuses begins inside the sprint
    one = story.ledger()
    assert where(one) == {
        "1": ("committed", "not_completed"),
        "2": ("committed", "not_completed"),
        "3": ("committed", "completed"),
    }
    assert one.totals["points"]["re_estimated"] == 4
    assert codes(one)["stated_contradicts_log"] == "A-1, A-2, A-3"


def test_one_stated_column_and_the_log_make_membership_whole(story: Story) -> None:
    story.item("1", now="").state("1", known=("added_at",), added_at=at(2))
    story.change("1", at(2), "sprint", None, "1").change("1", at(6), "sprint", "1", None)
    story.item("2").state("2", known=("removed_at",), removed_at=at(7)).change("2", at(1), "sprint", None, "1")
    story.change("2", at(7), "sprint", "1", None)
    assert where(story.ledger()) == {"1": ("added", "removed"), "2": ("added", "removed")}
    assert story.ledger().entries["left_at"].tolist() == [at(6), at(7)]


def test_a_row_in_a_sprint_the_log_never_mentions_stays_unknown(story: Story) -> None:
    one = story.item("1", now="5").state("1", known=()).change("1", at(2), "sprint", "4", "5").ledger()
    assert where(one) == {"1": (None, "not_completed")}
    assert one.totals["counts"]["committed"] is None
    assert set(codes(one)) >= {"membership_unknown", "stated_contradicts_log"}


def test_an_estimate_changed_on_an_unknown_day_is_not_known_before_the_end(story: Story) -> None:
    """Item 2 went from 3 to 8, nobody recorded when: on day 3.5 it may have been either, and the churn with it."""
    one = full_sheet(story).ledger(as_of=at(3.5))
    names = ("committed", "added", "re_estimated", "removed", "completed", "not_completed")
    # Item 1 is done at its 5; items 3 (2 points) and 4 have not moved yet; item 2 is open at 3 or at 8.
    assert [one.totals["points"][name] for name in names] == [10, 0, None, 0, 5, None]
    assert counts(one) == {"committed": 3, "completed": 1, "not_completed": 2}
    assert (one.balances["points"], one.balances["counts"]) == (None, True)
    ratios = one.ratios["points"]
    assert (ratios["say_do"], ratios["churn_gross"], ratios["churn_net"]) == (0.5, None, None)
    assert one.ratios["counts"]["churn_gross"] is None
    assert set(codes(one)) == {"content_unknown", "estimate_undated"}
    rows = {row.work_item_id: (row.initial_points, row.final_points) for row in one.rows}
    assert rows == {"1": (5, 5), "2": (3, None), "3": (2, 2)}
    assert detected_changes(one.entries).empty
    assert points(full_sheet(story).ledger())["re_estimated"] == 5  # at the end it is known
