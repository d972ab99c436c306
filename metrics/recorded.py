"""One source's sprints, counted some thousand items at a time: derivation's way to the same ledgers as `fold_source`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import compress
from typing import Any

import pandas as pd

from metrics.facts import done_statuses, log_from
from metrics.histories import build_history
from metrics.history import History, PlainRow, SprintSpan, StatedRow
from metrics.ledger import Ledger, counting_rules, fold_ledger
from metrics.plain_rows import plain_rows
from metrics.presence import Counting

Columns = Sequence[Sequence[Any]]


@dataclass(frozen=True, eq=False)
class SourceRules:
    """How one source is counted, and what all its items share.

    Args: policy (R15); counts_subtasks (R6); statuses and boards, the frames of store.frames; spans, the columns of
    store.facts.sprint_columns; log_begins, when recorded changes begin, by field; has_stated, whether sheets state
    memberships; as_of, the instant of the ledgers.
    """

    policy: str
    counts_subtasks: bool
    statuses: pd.DataFrame
    boards: pd.DataFrame
    sprints: Columns
    log_begins: Mapping[str, datetime]
    has_stated: bool
    as_of: datetime

    @cached_property
    def spans(self) -> dict[str, SprintSpan]:
        """The source's sprints by id."""
        return {row[0]: SprintSpan(*row) for row in zip(*self.sprints, strict=True)}

    @cached_property
    def by_category(self) -> frozenset[str]:
        """Status ids of the category done."""
        return done_statuses(self.statuses, self.boards, None)

    @cached_property
    def _countings(self) -> dict[str | None, Counting]:
        known = frozenset(self.statuses["status_id"])
        found = {}
        for board in {*(span.board_id for span in self.spans.values()), None}:
            done = done_statuses(self.statuses, self.boards, board)
            found[board] = counting_rules(done, known, self.as_of, self.policy, counts_subtasks=self.counts_subtasks)
        return found

    def counting(self, sprint_id: str) -> Counting:
        """How a sprint is counted: its board's statuses (R8), the source's policy."""
        span = self.spans.get(sprint_id)
        return self._countings[span.board_id if span else None]


def recorded_history(rules: SourceRules, items: Columns, changes: Columns, stated: Columns) -> History:
    """The histories of some items.

    Args: items, changes, stated: the columns of store.facts.item_columns, change_columns and stated_columns.
    """
    rows = [
        (one, key, kind, parent, status, points, created, done, status in rules.by_category, is_deleted, now or ())
        for one, key, kind, parent, status, points, created, done, is_deleted, now in zip(*items, strict=True)
    ]
    begins = log_from(rules.log_begins)
    plain: dict[str, list[PlainRow]] = {}
    if stated and not begins:  # a log may tell what a row does not
        plain = plain_rows(rows, stated, rules.by_category)
        told = {row.item_id for of_sprint in plain.values() for row in of_sprint}
        rows = [row for row in rows if row[0] not in told]
        is_left = [item_id not in told for item_id in stated[1]]
        stated = [list(compress(column, is_left)) for column in stated]
    history = build_history(
        rules.spans.values(), rows, zip(*changes, strict=True), _stated_rows(rules, stated),
        log_from=begins, is_full_log=not rules.has_stated,
    )  # fmt: skip
    return replace(history, plain=plain) if plain else history


def _stated_rows(rules: SourceRules, stated: Columns) -> dict[tuple[str, str], StatedRow]:
    if not stated:
        return {}
    sets: dict[int, frozenset[str]] = {}
    found = {}
    for sprint_id, item_id, known, added, by, removed, initial, final, status, done in zip(*stated, strict=True):
        columns = sets.get(id(known))
        if columns is None:
            columns = sets[id(known)] = frozenset(known)
        found[sprint_id, item_id] = StatedRow(
            columns, added, by, removed, initial, final, status, done, status in rules.by_category
        )
    return found


def fold_sprints(rules: SourceRules, history: History, sprint_ids: Iterable[str]) -> Iterable[Ledger]:
    """The ledgers of some sprints, all of whose items are in the history, one after the other. Rule: R1-R18."""
    return (fold_ledger(history, sprint_id, rules.counting(sprint_id)) for sprint_id in sprint_ids)
