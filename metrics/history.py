"""What a source recorded about its items, as plain Python: made by `metrics.events`, folded by `metrics.ledger`.

A history is a few step functions: which sprints hold the item, its estimate, its status, and the instants its content
changed. Instants are integers (microseconds since 1970, UTC). A step is (at, value, author): from `at` on, `value`.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import takewhile
from typing import Any, NamedTuple

BEGINNING = -(2**62)  # before every instant: a state that was there from the start
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CONTENT_FIELDS = frozenset({"title", "description", "acceptance_criteria", "type", "priority"})  # R18
FIELDS = frozenset({"sprint", "estimate", "status"}) | CONTENT_FIELDS

Step = tuple[int, Any, str | None]


def microseconds(at: datetime) -> int:
    """An aware instant as microseconds since 1970."""
    return (at.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


def instant(at: int) -> datetime:
    """Microseconds since 1970 as an aware UTC datetime."""
    return EPOCH + timedelta(microseconds=at)


def value_at(steps: Iterable[Step], at: int, before: Any = None) -> Any:
    """The value of a step function at an instant, changes at that very instant included (R3); `before` its first step."""
    value = before
    for step in steps:
        if step[0] > at:
            break
        value = step[1]
    return value


@dataclass(slots=True)
class ItemHistory:
    """One work item through time; `sprints`, `estimates` and `statuses` are sorted steps, the first one its beginning."""

    id: str
    key: str
    kind: str
    parent_id: str | None
    created_at: int | None
    done_at: int | None
    is_done: bool
    is_deleted: bool
    sprints_now: frozenset[str]
    status_now: str | None
    sprints: list[Step]
    estimates: list[Step]
    statuses: list[Step]
    gaps: list[frozenset[str]] = field(default_factory=list)  # sprints on which two successive changes disagree
    content: list[Step] = field(default_factory=list)  # value: the field's name
    has_unreadable_estimate: bool = False

    @property
    def has_sprint_changes(self) -> bool:
        return len(self.sprints) > 1

    @property
    def has_estimate_changes(self) -> bool:
        return len(self.estimates) > 1

    @property
    def has_status_changes(self) -> bool:
        return len(self.statuses) > 1

    def membership(self, sprint_id: str) -> list[Step]:
        """Steps of (at, is a member of this sprint, author), flips only (R5, R6)."""
        flips: list[Step] = []
        was = False
        for at, ids, author in self.sprints:
            if (sprint_id in ids) != was:
                was = not was
                flips.append((at, was, author))
        return flips


@dataclass(frozen=True, slots=True)
class SprintSpan:
    """One sprint's dates (R1), as microseconds."""

    id: str
    board_id: str | None
    name: str
    state: str
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class StatedRow:
    """What a sheet states about one item in one sprint; `known` are the columns the sheet had."""

    known: frozenset[str]
    added_at: int | None
    added_by: str | None
    removed_at: int | None
    initial_points: float | None
    final_points: float | None
    status_id: str | None
    done_at: int | None
    is_done: bool


class PlainRow(NamedTuple):
    """An item of which a sheet states one sprint and nothing else is recorded, with that row (`metrics.plain_rows`)."""

    item_id: str
    key: str
    kind: str
    created_at: int | None
    item_status_id: str | None
    is_deleted: bool
    known: frozenset[str]
    added_at: int | None
    added_by: str | None
    removed_at: int | None
    initial_points: float | None
    final_points: float | None
    status_id: str | None
    done_at: int | None
    is_done: bool  # the stated status is of the category done


@dataclass(frozen=True)
class History:
    """Everything a source recorded, prepared once and folded for any sprint at any instant.

    Args: by_sprint, sprint id -> ids of the items that any record links to it; stated_sprints, item id -> the sprints
    that sheets state it in; log_from, the first change of each
    kind of field (sprint, estimate, status, content); is_full_log, true where nothing is stated by sheets, so that the
    changes are a tracker's own complete history; plain, sprint id -> items that are in none of the other maps, since one
    stated row says all about them.
    """

    sprints: dict[str, SprintSpan]
    items: dict[str, ItemHistory]
    stated: dict[tuple[str, str], StatedRow]
    by_sprint: dict[str, list[str]]
    stated_sprints: dict[str, frozenset[str]]
    log_from: dict[str, int]
    is_full_log: bool
    plain: Mapping[str, Sequence[PlainRow]] = field(default_factory=dict)

    @cached_property
    def ends_by_board(self) -> dict[str | None, list[tuple[int, str]]]:
        """Board -> (end, sprint id) of its sprints that have ended, by end."""
        found: dict[str | None, list[tuple[int, str]]] = {}
        for span in self.sprints.values():
            if span.end is not None:
                found.setdefault(span.board_id, []).append((span.end, span.id))
        return {board: sorted(ends) for board, ends in found.items()}

    def ended_within(self, span: SprintSpan, first: int, last: int) -> tuple[SprintSpan, ...]:
        """The other sprints of a sprint's board that ended between two instants, both included, by id."""
        ends = self.ends_by_board.get(span.board_id, [])
        near = ends[bisect_left(ends, (first, "")) :]
        ids = {sprint_id for end, sprint_id in takewhile(lambda each: each[0] <= last, near)} - {span.id}
        return tuple(self.sprints[sprint_id] for sprint_id in sorted(ids))

    def covers(self, kind: str, end: int | None) -> bool:
        """Whether recorded changes of this kind tell the history of a sprint that ends (or has not ended) then."""
        if self.is_full_log:
            return True
        first = self.log_from.get(kind)
        return first is not None and (end is None or end >= first)
