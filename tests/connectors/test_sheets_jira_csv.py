"""Jira's own CSV export: repeated headers, localised months, the same records as a backlog."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.records import Parsed, check
from connectors.rows import Records
from connectors.sheets.guess import guess
from connectors.sheets.settings import Settings
from connectors.sheets.source import fetch, parse, preview
from tests.connectors.made_sheets import csv_sheet

DATA = Path(__file__).parent.parent / "data" / "sheets"


def as_json(parsed: Parsed) -> dict[str, object]:
    tables = {one.name: getattr(parsed, one.name) for one in fields(parsed)}
    rows = {name: found.rows for name, found in tables.items() if isinstance(found, Records) and found.rows}
    plain: dict[str, object] = json.loads(json.dumps(rows, default=str))
    return plain


def test_an_export_gives_the_golden_records() -> None:
    sheet = fetch((DATA / "jira_export.csv").read_bytes(), "jira_export.csv").sheets[0]
    assert guess(sheet).kind == "jira_csv"
    found = preview(sheet, "jira_csv", settings=Settings(zone="Asia/Shanghai"))
    assert found.problems == ()
    golden = json.loads((DATA / "jira_export.json").read_text(encoding="utf-8"))
    assert as_json(check(found.parsed)) == golden


def test_repeated_headers_are_one_list() -> None:
    sheet = csv_sheet("Summary,Issue key,Issue id,Sprint,Sprint,Sprint,Labels,Labels\nOne,A-1,1,S1,,S3,x,y\n")
    assert guess(sheet).mapping["sprint"] == [3, 4, 5]
    row = parse(sheet, "jira_csv").items.rows[0]
    assert (row["external_id"], row["sprint_ids"], row["labels"]) == ("1", ["S1", "S3"], ["x", "y"])


def test_two_estimates_side_by_side_are_said_when_they_differ() -> None:
    header = "Summary,Issue key,Issue id,Custom field (Story Points),Custom field (Story point estimate)"
    found = preview(csv_sheet(f"{header}\nOne,A-1,1,5,8\nTwo,A-2,2,,8\n"), "jira_csv")
    assert [row["estimate_points"] for row in found.parsed.items.rows] == [5.0, 8.0]
    assert [(problem.cell, problem.code) for problem in found.problems] == [("E2", "estimate_conflict")]


def test_a_renamed_issue_keeps_its_identity_and_a_repeated_id_is_refused() -> None:
    found = preview(csv_sheet("Summary,Issue key,Issue id\nOne,A-1,1\nTwo,B-1,1\n"), "jira_csv")
    assert [(problem.cell, problem.code) for problem in found.errors] == [("C3", "duplicate")]


@pytest.mark.parametrize(
    "custom",
    ["Custom field", "Custom fields", "Benutzerdefiniertes Feld", "Benutzerdefinierte Felder", "Champs personnalisés",
     "自定义字段 ", "自訂欄位", "カスタム フィールド"],
)  # fmt: skip
def test_custom_fields_are_found_in_the_language_of_whoever_exported(custom: str) -> None:
    header = (
        f"Summary,Issue key,Issue id,{custom} (Status),{custom} (Story Points),{custom}（Sprint）,{custom} (Sprint)"
    )
    assert guess(csv_sheet(f"{header}\nOne,A-1,1,x,5,S1,S2\n")).mapping == {
        "key": [1], "id": [2], "title": [0], "sprint": [5, 6], "estimate": [4],
    }  # fmt: skip


def test_a_french_export_tells_how_and_when_an_item_was_resolved() -> None:
    header = "Résumé;Clé de ticket;ID de ticket;État;Résolution;Résolu;Création"
    row = parse(
        csv_sheet(f"{header}\nUn;A-1;1;Terminé;Terminé;10/nov./26 9:30 AM;05/févr./26 3:00 PM\n"), "jira_csv"
    ).items.rows[0]
    assert (row["resolution"], row["done_at"]) == ("Terminé", datetime(2026, 11, 10, 9, 30, tzinfo=UTC))
