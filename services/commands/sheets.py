"""Commands of spreadsheets: import, undo, template."""

from pathlib import Path
from typing import Annotated

import typer

from core.actor import local_admin
from core.errors import FortnightError
from core.i18n import N_, Text
from core.reader import Reader
from reports.shell_help import reason
from services.commands.frame import LANG, Json, Lang, app, argument, command, h, opened, option, printed, say

LAST_RUN = 2**31 - 1  # what both databases can number


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
    day_order: Annotated[
        str | None,
        option("--day-order", N_("How 03/04/2026 is meant: dmy or mdy; remembered for the source."), N_("ORDER")),
    ] = None,
    dry_run: Annotated[bool, option("--dry-run", N_("Show what would happen; change nothing."))] = False,
    as_json: Json = False,
) -> None:
    from actions.import_sheet import DAY_ORDERS, import_sheet
    from reports.imports import import_lines, import_payload, refusal

    if day_order is not None and day_order not in DAY_ORDERS:
        raise typer.BadParameter(h(N_("Use dmy or mdy.")), param_hint="--day-order")
    store, _ = opened()
    outcome = import_sheet(
        store,
        local_admin(),
        file.name,
        _bytes_of(file),
        source_name=source,
        sheet_name=sheet,
        kind=kind,
        day_order=day_order,
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
def undo(run: Annotated[int, argument(N_("The number of the run."), N_("RUN"), max=LAST_RUN)]) -> None:
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
