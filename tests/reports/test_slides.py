"""Nothing runs off a slide, stands on something else or is lost, however long people write; in English and in Chinese."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from pptx import Presentation

from reports.paper import Bars, Bullets, Document, Fact, Facts, Paragraph, Section, Series, Table
from reports.paper.document import printable
from reports.paper.font import cut
from reports.paper.lines import broken, ems
from reports.paper.pptx import to_pptx

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
ENGLISH = (
    "The warehouse wants to split one order into several parcels, but the customer still pays once for all of them. "
)
CHINESE = "仓库希望把一张订单拆成几个包裹，但客户仍然只付一次款；退款按包裹分别计算，财务每周核对一次。"
TEXTS = {
    "english": "".join(f"{n}. {ENGLISH}" for n in range(60)), "chinese": "".join(f"第{n}条：{CHINESE}" for n in range(24)),
    "one word": "".join(f"Donaudampfschifffahrt{n}" for n in range(40)), "lines": "".join(f"first {n}\n\nsecond\n" for n in range(25)),
}  # fmt: skip
INCH, A_POINT = 914_400, 12_700


def minutes(text: str) -> Document:
    """Minutes with this text wherever people write: goal, title, remark, decision, action item, name."""
    row = ("SHOP-1", text, "3", text)
    return Document(
        "Demo minutes", text, f"Orders · {text[:150]}", "en",
        (
            Section("The ledger", (Facts((Fact("committed", "34 points", text[:150]), Fact("Say/do", "90 %"))), Bars(
                ("committed", "completed"), (Series("points", (34.0, 31.0)),), "points", text[:200],
            ))),
            Section("The goal", (Paragraph(text), Paragraph("Verdict: met"), Paragraph(text, "quiet"))),
            Section("What was shown", (Paragraph("met 3", "quiet"), Table(
                ("Key", "Title", "Points", "Who, and why"), (row, *((f"SHOP-{n}", "Pay by invoice", "2", "") for n in range(2, 30)), row),
                frozenset({2}), (1, 3, 0.7, 2),
            ))),
            Section("Decisions", (Bullets(("Go live on Monday", text, "Tell the warehouse", text)),)),
        ),
        text, "Made by 王芳",
    )  # fmt: skip


@cache
def shown(text: str) -> Any:
    return Presentation(io.BytesIO(to_pptx([minutes(text)], made_at=AT)))


def bare(text: str) -> str:
    return "".join(text.split())


def rows_of(deck: Any) -> Iterator[Any]:
    """The rows of every table, without its headers."""
    tables = (shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table)
    return (row for table in tables for row in list(table.rows)[1:])


def needed(frame: Any, width: float, margins: float) -> float:
    """The inches that a text takes in its frame."""
    lines = 0.0
    for paragraph in frame.paragraphs:
        size = max((run.font.size / A_POINT for run in paragraph.runs), default=0)
        is_bold = any(run.font.bold for run in paragraph.runs)
        lines += size * 1.33 / 72 * (len(broken(paragraph.text, size, width - 0.2, is_bold=is_bold)) if size else 0)
    return lines + margins


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_stands_inside_its_slide_and_on_nothing_else(name: str) -> None:
    deck = shown(TEXTS[name])
    for number, slide in enumerate(deck.slides):
        places = []
        for shape in slide.shapes:
            left, top = shape.left / INCH, shape.top / INCH
            places.append((left, top, left + shape.width / INCH, top + shape.height / INCH))
            if shape.has_text_frame:
                assert needed(shape.text_frame, shape.width / INCH, 0.1) <= shape.height / INCH + 0.01, (
                    number,
                    shape.text,
                )
            elif shape.has_table:
                widths = [column.width / INCH for column in shape.table.columns]
                for row in shape.table.rows:
                    for cell, width in zip(row.cells, widths, strict=True):
                        assert needed(cell.text_frame, width, 0.06) <= row.height / INCH + 0.01, (number, cell.text)
        assert max(bottom for *_, bottom in places) <= deck.slide_height / INCH
        for at, (left, top, right, bottom) in enumerate(places):
            for other in places[at + 1 :]:
                beside = other[0] >= right - 0.01 or other[2] <= left + 0.01
                assert beside or other[1] >= bottom - 0.01 or other[3] <= top + 0.01, (number, places[at], other)


@pytest.mark.parametrize("name", TEXTS)
def test_no_letter_is_lost_from_slide_to_slide(name: str) -> None:
    (document,) = printable([minutes(TEXTS[name])])
    deck = shown(TEXTS[name])
    said = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    again = {document.title, document.made, *(section.title for section in document.sections)}
    told = bare("".join(text for text in said if text not in again))
    goal, (_, table) = document.sections[1].blocks[0], document.sections[2].blocks
    assert isinstance(goal, Paragraph) and isinstance(table, Table)
    assert told.count(bare(goal.text)) == 6  # headline, goal, evidence, two decisions, foot
    cells = [[cell.text_frame.text for cell in row.cells] for row in rows_of(deck)]
    for column in range(4):
        found, wanted = ("".join(row[column] for row in rows) for rows in (cells, table.rows))
        assert bare(found) == bare(wanted)


def test_a_usual_slide_is_set_as_large_as_before() -> None:
    first, *_ = shown("Sprint 12 delivered 31 of 34 points.").slides
    sizes = {shape.text_frame.text: shape.text_frame.paragraphs[0].runs[0].font.size.pt for shape in first.shapes}
    assert sizes["Sprint 12 delivered 31 of 34 points."] == 36


def test_a_text_takes_no_more_room_than_it_is_given() -> None:
    samples = (ENGLISH, CHINESE, "WAREHOUSE MANAGEMENT MIGRATION", "12,345.67 points of 2,000")
    font = TTFont(io.BytesIO(cut(samples)))  # wider than Calibri, as wide as Microsoft YaHei
    names, widths = font.getBestCmap(), font["hmtx"]
    for text in samples:
        assert sum(widths[names[ord(letter)]][0] for letter in text) / 1000 <= ems(text)
