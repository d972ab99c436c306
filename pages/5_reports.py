"""Reports: minutes, weekly and monthly reports, made from the figures and archived with their hash."""

from core.i18n import N_
from pages.components import cards, data, entry_form, opening, report_view
from pages.components.data import reports
from pages.components.reader import reader as present_reader

TITLE = N_("Reports")
ICON = ":material/description:"
PERMISSION = "make_report"


def main() -> None:
    """The answer, the button, and what was made before."""
    reader = present_reader()
    entry_form.announce()
    if data.workspace().is_empty:
        opening.nothing(reader)
        return
    archived = reports.archived()
    n = len(archived)
    cards.headline(
        reader,
        reader.tn("{n} file is in the archive.", "{n} files are in the archive.", n)
        if n
        else reader.t("No report has been made yet."),
    )
    cards.subline(reader.t("The minutes of a demo are made where it is presented."))
    report_view.period_panel(reader)
    with cards.panel(reader.t("Archive"), under=reader.t("Each file is kept as it was made; its hash proves it.")):
        report_view.downloads(reader, archived, most=20)


main()
