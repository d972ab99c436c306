"""People: who may sign in, what each of them may do and see, and the pages as somebody else sees them."""

from core.i18n import N_
from pages.components import cards, data, entry_form, people_forms, people_view, role_note, session
from pages.components.data import people as stored
from pages.components.reader import reader as present_reader

TITLE = N_("People")
ICON = ":material/group:"
PERMISSION = "manage_people"

reader = present_reader()
entry_form.announce()
people, grants = stored.people(), stored.grants()
people_view.answer(reader, people, grants)
role_note.how_to_lead(reader)
if len(people):
    people_view.listing(reader, people, grants)
    people_forms.change(reader, people, grants)
if data.present().is_open_house:
    session.offer_set_up(reader)  # whoever is invited before there is an administrator would lock the owner out
else:
    people_forms.add(reader, is_first=people.empty)
if len(people):
    people_view.see_as(reader, people)
people_view.matrix(reader)
cards.counted(reader, "R2", fresh_since=data.workspace().fresh_since)
