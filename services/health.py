"""Whether the store can be opened, and at which schema: what `/healthz` says."""

from core.config import Config
from store.db import open_store
from store.migrate import stored_revision


def schema(config: Config) -> str:
    """The schema revision of a store that opens and is whole.

    Raises: FortnightError as `open_store` does: missing, damaged, older, newer, unreachable.
    """
    store = open_store(config)
    try:
        with store.engine.connect() as connection:
            return stored_revision(connection) or ""
    finally:
        store.engine.dispose()
