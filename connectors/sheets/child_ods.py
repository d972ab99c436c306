"""What calamine does not tell of an .ods: percentages, formulas without value, error values, repetition without end."""

import re
import zipfile
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from connectors.sheets import limits
from connectors.sheets.child_refusal import Unreadable

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_NOTABLE = re.compile(rb"formula=|percentage|currency|repeated=")


def scan_ods(content: bytes) -> dict[str, dict[str, Any]]:
    """Per sheet name: `formats` (code -> [[row, column], ...]) and `bad` ([row, column, code, shown]), zero-based."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            xml = package.read("content.xml")
        if not _NOTABLE.search(xml):
            return {}
        return _walk(xml)
    except (zipfile.BadZipFile, KeyError, ParseError, DefusedXmlException, EOFError, OSError, ValueError) as error:
        raise Unreadable("damaged", detail=str(error)) from error


def _walk(xml: bytes) -> dict[str, dict[str, Any]]:
    sheets: dict[str, dict[str, Any]] = {}
    name, row, column = "", 0, 0
    for event, node in iterparse(BytesIO(xml), events=("start", "end")):
        tag = node.tag
        if event == "start":
            if tag == _TABLE + "table":
                name, row = str(node.get(_TABLE + "name")), 0
                sheets[name] = {"formats": {}, "bad": []}
                if len(sheets) > limits.MAX_SHEETS:
                    raise Unreadable("too_many_sheets", count=len(sheets))
            elif tag == _TABLE + "table-row":
                column = 0
        elif tag in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            repeated = int(node.get(_TABLE + "number-columns-repeated", "1"))
            if _is_filled(node) and name in sheets:
                if row >= limits.MAX_ROWS or column + repeated > limits.MAX_COLUMNS:
                    raise Unreadable("too_large", sheet=name, row=row, column=column + repeated - 1)
                _note(node, sheets[name], row, range(column, column + repeated))
            column += repeated
        elif tag == _TABLE + "table-row":
            repeated = int(node.get(_TABLE + "number-rows-repeated", "1"))
            if repeated > 1 and row + repeated > limits.MAX_ROWS and any(_is_filled(cell) for cell in node):
                raise Unreadable("too_large", sheet=name, row=row + repeated - 1, column=0)
            row += repeated
            node.clear()
    return sheets


def _is_filled(node: Element) -> bool:
    return node.get(_OFFICE + "value-type") is not None or node.get(_TABLE + "formula") is not None


def _note(node: Element, sheet: dict[str, Any], row: int, columns: range) -> None:
    kind = node.get(_OFFICE + "value-type")
    formula = node.get(_TABLE + "formula")
    shown = "".join(node.itertext()).strip()
    if node.get(_CALC + "value-type") == "error" or (formula and re.fullmatch(r"#[A-Z/0!?]+|Err:\d+", shown)):
        sheet["bad"].extend([row, column, "error", shown] for column in columns)
    elif formula is not None and kind is None:
        sheet["bad"].extend([row, column, "formula", "=" + formula.removeprefix("of:=")[:200]] for column in columns)
    elif kind == "percentage":
        sheet["formats"].setdefault("0%", []).extend((row, column) for column in columns)
    elif kind == "currency":
        code = {"CNY": "￥", None: ""}.get(node.get(_OFFICE + "currency"), node.get(_OFFICE + "currency"))
        if code:
            sheet["formats"].setdefault(f'"{code}"0.00', []).extend((row, column) for column in columns)
