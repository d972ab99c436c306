"""The data page: a spreadsheet comes in as the person confirmed it, or not at all; findings are counted, listed, explained."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from streamlit.testing.v1 import AppTest

from actions.sheet_reading import kinds, template_file
from core.actor import Role
from core.wording_jira import JIRA_FINDING
from core.wording_ledger import LEDGER_FINDING
from core.wording_quality import QUALITY_FINDING
from core.wording_sync import SYNC_FINDING
from core.wording_tables import SHEET_KIND, TABLE
from pages.components import data, data_words
from store.tables import Base
from tests.actors import actor_of
from tests.pages.conftest import OpenPage, page_html

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BACKLOG = [
    ["Key", "Summary", "Story points", "Status", "Sprint", "Sprint start", "Sprint end"],
    ["SHOP-1", "Pay by invoice", 3, "Done", "Sprint 1", "2026-09-01", "2026-09-14"],
    ["SHOP-2", "Print labels", 5, "In progress", "Sprint 1", "2026-09-01", "2026-09-14"],
]


def workbook(rows: Sequence[Sequence[Any]], sheet: str = "Backlog") -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
    return out.getvalue()


def upload(test: AppTest, content: bytes, name: str = "backlog.xlsx") -> AppTest:
    one = next(each for each in test.file_uploader if str(each.key).startswith("data.import.file"))
    one.set_value((name, content, XLSX))
    test.run()
    assert not test.exception, [each.value for each in test.exception]
    return test


def button(test: AppTest, key: str) -> Any:
    return next(one for one in test.button if one.key == key)


def press(test: AppTest, key: str) -> AppTest:
    button(test, key).click()
    test.run()
    assert not test.exception, [one.value for one in test.exception]
    return test


def choose(test: AppTest, key: str, value: Any) -> AppTest:
    next(one for one in test.selectbox if one.key == key).set_value(value)
    test.run()
    assert not test.exception, [one.value for one in test.exception]
    return test


def rows_of(table: str) -> int:
    found = data.table("counts")
    return int(found.loc[found["table"] == table, "n"].iloc[0])


# ---------------------------------------------------------------- words


def test_every_finding_has_a_title_and_every_table_a_name() -> None:
    found = {*LEDGER_FINDING, *QUALITY_FINDING, *JIRA_FINDING, *SYNC_FINDING}
    assert found <= set(data_words.FINDING_TITLE)
    assert set(Base.metadata.tables) <= set(TABLE)
    assert set(kinds()) == set(SHEET_KIND)


# ---------------------------------------------------------------- empty and filled


def test_an_empty_store_says_the_three_next_steps(empty_home: Path, open_page: OpenPage) -> None:
    html = page_html(open_page("data"))
    assert "Nothing has come in yet." in html and html.count("<li>") >= 3
    assert "Import a spreadsheet" in html and "no data yet" in html


def test_the_sample_comes_in_with_one_click(empty_home: Path, open_page: OpenPage) -> None:
    test = press(open_page("data"), "data.sample")
    assert data.workspace().is_sample
    assert "1 source, fresh since" in page_html(test)


def test_the_page_opens_with_its_answer_in_both_languages(sample_home: Path, open_page: OpenPage) -> None:
    n = len(data.table("findings"))
    english, chinese = page_html(open_page("data")), page_html(open_page("data", "zh"))
    assert "1 source, fresh since" in english and f"{n} findings to know about." in english
    assert "1 个数据源，数据更新于" in chinese and f"{n} 条数据质量提示需要留意。" in chinese
    assert "Sprint backlog" in english and "示例工作区" in chinese


def test_findings_are_filtered_by_severity_and_kind(sample_home: Path, open_page: OpenPage) -> None:
    found = data.table("findings")
    test = choose(open_page("data"), "data.severity", "warning")
    html = page_html(test)
    assert "A warning makes a figure less certain than it looks." in html
    assert "Sprints with unestimated items" not in html
    code = found[found["severity"] == "warning"]["code"].iloc[0]
    other = next(one for one in found[found["severity"] == "warning"]["code"] if one != code)
    html = page_html(choose(test, "data.code", code))
    assert data_words.FINDING_TITLE[code] in html and data_words.FINDING_TITLE[other] not in html


# ---------------------------------------------------------------- import


def test_dates_that_could_be_read_in_two_ways_ask_which_is_meant(empty_home: Path, open_page: OpenPage) -> None:
    content = b"Key,Title,Created\nA-1,One,03/04/2026 9:00 AM\n"
    test = upload(open_page("data"), content, "ado.csv")
    assert button(test, "data.import.import").disabled
    test.radio[0].set_value("mdy").run()
    press(test, "data.import.import")
    assert rows_of("work_item") == 1
    assert not upload(test, content + b"A-2,Two,05/04/2026\n", "ado.csv").radio  # the source knows it by now


def test_a_backlog_comes_in_as_guessed_and_leaves_by_undo(empty_home: Path, open_page: OpenPage) -> None:
    test = upload(open_page("data"), workbook(BACKLOG))
    kind = next(one for one in test.selectbox if one.key == "data.1.0.kind")
    assert kind.value == "backlog" and "2 rows as Sprint backlog" in page_html(test)
    assert "<small>2 rows</small>" in page_html(test)  # the header is none
    assert rows_of("work_item") == 0  # a preview writes nothing
    press(test, "data.import.import")
    html = page_html(test)
    assert rows_of("work_item") == 2 and "backlog.xlsx came into source sheets." in html
    assert "Work items · 2 added" in html and "1 source, fresh since" in html
    press(test, "data.undo.send")
    assert rows_of("work_item") == 0 and "undone" in page_html(test)
    assert data.workspace().is_empty and data.workspace().names == ()
    assert "Nothing has come in yet." in page_html(test)


def test_a_source_whose_only_import_was_undone_counts_no_more(sample_home: Path, open_page: OpenPage) -> None:
    test = upload(open_page("data"), workbook(BACKLOG))
    before = data.workspace().names
    press(test, "data.import.import")
    assert "2 sources, fresh since" in page_html(test) and data.workspace().names == (*before, "sheets")
    press(test, "data.undo.send")  # what came in last is what is offered first
    assert "1 source, fresh since" in page_html(test) and data.workspace().names == before


def test_the_same_file_twice_changes_nothing(empty_home: Path, open_page: OpenPage) -> None:
    test = upload(open_page("data"), workbook(BACKLOG))
    press(test, "data.import.import")
    upload(test, workbook(BACKLOG))
    press(test, "data.import.import.1")
    assert rows_of("work_item") == 2
    assert "nothing changed, every row was there already" in page_html(test)


def test_a_wrong_cell_keeps_the_whole_file_out_and_is_named(empty_home: Path, open_page: OpenPage) -> None:
    wrong = [BACKLOG[0], BACKLOG[1], [*BACKLOG[2][:2], "many", *BACKLOG[2][3:]]]
    test = upload(open_page("data", "zh"), workbook(wrong))
    html = page_html(test)
    assert "1 个单元格无法导入" in html and "C3" in html and "many" in html
    assert button(test, "data.import.import").disabled
    assert rows_of("work_item") == 0


def test_a_person_corrects_the_mapping_and_it_is_remembered(empty_home: Path, open_page: OpenPage) -> None:
    header = ["Key", "Summary", "Weight", "Status", "Sprint", "Sprint start", "Sprint end"]
    content = workbook([header, *BACKLOG[1:]])
    test = upload(open_page("data"), content)
    points = next(one for one in test.selectbox if one.key == "data.1.0.backlog.1.estimate")
    assert points.value == -1
    name = points.key
    choose(test, name, 2)
    press(test, "data.import.import")
    assert rows_of("import_mapping") == 1
    upload(
        test, workbook([header, *BACKLOG[1:], ["SHOP-3", "Refund", 2, "To do", "Sprint 1", "2026-09-01", "2026-09-14"]])
    )
    again = next(one for one in test.selectbox if one.key == name.replace("data.1.", "data.2."))
    assert again.value == 2


def test_headers_that_nobody_could_guess_are_remembered_below_other_title_rows(
    empty_home: Path, open_page: OpenPage
) -> None:
    header = ["Ref", "What", "Weight", "Where it is", "Round", "From", "Until"]
    test = upload(open_page("data"), workbook([["Orders", "of 20 Nov"], header, *BACKLOG[1:]]))
    choose(test, "data.1.0.kind", "backlog")
    test.number_input(key="data.1.0.backlog.header").set_value(2).run()
    for at, name in enumerate(["key", "title", "estimate", "status", "sprint", "sprint_start", "sprint_end"]):
        choose(test, f"data.1.0.backlog.2.{name}", at)
    press(test, "data.import.import")
    assert rows_of("work_item") == 2
    upload(test, workbook([["Orders", "of 27 Nov"], ["Exported by", "chen"], header, *BACKLOG[1:]]))
    assert "2 rows as Sprint backlog" in page_html(test)
    assert test.number_input(key="data.2.0.backlog.header").value == 3
    assert next(one for one in test.selectbox if one.key == "data.2.0.backlog.3.estimate").value == 2


def test_a_sheet_may_stay_out(empty_home: Path, open_page: OpenPage) -> None:
    test = upload(open_page("data"), workbook(BACKLOG))
    choose(test, "data.1.0.kind", "left_out")
    assert "Say of at least one sheet what it holds." in page_html(test)
    assert not [one for one in test.button if one.key == "data.import.import"]


def test_another_header_row_is_read_anew(empty_home: Path, open_page: OpenPage) -> None:
    test = upload(open_page("data"), workbook([["Our backlog, September"], [], *BACKLOG]))
    header = next(one for one in test.number_input if one.key == "data.1.0.backlog.header")
    assert header.value == 3 and "<small>2 rows</small>" in page_html(test)
    header.set_value(4)
    test.run()
    assert "<small>1 row</small>" in page_html(test)
    assert "cannot be imported" in page_html(test)


def test_a_file_that_is_no_spreadsheet_is_refused_in_words(empty_home: Path, open_page: OpenPage) -> None:
    test = upload(open_page("data", "zh"), b"%PDF-1.7 not a sheet", "plan.xlsx")
    html = page_html(test)
    assert "fn-failed" in html and "plan.xlsx" in html
    assert not [one for one in test.button if one.key == "data.import.import"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("kind", ["kpi", "backlog"])
def test_our_own_template_comes_in_as_it_is(kind: str, lang: str, empty_home: Path, open_page: OpenPage) -> None:
    test = upload(open_page("data", lang), template_file(kind, lang), "template.xlsx")
    chosen = next(one for one in test.selectbox if one.key == "data.1.0.kind")
    assert chosen.value == kind
    press(test, "data.import.import")
    assert rows_of("kpi" if kind == "kpi" else "work_item") >= 1


def test_who_may_only_read_gets_no_way_in(
    sample_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.components.data.real_actor", lambda: actor_of(Role.AUDITOR))
    test = open_page("data")
    assert not test.file_uploader and not [one for one in test.button if str(one.key).startswith("data.")]
