"""The forms of the settings page: the house, its working calendars, how each source is counted, the sample."""

from dataclasses import asdict
from datetime import time
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import streamlit as st

from actions.settings import import_holidays, save_settings, save_source_settings
from actions.sheet_reading import read_file
from core.errors import Invalid
from core.house import LABELS, LARGEST_MEDIA_MB, HouseSettings
from core.i18n import Text
from core.reader import Reader
from core.rows import rows_of
from core.wording_actions import ITEM_KIND, POLICY, STATUS_CATEGORY
from pages.components import cards, data, data_view, entry_form, filters, upload
from pages.components.markup import clean, muted, plain
from pages.components.settings_words import (
    CALENDAR,
    COUNTRIES,
    POLICY_MEANING,
    calendar_name,
    days_of_sheet,
    days_of_text,
)

LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
USUAL_ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Singapore", "Asia/Tokyo", "Europe/London", "Europe/Berlin")
HOUSE = "house"  # a department without a calendar of its own


def house(reader: Reader, now: HouseSettings, departments: list[str]) -> None:
    """Language, zone, rhythm, working hours, and the calendars of house and departments."""
    filling = entry_form.entry("settings.house")
    calendars = _calendars(now)
    with cards.panel(reader.t("The house"), key="settings-house"), filling.form():
        given = _house_fields(reader, now, filling, calendars)
        if departments:
            cards.title(reader.t("Calendars of departments"))
            given["department_calendars"] = _department_fields(reader, now, filling, calendars, departments)
        is_sent = filling.button(reader.t("Save"))
    if is_sent:
        filling.send(reader, lambda: data.do(save_settings, changes=_changes(now, given)), reader.t("Settings saved."))


def _house_fields(
    reader: Reader, now: HouseSettings, filling: entry_form.Entry, calendars: list[str]
) -> dict[str, Any]:
    one, two, three = st.columns(3)
    given: dict[str, Any] = {
        "language": one.selectbox(
            plain(reader.t("Language of reports, and of readers who chose none")),
            list(LANGUAGE_NAMES),
            index=list(LANGUAGE_NAMES).index(now.language),
            format_func=lambda code: LANGUAGE_NAMES[code],
            key=filling.key("language"),
        )
    }
    zones = _zones()
    given["zone"] = two.selectbox(
        plain(reader.t("Time zone: days and weeks are cut in it")),
        zones,
        index=zones.index(now.zone),
        key=filling.key("zone"),
    )
    given["demo_every_days"] = three.number_input(
        plain(reader.t("Days between demos")), 1, 90, now.demo_every_days, key=filling.key("rhythm")
    )
    one, two, three, four, five = st.columns(5)
    given["media_mb"] = five.number_input(
        plain(reader.t("Largest picture or video at a demo (MB)")), 1, LARGEST_MEDIA_MB, now.media_mb,
        key=filling.key("media"),
    )  # fmt: skip
    given["calendar"] = one.selectbox(
        plain(reader.t("Working calendar")),
        calendars,
        index=calendars.index(now.calendar),
        format_func=lambda code: clean(calendar_name(reader, code)),
        key=filling.key("calendar"),
    )
    given["work_starts"] = two.time_input(
        plain(reader.t("Work begins")), time.fromisoformat(now.work_starts), key=filling.key("starts")
    )
    given["work_ends"] = three.time_input(
        plain(reader.t("Work ends")), time.fromisoformat(now.work_ends), key=filling.key("ends")
    )
    given["hours_per_day"] = four.number_input(
        plain(reader.t("Hours of a working day (1d of effort)")), 0.5, 24.0, float(now.hours_per_day), 0.5,
        key=filling.key("hours"),
    )  # fmt: skip
    for name in ("makes_reports", "writes_back"):
        given[name] = st.checkbox(plain(reader.t(LABELS[name])), getattr(now, name), key=filling.key(name))
    return given


@cache
def _zones() -> list[str]:
    """Every time zone, the usual ones first; the system's files are looked through once."""
    return [*USUAL_ZONES, *sorted(available_timezones() - set(USUAL_ZONES))]


