"""A backup of PostgreSQL: whole, proven to read, its owner's alone; one that failed leaves nothing behind."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from core.config import Config
from core.errors import FortnightError
from store.backup import back_up, backups, restore
from store.db import open_store

SAYS = """#!/bin/sh
echo "$(basename "$0") $* PGPASSWORD=$PGPASSWORD" >> "$(dirname "$0")/said"
for one; do case "$one" in --file=-) ;; --file=*) echo half > "${one#--file=}" ;; esac; done
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of client programs that note how they were called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("pg_dump", "pg_restore"):
        write(folder / name, SAYS)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


def programs_of_the_server(config: Config) -> Path:
    """Where the running server's own pg_dump lies: another version's refuses."""
    with open_store(config).engine.connect() as connection:
        asked = "select setting from pg_config() where name = 'BINDIR'"
        return Path(connection.exec_driver_sql(asked).scalar_one())


def write(path: Path, script: str) -> None:
    path.write_text(script)
    path.chmod(0o755)


def test_a_real_dump_reads(postgresql_config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(programs_of_the_server(postgresql_config)), prepend=":")
    saved = back_up(open_store(postgresql_config))
    assert saved.read_bytes().startswith(b"PGDMP")
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert backups(postgresql_config) == [saved]


def test_the_password_stands_in_no_command_line(postgresql_config: Config, programs: Path) -> None:
    store = open_store(postgresql_config)
    url = make_url(postgresql_config.database_url).set(password="three blue whales")
    config = replace(postgresql_config, database_url=url.render_as_string(hide_password=False))
    back_up(replace(store, config=config))
    dump, check = (programs / "said").read_text().splitlines()
    assert dump.startswith("pg_dump --no-password") and check.startswith("pg_restore")
    assert [line.count("three") for line in (dump, check)] == [1, 0]
    assert dump.endswith("PGPASSWORD=three blue whales")


@pytest.mark.parametrize("program", ["pg_dump", "pg_restore"])
def test_a_backup_that_failed_is_none(postgresql_config: Config, programs: Path, program: str) -> None:
    write(programs / program, SAYS + "echo 'no space left' >&2\nexit 1\n")
    with pytest.raises(FortnightError, match=f"{program} failed: no space left"):
        back_up(open_store(postgresql_config))
    assert list(postgresql_config.folder("backups").iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"Key,Title\nA-1,Check stock\n", b"SQLite format 3\x00", b"", None],
    ids=["csv", "sqlite", "empty", "folder"],
)
def test_what_is_no_dump_is_refused_as_such(tmp_path: Path, content: bytes | None) -> None:
    config, given = Config(tmp_path, "postgresql://somebody@127.0.0.1:1/nowhere"), tmp_path / "plain.csv"
    given.mkdir() if content is None else given.write_bytes(content)
    with pytest.raises(FortnightError, match=r"plain\.csv is no backup of a PostgreSQL database"):
        restore(config, given)
    given = tmp_path / "a.dump"
    given.write_bytes(b"PGDMP\x01\x0e\x00")
    with pytest.raises(FortnightError, match="pg_restore"):
        restore(config, given)
