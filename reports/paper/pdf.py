"""A PDF with its typeface inside: A4, real text that can be searched and copied, charts as vectors."""

import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace

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
    texts,
)
from reports.paper.drawing import HEIGHT, WIDTH, Label, Rect, Stroke, draw
from reports.paper.font import BOLD, FAMILY, REGULAR, cut
from reports.paper.lines import PIECES

MARGIN = 16.0
HIGHEST = 110.0  # of a picture: two to a page
LINES_A_ROW = 45  # a row stands on one page
A_UNIT = 0.352778  # points to millimetres
TONES = {"plain": LIGHT.ink, "quiet": LIGHT.muted, "alarm": LIGHT.text["not_completed"]}


def to_pdf(documents: Sequence[Document], *, made_at: datetime) -> bytes:
    """The documents (one for each language) as one file. The same documents and instant give the same bytes."""
    documents = printable(documents)
    words = [text for document in documents for text in texts(document)]
    sheet = _Sheet(documents[0])
    with TemporaryDirectory() as folder:  # fpdf2 reads a font from a file, and keeps it
        for style, weight in (("", REGULAR), ("B", BOLD)):
            file = Path(folder) / f"{weight}.ttf"
            file.write_bytes(cut(words, weight))
            sheet.add_font(FAMILY, style=style, fname=file)
    sheet.set_creation_date(made_at)
    for document in documents:
        sheet.document = document
        sheet.add_page()
        _document(sheet, document)
    return bytes(sheet.output())


class _Sheet(FPDF):
    """A4 pages with a footer: whose report it is, and the page's number."""

    def __init__(self, document: Document) -> None:
        super().__init__(format="A4")
        self.document = document
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=18)
        self.set_title(document.title)
        self.set_lang({"en": "en", "zh": "zh-CN"}[document.lang])
        self.set_creator("Fortnight 双周")

    def footer(self) -> None:
        self.set_y(-13)
        _type(self, 8, LIGHT.muted)
        width = self.epw / 2
        self.cell(width, 5, self.document.title, align="L")
        self.cell(width, 5, str(self.page_no()), align="R")


def _type(sheet: FPDF, size: float, colour: str, *, is_bold: bool = False) -> None:
    sheet.set_font(FAMILY, "B" if is_bold else "", size)
    sheet.set_text_color(colour)


def _say(sheet: FPDF, text: str, size: float, colour: str = LIGHT.ink, *, is_bold: bool = False) -> None:
    _type(sheet, size, colour, is_bold=is_bold)
    lines = _broken(sheet, text, sheet.epw - 2 * sheet.c_margin - 0.5)
    sheet.multi_cell(0, size * A_UNIT * 1.45, lines, align="L", new_x="LMARGIN", new_y="NEXT")


def _broken(sheet: FPDF, text: str, width: float) -> str:
    """A text in lines that fit: English breaks between words, Chinese between letters, and no line begins with a comma.

    fpdf2 breaks either at blanks alone or anywhere; texts here are mixed.
    """
    return "\n".join(line for part in text.split("\n") for line in _lines_of(sheet, part, width))


