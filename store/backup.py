"""Backups: a consistent copy of the database, checked by opening it, and the way back."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, delete, func, inspect, make_url, update

from core.clock import now
from core.config import Config
from core.errors import FortnightError
from core.i18n import Text
from store.db import Store, check_file
from store.failures import check_address
from store.tables import Demo, SetUpLink, SignInSession
from store.write import table_of

DUMP_MAGIC = b"PGDMP"  # the first bytes of pg_dump's custom format


@dataclass(frozen=True)
class Restored:
    """What a restore did. Args: kept, where the replaced file is (None: there was none); sessions_ended and links_withdrawn,
    of the restored store."""

    kept: Path | None
    sessions_ended: int
    links_withdrawn: int


def back_up(store: Store, *, label: str = "manual", at: datetime | None = None) -> Path:
    """Copy the database into the home's `backups` folder and prove that the copy opens.

    Returns: the file. Raises: FortnightError where the copy cannot be made or does not open.
    """
    folder = store.config.folder("backups")
    stamp = (at or now()).strftime("%Y%m%dT%H%M%S%f")
    if store.is_sqlite:
        path = folder / f"fortnight-{stamp}-{label}.db"
        try:
            with closing(sqlite3.connect(store.config.sqlite_path)) as origin, closing(sqlite3.connect(path)) as copy:
                origin.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as error:
            path.unlink(missing_ok=True)
            raise FortnightError(
                Text("The backup could not be taken, so nothing was changed."),
                where=Text("{path}:", path=str(path)),
                why=Text("{reason}.", reason=str(error)),
                next=Text("Check the permissions and the free space of the folder, then try again."),
            ) from error
        check_file(path)
        return path
    return _dump_postgresql(store.config, folder / f"fortnight-{stamp}-{label}.dump")


def backups(config: Config) -> list[Path]:
    """The backups in the home folder, newest first."""
    return sorted(config.folder("backups").glob("fortnight-*"), key=lambda path: path.name, reverse=True)


def restore(config: Config, backup: Path) -> Restored:
    """Put a backup in the database's place; what stands there now is kept beside it. What opened doors on that day opens
    none now: sessions have ended, unused links are withdrawn, running demos have another link.

    Raises: FortnightError for a damaged backup, or what is none; nothing is touched then.
    """
    check_address(config)
    if not config.is_sqlite:
        _check_dump(config, backup)
        raise FortnightError(
            Text("A PostgreSQL database is restored with its own tool."),
            next=Text(
                'Run: pg_restore --clean --dbname "$FORTNIGHT_DATABASE_URL" {path}; then: python fortnight.py users sign-out',
                path=str(backup),
            ),
        )
    check_file(backup)
    path = config.sqlite_path
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f"{path.name}.restoring")
    shutil.copyfile(backup, partial)
    partial.chmod(0o600)
    sessions, links = _close_doors(partial)
    kept = None
    if path.exists():
        kept = path.with_name(f"{path.name}.replaced-{now():%Y%m%dT%H%M%S}")
        path.rename(kept)
    for leftover in (Path(f"{path}-wal"), Path(f"{path}-shm")):
        # A journal of the replaced file must not be applied to the restored one; it stays with the file it belongs to.
        if leftover.exists():
            leftover.rename(Path(f"{kept or path}{leftover.name.removeprefix(path.name)}.kept"))
    partial.rename(path)
    return Restored(kept, sessions, links)


def _close_doors(path: Path) -> tuple[int, int]:
    """End in a copy what its day left open: since then people signed out, used their links, ended their demos.

    Args: path, of a whole database, of this schema or an older one. Returns: how many sessions and links.
    """
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True)
    session, link, demo = (table_of(one) for one in (SignInSession, SetUpLink, Demo))
    counts = [0, 0]
    with engine.begin() as connection:
        known = inspect(connection)
        if known.has_table(session.name):
            ended = update(session).where(session.c.ended_at.is_(None)).values(ended_at=now(), ended_why="restored")
            counts[0] = connection.execute(ended).rowcount
            counts[1] = connection.execute(delete(link).where(link.c.used_at.is_(None))).rowcount
            new_key = func.hex(func.randomblob(32))
            connection.execute(update(demo).where(demo.c.guest_key.is_not(None)).values(guest_key=new_key))
    engine.dispose()
    return counts[0], counts[1]


def _check_dump(config: Config, path: Path) -> None:
    """Refuse a file that is no dump as `back_up` makes it, before anybody hands it to the tool that would restore it."""
    try:
        with path.open("rb") as file:
            is_dump = file.read(len(DUMP_MAGIC)) == DUMP_MAGIC
    except OSError:  # a folder, or a file that may not be read
        is_dump = False
    if not is_dump:
        raise FortnightError(
            Text("{path} is no backup of a PostgreSQL database.", path=str(path)),
            next=Text(
                "Name a file that `python fortnight.py backup` made, in {folder}.", folder=str(config.folder("backups"))
            ),
        )


def _dump_postgresql(config: Config, path: Path) -> Path:
    """Dump into a partial file and prove that the dump reads; what failed half way never looks like a backup."""
    url = make_url(config.database_url).set(drivername="postgresql")
    # A command line can be read by everybody on the machine; an environment cannot.
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    address = url._replace(password=None).render_as_string()
    partial = path.with_name(f".{path.name}.partial")
    partial.touch(mode=0o600)
    try:
        _run("pg_dump", "--no-password", "--format=custom", f"--file={partial}", f"--dbname={address}", **password)
        _run("pg_restore", "--file=-", str(partial))
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def _run(program: str, *arguments: str, **environment: str) -> None:
    try:
        done = subprocess.run(
            [program, *arguments],
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError as error:
        raise _no_dump(Text("The program {program} is not installed.", program=program)) from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [""])[-1]
        raise _no_dump(Text("{program} failed: {said}", program=program, said=said))


def _no_dump(why: Text) -> FortnightError:
    return FortnightError(
        Text("The backup could not be taken, so nothing was changed."),
        why=why,
        next=Text("Install PostgreSQL's client programs of the server's version, then try again."),
    )
