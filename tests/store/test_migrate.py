"""The schema: created, upgraded from every released version with its data, refused where it is not ours."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, DateTime, MetaData, create_engine, event, inspect, text

from core.config import Config, load_config
from core.errors import FortnightError
from store import tables
from store.backup import back_up, backups, restore
from store.db import check_file, open_store
from store.migrate import alembic_config, migrate, revisions, stored_revision


def config_in(folder: Path) -> Config:
    return load_config({"FORTNIGHT_HOME": str(folder)})


def add_source(config: Config, name: str) -> None:
    with open_store(config).engine.begin() as connection:
        connection.execute(
            text(
                "insert into source (name, kind, is_sample, policy, settings, cursor, created_at)"
                " values (:name, 'sheets', 0, 'jira-cloud', '{}', '{}', '2026-11-22 00:00:00')"
            ),
            {"name": name},
        )


def names(config: Config) -> list[str]:
    with open_store(config).reading() as session:
        return [row.name for row in session.execute(text("select name from source order by id"))]


def test_a_new_database_has_every_table_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    assert migrate(config) == (None, revisions()[-1], None)
    assert migrate(config) == (revisions()[-1], revisions()[-1], None)
    found = set(inspect(create_engine(config.database_url)).get_table_names())
    assert found == {*tables.Base.metadata.tables, "alembic_version"}


def test_the_migrations_make_exactly_the_tables_of_the_catalogue(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    config = config_in(tmp_path)
    migrate(config)
    with open_store(config).engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), tables.Base.metadata)
    assert differences == []


def fill(config: Config) -> dict[str, int]:
    """A row in every table of whatever version, each pointing at its parents. Returns: rows by table."""
    engine = create_engine(config.database_url)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
    held = MetaData()
    held.reflect(engine)
    made: dict[str, dict[str, Any]] = {}
    with engine.begin() as connection:
        for table in held.sorted_tables:
            if table.name == "alembic_version":
                continue
            row = {column.name: a_value(column) for column in table.columns}
            for key in table.foreign_keys:
                row[key.parent.name] = made.get(key.column.table.name, row)[key.column.name]
            connection.execute(table.insert(), row)
            made[table.name] = row
    return dict.fromkeys(made, 1)


def a_value(column: Column[Any]) -> Any:
    if isinstance(column.type, DateTime):
        return datetime(2026, 11, 22, tzinfo=UTC)
    return {int: 1, bool: False, float: 1.0, bytes: b"1", dict: {}, date: date(2026, 11, 22)}.get(
        column.type.python_type, "1"
    )


def rows(config: Config) -> dict[str, int]:
    engine = create_engine(config.database_url)
    with engine.connect() as connection:
        return {
            name: connection.execute(text(f'select count(*) from "{name}"')).scalar_one()
            for name in inspect(engine).get_table_names()
        }


@pytest.mark.parametrize("released", revisions())
def test_each_released_version_upgrades_with_its_data_after_a_backup(tmp_path: Path, released: str) -> None:
    config = config_in(tmp_path)
    migrate(config, to=released)
    filled = fill(config)
    before, after, saved = migrate(config)
    assert (before, after) == (released, revisions()[-1])
    assert (saved is None) == (released == revisions()[-1])
    kept = rows(config)
    assert {name: kept[name] for name in filled} == filled
    with open_store(config).engine.connect() as connection:
        assert connection.execute(text("pragma foreign_key_check")).all() == []
        assert connection.execute(text("pragma foreign_keys")).scalar_one() == 1


def test_an_upgrade_that_would_leave_a_row_without_its_parent_changes_nothing(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    migrate(config, to=revisions()[0])
    fill(config)
    with create_engine(config.database_url).begin() as connection:  # without foreign_keys=ON, as another tool would
        connection.execute(text("delete from sync_run"))
    with pytest.raises(FortnightError, match="sync_run"):
        migrate(config)
    with create_engine(config.database_url).connect() as connection:
        assert stored_revision(connection) == revisions()[0]


def test_an_older_program_is_refused_on_a_newer_schema(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    migrate(config)
    with create_engine(config.database_url).begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(FortnightError, match="newer Fortnight"):
        open_store(config)
    with pytest.raises(FortnightError, match="newer Fortnight"):
        migrate(config)


def test_a_foreign_database_is_left_alone(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    with create_engine(config.database_url).begin() as connection:
        connection.execute(text("create table payroll (id integer)"))
    with pytest.raises(FortnightError, match="not Fortnight's"):
        migrate(config)
    assert inspect(create_engine(config.database_url)).get_table_names() == ["payroll"]


def test_a_missing_database_is_refused_not_replaced(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    with pytest.raises(FortnightError, match="migrate"):
        open_store(config)
    migrate(config)
    config.sqlite_path.unlink()
    for attempt in (open_store, migrate):
        with pytest.raises(FortnightError, match="restore --latest"):
            attempt(config)
    assert not config.sqlite_path.exists()


@pytest.mark.parametrize("damage", ["empty", "text", "truncated", "flipped"])
def test_a_damaged_database_is_refused_untouched(tmp_path: Path, damage: str) -> None:
    config = config_in(tmp_path)
    migrate(config)
    add_source(config, "orders")
    open_store(config).engine.dispose()
    path = back_up(open_store(config))
    whole = path.read_bytes()
    config.sqlite_path.unlink()
    for leftover in ("-wal", "-shm"):
        Path(f"{config.sqlite_path}{leftover}").unlink(missing_ok=True)
    broken = {
        "empty": b"",
        "text": b"key,title\nA-1,hello\n",
        "truncated": whole[: len(whole) // 2],
        "flipped": whole[:4096] + bytes(4096) + whole[8192:],
    }[damage]
    config.sqlite_path.write_bytes(broken)
    for attempt in (open_store, migrate):
        with pytest.raises(FortnightError, match="restore --latest"):
            attempt(config)
    assert config.sqlite_path.read_bytes() == broken
    kept = restore(config, backups(config)[0]).kept
    assert kept is not None
    assert kept.read_bytes() == broken
    assert names(config) == ["orders"]


def test_a_backup_is_consistent_while_someone_writes_and_restores_whole(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    migrate(config)
    add_source(config, "orders")
    store = open_store(config)
    with store.writing() as session:
        session.execute(text("update source set name = 'half-way'"))
        saved = back_up(store)
    check_file(saved)
    add_source(config, "later")
    restore(config, saved)
    assert names(config) == ["orders"]


def test_a_damaged_backup_changes_nothing(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    migrate(config)
    add_source(config, "orders")
    saved = back_up(open_store(config))
    saved.write_bytes(saved.read_bytes()[:5000])
    with pytest.raises(FortnightError, match="damaged"):
        restore(config, saved)
    assert names(config) == ["orders"]


def test_revisions_form_one_line() -> None:
    from alembic.script import ScriptDirectory

    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1
