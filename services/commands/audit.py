"""`audit verify|anchor|export`: whether the log holds, its signed head to keep elsewhere, what it says."""

import os
from pathlib import Path
from typing import Annotated

import typer

from core.actor import local_admin
from core.errors import Invalid, NotFound
from core.i18n import N_, Text
from core.reader import Reader
from core.rows import rows_of
from services.commands.frame import LANG, Json, Lang, argument, command, emit, group, opened, option, say

audit_app = group(N_("The audit log: check it, keep its signed head elsewhere, take it out."), "audit")


@command(audit_app, "verify", N_("Check the whole log; the exit code is 1 where it does not hold."))
def verify(
    anchor: Annotated[
        Path | None, option("--anchor", N_("A kept anchor: shows a log that was cut off or built anew."), N_("FILE"))
    ] = None,
    lang: Lang = LANG,
    as_json: Json = False,
) -> None:
    from access.anchor import read_anchor
    from actions.audit import verify_log

    store, _ = opened()
    found = verify_log(store, local_admin(), None if anchor is None else read_anchor(_read(anchor)))
    reader = Reader(lang)
    if as_json:
        breaks = [{"entry": one.entry_id, "what": reader.say(one.what)} for one in found.breaks]
        emit({"holds": not breaks, "entries": found.entries, "head": found.head[1], "breaks": breaks})
    elif found.breaks:
        for one in found.breaks:
            typer.echo(reader.say(one.what))
        n = len(found.breaks)
        typer.echo(reader.tn("The audit log does not hold: {n} break.", "The audit log does not hold: {n} breaks.", n))
    else:
        message = N_("The audit log holds: {n} entries, head {head}.")
        typer.echo(reader.t(message, n=found.entries, head=found.head[1][:16]))
    if found.breaks:
        raise typer.Exit(1)


@command(audit_app, "anchor", N_("Sign the head of the log, to be kept where nobody of this house can change it."))
def anchor(
    file: Annotated[Path | None, argument(N_("Where to write it (else it is printed)."), N_("FILE"))] = None,
) -> None:
    from actions.audit import anchor_log

    if file is not None and file.exists():
        raise Invalid(
            Text("{path} is there already.", path=str(file)),
            next=Text("An older anchor proves more: choose another name."),
        )
    store, _ = opened()
    made = anchor_log(store, local_admin())
    if file is None:
        typer.echo(made.to_json(), nl=False)
        return
    file.write_text(made.to_json(), "utf-8")
    say(
        N_("The anchor of entry {n} is in {path}. Keep it on another machine, or print it."),
        n=made.entry_id,
        path=str(file),
    )


@command(audit_app, "export", N_("Take the log out: CSV, XLSX or JSON lines, by the file's name."))
def export(
    file: Annotated[Path, argument(N_("The file to write: .csv, .xlsx or .jsonl."), N_("FILE"))],
    words: Annotated[str, option("--search", N_("Only entries with these words."), N_("WORDS"))] = "",
    lang: Lang = LANG,
) -> None:
    from actions.audit import export_log
    from reports.audit import MEDIA, written
    from store.audit_log import Search

    media = file.suffix.lstrip(".").lower()
    if media not in MEDIA:
        raise Invalid(
            Text("{path} is of no known kind.", path=str(file)),
            next=Text("Accepted are: {accepted}.", accepted=", ".join(MEDIA)),
        )
    store, _ = opened()
    found = export_log(store, local_admin(), search=Search(words=words), media=media)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        target.write(written(found, media, Reader(lang)))
    say(N_("{n} entries are in {path}."), n=len(rows_of(found)), path=str(file))


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(Text("The anchor {path} cannot be read.", path=str(path))) from error
