"""What of a team's work can be finished: its versions, its epics, and all that the board has open, as of an instant (R22)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from core.actor import Scope
from core.rows import rows_of
from metrics.finding import Finding
from metrics.histories import sprint_ids_of
from store import flow as flow_store
from store import frames

WHOLE_BOARD = "board"


@dataclass(frozen=True)
class Target:
    """Something that can be finished: the board's open items, a version or an epic.

    Args: kind, board, version or epic; name, null for the board; remaining, its items that are not done; done, those
    finished within the record.
    """

    kind: str
    name: str | None
    remaining: int
    done: int

    @property
    def code(self) -> str:
        """As the address and the command line name it: `version:1.2`."""
        return self.kind if self.name is None else f"{self.kind}:{self.name}"


class _Members:
    """Which items were a board's by an instant: those its sprints held by then, and those in its sprints then, future ones too."""

    def __init__(
        self,
        session: frames.Reading,
        scope: Scope,
        source_id: int,
        board_id: str | None,
        held: set[str],
        as_of: datetime,
    ) -> None:
        sprints = frames.sprints(session, scope, source_id=source_id)
        self.own = set(
            sprints.loc[
                sprints["board_id"].isna() if board_id is None else sprints["board_id"] == board_id, "sprint_id"
            ]
        )
        self.held = held
        read: Any = frames.source_overview(session).set_index("source_id").at[source_id, "fresh_since"]
        self.is_past = not pd.isna(read) and as_of < read
        has_sprints = flow_store.has_sprints(session, source_id, board_id, is_started=True)
        self.is_replayed = self.is_past and has_sprints and not flow_store.has_stated(session, source_id)
        self.is_of_today = self.is_past and has_sprints and not self.is_replayed
        self.then: dict[str, frozenset[str]] = {}
        self.before: set[str] = set()
        if self.is_replayed:
            self._replay(flow_store.sprint_moves(session, scope, source_id), as_of)

    def _replay(self, moves: pd.DataFrame, as_of: datetime) -> None:
        for row in rows_of(
            moves
        ):  # in the order of time: the first move after the instant tells where the item was (R5)
            one, came_from, went_to = (
                row["work_item_id"],
                *(sprint_ids_of(row[end]) for end in ("from_value", "to_value")),
            )
            if row["at"] > as_of:
                self.then.setdefault(one, came_from)
            elif self._is_own(came_from | went_to):
                self.before.add(one)

    def has(self, item: str, sprint_ids: Iterable[str]) -> bool:
        """Whether an item was the board's. Args: sprint_ids, those it is in today."""
        if self._is_own(self.then.get(item, sprint_ids)):
            return True
        return item in self.held and (not self.is_replayed or item in self.before)

    def _is_own(self, sprint_ids: Iterable[str]) -> bool:
        return not self.own.isdisjoint(sprint_ids)


def targets_of(
    session: frames.Reading, scope: Scope, source_id: int, board_id: str | None, items: pd.DataFrame, *, as_of: datetime
) -> tuple[list[Target], tuple[Finding, ...]]:
    """What is left of each version and epic, leaving out what only other boards' sprints hold; then the board itself, with
    what waits in its future sprints.

    Args: items, of reports.figures.flow.FlowFigures. Returns: the targets, and a finding where who was the board's on a past
    day is not recorded, so that today's record was taken.
    """
    settings: Any = frames.sources(session).set_index("source_id").at[source_id, "settings"]
    counts_subtasks = bool(settings.get("counts_subtasks", False))
    left = flow_store.open_items(session, scope, source_id, as_of=as_of, counts_subtasks=counts_subtasks)
    mine = set(items["work_item_id"])
    members = _Members(session, scope, source_id, board_id, mine, as_of)
    finished = items[items["state"] == "done"]
    was_done = set(finished["work_item_id"])  # by then; some of them were reopened since
    left = left[[one not in was_done for one in left["work_item_id"]]]
    sprint_ids = dict(zip(left["work_item_id"], left["sprint_ids"], strict=True))
    own = {one for one, ids in sprint_ids.items() if members.has(one, ids)}
    own |= {one for one in mine - was_done - sprint_ids.keys() if members.has(one, ())}
    left = left[[one in own or not ids for one, ids in zip(left["work_item_id"], left["sprint_ids"], strict=True)]]
    targets = [
        Target(kind, name, count, _counts(finished, column).get(name, 0))
        for kind, column in (("version", "fix_versions"), ("epic", "epic"))
        for name, count in sorted(_counts(left, column).items(), key=lambda pair: _natural(pair[0]))
    ]
    findings = [Finding("membership_of_today", "warning", "board", board_id or "", board_id or "")]
    return [*targets, Target(WHOLE_BOARD, None, len(own), len(finished))], tuple(
        findings if members.is_of_today else []
    )


def _natural(name: str) -> tuple[Any, ...]:
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in name.replace("-", ".").split("."))


def _counts(items: pd.DataFrame, column: str) -> dict[str, int]:
    names = items[column].explode() if column == "fix_versions" else items[column]
    return {str(name): int(n) for name, n in names.dropna().value_counts().items()}
