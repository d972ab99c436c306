"""The schema: created, upgraded from every released version with its data, refused where it is not ours."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from core.config import Config, load_config
from core.errors import FortnightError
from store import tables
from store.backup import back_up, backups, restore
from store.db import check_file, open_store
from store.migrate import alembic_config, migrate, revisions


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


@pytest.mark.parametrize("released", revisions())
def test_each_released_version_upgrades_with_its_data_after_a_backup(tmp_path: Path, released: str) -> None:
    config = config_in(tmp_path)
    migrate(config, to=released)
    with create_engine(config.database_url).begin() as connection:
        connection.execute(
            text(
                "insert into source (name, kind, is_sample, policy, settings, cursor, created_at)"
                " values ('orders', 'sheets', 0, 'jira-cloud', '{}', '{}', '2026-11-22 00:00:00')"
            )
        )
    before, after, saved = migrate(config)
    assert (before, after) == (released, revisions()[-1])
    assert (saved is None) == (released == revisions()[-1])
    assert names(config) == ["orders"]


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
