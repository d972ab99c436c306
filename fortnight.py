"""The command-line door: the same actions and figures as the pages, for cron, shell and audit.

Exit codes: 0 done, 1 failed with one clear line on stderr, 2 wrong usage. Its words follow FORTNIGHT_LANG, else the
locale (LC_ALL, LC_MESSAGES, LANG).
"""

import gettext
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar

from core.i18n import N_, nearest_language, translate

LANG = nearest_language(
    os.environ.get("FORTNIGHT_LANG")
    or os.environ.get("LC_ALL")
    or os.environ.get("LC_MESSAGES")
    or os.environ.get("LANG")
)
# Typer takes its own words ("Usage", "Options") from gettext while it is imported; ours are in the same catalogues.
gettext.gettext = lambda message: translate(LANG, message)

import typer  # noqa: E402

from core.actor import EVERYTHING, local_admin  # noqa: E402
from core.clock import now  # noqa: E402
from core.config import ROOT, Config, load_config  # noqa: E402
from core.errors import FortnightError  # noqa: E402
from core.i18n import Text  # noqa: E402
from core.reader import Reader  # noqa: E402
from store.db import Store, open_store  # noqa: E402

Command = TypeVar("Command", bound=Callable[..., None])


def h(message: str) -> str:
    """A help text in the shell's language."""
    return translate(LANG, message)


