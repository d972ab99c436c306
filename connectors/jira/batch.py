"""What a fetch hands over: raw records in batches, each with the cursor that is true once the batch is kept."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from core.i18n import Text

Cursor = dict[str, Any]  # JSON; what a later fetch needs to go on from here


@dataclass(frozen=True, slots=True)
class Raw:
    """One record as the source gave it.

    Args: stream, what kind of record (server, field, status, issue_type, project, board, sprint, issue, sprint_report,
    deleted); external_id, its id there; payload, its JSON as bytes, uncompressed. An issue's payload is
    `{"issue": {...}, "histories": [...]}`: the whole changelog stands beside the issue, whichever way the server gave it.
    """

    stream: str
    external_id: str
    payload: bytes
    value: Any = field(default=None, compare=False, repr=False)  # the payload already read, while it is at hand

    def read(self) -> Any:
        """The payload as JSON values. Raises: orjson.JSONDecodeError."""
        return orjson.loads(self.payload) if self.value is None else self.value


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that could not be read whole, and why; the rest went on."""

    stream: str
    external_id: str
    label: str  # the key or name a person knows it by
    why: Text


@dataclass(frozen=True)
class Batch:
    """Records that are kept together, in one transaction with the cursor.

    Args: stream, what is being read; records; cursor, None where it does not move; done and total, for progress (total
    None where the server does not say); skipped.
    """

    stream: str
    records: list[Raw]
    cursor: Cursor | None = None
    done: int = 0
    total: int | None = None
    skipped: list[Skipped] = field(default_factory=list)
