"""Feedback after launch: is it getting better, and who is still waiting for an answer?"""

import streamlit as st

from core.clock import now
from core.i18n import N_
from core.rows import rows_of
from pages.components import cards, data, entry_form, feedback_forms, feedback_view, feedback_words, filters, screens
from pages.components.markup import plain
from pages.components.reader import reader as present_reader

TITLE = N_("Feedback trends")
ICON = ":material/forum:"
PERMISSION = "read_feedback"

reader = present_reader()
at = now()
figures = data.feedback()
items = figures.items
entry_form.announce()

if items.empty:
    cards.headline(reader, reader.t("No feedback has come in yet."))
    screens.empty(
        reader,
        reader.t("Three next steps"),
        [
            reader.t("After the launch, ask people to say what is wrong: the form below takes thirty seconds."),
            reader.t("Or import a sheet of feedback or survey answers on the data page."),
            reader.t("Answer it here: how long people wait is counted in working time."),
        ],
    )
else:
    cards.headline(reader, feedback_words.answer(reader, figures, at))
    newest = items["received_at"].max().to_pydatetime()
    first = items["received_at"].min().to_pydatetime()
    total = reader.tn(
        "{n} piece since {day}", "{n} pieces since {day}", len(items), day=reader.day(first, with_year=True)
    )
    cards.subline(total, reader.t("the newest from {at}", at=newest))

if data.may("submit_feedback"):
    with st.expander(plain(reader.t("Say what is wrong, or right")), expanded=items.empty, icon=":material/edit:"):
        feedback_forms.submit(reader, data.known_departments())
if items.empty:
    st.stop()
feedback_view.to_confirm(reader, figures)

feedback_view.tiles(reader, figures, at)
feedback_view.trends(reader, figures)
feedback_view.kinds(reader, figures)

with cards.panel(reader.t("What people said"), key="feedback-items"):
    shown = feedback_view.filtered(reader, items)
    feedback_view.listing(reader, shown)

if len(shown):
    named = {int(row["feedback_id"]): row for row in rows_of(shown)}
    with cards.panel(reader.t("What became of it"), key="feedback-history"):
        chosen = filters.choose(
            reader.t("Which piece of feedback"),
            list(named),
            key="feedback.item",
            say=lambda one: feedback_view.option(reader, {str(k): v for k, v in named[one].items()}),
            width=640,
        )
        item = {str(name): value for name, value in named[chosen or 0].items()}
        feedback_view.history(reader, item, figures.events)
        feedback_forms.steps(reader, item)
cards.counted(
    reader,
    "R2, R28-R29",
    notes=[reader.t("“Open” is what is neither resolved nor confirmed.")],
    fresh_since=data.workspace().fresh_since,
)
