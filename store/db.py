"""The engine and its sessions: SQLite by default, PostgreSQL by `FORTNIGHT_DATABASE_URL`. The only place, with
`write.py`, where the two differ."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import orjson
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DisconnectionError
from sqlmodel import Session

from core.config import Config
from core.errors import FortnightError
from core.i18n import Text
from store.failures import check_address, damaged, not_writable, told

BUSY_TIMEOUT_SECONDS = 30
SQLITE_MAGIC = b"SQLite format 3\x00"


class Masking(Protocol):
    """Puts pseudonyms in the place of what is personal in a frame."""

    def masked(self, session: Session, frame: Any) -> Any:
        """The frame with pseudonyms for names, and without e-mail addresses and telephone numbers."""
        ...


@dataclass(frozen=True)
class Store:
    """An open store: give it to actions and frames. `config` says where files beside the database lie; `masking`, what
    every frame is read through where its reader may not see who people are (access.masking.seen_by)."""

    engine: Engine
    config: Config
    masking: Masking | None = None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, all from one moment of the store; it is rolled back at the end."""
        with told(self.config), Session(self.engine) as session:
            if self.is_sqlite:
                session.connection().exec_driver_sql("BEGIN")
            if self.masking:
                session.info["masking"] = self.masking
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One write transaction: committed at the end of the block, rolled back on any exception. Its first
        statement takes the writer's lock, so that two writers wait for each other and never fail half-way."""
        with told(self.config), Session(self.engine, expire_on_commit=False) as session:
            lock_for_writing(session)
            yield session
            session.commit()

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
    check_address(config)
    url = make_url(config.database_url)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
            json_serializer=to_json, json_deserializer=from_json,
        )  # fmt: skip
        event.listen(engine, "connect", _prepare_sqlite)
        _follow_file(engine, config.sqlite_path)
        return engine
    return create_engine(url.set(drivername="postgresql+psycopg"), hide_parameters=True, pool_pre_ping=True)


def to_json(value: Any) -> str:
    """JSON text of a column. Most lists of an item are empty, and the encoder is an import's main cost."""
    return "[]" if value == [] else orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def from_json(text: str) -> Any:
    """The value of a JSON column."""
    return [] if text == "[]" else orjson.loads(text)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # Python's own implicit BEGIN would be deferred and could fail on upgrade; we begin ourselves.
    connection.isolation_level = None
    for pragma in (
        "page_size=8192",  # of a new file alone: a large import writes half as many pages, in a twentieth less time
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _follow_file(engine: Engine, path: Path) -> None:
    """Let a connection go whose file another one has replaced: who runs while a backup is restored would go on reading
    and writing what was put aside."""

    def remember(_connection: sqlite3.Connection, record: Any) -> None:
        record.info["file"] = _identity(path)

    def compare(_connection: sqlite3.Connection, record: Any, _proxy: Any) -> None:
        present = _identity(path)
        if present is not None and present != record.info["file"]:
            raise DisconnectionError("the database file was replaced")

    event.listen(engine, "connect", remember)
    event.listen(engine, "checkout", compare)


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells one file from another of the same name; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def open_store(config: Config, *, reads_every_page: bool = True) -> Store:
    """Open an existing store. A missing, truncated or corrupt database, and a schema older or newer than this
    program, are refused with the command that helps; nothing is created or replaced here.

    Args: reads_every_page, whether a SQLite file is looked through whole (for who did so a moment ago: check_file).
    Raises: FortnightError
    """
    from store.migrate import check_schema

    check_address(config)
    if config.is_sqlite:
        check_file(config.sqlite_path, reads_every_page=reads_every_page)
    store = Store(make_engine(config), config)
    with told(config):
        check_schema(store)
    return store


def check_file(path: Path, *, reads_every_page: bool = True) -> None:
    """Refuse a SQLite file that is missing, empty, not a database, truncated or corrupt.

    Args: reads_every_page, at a second per some hundred megabytes; without, damage in the middle of the file is not seen.
    Raises: FortnightError naming the file and the command that restores it.
    """
    restore = Text("Restore the last backup with: python fortnight.py restore --latest")
    if not path.exists():
        if any((path.parent / name).exists() for name in (f"{path.name}-wal", f".{path.name}.born")):
            raise FortnightError(
                Text("The database file is missing."),
                where=Text("{path}:", path=str(path)),
                why=Text("It was there before: someone moved or deleted it."),
                next=restore,
            )
        raise FortnightError(
            Text("There is no database yet."),
            where=Text("{path}:", path=str(path)),
            next=Text("Create it with: python fortnight.py migrate"),
        )
    # Never opened as a mere file: closing it again would drop the locks of this process's own connections (POSIX), and
    # another process would then take the write-ahead log away under them.
    if path.is_dir() or not os.access(path, os.R_OK):
        raise not_writable(path)
    if path.stat().st_size < len(SQLITE_MAGIC):
        raise damaged(path)  # SQLite would take an empty file for a new database
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_TIMEOUT_SECONDS)
        ) as connection:
            if reads_every_page:
                answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            else:  # the first page alone, which says how many there must be
                answer = "ok" if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] else "empty"
    except sqlite3.DatabaseError as error:
        said = str(error)
        if "locked" in said:
            return  # someone writes: they opened it, so it could be opened
        if "readonly" in said or "unable to open" in said:
            raise not_writable(path) from error
        raise damaged(path) from error
    if answer != "ok":
        raise damaged(path)


__all__ = [
    "SQLITE_MAGIC",
    "Session",
    "Store",
    "check_file",
    "from_json",
    "lock_for_writing",
    "make_engine",
    "open_store",
    "to_json",
]
