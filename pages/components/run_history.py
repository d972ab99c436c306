"""Past imports and syncs, newest first: what each brought, what it left out and why, and the way back from an import."""

from typing import Any

import pandas as pd
import streamlit as st

from actions.sync_state import STAGES
from actions.undo import undo_import
from core.i18n import unpacked
from core.kept_errors import told_again
from core.reader import Reader
from core.rows import rows_of
from core.wording_actors import actor_words
from core.wording_tables import RUN_STATE, SHEET_KIND
from pages.components import cards, data, entry_form, screens
from pages.components.data_words import RUN_BADGE
from pages.components.item_table import Column, item_table
from pages.components.markup import clean, muted, plain
from pages.components.upload import OUTCOME


def history(reader: Reader) -> None:
    """Past imports and syncs, newest first, and the way back from an import."""
    runs = data.table("runs")
    runs = runs[runs["state"] != "running"]  # those stand above, with how far they are
    with cards.panel(reader.t("Imports and syncs so far"), key="data-history"):
        if runs.empty:
            screens.zero(reader, reader.t("imports and syncs so far"))
            return
        columns = [
            Column("number", "#"),
            Column("started_at", reader.t("When"), "instant"),
            Column("source", reader.t("Source")),
            Column("what", reader.t("What was read")),
            Column("rows", reader.t("Rows: added, changed, unchanged"), "note"),
            Column("left_out", reader.t("Left out"), "number"),
            Column("actor", reader.t("By")),
            Column("state", reader.t("State"), "badge", words=_states(reader), colours=RUN_BADGE),
            Column("why", reader.t("Why"), "note"),
        ]
        if not any(runs["error"].notna()):
            columns.pop()
        shown = runs.assign(
            actor=[actor_words(str(one), reader) for one in runs["actor"]],
            number=runs["run_id"].astype("str"),
            what=[_what(reader, row) for row in rows_of(runs)],
            rows=[_rows(reader, counts) for counts in runs["row_counts"]],
            left_out=[len(one or []) for one in runs["skipped"]],
            why=[_why(reader, error) for error in runs["error"]],
        )
        item_table(shown, columns, reader, name=reader.t("Imports and syncs so far"), key="data.runs")
        _left_out(reader, runs)
        undoable = runs[(runs["state"] == "done") & (runs["kind"] == "import")]
        if data.may("import_data") and len(undoable):
            _undo(reader, undoable)


def _states(reader: Reader) -> dict[str, str]:
    return {code: reader.t(word) for code, word in RUN_STATE.items()}


def _what(reader: Reader, run: dict[str, Any]) -> str:
    """What a run read: a file and what it holds, or how much of a Jira."""
    if run["kind"] == "import":
        kind = run["sheet_kind"]
        return f"{run['file_name']} · {reader.t(SHEET_KIND[kind]) if kind in SHEET_KIND else kind}"
    if run["kind"] == "issues":
        return reader.t("single issues that had changed")
    return reader.t("everything") if run["is_full"] else reader.t("what was new")


def _rows(reader: Reader, counts: Any) -> str:
    total = {name: sum(one.get(name, 0) for one in counts.values()) for name in ("added", "changed", "unchanged")}
    return " / ".join(reader.number(n) for n in total.values())


def _why(reader: Reader, error: Any) -> str:
    if not isinstance(error, str):
        return ""
    told = told_again(error)
    return error if told is None else told.say(reader)


def _left_out(reader: Reader, runs: pd.DataFrame) -> None:
    """The records that could not be read, each with its reason, folded."""
    rows = [
        {
            "number": str(run["run_id"]),
            "kind": reader.t(STAGES.get(one["stream"]) or str(one["stream"])),
            "label": one["label"],
            "why": reader.say(unpacked(one["why"])),
        }
        for run in rows_of(runs)
        for one in run["skipped"] or []
        if isinstance(one, dict) and "stream" in one
    ]
    if not rows:
        return
    columns = [
        Column("number", "#"),
        Column("kind", reader.t("What it is")),
        Column("label", reader.t("Record"), "item"),
        Column("why", reader.t("Why it was left out")),
    ]
    name = reader.tn("{n} record was left out", "{n} records were left out", len(rows))
    with st.expander(plain(name)):
        item_table(pd.DataFrame(rows), columns, reader, name=name, key="data.left_out")


def _undo(reader: Reader, runs: pd.DataFrame) -> None:
    named = {int(row["run_id"]): row for row in rows_of(runs)}
    filling = entry_form.entry("data.undo")
    with st.expander(plain(reader.t("Undo an import"))), filling.form():
        cards.html(
            muted(reader.t("What it added goes, what it changed becomes what it was; the figures follow at once."))
        )
        chosen = st.selectbox(
            plain(reader.t("Which import")),
            list(named),
            format_func=lambda one: clean(
                f"#{one} · {named[one]['file_name']} · {reader.instant(named[one]['started_at'])}"
            ),
            key=filling.key(f"run_{max(named)}"),  # a new import is offered first, whatever was chosen before
        )
        is_sent = filling.button(reader.t("Undo this import"))
    if is_sent:
        filling.send(reader, lambda: _undone(chosen), reader.t("Import {run} is undone.", run=str(chosen)))


def _undone(run_id: int) -> None:
    data.do(undo_import, run_id=run_id)
    st.session_state.pop(OUTCOME, None)  # what that import did is no longer so
