"""`sources watch`: spreadsheets of this machine that come in by themselves."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from core.actor import local_admin
from core.i18n import N_
from core.reader import Reader
from services.commands.frame import LANG, argument, command, opened, option, say
from services.commands.sources import sources_app


@command(
    sources_app, "watch", N_("Import spreadsheets of this machine whenever they change; without a file, list them.")
)
def watch(
    file: Annotated[list[Path] | None, argument(N_("The spreadsheets."), N_("FILE"))] = None,
    source: Annotated[str, option("--source", N_("The source's name."), N_("NAME"))] = "sheets",
    sheet: Annotated[
        str | None, option("--sheet", N_("The sheet to read; needed where several could be meant."), N_("SHEET"))
    ] = None,
    kind: Annotated[
        str | None, option("--kind", N_("What the sheet holds; guessed where it is not said."), N_("KIND"))
    ] = None,
    stop: Annotated[bool, option("--stop", N_("Watch these files no more; what came in stays."))] = False,
) -> None:
    from actions.watch import look_at_files, unwatch_file, watch_file, watched_files
    from reports.figures import house_settings
    from services.schedule import told_in_words

    store, _ = opened()
    with store.reading() as session:
        who = replace(Reader(LANG), zone=house_settings(session).zone)
    paths = [one.expanduser().absolute() for one in file or []]
    for path in paths:
        if stop:
            known = {one.path: one.id or 0 for one in watched_files(store)}
            unwatch_file(store, local_admin(), watched_id=known.get(str(path), 0))
            say(N_("{path} is watched no more."), path=str(path))
        else:
            watch_file(store, local_admin(), path=str(path), source_name=source, sheet_name=sheet, kind=kind)
    if not paths:
        for line in _watched_lines(watched_files(store), who):
            typer.echo(line)
    elif not stop:
        for one in look_at_files(store, local_admin()):
            if Path(one.path) in paths:
                typer.echo(who.say(told_in_words(one)))


def _watched_lines(files: Sequence[Any], who: Reader) -> list[str]:
    from core.kept_errors import told_again
    from reports.columns import table

    if not files:
        return [who.t("No file is watched.")]
    errors = [told_again(one.last_error) if one.last_error else None for one in files]
    states = [
        error.say(who) if error else who.instant(one.last_looked_at) if one.last_looked_at else "-"
        for one, error in zip(files, errors, strict=True)
    ]
    headers = [who.t("File"), who.t("Source"), who.t("Last came in, or why not")]
    return table(headers, [(one.path, one.source_name, state) for one, state in zip(files, states, strict=True)])