app = typer.Typer(
    help=h(N_("Fortnight (双周): an agile delivery dashboard that stays in your house.")),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
sample_app = typer.Typer(no_args_is_help=True, help=h(N_("Load or clear the sample workspace.")))
show_app = typer.Typer(no_args_is_help=True, help=h(N_("Print the figures of a page.")))
app.add_typer(sample_app, name="sample")
app.add_typer(show_app, name="show")

Json = Annotated[bool, typer.Option("--json", help=h(N_("Print JSON for programs instead of a table.")))]
Lang = Annotated[str, typer.Option("--lang", help=h(N_("Language of the words: en or zh.")))]
AsOf = Annotated[str | None, typer.Option("--as-of", help=h(N_("As of this instant or day (ISO 8601), replayed.")))]
SourceName = Annotated[str | None, typer.Option("--source", help=h(N_("The source's name.")))]


def clear_errors(command: Command) -> Command:
    """Turn a FortnightError into one line on stderr and exit code 1."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except FortnightError as error:
            typer.echo(error.say(reader()), err=True)
            raise typer.Exit(1) from error
        except BrokenPipeError:
            sys.stderr.close()  # the reader of a pipe left (`| head`): not an error of ours
            raise typer.Exit(0) from None

    return wrapped  # type: ignore[return-value]


def reader(lang: str | None = None, zone: str = "UTC") -> Reader:
    """The shell's reader, or one in the language that an option names."""
    if lang is not None and lang not in ("en", "zh"):
        raise typer.BadParameter(h(N_("Use en or zh.")), param_hint="--lang")
    return Reader(lang or LANG, zone)


def opened() -> tuple[Store, Config]:
    """The configured store, opened."""
    config = load_config()
    return open_store(config), config


def emit(payload: Any) -> None:
    """Print JSON, Chinese as Chinese; never NaN, which JSON does not know."""
    typer.echo(json.dumps(payload, ensure_ascii=False, indent=2, allow_nan=False))


@app.command(help=h(N_("Serve the dashboard on this machine.")))
@clear_errors
def serve(
    port: Annotated[int, typer.Option(help=h(N_("The port to listen on.")), min=1, max=65535)] = 8501,
) -> None:
    opened()  # a damaged or outdated database is refused here, before a page can show anything
    url = f"http://127.0.0.1:{port}"
    typer.echo(reader().t("Fortnight is at {url} - press Ctrl+C to stop.", url=url))
    sys.stdout.flush()
    os.chdir(ROOT)  # Streamlit reads .streamlit/config.toml from the working folder
    from streamlit.web.cli import main as streamlit

    # Until people sign in, nobody but this machine may reach it.
    sys.argv = ["streamlit", "run", str(ROOT / "dashboard.py"), "--server.address", "127.0.0.1",
                "--server.port", str(port), "--server.headless", "true"]  # fmt: skip
    streamlit()


@app.command(help=h(N_("Create the database or upgrade it; a backup is taken first.")))
@clear_errors
def migrate() -> None:
    from store.migrate import migrate as run

    before, after, saved = run(load_config())
    if before == after:
        typer.echo(reader().t("The database is up to date ({schema}).", schema=str(after)))
    elif saved:
        typer.echo(reader().t("Upgraded to {schema}; the backup is {path}.", schema=str(after), path=str(saved)))
    else:
        typer.echo(reader().t("Created the database ({schema}).", schema=str(after)))


@app.command(help=h(N_("Copy the database into the home folder's backups, and prove that the copy opens.")))
@clear_errors
def backup() -> None:
    from actions.maintenance import take_backup

    store, _ = opened()
    typer.echo(str(take_backup(store, local_admin())))


@app.command(help=h(N_("Put a backup in the database's place; what stands there now is kept beside it.")))
@clear_errors
def restore(
    file: Annotated[Path | None, typer.Argument(help=h(N_("The backup file.")))] = None,
    latest: Annotated[bool, typer.Option("--latest", help=h(N_("Take the newest backup.")))] = False,
) -> None:
    from actions.maintenance import restore_backup

    if (file is None) == (not latest):
        raise typer.BadParameter(h(N_("Name a backup file, or say --latest.")))
    chosen, kept = restore_backup(load_config(), local_admin(), file)
    typer.echo(reader().t("Restored {path}.", path=str(chosen)))
    if kept:
        typer.echo(reader().t("What stood there is kept as {path}.", path=str(kept)))


@sample_app.command("load", help=h(N_("Load the sample workspace: an online shop's order-processing project.")))
@clear_errors
def sample_load(
    if_empty: Annotated[bool, typer.Option("--if-empty", help=h(N_("Only if nothing was ever loaded.")))] = False,
) -> None:
    from services.sample.load import is_wanted, load_sample

    store, _ = opened()
    if if_empty and not is_wanted(store):
        return
    counts = load_sample(store, local_admin())
    typer.echo(reader().t("The sample workspace is in: {n} work items.", n=counts["work_item"]))


@sample_app.command("clear", help=h(N_("Remove the sample workspace for good.")))
@clear_errors
def sample_clear() -> None:
    from actions.sample import clear_sample

    store, _ = opened()
    removed = clear_sample(store, local_admin())
    typer.echo(reader().tn("The sample is gone: {n} row removed.", "The sample is gone: {n} rows removed.", removed))


@app.command("import", help=h(N_("Import a spreadsheet (.xlsx, .ods, .csv): all or nothing.")))
@clear_errors
def import_file(
    file: Annotated[Path, typer.Argument(help=h(N_("The spreadsheet.")))],
    source: Annotated[str, typer.Option("--source", help=h(N_("The source's name.")))] = "sheets",
    sheet: Annotated[
        str | None, typer.Option("--sheet", help=h(N_("The sheet to read; needed where several could be meant.")))
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help=h(N_("What the sheet holds; guessed where it is not said.")))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=h(N_("Show what would happen; change nothing.")))] = False,
    as_json: Json = False,
) -> None:
    from actions.import_sheet import import_sheet
    from reports.imports import import_lines, import_payload

    store, _ = opened()
    outcome = import_sheet(
        store,
        local_admin(),
        file.name,
        _bytes_of(file),
        source_name=source,
        sheet_name=sheet,
        kind=kind,
        dry_run=dry_run,
    )
    if as_json:
        emit(import_payload(outcome, reader()))
    else:
        for line in import_lines(outcome, reader()):
            typer.echo(line, err=outcome.is_refused)
    if outcome.is_refused:
        raise typer.Exit(1)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FortnightError(
            Text("The file cannot be read."), where=Text("{path}", path=str(file)),
            why=Text("{reason}", reason=error.strerror or str(error)), next=Text("Check the name and the permissions."),
        ) from error  # fmt: skip


@app.command(help=h(N_("Undo the last import of a source.")))
@clear_errors
def undo(run: Annotated[int, typer.Argument(help=h(N_("The run's number, as `status` lists it.")))]) -> None:
    from actions.undo import undo_import

    store, _ = opened()
    counts = undo_import(store, local_admin(), run)
    typer.echo(reader().t("Import {run} is undone: {removed} rows removed, {restored} restored.", run=run, **counts))


