"""A PowerPoint file with native charts: they can be edited and copied, and a named East Asian typeface stands in it."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import xlsxwriter
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.chart.xlsx import CategoryWorkbookWriter
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE_DASH_STYLE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from charts.palette import LIGHT
from reports.paper.document import (
    Bars,
    Block,
    Bullets,
    Document,
    Facts,
    Lines,
    Paragraph,
    Picture,
    Section,
    Table,
    printable,
)
from reports.paper.font import OFFICE_FAMILY
from reports.spreadsheet import TEXT_ONLY

WIDE, HIGH, EDGE = Inches(13.333), Inches(7.5), Inches(0.6)
INNER = WIDE - EDGE - EDGE
FOOT = Inches(6.95)
ROWS_A_SLIDE = 11
LATIN = "Calibri"
LANGUAGE = {"en": "en-GB", "zh": "zh-CN"}


class _ChartWorkbook(CategoryWorkbookWriter):
    """The workbook behind a chart ("edit data"), in which no name becomes a formula or a link."""

    @contextmanager
    def _open_worksheet(self, xlsx_file: io.BytesIO) -> Iterator[tuple[Any, Any]]:
        with xlsxwriter.Workbook(xlsx_file, TEXT_ONLY) as book:
            yield book, book.add_worksheet()


class _ChartData(CategoryChartData):
    @property
    def _workbook_writer(self) -> _ChartWorkbook:
        return _ChartWorkbook(self)


def to_pptx(documents: Sequence[Document], *, made_at: datetime) -> bytes:
    """The documents (one for each language) as one presentation: a slide for the headline, then the sections, as many
    slides as they need."""
    documents = printable(documents)
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDE, HIGH
    deck.core_properties.title = documents[0].title
    deck.core_properties.author = "Fortnight 双周"
    deck.core_properties.created = deck.core_properties.modified = made_at.replace(tzinfo=None)
    for document in documents:
        slide = _slide(deck, document)
        _text(slide, document, document.title + " · " + document.subtitle, 1.9, 0.6, 16, LIGHT.muted)
        _text(slide, document, document.headline, 2.4, 2.6, 36, LIGHT.ink, is_bold=True)
        _text(slide, document, document.made, 5.6, 0.5, 12, LIGHT.muted)
        for section in document.sections:
            _section(deck, document, section)
        last = _slide(deck, document)
        _text(last, document, document.footer, 0.6, 5.8, 13, LIGHT.muted)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _slide(deck: Any, document: Document) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    box = slide.shapes.add_textbox(EDGE, FOOT, INNER, Inches(0.35))
    _write(box.text_frame, document, document.title, 10, LIGHT.muted)
    return slide


def _text(
    slide: Any,
    document: Document,
    text: str,
    top: float,
    high: float,
    size: float,
    colour: str,
    *,
    is_bold: bool = False,
) -> None:
    box = slide.shapes.add_textbox(EDGE, Inches(top), INNER, Inches(high))
    _write(box.text_frame, document, text, size, colour, is_bold=is_bold)


def _write(
    frame: Any, document: Document, text: str, size: float, colour: str, *, is_bold: bool = False, align: Any = None
) -> None:
    """One text into a frame, with its language and both typefaces said."""
    frame.word_wrap = True
    for index, line in enumerate(text.split("\n")):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.alignment = align
        run = paragraph.add_run()
        run.text = line
        _face(run.font, document, size, colour, is_bold)


def _face(font: Any, document: Document, size: float, colour: str, is_bold: bool = False) -> None:
    font.size, font.bold, font.name = Pt(size), is_bold, LATIN
    font.color.rgb = RGBColor.from_string(colour.lstrip("#"))
    properties = font._element
    properties.set("lang", LANGUAGE[document.lang])
    for tag in ("a:ea", "a:cs"):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    latin = properties.find(qn("a:latin"))
    east_asian = properties.makeelement(qn("a:ea"), {"typeface": OFFICE_FAMILY})
    latin.addnext(east_asian)


def _section(deck: Any, document: Document, section: Section) -> None:
    """A section's blocks, one under the other, on as many slides as they need."""
    slide, top = None, 0.0
    for block in section.blocks:
        for part, high in _parts(block):
            if slide is None or top + high > 6.85:
                slide = _slide(deck, document)
                _text(slide, document, section.title, 0.45, 0.6, 24, LIGHT.ink, is_bold=True)
                top = 1.2
            _place(slide, document, part, top, high)
            top += high + 0.12


