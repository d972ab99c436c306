"""The engine and its sessions: SQLite by default, PostgreSQL by `FORTNIGHT_DATABASE_URL`. The only place, with
`write.py`, where the two differ."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from core.config import Config
from core.errors import FortnightError, Kind
from core.i18n import Text

BUSY_TIMEOUT_SECONDS = 30
SQLITE_MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True)
class Store:
    """An open store: give it to actions and frames. `config` says where files beside the database lie."""

    engine: Engine
    config: Config

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, all from one moment of the store; it is rolled back at the end."""
        with Session(self.engine) as session:
            if self.is_sqlite:
                session.connection().exec_driver_sql("BEGIN")
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One write transaction: committed at the end of the block, rolled back on any exception. Its first
        statement takes the writer's lock, so that two writers wait for each other and never fail half-way."""
        with Session(self.engine, expire_on_commit=False) as session:
            try:
                lock_for_writing(session)
                yield session
                session.commit()
            except OperationalError as error:
                if "locked" in str(error):
                    raise FortnightError(
                        Text("Another write is still running."),
                        why=Text(
                            "One writer at a time changes the database; it was busy for {n} seconds.",
                            n=BUSY_TIMEOUT_SECONDS,
                        ),
                        next=Text("Wait for the running import to end, then try again; nothing was changed."),
                        kind=Kind.RETRIABLE,
                    ) from error
                raise

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"


def lock_for_writing(session: Session) -> None:
    """Take the one writer's lock for this transaction (BEGIN IMMEDIATE, or an advisory lock on PostgreSQL)."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(4042)"))


def make_engine(config: Config) -> Engine:
    """The engine for a configuration; parameters are hidden so that no data stands in an error text."""
    url = make_url(config.database_url)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
            json_serializer=to_json, json_deserializer=from_json,
        )  # fmt: skip
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    if url.get_backend_name() == "postgresql":
        return create_engine(url.set(drivername="postgresql+psycopg"), hide_parameters=True, pool_pre_ping=True)
    raise FortnightError(
        Text(
            "The database address starts with {scheme}, which Fortnight does not know.", scheme=url.get_backend_name()
        ),
        where=Text("FORTNIGHT_DATABASE_URL"),
        next=Text("Use sqlite:///path/to/file.db or postgresql://user@host/database."),
    )


def to_json(value: Any) -> str:
    """JSON text of a column; most lists of an item are empty, and a full encoder run for each would be the import's main cost."""
    return "[]" if value == [] else json.dumps(value, ensure_ascii=False)


def from_json(text: str) -> Any:
    """The value of a JSON column."""
    return [] if text == "[]" else json.loads(text)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # Python's own implicit BEGIN would be deferred and could fail on upgrade; we begin ourselves.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def open_store(config: Config) -> Store:
    """Open an existing store. A missing, truncated or corrupt database, and a schema older or newer than this
    program, are refused with the command that helps; nothing is created or replaced here.

    Raises: FortnightError
    """
    from store.migrate import check_schema

    if config.is_sqlite:
        check_file(config.sqlite_path)
    store = Store(make_engine(config), config)
    try:
        check_schema(store)
    except DBAPIError as error:
        raise unreachable(config) from error
    return store


def check_file(path: Path) -> None:
    """Refuse a SQLite file that is missing, empty, not a database, truncated or corrupt.

    Raises: FortnightError naming the file and the command that restores it.
    """
    restore = Text("Restore the last backup with: python fortnight.py restore --latest")
    if not path.exists():
        if any((path.parent / name).exists() for name in (f"{path.name}-wal", f".{path.name}.born")):
            raise FortnightError(
                Text("The database file is missing."),
                where=Text("{path}", path=str(path)),
                why=Text("It was there before: someone moved or deleted it."),
                next=restore,
            )
        raise FortnightError(
            Text("There is no database yet."),
            where=Text("{path}", path=str(path)),
            next=Text("Create it with: python fortnight.py migrate"),
        )
    damaged = FortnightError(
        Text("The database file is damaged."),
        where=Text("{path}", path=str(path)),
        why=Text("It is truncated, corrupt, or not a database; it was left untouched."),
        next=restore,
    )
    with path.open("rb") as file:
        if file.read(16) != SQLITE_MAGIC:
            raise damaged
    try:
        with sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=BUSY_TIMEOUT_SECONDS) as connection:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        connection.close()
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            return  # someone writes: they opened it, so it could be opened
        raise damaged from error
    if answer != "ok":
        raise damaged


def unreachable(config: Config) -> FortnightError:
    """The error for a database server that does not answer."""
    address = make_url(config.database_url).render_as_string(hide_password=True)
    return FortnightError(
        Text("The database does not answer."),
        where=Text("{address}", address=address),
        why=Text("The server is down, the address is wrong, or the account may not connect."),
        next=Text("Check FORTNIGHT_DATABASE_URL, then run: python fortnight.py status"),
        kind=Kind.RETRIABLE,
    )
