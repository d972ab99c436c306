"""Readers of demos on stage. What phones give is read anew each time: it is small, and must be seen within two seconds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from access.guest_links import guest_token
from access.permissions import is_masked, scope_of
from core.actor import Scope
from core.config import load_config
from core.rows import rows_of
from pages.components import data
from store import demos as read
from store import frames
from store.tables import Demo


@dataclass(frozen=True)
class Stage:
    """A demo as it stands: where it is, in which order, and the token of its audience's link (None: it has ended)."""

    demo_id: int
    source_id: int
    sprint_id: str
    started_at: datetime
    ended_at: datetime | None
    presenter: str
    order: tuple[str, ...]
    current: str
    token: str | None


def stage(demo_id: int) -> Stage | None:
    """One demo; None where there is none."""
    with data.store().reading() as session:
        demo = session.get(Demo, demo_id)
        if demo is None or demo.started_at is None:
            return None
        if frames.sprints(session, _scope(), source_id=demo.source_id, sprint_ids=[demo.sprint_id]).empty:
            return None  # what one may not see is not there
        return Stage(
            demo.id or 0, demo.source_id, demo.sprint_id, demo.started_at, demo.ended_at, demo.presenter or "",
            tuple(demo.order), demo.current_item_id or (demo.order or [""])[0], guest_token(demo),
        )  # fmt: skip


def _scope() -> Scope:
    return scope_of(data.actor())


def demos_of(source_id: int, sprint_id: str) -> list[dict[str, Any]]:
    """The demos of a sprint, the latest first (store.demos.demos)."""
    with data.store().reading() as session:
        found = rows_of(read.demos(session, source_id, sprint_id))
    return [{str(name): value for name, value in row.items()} for row in reversed(found)]


def reactions(demo_id: int) -> pd.DataFrame:
    """What the audience gave (store.demos.reactions)."""
    with data.store().reading() as session:
        return read.reactions(session, demo_id)


def notes(demo_id: int) -> pd.DataFrame:
    """The decisions and action items of a demo (store.demos.standing_notes)."""
    with data.store().reading() as session:
        return read.standing_notes(session, [demo_id])


@data.once_a_run
def media(source_id: int, sprint_id: str) -> dict[str, dict[str, Any]]:
    """The pictures and videos shown with a sprint's items, by item (store.demos.standing_media); none for who reads
    masked, since a picture shows names as they are."""
    if is_masked(data.actor()):
        return {}
    with data.store().reading() as session:
        rows = rows_of(read.standing_media(session, source_id, sprint_id))
    return {str(row["work_item_id"]): {str(name): value for name, value in row.items()} for row in rows}


def open_actions(board: data.Board, but: int | None = None) -> pd.DataFrame:
    """Action items of a board's demos that are still open, to be followed up at the next one; those of demo `but` left out."""
    ids = set(data.sprints(board)["sprint_id"].tolist())
    with data.store().reading() as session:
        held = read.demos(session, board.source_id)
        demo_ids = [
            one for one, sprint in zip(held["demo_id"].tolist(), held["sprint_id"].tolist(), strict=True)
            if sprint in ids and one != but
        ]  # fmt: skip
        found = read.standing_notes(session, demo_ids)
    return found[(found["kind"] == "action") & (found["state"] == "open")]


def public_url() -> str | None:
    """The address under which phones reach the house (FORTNIGHT_PUBLIC_URL); None where it was not said."""
    return load_config().public_url
