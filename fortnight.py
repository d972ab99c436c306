"""The command-line door: the same actions and figures as the pages, for cron, shell and audit.

Exit codes: 0 done, 1 failed with one clear line on stderr, 2 wrong usage. Its words follow --lang where a command takes
it, else FORTNIGHT_LANG, else the locale (LC_ALL, LC_MESSAGES, LANG).
"""

import json
import os
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from core.actor import EVERYTHING, local_admin
from core.clock import now
from core.config import ROOT, Config, load_config
from core.errors import FortnightError
from core.house import LABELS
from core.i18n import LANGUAGES, N_, Text, nearest_language, translate
from core.reader import Reader
from reports.shell_help import full_help, reason, speak, usage_error
from store.db import Store, open_store

LANG = nearest_language(
    os.environ.get("FORTNIGHT_LANG")
    or os.environ.get("LC_ALL")
    or os.environ.get("LC_MESSAGES")
    or os.environ.get("LANG")
)
speak(LANG)


def h(message: str) -> str:
    """A help text in the shell's language."""
    return translate(LANG, message)


def _language(context: typer.Context, lang: str) -> str:
    """The language an option names; errors of this run are told in it as well."""
    if lang not in LANGUAGES:
        raise typer.BadParameter(h(N_("Use en or zh.")), param_hint="--lang")
    context.ensure_object(dict)["lang"] = lang
    return lang


def _group(help_text: str) -> typer.Typer:
    return typer.Typer(
        help=h(help_text),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        options_metavar=h(N_("[OPTIONS]")),
        subcommand_metavar=h(N_("COMMAND [ARGUMENTS]...")),
        context_settings={"help_option_names": ["-h", "--help"]},
    )


app = _group(N_("Fortnight (双周): an agile delivery dashboard that stays in your house."))
sample_app = _group(N_("Load or clear the sample workspace."))
show_app = _group(N_("Print the figures of a page."))
app.add_typer(sample_app, name="sample")
app.add_typer(show_app, name="show")


