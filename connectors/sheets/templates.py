"""The workbook a person downloads to fill in: one sheet with headers and two example rows, one that explains each column."""

from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from connectors.sheets.choices import CHOICES, accepted_choices
from connectors.sheets.field import FieldType, SheetField
from connectors.sheets.fields import FIELDS, KIND_NAMES, TEMPLATE_KINDS
from connectors.sheets.template_examples import EXAMPLES
from core.errors import NotFound
from core.i18n import N_, Text
from core.reader import Reader

EXPLAINED = (N_("Column"), N_("Required"), N_("What it means"), N_("What is accepted"))
_DATES = (FieldType.INSTANT, FieldType.DAY_END)
ACCEPTED = {
    FieldType.TEXT: N_("Text"),
    FieldType.KEY: N_("Text"),
    FieldType.LIST: N_("Words, separated by commas"),
    FieldType.POINTS: N_("A number from 0 up"),
    FieldType.INTEGER: N_("A whole number from 0 up"),
    FieldType.CSAT: N_("A whole number from 1 to 5"),
    FieldType.NPS: N_("A whole number from 0 to 10"),
    FieldType.INSTANT: N_("A date, with or without a time; without one it is midnight in the project's time zone"),
    FieldType.DAY_END: N_(
        "A date, with or without a time; without one it is the end of that day in the project's time zone"
    ),
    FieldType.QUANTITY: N_("A number with its unit: 2h, 15min, 1d 4h, 85%, ￥1.2万, 120 单"),
    FieldType.FLAG: N_("yes or no"),
}


def template(kind: str, lang: str) -> bytes:
    """The .xlsx template of one kind in one language; it imports as it is, without a problem.

    Raises: NotFound for a kind that has no template (Jira's export comes from Jira).
    """
    if kind not in TEMPLATE_KINDS:
        raise NotFound(Text("There is no template for “{kind}”.", kind=kind))
    reader = Reader(lang=lang)
    out = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001 - the same bytes every time
        head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
        _fill(book, kind, reader, head)
        _explain(book, kind, reader, head)
    return out.getvalue()


def file_name(kind: str, lang: str) -> str:
    """What the template is called when it is downloaded."""
    return f"fortnight-{kind.replace('_', '-')}-{lang}.xlsx"


def _fill(book: Any, kind: str, reader: Reader, head: Any) -> None:
    sheet = book.add_worksheet(reader.t(KIND_NAMES[kind])[:31])
    formats = {
        "date": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "text": book.add_format({"num_format": "@"}),
        "number": book.add_format({"num_format": "General"}),
    }
    for column, field in enumerate(FIELDS[kind]):
        header = field.header(reader.lang)
        shape = formats["date" if field.type in _DATES else "number" if _is_number(field) else "text"]
        sheet.set_column(column, column, max(12, min(30, len(header) * 2)), shape)
        sheet.write_string(0, column, header, head)
        for row, example in enumerate(EXAMPLES[kind].get(field.name, (None, None)), start=1):
            _write(sheet, row, column, _worded(field, example, reader), shape)
    sheet.freeze_panes(1, 0)


def _is_number(field: SheetField) -> bool:
    return field.type in (FieldType.POINTS, FieldType.INTEGER, FieldType.CSAT, FieldType.NPS)


def _worded(field: SheetField, example: Any, reader: Reader) -> Any:
    if isinstance(example, tuple):
        return example[1 if reader.lang == "zh" else 0]
    if field.type is FieldType.CHOICE and example is not None:
        return reader.t(CHOICES[field.name][example][0])
    if field.type is FieldType.FLAG and example is not None:
        return {"yes": reader.t("yes"), "no": reader.t("no")}[example]
    return example


def _write(sheet: Any, row: int, column: int, value: Any, shape: Any) -> None:
    if value is None:
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value, shape)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, shape)
    else:
        sheet.write_number(row, column, value, shape)


def _explain(book: Any, kind: str, reader: Reader, head: Any) -> None:
    sheet = book.add_worksheet(reader.t("Columns"))
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for column, (title, width) in enumerate(zip(EXPLAINED, (24, 10, 60, 60), strict=True)):
        sheet.set_column(column, column, width, wrapped)
        sheet.write_string(0, column, reader.t(title), head)
    for row, field in enumerate(FIELDS[kind], start=1):
        accepted = accepted_choices(field.name) if field.type is FieldType.CHOICE else Text(ACCEPTED[field.type])
        required = reader.t("yes") if field.required else reader.t("no")
        cells = (field.header(reader.lang), required, reader.t(field.explain), reader.say(accepted))
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text, wrapped)
