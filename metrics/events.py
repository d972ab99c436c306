"""From recorded changes and stated rows to one history per work item (R3, R5, R6, R7)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from metrics.history import BEGINNING, CONTENT_FIELDS, FIELDS, History, ItemHistory, SprintSpan, StatedRow


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
    kept = changes[changes["field"].isin(FIELDS) & changes["at"].notna()]
    logged = _changes_by_item(kept)
    histories = {item.id: item for item in _items(items, logged)}
    rows = _stated_rows(stated)
    return History(
        sprints={span.id: span for span in _spans(sprints)},
        items=histories,
        stated=rows,
        by_sprint=_by_sprint(histories, rows),
        stated_sprints=_stated_sprints(rows),
        log_from=_log_from(kept),
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


# one change: at, field, from, to, author, id
_Logged = tuple[int, str, str | None, str | None, str | None, Any]


def _changes_by_item(kept: pd.DataFrame) -> dict[str, list[_Logged]]:
    """work item -> its changes that matter here, in the order of time (R3, R7)."""
    by_item: dict[str, list[_Logged]] = defaultdict(list)
    if kept.empty:
        return by_item
    columns = [_values(kept[name]) for name in ("field", "from_value", "to_value", "author", "change_id")]
    logged = zip(_instants(kept["at"]), *columns, strict=True)
    for item_id, entry in zip(_values(kept["work_item_id"]), logged, strict=True):
        by_item[item_id].append(entry)
    for entries in by_item.values():
        entries.sort(key=itemgetter(0))
    return by_item


def _log_from(kept: pd.DataFrame) -> dict[str, int]:
    """The first instant at which each kind of field was logged: sprint, estimate, status, content."""
    kinds = kept["field"].where(~kept["field"].isin(CONTENT_FIELDS), "content")
    first = kept["at"].groupby(kinds).min()
    return {str(kind): at for kind, at in zip(first.index, _instants(first), strict=True) if at is not None}


def _of_field(entries: list[_Logged], name: str) -> list[_Logged]:
    """One field's changes in the order they were applied."""
    found = [entry for entry in entries if entry[1] == name]
    if len(found) > 1 and any(one[0] == two[0] for one, two in pairwise(found)):
        return _in_order(found)
    return found


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Sort key under which history 9999 comes before 10000."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", text) if part]


def _in_order(entries: list[_Logged]) -> list[_Logged]:
    """Changes of one field sorted by (time, id); at one instant each follows the one whose result it started from.

    A sheet's ids are content hashes, which say nothing about order: there the chain of values decides.
    """
    waiting = sorted(entries, key=lambda entry: (entry[0], _natural(str(entry[5]))))
    ordered: list[_Logged] = []
    while waiting:
        together = [entry for entry in waiting if entry[0] == waiting[0][0]]
        now = (ordered[-1][3] or None) if ordered else None
        following = next((entry for entry in together if ordered and (entry[2] or None) == now), None)
        if following is None:  # start of history, or a gap: begin where no other change of this instant leads
            results = {entry[3] or None for entry in together}
            following = next((entry for entry in together if (entry[2] or None) not in results), together[0])
        ordered.append(following)
        waiting.remove(following)
    return ordered


def _items(items: pd.DataFrame, logged: Mapping[str, list[_Logged]]) -> Iterable[ItemHistory]:
    if items.empty:
        return
    names = ("work_item_id", "key", "kind", "parent_id", "status_id", "estimate_points")
    columns = [_values(items[name]) for name in names]
    columns += [_instants(items["created_at"]), _instants(items["done_at"])]
    columns += [_flags(items["is_done"]), _flags(items["is_deleted"]), _lists(items["sprint_ids"])]
    for item_id, key, kind, parent, status, points, created, done, is_done, is_deleted, now in zip(
        *columns, strict=True
    ):
        entries = logged.get(item_id, [])
        item = ItemHistory(
            item_id, key, kind, parent, created, done, is_done, is_deleted, frozenset(now), status,
            sprints=[], estimates=[], statuses=[],
        )  # fmt: skip
        _membership(item, _of_field(entries, "sprint"))
        _estimates(item, _of_field(entries, "estimate"), points)
        moves = _of_field(entries, "status")
        item.statuses = [(BEGINNING, moves[0][2] if moves else status, None)]
        item.statuses += [(at, after, author) for at, _, _, after, author, _ in moves]
        item.content = [(e[0], e[1], e[4]) for e in entries if e[1] in CONTENT_FIELDS and e[2] != e[3]]
        if len(item.content) > 1:
            item.content.sort(key=itemgetter(0, 1))
        yield item


def _membership(item: ItemHistory, entries: list[_Logged]) -> None:
    """Sprint at creation leaves no change: what the first change started from was so since creation (R6)."""
    now = _ids(entries[0][2]) if entries else item.sprints_now
    begin = BEGINNING if item.created_at is None else item.created_at
    if entries:
        begin = min(
            begin, entries[0][0]
        )  # a change recorded before the creation: the record is still the better witness
    item.sprints = [(begin, now, None)]
    for at, _, before, after, author, _ in entries:
        if _ids(before) != now:
            item.gaps.append(_ids(before) ^ now)
        now = _ids(after)
        item.sprints.append((at, now, author))


def _estimates(item: ItemHistory, entries: list[_Logged], points: float | None) -> None:
    if not entries:
        item.estimates = [(BEGINNING, points, None)]
        return
    for at, text, author in [(BEGINNING, entries[0][2], None), *((e[0], e[3], e[4]) for e in entries)]:
        try:
            item.estimates.append((at, float(text) if text else None, author))
        except ValueError:  # words where a number belongs: unestimated, and reported
            item.has_unreadable_estimate = True
            item.estimates.append((at, None, author))


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
