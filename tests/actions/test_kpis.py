"""KPIs: units read and checked, locked baselines, targets with reasons, corrections that keep what was there."""

from datetime import timedelta

import pytest

from actions.kpis import begin_phase, define_kpi, revise_kpi, set_baseline, set_target
from actions.measurements import correct_measurement, record_measurement
from core.actor import Actor
from core.errors import Invalid, NotFound, Refused
from store.db import Store, open_store
from store.read import rows_where
from store.tables import Kpi, KpiBaseline, KpiMeasurement, KpiPhase, KpiTarget
from tests.actions.shop import AT, EVERYONE, LATER, START, audit_log, everything, kpi_of, measured


def test_a_kpi_keeps_its_dimension_and_the_unit_people_write(store: Store, lead: Actor) -> None:
    given = {"name": " 准确率 ", "unit": "%", "direction": "up", "project_key": "SHOP", "owner": "李雷"}
    define_kpi(store, lead, **given, at=AT)
    with open_store(store.config).reading() as session:
        (kpi,) = rows_where(session, Kpi)
    assert (kpi.name, kpi.external_id, kpi.dimension, kpi.unit, kpi.owner) == ("准确率", "准确率", "ratio", "%", "李雷")
    with pytest.raises(Invalid, match="already"):
        define_kpi(store, lead, **given, at=LATER)


