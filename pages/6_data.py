"""Data: where it comes from, how fresh it is, what cannot be trusted in it, and the way in for a spreadsheet."""

from core.clock import now
from core.i18n import N_
from pages.components import (
    cards,
    data,
    data_view,
    entry_form,
    run_history,
    screens,
    session,
    source_forms,
    source_panel,
    sync_progress,
    upload,
    watched_files,
)
from pages.components.data import sources as connected
from pages.components.reader import reader as present_reader

TITLE = N_("Data")
ICON = ":material/database:"
PERMISSION = "read_data"

reader = present_reader()
workspace = data.workspace()
entry_form.announce()

names = ", ".join(one.name for one in connected.connected())
if workspace.fresh_since is None and names:
    cards.headline(reader, reader.t("{names}: connected, but nothing has come in yet.", names=names))
elif workspace.fresh_since is None:
    cards.headline(reader, reader.t("Nothing has come in yet."))
    if data.present().is_open_house:
        session.offer_set_up(reader)
    screens.empty(
        reader,
        reader.t("Three ways to begin"),
        [
            reader.t("Connect a Jira: your own last sprint is here within minutes, and stays fresh by itself."),
            reader.t("Or import a spreadsheet; a template shows how it should look."),
            reader.t("Or load the sample workspace, look around, and leave it with one click."),
        ],
    )
    data_view.offer_sample(reader)
else:
    found = data.table("findings")
    errors = int((found["severity"] == "error").sum())
    sources = reader.tn("{n} source", "{n} sources", len(connected.overview()))
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

if data.present().is_open_house:
    if workspace.fresh_since is not None:
        session.offer_set_up(reader)
    data_view.templates(reader)
else:
    sync_progress.panel(reader)
    source_panel.panels(reader)
    if data.may("manage_sources"):
        source_forms.connect(reader, is_open=workspace.is_empty)
    if data.may("import_data"):
        upload.panel(reader)
        data_view.templates(reader)
    if data.may("manage_sources"):
        watched_files.panel(reader)
if workspace.fresh_since is not None:
    data_view.sources(reader, now())
    data_view.findings(reader)
if len(data.table("runs")):
    run_history.history(reader)
    data_view.counts(reader)
cards.counted(reader, "R2, R27", fresh_since=workspace.fresh_since)
