"""How the sprint pages begin: what the last form did, then nothing yet, no sprint yet, or figures that grew old."""

from collections.abc import Callable

from markupsafe import Markup

from core.i18n import Text
from core.reader import Reader
from core.rows import rows_of
from pages.components import cards, data, entry_form, screens
from pages.components.data import Board


def opened(reader: Reader, without_sprints: Callable[[], list[Board]] | None = None) -> list[Board]:
    """Draw what stands above a sprint page. Args: without_sprints, more boards to choose from, after those with sprints.
    Returns: the boards to choose from; none where the page has said why it ends."""
    entry_form.announce()
    boards = [] if data.workspace().is_empty else data.boards()
    if without_sprints is not None and not data.workspace().is_empty:
        boards += without_sprints()
    if boards:
        stale(reader)
    else:
        nothing(reader)
    return boards


def nothing(reader: Reader) -> None:
    """The answer where there is no sprint, and the three steps that bring one."""
    if data.workspace().is_empty:
        answer, why = reader.t("Nothing has come in yet."), reader.t("No file was imported and no source is connected.")
    else:
        answer, why = reader.t("No sprint has come in yet."), reader.t("The imported files name no sprint.")
    cards.headline(reader, answer)
    steps = [
        reader.t("Take your sprint backlog as .xlsx, .ods or .csv; a template lies ready on the page “Data”."),
        reader.t("Import it on the page “Data”: columns are guessed, you check them, nothing is imported by half."),
        reader.t("Come back here: the figures are there at once."),
    ]
    screens.empty(reader, reader.t("Three steps to the first figures"), steps, why)
    look = reader.t("To look around first: python fortnight.py sample load")
    cards.html(Markup('<p class="fn-muted">{}</p>').format(look))


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
