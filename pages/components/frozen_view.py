"""A closed sprint as frozen, what its source says otherwise now, and the form by which a lead freezes it anew."""

import pandas as pd
import streamlit as st

from actions.snapshots import refreeze_sprint
from charts.ledger import STEP_NAMES
from core.i18n import N_
from core.reader import Reader
from core.rows import rows_of
from core.wording import BUCKET, OUTCOME
from core.wording_ledger import why_text
from pages.components import cards, data, entry_form
from pages.components.item_table import Column, item_table
from pages.components.markup import plain
from reports.figures import SprintFigures
from reports.figures.frozen import Frozen

NAMES = STEP_NAMES | {"completed_outside": N_("completed outside")}
WHAT = {
    "gone": N_("no longer in the record"),
    "new": N_("new in the record"),
    "bucket": N_("came in otherwise"),
    "outcome": N_("ended otherwise"),
    "estimate": N_("other estimate"),
}


def frozen_note(reader: Reader, figures: SprintFigures) -> str:
    """When the figures were frozen, for the quiet line; empty where they are not."""
    frozen = figures.frozen
    if frozen is None:
        return ""
    if frozen.differs:
        return reader.t("frozen {at}, its source tells otherwise since", at=frozen.frozen_at)
    return reader.t("frozen {at}", at=frozen.frozen_at)


def frozen_panel(reader: Reader, figures: SprintFigures) -> None:
    """What differs between the frozen ledger and today's record; nothing where they agree."""
    frozen = figures.frozen
    if frozen is None or (not frozen.differs and frozen.is_intact):
        return
    said = reader.t("These figures are as they were frozen {at} by {who}.", at=frozen.frozen_at, who=frozen.frozen_by)
    if frozen.reason:
        said += ("" if reader.lang == "zh" else " ") + reader.t("Reason: {reason}", reason=frozen.reason)
    with cards.panel(
        reader.t("The source has changed since the sprint was frozen"), reader.number(len(frozen.items)), said
    ):
        if not frozen.is_intact:
            cards.html(reader.t("The frozen content was altered: its hash is no longer the one it was stored with."))
        if len(frozen.figures):
            item_table(
                _figures(reader, frozen),
                _figure_columns(reader),
                reader,
                name=reader.t("Figures that differ"),
                key="demo.frozen.figures",
            )
        if len(frozen.items):
            item_table(
                _items(reader, frozen),
                _item_columns(reader),
                reader,
                name=reader.t("Items that differ"),
                key="demo.frozen.items",
            )
        if data.may("record_verdict"):
            _refreeze(reader, figures)


def _refreeze(reader: Reader, figures: SprintFigures) -> None:
    form = entry_form.entry(f"demo.refreeze.{figures.source_id}.{figures.sprint['sprint_id']}")
    with form.form():
        reason = st.text_input(plain(reader.t("Why it is frozen anew")), key=form.key("reason"))
        pressed = form.button(reader.t("Freeze as the source tells it now"))
    if pressed:
        form.send(
            reader,
            lambda: data.do(
                refreeze_sprint, source_id=figures.source_id, sprint_id=figures.sprint["sprint_id"], reason=reason
            ),
            reader.t("{sprint} was frozen anew; the earlier snapshot stays on record.", sprint=figures.sprint["name"]),
        )


def _figures(reader: Reader, frozen: Frozen) -> pd.DataFrame:
    units = {"points": reader.t("points"), "counts": reader.t("items")}
    rows = [
        {
            "figure": f"{reader.t(NAMES[row['figure']])} ({units[row['unit']]})",
            "frozen": row["frozen"],
            "now": row["now"],
        }
        for row in rows_of(frozen.figures)
    ]
    return pd.DataFrame(rows)


def _figure_columns(reader: Reader) -> list[Column]:
    return [
        Column("figure", reader.t("Figure")),
        Column("frozen", reader.t("As frozen"), "number"),
        Column("now", reader.t("As the source tells it now"), "number"),
    ]


def _items(reader: Reader, frozen: Frozen) -> pd.DataFrame:
    def place(row: dict[str, object], prefix: str) -> str:
        words = [
            reader.t(words[code])
            for words, code in ((BUCKET, row[f"{prefix}bucket"]), (OUTCOME, row[f"{prefix}outcome"]))
            if isinstance(code, str)
        ]
        sizes = [row[f"{prefix}initial"], row[f"{prefix}final"]]
        size = " → ".join(reader.number(one) for one in sizes if isinstance(one, float) and one == one)
        return " · ".join([*words, size] if size else words) or "–"

    rows = []
    for row in rows_of(frozen.items):
        given = {str(name): value for name, value in row.items()}
        why = reader.say(why_text(given["why_code"], given["why_params"])) if isinstance(given["why_code"], str) else ""
        rows.append(
            {
                "key": given["key"],
                "what": given["what"],
                "was": place(given, "frozen_"),
                "is": place(given, ""),
                "why": why,
            }
        )
    return pd.DataFrame(rows)


def _item_columns(reader: Reader) -> list[Column]:
    return [
        Column("key", reader.t("Item"), "item"),
        Column(
            "what",
            reader.t("What differs"),
            "badge",
            words={code: reader.t(word) for code, word in WHAT.items()},
            colours=dict.fromkeys(WHAT, "warning"),
        ),
        Column("was", reader.t("As frozen")),
        Column("is", reader.t("As the source tells it now")),
        Column("why", reader.t("Why, by today's record"), "note"),
    ]
