"""What a database driver says, as an error a person can act on: locked, read-only, full, damaged, out of reach."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from core.config import Config
from core.errors import FortnightError, Kind
from core.i18n import Text

# PostgreSQL's classes of errors in which the server cannot serve: connection, shutdown, account, database, resources.
OUT_OF_REACH = ("08", "57P", "28", "3D", "53")


@contextmanager
def told(config: Config) -> Iterator[None]:
    """Put a driver's error into words; what has none (a defect of ours) passes as it is.

    Raises: FortnightError
    """
    try:
        yield
    except DBAPIError as error:
        found = explained(error, config)
        if found is None:
            raise
        raise found from error


def explained(error: DBAPIError, config: Config) -> FortnightError | None:
    """The error a person can act on; None for one that names no circumstance of the database."""
    said = str(error.orig).lower()
    if not config.is_sqlite:
        state = getattr(error.orig, "sqlstate", None) or ""
        is_out = isinstance(error, OperationalError) and (not state or state.startswith(OUT_OF_REACH))
        return unreachable(config) if is_out else None
    if "locked" in said:
        return busy()
    if "readonly" in said or "unable to open" in said:
        return not_writable(config.sqlite_path)
    if "full" in said:
        return disk_full(config.sqlite_path)
    if "malformed" in said or "not a database" in said or "disk i/o" in said:
        return damaged(config.sqlite_path)
    return None


def busy() -> FortnightError:
    """The error of a database that another writer holds."""
    from store.db import BUSY_TIMEOUT_SECONDS

    return FortnightError(
        Text("Another write is still running."),
        why=Text("One writer at a time changes the database; it was busy for {n} seconds.", n=BUSY_TIMEOUT_SECONDS),
        next=Text("Wait for the running import to end, then try again; nothing was changed."),
        kind=Kind.RETRIABLE,
    )


def not_writable(path: Path) -> FortnightError:
    """The error of a database file that this account may not open or write."""
    return FortnightError(
        Text("The database cannot be opened for writing."),
        where=Text("{path}:", path=str(path)),
        why=Text("This account may not write the file or its folder, or the disk is read-only."),
        next=Text("Give the account that runs Fortnight the file and its folder; nothing was changed."),
    )


def disk_full(path: Path) -> FortnightError:
    """The error of a disk without room."""
    return FortnightError(
        Text("The disk is full."),
        where=Text("{path}:", path=str(path)),
        next=Text("Make room, then try again; nothing was changed."),
        kind=Kind.RETRIABLE,
    )


def damaged(path: Path) -> FortnightError:
    """The error of a SQLite file that is not whole."""
    return FortnightError(
        Text("The database file is damaged."),
        where=Text("{path}:", path=str(path)),
        why=Text("It is truncated, corrupt, or not a database; it was left untouched."),
        next=Text("Restore the last backup with: python fortnight.py restore --latest"),
    )


def unreachable(config: Config) -> FortnightError:
    """The error for a database server that does not answer."""
    address = make_url(config.database_url).render_as_string(hide_password=True)
    return FortnightError(
        Text("The database does not answer."),
        where=Text("{address}:", address=address),
        why=Text("The server is down, the address is wrong, or the account may not connect."),
        next=Text("Check FORTNIGHT_DATABASE_URL, then run: python fortnight.py status"),
        kind=Kind.RETRIABLE,
    )


def check_address(config: Config) -> None:
    """Refuse a database address that is none, or leads to no file and no PostgreSQL.

    Raises: FortnightError
    """
    where = Text("FORTNIGHT_DATABASE_URL:")
    accepted = Text("Use sqlite:///path/to/file.db or postgresql://user@host/database.")
    try:
        url = make_url(config.database_url)
    except (ArgumentError, ValueError) as error:
        raise FortnightError(Text("The database address cannot be read."), where=where, next=accepted) from error
    name = url.get_backend_name()
    if name not in ("sqlite", "postgresql"):
        raise FortnightError(
            Text("The database address starts with {scheme}, which Fortnight does not know.", scheme=name),
            where=where,
            next=accepted,
        )
    if name == "sqlite" and (url.database or ":memory:") == ":memory:":
        raise FortnightError(Text("The database address names no file."), where=where, next=accepted)