def _department_fields(
    reader: Reader, now: HouseSettings, filling: entry_form.Entry, calendars: list[str], departments: list[str]
) -> dict[str, str]:
    own = dict(now.department_calendars)
    options = [HOUSE, *calendars]
    columns = st.columns(3)
    chosen = {
        name: columns[at % 3].selectbox(
            plain(name),
            options,
            index=options.index(own.get(name, HOUSE)),
            format_func=lambda code: reader.t("as the house") if code == HOUSE else clean(calendar_name(reader, code)),
            key=filling.key(f"calendar_{at}"),
        )
        for at, name in enumerate(departments)
    }
    return {name: code for name, code in chosen.items() if code != HOUSE}


def _changes(now: HouseSettings, given: dict[str, Any]) -> dict[str, Any]:
    """What differs from the settings as they are. Raises: Invalid for a time that was emptied."""
    changes = dict(given)
    for name in ("work_starts", "work_ends"):
        if changes[name] is None:
            raise Invalid(Text("Choose when work begins and when it ends."))
        changes[name] = changes[name].strftime("%H:%M")
    was = asdict(now) | {"department_calendars": dict(now.department_calendars)}
    return {name: value for name, value in changes.items() if value != was[name]}


def _calendars(now: HouseSettings) -> list[str]:
    imported = [str(name) for name in data.table("holidays")["calendar"].unique()]
    used = [now.calendar, *(code for _, code in now.department_calendars)]
    return list(dict.fromkeys([*CALENDAR, *imported, *COUNTRIES, *used]))


def holidays(reader: Reader) -> None:
    """Days that differ from their weekday, imported from lines or a sheet (R29)."""
    filling = entry_form.entry("settings.holidays")
    known = data.table("holidays")
    under = reader.t(
        "For a year the calendar library does not know yet, and for days of your own. Days not named stay."
    )
    with cards.panel(reader.t("Import holidays and make-up days"), under=under, key="settings-holidays"):
        if len(known):
            by_calendar = known.groupby("calendar").size()
            listed = " · ".join(f"{name}: {n}" for name, n in by_calendar.items())
            cards.html(muted(reader.t("Imported so far: {listed}", listed=listed)))
        upload.quiet(reader, "settings-holidays")
        with filling.form():
            name = st.text_input(
                plain(reader.t("Calendar: CN, another country code, or a name of your own")),
                "CN",
                key=filling.key("name"),
            )
            text = st.text_area(
                plain(reader.t("One day a line: the day, off or work, its name")),
                placeholder="2027-01-01 off New Year\n2027-02-07 班 春节调休",
                key=filling.key("text"),
            )
            file = st.file_uploader(plain(reader.t("Or a sheet with these three columns")), key=filling.key("file"))
            is_sent = filling.button(reader.t("Import the days"))

    def act() -> None:
        days = days_of_text(text)
        if file is not None:
            for sheet in read_file(file.getvalue(), file.name).sheets:
                days += days_of_sheet(sheet)
        data.do(import_holidays, calendar=name, days=days)

    if is_sent:
        filling.send(reader, act, reader.t("The days of calendar {name} are in.", name=name))


def source(reader: Reader) -> None:
    """How a source is counted: policy, types, statuses, sub-tasks."""
    found = data.table("sources")
    found = found[found["kind"] != "fortnight"]
    with cards.panel(
        reader.t("How a source is counted"), under=reader.t("Saving derives every figure of the source anew."),
        key="settings-source",
    ):  # fmt: skip
        if found.empty:
            cards.html(muted(reader.t("There is no source yet: import a spreadsheet on the data page.")))
            return
        named = {int(row["source_id"]): row for row in rows_of(found)}
        with filters.row():
            chosen = filters.choose(
                reader.t("Source"), list(named), key="settings.source", say=lambda one: str(named[one]["name"])
            )
        _source_form(reader, {str(name): value for name, value in named[chosen or 0].items()})


