"""Which kind of sheet this is, where its header row stands, and which column means which field."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache

from connectors.sheets.fields import FIELDS, FieldType, fields_of, normal
from connectors.sheets.fields_jira import CUSTOM
from connectors.sheets.reader import Cell, Sheet
from core.plain import plain_text

HEADER_SEARCH_ROWS = 30  # titles, legends and filters above a header take a few rows, never thirty
SIMILAR = 0.86  # `Stroy points` is 0.9 like `Story points`; `Sprint` is 0.75 like `Points`

FieldMapping = Mapping[str, Sequence[int]]  # field -> columns, counted from 0; more than one where the header repeats

# Which of these groups a kind needs beside its required fields: a list of names alone is no KPI sheet.
_NEEDS_ONE_OF = {"kpi": ("baseline", "target", "direction"), "feedback": ("text", "csat", "nps")}
_KIND_WORDS = {
    "backlog": ("backlog", "待办列表", "需求列表", "迭代"),
    "change_log": ("changelog", "history", "变更记录", "变更日志"),
    "demo": ("demo", "review", "演示", "评审"),
    "kpi": ("kpi", "kpis", "指标", "指标定义"),
    "kpi_measurement": ("measurement", "measurements", "测量", "数值", "指标测量"),
    "feedback": ("feedback", "survey", "反馈", "调查", "问卷"),
}
_CUSTOM_FIELD = re.compile(
    r"(?:custom fields?|benutzerdefinierte[sr]? feld(?:er)?|champs? personnalisés?|campos? personalizados?|"
    r"campo personalizzato|自定义字段|自訂欄位|カスタム ?フィールド) ?\((.+)\)"
)
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")


@dataclass(frozen=True)
class Guess:
    """A reading of a sheet that a person may correct.

    Args: kind, None where none fits; header_row, counted from 0; mapping, field -> columns (a KPI sheet in wide form has
    `at` and several columns under `value`, and no `kpi`: the KPIs are the headers); confidence, field -> 0-1; headers,
    the texts of the header row; header_sha256, what a confirmed mapping is remembered under.
    """

    kind: str | None
    header_row: int
    mapping: dict[str, list[int]]
    confidence: dict[str, float]
    headers: tuple[str, ...]
    header_sha256: str
    missing: tuple[str, ...] = ()


def guess(sheet: Sheet, kind: str | None = None) -> Guess:
    """The best reading of a sheet, or the best as one given kind.

    Returns: Guess; `kind` None and an empty mapping where nothing fits; `missing` names required fields not found.
    """
    best: tuple[float, Guess] | None = None
    for row in range(min(HEADER_SEARCH_ROWS, sheet.row_count)):
        headers = header_texts(sheet, row)
        if sum(1 for header in headers if header) < 2:
            continue
        for candidate in (kind,) if kind else FIELDS:
            found = match(sheet, row, headers, candidate)
            score = _score(found, sheet, is_asked=kind is not None)
            # On a tie the lower row wins only inside a merged header, where the cells above are repeated.
            is_better = best is None or score > best[0] + 1e-9
            if not is_better and best and abs(score - best[0]) < 1e-9 and found.kind == best[1].kind:
                is_better = _is_merged_header(sheet, best[1].header_row, row)
            if score > 0 and is_better:
                best = (score, found)
    if best is None:
        headers = header_texts(sheet, 0) if sheet.row_count else ()
        return Guess(kind, 0, {}, {}, headers, headers_sha256(headers), _missing(kind, {}) if kind else ())
    return best[1]


def header_texts(sheet: Sheet, row: int) -> tuple[str, ...]:
    """The header row as text, one per column; a value repeated only because its cell is merged stands once."""
    texts = []
    covered = {
        column
        for top, left, bottom, right in sheet.merged
        if top <= row <= bottom
        for column in range(left + 1, min(right, len(sheet.columns)) + 1)
    }
    for index, column in enumerate(sheet.columns):
        value = column[row]
        texts.append("" if index in covered else " ".join(_header_text(value).split()))
    return tuple(texts)


def _header_text(value: Cell) -> str:
    return plain_text(str(int(value)) if isinstance(value, float) and value.is_integer() else str(value))


def headers_sha256(headers: Sequence[str]) -> str:
    """The identity of a header row: its texts without what people vary, in order."""
    return hashlib.sha256("\x1f".join(normal(header) for header in headers).encode()).hexdigest()


def possible_headers(sheet: Sheet) -> dict[str, int]:
    """The identity of each row that may be a header row -> the row; of rows that say the same, the first.

    Inside a merged header, whose cells are repeated, it is the lowest.
    """
    rows: dict[str, int] = {}
    for row in range(min(HEADER_SEARCH_ROWS, sheet.row_count)):
        headers = header_texts(sheet, row)
        digest = headers_sha256(headers)
        if sum(1 for one in headers if one) > 1 and (digest not in rows or _is_merged_header(sheet, rows[digest], row)):
            rows[digest] = row
    return rows


@cache
def _dictionary(kind: str) -> dict[str, tuple[str, float]]:
    """Normal header -> (field, confidence): the template's own headers are certain, synonyms nearly."""
    words: dict[str, tuple[str, float]] = {}
    for field in FIELDS[kind]:
        for header in field.headers:
            confidence = 1.0 if header in (field.en, field.zh) else 0.9
            words.setdefault(normal(header), (field.name, confidence))
    return words


