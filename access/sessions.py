"""Who is signed in: from the random token in a browser's cookie to an Actor. Sessions begin and end in `actions.people`."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from access.policy import Policy
from core.actor import Actor, Granted
from core.clock import now
from store.db import Session, Store
from store.frames import log_end
from store.read import rows_where
from store.tables import ExternalIdentity, Grant, PasswordRecord, Person, SignInSession, Source

TOKEN_BYTES = 32
KEPT = 4096  # looked-up sessions in memory; the oldest leave first
# How old, in seconds, what was looked up before may be for whom:
AT_ONCE = 0.0  # a click, at the gate
ONE_CLICK = 0.05  # the run and the fragments that the click sets off
REQUEST = 1.0  # a plain request

_changes = 0
_lock = threading.Lock()


@dataclass(frozen=True)
class SignedIn:
    """A valid session: whose it is, since when and until when, and what its person may do."""

    token_sha256: str
    person_id: int
    name: str
    display_name: str
    language: str | None
    method: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    grants: tuple[Granted, ...]

    def actor(self, address: str | None = None) -> Actor:
        """The person as an actor, coming from this address."""
        return Actor(self.name, self.grants, self.person_id, address)


def new_token() -> str:
    """A token for a cookie or a link: 256 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored of a token: whoever reads the database cannot sign in with it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def something_ended() -> None:
    """Let every look-up of this process be made anew: a session, a person or a grant was changed."""
    global _changes
    with _lock:
        _changes += 1


def grants_of(session: Session, person_id: int) -> tuple[Granted, ...]:
    """What a person was granted, one per row."""
    rows = rows_where(session, Grant, person_id=person_id)
    return tuple(Granted.of_row(row.role, row.project_key, row.department) for row in rows)


def valid_session(session: Session, token_sha256: str, at: datetime, policy: Policy) -> SignedIn | None:
    """The session of this token's hash; None where there is none, it ended, it expired or its person was disabled."""
    row = session.get(SignInSession, token_sha256)
    if row is None or row.ended_at is not None:
        return None
    person = session.get(Person, row.person_id)
    if person is None or not person.is_active:
        return None
    found = SignedIn(
        token_sha256=token_sha256,
        person_id=row.person_id,
        name=person.name,
        display_name=person.display_name,
        language=person.language,
        method=row.method,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        grants=grants_of(session, row.person_id),
    )
    return found if is_alive(found, at, policy) else None


def is_alive(found: SignedIn, at: datetime, policy: Policy) -> bool:
    """Whether a session is inside both of its limits: since its sign-in, and since it was last used."""
    return at < found.expires_at and at < found.created_at + policy.absolute and at < found.last_seen_at + policy.idle


def can_anybody_sign_in(session: Session) -> bool:
    """Whether there is an account with a way in; a disabled one too, since disabling people opens no door."""
    return bool(rows_where(session, PasswordRecord)) or bool(rows_where(session, ExternalIdentity))


def is_owned(session: Session) -> bool:
    """Whether the store holds more than the sample: somebody who can sign in, or a source of one's own. From then on all do."""
    return can_anybody_sign_in(session) or any(not source.is_sample for source in rows_where(session, Source))


@dataclass
class _Kept:
    found: SignedIn
    changes: int
    log_end: int
    looked_up: float


class Sessions:
    """Look-ups of sessions, remembered for as long as they can be known to hold.

    A click relies on nothing: what is remembered then counts only if nothing was written since, by any process, so that
    whoever was signed out sees nothing more. A plain request may rely on the last second. What this process itself ends,
    is ended at once for both.
    """

    def __init__(self, store: Callable[[], Store], policy: Policy, clock: Callable[[], datetime] = now) -> None:
        self._store, self.policy, self._clock = store, policy, clock
        self._kept: dict[str, _Kept] = {}
        self._owned: tuple[int, float, int, bool] | None = None
        self._lock = threading.Lock()

    def find(self, token: str | None, *, relying_on: float = REQUEST) -> SignedIn | None:
        """The valid session of a cookie's token, or None."""
        if not token or len(token) > 200:
            return None
        key, at = token_hash(token), self._clock()
        kept = self._kept.get(key)
        if kept and is_alive(kept.found, at, self.policy) and self._holds(kept, relying_on):
            return kept.found
        changes, looked_up = _changes, time.monotonic()
        with self._store().reading() as session:
            read_at = log_end(session)
            found = valid_session(session, key, at, self.policy)
        with self._lock:
            self._kept.pop(key, None)
            if found:
                self._kept[key] = _Kept(found, changes, read_at, looked_up)
                while len(self._kept) > KEPT:
                    self._kept.pop(next(iter(self._kept)))
        return found

    def seen(self, found: SignedIn, at: datetime) -> None:
        """Remember that a session was used, until its row is read again."""
        kept = self._kept.get(found.token_sha256)
        if kept:
            kept.found = replace(kept.found, last_seen_at=at)

    def needs_touch(self, found: SignedIn, at: datetime) -> bool:
        """Whether the store should be told that the session is in use: a few times per idle limit are enough."""
        return (at - found.last_seen_at) * 12 > self.policy.idle

    def is_asked(self, *, relying_on: float = REQUEST) -> bool:
        """Whether an account is needed at all: always where it is forced, else once the house is somebody's own."""
        if self.policy.is_forced:
            return True
        changes, looked_up = _changes, time.monotonic()
        known = self._owned
        if known and known[0] == changes and looked_up - known[1] < relying_on:
            return known[3]
        with self._store().reading() as session:
            read_at = log_end(session)
            owned = known[3] if known and known[0] == changes and known[2] == read_at else is_owned(session)
        self._owned = (changes, looked_up, read_at, owned)
        return owned

    def _holds(self, kept: _Kept, relying_on: float) -> bool:
        if kept.changes != _changes:
            return False
        at = time.monotonic()
        if at - kept.looked_up < relying_on:
            return True
        with self._store().reading() as session:
            is_same = log_end(session) == kept.log_end
        if is_same:
            kept.looked_up = at
        return is_same
