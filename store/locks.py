"""One sync of a source at a time, over every process of the house. A dead process's lock frees itself: the system closes
its file (SQLite), the server its session (PostgreSQL)."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from store.db import Store

SYNC_LOCKS = 4043  # the first half of the PostgreSQL locks' number; the second is the source


@contextmanager
def source_lock(store: Store, source_id: int) -> Iterator[bool]:
    """Hold the source's lock during the block, without waiting for it.

    Returns: True where it is held now, False where another sync, of this process or another one, holds it.
    """
    with _file_lock(store, source_id) if store.is_sqlite else _advisory_lock(store, source_id) as is_held:
        yield is_held


@contextmanager
def _file_lock(store: Store, source_id: int) -> Iterator[bool]:
    with (store.config.folder("locks") / f"source-{source_id}.lock").open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True  # closing the file frees the lock; the file itself stays, or two could lock two files of one name


@contextmanager
def _advisory_lock(store: Store, source_id: int) -> Iterator[bool]:
    given = {"kind": SYNC_LOCKS, "source": source_id}
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_held = bool(connection.execute(text("SELECT pg_try_advisory_lock(:kind, :source)"), given).scalar_one())
        try:
            yield is_held
        finally:
            if is_held:
                connection.execute(text("SELECT pg_advisory_unlock(:kind, :source)"), given)
