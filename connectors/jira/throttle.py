"""How many requests may be under way: fewer when the server says it is too much, more again when it goes well."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

RECOVER_AFTER = 20  # answers without a complaint before one more connection is tried


class Throttle:
    """A gate for the threads of one client. `limit` is how many may be inside now."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self.limit = most
        self._most, self._clock = most, clock
        self._inside, self._well, self._not_before = 0, 0, 0.0
        self._changed = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place, and hold it while a request is under way."""
        with self._changed:
            self._changed.wait_for(lambda: self._inside < self.limit)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify()

    def slow_down(self) -> None:
        """The server said it is too much: half as many at once."""
        with self._changed:
            self.limit, self._well = max(1, self.limit // 2), 0

    def went_well(self) -> None:
        """A request was answered; after enough of them one more is tried."""
        with self._changed:
            self._well += 1
            if self._well >= RECOVER_AFTER and self.limit < self._most:
                self.limit, self._well = self.limit + 1, 0
                self._changed.notify()

    def pause(self, seconds: float) -> None:
        """Nobody sends for so long: the server's wish holds for every thread."""
        with self._changed:
            self._not_before = max(self._not_before, self._clock() + seconds)

    def wait_seconds(self) -> float:
        """How long to wait before the next request."""
        with self._changed:
            return max(0.0, self._not_before - self._clock())
