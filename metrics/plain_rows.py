"""Items of which a sheet states one sprint and nothing else is recorded: the ledger's rules, less what cannot concern them.

Most of a backlog is of this kind. Such an item has no steps to walk through, is carried over from no other sprint and
held by no later one, and follows no parent; counted this way it costs a tenth. `metrics.entries` folds all others, and a
test holds the two together.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from metrics.entry import HOUR, Doubts, Entry, iso
from metrics.histories import ItemRow
from metrics.history import BEGINNING, PlainRow, SprintSpan
from metrics.presence import MEMBERSHIP_COLUMNS, Counting

Columns = Sequence[Sequence[Any]]


@lru_cache(maxsize=64)  # a sheet's rows share one set of columns
def _missing(known: frozenset[str]) -> tuple[str, ...]:
    return tuple(one for one in MEMBERSHIP_COLUMNS if one not in known)


@dataclass(frozen=True)
class PlainFold:
    """The fold of one sprint's plain rows: as `metrics.entries.Fold`, where no change log covers the sprint. Rule: R1-R18."""

    span: SprintSpan
    counting: Counting
    start: int
    end: int
    doubts: Doubts
    is_past_view: bool

    def entries(self, rows: Iterable[PlainRow]) -> list[Entry]:
        """Every counted item that mattered to the sprint, in the order given."""
        found: list[Entry] = []
        counts_subtasks = self.counting.counts_subtasks
        for row in rows:
            if row.kind == "epic" or (row.kind == "subtask" and not counts_subtasks):
                continue
            if row.is_deleted:
                if self._entry(row, Doubts()) is not None:
                    self.doubts.add("deleted_item", row.item_id, row.key)
                continue
            entry = self._entry(row, self.doubts)
            if entry is not None:
                found.append(entry)
            self._doubt(row, entry)
        return found

    def _entry(self, row: PlainRow, doubts: Doubts) -> Entry | None:
        start, end, counting, known = self.start, self.end, self.counting, row.known
        begin = BEGINNING if row.added_at is None else row.added_at
        removed, author, missing = row.removed_at, row.added_by, _missing(known)
        if removed is not None and removed < begin:
            begin, removed, author, missing = BEGINNING, None, None, MEMBERSHIP_COLUMNS
        left_at = removed if removed is not None and removed <= end else None
        is_in = begin <= end and left_at is None
        was_at_start = begin <= start and (removed is None or removed > start)
        if not is_in and not was_at_start and not start < begin <= end:
            return None
        done, is_undated = row.done_at, False
        if done is None:
            is_undated = counting.is_done(row.status_id, row.is_done)
        elif row.status_id is not None and not counting.is_done(row.status_id, row.is_done):
            done = None  # a date of completion beside an open status: the status counts, and it is reported
        if is_undated and is_in:
            doubts.add("done_without_date" if "done_at" in known else "done_column_missing", row.item_id, row.key)
        was_done = done is not None and done <= start and counting.policy != "jira-dc"
        is_done = done is not None and done <= end
        bucket: str | None = None
        outcome: str | None = "completed" if is_done or is_undated else "not_completed"
        entered: int | None = None
        if not is_in:
            outcome = "removed"
        elif is_undated and self.is_past_view:
            outcome = None
        if missing:
            for column in missing:
                doubts.add("membership_unknown", column, column)
            if is_in and was_done:
                outcome = "completed_outside"
            why_code = f"unknown_{outcome or 'unsettled'}"
        else:
            entered, reason = self._entered(row, begin, removed, done, was_at_start=was_at_start, was_done=was_done)
            if entered is None:
                if not is_in:
                    return None  # a member only while done: neither its start nor its end touches the sprint
                outcome = why_code = "completed_outside"
            else:
                bucket = "committed" if entered == start else "added"
                why_code = f"{reason}_{outcome or 'unsettled'}"
                if counting.policy == "plan-cn" and bucket == "added" and outcome == "removed":
                    bucket, outcome, why_code = None, None, "left_out"
        return self._row(row, doubts, bucket, outcome, why_code, entered, left_at, done if is_in and is_done else None,
                         author if entered == begin else None)  # fmt: skip

    def _entered(
        self, row: PlainRow, begin: int, removed: int | None, done: int | None, *, was_at_start: bool, was_done: bool
    ) -> tuple[int | None, str]:
        """R9: the first instant in [T0, T1] at which the item is a member and not done, and why it came then."""
        if was_at_start and not was_done:
            return self.start, "committed_done" if done is not None and done <= self.start else "committed"
        is_open = (removed is None or removed > begin) and (done is None or done > begin)
        if self.start < begin <= self.end and is_open:
            return begin, "created" if row.created_at == begin else "added"
        return None, ""

    def _row(
        self,
        row: PlainRow,
        doubts: Doubts,
        bucket: str | None,
        outcome: str | None,
        why_code: str,
        entered: int | None,
        left_at: int | None,
        done_at: int | None,
        author: str | None,
    ) -> Entry:
        is_in = left_at is None
        is_known = "initial_points" in row.known and not (bucket is None and outcome == "completed_outside")
        initial = row.initial_points if is_known else None
        final = row.final_points if is_in else None
        is_unestimated = is_known and initial is None
        is_final_unknown = final != initial and is_in and is_known and self.is_past_view
        if is_final_unknown:
            final = None
            doubts.add("estimate_undated", row.item_id, row.key)
        if bucket is not None and not is_known:
            doubts.add("initial_estimate_unknown", row.item_id, row.key)
        if (is_in and final is None and (bucket is None or not is_known)) or (bucket is not None and is_unestimated):
            doubts.add("unestimated", row.item_id, row.key)
        why: dict[str, Any] = {}
        if entered is not None:
            why["entered_at"], why["entered_hours"] = iso(entered), round((entered - self.start) / HOUR, 1)
            if author is not None:
                why["entered_by"] = author
        if left_at is not None:
            why["left_at"], why["left_hours"] = iso(left_at), round((left_at - self.start) / HOUR, 1)
        if done_at is not None:
            why["done_at"] = iso(done_at)
        if initial is not None:
            why["initial_points"] = initial
        if final is not None:
            why["final_points"] = final
        if is_final_unknown:
            why["is_final_unknown"] = True
        is_first = bucket is not None and is_in and is_unestimated and final is not None
        return Entry(
            self.span.id, row.item_id, bucket, outcome, entered, left_at, done_at, initial, final,
            is_unestimated, is_first, False, False, why_code, why, row.key, is_final_unknown,
        )  # fmt: skip

    def _doubt(self, row: PlainRow, entry: Entry | None) -> None:
        """What this row leaves open or contradicts."""
        counting, doubts, removed = self.counting, self.doubts, row.removed_at
        if removed is not None and row.added_at is not None and removed < row.added_at:
            doubts.add("removed_before_added", row.item_id, row.key)
        has_status = row.done_at is not None and row.status_id is not None
        if has_status and not counting.is_done(row.status_id, row.is_done):
            doubts.add("done_date_without_done_status", row.item_id, row.key)
        status = row.item_status_id
        if entry is None or not status or status in counting.known_status_ids:
            return
        if status not in counting.done_status_ids:
            doubts.add("status_unknown", status, status)


