"""What a sheet's own cells cannot tell: keys that several sources have, items in no sprint, two sheets of a file that contradict."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from connectors.records import StatedRecord
from connectors.rows import Records
from connectors.sheets.cells import text_of
from connectors.sheets.problem import Problem
from connectors.sheets.source import Preview
from core.cell_names import cell_name
from core.i18n import N_, Text
from store import lookup
from store.db import Session

AMBIGUOUS = N_("Several sources have this key; name the one that is meant with --source.")
IN_NO_SPRINT = N_("This item is in no sprint: name the sprint whose demo it was, in a column Sprint.")
TWO_SHEETS = N_(
    "Row {row} of sheet “{sheet}” says otherwise of this item in this sprint; accepted is one row per item and sprint."
)
# What two rows may say of one item in one sprint -> the field it stands in.
SAID = {
    "final_points": "estimate",
    "status_id": "status",
    "initial_points": "initial_estimate",
    "added_at": "added_at",
    "removed_at": "removed_at",
    "done_at": "done_at",
}


def more_problems(session: Session, source_id: int, found: Preview, earlier: Sequence[Preview]) -> list[Problem]:
    """The problems that only the store and the earlier sheets of the file show.

    Args: earlier, what was read before of the same file.
    """
    return [
        *_ambiguous_keys(session, source_id, found, earlier),
        *_without_sprint(session, source_id, found, earlier),
        *_contradictions(found, earlier),
    ]


def _ambiguous_keys(session: Session, source_id: int, found: Preview, earlier: Sequence[Preview]) -> Iterator[Problem]:
    """One problem for each row that names a key which several sources have, and no earlier sheet of the file brings."""
    field = "work_item" if found.kind == "feedback" else "key"
    referring = (found.parsed.changes, found.parsed.verdicts, found.parsed.feedback_events)
    named = [
        (row["work_item_key"], at)
        for records in referring
        for row, at in zip(records.rows, records.at, strict=True)
        if row["work_item_key"]
    ]
    if not named:
        return
    own = {key for one in earlier for key in one.parsed.items.column("key")}
    places = lookup.items_by_key(session, {key for key, _ in named}, source_id)
    for key, at in named:
        if len(places.get(key, [])) > 1 and key not in own:
            yield _problem(found, at, field, key, Text(AMBIGUOUS), "ambiguous_key")


def _without_sprint(session: Session, source_id: int, found: Preview, earlier: Sequence[Preview]) -> Iterator[Problem]:
    """One problem for each verdict that names no sprint, on an item that is in none."""
    verdicts = found.parsed.verdicts
    silent = [
        (row["work_item_key"], at) for row, at in zip(verdicts.rows, verdicts.at, strict=True) if not row["sprint_id"]
    ]
    if not silent:
        return
    inside = {
        key
        for one in earlier
        for key, held in zip(one.parsed.items.column("key"), one.parsed.items.column("sprint_ids"), strict=True)
        if held
    }
    places = lookup.items_by_key(session, {key for key, _ in silent} - inside, source_id)
    for source in {place[0] for found_places in places.values() for place in found_places}:
        of = {place[1]: key for key, all_ in places.items() for place in all_ if place[0] == source}
        inside |= {of[one] for one, held in lookup.sprint_ids_of(session, source, of).items() if held}
    wrong = {one.row for one in found.problems if one.severity == "error"}
    for key, at in silent:
        if key not in inside and at not in wrong:
            yield _problem(found, at, "key", key, Text(IN_NO_SPRINT), "in_no_sprint")


def _contradictions(found: Preview, earlier: Sequence[Preview]) -> Iterator[Problem]:
    """One problem for each row of an item in a sprint of which an earlier sheet of the file says something else."""
    mine = found.parsed.stated
    for other in earlier:
        theirs = other.parsed.stated
        if not len(mine) or not len(theirs):
            continue
        names = [name for name in SAID if name in mine.known and name in theirs.known]
        said = {pair: (values, at) for pair, values, at in _said(theirs, names)}
        for pair, values, at in _said(mine, names):
            if pair in said and said[pair][0] != values:
                three = zip(names, values, said[pair][0], strict=True)
                field, value = next((SAID[name], one) for name, one, two in three if one != two)
                shown = "" if isinstance(value, datetime) else text_of(value)
                accepted = Text(TWO_SHEETS, row=said[pair][1], sheet=other.parsed.sheet)
                yield _problem(found, at, field, shown, accepted, "duplicate")


def _said(
    stated: Records[StatedRecord], names: Sequence[str]
) -> Iterator[tuple[tuple[str, str], tuple[Any, ...], int]]:
    """(sprint, item), what is said of it in these columns, and in which row."""
    pairs = zip(stated.column("sprint_id"), stated.column("work_item_id"), strict=True)
    values = zip(*[stated.column(name) for name in names], strict=True) if names else iter([()] * len(stated))
    yield from zip(pairs, values, stated.at, strict=True)


def _problem(found: Preview, at: int, field: str, shown: str, accepted: Text, code: str) -> Problem:
    place = cell_name(at - 1, found.mapping[field][0])
    return Problem(found.parsed.sheet, place, at, shown, accepted, code=code, field=field)
