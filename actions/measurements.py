"""Measured values of KPIs. Append-only: a correction is a later row at the same instant, with its remark."""

from datetime import datetime

from access.permissions import Permission
from actions.base import Work, acting, action
from actions.given import LONGEST_TEXT, optional, past, required, within
from actions.kpis import kpi_in_reach
from actions.quantities import Given, canonical_value
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.i18n import N_, Text
from core.plain import plain_text
from core.reader import utc
from store.db import Store
from store.read import last_where
from store.tables import Kpi, KpiMeasurement


@action(Permission.MANAGE_KPIS)
def record_measurement(
    store: Store,
    actor: Actor,
    *,
    kpi_id: int,
    value: Given,
    measured_at: datetime,
    n: int | None = None,
    remark: str | None = None,
    at: datetime | None = None,
) -> KpiMeasurement:
    """Record what a KPI was at an instant. Args: value as people write it (R27); n, the cases behind it.

    Raises: Refused, NotFound, Invalid (also where that instant has a value: it is corrected, not overwritten).
    """
    with acting(store, actor, "record_measurement", at=at) as work:
        kpi = kpi_in_reach(work, kpi_id)
        instant = past(measured_at, work.at, N_("Measured at"))
        if last_where(work.session, KpiMeasurement, kpi_id=kpi_id, at=instant):
            raise Invalid(
                Text("“{name}” has a value at {instant} already.", name=kpi.name, instant=instant),
                next=Text("Correct that value; the correction keeps both."),
            )
        row = _add(work, kpi, value, instant, n, optional(remark, N_("Remark"), longest=LONGEST_TEXT))
        work.audit(f"measurement of {kpi.name}", None, row)
        return row


@action(Permission.MANAGE_KPIS)
def correct_measurement(
    store: Store,
    actor: Actor,
    *,
    kpi_id: int,
    value: Given,
    measured_at: datetime,
    remark: str,
    n: int | None = None,
    at: datetime | None = None,
) -> KpiMeasurement:
    """Correct the value at an instant, saying why; the earlier value is kept and no longer counts.

    Raises: Refused; NotFound where there is no value at that instant; Invalid.
    """
    with acting(store, actor, "correct_measurement", at=at) as work:
        kpi = kpi_in_reach(work, kpi_id)
        instant = utc(measured_at)
        before = last_where(work.session, KpiMeasurement, kpi_id=kpi_id, at=instant)
        if before is None:
            raise NotFound(Text("“{name}” has no value at {instant}.", name=kpi.name, instant=instant))
        row = _add(work, kpi, value, instant, n, required(remark, N_("Why it is corrected"), longest=LONGEST_TEXT))
        work.audit(f"measurement of {kpi.name}", before, row)
        return row


def _add(work: Work, kpi: Kpi, value: Given, at: datetime, n: int | None, remark: str | None) -> KpiMeasurement:
    return work.add(
        KpiMeasurement(
            kpi_id=kpi.id or 0,
            at=at,
            value=canonical_value(kpi, value, N_("Value")),
            n=within(n, 1, 10**9, N_("Number of cases")),
            raw_text=plain_text(str(value)),
            remark=remark,
            recorded_at=work.at,
            recorded_by=work.actor.name,
        )
    )
