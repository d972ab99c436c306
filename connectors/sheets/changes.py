"""Change logs and demo outcomes: sheets whose rows speak of items and sprints that other sheets or the store define."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from connectors.records import ChangeRecord, Parsed, VerdictRecord
from connectors.rows import Records
from connectors.sheets.cells import POINTS_ACCEPTED, CellError, points_of
from connectors.sheets.fields import normal
from connectors.sheets.known import Known
from connectors.sheets.table import Table
from core.i18n import N_, Text

UNKNOWN_SPRINT = N_("There is no such sprint: write its name or id as the backlog does, or import its backlog first.")
UNKNOWN_ITEM = N_("There is no such item: write its key as the backlog does, or import its backlog first.")
SAME_TWICE = N_("Row {row} says the same already; it is kept once.")

# What people call a changed field -> the canonical field of a Change.
_FIELDS = {
    "sprint": "sprint|iteration|sprints|迭代|冲刺|所属迭代|所属冲刺|sprint名称",
    "estimate": "estimate|story points|story point|story point estimate|points|estimation|估算|点数|故事点|故事点数|估算点数|估点|工作量",
    "status": "status|state|状态",
    "title": "title|summary|name|标题|概要|摘要|主题|名称",
    "description": "description|details|描述|需求描述|详情|说明",
    "acceptance_criteria": "acceptance criteria|ac|acceptance|验收标准|验收条件",
    "type": "type|issue type|issuetype|类型|问题类型|工作项类型|需求类型",
    "priority": "priority|优先级",
    "assignee": "assignee|owner|经办人|负责人|处理人",
    "parent": "parent|epic|epic link|父级|父需求|史诗",
}
_CANONICAL = {normal(word): name for name, words in _FIELDS.items() for word in words.split("|")}
_SEPARATORS = re.compile(r"\s*[,，;；、]\s*")


def parse_change_log(table: Table, known: Known) -> Parsed:
    """One record per changed field. A sprint's values become full id lists (R5), an estimate's become numbers.

    The external id is a hash of what the row says, so the same row in another file is the same change.
    """
    for name in ("key", "at", "field"):
        table.require(name)
    keys, fields, authors = table.column("key"), table.column("field"), table.column("author")
    instants, before, after = table.column("at"), table.column("from"), table.column("to")
    changes: Records[ChangeRecord] = Records(known=frozenset(ChangeRecord.__annotations__))
    seen: dict[str, int] = {}
    readers: dict[str, Callable[[Table, int, str, str, Known], str | None]] = {
        "sprint": _sprints,
        "estimate": _estimate,
    }
    for at, (key, instant, given) in enumerate(zip(keys, instants, fields, strict=True)):
        if key is None or instant is None or given is None:
            continue
        _refuse_unknown_item(table, at, "key", key, known)
        field = _CANONICAL.get(normal(given), given)
        read = readers.get(field)
        values = [
            read(table, at, name, value, known) if read and value is not None else value
            for name, value in (("from", before[at]), ("to", after[at]))
        ]
        identity = hash_of(key, instant.isoformat(), field, *values, authors[at])
        if identity in seen:
            table.report(at, "key", key, Text(SAME_TWICE, row=table.rows[seen[identity]] + 1), "warning", "same_twice")
            continue
        seen[identity] = at
        changes.add(
            {
                "external_id": identity,
                "work_item_key": key,
                "at": instant,
                "author": authors[at],
                "field": field,
                "from_value": values[0],
                "to_value": values[1],
                "from_label": before[at],
                "to_label": after[at],
            },
            table.rows[at] + 1,
        )
    return Parsed("change_log", table.sheet.name, changes=changes)


def parse_demo(table: Table, known: Known) -> Parsed:
    """One verdict per row; a row without a sprint means the item's own, a row without a time the end of that sprint."""
    for name in ("key", "verdict"):
        table.require(name)
    columns = {
        name: table.column(name) for name in ("key", "sprint", "sprint_id", "verdict", *_DEMO_TEXTS, "decided_at")
    }
    verdicts: Records[VerdictRecord] = Records(known=frozenset(VerdictRecord.__annotations__))
    seen: dict[tuple[Any, ...], int] = {}
    for at, (key, verdict) in enumerate(zip(columns["key"], columns["verdict"], strict=True)):
        if key is None or verdict is None:
            continue
        _refuse_unknown_item(table, at, "key", key, known)
        name = "sprint_id" if columns["sprint_id"][at] else "sprint"
        given = columns[name][at]
        sprint = known.sprint_id(given) if given else None
        if given and sprint is None:
            table.report(at, name, given, Text(UNKNOWN_SPRINT), code="unknown_sprint")
        identity = (key, sprint, columns["decided_at"][at])
        first = seen.setdefault(identity, at)
        if first != at:
            accepted = Text(
                "Row {row} decides this already: accepted is one verdict per item, sprint and time.",
                row=table.rows[first] + 1,
            )
            table.report(at, "key", key, accepted, code="duplicate")
        verdicts.add(
            {
                "work_item_key": key,
                "sprint_id": sprint,
                "verdict": verdict,
                "remark": columns["remark"][at],
                "decided_by": columns["decided_by"][at],
                "department": columns["department"][at],
                "decided_at": columns["decided_at"][at],
            },
            table.rows[at] + 1,
        )
    return Parsed("demo", table.sheet.name, verdicts=verdicts)


_DEMO_TEXTS = ("remark", "decided_by", "department")


def hash_of(*parts: object) -> str:
    """A content hash of parts, none of which can run into its neighbour; null and empty text differ."""
    text = "\x1f".join("\x00" if part is None else str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _refuse_unknown_item(table: Table, at: int, name: str, key: str, known: Known) -> None:
    if known.items is not None and key not in known.items:
        table.report(at, name, key, Text(UNKNOWN_ITEM), code="unknown_item")


def _sprints(table: Table, at: int, name: str, value: str, known: Known) -> str | None:
    """A full list of sprints as ids; a name with a comma in it is tried as a whole first."""
    whole = known.sprint_id(value) if known.sprints is not None else None
    if whole is not None:
        return whole
    ids = []
    for part in _SEPARATORS.split(value):
        one = known.sprint_id(part) if part else None
        if part and one is None:
            table.report(at, name, value, Text(UNKNOWN_SPRINT), code="unknown_sprint")
        elif one:
            ids.append(one)
    return ", ".join(ids) or None


def _estimate(table: Table, at: int, name: str, value: str, known: Known) -> str | None:
    try:
        number = points_of(value)
    except CellError:
        table.report(at, name, value, Text(POINTS_ACCEPTED))
        return None
    return str(int(number)) if number.is_integer() else repr(number)