def match(sheet: Sheet, row: int, headers: tuple[str, ...], kind: str) -> Guess:
    """Match one header row against one kind's fields; each column and each field is taken once, the surest first."""
    fields = fields_of(kind)
    mapping: dict[str, list[int]] = {}
    confidence: dict[str, float] = {}
    found = [_candidate(header, kind) for header in headers]
    if sum(1 for one in found if one) >= 2:  # a row without two headers we know is data, and data resembles anything
        found = [one or _near(header, kind) for one, header in zip(found, headers, strict=True)]
    ranked = [(one[1], column, one[0]) for column, one in enumerate(found) if one]
    taken: set[int] = set()
    for sure, column, name in sorted(ranked, key=lambda one: (-one[0], one[1])):
        if column in taken or (name in mapping and not (fields[name].repeats and sure >= 0.9)):
            continue
        taken.add(column)
        mapping.setdefault(name, []).append(column)
        confidence.setdefault(name, sure)
    if kind == "kpi_measurement" and "value" not in mapping and "kpi" not in mapping:
        _match_wide(sheet, row, headers, mapping, confidence)
    mapping = {name: sorted(mapping[name]) for name in fields if name in mapping}
    return Guess(kind, row, mapping, confidence, headers, headers_sha256(headers), _missing(kind, mapping))


def _candidate(header: str, kind: str) -> tuple[str, float] | None:
    """The field a header means exactly, or without what it says in brackets."""
    words = _dictionary(kind)
    exact = words.get(normal(header))
    if exact or kind == "jira_csv":  # Jira's headers are exact; its custom fields resemble each other
        return exact or _custom_field(header)
    bare = normal(_BRACKETED.sub("", unicodedata.normalize("NFKC", header)))
    return (words[bare][0], 0.8) if bare in words else None


def _custom_field(header: str) -> tuple[str, float] | None:
    """The field that Jira keeps under this custom field's name, in whichever language it says that it is one."""
    found = _CUSTOM_FIELD.fullmatch(unicodedata.normalize("NFKC", header).casefold())
    words = _dictionary("jira_csv")
    named = (words.get(normal(f"Custom field ({found[1]})")) or words.get(normal(found[1]))) if found else None
    return (named[0], 0.9) if named and named[0] in CUSTOM else None


@lru_cache(maxsize=4096)
def _near(header: str, kind: str) -> tuple[str, float] | None:
    """The field a header resembles, as a misspelt one does."""
    bare = normal(_BRACKETED.sub("", unicodedata.normalize("NFKC", header)))
    if kind == "jira_csv" or len(bare) < 4:
        return None
    words = _dictionary(kind)
    close = get_close_matches(bare, words, n=1, cutoff=SIMILAR)
    return (words[close[0]][0], 0.6) if close else None


def _match_wide(
    sheet: Sheet, row: int, headers: tuple[str, ...], mapping: dict[str, list[int]], confidence: dict[str, float]
) -> None:
    """The wide form: the first column holds dates, every other column one KPI."""
    first = next((index for index, header in enumerate(headers) if header), None)
    if first is None or (mapping.get("at", [first]) != [first]):
        return
    columns = [
        index
        for index, header in enumerate(headers)
        if header and index != first and index not in {one for taken in mapping.values() for one in taken}
    ]
    values = [index for index in columns if _looks_measured(_first_cells(sheet, index, row))]
    if values and _looks_dated(_first_cells(sheet, first, row)):
        mapping["at"], mapping["value"] = [first], values
        confidence["at"] = confidence.get("at", 0.8)
        confidence["value"] = 0.7


def _first_cells(sheet: Sheet, column: int, row: int) -> list[Cell]:
    """What is filled among the first fifty cells of a column below a row."""
    return [cell for cell in sheet.columns[column][row + 1 : row + 51] if cell != ""]


def _looks_dated(filled: list[Cell]) -> bool:
    return bool(filled) and all(isinstance(cell, date) or bool(re.match(r"\s*\d+\D+\d", str(cell))) for cell in filled)


def _looks_measured(filled: list[Cell]) -> bool:
    numbers = [cell for cell in filled if not isinstance(cell, str) or re.match(r"\s*[-+￥¥$]?\s*\d", cell)]
    return bool(filled) and len(numbers) * 2 > len(filled) and not any(isinstance(cell, date) for cell in filled)


def _missing(kind: str, mapping: FieldMapping) -> tuple[str, ...]:
    is_wide = kind == "kpi_measurement" and "kpi" not in mapping and "value" in mapping
    wanted = [field.name for field in FIELDS[kind] if field.required and not (is_wide and field.name == "kpi")]
    missing = [name for name in wanted if name not in mapping]
    one_of = _NEEDS_ONE_OF.get(kind, ())
    if one_of and not any(name in mapping for name in one_of):
        missing.append(one_of[0])
    return tuple(missing)


def _score(found: Guess, sheet: Sheet, *, is_asked: bool) -> float:
    """How well a reading explains the sheet: matched columns, weighed by certainty, and their share of all columns."""
    if not found.mapping or (found.missing and not is_asked):
        return 0.0
    filled = sum(1 for header in found.headers if header)
    matched = sum(len(columns) * found.confidence[name] for name, columns in found.mapping.items())
    required = sum(1 for field in FIELDS[str(found.kind)] if field.required and field.name in found.mapping)
    named = 0.5 if normal(sheet.name) in map(normal, _KIND_WORDS.get(str(found.kind), ())) else 0.0
    return matched + 2 * matched / filled + required + named


def _is_merged_header(sheet: Sheet, upper: int, lower: int) -> bool:
    return any(top <= upper and bottom >= lower for top, _, bottom, _ in sheet.merged)


__all__ = ["FieldMapping", "FieldType", "Guess", "guess", "header_texts", "headers_sha256", "match", "possible_headers"]
