"""Detected changes, their approval, churn, volatility, velocity and trend, with the sums done by hand."""

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from metrics.approvals import (
    REQUEST_COLUMNS,
    REQUEST_ITEM_COLUMNS,
    SIGNATURE_COLUMNS,
    WAIVER_COLUMNS,
    change_states,
    link_changes,
)
from metrics.churn import churn, detected_changes, volatility
from metrics.ledger import totals_frame
from metrics.registry import typed_frame
from metrics.sprints import sprint_trend, velocity
from tests.metrics.story import DONE, T0, T1, Story, at


def restless(story: Story) -> Story:
    """Item 1 re-estimated 3 -> 8, 2 added and reworded, 3 removed, 4 carried (and re-estimated), 5 a bug that is added."""
    story.sprint("0", at(-14), at(2))
    story.item("1", 8).change("1", at(1), "estimate", "3", "8", author="Wang")
    story.item("2", 4).change("2", at(5), "sprint", None, "1").change(
        "2", at(6), "description", "a", "b", author="Zhao"
    )
    story.item("3", 2, now="").change("3", at(4), "sprint", "1", None, author="Chen")
    story.item("4", 9, now="0, 1").change("4", at(2), "sprint", "0", "0, 1").change("4", at(3), "estimate", "6", "9")
    return story.item("5", 1, kind="bug").change("5", at(7), "sprint", None, "1")


