"""`report weekly|monthly|minutes`: made from the figures of this moment, archived with their hash, and written to a folder."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from core.actor import EVERYTHING, local_admin
from core.clock import now
from core.config import load_config
from core.errors import Invalid, NotFound
from core.i18n import N_, Text
from core.made_report import Made
from core.reader import Reader
from core.wording_reports import REPORT_LANGUAGE
from services.commands.frame import LANG, Json, SourceName, command, group, h, opened, option, printed

report_app = group(N_("Make minutes and periodic reports: PPTX, PDF and HTML."), "report")
Out = Annotated[Path | None, option("--out", N_("A folder to write the files to, beside the archive."), N_("FOLDER"))]
ReportLang = Annotated[
    str | None, option("--lang", N_("en, zh or both; the house's language where it is not said."), N_("LANGUAGE"))
]
Project = Annotated[str | None, option("--project", N_("Of this project alone."), N_("KEY"))]


@command(report_app, "weekly", N_("The report of the last whole week."))
def weekly(lang: ReportLang = None, out: Out = None, project: Project = None, as_json: Json = False) -> None:
    _period("weekly", lang, out, project, as_json)


@command(report_app, "monthly", N_("The report of the last whole month."))
def monthly(lang: ReportLang = None, out: Out = None, project: Project = None, as_json: Json = False) -> None:
    _period("monthly", lang, out, project, as_json)


@command(report_app, "minutes", N_("The minutes of a demo: of its number, or of a sprint's last demo."))
def minutes(
    demo: Annotated[int | None, option("--demo", N_("The demo's number."), N_("NUMBER"))] = None,
    source: SourceName = None,
    sprint: Annotated[str | None, option("--sprint", N_("The sprint's id."), N_("SPRINT"))] = None,
    lang: ReportLang = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    from reports.make import make_minutes

    if demo is None and sprint is None:
        raise typer.BadParameter(h(N_("Name the demo, or a sprint that was shown.")))

    def make(session: Any, language: str) -> Made:
        number = demo if demo is not None else _last_demo(session, source, sprint or "")
        return make_minutes(
            session, EVERYTHING, number, config=load_config(), language=language, made_by=local_admin().name,
            made_at=now(),
        )  # fmt: skip

    _archive(make, lang, out, as_json)


def _period(kind: str, lang: str | None, out: Path | None, project: str | None, as_json: bool) -> None:
    from reports.make import make_period

    def make(session: Any, language: str) -> Made:
        return make_period(
            session, EVERYTHING, kind, language=language, made_by=local_admin().name, made_at=now(), project=project
        )

    _archive(make, lang, out, as_json)


def _archive(make: Callable[[Any, str], Made], lang: str | None, out: Path | None, as_json: bool) -> None:
    from actions.archive import archive_report
    from reports.figures import house_settings

    store, _ = opened()
    with store.reading() as session:
        house = house_settings(session)
        language = {"both": "en+zh", None: house.language}.get(lang, lang)
        if language not in REPORT_LANGUAGE:
            raise typer.BadParameter(h(N_("Use en, zh or both.")), param_hint="--lang")
        made = make(session, language)
    rows = archive_report(store, local_admin(), made=made)
    files = [
        {"file": str(_written(out, row.file_name, made.files[row.media])) if out else row.file_name,
         "media": row.media, "bytes": row.size_bytes, "sha256": row.sha256, "report_id": row.id}
        for row in rows
    ]  # fmt: skip
    payload = {"kind": made.kind, "subject": made.subject, "language": language, "files": files, **made.payload}

    def lines() -> Sequence[str]:
        who = replace(Reader(LANG), zone=house.zone)
        said = [who.t("{subject}: archived.", subject=made.subject)]
        return [*said, *(f"{one['file']}  {one['bytes']}  {one['sha256']}" for one in files)]

    printed(payload, lines, as_json)


def _written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise Invalid(
            Text("{path} cannot be written.", path=str(path)),
            next=Text("Choose another folder; the archive has the file."),
        ) from error
    return path


def _last_demo(session: Any, source: str | None, sprint: str) -> int:
    from reports.figures.house import source_named
    from store.demos import demos

    held = demos(session, source_named(session, source) if source else None, sprint)
    if held.empty:
        raise NotFound(
            Text("Sprint {sprint} has not been shown.", sprint=sprint), next=Text("Start its demo on the page first.")
        )
    return int(held["demo_id"].iloc[-1])
