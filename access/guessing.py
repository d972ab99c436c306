"""Slow guessing without locking anybody out: each guesser waits longer and longer, everybody else signs in as ever."""

import ipaddress
import threading
import time
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.errors import Refused
from core.i18n import Text

FREE_PER_NAME, FREE_PER_ADDRESS = 5, 20
LONGEST_SECONDS = 15 * 60.0
FORGOTTEN_SECONDS = 60 * 60.0
KEPT = 20_000  # remembered guessers; beyond them the one seen longest ago is forgotten


@dataclass
class _Guesser:
    failures: int
    last_at: float


class TooSoon(Refused):
    """This guesser must wait. Args: seconds, how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            Text("Too many wrong tries from here."), next=Text("Try again in {seconds} s.", seconds=seconds)
        )
        self.seconds = seconds


class Guessing:
    """Failed sign-ins of this process, by name and address, and by address alone; in memory, and only so many.

    The account itself is never locked: the right password from another address works, whatever a guesser does.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: OrderedDict[tuple[str, ...], _Guesser] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def one_try(self, name: str, address: str | None, wrong: type[Exception]) -> Iterator[None]:
        """One try at a password or code. It counts as wrong from its beginning until it is known to be none: else all
        tries sent at one moment would be let through, however many.

        Args: wrong, what a wrong password raises; any other error is no guess. Raises: TooSoon.
        """
        keys = _keys(name, address)
        seconds = self._begin(keys)
        if seconds > 0:
            raise TooSoon(int(seconds) + 1)
        try:
            yield
        except wrong:
            raise
        except Exception:
            self._take_back(keys)
            raise
        self._take_back(keys)
        with (
            self._lock
        ):  # the address's own count stays, or one account of one's own would open the way to guess the others
            self._seen.pop(keys[0], None)

    def wait_seconds(self, name: str, address: str | None) -> float:
        """How long this guesser must still wait before the next try; 0 where it may try now."""
        with self._lock:
            return self._longest_wait(_keys(name, address), self._clock())

    def _begin(self, keys: "_Keys") -> float:
        """Count a try, unless it must wait. Returns: how long."""
        at = self._clock()
        with self._lock:
            seconds = self._longest_wait(keys, at)
            if seconds > 0:
                return seconds
            for key in keys:
                known = self._seen.pop(key, None)
                is_old = known is None or at - known.last_at > FORGOTTEN_SECONDS
                self._seen[key] = _Guesser(1 if is_old or known is None else known.failures + 1, at)
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)
        return 0.0

    def _take_back(self, keys: "_Keys") -> None:
        with self._lock:
            for known in filter(None, map(self._seen.get, keys)):
                known.failures = max(0, known.failures - 1)

    def _longest_wait(self, keys: "_Keys", at: float) -> float:
        return max(self._wait(self._seen.get(key), free, at) for key, free in zip(keys, _FREE, strict=True))

    def __len__(self) -> int:
        return len(self._seen)

    @staticmethod
    def _wait(known: _Guesser | None, free: int, at: float) -> float:
        if known is None or known.failures < free or at - known.last_at > FORGOTTEN_SECONDS:
            return 0.0
        pause = min(2.0 ** min(known.failures - free, 20), LONGEST_SECONDS)
        return max(0.0, known.last_at + pause - at)


_FREE = (FREE_PER_NAME, FREE_PER_ADDRESS)
_Keys = tuple[tuple[str, ...], tuple[str, ...]]


def _keys(name: str, address: str | None) -> _Keys:
    """What a guesser is remembered by: the account, however its name is typed, and the address; of an IPv6 address its
    network, since one guesser has all addresses in it."""
    place = _place(address or "")
    account = unicodedata.normalize("NFKC", name[:200]).casefold().strip()
    return (account[:64], place), (place,)


def _place(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address  # a name instead of an address counts as itself
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address
