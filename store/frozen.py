"""Frames in which frozen sprints read as they were frozen: what pages, trends and `show` count with."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlmodel import Session

from core.actor import Scope
from store import tables as t
from store.snapshots import of_this_end
from store.write import Row, table_of

CHUNK = 500
TOTAL_KEY = ("source_id", "sprint_id", "unit")


def with_frozen_totals(session: Session, derived: pd.DataFrame) -> pd.DataFrame:
    """Totals of sprints (SprintTotal's columns) with those of frozen sprints as they were frozen."""
    if derived.empty:
        return derived
    after = {tuple(row[:3]): row[3] for row in zip(*(derived[name] for name in (*TOTAL_KEY, "spillover")), strict=True)}
    rows = [
        {
            "source_id": source_id, "sprint_id": sprint_id, **total,
            "spillover": after.get((source_id, sprint_id, total["unit"])),  # what came after the end is not frozen
        }
        for source_id, sprint_id, totals in _newest(session, derived, "totals")
        for total in totals
    ]  # fmt: skip
    return _replaced(derived, rows, TOTAL_KEY)


def with_frozen_entries(
    session: Session, derived: pd.DataFrame, source_id: int, sprint_ids: Iterable[str], scope: Scope
) -> pd.DataFrame:
    """Entries of sprints (SprintEntry's columns and those of their items) with those of frozen sprints as frozen.

    What an item is called and where it stands now comes from today's record; an item that is gone keeps its frozen key
    and title.
    """
    asked = pd.DataFrame({"sprint_id": sorted(set(sprint_ids))}, dtype="str").assign(source_id=source_id)
    frozen = {sprint_id: rows for _, sprint_id, rows in _newest(session, asked, "entries")}
    if not frozen:
        return derived
    known = derived.drop_duplicates("work_item_id").set_index("work_item_id")
    held = set(zip(derived["sprint_id"], derived["work_item_id"], derived["is_spillover"], strict=True))
    own = [column.name for column in table_of(t.SprintEntry).columns]
    rows = [
        {
            "source_id": source_id, "sprint_id": sprint_id, **entry,
            "is_spillover": (sprint_id, entry["work_item_id"], True) in held,  # what came after the end is not frozen
        }
        for sprint_id, entries in frozen.items()
        for entry in entries
    ]  # fmt: skip
    fresh = _typed_like(derived, rows)
    masking = session.info.get("masking")
    if masking:
        fresh = masking.masked(session, fresh)
    if scope.projects is not None:  # an item that is gone has no project by which it could be shown to some alone
        fresh = fresh[fresh["work_item_id"].isin(known.index)].reset_index(drop=True)
    is_known = fresh["work_item_id"].isin(known.index).to_numpy()
    for name in [name for name in derived.columns if name not in own]:
        today = known[name].reindex(fresh["work_item_id"]).set_axis(fresh.index)
        fresh[name] = today.where(is_known, fresh[name]).astype(derived[name].dtype)
    kept = derived[~derived["sprint_id"].isin(list(frozen))]
    together = pd.concat([kept, fresh], ignore_index=True) if len(kept) else fresh
    return together.sort_values(["sprint_id", "key"], ignore_index=True)


def _newest(session: Session, of: pd.DataFrame, part: str) -> list[tuple[int, str, Any]]:
    """(source, sprint, that part of its payload) of the newest snapshot of each of these sprints."""
    snapshot, sprint = table_of(t.SprintSnapshot), table_of(t.Sprint)
    found: list[tuple[int, str, Any]] = []
    for source_id, rows in of.groupby("source_id"):
        wanted = sorted(set(rows["sprint_id"]))
        for start in range(0, len(wanted), CHUNK):
            newest = (
                select(func.max(snapshot.c.id))
                .join(sprint, of_this_end(snapshot, sprint))
                .where(
                    snapshot.c.source_id == int(str(source_id)), snapshot.c.sprint_id.in_(wanted[start : start + CHUNK])
                )
                .group_by(snapshot.c.sprint_id)
            )
            statement = select(snapshot.c.source_id, snapshot.c.sprint_id, snapshot.c.payload[part]).where(
                snapshot.c.id.in_(newest)
            )
            found += [(row[0], row[1], row[2]) for row in session.execute(statement)]
    return found


def _replaced(derived: pd.DataFrame, rows: list[Row], key: tuple[str, ...]) -> pd.DataFrame:
    """The frame with the rows of these keys replaced, in its own order."""
    if not rows:
        return derived
    fresh = _typed_like(derived, rows)
    places = pd.MultiIndex.from_frame(derived[list(key)])
    at = places.get_indexer(pd.MultiIndex.from_frame(fresh[list(key)]))
    replaced = derived.copy()
    for name in derived.columns:
        column = replaced[name].copy()
        column.iloc[at[at >= 0]] = fresh[name].to_numpy()[at >= 0] if column.dtype == object else fresh[name][at >= 0]
        replaced[name] = column
    return replaced


def _typed_like(model: pd.DataFrame, rows: list[Row]) -> pd.DataFrame:
    """Rows as a frame with the columns and dtypes of another; a column that a row does not name is null."""
    series = {}
    for name, dtype in model.dtypes.items():
        values = [row.get(str(name)) for row in rows]
        if isinstance(dtype, pd.DatetimeTZDtype):
            series[name] = pd.Series(
                pd.to_datetime(pd.Series(values, dtype="object"), utc=True, format="ISO8601")
            ).astype(dtype)
        elif str(dtype) == "bool" and None in values:
            series[name] = pd.Series([bool(value) for value in values], dtype="bool")
        else:
            series[name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(series)
