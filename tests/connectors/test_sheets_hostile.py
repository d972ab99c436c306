"""Files that mean harm, or are not what they say: each is refused with words, and the server stays up."""

import zipfile
from io import BytesIO

import pytest

from connectors.sheets import limits
from connectors.sheets.source import fetch, preview
from core.errors import FortnightError, Invalid
from core.reader import Reader
from tests.connectors.made_sheets import replaced, xlsx

GOOD = xlsx({"Backlog": [["Key", "Title", "Estimate"], ["A-1", "One", 3]]})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PART = "xl/worksheets/sheet1.xml"


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(Invalid) as caught:
        fetch(content, name)
    assert caught.value.say(Reader(lang="zh")) != caught.value.say(Reader(lang="en"))
    assert "{" not in caught.value.say(Reader(lang="zh"))
    return str(caught.value)


def zipped(parts: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.xlsx", "empty"),
        (b" \n \n", "a.csv", "empty"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "protected by a password"),
        (OLE, "a.xlsx", "an old .xls workbook"),
        (OLE, "a.xls", "an old .xls workbook"),
        (b"%PDF-1.7 ...", "a.xlsx", "a PDF"),
        (b"<!DOCTYPE html><html><table></table></html>", "a.xlsx", "a web page"),
        (b"\xef\xbb\xbf\n<html><table></table></html>", "a.csv", "a web page"),
        (b"Key,Title\nA-1,One\n", "a.xlsx", "plain text"),
        (GOOD, "a.csv", "an .xlsx workbook"),
        (GOOD, "a.ods", "an .xlsx workbook"),
        (zipped({"notes.txt": b"hello"}), "a.csv", "an archive"),
        (zipped({"notes.txt": b"hello"}), "a.xlsx", "an archive"),
        (zipped({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<Types/>"}), "a.xlsx", "no spreadsheet"),
        (bytes(range(256)) * 8, "a.csv", "binary data"),
        (GOOD[: len(GOOD) // 2], "a.xlsx", "damaged"),
        (replaced(GOOD, "xl/vbaProject.bin", lambda _: b"macro"), "a.xlsx", "macros"),
        (replaced(GOOD, "xl/vbaProject.bin", lambda _: b"macro"), "a.xlsm", "macros"),
        (GOOD, "a.xlsm", "an .xlsx workbook"),
        (b"Key,Title\nA-1,\xff\xff\xff\n", "a.csv", "neither UTF-8 nor GB18030"),
    ],
)
def test_a_file_that_is_not_what_is_accepted_says_what_it_is(content: bytes, name: str, said: str) -> None:
    message = refusal(content, name)
    assert said in message
    assert name in message


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = replaced(GOOD, PART, lambda _: b" " * (limits.SUSPECT_FROM_BYTES + 1))
    assert len(bomb) < 100_000
    message = refusal(bomb, "bomb.xlsx")
    assert "would unpack to" in message
    assert PART in message


def test_a_cell_at_the_far_corner_is_named() -> None:
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    message = refusal(replaced(GOOD, PART, lambda xml: xml.replace(b"</sheetData>", cell)), "far.xlsx")
    assert "cell XFD1048576" in message
    assert "“Backlog”" in message
    assert "columns" in message


def test_a_far_row_and_a_far_column_are_named_too() -> None:
    deep = b'<row r="999999"><c r="A999999"><v>1</v></c></row></sheetData>'
    assert "cell A999999" in refusal(replaced(GOOD, PART, lambda xml: xml.replace(b"</sheetData>", deep)), "far.xlsx")
    wide = b'<row r="9"><c r="AAA9"><v>1</v></c></row></sheetData>'
    assert "cell AAA9" in refusal(replaced(GOOD, PART, lambda xml: xml.replace(b"</sheetData>", wide)), "far.xlsx")


def test_a_far_cell_that_escapes_the_scan_kills_the_child_alone() -> None:
    # A blank before `=` is legal XML that no spreadsheet writes: the scan misses it, the memory limit does not.
    cell = b'<row r ="1048576"><c r ="XFD1048576"><v>1</v></c></row></sheetData>'
    message = refusal(replaced(GOOD, PART, lambda xml: xml.replace(b"</sheetData>", cell)), "far.xlsx")
    assert "nothing was imported" in message
    assert fetch(GOOD, "good.xlsx").sheets[0].columns[0] == ["Key", "A-1"]


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_WALL_SECONDS", 0.001)
    assert "took longer" in refusal(GOOD, "slow.xlsx")


def test_an_entity_bomb_is_refused() -> None:
    entities = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    bomb = replaced(GOOD, "xl/workbook.xml", lambda xml: entities + xml.split(b"?>", 1)[1])
    assert "damaged" in refusal(bomb, "entities.xlsx")


def test_a_file_over_the_limit_is_refused_without_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 10)
    assert "MB" in refusal(GOOD, "big.xlsx")


def test_too_many_rows_of_csv_name_the_row() -> None:
    text = "Key,Title\n" + "A,B\n" * limits.MAX_ROWS
    assert f"cell B{limits.MAX_ROWS + 1}" in refusal(text.encode(), "long.csv")


def test_a_formula_without_value_is_a_problem_at_its_cell_and_never_nought() -> None:
    content = replaced(
        xlsx({"Backlog": [["Key", "Title", "Estimate"], ["A-1", "One", 3], ["A-2", "Two", 5]]}),
        PART,
        lambda xml: xml.replace(b'<c r="C3"><v>5</v></c>', b'<c r="C3"><f>SUM(C1:C2)</f></c>'),
    )
    found = preview(fetch(content, "formula.xlsx").sheets[0], "backlog")
    assert [(p.cell, p.found, p.code) for p in found.errors] == [("C3", "=SUM(C1:C2)", "formula")]
    assert found.parsed.items.rows[1]["estimate_points"] is None


def test_an_error_value_is_a_problem_at_its_cell() -> None:
    content = replaced(
        GOOD, PART, lambda xml: xml.replace(b'<c r="C2"><v>3</v></c>', b'<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>')
    )
    found = preview(fetch(content, "error.xlsx").sheets[0], "backlog")
    assert [(p.cell, p.found, p.code) for p in found.errors] == [("C2", "#DIV/0!", "error")]


def test_a_number_beyond_all_numbers_is_a_problem_at_its_cell() -> None:
    """JSON, in which the child hands cells on, has no infinity."""
    content = replaced(GOOD, PART, lambda xml: xml.replace(b"<v>3</v>", b"<v>1e999</v>"))
    found = preview(fetch(content, "inf.xlsx").sheets[0], "backlog")
    assert [(p.cell, p.found) for p in found.errors] == [("C2", "inf")]


def test_a_formula_with_its_value_is_read() -> None:
    content = replaced(
        GOOD, PART, lambda xml: xml.replace(b'<c r="C2"><v>3</v></c>', b'<c r="C2"><f>1+2</f><v>3</v></c>')
    )
    found = preview(fetch(content, "formula.xlsx").sheets[0], "backlog")
    assert found.problems == ()
    assert found.parsed.items.rows[0]["estimate_points"] == 3.0


def test_nothing_of_the_file_remains_in_the_temporary_folder(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    import tempfile
    from pathlib import Path

    monkeypatch.setattr(tempfile, "tempdir", None)
    fetch(GOOD, "good.xlsx")
    with pytest.raises(FortnightError):
        fetch(b"%PDF", "a.xlsx")
    assert list(Path(str(tmp_path)).iterdir()) == []
