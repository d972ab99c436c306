"""Watched spreadsheets: a path on this machine whose file is imported again whenever its content has changed.

A file that is still being written is left for the next look. What cannot be read or imported is said beside the path; the
last good data stands.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from access.permissions import Permission, require
from actions.base import acting, action
from actions.given import optional, required
from actions.import_sheet import import_sheet
from connectors.sheets.problem import Problem, Problems
from core.actor import Actor
from core.clock import now
from core.errors import FortnightError, Invalid, NotFound
from core.i18n import N_, Text
from core.kept_errors import kept
from core.plain import plain_text
from core.reader import utc
from store import tables as t
from store.db import Store
from store.read import rows_where

ENDINGS = (".xlsx", ".ods", ".csv")
LARGEST_BYTES = 50 * 1024 * 1024
SETTLED_SECONDS = 2.0  # a file that was written to more recently may not be whole yet
Look = tuple[int, int, int]  # inode, size, time of the last change: equal means that nobody has written meanwhile


@dataclass(frozen=True)
class Looked:
    """What a look at one watched file found: imported, unchanged, unsettled (still being written), or failed (and why)."""

    path: str
    outcome: str
    error: FortnightError | None = None


@action(Permission.MANAGE_SOURCES, house_wide=True)
def watch_file(
    store: Store,
    actor: Actor,
    *,
    path: str,
    source_name: str = "sheets",
    sheet_name: str | None = None,
    kind: str | None = None,
    at: datetime | None = None,
) -> t.WatchedFile:
    """Watch a spreadsheet on this machine; it comes in at the next look, and again whenever its content changes.

    Raises: Refused; Invalid for a path that is no such file, or is watched already.
    """
    with acting(store, actor, "watch_file", at=at) as work:
        found = _spreadsheet(required(path, N_("File"), longest=2000))
        if rows_where(work.session, t.WatchedFile, path=str(found)):
            raise Invalid(Text("{path} is watched already.", path=str(found)))
        row = work.add(
            t.WatchedFile(
                path=str(found), source_name=required(source_name, N_("Source")), sheet_name=optional(sheet_name, N_("Sheet")),
                sheet_kind=optional(kind, N_("What it holds")), added_at=work.at, added_by=actor.name,
            )
        )  # fmt: skip
        work.audit(f"watched file {found}", None, {"source": row.source_name})
        return row


@action(Permission.MANAGE_SOURCES, house_wide=True)
def unwatch_file(store: Store, actor: Actor, *, watched_id: int, at: datetime | None = None) -> None:
    """Watch a file no more; what came in from it stays. Raises: Refused, NotFound."""
    with acting(store, actor, "unwatch_file", at=at) as work:
        row = work.session.get(t.WatchedFile, watched_id)
        if row is None:
            raise NotFound(Text("This file is not watched."))
        work.session.delete(row)
        work.audit(f"watched file {row.path}", {"source": row.source_name}, None)


@action(Permission.IMPORT_DATA, house_wide=True)
def note_look(
    store: Store, actor: Actor, *, watched_id: int, sha256: str | None, error: str | None, at: datetime | None = None
) -> None:
    """Note what a look at a watched file found, where it differs from the look before: its content, or why it failed.

    Args: sha256, of the content that came in or was refused; None where it could not be read: then the same content is
    imported again once it can be. Raises: Refused, NotFound.
    """
    with acting(store, actor, "note_look", at=at) as work:
        row = work.session.get(t.WatchedFile, watched_id)
        if row is None:
            raise NotFound(Text("This file is not watched."))
        before = (row.last_sha256, row.last_error)
        row.last_sha256, row.last_error, row.last_looked_at = sha256, error, work.at
        if before == (row.last_sha256, row.last_error):
            work.nothing_changed()
            return
        work.session.add(row)
        work.audit(f"watched file {row.path}", None, {"sha256": sha256, "failed": error is not None})


def look_at_files(
    store: Store, actor: Actor, *, seen: dict[int, Look] | None = None, at: datetime | None = None
) -> list[Looked]:
    """Look at every watched file, and import those whose content has changed.

    Args: seen, how each file looked to this process the last time: an unchanged one is not even read.
    Returns: one entry per file. Raises: Refused; what fails with one file keeps no other from being looked at.
    """
    require(actor, Permission.IMPORT_DATA)
    return [_look(store, actor, one, {} if seen is None else seen, at) for one in watched_files(store)]


def _look(store: Store, actor: Actor, one: t.WatchedFile, seen: dict[int, Look], at: datetime | None) -> Looked:
    number = one.id or 0
    try:
        before = _appearance(Path(one.path))
        if seen.get(number) == before:
            return Looked(one.path, "unchanged", None)
        content = _settled_content(Path(one.path), before, at or now())
    except FortnightError as error:
        seen.pop(number, None)
        if one.last_error == kept(error):
            return Looked(one.path, "unchanged", error)  # told once, not every minute
        note_look(store, actor, watched_id=number, sha256=None, error=kept(error), at=at)
        return Looked(one.path, "failed", error)
    if content is None:
        return Looked(one.path, "unsettled")
    digest = hashlib.sha256(content).hexdigest()
    seen[number] = before
    if digest == one.last_sha256:
        return Looked(one.path, "unchanged")
    return _bring_in(store, actor, one, content, digest, at)


def _bring_in(
    store: Store, actor: Actor, one: t.WatchedFile, content: bytes, digest: str, at: datetime | None
) -> Looked:
    failed: FortnightError | None = None
    try:
        outcome = import_sheet(
            store, actor, Path(one.path).name, content, source_name=one.source_name, sheet_name=one.sheet_name,
            kind=one.sheet_kind, at=at,
        )  # fmt: skip
        if outcome.is_refused:
            found: tuple[Problem, ...] = tuple(each for sheet in outcome.sheets for each in sheet.errors)
            failed = Problems(found)
    except FortnightError as error:
        failed = error
    note_look(
        store, actor, watched_id=one.id or 0, sha256=digest, error=None if failed is None else kept(failed), at=at
    )
    return Looked(one.path, "imported" if failed is None else "failed", failed)


def _spreadsheet(given: str) -> Path:
    path = Path(given).expanduser()
    if not path.is_absolute():
        raise Invalid(
            Text("{path} is no whole path.", path=plain_text(given)),
            next=Text("Give the path from the root of this machine, such as /srv/team/backlog.xlsx."),
        )
    if path.suffix.lower() not in ENDINGS:
        raise Invalid(
            Text("{path} is no spreadsheet that Fortnight reads.", path=plain_text(given)),
            next=Text("Accepted are: {accepted}.", accepted=", ".join(ENDINGS)),
        )
    _appearance(path)
    return path


def _appearance(path: Path) -> Look:
    """How a file looks from outside. Raises: FortnightError where it is none, or too large."""
    try:
        found = path.stat()
    except OSError as error:
        raise _cannot_be_read(path) from error
    if not stat.S_ISREG(found.st_mode) or not os.access(path, os.R_OK):
        raise _cannot_be_read(path)
    if found.st_size > LARGEST_BYTES:
        raise Invalid(Text("{path} is larger than {megabytes} MB.", path=str(path), megabytes=LARGEST_BYTES >> 20))
    return found.st_ino, found.st_size, found.st_mtime_ns


def _cannot_be_read(path: Path) -> FortnightError:
    return Invalid(
        Text("{path} cannot be read.", path=str(path)),
        why=Text("It is not there, is no file, or this account may not read it."),
        next=Text("Check the name and the permissions; it is looked at again every minute."),
    )


def _settled_content(path: Path, before: Look, at: datetime) -> bytes | None:
    """The content of a file that nobody writes at the moment; None where somebody does."""
    if abs(utc(at).timestamp() - before[2] / 1e9) < SETTLED_SECONDS:
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _cannot_be_read(path) from error
    return content if _appearance(path) == before and len(content) == before[1] else None


def watched_files(store: Store) -> list[t.WatchedFile]:
    """Every watched file, in the order in which they were added."""
    with store.reading() as session:
        found = rows_where(session, t.WatchedFile)
        session.expunge_all()
        return found
