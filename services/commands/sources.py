"""`sources`: where the data comes from."""

from core.i18n import N_
from services.commands.frame import LANG, Json, Lang, app, command, plain, show


@command(app, "sources", N_("List the sources: kind, sprints, items, freshness, counting policy."))
def sources(lang: Lang = LANG, as_json: Json = False) -> None:
    from reports.figures import source_figures
    from reports.tables import source_lines

    show(lambda session, who: source_figures(session), plain(source_lines), lang, as_json)