@pytest.mark.parametrize("changes", [{"name": ""}, {"unit": "usd"}, {"direction": "sideways"}])
def test_what_a_kpi_must_say(sqlite_store: Store, changes: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        kpi_of(sqlite_store, **changes)
    assert audit_log(sqlite_store) == []


def test_a_kpi_without_project_is_for_those_who_reach_everything(sqlite_store: Store, lead: Actor) -> None:
    with pytest.raises(Refused):
        define_kpi(sqlite_store, lead, name="Margin", unit="%", direction="up", at=AT)
    foreign = kpi_of(sqlite_store, project_key="OPS")
    with pytest.raises(NotFound):
        set_target(sqlite_store, lead, kpi_id=foreign.id or 0, value="15min", at=AT)


@pytest.mark.parametrize(
    ("unit", "given", "value"),
    [
        ("min", "2h", 7200.0),
        ("min", "15", 900.0),
        ("min", 15, 900.0),
        ("min", "1d 4h", 100800.0),
        ("min", "2小时", 7200.0),
        ("%", "85%", 0.85),
        ("%", "85", 0.85),
        ("%", "0", 0.0),
        ("￥", "￥1.2万", 12000.0),
        ("单", "120 orders", 120.0),
        ("", "42", 42.0),
    ],
)
def test_values_are_kept_in_their_canonical_unit(sqlite_store: Store, unit: str, given: str, value: float) -> None:
    kpi = kpi_of(sqlite_store, unit=unit)
    row = record_measurement(sqlite_store, EVERYONE, kpi_id=kpi.id or 0, value=given, measured_at=START, at=AT)
    assert row.value == pytest.approx(value)
    assert row.raw_text == str(given)


@pytest.mark.parametrize(
    ("unit", "given"),
    [
        ("min", "85%"),
        ("%", "2h"),
        ("%", "0.85"),
        ("%", 1),
        ("单", "120 people"),
        ("min", "soon"),
        ("min", ""),
        ("min", "-5"),
        ("min", float("nan")),
    ],
)
def test_a_value_that_does_not_fit_is_refused(sqlite_store: Store, unit: str, given: str) -> None:
    kpi = kpi_of(sqlite_store, unit=unit)
    before = everything(sqlite_store)
    with pytest.raises(Invalid):
        record_measurement(sqlite_store, EVERYONE, kpi_id=kpi.id or 0, value=given, measured_at=START, at=AT)
    assert everything(sqlite_store) == before


def test_another_dimension_is_refused_in_words(sqlite_store: Store) -> None:
    kpi = kpi_of(sqlite_store)
    with pytest.raises(Invalid, match=r"“85%” is a percentage, where this KPI is a duration. At Target."):
        set_target(sqlite_store, EVERYONE, kpi_id=kpi.id or 0, value="85%", at=AT)


def test_what_can_be_negative_may_be(sqlite_store: Store) -> None:
    kpi = kpi_of(sqlite_store, unit="￥", can_be_negative=True)
    row = record_measurement(sqlite_store, EVERYONE, kpi_id=kpi.id or 0, value="-￥20", measured_at=START, at=AT)
    assert row.value == -20


def test_a_locked_baseline_is_superseded_only_with_a_reason_and_a_new_phase(store: Store) -> None:
    kpi_id = kpi_of(store).id or 0
    set_baseline(store, EVERYONE, kpi_id=kpi_id, value="3h", at=AT)
    set_baseline(
        store, EVERYONE, kpi_id=kpi_id, value="2h", provenance="Timesheets of May", is_locked=True, n=40, at=AT
    )
    with pytest.raises(Invalid, match="Reason"):
        set_baseline(store, EVERYONE, kpi_id=kpi_id, value="1h", at=LATER)
    set_baseline(store, EVERYONE, kpi_id=kpi_id, value="1h", reason="New warehouse", at=LATER)
    with store.reading() as session:
        assert [row.value for row in rows_where(session, KpiBaseline)] == [10800, 7200, 3600]
        (phase,) = rows_where(session, KpiPhase)
    assert (phase.kind, phase.reason, phase.begins_at) == ("re_baseline", "New warehouse", LATER)
    last = audit_log(store)[-1]
    assert last.before is not None and last.after is not None
    assert (last.before["value"], last.after["value"], last.after["reason"]) == (7200, 3600, "New warehouse")


def test_a_baseline_is_not_locked_without_its_provenance(sqlite_store: Store) -> None:
    kpi_id = kpi_of(sqlite_store).id or 0
    with pytest.raises(Invalid, match="provenance"):
        set_baseline(sqlite_store, EVERYONE, kpi_id=kpi_id, value="2h", is_locked=True, at=AT)


def test_a_target_that_supersedes_another_says_why(store: Store) -> None:
    kpi_id = kpi_of(store).id or 0
    set_target(store, EVERYONE, kpi_id=kpi_id, value="20min", due_at=AT + timedelta(days=90), at=AT)
    with pytest.raises(Invalid, match="Reason"):
        set_target(store, EVERYONE, kpi_id=kpi_id, value="15min", at=LATER)
    set_target(store, EVERYONE, kpi_id=kpi_id, value="15min", reason="Agreed in review", at=LATER)
    with store.reading() as session:
        assert [row.value for row in rows_where(session, KpiTarget)] == [1200, 900]


def test_a_value_is_corrected_not_overwritten(store: Store) -> None:
    kpi_id = measured(store).id or 0
    with pytest.raises(Invalid, match="already"):
        record_measurement(store, EVERYONE, kpi_id=kpi_id, value="1h", measured_at=START, at=LATER)
    with pytest.raises(Invalid, match="Why it is corrected"):
        correct_measurement(store, EVERYONE, kpi_id=kpi_id, value="1h", measured_at=START, remark="", at=LATER)
    correct_measurement(store, EVERYONE, kpi_id=kpi_id, value="1h", measured_at=START, remark="Misread", at=LATER)
    with store.reading() as session:
        rows = rows_where(session, KpiMeasurement)
    assert [(row.at, row.value, row.raw_text) for row in rows] == [(START, 7200, "2h"), (START, 3600, "1h")]
    with pytest.raises(NotFound):
        correct_measurement(store, EVERYONE, kpi_id=kpi_id, value="1h", measured_at=AT, remark="x", at=LATER)


@pytest.mark.parametrize("changes", [{"measured_at": LATER}, {"n": 0}, {"n": 2.5}])
def test_no_value_from_the_future_and_no_part_of_a_case(sqlite_store: Store, changes: dict[str, object]) -> None:
    kpi_id = kpi_of(sqlite_store).id or 0
    given = {"value": "1h", "measured_at": START} | changes
    with pytest.raises(Invalid):
        record_measurement(sqlite_store, EVERYONE, kpi_id=kpi_id, **given, at=AT)


def test_what_is_said_about_a_kpi_can_be_corrected(store: Store) -> None:
    kpi_id = kpi_of(store).id or 0
    revise_kpi(store, EVERYONE, kpi_id=kpi_id, owner="李雷", definition="From payment to hand-over", at=LATER)
    entries = len(audit_log(store))
    revise_kpi(store, EVERYONE, kpi_id=kpi_id, owner="李雷", at=LATER)
    assert len(audit_log(store)) == entries
    with open_store(store.config).reading() as session:
        assert session.get_one(Kpi, kpi_id).owner == "李雷"
    with pytest.raises(TypeError):
        revise_kpi(store, EVERYONE, kpi_id=kpi_id, unit="h", at=LATER)
    with pytest.raises(Invalid):
        revise_kpi(store, EVERYONE, kpi_id=kpi_id, name=" ", at=LATER)
    with pytest.raises(Refused):
        revise_kpi(store, EVERYONE_OF_SHOP, kpi_id=kpi_id, project_key="OPS", department="", at=LATER)


EVERYONE_OF_SHOP = Actor.with_roles("lead", EVERYONE.roles, projects=frozenset({"SHOP"}))


def test_a_phase_begins_with_its_reason(sqlite_store: Store) -> None:
    kpi_id = kpi_of(sqlite_store).id or 0
    with pytest.raises(Invalid):
        begin_phase(sqlite_store, EVERYONE, kpi_id=kpi_id, begins_at=START, kind="release", reason="", at=AT)
    with pytest.raises(Invalid):
        begin_phase(sqlite_store, EVERYONE, kpi_id=kpi_id, begins_at=START, kind="whim", reason="x", at=AT)
    assert (
        begin_phase(
            sqlite_store, EVERYONE, kpi_id=kpi_id, begins_at=START, kind="release", reason="1.0", at=AT
        ).begins_at
        == START
    )


def test_direction_baseline_and_target_must_agree(sqlite_store: Store) -> None:
    kpi = kpi_of(sqlite_store, unit="min", direction="down").id or 0
    set_baseline(sqlite_store, EVERYONE, kpi_id=kpi, value="2h", at=AT)
    with pytest.raises(Invalid, match="contradict"):
        set_target(sqlite_store, EVERYONE, kpi_id=kpi, value="3h", at=LATER)
    set_target(sqlite_store, EVERYONE, kpi_id=kpi, value="2h", at=LATER)  # equal: allowed, progress is n/a (R23)
    set_target(sqlite_store, EVERYONE, kpi_id=kpi, value="15min", reason="agreed", at=LATER)
    with pytest.raises(Invalid, match="contradict"):
        set_baseline(sqlite_store, EVERYONE, kpi_id=kpi, value="10min", at=LATER)
    with pytest.raises(Invalid, match="contradict"):
        revise_kpi(sqlite_store, EVERYONE, kpi_id=kpi, direction="up", at=LATER)
    revise_kpi(sqlite_store, EVERYONE, kpi_id=kpi, name="Speed", at=LATER)
