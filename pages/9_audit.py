"""Audit: who did what, when and from where; whether the log still is what was written; what to keep elsewhere."""

from core.i18n import N_
from pages.components import audit_view, cards, data, entry_form
from pages.components.data import audit
from pages.components.reader import reader as present_reader

TITLE = N_("Audit log")
ICON = ":material/policy:"
PERMISSION = "read_audit"
SHOWN = 60

reader = present_reader()
entry_form.announce()
newest, total = audit.newest()
audit_view.answer(reader, newest, total)

if total:
    search = audit_view.filters_of(reader)
    entries, found = audit.found(search, SHOWN)
    audit_view.listing(reader, entries, found)
    if len(entries):
        audit_view.one_entry(reader, entries)
    audit_view.export(reader, search, found)
audit_view.verification(reader)
audit_view.anchor(reader)
audit_view.unmasking(reader)
cards.counted(
    reader,
    "R2",
    notes=[reader.t("each entry carries the hash of the one before it"), *audit_view.masked_note(reader)],
    fresh_since=data.workspace().fresh_since,
)
