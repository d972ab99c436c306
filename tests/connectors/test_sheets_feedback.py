"""Feedback sheets: what was received, what became of it, and identities that hold when a row grows (R28, R29)."""

import pytest

from connectors.records import check
from connectors.sheets.known import Known
from connectors.sheets.source import parse, preview
from tests.connectors.made_sheets import csv_sheet, sheet_of

HEADER = "反馈编号,反馈时间,反馈类型,反馈内容,满意度,推荐度,回复时间,回复人,回复内容,解决时间,确认时间,关联工作项\n"


def test_a_row_gives_feedback_and_its_events() -> None:
    sheet = csv_sheet(
        HEADER + "F-1,2026-11-03 09:12,缺陷,打印两遍,2,,2026-11-03 09:40,陈,已看到,2026-11-05,2026-11-06,SHOP-2\n"
    )
    parsed = check(parse(sheet, "feedback"))
    row = parsed.feedback.rows[0]
    assert (row["external_id"], row["kind"], row["csat"], row["nps"]) == ("F-1", "bug", 2, None)
    assert [event["kind"] for event in parsed.feedback_events.rows] == ["reply", "resolved", "confirmed", "linked"]
    assert parsed.feedback_events.rows[0]["text"] == "已看到"
    assert parsed.feedback_events.rows[3]["work_item_key"] == "SHOP-2"


@pytest.mark.parametrize(
    ("column", "value"), [("NPS", "11"), ("NPS", "-1"), ("NPS", "9.5"), ("CSAT", "0"), ("CSAT", "6"), ("CSAT", "good")]
)
def test_a_score_out_of_range_is_refused_by_cell(column: str, value: str) -> None:
    found = preview(csv_sheet(f"Date,Text,{column}\n2026-11-03,ok,{value}\n"), "feedback")
    assert [(problem.cell, problem.found) for problem in found.errors] == [("C2", value)]


def test_scores_may_be_numbers_of_a_workbook() -> None:
    parsed = check(parse(sheet_of([["Date", "NPS", "CSAT"], ["2026-11-03", 10, 5.0]]), "feedback"))
    assert (parsed.feedback.rows[0]["nps"], parsed.feedback.rows[0]["csat"], parsed.feedback.rows[0]["kind"]) == (
        10,
        5,
        "survey",
    )


def test_without_an_id_the_content_is_the_identity_and_a_later_reply_does_not_change_it() -> None:
    before = parse(csv_sheet("Date,Text,Replied at\n2026-11-03,late,\n2026-11-03,late,\n"), "feedback")
    after = parse(csv_sheet("Date,Text,Replied at\n2026-11-03,late,2026-11-04\n2026-11-03,late,\n"), "feedback")
    ids = [row["external_id"] for row in before.feedback.rows]
    assert ids == [row["external_id"] for row in after.feedback.rows]
    assert len(set(ids)) == 2  # two people may say the same
    assert len(after.feedback_events) == 1


def test_what_cannot_be_is_refused_by_cell() -> None:
    sheet = csv_sheet(
        "ID,Date,Text,Replied at,Reply,Work item\n"
        "F-1,2026-11-03,late,2026-11-02,sorry,A-1\n"
        "F-1,2026-11-03,again,,,\n"
        "F-2,2026-11-03,,,,\n"
        "F-3,2026-11-03,slow,,we know,B-1\n"
        ",2026-11-03,anonymous,,,\n"
        "F-4,,no date,,,\n"
    )
    found = preview(sheet, "feedback", known=Known(items=frozenset({"A-1"})))
    assert [(problem.cell, problem.code) for problem in found.errors] == [
        ("D2", "cell"),
        ("A3", "duplicate"),
        ("C4", "no_content"),
        ("E5", "reply_without_time"),
        ("F5", "unknown_item"),
        ("A6", "cell"),
        ("B7", "cell"),
    ]
