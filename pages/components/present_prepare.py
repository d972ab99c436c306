"""Before and after the demo: which items are shown in which order, and what became of the demos that were."""

from typing import Any

import pandas as pd
import streamlit as st

from actions.demos import start_demo
from core.errors import FortnightError
from core.i18n import N_
from core.reader import Reader
from core.rows import rows_of
from core.wording import OUTCOME
from pages.components import cards, data, filters, present_media, screens, sprint_words
from pages.components.data import Board, demo
from pages.components.markup import plain
from pages.components.order_list import Listed, order_list
from pages.components.present_notes import follow_up
from pages.components.report_view import minutes_panel
from reports.figures import SprintFigures

ORDERS = {
    "outcome": N_("what was completed first"),
    "estimate": N_("the largest first"),
    "key": N_("by key"),
    "assignee": N_("by person"),
}
PLACE = {"completed": 0, "completed_outside": 1, "not_completed": 2}


def prepare(reader: Reader, board: Board, figures: SprintFigures) -> None:
    """The items to show, their order, and the button that starts; demos that ran before."""
    name = figures.sprint["name"]
    held = demo.demos_of(figures.source_id, figures.sprint["sprint_id"])
    running = next((one for one in held if pd.isna(one["ended_at"])), None)
    shown = figures.items[figures.items["outcome"].fillna("") != "removed"]
    if running is not None:
        cards.headline(reader, reader.t("The demo of {sprint} is running.", sprint=name))
        if st.button(plain(reader.t("Go to the stage")), type="primary", key="present.go"):
            _enter(int(running["demo_id"]))
        return
    if not figures.is_started:
        said = sprint_words.delivered(reader, figures, sprint_words.default_unit(figures))
        cards.headline(reader, said)
        cards.subline(reader.t("Its items can be shown once it has started and its dates are known."))
        return
    if shown.empty:
        cards.headline(reader, reader.t("{sprint} has nothing to show: it holds no work items.", sprint=name))
        return
    n = len(shown)
    cards.headline(
        reader,
        reader.tn("The demo of {sprint} shows {n} item.", "The demo of {sprint} shows {n} items.", n, sprint=name),
    )
    cards.subline(*_before(reader, held))
    chosen = _arranged(reader, figures, shown)
    if st.button(plain(reader.t("Start the demo")), type="primary", key="present.start", disabled=not chosen):
        try:
            started = data.do(
                start_demo, source_id=figures.source_id, sprint_id=figures.sprint["sprint_id"], order=chosen
            )
        except FortnightError as error:
            screens.failed(reader, error)
            return
        _enter(started.id or 0)
    follow_up(reader, board)
    present_media.media_panel(reader, figures)
    if held:
        minutes_panel(reader, int(held[0]["demo_id"]), figures.source_id)


def _enter(demo_id: int) -> None:
    st.query_params["demo"] = str(demo_id)
    st.rerun()


def _before(reader: Reader, held: list[dict[str, object]]) -> list[str]:
    if not held:
        return [reader.t("This demo has not been held yet.")]
    at: Any = held[0]["started_at"]
    return [reader.t("last shown {at}", at=reader.instant(at, with_year=True))]


def _arranged(reader: Reader, figures: SprintFigures, shown: pd.DataFrame) -> list[str]:
    """The items in the order in which they will be shown: sorted, then moved by hand; a tick taken away leaves one out."""
    with cards.panel(
        reader.t("In this order"),
        under=reader.t("Drag an item to move it, or use the arrows; take the tick away to leave it out."),
    ):
        by = filters.switch(
            reader.t("Sorted"), list(ORDERS), key="present.order", say=lambda one: reader.t(ORDERS[one])
        )
        listed = [
            Listed(
                id=str(row["work_item_id"]),
                key=str(row["key"]),
                title=str(row["title"]),
                outcome=reader.t(OUTCOME[row["outcome"]]) if row["outcome"] in OUTCOME else "",
                points=sprint_words.amount(
                    reader, None if pd.isna(row["final_points"]) else row["final_points"], "points"
                ),
            )
            for row in rows_of(_sorted(shown, by))
        ]
        key = f"present.items.{figures.source_id}.{figures.sprint['sprint_id']}.{by}"
        return order_list(reader, listed, key=key)


def _sorted(shown: pd.DataFrame, by: str) -> pd.DataFrame:
    if by == "estimate":
        return shown.sort_values("final_points", ascending=False, na_position="last", kind="stable")
    if by in {"key", "assignee"}:
        return shown.sort_values([by, "key"], na_position="last", kind="stable")
    places = shown["outcome"].map(lambda one: PLACE.get(one, 3))
    return shown.assign(_place=places).sort_values("_place", kind="stable").drop(columns="_place")
