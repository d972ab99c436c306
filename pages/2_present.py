"""Presenting: the demo itself, one item a screen, with its verdict, the room's remarks, decisions and action items."""

import streamlit as st

from core.i18n import N_
from pages.components import data, filters, opening, present_prepare, present_stage, sprint_filters
from pages.components.data import demo
from pages.components.reader import reader as present_reader

TITLE = N_("Present a demo")
ICON = ":material/slideshow:"
PERMISSION = "present_demo"


def main() -> None:
    """The stage of a demo that the address names and that runs; else what is to be shown, and how the last one ended."""
    reader = present_reader()
    boards = opening.opened(reader)
    if not boards:
        return
    asked = st.query_params.get("demo", "")
    running = demo.stage(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    if running is not None and running.ended_at is None:
        present_stage.stage(reader, running)
        return
    with filters.row():
        board = sprint_filters.choose_team(reader, boards)
        sprint = sprint_filters.choose_sprint(reader, board)
    present_prepare.prepare(reader, board, data.sprint(board.source_id, sprint["sprint_id"]))


main()
