"""The three papers say the same words, carry their typeface, and hold hostile text as text."""

import io
import re
import unicodedata
import zipfile
from datetime import UTC, datetime

import openpyxl
import pypdf
import pytest
from fontTools.ttLib import TTFont
from pptx import Presentation

from reports.paper import Bars, Bullets, Document, Fact, Facts, Lines, Paragraph, Section, Series, Table
from reports.paper.document import texts
from reports.paper.font import OFFICE_FAMILY, cut, missing
from reports.paper.html import to_html
from reports.paper.pdf import to_pdf
from reports.paper.pptx import to_pptx

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOSTILE = '<img src="https://example.com/x.png"> & =SUM(A1) \\ $x$'
SERIES = Series("完成点数", (20.0, None, 31.0), "completed")
PAPER = Document(
    title="双周演示纪要",
    headline="冲刺 12 交付 31 点，承诺 34 点。",
    subtitle="订单组",
    lang="zh",
    sections=(
        Section("台账", (Facts((Fact("承诺", "34 点", "11 项"),)), Bars(
            ("承诺", "移除"), (Series("点", (34.0, 5.0), "committed"),), "点", "承诺 34，移除 5。", base=(0.0, 29.0),
            labels=("34", "−5"), meanings=("committed", "removed"),
        ))),
        Section("裁决", (
            Table(("编号", "标题"), (*((f"ORD-{n}", f"拆分订单 {n}") for n in range(40)), ("ORD-99", HOSTILE))),
            Table(("编号",), (), empty="没有被拒绝的工作项。"),
        )),
        Section("趋势", (Lines(("十月", "十一月", "十二月"), (SERIES,), "点", "近三个冲刺。", (("目标", 30.0),)),)),
        Section("决定", (Bullets(("先做对账", "李雷负责上线")), Paragraph("规则 R1–R17", "quiet"))),
    ),
    footer="数据截至 11月22日 09:00",
    made="由 王芳 生成",
)  # fmt: skip
ENGLISH = Document("Demo minutes", "Sprint 12 delivered 31 of 34 points.", "Order team", "en", (), "R1-R17", "by 王芳")
BOTH = (ENGLISH, PAPER)


