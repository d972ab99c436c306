"""Readers of sprints: boards, ledgers, trends and churn, with the cache of `pages.components.data`."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import pandas as pd

from core.config import load_config
from core.rows import rows_of
from metrics.sprints import sprint_trend
from pages.components import data
from pages.components.data import KEPT, Board, Reach, once_a_run
from reports import figures
from store import frames

EVERY = 100_000  # sprints of a board: all of them


def boards() -> list[Board]:
    """The boards that have sprints, those with the latest sprint first."""
    return list(_boards(load_config().database_url, data.version(), data._reach()))


@lru_cache(maxsize=8)
def _boards(url: str, at_version: int, reach: Reach) -> tuple[Board, ...]:
    found = _sprints(url, at_version, reach)
    latest = found.groupby(["source_id", "board_id"], dropna=False)["started_at"].max().sort_values(ascending=False)
    sources = data.table("sources").set_index("source_id")["name"]
    names = found.drop_duplicates(["source_id", "board_id"]).set_index(["source_id", "board_id"])["board_name"]
    listed = []
    for source_id, board_id in latest.index:
        is_board = isinstance(board_id, str)
        source = str(sources[source_id])
        name = names.get((source_id, board_id)) if is_board else None
        listed.append(
            Board(int(source_id), source, board_id if is_board else None, name if isinstance(name, str) else source)
        )
    return tuple(listed)


@once_a_run
def sprints(board: Board | None = None) -> pd.DataFrame:
    """The sprints in scope, oldest first (store.frames.sprints); of one board where it is given."""
    found = _sprints(load_config().database_url, data.version(), data._reach())
    if board is None:
        return found
    mine = found[found["source_id"] == board.source_id]
    return mine[mine["board_id"].isna()] if board.board_id is None else mine[mine["board_id"] == board.board_id]


@lru_cache(maxsize=KEPT)
def _sprints(url: str, at_version: int, reach: Reach) -> pd.DataFrame:
    with data.store().reading() as session:
        return frames.sprints(session, data._scope(reach))


@once_a_run
def sprint(source_id: int, sprint_id: str, as_of: datetime | None = None) -> figures.SprintFigures:
    """One sprint's figures (reports.figures.SprintFigures), replayed where `as_of` is given."""
    return _sprint(load_config().database_url, data.version(), data._reach(), source_id, sprint_id, as_of)


@lru_cache(maxsize=KEPT)
def _sprint(
    url: str, at_version: int, reach: Reach, source_id: int, sprint_id: str, as_of: datetime | None
) -> figures.SprintFigures:
    with data.store().reading() as session:
        return figures.sprint_figures(session, data._scope(reach), source_id, sprint_id, as_of=as_of)


@once_a_run
def trend(board: Board, last: int = 12) -> pd.DataFrame:
    """The last started sprints of a board, oldest first, a row per sprint and unit (metrics.sprints.sprint_trend)."""
    ids = sprints(board).dropna(subset=["started_at"]).tail(last)["sprint_id"].tolist()
    return _trend(load_config().database_url, data.version(), data._reach(), board.source_id, tuple(ids))


@lru_cache(maxsize=KEPT)
def _trend(url: str, at_version: int, reach: Reach, source_id: int, ids: tuple[str, ...]) -> pd.DataFrame:
    with data.store().reading() as session:
        totals = frames.totals(session, data._scope(reach), source_id=source_id, sprint_ids=ids)
        return sprint_trend(totals, frames.sprints(session, data._scope(reach), source_id=source_id, sprint_ids=ids))


@once_a_run
def closed_sprints(board: Board, unit: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    """Every closed sprint of a board, oldest first, in one unit (points, count): these columns of the trend, what is not
    known as None. A board's whole past is put together once per write, not once per run."""
    return _closed_sprints(load_config().database_url, data.version(), data._reach(), board, unit, columns)


@lru_cache(maxsize=KEPT)
def _closed_sprints(
    url: str, at_version: int, reach: Reach, board: Board, unit: str, columns: tuple[str, ...]
) -> list[dict[str, Any]]:
    told = trend(board, last=EVERY)
    closed = told[(told["unit"] == unit) & (told["state"] == "closed")]
    return [{name: None if row[name] != row[name] else row[name] for name in columns} for row in rows_of(closed)]


@once_a_run
def churn(board: Board, last: int = 12) -> figures.ChurnFigures:
    """The churn of a board's last started sprints (reports.figures.ChurnFigures)."""
    return _churn(load_config().database_url, data.version(), data._reach(), board.source_id, board.board_id, last)


@lru_cache(maxsize=KEPT)
def _churn(
    url: str, at_version: int, reach: Reach, source_id: int, board_id: str | None, last: int
) -> figures.ChurnFigures:
    with data.store().reading() as session:
        return figures.churn_figures(session, data._scope(reach), source_id=source_id, boards=[board_id], last=last)
