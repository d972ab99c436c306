"""Reading ahead: batches are downloaded in a thread of their own while those before them are parsed and written."""

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Generic, TypeVar

One = TypeVar("One")

AHEAD = 2  # batches that wait beside those the connections hold; more would only fill memory
LOOK_SECONDS = 0.2  # how often a waiting thread looks whether it should stop
LEAVE_SECONDS = 5.0  # how long the reader may take to leave; it is a daemon and holds nothing of ours


class ReadAhead(Generic[One]):
    """An iterator read in another thread, at most `ahead` items before its user; its error is raised where it belongs,
    after the items that came before it. Use it as a context: leaving stops the thread."""

    def __init__(self, items: Iterator[One], ahead: int = AHEAD) -> None:
        self._items = items
        self._waiting: queue.Queue[tuple[One | None, BaseException | None]] = queue.Queue(ahead)
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._read, name="reading ahead", daemon=True)

    def __enter__(self) -> Iterator[One]:
        self._thread.start()
        return self._given()

    def __exit__(self, *_: object) -> None:
        self._is_stopped.set()
        self._thread.join(LEAVE_SECONDS)

    def _given(self) -> Iterator[One]:
        while True:
            item, error = self._waiting.get()
            if error is not None:
                raise error
            if item is None:
                return
            yield item

    def _read(self) -> None:
        try:
            for item in self._items:
                if not self._put((item, None)):
                    break
            else:
                self._put((None, None))
        except BaseException as error:
            self._put((None, error))
        finally:
            close = getattr(self._items, "close", None)
            if close is not None:
                close()

    def _put(self, given: tuple[One | None, BaseException | None]) -> bool:
        """Hand an item over; False once nobody waits for it any more."""
        while not self._is_stopped.is_set():
            with suppress(queue.Full):
                self._waiting.put(given, timeout=LOOK_SECONDS)
                return True
        return False
