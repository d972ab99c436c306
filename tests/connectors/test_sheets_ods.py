"""OpenDocument spreadsheets: percentages, times, formulas without value, and repetition without end."""

from datetime import date, time
from io import BytesIO

import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from connectors.sheets.source import fetch, parse, preview
from core.errors import Invalid

Given = tuple[dict[str, str], str]


def ods(rows: list[list[Given]], **last_row: str) -> bytes:
    document = OpenDocumentSpreadsheet()
    table = Table(name="指标")
    for number, cells in enumerate(rows):
        row = TableRow(**(last_row if number == len(rows) - 1 else {}))
        for attributes, text in cells:
            cell = TableCell(**attributes)
            if text:
                cell.addElement(P(text=text))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def text(value: str) -> Given:
    return {"valuetype": "string"}, value


HEADER = [text("指标"), text("日期"), text("数值")]
DAY = ({"valuetype": "date", "datevalue": "2026-11-03"}, "3.11.26")


def test_values_keep_their_types_and_percentages_their_format() -> None:
    content = ods(
        [
            HEADER,
            [text("准确率"), DAY, ({"valuetype": "percentage", "value": "0.85"}, "85%")],
            [text("时长"), DAY, ({"valuetype": "time", "timevalue": "PT00H15M00S"}, "0:15")],
            [text("成本"), DAY, ({"valuetype": "currency", "value": "12", "currency": "CNY"}, "￥12")],
        ]
    )
    sheet = fetch(content, "a.ods").sheets[0]
    assert sheet.columns[1][1] == date(2026, 11, 3)
    assert sheet.columns[2][2] == time(0, 15)
    rows = parse(sheet, "kpi_measurement").measurements.rows
    assert [(row["dimension"], row["value"]) for row in rows] == [("ratio", 0.85), ("duration", 900.0), ("money", 12.0)]


def test_a_formula_without_value_is_a_problem_at_its_cell() -> None:
    found = preview(
        fetch(ods([HEADER, [text("时长"), DAY, ({"formula": "of:=1+1"}, "")]]), "a.ods").sheets[0], "kpi_measurement"
    )
    assert [(problem.cell, problem.found, problem.code) for problem in found.errors] == [("C2", "=1+1", "formula")]


def test_an_error_value_is_a_problem_at_its_cell() -> None:
    wrong = ({"valuetype": "string", "formula": "of:=1/0", "stringvalue": ""}, "#DIV/0!")
    found = preview(fetch(ods([HEADER, [text("时长"), DAY, wrong]]), "a.ods").sheets[0], "kpi_measurement")
    assert [(problem.cell, problem.found, problem.code) for problem in found.errors] == [("C2", "#DIV/0!", "error")]


def test_a_row_repeated_without_end_is_refused() -> None:
    with pytest.raises(Invalid, match="A1048576"):
        fetch(ods([HEADER, [text("时长"), DAY, text("2h")]], numberrowsrepeated="1048575"), "a.ods")
