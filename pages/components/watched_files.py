"""Watched spreadsheets on the data page: which, how each stands, one more, one less."""

import pandas as pd
import streamlit as st

from actions.watch import unwatch_file, watch_file
from core.kept_errors import told_again
from core.reader import Reader
from pages.components import cards, data, entry_form
from pages.components.data import sources
from pages.components.item_table import Column, item_table
from pages.components.markup import clean, plain


def panel(reader: Reader) -> None:
    """The files of the server's own disks that come in by themselves."""
    found = sources.watched()
    under = reader.t("A spreadsheet on this server that comes in again whenever it changes; looked at every minute.")
    with cards.panel(reader.t("Watched files"), under=under, key="data-watched"):
        if found:
            _listed(reader)
        _one_more(reader)
        if found:
            _one_less(reader)


def _listed(reader: Reader) -> None:
    rows = []
    for one in sources.watched():
        error = told_again(one.last_error) if one.last_error else None
        state = "failed" if one.last_error else "done" if one.last_looked_at else "new"
        why = error.say(reader) if error else ""
        rows.append({"path": one.path, "source": one.source_name, "state": state, "at": one.last_looked_at, "why": why})
    words = {"failed": reader.t("not imported"), "done": reader.t("imported"), "new": reader.t("not looked at yet")}
    columns = [
        Column("path", reader.t("File")),
        Column("source", reader.t("Source")),
        Column(
            "state",
            reader.t("State"),
            "badge",
            words=words,
            colours={"failed": "alarm", "done": "completed", "new": "neutral"},
        ),
        Column("at", reader.t("When"), "instant"),
        Column("why", reader.t("Why"), "note"),
    ]
    if not any(row["why"] for row in rows):
        columns.pop()
    item_table(pd.DataFrame(rows), columns, reader, name=reader.t("Watched files"), key="data.watched")


def _one_more(reader: Reader) -> None:
    filling = entry_form.entry("data.watch")
    with st.expander(plain(reader.t("Watch a file"))), filling.form():
        left, right = st.columns([3, 1])
        path = left.text_input(
            plain(reader.t("Path on the server")), key=filling.key("path"), placeholder="/srv/team/backlog.xlsx"
        )
        source = right.text_input(plain(reader.t("Into the source")), "sheets", key=filling.key("source"))
        is_sent = filling.button(reader.t("Watch"))
    if is_sent:
        filling.send(
            reader, lambda: data.do(watch_file, path=path, source_name=source),
            reader.t("The file is watched; it comes in within a minute."),
        )  # fmt: skip


def _one_less(reader: Reader) -> None:
    filling = entry_form.entry("data.unwatch")
    paths = {one.id or 0: one.path for one in sources.watched()}
    with st.expander(plain(reader.t("Watch a file no more"))), filling.form():
        chosen = st.selectbox(
            plain(reader.t("File")), list(paths), format_func=lambda one: clean(paths[one]), key=filling.key("file")
        )
        is_sent = filling.button(reader.t("Stop watching"))
    if is_sent:
        filling.send(
            reader, lambda: data.do(unwatch_file, watched_id=int(chosen)),
            reader.t("The file is no longer watched; what came in stays."),
        )  # fmt: skip
