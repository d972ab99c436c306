"""KPIs: what is agreed with a department, where it stood, and what it is to reach. Baselines and targets are append-only."""

from datetime import datetime

from access.permissions import Permission
from actions.base import Work, acting, action
from actions.given import LONGEST_TEXT, one_of, optional, past, required, within
from actions.own_source import source_for_entry
from actions.quantities import Given, canonical_value, refuse_contradiction, unit_of
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.i18n import N_, Text
from core.reader import utc
from core.wording_kpi import DIRECTION, PHASE_KIND
from store.db import Store
from store.read import last_where, rows_where
from store.tables import Kpi, KpiBaseline, KpiPhase, KpiTarget


@action(Permission.MANAGE_KPIS)
def define_kpi(
    store: Store,
    actor: Actor,
    *,
    name: str,
    unit: str,
    direction: str,
    external_id: str | None = None,
    can_be_negative: bool = False,
    project_key: str | None = None,
    department: str | None = None,
    owner: str | None = None,
    definition: str | None = None,
    data_source: str | None = None,
    at: datetime | None = None,
) -> Kpi:
    """Agree on a KPI: its name, the unit people write it in, and which direction is better.

    Args: unit, as people write it (min, %, ￥, 单; empty for a bare number); direction, down or up; external_id, by
    which sheets find it (by default its name).
    Raises: Refused, Invalid (also where a KPI of that id exists).
    """
    with acting(store, actor, "define_kpi", at=at) as work:
        project, dimension_unit = optional(project_key, N_("Project")), unit_of(unit)
        row = Kpi(
            source_id=0,
            name=required(name, N_("Name")),
            external_id=optional(external_id, N_("Id")) or required(name, N_("Name")),
            dimension=dimension_unit[0],
            unit=dimension_unit[1],
            direction=one_of(direction, DIRECTION, N_("Direction")),
            can_be_negative=can_be_negative,
            project_key=project,
            department=optional(department, N_("Department")),
            owner=optional(owner, N_("Owner")),
            definition=optional(definition, N_("Definition"), longest=LONGEST_TEXT),
            data_source=optional(data_source, N_("Data source"), longest=LONGEST_TEXT),
        )
        work.require(project=row.project_key, department=row.department)
        row.source_id = source_for_entry(work.session, work.at, project_key=project).id or 0
        if rows_where(work.session, Kpi, source_id=row.source_id, external_id=row.external_id):
            raise Invalid(
                Text("There is a KPI “{name}” already.", name=row.external_id),
                next=Text("Change that one, or give this one another name."),
            )
        work.add(row)
        work.audit(f"KPI {row.name}", None, row)
        return row


@action(Permission.MANAGE_KPIS)
def revise_kpi(store: Store, actor: Actor, *, kpi_id: int, at: datetime | None = None, **changes: str | None) -> Kpi:
    """Correct what is said about a KPI. Unit and dimension stay, since its values are kept in them.

    Args: changes, of name, direction, project_key, department, owner, definition, data_source.
    Raises: Refused, NotFound, Invalid.
    """
    labels = {
        "name": N_("Name"),
        "direction": N_("Direction"),
        "project_key": N_("Project"),
        "department": N_("Department"),
        "owner": N_("Owner"),
        "definition": N_("Definition"),
        "data_source": N_("Data source"),
    }
    if set(changes) - set(labels):
        raise TypeError(f"cannot be revised: {', '.join(sorted(set(changes) - set(labels)))}")
    with acting(store, actor, "revise_kpi", at=at) as work:
        kpi = kpi_in_reach(work, kpi_id)
        before = kpi.model_dump()
        for name, given in changes.items():
            setattr(kpi, name, optional(given, labels[name], longest=LONGEST_TEXT))
        required(kpi.name, N_("Name"))
        one_of(kpi.direction, DIRECTION, N_("Direction"))
        if "direction" in changes:
            refuse_contradiction(kpi.direction, _baseline_of(work, kpi_id), _target_of(work, kpi_id))
        work.require(project=kpi.project_key, department=kpi.department)
        if kpi.model_dump() == before:
            work.nothing_changed()
            return kpi
        work.session.add(kpi)
        work.audit(f"KPI {kpi.name}", before, kpi)
        return kpi


