"""KPI progress: is what was agreed with the departments being reached, and what waits for a decision?"""

import streamlit as st

from core.clock import now
from core.i18n import N_
from pages.components import (
    cards,
    data,
    entry_form,
    filters,
    kpi_definition,
    kpi_forms,
    kpi_view,
    kpi_words,
    markup,
    screens,
)
from pages.components.reader import reader as present_reader

TITLE = N_("KPI progress")
ICON = ":material/flag:"
PERMISSION = "read_kpis"

reader = present_reader()
at = now()
figures = data.kpis()
rows = kpi_words.decisions_first(reader, kpi_view.records(figures.status))
entry_form.announce()
kpi_definition.leftover(reader)

if not rows:
    cards.headline(reader, reader.t("No KPI is agreed yet."))
    screens.empty(
        reader,
        reader.t("Three next steps"),
        [
            reader.t("Agree with the department on what is measured, where it stands, and what it is to reach."),
            reader.t("Define it below, or import a sheet of KPI definitions on the data page."),
            reader.t("Record a measurement every week: from six on the natural limits show."),
        ],
    )
    if data.may("manage_kpis"):
        with cards.panel(reader.t("Define a KPI"), key="kpi-first"):
            kpi_definition.define(reader, at)
    st.stop()

waiting = [row for row in rows if kpi_words.decision(reader, row)]
answer = kpi_words.answer(reader, rows)
if waiting:
    decisions = reader.tn("{n} decision waits for you.", "{n} decisions wait for you.", len(waiting))
    cards.headline(reader, answer + ("；" if reader.lang == "zh" else ";"), markup.emphasis(decisions))
else:
    cards.headline(reader, reader.t("{answer}.", answer=answer))
newest = figures.status["measured_at"].max()
if newest == newest and (at - newest).days > data.settings().demo_every_days:
    screens.stale(reader, newest.to_pydatetime())
series = kpi_view.by_kpi(figures.series)
kpi_view.kpi_cards(reader, rows, series, at)

ids = [int(row["kpi_id"]) for row in rows]
named = {int(row["kpi_id"]): row for row in rows}
asked = st.query_params.get("kpi", "")
default = int(asked) if asked in map(str, ids) else ids[0]
with filters.row():
    chosen = filters.choose(
        reader.t("KPI"), ids, key="kpi.chosen", say=lambda one: str(named[one]["name"]), default=default, width=420
    )
row = named[chosen or default]
st.query_params["kpi"] = str(row["kpi_id"])
measured = series.get(int(row["kpi_id"]), [])
kpi_view.evidence(reader, row, measured)
kpi_view.agreement(reader, row, figures)
if data.may("manage_kpis"):
    kpi_forms.panel(reader, row, measured, at)
cards.counted(reader, "R4, R23-R27", fresh_since=data.workspace().fresh_since)
