"""Passwords and second factors: Argon2id, and codes of an authenticator app (TOTP). Nothing here is ever logged."""

import hmac
import threading
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from core.errors import Invalid
from core.i18n import Text

# OWASP's first choice of parameters for Argon2id; each check takes 46 MiB, so only a few run at once.
_HASHER = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
_AT_ONCE = threading.BoundedSemaphore(4)
SHORTEST, LONGEST = 10, 256
STEP_SECONDS = 30
ISSUER = "Fortnight"
# The hash of a random text that nobody knows: what an unknown name's password is compared with, so that the answer
# takes as long as for a known one.
_NOBODYS = _HASHER.hash(pyotp.random_base32())


def hash_password(password: str) -> str:
    """The Argon2id hash of a password, with its salt and parameters in it."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one of the hash; as slow for no hash at all, which no password fits."""
    with _AT_ONCE:
        try:
            _HASHER.verify(password_hash or _NOBODYS, password[: LONGEST + 1])
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's, so that the next sign-in should renew it."""
    return _HASHER.check_needs_rehash(password_hash)


def check_new(password: str, name: str) -> str:
    """A new password, as it may be kept. Args: name, of the person, which the password may not contain.

    Raises: Invalid. Length is what counts; no rule asks for special characters.
    """
    if len(password) < SHORTEST:
        raise Invalid(Text("A password has at least {n} characters.", n=SHORTEST))
    if len(password) > LONGEST:
        raise Invalid(Text("A password has at most {n} characters.", n=LONGEST))
    lowered = password.lower()
    is_guessable = len(set(lowered)) < 4 or lowered in "01234567890123456789 abcdefghijklmnopqrstuvwxyz qwertyuiop"
    if is_guessable or (len(name) > 2 and name.lower() in lowered):
        raise Invalid(
            Text("This password is guessed at once."),
            next=Text("Three or four words that do not belong together are easy to remember."),
        )
    return password


def new_totp_secret() -> str:
    """A fresh secret for an authenticator app, in base32."""
    return pyotp.random_base32()


def totp_address(secret: str, name: str) -> str:
    """The `otpauth://` address that an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def totp_step(secret: str, code: str, at: datetime, last_step: int | None) -> int | None:
    """The time step whose code this is, one step of clock drift either way; None where it fits none.

    Args: last_step, the last accepted one: a code works once, and none older than it.
    """
    given = "".join(code.split())
    now_step = int(at.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(secret)
    found = None
    for step in (now_step - 1, now_step, now_step + 1):
        fits = hmac.compare_digest(app.generate_otp(step).encode(), given.encode("utf-8", "replace"))
        if fits and (last_step is None or step > last_step):
            found = step
    return found
