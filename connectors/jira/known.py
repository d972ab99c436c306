"""What the lists of boards and sprints held when they were last read whole, so that most of them need not be read again.

A server gives fifty sprints at once and lists the closed ones first: a source of some years has hundreds of them on each
board. The end of the list is read every time, and taken only if it proves that nothing else has moved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.jira.batch import Raw

SPRINT_PAGE = 50  # sprints that servers give at once
_ROOM = 10  # places of a page left for new sprints
_LISTED_ON = ("listedOnBoardId", "alsoOnBoardIds")
_OF_BOARD = ("configuration", "projects")


@dataclass(frozen=True)
class Known:
    """Stored raw records by (stream, id); none of them where the lists are to be read whole."""

    records: Mapping[tuple[str, str], Raw] = field(default_factory=dict)

    def board(self, listed: Mapping[str, Any]) -> dict[str, Any] | None:
        """A board with its configuration as it was last read; None where that is not known, or the board has changed."""
        record = self.records.get(("board", str(listed["id"])))
        if record is None:
            return None
        value: dict[str, Any] = record.read()
        is_same = {name: one for name, one in value.items() if name not in _OF_BOARD} == listed
        return value if is_same and value.get("configuration") else None

    def sprints_on(self, board_id: str) -> dict[str, dict[str, Any]]:
        """The sprints that a board's list held: id -> the sprint as the server gave it."""
        found = {}
        for (stream, external_id), record in self.records.items():
            if stream == "sprint":
                value = dict(record.read())
                first, more = (value.pop(name, None) for name in _LISTED_ON)
                if board_id == first or board_id in (more or ()):
                    found[external_id] = value
        return found


def begin_of(known: Mapping[str, Mapping[str, Any]]) -> int:
    """From which place on a board's list is read: the beginning, unless one page from there on holds all that is open."""
    closed = sum(_is_closed(one) for one in known.values())
    return max(0, min(closed - _ROOM, len(known) - SPRINT_PAGE + _ROOM))


def left_out(
    known: Mapping[str, dict[str, Any]], rows: Sequence[Mapping[str, Any]], begin: int
) -> dict[str, dict[str, Any]] | None:
    """The known sprints before the place from which `rows` were read; None where these may not be the ones there.

    As many places were left out as known sprints are missing from the rows, and all of these were closed: then no sprint
    was opened, closed, made or deleted unseen. A closed one may have been renamed; the next whole reading tells.
    """
    seen = {str(row["id"]) for row in rows}
    missing = {key: one for key, one in known.items() if key not in seen}
    return missing if len(missing) == begin and all(map(_is_closed, missing.values())) else None


def listed_on(row: Mapping[str, Any], board_ids: Sequence[str]) -> dict[str, Any]:
    """A sprint with the boards on whose lists it stands."""
    first, *more = board_ids
    named = dict(zip(_LISTED_ON, (first, more), strict=True))
    return {**row, **{name: one for name, one in named.items() if one}}


def _is_closed(sprint: Mapping[str, Any]) -> bool:
    return str(sprint.get("state")).lower() == "closed"