def command(group: typer.Typer, name: str, help_text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command under a name, with its help in the shell's language."""
    return group.command(name, help=h(help_text), options_metavar=h(N_("[OPTIONS]")))


def option(name: str, help_text: str, metavar: str | None = None, **more: Any) -> Any:
    """An option with its help and the word for its value in the shell's language."""
    return typer.Option(name, help=h(help_text), metavar=h(metavar) if metavar else None, **more)


def argument(help_text: str, metavar: str) -> Any:
    """An argument with its help and name in the shell's language."""
    return typer.Argument(help=h(help_text), metavar=h(metavar), show_default=False)


Json = Annotated[bool, option("--json", N_("Print JSON for programs instead of a table."))]
Lang = Annotated[str, option("--lang", N_("Language of the words: en or zh."), N_("LANGUAGE"), callback=_language)]
AsOf = Annotated[
    str | None, option("--as-of", N_("As of the end of this day, or this instant (ISO 8601), replayed."), N_("TIME"))
]
SourceName = Annotated[str | None, option("--source", N_("The source's name."), N_("NAME"))]


def opened() -> tuple[Store, Config]:
    """The configured store, opened."""
    config = load_config()
    return open_store(config), config


def say(message: str, **params: Any) -> None:
    """Print a sentence in the shell's language."""
    typer.echo(Reader(LANG).t(message, **params))


def emit(payload: Any) -> None:
    """Print JSON, Chinese as Chinese; never NaN, which JSON does not know."""
    typer.echo(json.dumps(payload, ensure_ascii=False, indent=2, allow_nan=False))


def printed(payload: Any, lines: Callable[[], Sequence[str]], as_json: bool) -> None:
    """Print a payload as JSON, or the lines that say the same to people."""
    if as_json:
        emit(payload)
        return
    for line in lines():
        typer.echo(line)


@command(app, "serve", N_("Serve the dashboard on this machine."))
def serve(
    port: Annotated[int, option("--port", N_("The port to listen on."), N_("PORT"), min=1, max=65535)] = 8501,
) -> None:
    opened()  # a damaged or outdated database is refused here, before a page can show anything
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise FortnightError(
                Text("Port {port} cannot be listened on.", port=str(port)),
                why=Text("Another program listens there, or the system keeps it to itself."),
                next=Text("Choose another one with --port."),
            ) from error
    say(N_("Fortnight is at {url} - press Ctrl+C to stop."), url=f"http://127.0.0.1:{port}")
    sys.stdout.flush()
    os.chdir(ROOT)  # Streamlit reads .streamlit/config.toml from the working folder
    from streamlit.web.cli import main as streamlit

    # Until people sign in, nobody but this machine may reach it.
    sys.argv = ["streamlit", "run", str(ROOT / "dashboard.py"), "--server.address", "127.0.0.1",
                "--server.port", str(port), "--server.headless", "true"]  # fmt: skip
    streamlit()


@command(app, "migrate", N_("Create the database or upgrade it; a backup is taken first."))
def migrate() -> None:
    from store.migrate import migrate as run

    before, after, saved = run(load_config())
    if before == after:
        say(N_("The database is up to date ({schema})."), schema=str(after))
    elif saved:
        say(N_("Upgraded to {schema}; the backup is {path}."), schema=str(after), path=str(saved))
    else:
        say(N_("Created the database ({schema})."), schema=str(after))


@command(app, "backup", N_("Copy the database into the home folder's backups, and prove that the copy opens."))
def backup() -> None:
    from actions.maintenance import take_backup

    store, _ = opened()
    typer.echo(str(take_backup(store, local_admin())))


@command(app, "restore", N_("Put a backup in the database's place; what stands there now is kept beside it."))
def restore(
    file: Annotated[Path | None, argument(N_("The backup file."), N_("FILE"))] = None,
    latest: Annotated[bool, option("--latest", N_("Take the newest backup."))] = False,
) -> None:
    from actions.maintenance import restore_backup

    if (file is None) == (not latest):
        raise typer.BadParameter(h(N_("Name a backup file, or say --latest.")))
    chosen, kept = restore_backup(load_config(), local_admin(), file)
    say(N_("Restored {path}."), path=str(chosen))
    if kept:
        say(N_("What stood there is kept as {path}."), path=str(kept))


@command(sample_app, "load", N_("Load the sample workspace: an online shop's order-processing project."))
def sample_load(
    if_empty: Annotated[bool, option("--if-empty", N_("Only if nothing was ever loaded."))] = False,
) -> None:
    from services.sample.load import is_wanted, load_sample

    store, _ = opened()
    if if_empty and not is_wanted(store):
        return
    say(N_("The sample workspace is in: {n} work items."), n=load_sample(store, local_admin())["work_item"])


@command(sample_app, "clear", N_("Remove the sample workspace for good."))
def sample_clear() -> None:
    from actions.sample import clear_sample

    store, _ = opened()
    removed = clear_sample(store, local_admin())
    typer.echo(
        Reader(LANG).tn("The sample is gone: {n} row removed.", "The sample is gone: {n} rows removed.", removed)
    )


@command(app, "import", N_("Import a spreadsheet (.xlsx, .ods, .csv): all or nothing."))
def import_file(
    file: Annotated[Path, argument(N_("The spreadsheet."), N_("FILE"))],
    source: Annotated[str, option("--source", N_("The source's name."), N_("NAME"))] = "sheets",
    sheet: Annotated[
        str | None, option("--sheet", N_("The sheet to read; needed where several could be meant."), N_("SHEET"))
    ] = None,
    kind: Annotated[
        str | None, option("--kind", N_("What the sheet holds; guessed where it is not said."), N_("KIND"))
    ] = None,
    dry_run: Annotated[bool, option("--dry-run", N_("Show what would happen; change nothing."))] = False,
    as_json: Json = False,
) -> None:
    from actions.import_sheet import import_sheet
    from reports.imports import import_lines, import_payload, refusal

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
    who = Reader(LANG)
    printed(import_payload(outcome, who), lambda: import_lines(outcome, who), as_json)
    if outcome.is_refused:
        raise refusal(outcome)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FortnightError(
            Text("The file cannot be read."), where=Text("{path}:", path=str(file)), why=reason(error),
            next=Text("Check the name and the permissions."),
        ) from error  # fmt: skip


@command(app, "undo", N_("Undo one import, whole; the run's number is in `status`."))
def undo(run: Annotated[int, argument(N_("The number of the run."), N_("RUN"))]) -> None:
    from actions.undo import undo_import

    store, _ = opened()
    counts = undo_import(store, local_admin(), run)
    say(N_("Import {run} is undone: {removed} rows removed, {restored} restored."), run=run, **counts)


@command(app, "template", N_("Write an .xlsx template of a kind of sheet, with example rows."))
def template(
    kind: Annotated[str, argument(N_("What the sheet holds."), N_("KIND"))],
    file: Annotated[Path, argument(N_("The .xlsx file to write."), N_("FILE"))],
    lang: Lang = LANG,
) -> None:
    from connectors.sheets.templates import template as make

    content = make(kind, lang)
    try:
        with file.open("xb") as target:
            target.write(content)
    except OSError as error:
        raise FortnightError(
            Text("The file cannot be written."), where=Text("{path}:", path=str(file)), why=reason(error),
            next=Text("Choose another name; an existing file is never replaced."),
        ) from error  # fmt: skip
    typer.echo(str(file))


@command(app, "status", N_("Say what the store holds, how fresh it is, and what was found in the data."))
def status(lang: Lang = LANG, as_json: Json = False) -> None:
    from reports.figures import recent_runs, status_figures
    from reports.tables import status_lines

    def lines(session: Any, payload: Any, who: Reader) -> Sequence[str]:
        return status_lines(payload, who, recent_runs(session))

    _show(status_figures, lines, lang, as_json)


@command(app, "sources", N_("List the sources: kind, sprints, items, freshness, counting policy."))
def sources(lang: Lang = LANG, as_json: Json = False) -> None:
    from reports.figures import source_figures
    from reports.tables import source_lines

    _show(lambda session, who: source_figures(session), _plain(source_lines), lang, as_json)


@command(app, "settings", N_("Show the settings of the house, or change one."))
def settings(
    name: Annotated[str | None, argument(N_("The setting to show or change."), N_("NAME"))] = None,
    value: Annotated[str | None, argument(N_("Its new value."), N_("VALUE"))] = None,
    as_json: Json = False,
) -> None:
    from actions.settings import save_settings
    from reports.figures import house_settings
    from reports.tables import read_setting, setting_lines

    store, _ = opened()
    with store.reading() as session:
        house = house_settings(session)
    if name is not None and value is not None:
        house = save_settings(store, local_admin(), changes={name: read_setting(name, value)})
    values = house.values()
    if name is not None:
        if name not in values:
            house.changed({name: value})  # refuses the name, and says which ones there are
        values = {name: values[name]}
    printed(values, lambda: setting_lines(values, LABELS, Reader(LANG)), as_json)


@command(app, "rebuild", N_("Derive every sprint anew from the facts; a sound store does not change."))
def rebuild() -> None:
    from actions.derive import rebuild as run

    store, _ = opened()
    sprints, changed = run(store, local_admin())
    say(N_("Derived {n} sprints anew; {changed} rows changed."), n=sprints, changed=changed)


@command(show_app, "sprint", N_("The ledger of one sprint, item by item, with reasons."))
def show_sprint(
    source: SourceName = None,
    sprint: Annotated[
        str | None,
        option("--sprint", N_("The sprint's id or name; the latest started where it is not said."), N_("SPRINT")),
    ] = None,
    as_of: AsOf = None,
    lang: Lang = LANG,
    as_json: Json = False,
) -> None:
    from reports.figures import sprint_payload
    from reports.tables import sprint_lines

    def payload(session: Any, who: Reader) -> Any:
        at = _instant(as_of, who)
        return sprint_payload(session, EVERYTHING, who, source=source, sprint=sprint, as_of=at)

    _show(payload, _plain(sprint_lines), lang, as_json)


@command(show_app, "churn", N_("Requirement churn per sprint, and how much of it was approved."))
def show_churn(source: SourceName = None, lang: Lang = LANG, as_json: Json = False) -> None:
    from reports.figures import churn_payload
    from reports.tables import churn_lines

    _show(lambda session, who: churn_payload(session, EVERYTHING, source=source), _plain(churn_lines), lang, as_json)


@command(show_app, "kpi", N_("Each KPI: baseline, now, target, limits and assurance."))
def show_kpi(as_of: AsOf = None, lang: Lang = LANG, as_json: Json = False) -> None:
    from reports.figures import kpi_payload, kpi_units
    from reports.tables import kpi_lines

    def lines(session: Any, payload: Any, who: Reader) -> Sequence[str]:
        return kpi_lines(payload, who, kpi_units(session, EVERYTHING))

    _show(
        lambda session, who: kpi_payload(session, EVERYTHING, as_of=_instant(as_of, who) or now()), lines, lang, as_json
    )


@command(show_app, "feedback", N_("Feedback after launch, week by week, and how fast it is answered."))
def show_feedback(as_of: AsOf = None, lang: Lang = LANG, as_json: Json = False) -> None:
    from reports.figures import feedback_payload
    from reports.tables import feedback_lines

    _show(
        lambda session, who: feedback_payload(session, EVERYTHING, as_of=_instant(as_of, who) or now()),
        _plain(feedback_lines),
        lang,
        as_json,
    )


def _plain(lines_of: Callable[[Any, Reader], Sequence[str]]) -> Callable[[Any, Any, Reader], Sequence[str]]:
    """Lines that need nothing but the payload."""
    return lambda session, payload, who: lines_of(payload, who)


def _show(
    payload_of: Callable[[Any, Reader], Any],
    lines_of: Callable[[Any, Any, Reader], Sequence[str]],
    lang: str,
    as_json: bool,
) -> None:
    """Read one payload, at one moment of the store, and print it for a reader in the project's zone."""
    from reports.figures import house_settings

    store, _ = opened()
    with store.reading() as session:
        who = replace(Reader(lang), zone=house_settings(session).zone)
        payload = payload_of(session, who)
        printed(payload, lambda: lines_of(session, payload, who), as_json)


def _instant(text: str | None, who: Reader) -> datetime | None:
    """An instant of --as-of in UTC: a day counts whole, as a sheet's last day does (R2); a time without an offset is
    meant in the project's zone."""
    if text is None:
        return None
    try:
        try:
            at = datetime.combine(date.fromisoformat(text), time.max)
        except ValueError:
            at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(who.zone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(
            h(N_("Give a day (2026-11-22) or an instant (2026-11-22T17:00+08:00).")), param_hint="--as-of"
        ) from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns: its exit code; a failure is one line on stderr, never a traceback unless FORTNIGHT_DEBUG=1
    asks for one."""
    spoken: dict[str, Any] = {"lang": LANG}
    try:
        done = root().main(args=arguments, prog_name="fortnight.py", standalone_mode=False, obj=spoken)
        sys.stdout.flush()
        return done if isinstance(done, int) else 0
    except typer.TyperException as error:
        for line in usage_error(LANG, error):
            typer.echo(line, err=True)
        return error.exit_code
    except BrokenPipeError:
        # The reader of a pipe left (`| head`): not an error of ours, and nothing more may be flushed into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except typer.Abort:
        return 130
    except Exception as error:
        if os.environ.get("FORTNIGHT_DEBUG") == "1":
            raise
        told = error if isinstance(error, FortnightError) else _unforeseen(error)
        typer.echo(" ".join(told.say(Reader(spoken["lang"])).split()), err=True)
        return 1


def root() -> Any:
    """The whole command, each subcommand listed with its full help."""
    found = typer.main.get_command(app)
    full_help(found)
    return found


def _unforeseen(error: Exception) -> FortnightError:
    """An error nobody put into words: what the system said, or what to report."""
    if isinstance(error, OSError):
        return FortnightError(
            Text("The system refuses."), where=Text("{path}:", path=str(error.filename or "-")), why=reason(error),
            next=Text("Check the name, the permissions and the free space."),
        )  # fmt: skip
    return FortnightError(
        Text("Fortnight failed in a way it does not know."),
        why=Text("{kind}: {reason}", kind=type(error).__name__, reason=str(error)),
        next=Text("Please report this line; with FORTNIGHT_DEBUG=1 the same command says where."),
    )


if __name__ == "__main__":
    sys.exit(main())
