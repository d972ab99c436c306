"""What people decide at a demo: the verdict on an item, and whether the sprint's goal was met."""

from typing import Any

import pandas as pd
import streamlit as st

from actions.verdicts import record_goal_verdict, record_verdict
from core.reader import Reader
from core.rows import rows_of
from core.wording_actions import GOAL_VERDICT, VERDICT
from pages.components import cards, data, entry_form, filters
from pages.components.markup import plain
from reports.figures import SprintFigures

LAST_GIVEN = "demo.last_given"  # who decided last, and for which department: mostly the same person speaks on


def verdict_form(reader: Reader, figures: SprintFigures) -> None:
    """A verdict and remark for one item after the other; a later one supersedes."""
    with cards.panel(
        reader.t("Verdict on an item"),
        under=reader.t("A later verdict on the same item replaces it; both stay on record."),
    ):
        item = _item(reader, figures)
        if item is None:
            cards.html(reader.t("There is no item to decide on."))
            return
        given = st.session_state.get(LAST_GIVEN, {})
        form = entry_form.entry(
            f"demo.verdict.{figures.source_id}.{figures.sprint['sprint_id']}.{item['work_item_id']}"
        )
        with form.form():
            verdict = st.radio(
                plain(reader.t("Verdict")),
                list(VERDICT),
                index=_place(list(VERDICT), item["verdict"]),
                format_func=lambda code: plain(reader.t(VERDICT[code])),
                horizontal=True,
                key=form.key("verdict"),
            )
            remark = st.text_area(
                plain(reader.t("Remark")), value=_text(item["remark"]), key=form.key("remark"), height=80
            )
            who, where = st.columns(2)
            by = who.text_input(
                plain(reader.t("Decided by")),
                value=_text(item["decided_by"]) or given.get("by", ""),
                key=form.key("by"),
            )
            department = where.text_input(
                plain(reader.t("Department")),
                value=_text(item["department"]) or given.get("department", ""),
                key=form.key("department"),
            )
            pressed = form.button(reader.t("Record the verdict"))
        if pressed:

            def act() -> None:
                data.do(
                    record_verdict, source_id=figures.source_id, sprint_id=figures.sprint["sprint_id"],
                    work_item_id=item["work_item_id"], verdict=verdict or "", remark=remark, decided_by=by,
                    department=department,
                )  # fmt: skip
                st.session_state[LAST_GIVEN] = {"by": by, "department": department}
                st.session_state["demo.advance"] = True

            form.send(reader, act, reader.t("Verdict on {key} recorded.", key=item["key"]))


def goal_form(reader: Reader, figures: SprintFigures) -> None:
    """Whether the sprint's goal was met, with the evidence."""
    goal = figures.sprint["goal"]
    held = figures.goal or {}
    with cards.panel(
        reader.t("Was the goal met?"), under=goal if isinstance(goal, str) else reader.t("No goal on record")
    ):
        form = entry_form.entry(f"demo.goal.{figures.source_id}.{figures.sprint['sprint_id']}")
        with form.form():
            verdict = st.radio(
                plain(reader.t("Goal")),
                list(GOAL_VERDICT),
                index=_place(list(GOAL_VERDICT), held.get("verdict")),
                format_func=lambda code: plain(reader.t(GOAL_VERDICT[code])),
                horizontal=True,
                key=form.key("verdict"),
            )
            evidence = st.text_area(
                plain(reader.t("Evidence")), value=_text(held.get("evidence")), key=form.key("evidence"), height=80
            )
            pressed = form.button(reader.t("Record on the goal"))
        if pressed:
            form.send(
                reader,
                lambda: data.do(
                    record_goal_verdict, source_id=figures.source_id, sprint_id=figures.sprint["sprint_id"],
                    verdict=verdict or "", evidence=evidence,
                ),
                reader.t("The verdict on the goal was recorded."),
            )  # fmt: skip


def _item(reader: Reader, figures: SprintFigures) -> dict[str, Any] | None:
    """The item chosen for its verdict; after a verdict the next one that has none."""
    rows = {row["work_item_id"]: row for row in rows_of(figures.items)}
    key = f"demo.item.{figures.source_id}.{figures.sprint['sprint_id']}"
    order = {"completed": 0, "completed_outside": 1, "not_completed": 2}
    waiting = [one for one, row in rows.items() if not isinstance(row["verdict"], str) and row["outcome"] != "removed"]
    waiting.sort(key=lambda one: order.get(rows[one]["outcome"], 3))
    if st.session_state.pop("demo.advance", False) and waiting:
        st.session_state[key] = waiting[0]
    default = None if key in st.session_state or not waiting else waiting[0]

    def say(one: str) -> str:
        row = rows[one]
        said = f" · {reader.t(VERDICT[row['verdict']])}" if isinstance(row["verdict"], str) else ""
        return f"{row['key']} {_text(row['title'])}{said}"

    chosen = filters.choose(reader.t("Item"), list(rows), key=key, say=say, default=default, width="stretch")
    return None if chosen is None else {str(name): value for name, value in rows[chosen].items()}


def _place(options: list[str], held: object) -> int | None:
    return options.index(held) if isinstance(held, str) and held in options else None


def _text(value: object) -> str:
    return value if isinstance(value, str) and not pd.isna(value) else ""