def rows(frame: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return list(plain[list(names)].itertuples(index=False, name=None))


def test_detected_changes_name_what_when_and_who_and_leave_carrying_out(story: Story) -> None:
    found = detected_changes(restless(story).ledger().entries)
    assert rows(found, "work_item_id", "change_kind", "points", "at", "author") == [
        ("1", "re_estimated", 5, at(1), "Wang"),
        ("2", "added", 4, at(5), "Lin"),
        ("2", "content", None, at(6), "Zhao"),
        ("3", "removed", 2, at(4), "Chen"),
        ("5", "added", 1, at(7), "Lin"),
    ]


def test_added_then_removed_are_two_changes_a_first_estimate_is_marked(story: Story) -> None:
    story.item("1", 5).change("1", at(1), "estimate", None, "5")
    story.item("2", None, now="").change("2", at(2), "sprint", None, "1").change("2", at(3), "sprint", "1", None)
    found = detected_changes(story.ledger().entries)
    assert rows(found, "work_item_id", "change_kind", "points", "is_first_estimate") == [
        ("1", "re_estimated", 5, True),
        ("2", "added", 0, False),  # unestimated: nought points, reported by the ledger
        ("2", "removed", 0, False),
    ]


def test_a_sheet_without_initial_estimates_shows_no_re_estimates(story: Story) -> None:
    story.item("1").state("1", known=("added_at", "removed_at"), added_at=at(2), added_by="Wu", final_points=8.0)
    found = detected_changes(story.ledger().entries)
    assert rows(found, "change_kind", "points", "author") == [("added", None, "Wu")]


# ---------------------------------------------------------------- approval


class Approvals:
    """Change requests, signatures and waivers about sprint 1."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.covered: list[dict[str, Any]] = []
        self.signatures: list[dict[str, Any]] = []
        self.waivers: list[dict[str, Any]] = []

    def request(self, number: str, item_id: str | None, kind: str | None = None, **more: Any) -> "Approvals":
        version = more.pop("version", 1)
        row = {
            "id": len(self.requests) + 1,
            "number": number,
            "version": version,
            "content_sha256": f"{number}.{version}",
        }
        self.requests.append({**row, **more})
        if item_id:
            link = {"change_request_id": row["id"], "sprint_id": "1", "work_item_id": item_id, "change_kind": kind}
            self.covered.append(link)
        return self

    def sign(self, number: str, day: float, decision: str = "approved", version: int = 1) -> "Approvals":
        row = {
            "id": len(self.signatures),
            "subject_table": "change_request",
            "subject_id": number,
            "decision": decision,
        }
        self.signatures.append({**row, "content_sha256": f"{number}.{version}", "signed_at": at(day)})
        return self

    def waive(self, item_id: str, kind: str, *, is_revoked: bool = False) -> "Approvals":
        row = {"id": len(self.waivers), "sprint_id": "1", "work_item_id": item_id, "change_kind": kind}
        self.waivers.append({**row, "is_revoked": is_revoked, "waived_at": at(8)})
        return self

    def link(self, story: Story) -> pd.DataFrame:
        return link_changes(
            detected_changes(story.ledger().entries),
            typed_frame(self.requests, REQUEST_COLUMNS),
            typed_frame(self.covered, REQUEST_ITEM_COLUMNS),
            typed_frame(self.signatures, SIGNATURE_COLUMNS),
            typed_frame(self.waivers, WAIVER_COLUMNS),
        )

    def states(self, story: Story) -> dict[tuple[str, str], str]:
        return {
            (item, kind): state for item, kind, state in rows(self.link(story), "work_item_id", "change_kind", "state")
        }


def test_each_change_is_signed_waived_evaluated_or_unapproved(story: Story) -> None:
    given = Approvals().request("CR-1", "2", "added", impact="two days").sign("CR-1", 6)
    given.request("CR-2", "1", impact_points=5.0).request("CR-3", "5").waive("3", "removed")
    assert given.states(restless(story)) == {
        ("1", "re_estimated"): "evaluated",
        ("2", "added"): "signed",
        ("2", "content"): "unapproved",  # the request covers only the addition
        ("3", "removed"): "waived",
        ("5", "added"): "unapproved",  # a request without an impact evaluates nothing
    }
    counted = change_states(given.link(story)).iloc[0].to_dict()
    # unapproved: neither signed nor waived, so the evaluated one is among them
    assert counted == {"detected": 5, "evaluated": 2, "signed": 1, "waived": 1, "unapproved": 3}


def test_a_request_without_a_kind_covers_every_change_of_its_item(story: Story) -> None:
    states = Approvals().request("CR-1", "2").sign("CR-1", 6).states(restless(story))
    assert (states["2", "added"], states["2", "content"]) == ("signed", "signed")


def test_a_later_edit_voids_the_signature_and_a_new_one_restores_it(story: Story) -> None:
    given = Approvals().request("CR-1", "2").sign("CR-1", 6).request("CR-1", "2", version=2)
    assert given.states(restless(story))["2", "added"] == "unapproved"
    assert given.sign("CR-1", 7, version=2).states(story)["2", "added"] == "signed"


def test_only_the_current_version_covers(story: Story) -> None:
    given = Approvals().request("CR-1", "2").sign("CR-1", 6).request("CR-1", None, version=2).sign("CR-1", 7, version=2)
    assert given.states(restless(story))["2", "added"] == "unapproved"


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        ([(5, "approved"), (6, "rejected")], "unapproved"),
        ([(5, "rejected"), (6, "approved")], "signed"),
        ([(5, "approved"), (5, "rejected")], "unapproved"),  # at one instant the rejection stands
        ([(5, "rejected")], "unapproved"),
    ],
)
def test_a_later_rejection_undoes_an_approval(story: Story, decisions: list[tuple[float, str]], state: str) -> None:
    given = Approvals().request("CR-1", "2", "added")
    for day, decision in decisions:
        given.sign("CR-1", day, decision)
    assert given.states(restless(story))["2", "added"] == state


def test_a_waiver_is_for_its_kind_of_change_and_can_be_revoked(story: Story) -> None:
    given = Approvals().waive("2", "added")
    assert given.states(restless(story))["2", "content"] == "unapproved"
    assert given.states(story)["2", "added"] == "waived"
    assert given.waive("2", "added", is_revoked=True).states(story)["2", "added"] == "unapproved"


# ---------------------------------------------------------------- R17, R19, R20


def test_churn_rows_in_order_of_start(story: Story) -> None:
    restless(story)
    frame = churn(totals_frame([story.ledger("1"), story.ledger("0")]), story.frames()["sprints"])
    assert rows(frame, "sprint_id", "unit") == [("0", "points"), ("0", "count"), ("1", "points"), ("1", "count")]
    # sprint 1: committed 3 + 2, added 4 + 1, removed 2, re-estimated 5 (and 3 of the carried, which is no churn)
    assert rows(frame, "committed", "added", "removed", "re_estimated", "churn_gross", "churn_net")[2] == (
        5,
        5,
        2,
        8,
        2.4,
        1.6,
    )


def test_volatility_counts_requirements_only(story: Story) -> None:
    restless(story)
    given = {"entries": story.ledger().entries, "items": story.frames()["items"], "sprints": story.frames()["sprints"]}
    frame = volatility(**given, period_from=T0, period_to=T1)
    # in scope 1 and 3; added 2, removed 3, changed 1 and 2 (reworded); the bug is no requirement
    assert rows(frame, "in_scope", "added", "removed", "changed", "volatility_ratio") == [(2, 1, 1, 2, 2.0)]
    later = volatility(**given, period_from=T0 + timedelta(seconds=1), period_to=T1)
    assert rows(later, "in_scope", "volatility_ratio") == [(0, None)]


def test_volatility_is_null_where_membership_is_unknown(story: Story) -> None:
    story.item("1").state("1", known=())
    given = {"entries": story.ledger().entries, "items": story.frames()["items"], "sprints": story.frames()["sprints"]}
    frame = volatility(**given, period_from=T0, period_to=T1)
    assert rows(frame, "in_scope", "added", "volatility_ratio") == [(None, None, None)]


def closed_sprints(story: Story) -> pd.DataFrame:
    """Sprints 10 to 14 complete 1, 2, 3, 4 points and an unknown number; 15 is still running with 9 done."""
    ledgers = []
    for number in range(6):
        sprint_id, start = str(10 + number), at(20 * number)
        is_open = number == 5
        story.sprint(sprint_id, start, None if is_open else start + timedelta(days=14))
        story.item(sprint_id, 9.0 if is_open else number + 1.0, sprint_id, is_done=True)
        story.done(sprint_id, start + timedelta(days=1))
        ledgers.append(story.ledger(sprint_id, as_of=at(200)))
    totals = totals_frame(ledgers)
    totals.loc[totals["sprint_id"] == "14", "completed"] = None
    return totals


def test_velocity_is_the_mean_of_the_last_closed_sprints_and_shows_how_many(story: Story) -> None:
    totals = closed_sprints(story)
    sprints = story.frames()["sprints"]
    # the last 3 closed are 12, 13, 14; of 14 nothing is known: (3 + 4) / 2
    assert rows(velocity(totals, sprints, n=3), "board_id", "unit", "velocity", "n") == [
        ("7", "points", 3.5, 2),
        ("7", "count", 1, 2),
    ]
    assert rows(velocity(totals, sprints), "velocity", "n")[0] == (2.5, 4)  # 1 + 2 + 3 + 4
    assert velocity(totals, sprints, n=3)["sprint_ids"][0] == ["12", "13"]
    assert rows(velocity(totals, sprints, n=1), "velocity", "n")[0] == (None, 0)
    with pytest.raises(ValueError, match="at least 1"):
        velocity(totals, sprints, n=0)


def test_a_ledger_seen_before_its_sprint_closed_is_no_velocity(story: Story) -> None:
    story.item("1", 5, is_done=True).done("1", at(1))
    assert velocity(totals_frame([story.ledger(as_of=at(2))]), story.frames()["sprints"]).empty


def test_trend_is_in_order_and_leaves_out_what_has_not_started(story: Story) -> None:
    story.sprint("0", at(-14), at(-1)).sprint("9", None, None).item("1", 5, is_done=True, status_id=DONE).done(
        "1", at(1)
    )
    totals = totals_frame([story.ledger(one) for one in ("1", "9", "0")])
    frame = sprint_trend(totals, story.frames()["sprints"])
    assert rows(frame, "sprint_id", "unit", "completed", "say_do") == [
        ("0", "points", 0, None),
        ("0", "count", 0, None),
        ("1", "points", 5, 1),
        ("1", "count", 1, 1),
    ]
