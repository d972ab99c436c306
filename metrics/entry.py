"""One row of a sprint's ledger, and the doubts collected beside the rows."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from metrics.history import instant

HOUR = 3_600_000_000


@dataclass(slots=True)
class Entry:
    """One item in one sprint: SprintEntry's columns, instants in microseconds."""

    sprint_id: str
    work_item_id: str
    bucket: str | None
    outcome: str | None
    entered_at: int | None
    left_at: int | None
    done_at: int | None
    initial_points: float | None
    final_points: float | None
    is_unestimated: bool
    is_first_estimate: bool
    is_content_changed: bool
    is_spillover: bool
    why_code: str
    why_params: dict[str, Any]
    key: str
    is_final_unknown: bool = False  # re-estimated by the sprint's end, and nobody recorded when

    @property
    def is_left_out(self) -> bool:
        """Under plan-cn: added and then removed, in neither (R15)."""
        return self.why_code == "left_out"

    @property
    def is_membership_unknown(self) -> bool:
        return self.bucket is None and self.why_code.startswith("unknown_")

    @property
    def is_initial_unknown(self) -> bool:
        """In the sprint, but nobody recorded at which estimate: not the same as an item without an estimate."""
        return self.bucket is not None and self.initial_points is None and not self.is_unestimated

    @property
    def re_estimated(self) -> float:
        """R12: final minus initial estimate of an item that is in the sprint at its end, missing counted as 0."""
        if self.bucket is None or self.outcome == "removed" or self.is_final_unknown:
            return 0.0
        return (self.final_points or 0.0) - (self.initial_points or 0.0)


@dataclass
class Doubts:
    """What cannot be trusted in one sprint: code -> the keys (or statuses) it concerns."""

    found: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, code: str, subject_id: str, label: str) -> None:
        self.found[code][subject_id] = label


@lru_cache(maxsize=4096)  # most items of a sprint share its start
def iso(at: int) -> str:
    """An instant as the parameters of a sentence have it."""
    return instant(at).isoformat()
