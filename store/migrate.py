"""The schema's version: making, upgrading and checking it. A backup is taken before every upgrade."""

import os
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from core.config import Config
from core.errors import FortnightError
from core.i18n import Text
from store.db import Store, check_file, make_engine
from store.failures import check_address, told

MIGRATIONS = Path(__file__).parent / "migrations"


def alembic_config() -> AlembicConfig:
    """Alembic's configuration, independent of the working folder."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@cache
def revisions() -> tuple[str, ...]:
    """All schema revisions of this program, oldest first."""
    script = ScriptDirectory.from_config(alembic_config())
    return tuple(revision.revision for revision in reversed(list(script.walk_revisions())))


def stored_revision(connection: Connection) -> str | None:
    """The revision a database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def check_schema(store: Store) -> None:
    """Refuse a schema that is not this program's.

    Raises: FortnightError, with the command that helps.
    """
    with store.engine.connect() as connection:
        found = stored_revision(connection)
    known = revisions()
    if found == known[-1]:
        return
    if found is None:
        raise FortnightError(
            Text("The database has no Fortnight tables yet."),
            next=Text("Create them with: python fortnight.py migrate"),
        )
    if found not in known:
        raise newer_schema(found)
    raise FortnightError(
        Text("The database is of an older version ({found}).", found=found),
        next=Text("Upgrade it with: python fortnight.py migrate (a backup is taken first)"),
    )


def newer_schema(found: str) -> FortnightError:
    """The error of an older program on a newer schema."""
    return FortnightError(
        Text("The database was written by a newer Fortnight (schema {found}).", found=found),
        why=Text("An older program could destroy what it does not know."),
        next=Text(
            "Start the newer program again, or restore the backup that was taken before its upgrade: python fortnight.py restore FILE"
        ),
    )


def migrate(config: Config, to: str = "head") -> tuple[str | None, str | None, Path | None]:
    """Create or upgrade the schema.

    Args: config; to, a revision (tests upgrade from each released one), by default the newest.
    Returns: the revision before, the revision after, and the backup taken (None for a new or current database).
    Raises: FortnightError for a damaged file, a database that is gone, or a newer schema.
    """
    check_address(config)
    if config.is_sqlite:
        _prepare_home(config)
    with told(config):
        return _migrated(config, to)


def _migrated(config: Config, to: str) -> tuple[str | None, str | None, Path | None]:
    from store.backup import back_up

    store = Store(make_engine(config), config)
    with store.engine.connect() as connection:
        before = stored_revision(connection)
        is_foreign = before is None and set(inspect(connection).get_table_names()) - {"alembic_version"} != set()
    if before is not None and before not in revisions():
        raise newer_schema(before)
    if is_foreign:
        raise FortnightError(
            Text("This database holds tables that are not Fortnight's."),
            next=Text("Point FORTNIGHT_DATABASE_URL at an empty database."),
        )
    target = revisions()[-1] if to == "head" else to
    if before == target:
        return before, before, None
    saved = back_up(store, label=f"before-{target}") if before is not None else None
    with store.engine.connect() as connection:
        _upgrade(connection, target)
    if config.is_sqlite:
        born_marker(config).touch()
    with store.engine.connect() as connection:
        after = stored_revision(connection)
    store.engine.dispose()
    return before, after, saved


def _upgrade(connection: Connection, target: str) -> None:
    """Upgrade in one transaction: one cut short, or one that would leave a row without its parent, changes nothing.

    SQLite changes a table by making it anew, and dropping the old one would count as deleting what other tables point at.
    So it is told to look at the end instead of at each step (and that only outside a transaction).
    """
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.commit()
    try:
        with connection.begin():
            if is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            settings = alembic_config()
            settings.attributes["connection"] = connection
            command.upgrade(settings, target)
            if is_sqlite:
                _check_parents(connection)
    finally:
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _check_parents(connection: Connection) -> None:
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if lost is not None:
        raise FortnightError(
            Text("The database was not upgraded: a row of {table} points at a row of {parent} that is not there.",
                 table=lost[0], parent=lost[2]),
            why=Text("Something else than Fortnight wrote to it, or it is damaged; it was left as it was."),
            next=Text("Restore a backup from before that happened: python fortnight.py restore FILE"),
        )  # fmt: skip


def born_marker(config: Config) -> Path:
    """A file beside the database that says one was made here: without it, a lost database would look like a first start."""
    return config.sqlite_path.parent / f".{config.sqlite_path.name}.born"


def _prepare_home(config: Config) -> None:
    path = config.sqlite_path
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() or born_marker(config).exists() or Path(f"{path}-wal").exists():
        check_file(path)
    else:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
