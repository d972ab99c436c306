"""Data: where it comes from, how fresh it is, what cannot be trusted in it, and the way in for a spreadsheet."""

from core.clock import now
from core.i18n import N_
from pages.components import cards, data, data_view, entry_form, screens, upload
from pages.components.reader import reader as present_reader

TITLE = N_("Data")
ICON = ":material/database:"
PERMISSION = "read_data"

reader = present_reader()
workspace = data.workspace()
entry_form.announce()

if workspace.fresh_since is None:
    screens.empty(
        reader,
        reader.t("Nothing has come in yet."),
        [
            reader.t("Import a spreadsheet below: a sprint backlog is enough for a first picture."),
            reader.t("Not sure how it should look? Download a template, fill it in, and import it."),
            reader.t("Or load the sample workspace, look around, and leave it with one click."),
        ],
    )
    data_view.offer_sample(reader)
else:
    found = data.table("findings")
    errors = int((found["severity"] == "error").sum())
    sources = reader.tn("{n} source", "{n} sources", len(data.table("sources")))
    trust = (
        reader.t("nothing in it contradicts itself")
        if found.empty
        else reader.tn("{n} finding to know about", "{n} findings to know about", len(found))
    )
    cards.headline(
        reader,
        reader.t(
            "{sources}, fresh since {at}; {trust}.",
            sources=sources,
            at=reader.instant(workspace.fresh_since),
            trust=trust,
        ),
    )
    if errors:
        cards.subline(reader.tn("{n} of them makes a figure wrong", "{n} of them make a figure wrong", errors))

if data.may("import_data"):
    upload.panel(reader)
    data_view.templates(reader)
if workspace.fresh_since is not None:
    data_view.sources(reader, now())
    data_view.findings(reader)
if len(data.table("runs")):
    data_view.history(reader)
    data_view.counts(reader)
cards.counted(reader, "R2, R27", fresh_since=workspace.fresh_since)
