"""What is agreed about a KPI: the form that defines one, and the one that corrects what is said about it."""

from datetime import datetime
from typing import Any

import streamlit as st

from actions import kpis
from actions.quantities import refuse_contradiction
from core.errors import FortnightError, Invalid
from core.i18n import N_, Text
from core.reader import Reader
from core.units import check_series, parse_quantity, parse_unit
from core.wording_kpi import DIRECTION
from pages.components import data, entry_form, screens
from pages.components.markup import clean, plain

SAID = {
    "name": N_("Name"),
    "department": N_("Department"),
    "owner": N_("Owner"),
    "definition": N_("Definition"),
    "data_source": N_("Data source"),
}


def define(reader: Reader, at: datetime) -> None:
    """The form that agrees on a new KPI with its baseline and its target."""
    filling = entry_form.entry("kpi.define")
    with filling.form():
        given = _definition_fields(reader, filling)
        is_sent = filling.button(reader.t("Define the KPI"))
    if not is_sent:
        return
    try:
        _check_quantities(given)
        kpi = data.do(kpis.define_kpi, **{name: given[name] for name in DEFINITION})
    except FortnightError as error:
        screens.failed(reader, error)
        return
    try:
        if given["baseline"].strip():
            data.do(kpis.set_baseline, kpi_id=kpi.id, value=given["baseline"], provenance=given["provenance"])
        if given["target"].strip():
            due_at = entry_form.midnight(given["due"], reader, at)
            data.do(kpis.set_target, kpi_id=kpi.id, value=given["target"], due_at=due_at)
    except FortnightError as error:
        st.session_state["kpi.refused"] = error  # the KPI is there: the next run says what is still missing
    st.query_params["kpi"] = str(kpi.id)
    st.session_state.pop("kpi.chosen", None)
    filling.taken(reader.t("Defined: {name}", name=given["name"]))


def leftover(reader: Reader) -> None:
    """Say what could not be set when a KPI was defined."""
    error = st.session_state.pop("kpi.refused", None)
    if error is not None:
        screens.failed(reader, error)


DEFINITION = ("name", "unit", "direction", "department", "owner", "definition", "data_source")


def _definition_fields(reader: Reader, filling: entry_form.Entry) -> dict[str, Any]:
    def text(column: Any, name: str, label: str, example: str = "") -> str:
        return str(column.text_input(plain(label), key=filling.key(name), placeholder=example))

    one, two, three = st.columns(3)
    given: dict[str, Any] = {"name": text(one, "name", reader.t("Name"))}
    given["unit"] = text(two, "unit", reader.t("Unit, as people write it"), "min, %, ￥, 单")
    given["direction"] = three.selectbox(
        plain(reader.t("Direction")),
        list(DIRECTION),
        format_func=lambda code: reader.t(DIRECTION[code]),
        key=filling.key("direction"),
    )
    one, two, three = st.columns(3)
    given["baseline"] = text(one, "baseline", reader.t("Baseline"), "2h")
    given["target"] = text(two, "target", reader.t("Target"), "15min")
    with three:
        given["due"] = entry_form.day(reader.t("Due on (optional)"), filling.key("due"))
    given["provenance"] = text(st, "provenance", reader.t("Who measured the baseline, how, and where it is kept"))
    one, two = st.columns(2)
    given["department"] = text(one, "department", reader.t("Department"))
    given["owner"] = text(two, "owner", reader.t("Owner"))
    given["definition"] = text(st, "definition", reader.t("Definition"))
    given["data_source"] = text(st, "data_source", reader.t("Data source"))
    return given


def _check_quantities(given: dict[str, Any]) -> None:
    """Refuse a baseline or target that does not fit the unit or the direction before anything is written. Raises: Invalid."""
    unit = str(given["unit"])
    dimension, written = parse_unit(unit) if unit.strip() else ("number", "")
    named = [(Text(N_("Baseline")), given["baseline"]), (Text(N_("Target")), given["target"])]
    read = [parse_quantity(value, default_unit=written or None) if value.strip() else None for _, value in named]
    check_series([(name, one) for (name, _), one in zip(named, read, strict=True) if one], dimension=dimension)
    baseline, target = (one.value if one else None for one in read)
    refuse_contradiction(str(given["direction"]), baseline, target)


def revise(reader: Reader, row: dict[str, Any]) -> None:
    """The form that corrects name, direction, owner and the like; unit and values stay, the log keeps what was said before.

    Args: row, of metrics.kpi.kpi_status, the KPI as it is.
    """
    number = int(row["kpi_id"])
    filling = entry_form.entry(f"kpi.revise_{number}")
    before = {name: clean(row[name]) if isinstance(row[name], str) else "" for name in SAID}
    with filling.form():
        one, two, three, four = st.columns(4)
        places = {"name": one, "department": three, "owner": four}
        after = {
            name: str(places.get(name, st).text_input(plain(reader.t(label)), before[name], key=filling.key(name)))
            for name, label in SAID.items()
        }
        directions = list(DIRECTION)
        direction = two.selectbox(
            plain(reader.t("Direction")),
            directions,
            index=directions.index(row["direction"]),
            format_func=lambda code: reader.t(DIRECTION[code]),
            key=filling.key("direction"),
        )
        is_sent = filling.button(reader.t("Correct"))
    if not is_sent:
        return
    changes = {name: value for name, value in after.items() if value.strip() != before[name].strip()}
    if direction != row["direction"]:
        changes["direction"] = direction

    def act() -> object:
        if not changes:
            raise Invalid(Text("Nothing about this KPI would change."))
        return data.do(kpis.revise_kpi, kpi_id=number, **changes)

    filling.send(reader, act, reader.t("Corrected: {name}", name=after["name"]))
