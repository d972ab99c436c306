"""Demo outcomes: what one sprint delivered, how its scope moved, and what was decided about each item."""

from datetime import date, datetime

import streamlit as st

from core.i18n import N_
from core.reader import Reader
from pages.components import (
    cards,
    data,
    demo_forms,
    demo_more,
    demo_view,
    demo_words,
    filters,
    frozen_view,
    kanban_view,
    opening,
    sprint_filters,
    sprint_words,
)
from pages.components.data import Board
from pages.components.data import flow as flow_data
from pages.components.reader import reader as present_reader
from pages.components.sprint_strips import past
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
            unit = demo_words.choose_unit(reader, figures)
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
    cards.subline(*demo_words.facts(reader, before, figures, unit))
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
    demo_words.counted(reader, figures)


main()
