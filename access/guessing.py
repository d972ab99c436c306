"""Slow guessing without locking anybody out: each guesser waits longer and longer, everybody else signs in as ever."""

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE_PER_NAME, FREE_PER_ADDRESS = 5, 20
LONGEST_SECONDS = 15 * 60.0
FORGOTTEN_SECONDS = 60 * 60.0
KEPT = 20_000  # remembered guessers; beyond them the one seen longest ago is forgotten


@dataclass
class _Guesser:
    failures: int
    last_at: float


class Guessing:
    """Failed sign-ins of this process, by name and address, and by address alone; in memory, and only so many.

    The account itself is never locked: the right password from another address works, whatever a guesser does.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: OrderedDict[tuple[str, ...], _Guesser] = OrderedDict()
        self._lock = threading.Lock()

    def wait_seconds(self, name: str, address: str | None) -> float:
        """How long this guesser must still wait before the next try; 0 where it may try now."""
        at = self._clock()
        with self._lock:
            waits = [
                self._wait(self._seen.get(key), free, at) for key, free in zip(_keys(name, address), _FREE, strict=True)
            ]
        return max(waits)

    def failed(self, name: str, address: str | None) -> None:
        """Remember a wrong password or code."""
        at = self._clock()
        with self._lock:
            for key in _keys(name, address):
                known = self._seen.pop(key, None)
                is_old = known is None or at - known.last_at > FORGOTTEN_SECONDS
                self._seen[key] = _Guesser(1 if is_old or known is None else known.failures + 1, at)
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)

    def succeeded(self, name: str, address: str | None) -> None:
        """Forget this name's failures from this address; the address's own count stays, or one account of one's own
        would open the way to guess the others."""
        with self._lock:
            self._seen.pop(_keys(name, address)[0], None)

    def __len__(self) -> int:
        return len(self._seen)

    @staticmethod
    def _wait(known: _Guesser | None, free: int, at: float) -> float:
        if known is None or known.failures < free or at - known.last_at > FORGOTTEN_SECONDS:
            return 0.0
        pause = min(2.0 ** min(known.failures - free, 20), LONGEST_SECONDS)
        return max(0.0, known.last_at + pause - at)


_FREE = (FREE_PER_NAME, FREE_PER_ADDRESS)


def _keys(name: str, address: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a guesser is remembered by; of an IPv6 address its network, since one guesser has all addresses in it."""
    place = _place(address or "")
    return (name[:64], place), (place,)


def _place(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address  # a name instead of an address counts as itself
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address
