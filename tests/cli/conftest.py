"""The shell as people use it: a real process with a home of its own, or the same door inside this process for speed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, Table, select

import fortnight
from core.config import load_config
from store import tables
from store.db import open_store
from tests.loaded_sample import copy_sample, loaded_sample

ROOT = Path(__file__).parents[2]
QUIET = {"LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "FORTNIGHT_LANG", "FORTNIGHT_DATABASE_URL", "FORTNIGHT_DEBUG"}


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def failure(self) -> str:
        """The one line of a command that failed."""
        assert (self.code, self.err.count("\n"), "Traceback" in self.err) == (1, 1, False), self.err
        return self.err.rstrip("\n")


Run = Callable[..., Done]


@pytest.fixture
def shell(tmp_path: Path) -> Run:
    """`python fortnight.py ...` in a process of its own, with this test's home."""

    def run(*arguments: str, env: Mapping[str, str] | None = None) -> Done:
        environ = {name: value for name, value in os.environ.items() if name not in QUIET}
        done = subprocess.run(
            [sys.executable, str(ROOT / "fortnight.py"), *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            env={**environ, "PYTHONIOENCODING": "utf-8", "FORTNIGHT_HOME": str(tmp_path / "home"), **(env or {})},
            check=False,
            timeout=120,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def door(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same command line inside this process."""
    monkeypatch.delenv("FORTNIGHT_DEBUG", raising=False)

    def run(*arguments: str) -> Done:
        capsys.readouterr()
        code = fortnight.main(list(arguments))
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


@pytest.fixture
def house(sqlite_config: object, door: Run) -> Run:
    """The door of an empty, migrated house."""
    return door


@pytest.fixture
def sample(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, door: Run) -> Run:
    """The door of a house in which the sample workspace was loaded."""
    copy_sample(loaded_sample(tmp_path_factory, "now"), tmp_path / "home")
    return door


WHEN_DERIVED = {("sprint_total", "as_of"), ("finding", "found_at"), ("finding", "id")}


def every_row(*, but: frozenset[str] = frozenset()) -> dict[str, list[tuple[Any, ...]]]:
    """The contents of every table but some, byte by byte; only when a figure was derived is left out."""
    store = open_store(load_config())
    try:
        with store.engine.connect() as connection:
            return {
                table.name: sorted((tuple(row) for row in connection.execute(_facts_of(table))), key=repr)
                for table in tables.Base.metadata.sorted_tables
                if table.name not in but
            }
    finally:
        store.engine.dispose()


def _facts_of(table: Table) -> Select[Any]:
    return select(*[column for column in table.c if (table.name, column.name) not in WHEN_DERIVED])
