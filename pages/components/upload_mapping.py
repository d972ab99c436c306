"""One sheet of an upload: what it holds, from which header row, and which of its columns means what, as the person corrects it."""

from typing import Any

import streamlit as st

from actions.sheet_reading import Reading, kinds, preview_file, remembered_reading
from core.cell_names import column_name
from core.reader import Reader
from core.wording_tables import SHEET_KIND
from pages.components import cards, data
from pages.components.markup import clean, muted, plain

LEFT_OUT, NO_COLUMN = "left_out", -1


def sheet_reading(reader: Reader, sheet: Any, key: str, book: Any) -> Reading | None:
    """What one sheet holds, as guessed or remembered, and as the person corrects it; None where it stays out."""
    guessed = data.do(remembered_reading, sheet=sheet)
    options = [LEFT_OUT, *SHEET_KIND]
    with st.container(border=True, key=key.replace(".", "-")):
        head, (left, right) = st.container(), st.columns([3, 1])
        kind = left.selectbox(
            plain(reader.t("What this sheet holds")),
            options,
            index=options.index(guessed.kind or LEFT_OUT),
            format_func=lambda code: reader.t("leave it out") if code == LEFT_OUT else reader.t(SHEET_KIND[code]),
            key=f"{key}.kind",
        )
        if kind == LEFT_OUT:
            _title(reader, head, sheet, guessed.header_row or 0)
            return None
        best = guessed if kind == guessed.kind else data.do(remembered_reading, sheet=sheet, kind=kind)
        usual = best.header_row or 0
        row = right.number_input(
            plain(reader.t("Header row")), 1, sheet.row_count, usual + 1, key=f"{key}.{kind}.header"
        )
        _title(reader, head, sheet, row - 1)
        mapping = dict(best.mapping or {})
        if row - 1 != usual:
            found = data.do(preview_file, book=book, readings=[Reading(sheet.name, kind, row - 1, None)])
            mapping = dict(found[0].mapping) if found else {}
        return Reading(
            sheet.name, kind, row - 1, _mapping(reader, sheet, kind, row - 1, mapping, f"{key}.{kind}.{row}")
        )


def _title(reader: Reader, head: Any, sheet: Any, header_row: int) -> None:
    """The sheet's name, and how many rows below its header hold anything."""
    below = zip(*(column[header_row + 1 :] for column in sheet.columns), strict=True)
    n = sum(any(cell != "" for cell in cells) for cells in below)
    with head:
        cards.title(sheet.name, reader.tn("{n} row", "{n} rows", n))


def _mapping(
    reader: Reader, sheet: Any, kind: str, row: int, mapping: dict[str, Any], key: str
) -> dict[str, list[int]]:
    """Which column means which field: those found and those needed in sight, the others folded."""
    fields = kinds()[kind]
    in_sight = [one for one in fields if one.name in mapping or one.required]
    folded = [one for one in fields if one not in in_sight]
    labels = {index: _column_label(sheet, index, row) for index in range(len(sheet.columns))}
    chosen: dict[str, list[int]] = {}
    for group in (in_sight, folded):
        if not group:
            continue
        name = reader.t("Further columns ({n} not found)", n=len(folded))
        place = st.container() if group is in_sight else st.expander(plain(name))
        with place:
            for at, one in enumerate(group):
                if at % 3 == 0:
                    columns = st.columns(3)  # a row at a time, so that a phone keeps the order
                with columns[at % 3]:
                    found = _field(reader, one, kind, labels, list(mapping.get(one.name, [])), f"{key}.{one.name}")
                if found:
                    chosen[one.name] = found
    used = {index for columns_ in chosen.values() for index in columns_}
    unused = [labels[index] for index in labels if index not in used and labels[index]]
    if unused:
        cards.html(muted(reader.t("Left out: {columns}", columns=" · ".join(unused))))
    return chosen


def _field(reader: Reader, field: Any, kind: str, labels: dict[int, str], found: list[int], key: str) -> list[int]:
    label = plain(field.header(reader.lang)) + (" \\*" if field.required else "")
    explained = plain(reader.t(field.explain))
    if field.repeats or (kind == "kpi_measurement" and field.name == "value"):
        return list(
            st.multiselect(
                label,
                list(labels),
                found,
                format_func=lambda one: clean(labels[one]),
                key=key,
                help=explained,
                placeholder="",
                select_all=False,  # an entry in English
            )
        )
    options = [NO_COLUMN, *labels]
    one = st.selectbox(
        label,
        options,
        index=options.index(found[0]) if found and found[0] in options else 0,
        format_func=lambda one: "–" if one == NO_COLUMN else clean(labels[one]),
        key=key,
        help=explained,
    )
    return [] if one == NO_COLUMN else [one]


def _column_label(sheet: Any, index: int, row: int) -> str:
    """`C · Story points (5, 3)`: the letter, the header, the first values under it."""
    column = sheet.columns[index]
    header = " ".join(cell_text(column[row]).split())
    values = [cell_text(cell) for cell in column[row + 1 : row + 20] if cell != ""][:2]
    samples = f" ({', '.join(value[:14] for value in values)})" if values else ""
    return f"{column_name(index)} · {header}{samples}" if header or values else ""


def cell_text(value: Any) -> str:
    """A cell as it is shown: whole numbers without their point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