@action(Permission.MANAGE_KPIS)
def set_baseline(
    store: Store,
    actor: Actor,
    *,
    kpi_id: int,
    value: Given,
    measured_at: datetime | None = None,
    n: int | None = None,
    provenance: str | None = None,
    is_locked: bool = False,
    reason: str | None = None,
    at: datetime | None = None,
) -> KpiBaseline:
    """Say where a KPI stood before, and lock it once it is agreed.

    An unlocked baseline is superseded freely; superseding a locked one needs a reason and begins a new phase (R24).
    Args: value as people write it (R27); provenance, where it comes from, required to lock.
    Raises: Refused, NotFound, Invalid.
    """
    with acting(store, actor, "set_baseline", at=at) as work:
        kpi = kpi_in_reach(work, kpi_id)
        before = last_where(work.session, KpiBaseline, kpi_id=kpi_id)
        row = KpiBaseline(
            kpi_id=kpi_id,
            value=canonical_value(kpi, value, N_("Baseline")),
            measured_at=past(measured_at, work.at, N_("Measured at")) if measured_at else None,
            n=within(n, 1, 10**9, N_("Number of cases")),
            provenance=optional(provenance, N_("Provenance"), longest=LONGEST_TEXT),
            is_locked=is_locked,
            recorded_at=work.at,
            recorded_by=actor.name,
        )
        if is_locked and row.provenance is None:
            raise Invalid(
                Text("A baseline is locked only with its provenance."),
                next=Text("Say who measured it, how, and where that is kept."),
            )
        refuse_contradiction(kpi.direction, row.value, _target_of(work, kpi_id))
        work.add(row)
        if before is not None and before.is_locked:
            why = required(reason, N_("Reason"), longest=LONGEST_TEXT)
            _add_phase(work, kpi_id, work.at, "re_baseline", why)
        work.audit(f"baseline of {kpi.name}", before, row.model_dump() | {"reason": reason})
        return row


@action(Permission.MANAGE_KPIS)
def set_target(
    store: Store,
    actor: Actor,
    *,
    kpi_id: int,
    value: Given,
    due_at: datetime | None = None,
    reason: str | None = None,
    at: datetime | None = None,
) -> KpiTarget:
    """Say what a KPI is to reach and by when; a target that supersedes another needs its reason.

    Raises: Refused, NotFound, Invalid.
    """
    with acting(store, actor, "set_target", at=at) as work:
        kpi = kpi_in_reach(work, kpi_id)
        before = last_where(work.session, KpiTarget, kpi_id=kpi_id)
        why = optional(reason, N_("Reason"), longest=LONGEST_TEXT)
        row = KpiTarget(
            kpi_id=kpi_id,
            value=canonical_value(kpi, value, N_("Target")),
            due_at=utc(due_at) if due_at else None,
            reason=required(why, N_("Reason"), longest=LONGEST_TEXT) if before else why,
            recorded_at=work.at,
            recorded_by=actor.name,
        )
        refuse_contradiction(kpi.direction, _baseline_of(work, kpi_id), row.value)
        work.add(row)
        work.audit(f"target of {kpi.name}", before, row)
        return row


@action(Permission.MANAGE_KPIS)
def begin_phase(
    store: Store,
    actor: Actor,
    *,
    kpi_id: int,
    begins_at: datetime,
    kind: str,
    reason: str,
    at: datetime | None = None,
) -> KpiPhase:
    """Begin a new phase of a KPI's chart, so that its limits are computed anew from there (R24).

    Args: kind, a code of `core.wording_kpi.PHASE_KIND`.
    Raises: Refused, NotFound, Invalid.
    """
    with acting(store, actor, "begin_phase", at=at) as work:
        kpi = kpi_in_reach(work, kpi_id)
        why = required(reason, N_("Reason"), longest=LONGEST_TEXT)
        row = _add_phase(work, kpi_id, utc(begins_at), one_of(kind, PHASE_KIND, N_("Kind of phase")), why)
        work.audit(f"phase of {kpi.name}", None, row)
        return row


def _baseline_of(work: Work, kpi_id: int) -> float | None:
    found = last_where(work.session, KpiBaseline, kpi_id=kpi_id)
    return found.value if found else None


def _target_of(work: Work, kpi_id: int) -> float | None:
    found = last_where(work.session, KpiTarget, kpi_id=kpi_id)
    return found.value if found else None


def kpi_in_reach(work: Work, kpi_id: int) -> Kpi:
    """The KPI, within the actor's reach. Raises: NotFound where it is unknown or not to be seen; Refused."""
    missing = NotFound(Text("There is no KPI {id}.", id=str(kpi_id)))
    kpi = work.session.get(Kpi, kpi_id)
    if kpi is None:
        raise missing
    work.require(project=kpi.project_key, department=kpi.department, missing=missing)
    return kpi


def _add_phase(work: Work, kpi_id: int, begins_at: datetime, kind: str, reason: str) -> KpiPhase:
    return work.add(
        KpiPhase(
            kpi_id=kpi_id,
            begins_at=begins_at,
            kind=kind,
            reason=reason,
            recorded_at=work.at,
            recorded_by=work.actor.name,
        )
    )
