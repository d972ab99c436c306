"""One source's facts as frames, and the ledgers folded from them: what derivation stores and `--as-of` replays."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from metrics.events import prepare_history
from metrics.history import CONTENT_FIELDS, FIELDS, microseconds
from metrics.ledger import Ledger, counting_rules, fold_ledger


@dataclass(frozen=True, eq=False)
class SourceFacts:
    """What one source states and recorded.

    Args: source_id; policy (R15); settings, counts_subtasks among them; sprints, items, changes, stated, statuses,
    boards, the frames of store.frames; log_begins, when recorded changes begin, by field; has_stated, whether sheets
    state memberships; is_whole, whether all items are here or only some.
    """

    source_id: int
    policy: str
    settings: dict[str, Any]
    sprints: pd.DataFrame
    items: pd.DataFrame
    changes: pd.DataFrame
    stated: pd.DataFrame
    statuses: pd.DataFrame
    boards: pd.DataFrame
    log_begins: dict[str, datetime]
    has_stated: bool
    is_whole: bool

    def done_statuses(self, board_id: str | None) -> frozenset[str]:
        """Status ids that mean done on a board: its last column, else the category done (R8)."""
        return done_statuses(self.statuses, self.boards, board_id)


def done_statuses(statuses: pd.DataFrame, boards: pd.DataFrame, board_id: str | None) -> frozenset[str]:
    """Status ids that mean done on a board: its last column, else the category done.

    Args: statuses and boards of one source, the frames of store.frames; board_id, None for no board. Rule: R8.
    """
    by_category = frozenset(statuses.loc[statuses["category"] == "done", "status_id"])
    board = boards[boards["board_id"] == board_id] if board_id else boards[:0]
    columns = board["columns"].iloc[0] if len(board) else []
    if not columns:
        return by_category
    mapped = {status for column in columns for status in column["statuses"]}
    return frozenset(columns[-1]["statuses"]) | (by_category - mapped)


def log_from(log_begins: Mapping[str, datetime]) -> dict[str, int]:
    """When each kind of field was first logged (sprint, estimate, status, content), from when each field was."""
    begins: dict[str, int] = {}
    for field, first in log_begins.items():
        if field in FIELDS:
            kind = "content" if field in CONTENT_FIELDS else field
            begins[kind] = min(begins.get(kind, microseconds(first)), microseconds(first))
    return begins


def fold_source(
    facts: SourceFacts, sprint_ids: Iterable[str], *, as_of: datetime, policy: str | None = None
) -> dict[str, Ledger]:
    """The ledgers of some sprints of a source as of an instant.

    Args: policy, instead of the source's own. Returns: sprint id -> Ledger, in the order given. Rule: R1-R18.
    """
    fold = _folding(facts, policy or facts.policy)
    return {sprint_id: fold(sprint_id, as_of) for sprint_id in sprint_ids}


def fold_over(
    facts: SourceFacts, sprint_id: str, instants: Iterable[datetime], *, policy: str | None = None
) -> list[Ledger]:
    """The ledgers of one sprint at several instants; what is recorded is prepared once.

    Args: policy, instead of the source's own. Returns: a Ledger for each instant, in their order. Rule: R1-R18.
    """
    fold = _folding(facts, policy or facts.policy)
    return [fold(sprint_id, at) for at in instants]


def _folding(facts: SourceFacts, policy: str) -> Callable[[str, datetime], Ledger]:
    """A function from a sprint and an instant to its ledger, everything recorded prepared."""
    history = prepare_history(facts.sprints, facts.items, facts.changes, facts.stated)
    # The log's beginning is the source's, not that of the items that are here.
    history = replace(history, log_from=log_from(facts.log_begins), is_full_log=not facts.has_stated)
    known = frozenset(facts.statuses["status_id"])
    counts_subtasks = bool(facts.settings.get("counts_subtasks", False))
    board_of = {
        sprint: board if isinstance(board, str) else None
        for sprint, board in zip(facts.sprints["sprint_id"], facts.sprints["board_id"], strict=True)
    }
    done = {board: facts.done_statuses(board) for board in {*board_of.values(), None}}

    def fold(sprint_id: str, at: datetime) -> Ledger:
        rules = counting_rules(done[board_of.get(sprint_id)], known, at, policy, counts_subtasks=counts_subtasks)
        return fold_ledger(history, sprint_id, rules)

    return fold
