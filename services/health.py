"""Whether the store can be opened, and at which schema: what `/healthz` says."""

import time
from collections.abc import Callable

from core.config import Config
from store.db import open_store
from store.migrate import stored_revision

EVERY_PAGE_SECONDS = 600.0  # how long it is enough to have read every page of the database file


class Health:
    """Looks at the store as often as it is asked: whoever watches the machine asks every few seconds.

    Each time the store is opened anew, so that a file that is missing, replaced or cut off is noticed at once. A large
    SQLite file is read whole at first, for another or a shrunken file, after a failure, and every ten minutes.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._whole: tuple[tuple[str, int], int, float] | None = None  # which file, its size, when it was read whole

    def schema(self, config: Config) -> str:
        """The schema revision of a store that opens and is whole.

        Raises: FortnightError as `open_store` does: missing, damaged, older, newer, unreachable.
        """
        seen, known = self._seen(config), self._whole
        is_known = known is not None and seen[0] == known[0] and seen[1] >= known[1]
        is_due = known is None or not is_known or seen[2] - known[2] >= EVERY_PAGE_SECONDS
        if is_due:
            self._whole = None  # until this look has found it whole
        store = open_store(config, reads_every_page=is_due)
        try:
            with store.engine.connect() as connection:
                found = stored_revision(connection) or ""
        finally:
            store.engine.dispose()
        if is_due:
            self._whole = seen
        return found

    def _seen(self, config: Config) -> tuple[tuple[str, int], int, float]:
        """Which database this is, how large its file, and when it was looked at."""
        at = self._clock()
        if not config.is_sqlite or not config.sqlite_path.exists():
            return (config.database_url, 0), 0, at
        stat = config.sqlite_path.stat()
        return (config.database_url, stat.st_ino), stat.st_size, at
