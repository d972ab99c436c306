"""The house's store, opened once for everything that runs beside the pages."""

from functools import cache

from core.config import load_config
from store.db import Store, open_store


def house_store() -> Store:
    """The configured store. Raises: FortnightError as `open_store` does; a failure is not kept, the next call asks anew."""
    return _opened(load_config().database_url)


@cache
def _opened(_url: str) -> Store:
    return open_store(load_config())
