"""Stores for measurements: new, migrated, in a folder of their own."""

from pathlib import Path

from core.config import load_config
from store.db import Store, open_store
from store.migrate import migrate


def new_store(folder: Path) -> Store:
    """An empty migrated SQLite store in this folder."""
    config = load_config({"FORTNIGHT_HOME": str(folder)})
    migrate(config)
    return open_store(config)
