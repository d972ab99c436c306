"""How the sprint pages begin: what the last form did, then nothing yet, no sprint yet, or figures that grew old."""

from collections.abc import Callable

from markupsafe import Markup

from core.i18n import Text
from core.reader import Reader
from core.rows import rows_of
from pages.components import cards, data, data_view, entry_form, screens, sprint_filters
from pages.components.data import Board
from pages.components.markup import safe


def opened(
    reader: Reader,
    without_sprints: Callable[[], list[Board]] | None = None,
    instead: Callable[[], None] | None = None,
) -> list[Board]:
    """Draw what stands above a sprint page. Args: without_sprints, more boards to choose from, after those with sprints;
    instead, what the page shows where data has come in, but no sprint that the reader may see.
    Returns: the boards to choose from; none where the page has said why it ends."""
    entry_form.announce()
    boards = [] if data.workspace().is_empty else data.boards()
    if without_sprints is not None and not data.workspace().is_empty:
        boards += without_sprints()
    if boards:
        stale(reader)
    elif instead is not None and not data.workspace().is_empty:
        instead()
    else:
        nothing(reader)
    return boards


def nothing(reader: Reader) -> None:
    """The answer where there is no sprint, three doors to the first one, and the sample workspace to look around first."""
    if data.workspace().is_empty:
        answer, why = reader.t("Nothing has come in yet."), reader.t("No file was imported and no source is connected.")
    else:
        answer, why = reader.t("No sprint has come in yet."), reader.t("The imported files name no sprint.")
        if not data.may("manage_sources"):
            why = reader.t("None that you may see; an administrator can say what you see.")
    cards.headline(reader, answer)
    screens.empty(reader, reader.t("Three next steps"), _steps(reader), why)
    data_view.offer_sample(reader)


def _steps(reader: Reader) -> list[Markup]:
    """What brings the first figures in, each step with its door where this reader may pass it."""
    steps = [
        ("manage_sources", "data", reader.t("Connect your Jira"), reader.t("the sprints are here within minutes and stay fresh by themselves")),
        ("import_data", "data", reader.t("Import a spreadsheet"), reader.t("columns are guessed, you check them, nothing is imported by half")),
        ("manage_people", "people", reader.t("Invite people"), reader.t("each sees what their part is about")),
    ]  # fmt: skip
    return [
        Markup("{} – {}").format(_door(reader, page, name) if data.may(permission) else safe(name), safe(what))
        for permission, page, name, what in steps
    ]


def _door(reader: Reader, page: str, name: str) -> Markup:
    return Markup('<a class="fn-door" href="{}" target="_self">{} →</a>').format(
        sprint_filters.link(page, reader), name
    )


def stale(reader: Reader) -> None:
    """A line above the figures where a source's newest import failed: since when they stand, and why."""
    runs, since = data.table("runs"), data.workspace().fresh_since
    if not (runs["state"] == "failed").any():
        return
    newest = runs[runs["state"].isin(["done", "failed"])].drop_duplicates("source_id")
    for run in rows_of(newest[newest["state"] == "failed"]):
        if since is not None:
            error = run["error"] if isinstance(run["error"], str) else ""
            screens.stale(
                reader, since, Text("The last import of “{source}” failed. {error}", source=run["source"], error=error)
            )
