"""A report made and ready to be archived: its documents in the languages asked for, on the papers asked for."""

from collections.abc import Callable, Iterable
from datetime import datetime

from core.actor import Scope
from core.config import Config
from core.made_report import Made
from core.reader import Reader
from core.wording_reports import MEDIA
from reports.minutes import demo_figures, minutes
from reports.paper import Document
from reports.paper.html import to_html
from reports.paper.pdf import to_pdf
from reports.paper.pptx import to_pptx
from reports.period import Period, last_period, period_figures, period_report, zone_of
from store import frames


def languages(language: str) -> list[str]:
    """`en`, `zh`, or both for `en+zh`."""
    return language.split("+")


def on_paper(
    compose: Callable[[Reader], Document],
    *,
    language: str,
    zone: str,
    made_at: datetime,
    media: Iterable[str] = MEDIA,
) -> dict[str, bytes]:
    """The files of a report by media.

    Args: compose, says the report to one reader; language, `en`, `zh` or `en+zh`; zone, of the project.
    """
    documents = [compose(Reader(lang, zone)) for lang in languages(language)]
    wanted = set(media)
    makers: dict[str, Callable[[], bytes]] = {
        "pptx": lambda: to_pptx(documents, made_at=made_at),
        "pdf": lambda: to_pdf(documents, made_at=made_at),
        "html": lambda: to_html(documents),
    }
    return {name: make() for name, make in makers.items() if name in wanted}


def make_minutes(
    session: frames.Reading,
    scope: Scope,
    demo_id: int,
    *,
    config: Config,
    language: str,
    made_by: str,
    made_at: datetime,
) -> Made:
    """The minutes of a demo, on every paper. Raises: NotFound where there is none, or it may not be seen."""
    figures, zone = demo_figures(session, scope, demo_id, config=config, as_of=made_at), zone_of(session)

    def compose(reader: Reader) -> Document:
        return minutes(figures, reader, made_by=made_by, made_at=made_at)

    files = on_paper(compose, language=language, zone=zone, made_at=made_at)
    subject = f"{figures.sprint.sprint['name']} {Reader('en', zone).local(figures.demo['started_at']):%Y-%m-%d}"
    said = compose(Reader("en", zone))
    return Made("minutes", subject, language, files, demo_id=demo_id, payload={"headline": said.headline})


def make_period(
    session: frames.Reading,
    scope: Scope,
    kind: str,
    *,
    language: str,
    made_by: str,
    made_at: datetime,
    project: str | None = None,
    period: Period | None = None,
) -> Made:
    """A weekly or monthly report, on every paper.

    Args: project, None for all that the scope holds; period, by default the last whole one before `made_at`.
    """
    if project is not None:
        within = {project} if scope.projects is None else {project} & scope.projects
        scope = Scope(projects=frozenset(within), departments=frozenset())
    zone = zone_of(session)
    period = period or last_period(kind, made_at, zone)
    figures = period_figures(session, scope, period)

    def compose(reader: Reader) -> Document:
        return period_report(figures, reader, made_by=made_by, made_at=made_at, project=project)

    files = on_paper(compose, language=language, zone=zone, made_at=made_at)
    subject = " ".join(part for part in (project or "", f"{period.first} – {period.last}") if part)
    said = compose(Reader("en", zone))
    return Made(
        kind, subject, language, files, project_key=project, period_begins_at=period.begins_at,
        period_ends_at=period.ends_at, payload={"headline": said.headline},
    )  # fmt: skip
