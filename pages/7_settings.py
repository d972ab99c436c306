"""Settings: the language, the zone, the working calendars, and how each source is counted."""

from core.i18n import N_
from core.wording_actions import POLICY
from pages.components import cards, data, entry_form, settings_forms
from pages.components.reader import reader as present_reader
from pages.components.settings_words import calendar_name

TITLE = N_("Settings")
ICON = ":material/settings:"
PERMISSION = "manage_settings"

reader = present_reader()
house = data.settings()
entry_form.announce()

cards.headline(
    reader,
    reader.t(
        "Times are those of {zone}; work is {begins} to {ends}, by the calendar: {calendar}.",
        zone=house.zone,
        begins=house.work_starts,
        ends=house.work_ends,
        calendar=calendar_name(reader, house.calendar),
    ),
)
sources = data.table("sources")
sources = sources[sources["kind"] != "fortnight"]
if len(sources):
    cards.subline(
        *(
            reader.t("{source} is counted {policy}", source=name, policy=reader.t(POLICY[policy]))
            for name, policy in zip(sources["name"], sources["policy"], strict=True)
        )
    )
kpis, items = data.kpis().status, data.feedback().items
departments = {*kpis["department"].dropna(), *items["department"].dropna(), *dict(house.department_calendars)}
settings_forms.house(reader, house, sorted(departments))
settings_forms.source(reader)
settings_forms.holidays(reader)
settings_forms.sample(reader)
cards.counted(reader, "R2, R6, R8, R15, R19, R29", fresh_since=data.workspace().fresh_since)
