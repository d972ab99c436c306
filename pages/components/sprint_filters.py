"""Team, sprint and day chosen above the sprint pages; kept in the address, and from page to page."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from core.reader import Reader
from core.rows import rows_of
from pages.components import data, filters
from pages.components.data import Board

T = TypeVar("T")


def team_code(board: Board) -> str:
    """A team as the address names it."""
    return f"{board.source_id}.{board.board_id or ''}"


def link(page: str, reader: Reader, **params: str) -> str:
    """The address of a page with its choices; the language goes along."""
    return f"{page}?{urlencode({**params, 'lang': reader.lang})}"


def choose_team(reader: Reader, boards: Sequence[Board]) -> Board:
    """The team whose figures are shown; the one with the latest sprint at first."""
    first = _holder(boards)
    chosen = remembered("team", list(boards), team_code, first, label=reader.t("Team"), say=lambda board: board.name)
    return chosen or boards[0]


def _holder(boards: Sequence[Board]) -> Board | None:
    """The team whose sprint the address names without naming the team: else another sprint would stand under that link."""
    sprint, held = st.query_params.get("sprint"), st.session_state.get("kept.team")
    if not sprint or st.query_params.get("team"):
        return None
    holders = [board for board in boards if sprint in set(data.sprints(board)["sprint_id"])]
    if holders and held not in [team_code(board) for board in holders]:
        st.session_state.pop("kept.team", None)
    return holders[0] if holders else None


def choose_sprint(reader: Reader, board: Board) -> dict[str, Any]:
    """The sprint that is shown: at first the one whose demo is next or was last. Returns: its row of data.sprints."""
    listed = rows_of(data.sprints(board))
    rows = {str(row["sprint_id"]): {str(name): value for name, value in row.items()} for row in listed}
    ids = list(reversed(rows))
    chosen = remembered(
        "sprint", ids, str, due_sprint(rows), label=reader.t("Sprint"), say=lambda one: _named(rows[one], reader),
        width=320,
    )  # fmt: skip
    return rows[chosen or ids[0]]


def choose_day(reader: Reader, sprint: dict[str, Any]) -> date | None:
    """The day whose end the figures are replayed for; None: as they stand."""
    days = _days(reader, sprint)
    if not days:
        return None
    return remembered(
        "at", [None, *days], lambda day: day.isoformat() if day else "", None, label=reader.t("As of"),
        say=lambda day: _as_of_words(reader, sprint, day), key=f"demo.at.{sprint['source_id']}.{sprint['sprint_id']}",
    )  # fmt: skip


def end_of(day: date, reader: Reader, at: datetime) -> datetime:
    """The last instant of a day in the project's zone. Args: at, any instant, for the zone."""
    return datetime.combine(day, time.max, reader.local(at).tzinfo)


def due_sprint(rows: dict[str, dict[str, Any]]) -> str | None:
    """The running sprint from the day before its planned end on, else the last closed one, else the running one."""
    soon = data.as_of_now() + timedelta(days=1)
    running = [one for one, row in rows.items() if row["state"] == "active"]
    closed = [one for one, row in rows.items() if row["state"] == "closed"]
    due = [one for one in running if not pd.isna(rows[one]["planned_end_at"]) and rows[one]["planned_end_at"] <= soon]
    for found in (due, closed, running):
        if found:
            return found[-1]
    return None


def remembered(
    name: str,
    options: list[T],
    code: Callable[[T], str],
    first: T | None,
    *,
    label: str,
    say: Callable[[T], str],
    key: str | None = None,
    width: int = 260,
) -> T | None:
    """A choice that the address keeps under `name`, and the session from page to page.

    Args: code, an option as the address names it; first, what is chosen where nothing is remembered.
    """
    key, held = key or f"sprints.{name}", f"kept.{name}"
    asked = st.query_params.get(name) or st.session_state.get(held)
    found = [option for option in options if code(option) == asked]
    default = None if key in st.session_state else (found[0] if found else first)
    chosen = filters.choose(label, options, key=key, say=say, default=default, width=width)
    said = "" if chosen is None else code(chosen)
    if said:
        st.session_state[held] = st.query_params[name] = said
    else:
        st.session_state.pop(held, None)
        st.query_params.pop(name, None)
    return chosen


def _named(row: dict[str, Any], reader: Reader) -> str:
    ends = row["planned_end_at"] if pd.isna(row["completed_at"]) else row["completed_at"]
    if pd.isna(row["started_at"]):
        return f"{row['name']} · {reader.t('not started')}"
    days = reader.day(row["started_at"]) + ("" if pd.isna(ends) else f" – {reader.day(ends)}")
    return f"{row['name']} · {days}"


def _days(reader: Reader, sprint: dict[str, Any]) -> list[date]:
    """The days of a sprint that are over, the last first; the day of its close is the close itself."""
    if pd.isna(sprint["started_at"]) or sprint["state"] == "future":
        return []
    first = reader.local(sprint["started_at"]).date()
    ended = data.as_of_now() if pd.isna(sprint["completed_at"]) else sprint["completed_at"]
    count = (reader.local(ended).date() - first).days
    return [first + timedelta(days=n) for n in reversed(range(min(count, 120)))]


def _as_of_words(reader: Reader, sprint: dict[str, Any], day: date | None) -> str:
    if day is not None:
        return reader.t("as of the end of {day}", day=reader.day(day))
    if sprint["state"] == "closed" and not pd.isna(sprint["completed_at"]):
        return reader.t("as of its close, {at}", at=reader.instant(sprint["completed_at"]))
    return reader.t("as it stands now")
