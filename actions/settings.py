"""The settings of the house and of its sources; what figures depend on is derived anew in the same transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from access.permissions import Permission
from actions.base import Work, acting, action
from actions.derive import derive
from actions.given import one_of, required
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.house import HouseSettings, house_from
from core.i18n import N_, Text
from core.plain import plain_text
from core.wording_actions import ITEM_KIND, POLICY, STATUS_CATEGORY
from store.db import Session, Store
from store.read import rows_where
from store.tables import Holiday, Setting, Source, Status, WorkItem
from store.write import upsert


@dataclass(frozen=True)
class Day:
    """A day that differs from its weekday: a holiday, or a make-up working day (调休)."""

    day: date
    is_working: bool
    name: str


@action(Permission.MANAGE_SETTINGS, house_wide=True)
def save_settings(
    store: Store, actor: Actor, *, changes: Mapping[str, Any], at: datetime | None = None
) -> HouseSettings:
    """Change settings of the house; another time zone derives every source's figures anew (R2).

    Args: changes, some of the fields of `HouseSettings`.
    Returns: the settings as they now are. Raises: Refused, Invalid.
    """
    with acting(store, actor, "save_settings", at=at) as work:
        before = house_settings(work.session)
        after = before.changed(changes)
        was, is_now = before.values(), after.values()
        changed = [name for name in is_now if is_now[name] != was[name]]
        if not changed:
            work.nothing_changed()
            return after
        rows = [
            {"name": name, "value": {"value": is_now[name]}, "changed_at": work.at, "changed_by": actor.name}
            for name in changed
        ]
        upsert(work.session, Setting, rows)
        if "zone" in changed:
            for source in rows_where(work.session, Source):
                derive(work.session, source.id or 0, at=work.at)
        work.audit("settings", {name: was[name] for name in changed}, {name: is_now[name] for name in changed})
        return after


@action(Permission.MANAGE_SETTINGS, house_wide=True)
def save_source_settings(
    store: Store,
    actor: Actor,
    *,
    source_id: int,
    policy: str | None = None,
    type_mapping: Mapping[str, str] | None = None,
    status_mapping: Mapping[str, str] | None = None,
    counts_subtasks: bool | None = None,
    at: datetime | None = None,
) -> Source:
    """Change how a source is counted, and derive its figures anew.

    Args: policy, a code of `core.wording_actions.POLICY` (R15); type_mapping, type -> kind (R19), and status_mapping,
    status id -> category (R8), both only for what is named, the rest stays; counts_subtasks (R6).
    Raises: Refused, NotFound, Invalid.
    """
    with acting(store, actor, "save_source_settings", at=at) as work:
        source = work.session.get(Source, source_id)
        if source is None:
            raise NotFound(Text("There is no source {id}.", id=str(source_id)))
        before = {"policy": source.policy, **source.settings}
        settings = dict(source.settings)
        if policy is not None:
            source.policy = one_of(policy, POLICY, N_("Policy"))
        if type_mapping:
            mapping = _mapping(type_mapping, ITEM_KIND, N_("Kind of work item"))
            settings["type_mapping"] = settings.get("type_mapping", {}) | mapping
            _apply_types(work, source_id, mapping)
        if status_mapping:
            mapping = _mapping(status_mapping, STATUS_CATEGORY, N_("Category of status"))
            kept = mapping if source.kind != "jira" else _by_name(work, source_id, mapping)
            settings["status_mapping"] = settings.get("status_mapping", {}) | kept
            _apply_statuses(work, source_id, mapping)
        if counts_subtasks is not None:
            settings["counts_subtasks"] = bool(counts_subtasks)
        if {"policy": source.policy, **settings} == before:
            work.nothing_changed()
            return source
        source.settings = settings
        work.session.add(source)
        work.session.flush()
        derive(work.session, source_id, at=work.at)
        work.audit(f"source {source.name}", before, {"policy": source.policy, **settings})
        return source


@action(Permission.MANAGE_SETTINGS, house_wide=True)
def import_holidays(
    store: Store, actor: Actor, *, calendar: str, days: Iterable[Day], at: datetime | None = None
) -> dict[str, int]:
    """Import the days of a working calendar that differ from their weekday (R29); days not named stay.

    Returns: `{"added", "changed", "unchanged"}`, days. Raises: Refused, Invalid.
    """
    with acting(store, actor, "import_holidays", at=at) as work:
        name = required(calendar, N_("Working calendar"))
        HouseSettings().changed({"calendar": name})  # its rule for names of calendars
        rows = [
            {
                "calendar": name,
                "day": given.day,
                "is_working": given.is_working,
                "name": required(given.name, N_("Name")),
            }
            for given in days
        ]
        if not rows:
            raise Invalid(Text("There is no day to import."))
        if len({row["day"] for row in rows}) < len(rows):
            raise Invalid(Text("A day is named twice."))
        written = upsert(work.session, Holiday, rows)
        if not written.added_keys and not written.before_rows:
            work.nothing_changed()
            return written.counts
        work.audit(f"calendar {name}", {"days": written.before_rows}, {"days": rows})
        return written.counts


def house_settings(session: Session) -> HouseSettings:
    """The settings of the house as stored; defaults where nothing was chosen. Raises: Invalid for a damaged value."""
    return house_from({setting.name: setting.value["value"] for setting in rows_where(session, Setting)})


def _mapping(given: Mapping[str, str], accepted: Mapping[str, str], field: str) -> dict[str, str]:
    return {plain_text(name): one_of(code, accepted, field) for name, code in given.items()}


def _by_name(work: Work, source_id: int, mapping: Mapping[str, str]) -> dict[str, str]:
    """A mapping of status ids as one of names, which is how a Jira's settings say it."""
    statuses = rows_where(work.session, Status, source_id=source_id, external_id=list(mapping))
    return {status.name: mapping[status.external_id] for status in statuses}


def _apply_types(work: Work, source_id: int, mapping: Mapping[str, str]) -> None:
    for item in rows_where(work.session, WorkItem, source_id=source_id, type=list(mapping)):
        item.kind = mapping[item.type or ""]
        work.session.add(item)


def _apply_statuses(work: Work, source_id: int, mapping: Mapping[str, str]) -> None:
    for status in rows_where(work.session, Status, source_id=source_id, external_id=list(mapping)):
        status.category = mapping[status.external_id]
        work.session.add(status)
