"""The sprints a backlog's rows speak of: every row may repeat a sprint's facts, none may contradict another."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from connectors.records import BoardRecord, SprintRecord
from connectors.rows import Records
from connectors.sheets.table import Table
from core.i18n import N_, Text

FACTS = ("team", "sprint_goal", "sprint_state", "sprint_start", "sprint_end", "sprint_completed")
ONE_TEAM = N_(
    "Sprint “{sprint}” is {value} in row {row}: give the teams' sprints different names, or a column Sprint ID."
)
ONE_VALUE = N_("Accepted: {value}, as row {row} says of sprint “{sprint}”.")
NO_COMPLETION = N_(
    "Planned ends are only the plan (R1): a column Sprint completed would say when the sprints really ended."
)
ALIKE = N_("It differs from “{other}” only in width, case or blanks; they count as two sprints.")
CLOSED_AT_PLAN = N_("Sprint “{sprint}” is closed, without the time it was: its planned end is used.")


def sprint_names(table: Table) -> tuple[list[str | None], list[str | None]]:
    """The sprint's id and name of every row: the id column, else the name; and the name column."""
    names: list[str | None] = table.column("sprint")
    ids: list[str | None] = table.column("sprint_id")
    return [one or name for one, name in zip(ids, names, strict=True)], names


def read_sprints(
    table: Table, ids: Sequence[str | None], names: Sequence[str | None], at: Sequence[int] | None = None
) -> tuple[Records[SprintRecord], Records[BoardRecord]]:
    """One record per sprint, and one per team that has sprints.

    Args: ids and names, one per data row, or one per sprint where `at` names the row each was first seen in.
    """
    where = list(at) if at is not None else list(range(len(ids)))
    first = {one: row for one, row in reversed(list(zip(ids, where, strict=True))) if one}
    ordered = list(dict.fromkeys(one for one in ids if one))
    _warn_of_twins(table, ordered, first)
    facts: dict[str, dict[str, tuple[Any, int]]] = {name: {} for name in FACTS}
    called = _agreed(table, "sprint", ids, names, where)
    if at is None:
        facts = {name: _agreed(table, name, ids, table.column(name), where) for name in FACTS if table.has(name)}
    sprints: Records[SprintRecord] = Records(known=_known(table))
    boards: Records[BoardRecord] = Records()
    seen_boards: set[str] = set()
    for one in ordered:
        given = {name: found[one][0] if one in found else None for name, found in facts.items()}
        _refuse_backwards(table, one, facts)
        start, end, completed = given.get("sprint_start"), given.get("sprint_end"), given.get("sprint_completed")
        if given.get("sprint_state") == "closed" and completed is None and end is not None:
            row = facts["sprint_state"][one][1]
            table.report(
                row, "sprint_state", "closed", Text(CLOSED_AT_PLAN, sprint=one), "warning", "sprint_closed_at_plan"
            )
            completed = end
        team = given.get("team")
        if team and team not in seen_boards:
            seen_boards.add(team)
            boards.add({"external_id": team, "name": team, "project_key": None}, table.rows[first[one]] + 1)
        record: SprintRecord = {
            "external_id": one,
            "board_id": team,
            "name": called[one][0] if one in called else one,
            "goal": given.get("sprint_goal"),
            "state": given.get("sprint_state") or _state(start, completed),
            "started_at": start,
            "planned_end_at": end,
            "completed_at": completed,
        }
        sprints.add(record, table.rows[first[one]] + 1)
    if table.has("sprint_end") and not table.has("sprint_completed") and not table.has("sprint_state") and ordered:
        table.report_column("sprint_end", "", Text(NO_COMPLETION), "sprint_without_completion")
    return sprints, boards


def _warn_of_twins(table: Table, ordered: Sequence[str], first: Mapping[str, int]) -> None:
    """Warn where two sprints are called the same to a reader's eye (第１２迭代 and 第12迭代): one of them is a slip."""
    seen: dict[str, str] = {}
    for one in ordered:
        other = seen.setdefault("".join(unicodedata.normalize("NFKC", one).casefold().split()), one)
        if other != one:
            name = "sprint_id" if table.has("sprint_id") else "sprint"
            table.report(first[one], name, one, Text(ALIKE, other=other), "warning", "sprint_alike")


def _state(start: datetime | None, completed: datetime | None) -> Literal["future", "active", "closed"]:
    """Without a stated state its dates say; whether a start lies ahead is for the ledger, which knows its instant (R1)."""
    if completed is not None:
        return "closed"
    return "active" if start is not None else "future"


def _known(table: Table) -> frozenset[str]:
    of = {"team": "board_id", "sprint_goal": "goal", "sprint_start": "started_at", "sprint_end": "planned_end_at"}
    known = {column for field, column in of.items() if table.has(field)} | {"external_id", "name"}
    if table.has("sprint_completed") or table.has("sprint_state"):
        known |= {"completed_at", "state"}
    return frozenset(known)


def _agreed(
    table: Table, name: str, ids: Sequence[str | None], values: Sequence[Any], where: Sequence[int]
) -> dict[str, tuple[Any, int]]:
    """Sprint -> (value, row) of the first row that gives one; every other value is reported at its cell."""
    agreed: dict[str, tuple[Any, int]] = {}
    for one, value, row in zip(ids, values, where, strict=True):
        if one is None or value is None:
            continue
        first = agreed.setdefault(one, (value, row))
        if first[0] != value:
            message = ONE_TEAM if name == "team" else ONE_VALUE
            said = table.wall(first[0]) if isinstance(first[0], datetime) else first[0]
            accepted = Text(message, value=said, row=table.rows[first[1]] + 1, sprint=one)
            table.report(row, name, value, accepted, code="sprint_conflict")
    return agreed


def _refuse_backwards(table: Table, one: str, facts: dict[str, dict[str, tuple[Any, int]]]) -> None:
    start = facts.get("sprint_start", {}).get(one)
    for name in ("sprint_end", "sprint_completed"):
        end = facts.get(name, {}).get(one)
        if start and end and end[0] < start[0]:
            accepted = Text("Accepted: a time not before the sprint's start, {at}.", at=table.wall(start[0]))
            table.report(end[1], name, end[0], accepted)
