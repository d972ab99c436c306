"""From recorded changes and stated rows to one history per work item (R3, R5, R6, R7)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from metrics.history import BEGINNING, CONTENT_FIELDS, FIELDS, History, ItemHistory, SprintSpan, StatedRow, Step


def prepare_history(sprints: pd.DataFrame, items: pd.DataFrame, changes: pd.DataFrame, stated: pd.DataFrame) -> History:
    """One source's records as histories, ready to be folded by `metrics.ledger`.

    Args: sprints, one row per sprint (sprint_id, board_id, name, state str; started_at, completed_at instants);
    items, one row per work item (work_item_id, key, kind, parent_id, status_id str; sprint_ids list[str]; is_done,
    is_deleted bool; estimate_points float; created_at, done_at instants); changes, one row per changed field
    (change_id, work_item_id, field, from_value, to_value, author str; at instant); stated, one row per item and
    sprint of a sheet (StatedEntry's columns and is_done). All rows of one source, in any order.
    Returns: a History. Empty frames give an empty one.
    Rule: R3, R5, R6, R7.
    """
    logged = _changes_by_item(changes)
    histories = {item.id: item for item in _items(items, logged)}
    rows = _stated_rows(stated)
    log_from: dict[str, int] = {}
    for fields in logged.values():
        for name, entries in fields.items():
            kind = "content" if name in CONTENT_FIELDS else name
            log_from[kind] = min(log_from.get(kind, entries[0].at), entries[0].at)
    return History(
        sprints={span.id: span for span in _spans(sprints)},
        items=histories,
        stated=rows,
        by_sprint=_by_sprint(histories, rows),
        stated_sprints=_stated_sprints(rows),
        log_from=log_from,
        is_full_log=not rows,
    )


# ---------------------------------------------------------------- frames -> Python


def _instants(column: "pd.Series[Any]") -> list[int | None]:
    stamps = pd.to_datetime(column, utc=True).dt.as_unit("us").dt.tz_localize(None).to_numpy("datetime64[us]")
    return [
        None if missing else at for at, missing in zip(stamps.astype(np.int64).tolist(), np.isnat(stamps), strict=True)
    ]


def _values(column: "pd.Series[Any]") -> list[Any]:
    missing = column.isna().to_numpy()
    values = column.tolist()
    return [None if gone else value for value, gone in zip(values, missing, strict=True)] if missing.any() else values


def _flags(column: "pd.Series[Any]") -> list[bool]:
    return [bool(value) if value is not None else False for value in _values(column)]


def _lists(column: "pd.Series[Any]") -> list[list[str]]:
    return [[str(part) for part in value] if isinstance(value, list | tuple | np.ndarray) else [] for value in column]


def _spans(sprints: pd.DataFrame) -> Iterable[SprintSpan]:
    names = ("sprint_id", "board_id", "name", "state")
    texts = [_values(sprints[name]) for name in names]
    return (
        SprintSpan(*given)
        for given in zip(*texts, _instants(sprints["started_at"]), _instants(sprints["completed_at"]), strict=True)
    )


def _stated_rows(stated: pd.DataFrame) -> dict[tuple[str, str], StatedRow]:
    if stated.empty:
        return {}
    columns = (
        map(frozenset, _lists(stated["known"])),
        _instants(stated["added_at"]),
        _values(stated["added_by"]),
        _instants(stated["removed_at"]),
        _values(stated["initial_points"]),
        _values(stated["final_points"]),
        _values(stated["status_id"]),
        _instants(stated["done_at"]),
        _flags(stated["is_done"]),
    )
    keys = zip(_values(stated["sprint_id"]), _values(stated["work_item_id"]), strict=True)
    return {key: StatedRow(*row) for key, row in zip(keys, zip(*columns, strict=True), strict=True)}


class _Logged(NamedTuple):
    at: int
    change_id: Any
    before: str | None
    after: str | None
    author: str | None


def _changes_by_item(changes: pd.DataFrame) -> dict[str, dict[str, list[_Logged]]]:
    """work item -> field -> its changes in the order they were applied (R3, R7)."""
    by_item: dict[str, dict[str, list[_Logged]]] = defaultdict(lambda: defaultdict(list))
    kept = changes[changes["field"].isin(FIELDS) & changes["at"].notna()]
    if kept.empty:
        return by_item
    columns = [_values(kept[name]) for name in ("change_id", "from_value", "to_value", "author")]
    logged = map(_Logged._make, zip(_instants(kept["at"]), *columns, strict=True))
    for item_id, name, entry in zip(_values(kept["work_item_id"]), _values(kept["field"]), logged, strict=True):
        by_item[item_id][name].append(entry)
    for fields in by_item.values():
        for name, entries in fields.items():
            if len(entries) > 1:
                entries.sort(key=itemgetter(0))
                if any(one.at == two.at for one, two in pairwise(entries)):
                    fields[name] = _in_order(entries)
    return by_item


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Sort key under which history 9999 comes before 10000."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", text) if part]


def _in_order(entries: list[_Logged]) -> list[_Logged]:
    """Changes of one field sorted by (time, id); at one instant each follows the one whose result it started from.

    A sheet's ids are content hashes, which say nothing about order: there the chain of values decides.
    """
    waiting = sorted(entries, key=lambda entry: (entry.at, _natural(str(entry.change_id))))
    ordered: list[_Logged] = []
    while waiting:
        together = [entry for entry in waiting if entry.at == waiting[0].at]
        now = (ordered[-1].after or None) if ordered else None
        following = next((entry for entry in together if ordered and (entry.before or None) == now), None)
        if following is None:  # start of history, or a gap: begin where no other change of this instant leads
            results = {entry.after or None for entry in together}
            following = next((entry for entry in together if (entry.before or None) not in results), together[0])
        ordered.append(following)
        waiting.remove(following)
    return ordered


def _items(items: pd.DataFrame, logged: Mapping[str, Mapping[str, list[_Logged]]]) -> Iterable[ItemHistory]:
    if items.empty:
        return
    names = ("work_item_id", "key", "kind", "parent_id", "status_id", "estimate_points")
    columns = [_values(items[name]) for name in names]
    columns += [_instants(items["created_at"]), _instants(items["done_at"])]
    columns += [_flags(items["is_done"]), _flags(items["is_deleted"]), _lists(items["sprint_ids"])]
    nothing: Mapping[str, list[_Logged]] = {}
    for item_id, key, kind, parent, status, points, created, done, is_done, is_deleted, now in zip(
        *columns, strict=True
    ):
        fields = logged.get(item_id, nothing)
        held = frozenset(now)
        item = ItemHistory(
            item_id, key, kind, parent, created, done, is_done, is_deleted, held, status,
            sprints=[], estimates=[], statuses=[],
        )  # fmt: skip
        _membership(item, fields.get("sprint", []))
        _estimates(item, fields.get("estimate", []), points)
        entries = fields.get("status", [])
        item.statuses = [(BEGINNING, entries[0].before if entries else status, None)]
        item.statuses += [(entry.at, entry.after, entry.author) for entry in entries]
        changed = [
            (entry.at, name, entry.author)
            for name in CONTENT_FIELDS & fields.keys()
            for entry in fields[name]
            if entry.before != entry.after
        ]
        item.content = sorted(changed, key=lambda step: (step[0], step[1]))
        yield item


def _membership(item: ItemHistory, entries: list[_Logged]) -> None:
    """Sprint at creation leaves no change: what the first change started from was so since creation (R6)."""
    now = _ids(entries[0].before) if entries else item.sprints_now
    begin = BEGINNING if item.created_at is None else item.created_at
    if entries:
        begin = min(
            begin, entries[0].at
        )  # a change recorded before the creation: the record is still the better witness
    item.sprints = [(begin, now, None)]
    for entry in entries:
        if _ids(entry.before) != now:
            item.gaps.append(_ids(entry.before) ^ now)
        now = _ids(entry.after)
        item.sprints.append((entry.at, now, entry.author))


def _estimates(item: ItemHistory, entries: list[_Logged], points: float | None) -> None:
    steps: list[Step] = []
    for at, text, author in (
        [(BEGINNING, entries[0].before, None), *((e.at, e.after, e.author) for e in entries)] if entries else []
    ):
        try:
            steps.append((at, float(text) if text else None, author))
        except ValueError:  # words where a number belongs: unestimated, and reported
            item.has_unreadable_estimate = True
            steps.append((at, None, author))
    item.estimates = steps or [(BEGINNING, points, None)]


@lru_cache(maxsize=4096)  # a sprint's list is written once per item that was in it
def _ids(text: str | None) -> frozenset[str]:
    """The ids in a Sprint change's full list, "76, 79" (R5)."""
    return frozenset(part for part in (piece.strip() for piece in (text or "").split(",")) if part)


def _by_sprint(items: Mapping[str, ItemHistory], stated: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    linked: dict[str, dict[str, None]] = defaultdict(dict)
    for item in items.values():
        for holder in (item, items.get(item.parent_id or "") if item.kind == "subtask" else None):
            for ids in (*(step[1] for step in holder.sprints), holder.sprints_now) if holder else ():
                for sprint_id in ids:
                    linked[sprint_id][item.id] = None
    children = defaultdict(list)
    for item in items.values():
        if item.kind == "subtask" and item.parent_id:
            children[item.parent_id].append(item.id)
    for sprint_id, item_id in stated:
        for one in (item_id, *children[item_id]):
            if one in items:
                linked[sprint_id][one] = None
    return {sprint_id: list(ids) for sprint_id, ids in linked.items()}


def _stated_sprints(stated: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    held: dict[str, set[str]] = defaultdict(set)
    for sprint_id, item_id in stated:
        held[item_id].add(sprint_id)
    return {item_id: frozenset(ids) for item_id, ids in held.items()}