def _source_form(reader: Reader, row: dict[str, Any]) -> None:
    source_id = int(row["source_id"])
    filling = entry_form.entry(f"settings.source_{source_id}")
    with filling.form():
        policy = st.radio(
            plain(reader.t("Policy")),
            list(POLICY),
            index=list(POLICY).index(row["policy"]),
            format_func=lambda code: reader.t(POLICY[code]),
            captions=[plain(reader.t(POLICY_MEANING[code])) for code in POLICY],
            key=filling.key("policy"),
        )
        counts_subtasks = st.checkbox(
            plain(reader.t("Count sub-tasks as items of their own (R6)")),
            bool(row["settings"].get("counts_subtasks", False)),
            key=filling.key("subtasks"),
        )
        types = _types(reader, source_id, row["settings"].get("type_mapping", {}), filling)
        statuses = _statuses(reader, source_id, filling)
        is_sent = filling.button(reader.t("Save"))
    if is_sent:
        filling.send(
            reader,
            lambda: data.do(
                save_source_settings,
                source_id=source_id,
                policy=policy,
                type_mapping=types,
                status_mapping=statuses,
                counts_subtasks=counts_subtasks,
            ),
            reader.t("{name} is counted as chosen, its figures are derived anew.", name=row["name"]),
        )


def _types(reader: Reader, source_id: int, mapped: dict[str, str], filling: entry_form.Entry) -> dict[str, str]:
    """Each type of work item and what it counts as; only what was changed is returned."""
    found = data.table("types")
    found = found[found["source_id"] == source_id].sort_values("n", ascending=False)
    now: dict[str, str] = {}
    for row in rows_of(found):  # where items of one type differ in kind, that of the most counts
        now.setdefault(str(row["type"]), str(row["kind"]))
    now |= {name: kind for name, kind in mapped.items() if kind in ITEM_KIND}
    uses = found.groupby("type")["n"].sum()
    cards.title(
        reader.t("Types of work items"), under=reader.t("A requirement is what is neither a defect nor a chore. (R19)")
    )
    labels = {
        name: reader.tn("{name} ({n} item)", "{name} ({n} items)", int(uses.get(name, 0)), name=name) for name in now
    }
    return _choices(reader, labels, now, ITEM_KIND, filling, "type")


def _statuses(reader: Reader, source_id: int, filling: entry_form.Entry) -> dict[str, str]:
    """Each status and its category; only what was changed is returned."""
    found = data.table("statuses")
    found = found[found["source_id"] == source_id]
    now = dict(zip(found["status_id"].astype("str"), found["category"].astype("str"), strict=True))
    names = dict(zip(found["status_id"].astype("str"), found["name"].astype("str"), strict=True))
    cards.title(reader.t("Statuses"), under=reader.t("What counts as done where no board says so. (R8)"))
    return _choices(reader, names, now, STATUS_CATEGORY, filling, "status")


def _choices(
    reader: Reader,
    labels: dict[str, str],
    now: dict[str, str],
    words: dict[str, str],
    filling: entry_form.Entry,
    name: str,
) -> dict[str, str]:
    codes, columns, changed = list(words), st.columns(3), {}
    for at, (one, code) in enumerate(now.items()):
        chosen = columns[at % 3].selectbox(
            plain(labels[one]),
            codes,
            index=codes.index(code),
            format_func=lambda each: reader.t(words[each]),
            key=filling.key(f"{name}_{at}"),
        )
        if chosen != code:
            changed[one] = chosen
    return changed


def sample(reader: Reader) -> None:
    """The sample workspace: load it, or leave it for good."""
    if not data.may("manage_sample"):
        return
    with cards.panel(reader.t("Sample workspace"), key="settings-sample"):
        if data.workspace().is_sample:
            cards.html(muted(reader.t("It is in. Leaving it removes every row of it; only the audit log remembers.")))
            if st.button(plain(reader.t("Leave the sample")), key="settings.leave_sample"):
                data.leave_sample()
                entry_form.announce_next(reader.t("The sample workspace is gone."))
                st.rerun()
        else:
            cards.html(
                muted(reader.t("Invented figures of an online shop, to look around in. They never mix with yours."))
            )
            data_view.offer_sample(reader)
