"""Demo outcomes: what one sprint delivered, how its scope moved, and what was decided about each item."""

from datetime import date, datetime

import streamlit as st

from core.i18n import N_, Text
from core.reader import Reader
from core.wording_actions import POLICY
from pages.components import (
    cards,
    data,
    demo_forms,
    demo_more,
    demo_view,
    filters,
    frozen_view,
    kanban_view,
    opening,
    sprint_filters,
    sprint_words,
)
from pages.components.data import Board
from pages.components.data import flow as flow_data
from pages.components.markup import emphasis
from pages.components.reader import reader as present_reader
from pages.components.sprint_strips import Past, past, usual
from reports.figures import SprintFigures

TITLE = N_("Demo outcomes")
ICON = ":material/co_present:"
PERMISSION = "read_sprints"


def main() -> None:
    """Filters, then the answer, the pictures, the list, the forms, what lies behind, and how it is counted."""
    reader = present_reader()
    boards = opening.opened(reader, flow_data.kanban_boards)
    if not boards:
        return
    with filters.row():
        board = sprint_filters.choose_team(reader, boards)
        if board in flow_data.kanban_boards():
            chosen = kanban_view.choose(reader, board)
        else:
            sprint = sprint_filters.choose_sprint(reader, board)
            day = sprint_filters.choose_day(reader, sprint)
            at = sprint_filters.end_of(day, reader, data.as_of_now()) if day else None
            figures = data.sprint(board.source_id, sprint["sprint_id"], at)
            unit = _unit(reader, figures)
    if board in flow_data.kanban_boards():
        kanban_view.page(reader, board, chosen)
    else:
        _sprint(reader, board, figures, unit, day, at)


def _sprint(
    reader: Reader, board: Board, figures: SprintFigures, unit: str, day: date | None, at: datetime | None
) -> None:
    """The page of one sprint."""
    answer = [sprint_words.delivered(reader, figures, unit, day), *sprint_words.came_in(reader, figures, unit)]
    cards.headline(reader, *answer)
    before = past(board, figures.sprint, unit)
    cards.subline(*_facts(reader, before, figures, unit))
    demo_view.present_door(reader, board, figures)
    demo_view.broken_panel(reader, figures)
    if figures.is_started:
        parts = demo_view.step_items(figures.items)
        left, right = st.columns([1.65, 1])
        with left:
            demo_view.ledger_panel(reader, figures, unit, parts)
        with right:
            demo_view.past_panel(reader, before, figures, unit)
        demo_view.burnup_panel(reader, figures, unit, at)
        frozen_view.frozen_panel(reader, figures)
        demo_view.items_panel(reader, figures, parts, at)
    if data.may("record_verdict") and figures.is_started and day is None:
        left, right = st.columns([1.65, 1])
        with left:
            demo_forms.verdict_form(reader, figures)
        with right:
            demo_forms.goal_form(reader, figures)
    demo_more.sections(reader, board, figures, before, unit, at)
    demo_view.findings_panel(reader, figures)
    unestimated = int(figures.items["is_unestimated"].sum())
    note = Text(
        "{n} items had no estimate (counted as 0)", one="{n} item had no estimate (counted as 0)", n=unestimated
    )
    policy = f"{figures.policy} ({reader.t(POLICY[figures.policy])})"
    notes: list[Text | str] = [note] if unestimated else []
    cards.counted(
        reader, "R1, R3, R9-R18, R20-R22, R24-R25", policy=policy, notes=notes, fresh_since=data.workspace().fresh_since
    )


def _unit(reader: Reader, figures: SprintFigures) -> str:
    """Points or items, as the reader chooses."""
    usual_unit = sprint_words.default_unit(figures)
    return filters.switch(
        reader.t("Counted in"),
        ["points", "counts"],
        key=f"demo.unit.{usual_unit}",
        say=lambda one: reader.t("points") if one == "points" else reader.t("items"),
        default=usual_unit,
    )


def _facts(reader: Reader, before: Past, figures: SprintFigures, unit: str) -> list[object]:
    """The quiet line: goal and verdict, say/do with its usual range, changes that nobody approved, the plan, what is not known."""
    said: list[object] = [sprint_words.goal(reader, figures)]
    if figures.is_started:
        ratio, usually = figures.ratios[unit]["say_do"], usual(reader, before, "say_do")
        share = reader.t("say/do {share}", share=reader.percent(ratio))
        said.append(reader.t("{share} (usually {range})", share=share, range=usually) if usually else share)
        nobody = int(figures.changes["is_unapproved"].sum())
        if nobody:
            said.append(
                emphasis(
                    reader.tn(
                        "nobody approved {n} of all its changes", "nobody approved {n} of all its changes", nobody
                    )
                )
            )
    said.append(sprint_words.plan(reader, figures, min(figures.as_of, data.as_of_now())))
    said.append(frozen_view.frozen_note(reader, figures))
    said += sprint_words.reasons(reader, figures)
    return said


main()
