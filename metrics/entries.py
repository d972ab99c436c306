"""One sprint's items in their buckets: the fold of histories between T0 and T1 (R9-R14)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from metrics.entry import HOUR, Doubts, Entry, iso
from metrics.history import BEGINNING, History, ItemHistory, SprintSpan, Step, value_at
from metrics.plain_rows import PlainFold
from metrics.presence import (
    Counting,
    completion,
    contradictions,
    contradicts_done,
    final_estimate,
    initial_estimate,
    membership,
)

FIVE_MINUTES = 5 * 60 * 1_000_000


@dataclass(frozen=True)
class Fold:
    """The fold of one sprint: its window in microseconds and the later and overlapping sprints of its board."""

    history: History
    span: SprintSpan
    counting: Counting
    start: int
    end: int
    ended_before: tuple[SprintSpan, ...]
    doubts: Doubts

    @property
    def is_past_view(self) -> bool:
        """Seen from before the sprint's recorded end: what a sheet states about its end is not yet so."""
        return self.span.end is not None and self.end < self.span.end

    def entries(self) -> list[Entry]:
        """Every counted item that mattered to the sprint, by key."""
        found = []
        for item_id in self.history.by_sprint.get(self.span.id, ()):
            item = self.history.items[item_id]
            if not self.counting.counts(item):
                continue
            if item.is_deleted:
                if replace(self, doubts=Doubts())._entry(item) is not None:
                    self.doubts.add("deleted_item", item.id, item.key)
                continue
            entry = self._entry(item)
            if entry is not None:
                found.append(entry)
            self._doubt(item, entry)
        found += PlainFold(
            self.span, self.counting, self.start, self.end, self.doubts, is_past_view=self.is_past_view
        ).entries(self.history.plain.get(self.span.id, ()))
        return sorted(found, key=lambda entry: (entry.key, entry.work_item_id))

    def _entry(self, item: ItemHistory) -> Entry | None:
        member, missing = membership(self.history, item, self.span)
        is_in = bool(value_at(member, self.end, False))
        if not is_in and not _was_in(member, self.start, self.end):
            return None
        done, is_undated = completion(self.history, item, self.span, self.counting)
        if is_undated and is_in:
            row = self.history.stated.get((self.span.id, item.id))
            is_cell = row is not None and "done_at" in row.known
            self.doubts.add("done_without_date" if is_cell else "done_column_missing", item.id, item.key)
        if missing:
            return self._unknown(item, member, missing, done, is_undated)
        entered_at = self._entered(member, done)
        if entered_at is None:
            if not is_in:
                return None  # a member only while done: neither its start nor its end touches the sprint
            return self._row(item, None, "completed_outside", "completed_outside", None, member, done)
        reason = self._reason(item, member, done, entered_at)
        bucket = {"carried": "carried", "committed": "committed", "committed_done": "committed"}.get(reason, "added")
        if not is_in:
            outcome: str | None = "removed"
        elif is_undated:
            outcome = None if self.is_past_view else "completed"
        else:
            outcome = "completed" if value_at(done, self.end, False) else "not_completed"
        if self.counting.policy == "plan-cn" and bucket == "added" and outcome == "removed":
            return self._row(item, None, None, "left_out", entered_at, member, done)
        return self._row(item, bucket, outcome, f"{reason}_{outcome or 'unsettled'}", entered_at, member, done)

    def _entered(self, member: list[Step], done: list[Step]) -> int | None:
        """R9: the first instant in [T0, T1] at which the item is a member and not done."""
        if value_at(member, self.start, False) and (
            self.counting.policy == "jira-dc" or not value_at(done, self.start, False)
        ):
            return self.start
        for at in sorted({step[0] for step in (*member, *done) if self.start < step[0] <= self.end}):
            if value_at(member, at, False) and not value_at(done, at, False):
                return at
        return None

    def _reason(self, item: ItemHistory, member: list[Step], done: list[Step], at: int) -> str:
        """Why the item entered: what decides its bucket (R9, R10)."""
        if at == self.start:
            return "committed_done" if value_at(done, at, False) else "committed"
        if self._carried_from(item, at) is not None:
            return "carried"
        if value_at(member, at - 1, False):
            return "reopened"
        return "created" if item.created_at == at else "added"

    def _carried_from(self, item: ItemHistory, at: int) -> SprintSpan | None:
        """The sprint of the board that ended within the five minutes before, with the item in it and not done (R10)."""
        for other in self.ended_before:
            if other.end is None or not 0 <= at - other.end <= FIVE_MINUTES:
                continue
            steps, _ = membership(self.history, item, other)
            done, is_undated = completion(self.history, item, other, self.counting)
            was_member = value_at(steps, other.end, False) or value_at(steps, other.end - 1, False)
            if was_member and not is_undated and not value_at(done, other.end, False):
                return other
        return None

    def _unknown(
        self, item: ItemHistory, member: list[Step], missing: tuple[str, ...], done: list[Step], is_undated: bool
    ) -> Entry:
        """A row whose entry nobody recorded: no bucket, but what is certain of its outcome."""
        for column in missing:
            self.doubts.add("membership_unknown", column, column)
        outcome: str | None = "completed" if value_at(done, self.end, False) or is_undated else "not_completed"
        if not value_at(member, self.end, False):
            outcome = "removed"
        elif is_undated and self.is_past_view:
            outcome = None
        elif value_at(done, self.start, False) and self.counting.policy != "jira-dc":
            outcome = "completed_outside"
        return self._row(item, None, outcome, f"unknown_{outcome or 'unsettled'}", None, member, done)

    def _row(
        self,
        item: ItemHistory,
        bucket: str | None,
        outcome: str | None,
        why_code: str,
        entered_at: int | None,
        member: list[Step],
        done: list[Step],
    ) -> Entry:
        is_in = bool(value_at(member, self.end, False))
        initial, is_known = initial_estimate(
            self.history, item, self.span, self.start if entered_at is None else entered_at
        )
        if bucket is None and outcome == "completed_outside":
            initial, is_known = None, False
        if bucket is not None and not is_known:
            self.doubts.add("initial_estimate_unknown", item.id, item.key)
        final = final_estimate(self.history, item, self.span, self.end) if is_in else None
        is_final_unknown = final != initial and is_in and is_known and self._is_estimate_undated(item)
        if is_final_unknown:
            final = None
            self.doubts.add("estimate_undated", item.id, item.key)
        is_done = is_in and bool(value_at(done, self.end, False))
        left = None if is_in else next((s for s in reversed(member) if s[0] <= self.end and not s[1]), None)
        left_at = left[0] if left else None
        content = (
            []
            if entered_at is None or not item.content
            else [s for s in item.content if entered_at < s[0] <= (left_at or self.end)]
        )
        is_open = bucket is not None and outcome == "not_completed"
        entry = Entry(
            sprint_id=self.span.id, work_item_id=item.id, bucket=bucket, outcome=outcome, entered_at=entered_at,
            left_at=left_at, done_at=_since(done, self.end) if is_done else None,
            initial_points=initial, final_points=final, is_unestimated=is_known and initial is None,
            is_first_estimate=bool(bucket and is_in and is_known and initial is None and final is not None),
            is_content_changed=bucket is not None and bool(content),
            is_spillover=(is_open or why_code == "unknown_not_completed") and self._is_held_later(item),
            why_code=why_code, why_params={}, key=item.key, is_final_unknown=is_final_unknown,
        )  # fmt: skip
        counts_final = is_in and final is None and (bucket is None or not is_known)
        if counts_final or (bucket is not None and entry.is_unestimated):
            self.doubts.add("unestimated", item.id, item.key)
        entry.why_params = self._why(item, entry, member, done, left, content)
        return entry

    def _is_estimate_undated(self, item: ItemHistory) -> bool:
        """Whether only a row that speaks of the sprint's end tells the estimate, seen from before that end."""
        if not self.is_past_view or (self.span.id, item.id) not in self.history.stated:
            return False
        return not (item.has_estimate_changes and self.history.covers("estimate", self.span.end))

    def _why(
        self,
        item: ItemHistory,
        entry: Entry,
        member: list[Step],
        done: list[Step],
        left: Step | None,
        content: list[Step],
    ) -> dict[str, Any]:
        """Parameters of the sentence that says why the item is where it is: JSON-able, what is not known left out."""
        at, left_at = entry.entered_at, entry.left_at
        found: dict[str, Any] = {}
        if at is not None:
            entered = _last_at(done if entry.why_code.startswith("reopened") else member, at)
            found["entered_at"], found["entered_hours"] = iso(at), round((at - self.start) / HOUR, 1)
            found["entered_by"] = entered[2] if entered else None
            if entry.bucket == "carried" and (carried_from := self._carried_from(item, at)):
                found["carried_from"] = carried_from.name
        if left_at is not None:
            found["left_at"], found["left_hours"] = iso(left_at), round((left_at - self.start) / HOUR, 1)
            found["left_by"] = left[2] if left else None
        if entry.done_at is not None:
            found["done_at"] = iso(entry.done_at)
        found["initial_points"], found["final_points"] = entry.initial_points, entry.final_points
        if entry.is_final_unknown:
            found["is_final_unknown"] = True
        if len(item.estimates) > 1:
            since = self.start if at is None else at
            sized = next((step for step in reversed(item.estimates) if since < step[0] <= self.end), None)
            if sized:
                found["estimated_at"], found["estimated_by"] = iso(sized[0]), sized[2]
        if content:
            found["content_at"], found["content_by"] = iso(content[-1][0]), content[-1][2]
        return {name: value for name, value in found.items() if value is not None}

    def _is_later(self, other: SprintSpan) -> bool:
        """Whether a sprint of the same board comes after this one: it started later, or has not started."""
        if other.board_id != self.span.board_id or other.id == self.span.id:
            return False
        return other.state == "future" or other.start is None or other.start > self.start

    def _is_held_later(self, item: ItemHistory) -> bool:
        """R14: whether a later sprint of the board holds the item, as of the instant the ledger is seen from."""
        as_of = self.counting.as_of
        for sprint_id in _ids_until(item, as_of) | self.history.stated_sprints.get(item.id, frozenset()):
            other = self.history.sprints.get(sprint_id)
            if other is None or not self._is_later(other):
                continue
            steps, _ = membership(self.history, item, other)
            if value_at(steps, as_of, False):
                return True
        return False

    def _doubt(self, item: ItemHistory, entry: Entry | None) -> None:
        """Collect what this item's record leaves open or contradicts."""
        history, span, counting, doubts = self.history, self.span, self.counting, self.doubts
        if history.is_full_log and item.has_sprint_changes:
            is_now = span.id in item.sprints_now
            if (span.id in item.sprints[-1][1]) != is_now or (item.gaps and any(span.id in gap for gap in item.gaps)):
                doubts.add("membership_contradiction", item.id, item.key)
        row = history.stated.get((span.id, item.id))
        if row is not None:
            if contradictions(history, item, row, span, self.start, self.end) or contradicts_done(
                history, item, row, span, counting, self.end
            ):
                doubts.add("stated_contradicts_log", item.id, item.key)
            if row.added_at is not None and row.removed_at is not None and row.removed_at < row.added_at:
                doubts.add("removed_before_added", item.id, item.key)
            if (
                row.done_at is not None
                and row.status_id is not None
                and not counting.is_done(row.status_id, row.is_done)
            ):
                doubts.add("done_date_without_done_status", item.id, item.key)
        if entry is None:
            return
        if item.has_unreadable_estimate:
            doubts.add("estimate_unreadable", item.id, item.key)
        for _, status, _ in item.statuses:
            if status and status not in counting.known_status_ids and status not in counting.done_status_ids:
                doubts.add("status_unknown", status, status)


def _last_at(steps: list[Step], at: int) -> Step | None:
    """The last step at exactly this instant."""
    for step in reversed(steps):
        if step[0] == at:
            return step
    return None


def _was_in(member: list[Step], start: int, end: int) -> bool:
    return bool(value_at(member, start, False)) or any(is_in and start < at <= end for at, is_in, _ in member)


def _since(done: list[Step], end: int) -> int | None:
    """When the item became done, having stayed so until `end`; None where that was before anything recorded."""
    since: int | None = None
    for at, is_done, _ in done:
        if at > end:
            break
        since = (since if since is not None else at) if is_done else None
    return None if since is None or since <= BEGINNING else since


def _ids_until(item: ItemHistory, as_of: int) -> frozenset[str]:
    ids: Iterable[str] = value_at(item.sprints, as_of, frozenset())
    return frozenset(ids)
