"""Decisions and action items: written down while people speak, followed up at the next demo."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from actions.demos import settle_note, take_note
from core.errors import FortnightError
from core.reader import Reader
from core.rows import rows_of
from core.wording_demo import NOTE_KIND
from pages.components import cards, data, entry_form, screens
from pages.components.data import Board, demo
from pages.components.markup import join, plain


def note_form(reader: Reader, stage: demo.Stage, kind: str, work_item_id: str | None) -> None:
    """The form of one decision or action item, inside a dialog. What was typed stays when it is refused."""
    form = entry_form.entry(f"present.note.{stage.demo_id}.{kind}")
    with form.form():
        text = st.text_area(plain(reader.t("What was decided" if kind == "decision" else "What is to be done")), key=form.key("text"))  # fmt: skip
        owner, due = "", None
        if kind == "action":
            left, right = st.columns(2)
            owner = left.text_input(plain(reader.t("Owner")), key=form.key("owner"))
            with right:
                due = entry_form.day(reader.t("Due"), form.key("due"))
        pressed = st.form_submit_button(
            plain(reader.t("Write it down")), key=form.key("send"), type="primary", shortcut="Ctrl+Enter"
        )
    if pressed:
        form.send(
            reader,
            lambda: data.do(
                take_note,
                demo_id=stage.demo_id,
                kind=kind,
                text=text,
                owner=owner,
                due_on=due,
                work_item_id=work_item_id,
            ),
            reader.t("Written down."),
        )


def listed(reader: Reader, notes: pd.DataFrame) -> None:
    """Notes as lines: what kind, what, whose, until when."""
    for row in rows_of(notes):
        cards.html(join([reader.t(NOTE_KIND[str(row["kind"])]), row["text"], _owner(row), _due(reader, row["due_on"])]))


def follow_up(reader: Reader, board: Board, but: int | None = None) -> None:
    """The action items that earlier demos of this team left open; each is done or dropped with one click."""
    waiting = demo.open_actions(board, but)
    if waiting.empty:
        return
    title = reader.tn("{n} action item from before is open", "{n} action items from before are open", len(waiting))
    with cards.panel(title):
        for row in rows_of(waiting):
            said, done, dropped = st.columns([6, 1, 1], vertical_alignment="center")
            with said:
                cards.html(join([row["text"], _owner(row), _due(reader, row["due_on"])]))
            for column, state, word in ((done, "done", reader.t("Done")), (dropped, "dropped", reader.t("Drop"))):
                if column.button(plain(word), key=f"present.settle.{row['note_id']}.{state}", width="stretch"):
                    _settle(reader, int(row["note_id"]), state)


def _settle(reader: Reader, note_id: int, state: str) -> None:
    try:
        data.do(settle_note, note_id=note_id, state=state)
    except FortnightError as error:
        screens.failed(reader, error)
        return
    st.rerun()


def _owner(row: Mapping[Any, Any]) -> str:
    return row["owner"] if isinstance(row["owner"], str) else ""


def _due(reader: Reader, due: object) -> str:
    return reader.t("due {day}", day=reader.day(due)) if isinstance(due, date) and due == due else ""
