"""The parts of the overview: what waits for a decision, each team's latest sprints, feedback in a line."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st
from markupsafe import Markup

from charts.figure import known
from core.reader import Reader
from core.rows import rows_of
from core.wording_kpi import ASSURANCE
from pages.components import cards, data, feedback_words, kpi_words, sprint_filters, sprint_words
from pages.components.data import Board
from pages.components.markup import Figure, emphasis, join, safe
from pages.components.request_view import Request
from pages.components.sprint_strips import past, strips
from reports.figures import FeedbackFigures, KpiFigures, SprintFigures

TILES = 3  # change requests named beneath the tiles; all stand on the churn page


@dataclass(frozen=True, eq=False)
class Team:
    """A board with its latest closed and its running sprint; None where there is none."""

    board: Board
    closed: SprintFigures | None
    running: SprintFigures | None

    @property
    def shown(self) -> tuple[SprintFigures, ...]:
        """The sprints that are there, the closed one first."""
        return tuple(one for one in (self.closed, self.running) if one is not None)

    @property
    def unapproved(self) -> int:
        """Changes in these sprints that nobody approved."""
        return len(self.open_changes)

    @property
    def open_changes(self) -> list[list[str]]:
        """For each of them the change requests that cover it."""
        return [numbers for one in self.shown for numbers in _open_numbers(one)]


def team(board: Board) -> Team:
    """The latest closed sprint of a board, and the latest running one."""
    rows = data.sprints(board)

    def latest(state: str) -> SprintFigures | None:
        ids = rows.loc[(rows["state"] == state) & rows["started_at"].notna(), "sprint_id"]
        return data.sprint(board.source_id, ids.iloc[-1]) if len(ids) else None

    return Team(board, latest("closed"), latest("active"))


def answer(reader: Reader, teams: list[Team], kpis: KpiFigures | None, waiting: int) -> list[str | Markup]:
    """What the latest sprints delivered, how the KPIs stand, how much waits for a decision: three short sentences."""
    said: list[str | Markup] = []
    closed = [one.closed for one in teams if one.closed is not None]
    if len(closed) == 1:
        said.append(sprint_words.delivered(reader, closed[0], sprint_words.default_unit(closed[0])))
    elif closed:
        said.append(_together(reader, closed))
    elif teams:
        said.append(reader.t("No sprint has been closed yet."))
    if kpis is not None and len(kpis.status):
        met = int((kpis.status["assurance"] == "consistently_met").sum())
        said.append(reader.t("Of {n} KPIs, {met} consistently met the target.", met=met, n=len(kpis.status)))
    if waiting:
        said.append(emphasis(reader.tn("{n} thing waits for a decision.", "{n} things wait for a decision.", waiting)))
    elif said and any(not is_recorded(figures) for one in teams for figures in one.shown):
        said.append(reader.t("No decision is known to wait; changes are not on record everywhere."))
    elif said:
        said.append(reader.t("Nothing waits for a decision."))
    return said


def decisions(reader: Reader, teams: list[Team], waiting: list[Request] | None, kpis: KpiFigures | None) -> None:
    """What needs a decision, each tile leading to its evidence; a nought is a measured nought."""
    figures = []
    if teams:
        busiest = max(teams, key=lambda one: one.unapproved)
        number = sum(one.unapproved for one in teams)
        is_known = any(is_recorded(sprint) for one in teams for sprint in one.shown)
        figures.append(
            Figure(
                reader.t("Changes nobody approved"),
                reader.number(number if is_known else None),
                _where(reader, teams, waiting) if is_known else reader.t("no record of changes"),
                "not_completed" if number else "",
                sprint_filters.link("churn", reader, team=sprint_filters.team_code(busiest.board), state="open"),
            )
        )
    if waiting is not None:
        first = {"request": waiting[0].number} if waiting else {}
        figures.append(
            Figure(
                reader.t("Change requests to sign"),
                reader.number(len(waiting)),
                " · ".join(f"{one.number} {one.present['title']}" for one in waiting[:TILES]),
                "added" if waiting else "",
                sprint_filters.link("churn", reader, **first),
            )
        )
    if kpis is not None:
        missed = kpis.status[kpis.status["assurance"] == "consistently_missed"]
        first = {"kpi": str(int(missed["kpi_id"].iloc[0]))} if len(missed) else {}
        figures.append(
            Figure(
                reader.t("KPIs consistently missed"),
                reader.number(len(missed)) if len(kpis.status) else reader.number(None),
                " · ".join(missed["name"]) if len(kpis.status) else reader.t("no KPI has been agreed yet"),
                "not_completed" if len(missed) else "",
                sprint_filters.link("kpi", reader, **first),
            )
        )
    if figures:
        with cards.panel(reader.t("What needs a decision"), key="overview-decisions"):
            cards.tiles(figures)


def _where(reader: Reader, teams: list[Team], waiting: list[Request] | None) -> str:
    """Where those changes are, and how many of them are one decision with a request that waits (`things_waiting`)."""
    said = reader.t("in the latest closed and the running sprints")
    asked = {one.number for one in waiting or []}
    together = sum(bool(asked & set(numbers)) for one in teams for numbers in one.open_changes)
    if not together:
        return said
    with_request = reader.tn("{n} of them waits in a change request", "{n} of them wait in a change request", together)
    return f"{said} · {with_request}"


def team_panel(reader: Reader, one: Team) -> None:
    """One team: its latest closed and its running sprint in a sentence each, and the closed one against its past."""
    with cards.panel(one.board.name, height="stretch"):
        for figures in one.shown:
            cards.html(_sprint_line(reader, one.board, figures))
        if not one.shown:
            cards.html(reader.t("No sprint of this team has started yet."))
        if one.closed is not None:
            unit = sprint_words.default_unit(one.closed)
            cards.strips(strips(reader, past(one.board, one.closed.sprint, unit), one.closed, unit))


def feedback_panel(reader: Reader, figures: FeedbackFigures) -> None:
    """Feedback of the last full week in four numbers, each leading to the feedback page."""
    href = sprint_filters.link("feedback", reader)
    with cards.panel(reader.t("Feedback after launch")):
        if figures.weeks.empty:
            cards.html(reader.t("No feedback has come in yet."))
            return
        week = figures.weeks.iloc[-2] if len(figures.weeks) > 1 else figures.weeks.iloc[-1]
        since = reader.t("week of {day}", day=_day(week["week"]))
        first, lost = figures.times.of("first_response"), figures.times.not_covered("first_response")
        left_out = [reader.t("{n} in a year the calendar does not know", n=lost)] if lost else []
        cards.tiles(
            [
                Figure(reader.t("Received"), reader.number(int(week["received"])), since, href=href),
                Figure(
                    reader.t("Open now"), reader.number(int(figures.weeks.iloc[-1]["open"])),
                    reader.t("not yet resolved"), href=href,
                ),
                Figure(
                    reader.t("Satisfied (CSAT)"), reader.percent(_number(week["csat"])),
                    f"n = {reader.number(int(week['csat_n']))} · {since}", href=href,
                ),
                Figure(
                    reader.t("First answer, median"), feedback_words.working(reader, first["median_seconds"]),
                    " · ".join([reader.t("working time, n = {n}", n=int(first["n"])), *left_out]), href=href,
                ),
            ]
        )  # fmt: skip


def kpi_row(reader: Reader, figures: KpiFigures) -> list[Figure]:
    """Each KPI in one tile: its value, its assurance, baseline and target."""
    found = []
    for row in ({str(name): value for name, value in one.items()} for one in rows_of(figures.status)):
        code = row["assurance"] if isinstance(row["assurance"], str) else ""
        word = reader.t(ASSURANCE[code]) if code in ASSURANCE else reader.t("no target")
        if kpi_words.is_turning(row):
            word = reader.t("{assurance}, but getting better", assurance=word)
        meaning = {"consistently_met": "completed", "consistently_missed": "not_completed"}.get(code, "")
        href = sprint_filters.link("kpi", reader, kpi=str(int(row["kpi_id"])))
        value = kpi_words.write_of(reader, row)(row["current"])
        found.append(Figure(row["name"], value, f"{word} · {kpi_words.aim(reader, row)}", meaning, href))
    return found


def _together(reader: Reader, closed: list[SprintFigures]) -> str:
    """What several teams' latest closed sprints delivered together; in points only where every team counts in points."""
    units = {sprint_words.default_unit(one) for one in closed}
    unit = units.pop() if len(units) == 1 else "counts"
    done = [one.totals[unit]["completed"] for one in closed]
    planned = [one.totals[unit]["committed"] for one in closed]
    if None in done:
        return reader.t("What the latest sprints delivered cannot be told for every team.")
    delivered = sprint_words.amount(reader, sum(done), unit)
    if None in planned:
        return reader.t(
            "The latest sprints of {n} teams delivered {done}; how much was committed is not recorded for all.",
            n=len(closed), done=delivered,
        )  # fmt: skip
    return reader.t(
        "The latest sprints of {n} teams delivered {done} against {planned} committed.",
        n=len(closed), done=delivered, planned=sprint_words.bare(reader, sum(planned), unit),
    )  # fmt: skip


