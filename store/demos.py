"""Frames of demos on stage: the demos of sprints, what the audience gave, what was decided and promised."""

from collections.abc import Sequence

import pandas as pd
from sqlmodel import Session

from store import tables as t
from store.frames import frame
from store.write import table_of


def demos(session: Session, source_id: int | None = None, sprint_id: str | None = None) -> pd.DataFrame:
    """Demos, oldest first: every column of Demo but the audience's key, `demo_id` for id."""
    table = table_of(t.Demo)
    where = [] if source_id is None else [table.c.source_id == source_id]
    if sprint_id is not None:
        where.append(table.c.sprint_id == sprint_id)
    found = frame(session, t.Demo, *where, id="demo_id").drop(columns="guest_key")
    return found.sort_values("demo_id", ignore_index=True)


def reactions(session: Session, demo_id: int) -> pd.DataFrame:
    """What the audience of a demo gave, in order: work_item_id, guest, guest_name, reaction, remark, given_at."""
    found = frame(session, t.Reaction, table_of(t.Reaction).c.demo_id == demo_id, id="reaction_id")
    return found.sort_values("reaction_id", ignore_index=True)


def standing_media(session: Session, source_id: int, sprint_id: str) -> pd.DataFrame:
    """The pictures and videos that are shown with a sprint's items now, a row an item: every column of ItemMedia,
    `media_id` for id."""
    table = table_of(t.ItemMedia)
    where = (table.c.source_id == source_id, table.c.sprint_id == sprint_id)
    found = frame(session, t.ItemMedia, *where, id="media_id")
    latest = found.sort_values("media_id").drop_duplicates("work_item_id", keep="last")
    return latest[latest["sha256"].notna()].reset_index(drop=True)


def standing_notes(session: Session, demo_ids: Sequence[int]) -> pd.DataFrame:
    """The decisions and action items of demos as they stand now (superseded rows left out), in the order they were first
    written: every column of DemoNote, `note_id` for id, `first_at` when it was first written."""
    found = frame(session, t.DemoNote, table_of(t.DemoNote).c.demo_id.in_(list(demo_ids)), id="note_id")
    found["supersedes_id"] = found["supersedes_id"].astype("Int64")
    first: dict[int, tuple[pd.Timestamp, int]] = {}
    names = ("note_id", "supersedes_id", "recorded_at")
    for note_id, before, at in zip(*(found[name].tolist() for name in names), strict=True):
        first[note_id] = (at, note_id) if before is pd.NA else first[before]
    begun = [first[one] for one in found["note_id"].tolist()]
    found["first_at"] = pd.Series([at for at, _ in begun], dtype=found["recorded_at"].dtype)
    found = found.assign(_first=[number for _, number in begun])
    standing = found[~found["note_id"].isin(found["supersedes_id"].dropna())]
    return standing.sort_values("_first", ignore_index=True).drop(columns="_first")