@app.command(help=h(N_("Write an empty template of a kind of sheet.")))
@clear_errors
def template(
    kind: Annotated[str, typer.Argument(help=h(N_("What the sheet holds.")))],
    file: Annotated[Path, typer.Argument(help=h(N_("The .xlsx file to write.")))],
    lang: Lang = LANG,
) -> None:
    from connectors.sheets.templates import template as make

    file.write_bytes(make(kind, lang))
    typer.echo(str(file))


@app.command(help=h(N_("Say what the store holds, how fresh it is, and what was found in the data.")))
@clear_errors
def status(as_json: Json = False) -> None:
    from reports.figures import status_figures
    from reports.tables import status_lines

    store, _ = opened()
    with store.reading() as session:
        figures = status_figures(session)
    if as_json:
        emit(figures)
    else:
        for line in status_lines(figures, reader()):
            typer.echo(line)


@app.command(help=h(N_("Derive every sprint anew from the facts; a sound store does not change.")))
@clear_errors
def rebuild() -> None:
    from actions.derive import rebuild as run

    store, _ = opened()
    sprints, changed = run(store, local_admin())
    typer.echo(reader().t("Derived {n} sprints anew; {changed} rows changed.", n=sprints, changed=changed))


@show_app.command("sprint", help=h(N_("The ledger of one sprint, item by item, with reasons.")))
@clear_errors
def show_sprint(
    source: SourceName = None,
    sprint: Annotated[
        str | None,
        typer.Option("--sprint", help=h(N_("The sprint's id or name; the latest started where it is not said."))),
    ] = None,
    as_of: AsOf = None,
    lang: Lang = LANG,
    as_json: Json = False,
) -> None:
    from reports.figures import sprint_payload
    from reports.tables import sprint_lines

    _show(
        lambda session, who: sprint_payload(
            session, EVERYTHING, who, source=source, sprint=sprint, as_of=_instant(as_of, who)
        ),
        sprint_lines,
        lang,
        as_json,
    )


@show_app.command("churn", help=h(N_("Requirement churn per sprint, and how much of it was approved.")))
@clear_errors
def show_churn(source: SourceName = None, lang: Lang = LANG, as_json: Json = False) -> None:
    from reports.figures import churn_payload
    from reports.tables import churn_lines

    _show(lambda session, who: churn_payload(session, EVERYTHING, source=source), churn_lines, lang, as_json)


@show_app.command("kpi", help=h(N_("Each KPI: baseline, now, target, limits and assurance.")))
@clear_errors
def show_kpi(as_of: AsOf = None, lang: Lang = LANG, as_json: Json = False) -> None:
    from reports.figures import kpi_payload
    from reports.tables import kpi_lines

    _show(
        lambda session, who: kpi_payload(session, EVERYTHING, as_of=_instant(as_of, who) or now()),
        kpi_lines,
        lang,
        as_json,
    )


@show_app.command("feedback", help=h(N_("Feedback after launch, week by week, and how fast it is answered.")))
@clear_errors
def show_feedback(as_of: AsOf = None, lang: Lang = LANG, as_json: Json = False) -> None:
    from reports.figures import feedback_payload
    from reports.tables import feedback_lines

    _show(
        lambda session, who: feedback_payload(session, EVERYTHING, as_of=_instant(as_of, who) or now()),
        feedback_lines,
        lang,
        as_json,
    )


def _show(payload_of: Callable[..., Any], lines_of: Callable[..., Any], lang: str, as_json: bool) -> None:
    from reports.figures import house_settings

    store, _ = opened()
    with store.reading() as session:
        who = replace(reader(lang), zone=house_settings(session).zone)
        payload = payload_of(session, who)
    if as_json:
        emit(payload)
    else:
        for line in lines_of(payload, who):
            typer.echo(line)


def _instant(text: str | None, who: Reader) -> Any:
    """An ISO instant, or a day, which ends at the project zone's midnight (the whole day counts)."""
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            h(N_("Give a day (2026-11-22) or an instant (2026-11-22T17:00+08:00).")), param_hint="--as-of"
        ) from error
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(who.zone))
        if len(text) == 10:
            at += timedelta(days=1)
    return at


if __name__ == "__main__":
    app()