def plain_rows(items: Sequence[ItemRow], stated: Columns, done_statuses: frozenset[str]) -> dict[str, list[PlainRow]]:
    """The plain rows among some items, by sprint: each stated in exactly one sprint, listed in no other, no one's parent
    and no one's child.

    Args: items, as `metrics.histories` takes them, without a recorded change; stated, the columns of
    store.facts.stated_columns; done_statuses, ids of the category done.
    """
    times = Counter(stated[1])
    of_item = {item[0]: item for item in items}
    families = {item[3] for item in items if item[2] == "subtask"}
    found: dict[str, list[PlainRow]] = {}
    sets: dict[int, frozenset[str]] = {}  # most rows share one list of columns
    make = PlainRow._make
    for sprint_id, item_id, known, added, by, removed, initial, final, status, done in zip(*stated, strict=True):
        item = of_item.get(item_id)
        if item is None or times[item_id] > 1 or item_id in families or (item[2] == "subtask" and item[3]):
            continue
        if [one for one in item[10] if one != sprint_id]:  # half the time of `any`
            continue
        columns = sets.get(id(known))
        if columns is None:
            columns = sets[id(known)] = frozenset(known)
        row = make((
            item_id, item[1], item[2], item[6], item[4], item[9],
            columns, added, by, removed, initial, final, status, done, status in done_statuses,
        ))  # fmt: skip
        if sprint_id in found:
            found[sprint_id].append(row)
        else:
            found[sprint_id] = [row]
    return found