def plain(text: str) -> str:
    """Letters without the white space that layout puts in or takes out."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@pytest.fixture(scope="module")
def pdf() -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(to_pdf(BOTH, made_at=AT)))


@pytest.fixture(scope="module")
def html() -> str:
    return to_html(BOTH).decode("utf-8")


@pytest.fixture(scope="module")
def deck() -> bytes:
    return to_pptx(BOTH, made_at=AT)


def test_every_text_of_both_languages_is_real_text_in_the_pdf(pdf: pypdf.PdfReader) -> None:
    found = plain("".join(page.extract_text() for page in pdf.pages))
    # a chart's unit and series names are said in its sentence and legend, not on the sheet
    skipped = {"点", "完成点数"}
    assert [text for text in texts(BOTH) if text not in skipped and plain(text) not in found] == []


def test_the_pdf_carries_the_typeface_it_uses(pdf: pypdf.PdfReader) -> None:
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            below = font.get_object()["/DescendantFonts"][0].get_object()
            assert "NotoSansCJKSC" in below["/BaseFont"]
            assert "/FontFile2" in below["/FontDescriptor"]


def test_the_typeface_has_a_glyph_for_every_letter_used() -> None:
    assert missing(texts(BOTH)) == set()
    known = TTFont(io.BytesIO(cut(texts(BOTH)))).getBestCmap()
    assert {letter for text in texts(BOTH) for letter in text if ord(letter) not in known} == set()
    assert missing(["\U0001faf8"]) == {"\U0001faf8"}


def test_the_html_opens_offline_and_holds_hostile_text_as_text(html: str) -> None:
    assert "<script" not in html
    assert "<img" not in html
    assert re.findall(r'(?:src|href)\s*=\s*"?https?:|url\(\s*"?https?:', html.split("</style>")[1]) == []
    assert html.count("data:font/woff2;base64,") == 2
    assert "&lt;img src=&#34;https://example.com/x.png&#34;&gt; &amp; =SUM(A1)" in html


def test_the_presentation_has_native_charts_and_names_an_east_asian_typeface(deck: bytes) -> None:
    shown = Presentation(io.BytesIO(deck))
    charts = [shape.chart for slide in shown.slides for shape in slide.shapes if shape.has_chart]
    assert [tuple(series.values) for series in charts[0].plots[0].series] == [(0.0, 29.0), (34.0, 5.0)]
    assert tuple(charts[1].plots[0].series[0].values) == (20.0, None, 31.0)
    inside = zipfile.ZipFile(io.BytesIO(deck))
    slides = "".join(inside.read(name).decode() for name in inside.namelist() if name.startswith("ppt/slides/slide"))
    assert slides.count("<a:rPr") == slides.count(f'<a:ea typeface="{OFFICE_FAMILY}"/>') > 0


def test_no_row_of_a_long_table_is_lost_on_slides(deck: bytes) -> None:
    shown = Presentation(io.BytesIO(deck))
    tables = [shape.table for slide in shown.slides for shape in slide.shapes if shape.has_table]
    keys = [table.cell(row, 0).text for table in tables for row in range(1, len(table.rows))]
    assert keys == [*(f"ORD-{n}" for n in range(40)), "ORD-99"]
    for slide in shown.slides:
        for shape in slide.shapes:
            assert shape.top + shape.height <= shown.slide_height


def everywhere(text: str) -> Document:
    """A document with this text in each of its places."""
    series = Series(text, (1.0, 2.0), "completed")
    parts = (
        Paragraph(text), Bullets((text,)), Facts((Fact(text, text, text),)), Table((text, "n"), ((text, "1"),), empty=text),
        Table(("a", text, "c"), (("1", text, "2"),), widths=(9, 1, 9)),
        Bars((text, "b"), (series,), text, text, labels=(text, text)), Lines(("a", text), (series,), text, text, ((text, 1.0),)),
    )  # fmt: skip
    return Document(text, text, text, "en", (Section(text, parts),), text, text)


@pytest.mark.parametrize(
    "text",
    [
        "a\x00b\x0bc\x1b\x7f\x85",
        "a\ud800b",
        "a\ufffeb\uffff",
        "x\n" * 3000,
        ">" * 20_000,
        "word " * 20_000,
        "中" * 20_000,
    ],
    ids=["control", "surrogate", "no character", "lines", "quotes", "words", "Chinese"],
)
def test_no_text_keeps_a_paper_from_being_made(text: str) -> None:
    odd = [everywhere(text)]
    slides = Presentation(io.BytesIO(to_pptx(odd, made_at=AT))).slides
    sheet = pypdf.PdfReader(io.BytesIO(to_pdf(odd, made_at=AT)))
    page = to_html(odd).decode("utf-8")
    assert len(slides) >= 4 and len(sheet.pages) < 60
    assert len(text) < 1000 or ("…" in page and "…" in "".join(one.extract_text() for one in sheet.pages))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]", page)


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("https://evil.test/j","x")', "{=1+1}", "https://evil.test/", "external:c:\\x"]
)
def test_the_workbook_behind_a_chart_runs_nothing_and_keeps_its_numbers(text: str) -> None:
    inside = zipfile.ZipFile(io.BytesIO(to_pptx([everywhere(text)], made_at=AT)))
    books = [name for name in inside.namelist() if name.endswith(".xlsx")]
    assert len(books) == 2
    for name in books:
        cells = [one for row in openpyxl.load_workbook(io.BytesIO(inside.read(name))).active.iter_rows() for one in row]
        assert {one.data_type for one in cells} == {"s", "n"} and not any(one.hyperlink for one in cells)
        assert {1, 2} <= {one.value for one in cells if one.data_type == "n"}
        assert text in {one.value for one in cells}


def test_a_name_cannot_turn_the_figures_after_it_round() -> None:
    odd = [everywhere("Sprint \u202e\u2067\u2069 delivered 31 of 34, שלום")]
    sheet = pypdf.PdfReader(io.BytesIO(to_pdf(odd, made_at=AT)))
    inside = zipfile.ZipFile(io.BytesIO(to_pptx(odd, made_at=AT)))
    deck = "".join(inside.read(name).decode() for name in inside.namelist() if name.endswith(".xml"))
    for told in (to_html(odd).decode(), deck, "".join(one.extract_text() for one in sheet.pages)):
        assert "delivered 31 of 34" in told and not re.search("[\u202a-\u202e\u2066-\u2069]", told)
