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
from reports.paper.document import Bars, Document, Facts, Lines, Paragraph, Picture, Section, Table, printable
from reports.paper.font import OFFICE_FAMILY
from reports.paper.lines import EDGES, broken, fitted, fitting, height, high
from reports.paper.slides import (
    BOTTOM,
    CAPTION,
    CELL,
    CELL_EDGE,
    FACT_LABEL,
    FACT_NOTE,
    INNER,
    TITLE_TOP,
    Placed,
    caption_height,
    column_widths,
    fact_size,
    laid_out,
    size_of,
)
from reports.spreadsheet import TEXT_ONLY

WIDE, HIGH, EDGE = Inches(13.333), Inches(7.5), Inches(0.6)
FOOT = 6.95
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
        _cover(deck, document)
        for section in document.sections:
            _section(deck, document, section)
        _run_on(deck, document, _slide(deck, document), document.footer, (0.6, BOTTOM - 0.6), 13, LIGHT.muted)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _cover(deck: Any, document: Document) -> None:
    """What it is and of whom, its answer as large as it fits, and who made it; longer texts go on on further slides."""
    slide = _slide(deck, document)
    over = f"{document.title} · {document.subtitle}"
    size = fitted(over, (16, 13, 11), INNER, 1.7)
    _text(slide, document, over, 2.4 - height(over, size, INNER), height(over, size, INNER), size, LIGHT.muted)
    size = fitted(document.headline, (36, 28, 22, 18, 16), INNER, 3.1, is_bold=True)
    _run_on(deck, document, slide, document.headline, (2.4, 3.1), size, LIGHT.ink, is_bold=True)
    _run_on(deck, document, slide, document.made, (5.6, BOTTOM - 5.6), 12, LIGHT.muted)


def _run_on(
    deck: Any, document: Document, slide: Any, text: str, place: tuple[float, float], size: float, colour: str, *,
    is_bold: bool = False,
) -> None:  # fmt: skip
    """A text on a slide, and on as many further ones as it needs. Args: place, top and room, in inches."""
    lines = broken(text, size, INNER - EDGES, is_bold=is_bold)
    top, room = place
    while lines:
        n = min(len(lines), fitting(room, size))
        _text(slide, document, "".join(lines[:n]).rstrip(), top, high(n, size), size, colour, is_bold=is_bold)
        lines, top, room = lines[n:], 0.6, BOTTOM - 0.6
        slide = _slide(deck, document) if lines else slide


def _slide(deck: Any, document: Document) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    _text(slide, document, document.title, FOOT, 0.5, fitted(document.title, (10, 7), INNER, 0.5), LIGHT.muted)
    return slide


def _text(
    slide: Any,
    document: Document,
    text: str,
    top: float,
    tall: float,
    size: float,
    colour: str,
    *,
    is_bold: bool = False,
) -> None:
    box = slide.shapes.add_textbox(EDGE, Inches(top), Inches(INNER), Inches(tall))
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
    """A section's blocks, one under the other, on as many slides as they need; each bears the title."""
    size, slides = laid_out(section)
    for placed in slides:
        slide = _slide(deck, document)
        tall = height(section.title, size, INNER, is_bold=True)
        _text(slide, document, section.title, TITLE_TOP, tall, size, LIGHT.ink, is_bold=True)
        for one in placed:
            _place(slide, document, one)


def _place(slide: Any, document: Document, one: Placed) -> None:
    block = one.block
    if isinstance(block, Paragraph):
        colour = {"plain": LIGHT.ink, "quiet": LIGHT.muted, "alarm": LIGHT.text["not_completed"]}[block.tone]
        _text(slide, document, block.text, one.top, one.high, size_of(block.tone), colour)
    elif isinstance(block, Facts):
        _facts(slide, document, block, one.top, one.high)
    elif isinstance(block, Table):
        _table(slide, document, block, one)
    elif isinstance(block, Picture):
        _picture(slide, document, block, one.top, one.high)
    elif isinstance(block, Bars | Lines):
        _chart(slide, document, block, one.top, one.high)


def _facts(slide: Any, document: Document, block: Facts, top: float, tall: float) -> None:
    width = INNER / len(block.facts)
    for index, fact in enumerate(block.facts):
        box = slide.shapes.add_textbox(EDGE + Inches(width * index), Inches(top), Inches(width), Inches(tall))
        _write(box.text_frame, document, fact.label, FACT_LABEL, LIGHT.muted)
        for text, size, bold in ((fact.value, fact_size(fact.value, width), True), (fact.note, FACT_NOTE, False)):
            run = box.text_frame.add_paragraph().add_run()
            run.text = text
            _face(run.font, document, size, LIGHT.ink if bold else LIGHT.muted, bold)


def _table(slide: Any, document: Document, block: Table, one: Placed) -> None:
    shape = slide.shapes.add_table(
        len(block.rows) + 1, len(block.headers), EDGE, Inches(one.top), Inches(INNER), Inches(one.high)
    )
    table = shape.table
    shape._element.graphic.graphicData.tbl[0][-1].text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid
    for index, width in enumerate(column_widths(block)):
        table.columns[index].width = Inches(width)
    for line, cells in enumerate((block.headers, *block.rows)):
        table.rows[line].height = Inches(one.rows[line])
        for index, text in enumerate(cells):
            cell = table.cell(line, index)
            cell.margin_top = cell.margin_bottom = Inches(CELL_EDGE / 2)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            colour = LIGHT.muted if line == 0 else LIGHT.ink
            align = PP_ALIGN.RIGHT if index in block.numeric else PP_ALIGN.LEFT
            _write(cell.text_frame, document, text, CELL, colour, align=align)


def _picture(slide: Any, document: Document, block: Picture, top: float, tall: float) -> None:
    """The picture as large as its place allows, its caption under it."""
    below = caption_height(block.caption)
    scale = min(Inches(INNER) / block.width, Inches(tall - below - 0.05) / block.height)
    width, height = int(block.width * scale), int(block.height * scale)
    made = slide.shapes.add_picture(io.BytesIO(block.content), EDGE, Inches(top), Emu(width), Emu(height))
    made._element.nvPicPr.cNvPr.set("descr", block.caption)
    _text(slide, document, block.caption, top + tall - below, below, CAPTION, LIGHT.muted)


def _chart(slide: Any, document: Document, chart: Bars | Lines, top: float, tall: float) -> None:
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
    below = caption_height(chart.alt)
    made = slide.shapes.add_chart(kind, EDGE, Inches(top), Inches(INNER), Inches(tall - below), data)
    made._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)
    _style(made.chart, document, chart)
    _text(slide, document, chart.alt, top + tall - below, below, CAPTION, LIGHT.muted)


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
