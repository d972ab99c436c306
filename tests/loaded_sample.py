"""The sample workspace loaded through the real import once for a whole test run, whichever worker comes first."""

import fcntl
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from core.actor import local_admin
from core.config import load_config
from services.sample.load import load_sample
from store.db import open_store
from store.migrate import born_marker, migrate


def loaded_sample(tmp_path_factory: pytest.TempPathFactory, name: str, at: datetime | None = None) -> Path:
    """A home with the sample in it, to be copied and never written to.

    Args: name, of this sample among the run's; at, where its story ends (None: now).
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base  # the folder that all workers of a run share
    home = shared / f"sample-{name}"
    with (shared / f"sample-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "whole").exists():
            _load(home, at)
            (home / "whole").touch()
    return home


def _load(home: Path, at: datetime | None) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("FORTNIGHT_HOME", str(home))
        patched.delenv("FORTNIGHT_DATABASE_URL", raising=False)
        config = load_config()
        migrate(config)
        store = open_store(config)
        load_sample(store, local_admin(), at=at)
        store.engine.dispose()  # the last connection to close writes the log back into the file


def copy_sample(loaded: Path, home: Path) -> None:
    """A home of one's own with the loaded sample; a folder that is there already is filled."""
    shutil.copytree(loaded, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("whole"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("FORTNIGHT_HOME", str(home))
        patched.delenv("FORTNIGHT_DATABASE_URL", raising=False)
        born_marker(load_config()).touch()