def _sprint_line(reader: Reader, board: Board, figures: SprintFigures) -> Markup:
    """A sprint in its sentence, which leads to its demo page, and the goal under it."""
    unit = sprint_words.default_unit(figures)
    href = sprint_filters.link("demo", reader, team=sprint_filters.team_code(board), sprint=figures.sprint["sprint_id"])
    sentence = join(
        [sprint_words.delivered(reader, figures, unit), *sprint_words.came_in(reader, figures, unit)],
        "" if reader.lang == "zh" else " ",
    )
    under = join([sprint_words.goal(reader, figures), sprint_words.plan(reader, figures, data.as_of_now())])
    return Markup(
        '<p><a href="{}" target="_self" style="color:inherit;text-decoration:none">{} →</a></p><p class="fn-subtitle">{}</p>'
    ).format(safe(href), sentence, under)


def things_waiting(teams: list[Team], waiting: list[Request] | None, kpis: KpiFigures) -> int:
    """How much waits for a decision; a change whose request waits for a signature is that one decision."""
    asked = {one.number for one in waiting or []}
    changes = sum(not asked & set(numbers) for one in teams for numbers in one.open_changes)
    return changes + len(asked) + int((kpis.status["assurance"] == "consistently_missed").sum())


def _open_numbers(figures: SprintFigures) -> list[list[str]]:
    changes = figures.changes
    pairs = zip(changes["numbers"].tolist(), changes["is_unapproved"].tolist(), strict=True)
    return [numbers for numbers, is_open in pairs if is_open]


def is_recorded(figures: SprintFigures) -> bool:
    """Whether the sprint's record tells what came in and went."""
    return figures.totals["counts"]["added"] is not None


def _number(value: Any) -> float | None:
    return float(value) if known(value) else None


def _day(week: Any) -> Any:
    return pd.Timestamp(week).date()


def columns(teams: list[Team]) -> list[Any]:
    """Two teams side by side; a third begins the next row."""
    return [column for _ in range(0, len(teams), 2) for column in st.columns(2)]
