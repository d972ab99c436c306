"""The forms of the KPI page: set a baseline or target, record and correct measurements, begin a phase; see also
`kpi_definition`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from actions import kpis, measurements
from core.i18n import N_
from core.reader import Reader
from core.wording_kpi import PHASE_KIND
from pages.components import cards, data, entry_form, filters, kpi_definition, kpi_words, screens
from pages.components.markup import clean, plain

TASKS = {
    "measure": N_("Record a measurement"),
    "correct": N_("Correct a measurement"),
    "target": N_("Set a target"),
    "baseline": N_("Set the baseline"),
    "phase": N_("Begin a phase"),
    "revise": N_("Correct what is said about it"),
    "define": N_("Define a KPI"),
}
EXAMPLES = {"duration": "15min", "ratio": "97.6%", "money": "￥18.5", "number": "120"}


def panel(reader: Reader, row: dict[str, Any], series: list[dict[str, Any]], at: datetime) -> None:
    """One task at a time for the chosen KPI."""
    with cards.panel(
        reader.t("Enter and correct"),
        under=reader.t("Nothing is overwritten: a later entry supersedes."),
        key="kpi-forms",
    ):
        task = filters.switch(
            reader.t("What to do"), list(TASKS), key="kpi.task", say=lambda code: reader.t(TASKS[code])
        )
        forms: dict[str, Callable[[], None]] = {
            "measure": lambda: _measure(reader, row, at),
            "correct": lambda: _correct(reader, row, series),
            "target": lambda: _target(reader, row, at),
            "baseline": lambda: _baseline(reader, row, at),
            "phase": lambda: _phase(reader, row, at),
            "revise": lambda: kpi_definition.revise(reader, row),
            "define": lambda: kpi_definition.define(reader, at),
        }
        forms[task]()


def _measure(reader: Reader, row: dict[str, Any], at: datetime) -> None:
    filling = entry_form.entry("kpi.measure")
    with filling.form():
        left, middle, right = st.columns(3)
        value = left.text_input(plain(_value_label(reader, row)), key=filling.key("value"))
        with middle:
            measured_at = entry_form.moment(reader.t("Measured at"), filling.key("at"), reader, at)
        n = right.number_input(
            plain(reader.t("Number of cases (optional)")), value=None, min_value=1, step=1, key=filling.key("n")
        )
        remark = st.text_input(plain(reader.t("Remark (optional)")), key=filling.key("remark"))
        is_sent = filling.button(reader.t("Record"))
    if is_sent:
        filling.send(
            reader,
            lambda: data.do(
                measurements.record_measurement,
                kpi_id=int(row["kpi_id"]),
                value=value,
                measured_at=entry_form.instant(measured_at, reader),
                n=entry_form.whole(n),
                remark=remark,
            ),
            reader.t("Recorded: {name}, {value}", name=row["name"], value=value),
        )


def _correct(reader: Reader, row: dict[str, Any], series: list[dict[str, Any]]) -> None:
    if not series:
        screens.zero(reader, reader.t("measurements to correct"))
        return
    write = kpi_words.write_of(reader, row)
    known = {one["at"]: one["value"] for one in reversed(series)}
    filling = entry_form.entry("kpi.correct")
    with filling.form():
        left, middle, right = st.columns(3)
        chosen = left.selectbox(
            plain(reader.t("Which measurement")),
            list(known),
            format_func=lambda one: clean(f"{reader.instant(one)} · {write(known[one])}"),
            key=filling.key("which"),
        )
        value = middle.text_input(plain(_value_label(reader, row)), key=filling.key("value"))
        n = right.number_input(
            plain(reader.t("Number of cases (optional)")), value=None, min_value=1, step=1, key=filling.key("n")
        )
        remark = st.text_input(plain(reader.t("Why it is corrected")), key=filling.key("remark"))
        is_sent = filling.button(reader.t("Correct"))
    if is_sent:
        filling.send(
            reader,
            lambda: data.do(
                measurements.correct_measurement,
                kpi_id=int(row["kpi_id"]),
                value=value,
                measured_at=pd.Timestamp(chosen).to_pydatetime(),
                remark=remark,
                n=entry_form.whole(n),
            ),
            reader.t("Corrected: {name}, {value}", name=row["name"], value=value),
        )


def _target(reader: Reader, row: dict[str, Any], at: datetime) -> None:
    filling = entry_form.entry("kpi.target")
    with filling.form():
        left, right = st.columns(2)
        value = left.text_input(plain(_value_label(reader, row)), key=filling.key("value"))
        with right:
            due = entry_form.day(reader.t("Due on (optional)"), filling.key("due"))
        reason = st.text_input(plain(reader.t("Reason of the change")), key=filling.key("reason"))
        is_sent = filling.button(reader.t("Set the target"))
    if is_sent:
        filling.send(
            reader,
            lambda: data.do(
                kpis.set_target,
                kpi_id=int(row["kpi_id"]),
                value=value,
                due_at=entry_form.midnight(due, reader, at),
                reason=reason,
            ),
            reader.t("Target of {name}: {value}", name=row["name"], value=value),
        )


def _baseline(reader: Reader, row: dict[str, Any], at: datetime) -> None:
    filling = entry_form.entry("kpi.baseline")
    with filling.form():
        left, middle, right = st.columns(3)
        value = left.text_input(plain(_value_label(reader, row)), key=filling.key("value"))
        with middle:
            measured = entry_form.day(reader.t("Measured on (optional)"), filling.key("at"))
        n = right.number_input(
            plain(reader.t("Number of cases (optional)")), value=None, min_value=1, step=1, key=filling.key("n")
        )
        provenance = st.text_input(
            plain(reader.t("Who measured it, how, and where it is kept")), key=filling.key("from")
        )
        is_locked = st.checkbox(plain(reader.t("Lock it: it is agreed")), key=filling.key("lock"))
        reason = st.text_input(
            plain(reader.t("Reason, where a locked baseline is superseded")), key=filling.key("reason")
        )
        is_sent = filling.button(reader.t("Set the baseline"))
    if is_sent:
        filling.send(
            reader,
            lambda: data.do(
                kpis.set_baseline,
                kpi_id=int(row["kpi_id"]),
                value=value,
                measured_at=entry_form.midnight(measured, reader, at),
                n=entry_form.whole(n),
                provenance=provenance,
                is_locked=is_locked,
                reason=reason,
            ),
            reader.t("Baseline of {name}: {value}", name=row["name"], value=value),
        )


def _phase(reader: Reader, row: dict[str, Any], at: datetime) -> None:
    filling = entry_form.entry("kpi.phase")
    with filling.form():
        left, right = st.columns(2)
        with left:
            begins_at = entry_form.moment(reader.t("Begins at"), filling.key("at"), reader, at)
        kind = right.selectbox(
            plain(reader.t("Kind of phase")),
            list(PHASE_KIND),
            format_func=lambda code: reader.t(PHASE_KIND[code]),
            key=filling.key("kind"),
        )
        reason = st.text_input(plain(reader.t("What changed in the process")), key=filling.key("reason"))
        is_sent = filling.button(reader.t("Begin the phase"))
    if is_sent:
        filling.send(
            reader,
            lambda: data.do(
                kpis.begin_phase,
                kpi_id=int(row["kpi_id"]),
                begins_at=entry_form.instant(begins_at, reader),
                kind=kind,
                reason=reason,
            ),
            reader.t("A new phase of {name} begins: its limits are computed anew.", name=row["name"]),
        )


def _value_label(reader: Reader, row: dict[str, Any]) -> str:
    return reader.t("Value, as people write it ({example})", example=EXAMPLES[row["dimension"]])
