"""A list of items as an HTML table: badges, plain text, rows that fold into cards on a phone.

Up to LIMIT rows are written as HTML (readable by keyboard and screen reader, printable); a longer list is given to
Streamlit's own table, which draws only what is in sight. No row is ever left out.
"""

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import pandas as pd
import streamlit as st
from markupsafe import Markup

from core.reader import Reader
from core.rows import rows_of
from pages.components.markup import badge, clean

LIMIT = 400
Kind = Literal["text", "item", "number", "badge", "note", "day", "instant", "percent", "duration"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Args: name, the frame's column; label, its heading in the reader's language; kind, how it reads (`item` is a bold key
    with the title of column `title` behind it); title, see `item`; words, for `badge`: code -> word already in the
    reader's language; colours, for `badge`: code -> kind of badge where it differs from the code; write, puts a value
    into words where no kind does; opens, what a row shows when its cell is opened (HTML tables alone).
    """

    name: str
    label: str
    kind: Kind = "text"
    title: str = ""
    words: Mapping[Any, str] = field(default_factory=dict)
    colours: Mapping[Any, str] = field(default_factory=dict)
    write: Callable[[Any], str] | None = None
    opens: Callable[[Mapping[Any, Any]], Markup] | None = None


def item_table(frame: pd.DataFrame, columns: Sequence[Column], reader: Reader, *, name: str, key: str) -> None:
    """Draw the table; `name` is what a screen reader calls it, `key` the widget key of a long one.

    Args: frame, one row per line, with the columns that `columns` name.
    """
    show(composed(frame, columns, reader, name=name), name=name, key=key)


def composed(frame: pd.DataFrame, columns: Sequence[Column], reader: Reader, *, name: str) -> Markup | pd.DataFrame:
    """The table in the reader's words, to be shown at once or kept: HTML, or a frame of texts where it is long."""
    if len(frame) > LIMIT:
        return pd.DataFrame({c.label: [in_words(row, c, reader) for row in rows_of(frame)] for c in columns})
    return table_html(frame, columns, reader, name=name)


def show(table: Markup | pd.DataFrame, *, name: str, key: str) -> None:
    """Draw what `composed` made."""
    if isinstance(table, pd.DataFrame):
        st.dataframe(table, hide_index=True, key=key, height=600, alt=clean(name))
    else:
        st.html(table)


def table_html(frame: pd.DataFrame, columns: Sequence[Column], reader: Reader, *, name: str = "") -> Markup:
    """The table as HTML, every cell escaped."""
    head = "".join(f'<th scope="col"{_NUMERIC if _is_number(c) else ""}>{_text(c.label)}</th>' for c in columns)
    styles = [_style(column, leads=i == 0) for i, column in enumerate(columns)]
    opened = [f'<td class="{style}" data-label="{_text(c.label)}">' for c, style in zip(columns, styles, strict=True)]
    rows = []
    for row in rows_of(frame):
        cells = [f"{tag}{_content(row, c, reader)}</td>" for tag, c in zip(opened, columns, strict=True)]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    # Written with html.escape and joins: ten times faster than Markup.format, and every text still passes `_text`.
    return Markup(
        f'<div class="fn-table-box" role="region" tabindex="0" aria-label="{_text(name or reader.t("Table"))}">'
        f'<table class="fn-table" lang="{reader.lang}"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def in_words(row: Mapping[Any, Any], column: Column, reader: Reader) -> str:
    """A cell as text: what the HTML shows without its colours; a null is empty, or "n/a" where a figure should be."""
    value = row.get(column.name)
    if _is_null(value):
        return reader.number(None) if column.kind in ("number", "percent", "duration") else ""
    if column.write:
        return clean(column.write(value))
    if column.kind == "item" and column.title:
        return clean(f"{value} {'' if _is_null(row.get(column.title)) else row[column.title]}".strip())
    if column.kind == "badge":
        return column.words.get(value, str(value))
    plain: dict[str, Callable[[Any], str]] = {
        "number": reader.number,
        "percent": reader.percent,
        "duration": reader.duration,
        "day": lambda at: reader.day(_calendar_day(at)),
        "instant": reader.instant,
    }
    return clean(plain.get(column.kind, str)(value))


def _content(row: Mapping[Any, Any], column: Column, reader: Reader) -> str:
    value = row.get(column.name)
    if column.kind == "item" and not _is_null(value):
        title = "" if not column.title or _is_null(row.get(column.title)) else row[column.title]
        return f"<span><b>{_text(value)}</b> {_text(title)}</span>"
    words = in_words(row, column, reader)
    if column.kind == "badge" and not _is_null(value):
        return _badge(str(column.colours.get(value, value)), words)
    if column.opens is not None and (inside := column.opens(row)):
        return f'<details class="fn-open"><summary>{_text(words)}</summary>{inside}</details>'
    return f"<span>{_text(words)}</span>" if words else ""


@lru_cache(maxsize=512)
def _badge(kind: str, words: str) -> str:
    return str(badge(kind, words))


_NUMERIC = ' class="fn-n"'
_STYLES = {"number": "fn-n", "percent": "fn-n", "note": "fn-q", "day": "fn-w", "instant": "fn-w", "badge": "fn-w"}


def _is_number(column: Column) -> bool:
    return column.kind in ("number", "percent")


def _style(column: Column, *, leads: bool) -> str:
    return f"{_STYLES.get(column.kind, '')}{' fn-lead' if leads else ''}".strip()


def _text(value: object) -> str:
    return html.escape(clean(value))


def _calendar_day(at: Any) -> Any:
    """A naive midnight is a calendar day already; an instant is cut in the project's zone by the reader."""
    return at.date() if isinstance(at, datetime) and at.tzinfo is None else at


def _is_null(value: Any) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value)
