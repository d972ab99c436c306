"""Comma-separated text: encodings, delimiters, and cells that stay the text they are."""

import pytest

from connectors.sheets.source import fetch, preview
from core.errors import Invalid

TEXT = "编号,标题,估算点数\nA-1,订单处理提速,3\n007,“库存”预警,0.5\n"


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
def test_every_accepted_encoding_gives_the_same_sheet(encoding: str, named: str) -> None:
    sheet = fetch(TEXT.encode(encoding), "需求.csv").sheets[0]
    assert sheet.encoding == named
    assert sheet.name == "需求.csv"
    assert sheet.columns == [["编号", "A-1", "007"], ["标题", "订单处理提速", "“库存”预警"], ["估算点数", "3", "0.5"]]
    parsed = preview(sheet, "backlog").parsed
    assert [row["key"] for row in parsed.items.rows] == ["A-1", "007"]
    assert [row["estimate_points"] for row in parsed.items.rows] == [3.0, 0.5]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_even_beside_others_in_the_text(delimiter: str) -> None:
    text = delimiter.join(["Key", "Title"]) + "\n" + delimiter.join(["A-1", '"one, two; three"']) + "\n"
    sheet = fetch(text.encode(), "a.csv").sheets[0]
    assert sheet.delimiter == delimiter
    assert sheet.columns == [["Key", "A-1"], ["Title", "one, two; three"]]


def test_excels_own_separator_line_keeps_its_row() -> None:
    sheet = fetch(b"sep=;\nKey;Title\nA-1;One\n", "a.csv").sheets[0]
    assert sheet.row(1) == ["Key", "Title"]
    assert preview(sheet, "backlog").parsed.items.at == [3]


def test_short_rows_are_filled_and_line_breaks_stay_in_their_cell() -> None:
    sheet = fetch(b'Key,Title,Description\nA-1,One\nA-2,Two,"first\nsecond"\n', "a.csv").sheets[0]
    assert sheet.columns[2] == ["Description", "", "first\nsecond"]


def test_a_nul_in_a_text_is_shown_and_said() -> None:
    padding = b"x" * 200
    sheet = fetch(b"Key,Title\nA-1,On\x00e" + padding + b"\n", "a.csv").sheets[0]
    found = preview(sheet, "backlog")
    assert found.parsed.items.rows[0]["title"] == "On\ufffde" + padding.decode()
    assert [(problem.cell, problem.severity, problem.code) for problem in found.problems] == [
        ("B2", "warning", "unstorable_text")
    ]


def test_a_long_text_is_never_cut() -> None:
    long = "长" * 100_000
    sheet = fetch(f"编号,标题,描述\nA-1,一,{long}\n".encode(), "a.csv").sheets[0]
    assert preview(sheet, "backlog").parsed.items.rows[0]["description"] == long


def test_a_cell_beyond_every_measure_is_refused() -> None:
    with pytest.raises(Invalid, match="cannot be read as comma-separated text"):
        fetch(b"Key,Title\nA-1," + b"x" * 1_100_000 + b"\n", "a.csv")


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_quotation_mark_that_is_never_closed_is_refused(end: str) -> None:
    with pytest.raises(Invalid, match=r"never closed.* Row 3"):
        fetch(f'Key,Title\nA-1,One\nA-2,"5 inch\nA-3,Three\nA-4,Four{end}'.encode(), "a.csv")
    closed = fetch(f'Key,Title\nA-1,"One\nline"\nA-2,"last, 5"" inch"{end}'.encode(), "a.csv").sheets[0]
    assert closed.columns[1] == ["Title", "One\nline", 'last, 5" inch']
    assert closed.row_count == 3
