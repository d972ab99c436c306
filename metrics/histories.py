"""Recorded rows, one item after the other, into histories: what was so since creation, and each change after it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

from metrics.history import BEGINNING, CONTENT_FIELDS, History, ItemHistory, SprintSpan, StatedRow

# id, key, kind, parent id, status id, points, created at, done at, is done, is deleted, ids of its Sprint field
ItemRow = tuple[str, str, str, str | None, str | None, float | None, int | None, int | None, bool, bool, Iterable[str]]
# item id, at, field, from, to, author, id of the change
ChangeRow = tuple[str, int, str, str | None, str | None, str | None, Any]
Stated = Mapping[tuple[str, str], StatedRow]


def build_history(
    spans: Iterable[SprintSpan],
    items: Iterable[ItemRow],
    changes: Iterable[ChangeRow],
    stated: Stated,
    *,
    log_from: dict[str, int],
    is_full_log: bool,
) -> History:
    """One source's records as histories, ready to be folded by `metrics.ledger`.

    Args: items and changes as rows of plain values, instants in microseconds, in any order; changes of the fields of
    `metrics.history.FIELDS` alone; stated, (sprint, item) -> what a sheet says; log_from and is_full_log as History has them.
    Returns: a History. Rule: R3, R5, R6, R7.
    """
    logged = _by_item_and_field(changes)
    histories = {item.id: item for item in _items(items, logged)}
    return History(
        sprints={span.id: span for span in spans},
        items=histories,
        stated=dict(stated),
        by_sprint=_by_sprint(histories, stated),
        stated_sprints=_stated_sprints(stated),
        log_from=log_from,
        is_full_log=is_full_log,
    )


def _by_item_and_field(changes: Iterable[ChangeRow]) -> dict[str, dict[str, list[ChangeRow]]]:
    """work item -> field -> its changes; what a content field said does not matter, so these are together."""
    logged: dict[str, dict[str, list[ChangeRow]]] = {}
    last_id, fields = None, {}
    for row in changes:
        if row[0] != last_id:
            last_id = row[0]
            fields = logged.setdefault(last_id, {})
        field = "content" if row[2] in CONTENT_FIELDS else row[2]
        if field in fields:
            fields[field].append(row)
        else:
            fields[field] = [row]
    return logged


def _ordered(entries: list[ChangeRow]) -> list[ChangeRow]:
    """One field's changes in the order they were applied."""
    if len(entries) < 2:
        return entries
    last = BEGINNING
    for entry in entries:
        if entry[1] <= last:
            return _in_order(entries)
        last = entry[1]
    return entries


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Sort key under which history 9999 comes before 10000."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", text) if part]


def _in_order(entries: list[ChangeRow]) -> list[ChangeRow]:
    """Changes of one field sorted by (time, id); at one instant each follows the one whose result it started from.

    A sheet's ids are content hashes, which say nothing about order: there the chain of values decides.
    """
    waiting = sorted(entries, key=lambda entry: (entry[1], _natural(str(entry[6]))))
    ordered: list[ChangeRow] = []
    while waiting:
        together = [entry for entry in waiting if entry[1] == waiting[0][1]]
        now = (ordered[-1][4] or None) if ordered else None
        following = next((entry for entry in together if ordered and (entry[3] or None) == now), None)
        if following is None:  # start of history, or a gap: begin where no other change of this instant leads
            results = {entry[4] or None for entry in together}
            following = next((entry for entry in together if (entry[3] or None) not in results), together[0])
        ordered.append(following)
        waiting.remove(following)
    return ordered


_NO_CHANGES: dict[str, list[ChangeRow]] = {}


def _items(items: Iterable[ItemRow], logged: Mapping[str, dict[str, list[ChangeRow]]]) -> Iterable[ItemHistory]:
    for item_id, key, kind, parent, status, points, created, done, is_done, is_deleted, now in items:
        item = ItemHistory(
            item_id, key, kind, parent, created, done, is_done, is_deleted, frozenset(now), status,
            sprints=[], estimates=[], statuses=[],
        )  # fmt: skip
        fields = logged.get(item_id, _NO_CHANGES)
        _membership(item, _ordered(fields.get("sprint", [])))
        _estimates(item, _ordered(fields.get("estimate", [])), points)
        moves = _ordered(fields.get("status", []))
        item.statuses = [(BEGINNING, moves[0][3] if moves else status, None)]
        item.statuses += [(row[1], row[4], row[5]) for row in moves]
        if "content" in fields:
            content = [(row[1], row[2], row[5]) for row in fields["content"] if row[3] != row[4]]
            item.content = sorted(content, key=itemgetter(0, 1))
        yield item


def _membership(item: ItemHistory, entries: list[ChangeRow]) -> None:
    """Sprint at creation leaves no change: what the first change started from was so since creation (R6)."""
    now = sprint_ids_of(entries[0][3]) if entries else item.sprints_now
    begin = BEGINNING if item.created_at is None else item.created_at
    if entries:
        begin = min(
            begin, entries[0][1]
        )  # a change recorded before the creation: the record is still the better witness
    item.sprints = [(begin, now, None)]
    for _, at, _, before, after, author, _ in entries:
        if sprint_ids_of(before) != now:
            item.gaps.append(sprint_ids_of(before) ^ now)
        now = sprint_ids_of(after)
        item.sprints.append((at, now, author))


def _estimates(item: ItemHistory, entries: list[ChangeRow], points: float | None) -> None:
    if not entries:
        item.estimates = [(BEGINNING, points, None)]
        return
    for at, text, author in [(BEGINNING, entries[0][3], None), *((row[1], row[4], row[5]) for row in entries)]:
        try:
            item.estimates.append((at, float(text) if text else None, author))
        except ValueError:  # words where a number belongs: unestimated, and reported
            item.has_unreadable_estimate = True
            item.estimates.append((at, None, author))


@lru_cache(maxsize=4096)  # a sprint's list is written once per item that was in it
def sprint_ids_of(text: str | None) -> frozenset[str]:
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
