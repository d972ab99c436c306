"""Readers of flow, forecast, burn-up, histories and boards without sprints, with the cache of `pages.components.data`."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import pandas as pd

from core.config import load_config
from pages.components import data
from pages.components.data import KEPT, Board, Reach, once_a_run
from reports.figures.burnup import sprint_burnup
from reports.figures.flow import FlowFigures, ForecastFigures, flow_figures, forecast_figures
from reports.figures.frozen import Reconciled, item_histories, reconciled
from reports.figures.periods import PeriodFigures, every_period, period_figures
from store import flow as flow_store
from store import frames


def this_hour() -> datetime:
    """The end of the present hour: what flows is told by the hour, so that its figures are not made anew each minute."""
    return data.as_of_now().replace(minute=0) + timedelta(hours=1)


@once_a_run
def kanban_boards() -> list[Board]:
    """The boards without any sprint, by name."""
    return list(_kanban_boards(load_config().database_url, data.version(), data._reach()))


@lru_cache(maxsize=8)
def _kanban_boards(url: str, at_version: int, reach: Reach) -> tuple[Board, ...]:
    with data.store().reading() as session:
        every = frames.boards(session, data._scope(reach))
        sources = frames.sources(session).set_index("source_id")["name"]
        held = frames.sprints(session, data._scope(reach))
        with_sprints = set(zip(held["source_id"], held["board_id"], strict=True))
        rows = zip(every["source_id"], every["board_id"], every["name"], strict=True)
        return tuple(
            Board(int(source_id), str(sources[source_id]), board_id, name)
            for source_id, board_id, name in rows
            if (source_id, board_id) not in with_sprints and flow_store.has_items(session, int(source_id), board_id)
        )


@once_a_run
def flow(board: Board, as_of: datetime | None = None) -> FlowFigures:
    """How a board's work flows (reports.figures.flow.FlowFigures), by default up to this hour."""
    return _flow(
        load_config().database_url, data.version(), data._reach(), board.source_id, board.board_id, as_of or this_hour()
    )


@lru_cache(maxsize=16)
def _flow(
    url: str, at_version: int, reach: Reach, source_id: int, board_id: str | None, as_of: datetime
) -> FlowFigures:
    with data.store().reading() as session:
        return flow_figures(session, data._scope(reach), source_id, board_id, as_of=as_of)


@once_a_run
def forecast(board: Board, as_of: datetime | None, target: str | None, until: date | None) -> ForecastFigures:
    """When a target of a board will be done (reports.figures.flow.ForecastFigures). Raises: NotFound, Invalid."""
    given = (board.source_id, board.board_id, as_of or this_hour(), target, until)
    return _forecast(load_config().database_url, data.version(), data._reach(), *given)


@lru_cache(maxsize=KEPT)
def _forecast(
    url: str, at_version: int, reach: Reach, source_id: int, board_id: str | None, as_of: datetime, target: str | None,
    until: date | None,
) -> ForecastFigures:  # fmt: skip
    figures = _flow(url, at_version, reach, source_id, board_id, as_of)
    with data.store().reading() as session:
        return forecast_figures(session, data._scope(reach), figures, target=target, until=until)


@once_a_run
def burnup(source_id: int, sprint_id: str, as_of: datetime | None = None) -> pd.DataFrame:
    """A sprint day by day (metrics.burnup.BURNUP_COLUMNS), up to an instant."""
    return _burnup(load_config().database_url, data.version(), data._reach(), source_id, sprint_id, as_of)


@lru_cache(maxsize=KEPT)
def _burnup(
    url: str, at_version: int, reach: Reach, source_id: int, sprint_id: str, as_of: datetime | None
) -> pd.DataFrame:
    figures = data.sprint(source_id, sprint_id, as_of)
    with data.store().reading() as session:
        return sprint_burnup(session, figures)


@once_a_run
def reconciliation(source_id: int, sprint_id: str) -> Reconciled | None:
    """A sprint against the server's own report; None where there is none."""
    return _reconciliation(load_config().database_url, data.version(), data._reach(), source_id, sprint_id)


@lru_cache(maxsize=KEPT)
def _reconciliation(url: str, at_version: int, reach: Reach, source_id: int, sprint_id: str) -> Reconciled | None:
    figures = data.sprint(source_id, sprint_id)
    with data.store().reading() as session:
        return reconciled(session, data._scope(reach), source_id, figures.sprint, figures.items, figures.policy)


@once_a_run
def histories(source_id: int, sprint_id: str, as_of: datetime | None = None) -> dict[str, list[dict[str, Any]]]:
    """Item id -> what happened to it in a sprint (metrics.timeline.events_of), up to an instant."""
    return _histories(load_config().database_url, data.version(), data._reach(), source_id, sprint_id, as_of)


@lru_cache(maxsize=16)
def _histories(
    url: str, at_version: int, reach: Reach, source_id: int, sprint_id: str, as_of: datetime | None
) -> dict[str, list[dict[str, Any]]]:
    figures = data.sprint(source_id, sprint_id, as_of)
    with data.store().reading() as session:
        return item_histories(session, data._scope(reach), source_id, figures.sprint, figures.items, figures.as_of)


@once_a_run
def periods(board: Board, as_of: datetime | None = None) -> pd.DataFrame:
    """The last twelve periods of a team without sprints (metrics.periods.PERIOD_COLUMNS)."""
    return _periods(load_config().database_url, data.version(), data._reach(), board, as_of or this_hour())


@lru_cache(maxsize=16)
def _periods(url: str, at_version: int, reach: Reach, board: Board, as_of: datetime) -> pd.DataFrame:
    return every_period(_flow(url, at_version, reach, board.source_id, board.board_id, as_of))


@once_a_run
def period(board: Board, period_id: str | None, as_of: datetime | None = None) -> PeriodFigures:
    """One period of a team without sprints."""
    given = (board, period_id, as_of or this_hour())
    return _period(load_config().database_url, data.version(), data._reach(), *given)


@lru_cache(maxsize=KEPT)
def _period(
    url: str, at_version: int, reach: Reach, board: Board, period_id: str | None, as_of: datetime
) -> PeriodFigures:
    return period_figures(_flow(url, at_version, reach, board.source_id, board.board_id, as_of), period_id)
