"""One item in one sprint: since when it was a member, when it was done, at which estimate, and what cannot be known.

A tracker's changes tell all of it. A sheet states some columns and may come with a change log: a stated column wins,
the log fills what is not stated, and what neither tells stays unknown.
"""

from dataclasses import dataclass

from metrics.history import BEGINNING, History, ItemHistory, SprintSpan, StatedRow, Step, value_at

MEMBERSHIP_COLUMNS = ("added_at", "removed_at")


@dataclass(frozen=True, slots=True)
class Counting:
    """How a ledger counts: the instant it is seen from, the policy (R15), and which statuses mean done (R8)."""

    as_of: int
    policy: str
    counts_subtasks: bool
    done_status_ids: frozenset[str]
    known_status_ids: frozenset[str]

    def counts(self, item: ItemHistory) -> bool:
        """Whether an item counts at all: epics never, sub-tasks where the source chose so (R6)."""
        return item.kind != "epic" and (self.counts_subtasks or item.kind != "subtask")

    def is_done(self, status_id: str | None, is_done: bool) -> bool:
        """Whether a present status means done: by the board's statuses where it is one of them, else as the source says."""
        if status_id in self.done_status_ids:
            return True
        return False if status_id in self.known_status_ids else is_done


def membership(history: History, item: ItemHistory, span: SprintSpan) -> tuple[list[Step], tuple[str, ...]]:
    """Steps of (at, is a member, author), and the columns that are missing to know them (R5, R6).

    With columns missing the steps hold only what is certain: a member, unless a stated date says otherwise.
    """
    row = history.stated.get((span.id, item.id))
    parent = history.items.get(item.parent_id or "") if item.kind == "subtask" else None
    if row is None and parent is not None and not item.has_sprint_changes:
        return _following(*membership(history, parent, span), item.created_at)
    log = item.membership(span.id)
    is_covered = history.covers("sprint", span.end)
    if row is None:
        return log, () if is_covered else MEMBERSHIP_COLUMNS
    missing = tuple(column for column in MEMBERSHIP_COLUMNS if column not in row.known)
    added_at, removed_at, added_by = row.added_at, row.removed_at, row.added_by
    if missing and is_covered and (log or not item.has_sprint_changes):
        if len(missing) == 2:
            return log or [(_begin(item), True, None)], ()
        if "added_at" in missing and log:
            added_at, added_by = log[0][0], log[0][2]
        elif "removed_at" in missing and log and not log[-1][1]:
            removed_at = log[-1][0]
        missing = ()
    if removed_at is not None and added_at is not None and removed_at < added_at:
        return [(BEGINNING, True, None)], MEMBERSHIP_COLUMNS
    steps: list[Step] = [(BEGINNING if added_at is None else added_at, True, added_by)]
    if removed_at is not None:
        steps.append((removed_at, False, None))
    return _by_whom(steps, log), missing


def _by_whom(steps: list[Step], log: list[Step]) -> list[Step]:
    """What a sheet states, with who did it where the sheet does not say and the log has the same step."""
    authors = {(at, is_member): author for at, is_member, author in log}
    return [(at, is_member, author or authors.get((at, is_member))) for at, is_member, author in steps]


def _begin(item: ItemHistory) -> int:
    return BEGINNING if item.created_at is None else item.created_at


def _following(
    steps: list[Step], missing: tuple[str, ...], created_at: int | None
) -> tuple[list[Step], tuple[str, ...]]:
    """A parent's membership as its sub-task has it: from the sub-task's creation."""
    if created_at is None:
        return steps, missing
    later = [step for step in steps if step[0] > created_at]
    return ([(created_at, True, None)] if value_at(steps, created_at, False) else []) + later, missing


def completion(history: History, item: ItemHistory, span: SprintSpan, counting: Counting) -> tuple[list[Step], bool]:
    """Steps of (at, is done, author), and whether the item is done at an instant that nobody recorded (R8)."""
    row = history.stated.get((span.id, item.id))
    is_covered = history.covers("status", span.end)
    if row is not None and row.done_at is not None:
        if row.status_id is not None and not counting.is_done(row.status_id, row.is_done):
            return [], False  # a date of completion beside an open status: the status counts, and it is reported
        return [(row.done_at, True, None)], False
    if is_covered and item.has_status_changes:
        return [(at, status in counting.done_status_ids, author) for at, status, author in item.statuses], False
    if row is not None:
        return [], counting.is_done(row.status_id, row.is_done)
    is_done = counting.is_done(item.status_now, item.is_done)
    if is_done and item.done_at is None and not history.is_full_log:
        return [], True
    begin = _begin(item) if item.done_at is None else item.done_at  # a tracker's item without changes was born done
    return ([(begin, True, None)], False) if is_done else ([], False)


def initial_estimate(history: History, item: ItemHistory, span: SprintSpan, entry: int) -> tuple[float | None, bool]:
    """The estimate at the item's entry (R9) and whether it is known; (None, True) is an item without an estimate."""
    row = history.stated.get((span.id, item.id))
    if row is not None and "initial_points" in row.known:
        return row.initial_points, True
    if not history.covers("estimate", span.end):
        return None, False
    if row is not None and not item.has_estimate_changes:
        return row.final_points, True
    return value_at(item.estimates, entry), True


def final_estimate(history: History, item: ItemHistory, span: SprintSpan, at: int) -> float | None:
    """The estimate at the sprint's end or as-of (R13, R14).

    A sheet states the estimate at the end; before the end (and while it is open) only the log can tell.
    """
    row = history.stated.get((span.id, item.id))
    has_log = item.has_estimate_changes and history.covers("estimate", span.end)
    is_at_end = span.end is not None and at >= span.end
    if row is not None and (not has_log or (is_at_end and row.final_points is not None)):
        return row.final_points
    points: float | None = value_at(item.estimates, at)
    return points


def contradictions(
    history: History, item: ItemHistory, row: StatedRow, span: SprintSpan, start: int, end: int
) -> list[str]:
    """The stated columns of one row that say otherwise than the change log does, at the sprint's start or end."""
    found = []
    log = item.membership(span.id)
    if item.has_sprint_changes and history.covers("sprint", span.end):
        if not log:
            found.append("sprint")
        if log and "added_at" in row.known:
            was_member = row.added_at is None or row.added_at <= start
            if was_member != any(at <= start and is_in for at, is_in, _ in log):
                found.append("added_at")
        if log and "removed_at" in row.known:
            is_member = row.removed_at is None or row.removed_at > end
            if is_member != value_at(log, end, False):
                found.append("removed_at")
    if item.has_estimate_changes and history.covers("estimate", span.end):
        entry = start if row.added_at is None else max(start, row.added_at)
        if "initial_points" in row.known and (row.initial_points or 0) != (value_at(item.estimates, entry) or 0):
            found.append("initial_points")
        is_at_end = span.end is not None and end >= span.end
        if is_at_end and row.final_points is not None and row.final_points != value_at(item.estimates, end):
            found.append("estimate")
    return found


def contradicts_done(
    history: History, item: ItemHistory, row: StatedRow, span: SprintSpan, counting: Counting, end: int
) -> bool:
    """Whether a stated date of completion and the log's statuses disagree on done at the sprint's end."""
    if row.done_at is None or not item.has_status_changes or not history.covers("status", span.end):
        return False
    return (row.done_at <= end) != (value_at(item.statuses, end) in counting.done_status_ids)