def _parts(block: Block) -> Iterator[tuple[Block, float]]:
    """A block in pieces that fit a slide, each with its height in inches."""
    if isinstance(block, Paragraph):
        yield block, 0.32 * max(1, -(-_length(block.text) // 105)) + 0.1
    elif isinstance(block, Bullets):
        for start in range(0, len(block.items), 12):
            items = block.items[start : start + 12]
            lines = sum(max(1, -(-_length(item) // 100)) for item in items)
            yield Bullets(items), 0.34 * lines + 0.1
    elif isinstance(block, Facts):
        for start in range(0, len(block.facts), 5):
            yield Facts(block.facts[start : start + 5]), 1.25
    elif isinstance(block, Table):
        yield from _table_parts(block)
    elif isinstance(block, Picture):
        yield block, 5.4
    else:
        yield block, 4.2


def _table_parts(block: Table) -> Iterator[tuple[Block, float]]:
    if not block.rows:
        yield Paragraph(block.empty, "quiet"), 0.42
        return
    for start in range(0, len(block.rows), ROWS_A_SLIDE):
        rows = block.rows[start : start + ROWS_A_SLIDE]
        yield Table(block.headers, rows, block.numeric, block.widths), 0.36 * (len(rows) + 1) + 0.2


def _length(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


def _place(slide: Any, document: Document, block: Block, top: float, high: float) -> None:
    if isinstance(block, Paragraph):
        colour = {"plain": LIGHT.ink, "quiet": LIGHT.muted, "alarm": LIGHT.text["not_completed"]}[block.tone]
        _text(slide, document, block.text, top, high, 13 if block.tone == "quiet" else 16, colour)
    elif isinstance(block, Bullets):
        _text(slide, document, "\n".join(f"· {item}" for item in block.items), top, high, 16, LIGHT.ink)
    elif isinstance(block, Facts):
        width = int(INNER / len(block.facts))
        for index, fact in enumerate(block.facts):
            box = slide.shapes.add_textbox(EDGE + width * index, Inches(top), Emu(width), Inches(high))
            _write(box.text_frame, document, fact.label, 12, LIGHT.muted)
            for text, size, bold in ((fact.value, 26, True), (fact.note, 11, False)):
                run = box.text_frame.add_paragraph().add_run()
                run.text = text
                _face(run.font, document, size, LIGHT.ink if bold else LIGHT.muted, bold)
    elif isinstance(block, Table):
        _table(slide, document, block, top, high)
    elif isinstance(block, Picture):
        _picture(slide, document, block, top, high)
    else:
        _chart(slide, document, block, top, high)


def _table(slide: Any, document: Document, block: Table, top: float, high: float) -> None:
    shape = slide.shapes.add_table(
        len(block.rows) + 1, len(block.headers), EDGE, Inches(top), INNER, Inches(high - 0.2)
    )
    table = shape.table
    shape._element.graphic.graphicData.tbl[0][-1].text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid
    widths = block.widths or (1.0,) * len(block.headers)
    for index, width in enumerate(widths):
        table.columns[index].width = Emu(int(INNER * width / sum(widths)))
    for line, cells in enumerate((block.headers, *block.rows)):
        for index, text in enumerate(cells):
            cell = table.cell(line, index)
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            colour = LIGHT.muted if line == 0 else LIGHT.ink
            align = PP_ALIGN.RIGHT if index in block.numeric else PP_ALIGN.LEFT
            _write(cell.text_frame, document, text, 11, colour, align=align)


def _picture(slide: Any, document: Document, block: Picture, top: float, high: float) -> None:
    """The picture as large as its place allows, its caption under it."""
    scale = min(INNER / block.width, Inches(high - 0.4) / block.height)
    width, height = int(block.width * scale), int(block.height * scale)
    made = slide.shapes.add_picture(io.BytesIO(block.content), EDGE, Inches(top), Emu(width), Emu(height))
    made._element.nvPicPr.cNvPr.set("descr", block.caption)
    _text(slide, document, block.caption, top + high - 0.35, 0.3, 12, LIGHT.muted)


def _chart(slide: Any, document: Document, chart: Bars | Lines, top: float, high: float) -> None:
    data = _ChartData()
    data.categories = chart.categories
    if isinstance(chart, Bars) and chart.base:
        data.add_series(" ", chart.base)
    for series in chart.series:
        data.add_series(series.name, series.values)
    if isinstance(chart, Lines):
        for name, level in chart.levels:
            data.add_series(name, (level,) * len(chart.categories))
    kind = XL_CHART_TYPE.COLUMN_STACKED if isinstance(chart, Bars) else XL_CHART_TYPE.LINE_MARKERS
    made = slide.shapes.add_chart(kind, EDGE, Inches(top), INNER, Inches(high - 0.35), data)
    made._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)
    _style(made.chart, document, chart)
    _text(slide, document, chart.alt, top + high - 0.35, 0.3, 12, LIGHT.muted)


def _style(made: Any, document: Document, chart: Bars | Lines) -> None:
    _face(made.font, document, 12, LIGHT.ink)
    made.value_axis.has_major_gridlines = False
    made.value_axis.visible = isinstance(chart, Lines)
    made.has_legend = len(chart.series) > 1 or isinstance(chart, Lines)
    if made.has_legend:
        made.legend.position, made.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    plotted = list(made.plots[0].series)
    if isinstance(chart, Lines):
        colours = [LIGHT[one.meaning] for one in chart.series] + [LIGHT.muted] * len(chart.levels)
        for series, colour in zip(plotted, colours, strict=True):
            series.smooth = False
            if colour == LIGHT.muted:  # a level: a dashed line without points
                series.marker.style = XL_MARKER_STYLE.NONE
                series.format.line.dash_style = MSO_LINE_DASH_STYLE.DASH
                series.format.line.width = Pt(1.25)
            series.format.line.color.rgb = RGBColor.from_string(colour.lstrip("#"))
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = RGBColor.from_string(colour.lstrip("#"))
        return
    made.plots[0].gap_width, made.plots[0].overlap = 55, 100
    if chart.base:
        plotted[0].format.fill.background()
        plotted = plotted[1:]
    for number, (series, given) in enumerate(zip(plotted, chart.series, strict=True)):
        for index in range(len(chart.categories)):
            meaning = chart.meanings[index] if chart.meanings else given.meaning
            point = series.points[index]
            point.format.fill.solid()
            point.format.fill.fore_color.rgb = RGBColor.from_string(LIGHT[meaning].lstrip("#"))
            if chart.labels and number == len(plotted) - 1:
                frame = point.data_label.text_frame
                _write(frame, document, chart.labels[index], 12, LIGHT.ink, is_bold=True)
                if len(chart.series) == 1:
                    point.data_label.position = XL_LABEL_POSITION.INSIDE_END
