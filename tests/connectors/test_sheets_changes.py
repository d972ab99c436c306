"""Change logs and demo outcomes: sheets that speak of items and sprints defined elsewhere (R5)."""

from connectors.records import check
from connectors.sheets.known import Known
from connectors.sheets.source import parse, preview
from tests.connectors.made_sheets import csv_sheet

KNOWN = Known(
    sprints={"Sprint 1": "76", "76": "76", "Sprint 2": "79", "79": "79", "Alpha, Beta": "80", "80": "80"},
    items=frozenset({"A-1", "A-2"}),
)


def test_fields_become_canonical_and_sprints_become_full_id_lists() -> None:
    sheet = csv_sheet(
        "编号,变更时间,字段,变更前,变更后,变更人\n"
        'A-1,2026-11-04 11:00,迭代,Sprint 1,"Sprint 1, Sprint 2",Chen\n'
        "A-1,2026-11-04 11:00,故事点,3,5.0,Chen\n"
        "A-2,2026-11-05,验收标准,,写清楚,\n"
        "A-2,2026-11-05,Rank,a,b,\n"
        'A-2,2026-11-06,Sprint,,"Alpha, Beta",\n'
    )
    rows = check(parse(sheet, "change_log", known=KNOWN)).changes.rows
    assert [(row["field"], row["from_value"], row["to_value"]) for row in rows] == [
        ("sprint", "76", "76, 79"),
        ("estimate", "3", "5"),
        ("acceptance_criteria", None, "写清楚"),
        ("Rank", "a", "b"),
        ("sprint", None, "80"),
    ]
    assert rows[0]["to_label"] == "Sprint 1, Sprint 2"


def test_the_same_row_is_the_same_change_in_any_file() -> None:
    one = parse(csv_sheet("Key,When,Field,From,To\nA-1,2026-11-04,Status,Open,Done\n"), "change_log")
    other = parse(csv_sheet("To,From,Field,Changed at,Issue key\nDone,Open,状态,2026/11/4,A-1\n"), "change_log")
    assert one.changes.rows[0]["external_id"] == other.changes.rows[0]["external_id"]
    twice = preview(
        csv_sheet("Key,When,Field,To\nA-1,2026-11-04,Status,Done\nA-1,2026-11-04,Status,Done\n"), "change_log"
    )
    assert [(problem.cell, problem.severity) for problem in twice.problems] == [("A3", "warning")]
    assert len(twice.parsed.changes) == 1


def test_unknown_items_and_sprints_and_wrong_values_are_refused_by_cell() -> None:
    sheet = csv_sheet(
        "Key,When,Field,From,To\nZ-9,2026-11-04,Sprint,Sprint 1,Sprint 3\nA-1,2026-02-30,Estimate,3,lots\nA-1,2026-02-03,Estimate,3,lots\n"
    )
    found = preview(sheet, "change_log", known=KNOWN)
    assert [(problem.cell, problem.code) for problem in found.errors] == [
        ("A2", "unknown_item"),
        ("E2", "unknown_sprint"),
        ("B3", "cell"),
        ("E4", "cell"),
    ]
    assert preview(sheet, "change_log").errors != found.errors  # nobody looked: names are taken as they are


def test_demo_outcomes_in_both_languages() -> None:
    sheet = csv_sheet(
        "编号,迭代,演示结论,意见\nA-1,Sprint 1,有条件通过,改字体\nA-2,79,不通过,\nA-1,Sprint 2,Accepted,\nA-2,,未演示,\n"
    )
    rows = check(parse(sheet, "demo", known=KNOWN)).verdicts.rows
    assert [(row["sprint_id"], row["verdict"]) for row in rows] == [
        ("76", "accepted_with_changes"),
        ("79", "rejected"),
        ("79", "accepted"),
        (None, "not_shown"),
    ]


def test_demo_problems_are_named_by_cell() -> None:
    sheet = csv_sheet(
        "Key,Sprint,Verdict\nA-1,Sprint 9,accepted\nA-2,Sprint 1,splendid\nA-2,Sprint 1,\nA-1,Sprint 1,passed\nA-1,76,failed\n"
    )
    found = preview(sheet, "demo", known=KNOWN)
    assert [(problem.cell, problem.code) for problem in found.errors] == [
        ("B2", "unknown_sprint"),
        ("C3", "cell"),
        ("C4", "cell"),
        ("A6", "duplicate"),
    ]


def test_a_file_with_both_sheets_knows_its_own_sprints() -> None:
    backlog = parse(csv_sheet("Key,Title,Sprint,Sprint ID\nA-1,One,S1,7\n"), "backlog")
    known = Known(sprints={}, items=frozenset()).plus(backlog)
    assert known.sprint_id("S1") == "7"
    assert (
        parse(csv_sheet("Key,When,Field,To\nA-1,2026-11-04,Sprint,S1\n"), "change_log", known=known).changes.rows[0][
            "to_value"
        ]
        == "7"
    )