def _lines_of(sheet: FPDF, text: str, width: float) -> list[str]:
    lines, line = [], ""
    for piece in (part for found in PIECES.findall(text) for part in _fitting(sheet, found, width)):
        if line.strip() and sheet.get_string_width((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()]


def _fitting(sheet: FPDF, piece: str, width: float) -> Iterator[str]:
    """A word in parts that fit a line."""
    while len(piece) > 1 and sheet.get_string_width(piece.rstrip()) > width:
        fits = bisect_right(range(2, len(piece)), width, key=lambda n: sheet.get_string_width(piece[:n])) + 1
        yield piece[:fits]
        piece = piece[fits:]
    yield piece


def _document(sheet: FPDF, document: Document) -> None:
    _say(sheet, f"{document.title} · {document.subtitle}", 9.5, LIGHT.muted)
    _say(sheet, document.headline, 18, is_bold=True)
    for section in document.sections:
        _section(sheet, section)
    sheet.ln(6)
    _say(sheet, document.footer, 8.5, LIGHT.muted)
    _say(sheet, document.made, 8.5, LIGHT.muted)


def _section(sheet: FPDF, section: Section) -> None:
    sheet.ln(5)
    if sheet.will_page_break(30):  # a heading never stands alone at the foot of a page
        sheet.add_page()
    _say(sheet, section.title, 13, is_bold=True)
    sheet.ln(1)
    for block in section.blocks:
        _block(sheet, block)


def _block(sheet: FPDF, block: Block) -> None:
    if isinstance(block, Paragraph):
        _say(sheet, block.text, 10 if block.tone != "quiet" else 9, TONES[block.tone])
    elif isinstance(block, Bullets):
        for item in block.items:
            _say(sheet, f"· {item}", 10)
    elif isinstance(block, Facts):
        _facts(sheet, block)
    elif isinstance(block, Table):
        _table(sheet, block)
    elif isinstance(block, Picture):
        _picture(sheet, block)
    else:
        _chart(sheet, block)


def _facts(sheet: FPDF, block: Facts) -> None:
    """Figures in a row of at most four."""
    for start in range(0, len(block.facts), 4):
        row = block.facts[start : start + 4]
        width = sheet.epw / len(row)
        if sheet.will_page_break(20):
            sheet.add_page()
        top = sheet.get_y() + 1
        for index, fact in enumerate(row):
            x = sheet.l_margin + width * index
            for offset, text, size, colour, bold in (
                (0, fact.label, 8.5, LIGHT.muted, False),
                (4.5, fact.value, 14, LIGHT.ink, True),
                (11, fact.note, 8, LIGHT.muted, False),
            ):
                _type(sheet, size, colour, is_bold=bold)
                sheet.set_xy(x, top + offset)
                sheet.cell(width - 2, size * A_UNIT * 1.4, _fitted(sheet, text, width - 2))
        sheet.set_xy(sheet.l_margin, top + 17)


def _fitted(sheet: FPDF, text: str, width: float) -> str:
    """A text cut to its room; facts are short, their notes stand in full in the tables."""
    if sheet.get_string_width(text) <= width - 2:
        return text
    while text and sheet.get_string_width(text + "…") > width - 2:
        text = text[:-1]
    return text + "…"


def _table(sheet: FPDF, block: Table) -> None:
    if not block.rows:
        _say(sheet, block.empty, 9, LIGHT.muted)
        return
    _type(sheet, 8.5, LIGHT.ink)
    sheet.set_draw_color(LIGHT.line)
    aligned = tuple("RIGHT" if index in block.numeric else "LEFT" for index in range(len(block.headers)))
    sheet.set_fill_color(LIGHT.paper)
    widths = block.widths or (1.0,) * len(block.headers)
    shares = [width / sum(widths) for width in widths]
    with sheet.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES, line_height=4.6, text_align=aligned, padding=(0.8, 1.2),
        headings_style=FontFace(emphasis="", color=LIGHT.muted), col_widths=widths,
    ) as table:  # fmt: skip
        for cells in (block.headers, *block.rows):
            row = table.row()
            for cell, share in zip(cells, shares, strict=True):
                lines = _broken(sheet, cell, sheet.epw * share - 3.2).split("\n")
                whole = lines if len(lines) <= LINES_A_ROW else [*lines[: LINES_A_ROW - 1], "…"]
                row.cell("\n".join(whole))
    sheet.ln(2)


def _picture(sheet: FPDF, block: Picture) -> None:
    scale = min(sheet.epw / block.width, HIGHEST / block.height)
    width, height = block.width * scale, block.height * scale
    if sheet.will_page_break(height + 10):
        sheet.add_page()
    top = sheet.get_y()
    sheet.image(io.BytesIO(block.content), sheet.l_margin, top, width, height, alt_text=block.caption)
    sheet.set_xy(sheet.l_margin, top + height + 1)
    _say(sheet, block.caption, 8.5, LIGHT.muted)


def _chart(sheet: FPDF, chart: Bars | Lines) -> None:
    scale = sheet.epw / WIDTH
    if sheet.will_page_break(HEIGHT * scale + 10):
        sheet.add_page()
    left, top = sheet.l_margin, sheet.get_y()
    for shape in draw(chart):
        if isinstance(shape, Rect):
            sheet.set_fill_color(shape.fill)
            sheet.rect(
                left + shape.x * scale, top + shape.y * scale, shape.width * scale, shape.height * scale, style="F"
            )
        elif isinstance(shape, Stroke):
            sheet.set_draw_color(shape.stroke)
            sheet.set_line_width(shape.width * scale)
            with sheet.local_context():
                if shape.is_dashed:
                    sheet.set_dash_pattern(dash=1.4, gap=1.0)
                sheet.polyline([(left + x * scale, top + y * scale) for x, y in shape.points])
        elif isinstance(shape, Label):
            _label(sheet, shape, left, top, scale)
    sheet.set_line_width(0.2)
    sheet.set_xy(sheet.l_margin, top + HEIGHT * scale)
    _say(sheet, chart.alt, 8.5, LIGHT.muted)


def _label(sheet: FPDF, label: Label, left: float, top: float, scale: float) -> None:
    _type(sheet, label.size * scale / A_UNIT, label.fill, is_bold=label.is_bold)
    width = sheet.get_string_width(label.text)
    back = {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
    sheet.text(left + label.x * scale - back, top + label.y * scale, label.text)
