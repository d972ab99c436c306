"""A small file through the real command: its figures are those counted by hand, and nothing else changes."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, every_row
from tests.cli.files import COUNTS, HISTORY, POINTS, RATIOS, csv_text, write_csv, write_xlsx
from tests.connectors.made_sheets import xlsx

BOOKS = frozenset({"audit_entry", "source", "sync_run", "row_image"})  # an undone run stays on record, with its source


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_a_file_gives_the_figures_counted_by_hand(shell: Run, tmp_path: Path, write: object) -> None:
    assert shell("migrate").code == 0
    done = shell("import", write(tmp_path), "--source", "shop", "--json")  # type: ignore[operator]
    assert (done.code, done.err) == (0, "")
    assert done.json["sheets"][0]["rows"]["work_item"] == {"added": 4, "changed": 0, "unchanged": 0}
    shown = shell("show", "sprint", "--source", "shop", "--sprint", "S1", "--json").json
    assert shown["points"] == POINTS
    assert shown["counts"] == COUNTS
    assert shown["balances"] is True
    assert shown["ratios"] == RATIOS
    assert {one["key"]: (one["bucket"], one["outcome"], one["initial_points"]) for one in shown["items"]} == {
        "A-1": ("committed", "completed", 5),
        "A-2": ("committed", "not_completed", 3),
        "A-3": ("committed", "removed", 2),
        "A-4": ("added", "completed", 4),
    }
    assert shown["sprint"] == {
        "id": "S1", "name": "Sprint 1", "state": "closed", "goal": None,
        "started_at": "2026-11-02T01:00:00+00:00",  # 09:00 in Asia/Shanghai
        "planned_end_at": "2026-11-13T15:59:59.999999+00:00",  # a bare date is the end of its day (R2)
        "completed_at": "2026-11-13T09:00:00+00:00",
    }  # fmt: skip
    assert list(shown) == [
        "source", "sprint", "as_of", "policy", "points", "counts", "balances", "ratios", "items", "findings"
    ]  # fmt: skip


def test_a_replay_knows_only_what_had_happened(house: Run, tmp_path: Path) -> None:
    house("import", write_csv(tmp_path))
    # On 6 November A-3 has gone (2) and A-1 is done (5); A-4 has not come yet.
    shown = house("show", "sprint", "--as-of", "2026-11-06", "--json").json
    assert shown["as_of"] == "2026-11-06T15:59:59.999999+00:00"
    assert (shown["points"]["added"], shown["points"]["removed"], shown["points"]["completed"]) == (0, 2, 5)
    # At 10:59 Shanghai time of that day it was still there: the instant has its own offset, or is in the project's zone.
    for instant in ("2026-11-06T10:59", "2026-11-06T02:59+00:00"):
        before = house("show", "sprint", "--as-of", instant, "--json").json
        assert before["as_of"] == "2026-11-06T02:59:00+00:00"
        assert before["points"]["removed"] == 0
    # Before it started, nothing can be known: null, not nought (R1).
    early = house("show", "sprint", "--as-of", "2026-11-01", "--json").json
    assert set(early["points"].values()) == {None}


def test_the_same_file_twice_changes_nothing(house: Run, tmp_path: Path) -> None:
    file = write_csv(tmp_path)
    house("import", file)
    counts, rows = house("status", "--json").json["counts"], every_row()
    again = house("import", file)
    assert again.code == 0
    assert "Nothing changed" in again.out
    assert house("status", "--json").json["counts"] == counts
    assert every_row() == rows


def test_a_corrected_file_corrects_facts_and_invents_no_change(house: Run, tmp_path: Path) -> None:
    house("import", write_csv(tmp_path))
    corrected = csv_text().replace(",8,3,", ",6,3,").replace("Old page", "Old page gone")
    done = house("import", write_csv(tmp_path, corrected, "later.csv"), "--json").json
    assert done["sheets"][0]["rows"]["work_item"] == {"added": 0, "changed": 2, "unchanged": 2}
    shown = house("show", "sprint", "--json").json
    assert (shown["points"]["re_estimated"], shown["points"]["not_completed"]) == (3, 6)  # 6 - 3
    assert house("status", "--json").json["counts"]["change"] == 0
    assert house("show", "churn", "--json").json["changes"]["detected"] == 3  # added, removed, re-estimated: as stated


def test_a_partial_file_leaves_the_other_rows(house: Run, tmp_path: Path) -> None:
    house("import", write_csv(tmp_path))
    lines = csv_text().splitlines()
    house("import", write_csv(tmp_path, "\n".join(lines[:2]) + "\n", "part.csv"))
    assert house("show", "sprint", "--json").json["points"] == POINTS


def test_an_undo_puts_every_table_back(house: Run, tmp_path: Path) -> None:
    nothing = every_row(but=BOOKS)
    house("import", write_csv(tmp_path))
    first = every_row(but=BOOKS)
    corrected = csv_text().replace(",8,3,", ",6,3,") + "A-5,New,Story,To do,Sprint 2,S2,,,,3,3,,,\n"
    run = house("import", write_csv(tmp_path, corrected, "later.csv"), "--json").json["sheets"][0]["run"]
    assert every_row(but=BOOKS) != first
    assert "Undo these first, newest first: 2." in house("undo", "1").failure
    assert house("undo", str(run)).code == 0
    assert every_row(but=BOOKS) == first
    assert "undone already" in house("undo", str(run)).failure
    assert house("undo", "1").code == 0
    assert every_row(but=BOOKS) == nothing
    assert house("rebuild").out == "Derived 0 sprints anew; 0 rows changed.\n"
    house("import", write_csv(tmp_path))
    assert house("show", "sprint", "--json").json["points"] == POINTS


def test_an_undone_change_log_leaves_the_items_source_as_it_was(house: Run, tmp_path: Path) -> None:
    house("import", write_csv(tmp_path, csv_text(without=("Initial estimate",))))
    before = every_row(but=BOOKS)
    log = write_csv(tmp_path, "Key,Changed at,Field,From,To,Author\nA-2,2026-11-04 11:00,Estimate,3,8,Lin\n", "log.csv")
    done = house("import", log, "--source", "log", "--kind", "change_log")
    assert done.code == 0, done.err
    assert house("show", "sprint", "--json").json["points"]["re_estimated"] == 5
    house("undo", "2")
    assert every_row(but=BOOKS) == before
    assert house("show", "sprint", "--json").json["points"]["re_estimated"] is None


def test_a_dry_run_writes_nothing(house: Run, tmp_path: Path) -> None:
    empty = every_row()
    done = house("import", write_csv(tmp_path), "--dry-run", "--json")
    assert done.code == 0
    assert done.json["dry_run"] is True
    assert done.json["sheets"][0]["run"] is None
    assert done.json["sheets"][0]["rows"]["work_item"]["added"] == 4
    assert every_row() == empty


def test_a_backlog_without_history_gives_items_and_totals_but_no_invented_figures(house: Run, tmp_path: Path) -> None:
    house("import", write_csv(tmp_path, csv_text(without=HISTORY)))
    shown = house("show", "sprint", "--json").json
    unknown = ("committed", "added", "removed", "re_estimated")
    assert {shown[unit][name] for unit in ("points", "counts") for name in unknown} == {None}
    assert shown["balances"] is None
    assert set(shown["ratios"].values()) == {None}
    assert shown["points"]["completed"] == 9  # are done at 5 + 4
    found = {one["code"]: one["text"] for one in shown["findings"]}
    assert "Added at" in found["membership_unknown"]
    text = house("show", "sprint").out
    assert "Committed             n/a    n/a" in text
    assert "Whether the ledger balances cannot be known." in text
    zh = house("show", "sprint", "--lang", "zh").out
    assert "无法得知账本是否平衡。" in zh


def test_a_wrong_cell_is_named_and_nothing_comes_in(house: Run, tmp_path: Path) -> None:
    empty = every_row()
    bad = csv_text().replace(",5,5,", ",five,5,").replace("2026-11-07 10:00", "2026-13-07")
    done = house("import", write_csv(tmp_path, bad))
    assert done.failure.startswith(
        "2 cells cannot be imported; nothing was. Sheet “backlog.csv”, cell J2: found “five”."
    )
    assert "cell L5: found “2026-13-07”" in done.out
    as_json = house("import", write_csv(tmp_path, bad), "--json")
    assert as_json.failure == done.failure
    assert [one["cell"] for one in as_json.json["sheets"][0]["problems"] if one["severity"] == "error"] == ["J2", "L5"]
    assert every_row() == empty


def test_a_file_without_keys_is_refused(house: Run, tmp_path: Path) -> None:
    done = house("import", write_csv(tmp_path, csv_text(without=("Key",))), "--kind", "backlog")
    assert done.code == 1
    assert "nothing was" in done.failure or "Issue key" in done.failure


def test_a_rebuild_after_an_import_changes_nothing(house: Run, tmp_path: Path) -> None:
    house("import", write_csv(tmp_path))
    assert house("rebuild").out == "Derived 1 sprints anew; 0 rows changed.\n"


@pytest.mark.parametrize("kind", ["backlog", "change_log", "demo", "kpi", "kpi_measurement", "feedback"])
def test_a_template_comes_back_through_the_import(house: Run, tmp_path: Path, kind: str) -> None:
    # A log, a verdict or a measurement speaks of things that must be there first.
    before = {"change_log": ["backlog"], "demo": ["backlog"], "kpi_measurement": ["kpi"], "feedback": ["backlog"]}.get(
        kind, []
    )
    for each in [*before, kind]:
        file = tmp_path / f"{each}.xlsx"
        assert house("template", each, str(file), "--lang", "zh").out == f"{file}\n"
        done = house("import", str(file))
        assert (done.code, done.err) == (0, ""), done.out
    assert "rows as" in done.out


def test_a_key_that_two_sources_have_is_refused_by_its_cell(house: Run, tmp_path: Path) -> None:
    for source in ("shop", "app"):
        assert house("import", write_csv(tmp_path), "--source", source).code == 0
    verdicts = tmp_path / "demo.csv"
    verdicts.write_text("Verdict,Key\naccepted,A-1\n", encoding="utf-8")
    refused = house("import", str(verdicts), "--source", "demos", "--json")
    assert refused.code == 1
    assert "cell B2: found “A-1”. Several sources have this key" in refused.err
    assert house("import", str(verdicts), "--source", "app").code == 0


def test_a_key_that_two_sources_have_is_clear_where_the_file_brings_its_own(house: Run, tmp_path: Path) -> None:
    for source in ("shop", "app"):
        assert house("import", write_csv(tmp_path), "--source", source).code == 0
    book = tmp_path / "team.xlsx"
    sheets: dict[str, list[list[Any]]] = {
        "Backlog": [["Key", "Title", "Sprint"], ["A-1", "Ours", "S9"]],
        "Demo": [["Verdict", "Key"], ["accepted", "A-1"]],
    }
    book.write_bytes(xlsx(sheets))
    done = house("import", str(book), "--source", "team", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json["sheets"][1]["rows"]["verdict"]["added"] == 1


def test_jiras_csv_has_no_sprint_dates_and_says_so_while_its_flow_is_known(house: Run, tmp_path: Path) -> None:
    """Created 2 March 09:00, resolved 12 March 09:00: a lead time of ten days, one item finished, in no dated sprint."""
    export = tmp_path / "jira.csv"
    export.write_text(
        "Summary,Issue key,Issue id,Issue Type,Status,Project key,Created,Resolved,Sprint,Sprint,Status Category\n"
        "One,SHOP-1,10001,Story,Done,SHOP,02/Mar/26 9:00 AM,12/Mar/26 9:00 AM,Sprint 1,Sprint 2,Done\n"
        "Two,SHOP-2,10002,Story,To Do,SHOP,02/Mar/26 9:00 AM,,Sprint 3,,To Do\n",
        encoding="utf-8",
    )
    assert house("import", str(export), "--source", "jira").code == 0
    shown = house("show", "sprint", "--source", "jira", "--sprint", "Sprint 2", "--json").json
    assert (shown["points"]["completed"], [one["code"] for one in shown["findings"]]) == (
        None,
        ["sprint_without_start"],
    )
    planned = house("show", "sprint", "--source", "jira", "--sprint", "Sprint 3", "--json").json
    assert planned["findings"] == []
    flow = house("show", "flow", "--source", "jira", "--as-of", "2026-03-20", "--json").json[0]
    assert (flow["finished"], flow["lead_days_median"]) == (1, 10)
    codes = [one["code"] for one in house("status", "--json").json["findings"]]
    assert codes.count("sprint_without_start") == 2


def test_what_is_left_of_an_epic_is_counted_as_of_the_day_that_is_asked(house: Run, tmp_path: Path) -> None:
    """On 5 March: A-1 (done on the 10th) and A-2 were open, A-3 was written down on the 8th only. Today: A-2 and A-3."""
    backlog = tmp_path / "epic.csv"
    backlog.write_text(
        "Key,Title,Epic,Sprint,Status,Created at,Done at,Sprint start,Sprint end\n"
        "A-1,One,E-1,S1,Done,2026-03-01,2026-03-10 09:00,2026-03-02,2026-03-13\n"
        "A-2,Two,E-1,S1,To do,2026-03-01,,2026-03-02,2026-03-13\n"
        "A-3,Three,E-1,S1,To do,2026-03-08,,2026-03-02,2026-03-13\n",
        encoding="utf-8",
    )
    assert house("import", str(backlog)).code == 0
    asked = ("show", "forecast", "--target", "epic:E-1", "--json")
    assert [house(*asked, "--as-of", day).json[0]["remaining"] for day in ("2026-03-05", "2026-03-20")] == [2, 2]
    assert house(*asked, "--as-of", "2026-03-08").json[0]["remaining"] == 3


def test_an_order_of_day_and_month_is_one_of_two(house: Run, tmp_path: Path) -> None:
    wrong = house("import", write_csv(tmp_path), "--day-order", "ymd")
    assert (wrong.code, "Use dmy or mdy." in wrong.err) == (2, True)
    assert house("import", write_csv(tmp_path), "--day-order", "dmy").code == 0


def test_without_a_dated_sprint_those_there_are_are_named(house: Run, tmp_path: Path) -> None:
    file = tmp_path / "plain.csv"
    file.write_text("Key,Title,Sprint\nA-1,One,S1\nA-2,Two,S2\n")
    house("import", str(file))
    assert house("show", "sprint").failure == "No sprint has a start date. Name one with --sprint: S1, S2."
    assert house("show", "sprint", "--sprint", "S2").code == 0


@pytest.mark.parametrize("history", ["", ",Added at,Removed at,Initial estimate"])
def test_without_statuses_what_was_completed_is_not_known(house: Run, tmp_path: Path, history: str) -> None:
    file, cells = tmp_path / "plain.csv", ",,,3" if history else ""
    header = f"Key,Title,Sprint,Estimate,Sprint start,Sprint completed{history}"
    rows = [f"A-{n},One,S1,3,2026-11-02,2026-11-13{cells}" for n in (1, 2)]
    file.write_text("\n".join([header, *rows]))
    house("import", str(file))
    shown = house("show", "sprint", "--json").json
    for unit in ("points", "counts"):
        assert (shown[unit]["completed"], shown[unit]["not_completed"]) == (None, None)
    assert (shown[unit]["committed"], shown["ratios"]["say_do"]) == (2 if history else None, None)
    assert {one["outcome"] for one in shown["items"]} == {None}
    found = {one["code"]: one["text"] for one in shown["findings"]}
    assert "the column Status or Done at" in found["completion_unknown"]
    assert house("rebuild").out.strip().endswith("0 rows changed.")
    file.write_text("\n".join([f"{header},Status", f"{rows[0]},To do", f"{rows[1]},"]))
    house("import", str(file))
    shown = house("show", "sprint", "--json").json
    assert (shown["counts"]["completed"], shown["counts"]["not_completed"]) == (0, 2)
    assert "completion_unknown" not in {one["code"] for one in shown["findings"]}


def test_columns_that_mean_nothing_are_named(house: Run, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("Key,Title,Colour,Sprint,Weight\nA-1,One,red,S1,7\n")
    assert "  columns without a meaning, left out: Colour, Weight\n" in house("import", str(file), "--dry-run").out
    shown = house("import", str(file), "--json").json["sheets"][0]
    assert shown["columns_left_out"] == ["Colour", "Weight"]
    many = ",".join(f"Field {n}" for n in range(12))
    file.write_text(f"Key,Title,{many}\nA-1,One{',x' * 12}\n")
    assert "Field 8, Field 9 and 2 more\n" in house("import", str(file)).out
