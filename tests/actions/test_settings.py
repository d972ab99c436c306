"""Settings of the house and of sources: validated, kept, and with the figures that depend on them derived anew."""

from datetime import UTC, date, datetime

import pytest

from actions.settings import Day, house_settings, import_holidays, save_settings, save_source_settings
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.house import HouseSettings, house_from
from core.working_time import working_seconds
from store.db import Store, open_store
from store.read import rows_where
from store.tables import Holiday, Setting, Source, SprintTotal, Status, WorkItem
from tests.actions.shop import AT, LATER, audit_log, everything, seed


def totals(store: Store) -> dict[str, SprintTotal]:
    with store.reading() as session:
        return {row.unit: row for row in rows_where(session, SprintTotal, sprint_id="S1")}


def test_settings_survive_a_restart_and_only_what_changed_is_audited(store: Store, admin: Actor) -> None:
    changes = {"language": "zh", "department_calendars": {"ops": "weekdays"}, "demo_every_days": 14}
    saved = save_settings(store, admin, changes=changes, at=AT)
    with open_store(store.config).reading() as session:
        assert house_settings(session) == saved
        assert {row.name for row in rows_where(session, Setting)} == {"language", "department_calendars"}
    (entry,) = audit_log(store)
    assert entry.before == {"language": "en", "department_calendars": {}}
    assert entry.after == {"language": "zh", "department_calendars": {"ops": "weekdays"}}
    assert saved.calendar_of("ops") == "weekdays"
    assert saved.calendar_of("finance") == saved.calendar_of(None) == "CN"


def test_saving_what_is_so_already_writes_nothing(sqlite_store: Store, admin: Actor) -> None:
    before = everything(sqlite_store)
    save_settings(sqlite_store, admin, changes={"zone": "Asia/Shanghai"}, at=AT)
    save_settings(sqlite_store, admin, changes={}, at=AT)
    assert everything(sqlite_store) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "fr"},
        {"zone": "Mars/Olympus"},
        {"zone": 8},
        {"calendar": "XX"},
        {"calendar": ""},
        {"work_starts": "9"},
        {"work_ends": "09:00"},
        {"work_ends": None},
        {"hours_per_day": 0},
        {"hours_per_day": 25},
        {"hours_per_day": "8"},
        {"demo_every_days": 0},
        {"demo_every_days": 1.5},
        {"department_calendars": {"ops": "a b"}},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_setting_out_of_bounds_is_refused_in_words(
    sqlite_store: Store, admin: Actor, changes: dict[str, object]
) -> None:
    with pytest.raises(Invalid, match="Accepted are"):
        save_settings(sqlite_store, admin, changes=changes, at=AT)
    assert audit_log(sqlite_store) == []


def test_a_damaged_stored_setting_is_named(sqlite_store: Store) -> None:
    with sqlite_store.writing() as session:
        session.add(Setting(name="zone", value={"value": "nowhere"}, changed_at=AT, changed_by="x"))
    with sqlite_store.reading() as session, pytest.raises(Invalid, match="nowhere"):
        house_settings(session)


def test_settings_of_others_are_not_the_houses() -> None:
    assert house_from({"is_started": True, "zone": "UTC"}) == HouseSettings(zone="UTC")


def test_the_working_calendar_of_a_department() -> None:
    house = HouseSettings(
        department_calendars=(("ops", "factory"), ("us", "US")), work_starts="08:00", work_ends="17:00"
    )
    imported = {"factory": {date(2026, 11, 2): False}}
    factory = house.working_calendar("ops", imported)
    assert (factory.country, factory.zone, dict(factory.days)) == (None, "Asia/Shanghai", imported["factory"])
    assert house.working_calendar("us", imported).country == "US"
    assert house.working_calendar(None, imported).country == "CN"
    monday_eight = datetime(2026, 11, 2, 0, tzinfo=UTC)
    assert working_seconds(monday_eight, datetime(2026, 11, 3, 2, tzinfo=UTC), factory) == 2 * 3600


def test_another_policy_derives_the_source_anew(store: Store, admin: Actor) -> None:
    source = seed(store)
    assert totals(store) == {}
    save_source_settings(store, admin, source_id=source, policy="plan-cn", counts_subtasks=True, at=AT)
    derived = totals(store)
    assert derived["points"].policy == "plan-cn"
    assert derived["count"].added == 1
    with store.reading() as session:
        kept = session.get_one(Source, source)
    assert (kept.policy, kept.settings) == ("plan-cn", {"counts_subtasks": True})
    entries = len(audit_log(store))
    save_source_settings(store, admin, source_id=source, policy="plan-cn", at=LATER)
    assert len(audit_log(store)) == entries


def test_mappings_reach_the_items_and_the_figures(store: Store, admin: Actor) -> None:
    source = seed(store)
    save_source_settings(
        store, admin, source_id=source, type_mapping={"Story": "chore"}, status_mapping={"open": "done"}, at=AT
    )
    with store.reading() as session:
        assert {item.kind for item in rows_where(session, WorkItem)} == {"chore"}
        assert {status.category for status in rows_where(session, Status)} == {"done"}
        assert session.get_one(Source, source).settings == {
            "type_mapping": {"Story": "chore"},
            "status_mapping": {"open": "done"},
        }
    save_source_settings(store, admin, source_id=source, type_mapping={"Bug": "bug"}, at=LATER)
    with store.reading() as session:
        assert session.get_one(Source, source).settings["type_mapping"] == {"Story": "chore", "Bug": "bug"}


def test_what_a_source_cannot_be_set_to(sqlite_store: Store, admin: Actor) -> None:
    source = seed(sqlite_store)
    before = everything(sqlite_store)
    for wrong in ({"policy": "own"}, {"type_mapping": {"Story": "tale"}}, {"status_mapping": {"open": "shut"}}):
        with pytest.raises(Invalid):
            save_source_settings(sqlite_store, admin, source_id=source, **wrong, at=AT)
    with pytest.raises(NotFound):
        save_source_settings(sqlite_store, admin, source_id=99, policy="plan-cn", at=AT)
    assert everything(sqlite_store) == before


def test_holidays_are_imported_once_and_corrected(store: Store, admin: Actor) -> None:
    days = [Day(date(2031, 1, 1), False, "元旦"), Day(date(2031, 1, 4), True, "调休")]
    assert import_holidays(store, admin, calendar="CN", days=days, at=AT) == {"added": 2, "changed": 0, "unchanged": 0}
    assert import_holidays(store, admin, calendar="CN", days=days, at=AT)["unchanged"] == 2
    changed = [Day(date(2031, 1, 4), False, "元旦")]
    assert import_holidays(store, admin, calendar="CN", days=changed, at=LATER)["changed"] == 1
    assert len(audit_log(store)) == 2
    with open_store(store.config).reading() as session:
        assert [row.is_working for row in rows_where(session, Holiday)] == [False, False]


@pytest.mark.parametrize(
    ("calendar", "days"),
    [
        ("XX", [Day(date(2031, 1, 1), False, "x")]),
        ("CN", []),
        ("CN", [Day(date(2031, 1, 1), False, "x"), Day(date(2031, 1, 1), True, "y")]),
        ("CN", [Day(date(2031, 1, 1), False, "")]),
    ],
)
def test_holidays_that_make_no_calendar(sqlite_store: Store, admin: Actor, calendar: str, days: list[Day]) -> None:
    with pytest.raises(Invalid):
        import_holidays(sqlite_store, admin, calendar=calendar, days=days, at=AT)
