"""The gate and the sign-in pages of this very process: one policy, one look-up of sessions, one memory of guessers."""

import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from starlette.routing import BaseRoute
from starlette.types import Scope

from access.asked import Asked
from access.guessing import Guessing
from access.policy import is_loopback, load_policy
from access.sessions import Sessions, SignedIn
from actions.people import touch_session
from core.errors import FortnightError
from core.i18n import Text
from services.house_store import house_store
from services.sign_in.oidc import load_provider
from services.sign_in.pages import Doors
from services.sign_in.routes import sign_in_routes

SECRET = "FORTNIGHT_SECRET"
SHORTEST_SECRET = 32
# What stands in examples; a secret that everybody can read is none.
SAMPLE_WORDS = ("change-me", "changeme", "change_me", "example", "sample", "secret", "password", "replace", "fortnight")


@cache
def house_sessions() -> Sessions:
    """The look-up of sessions that gate and pages share."""
    return Sessions(house_store, load_policy())


def gate_settings() -> dict[str, Any]:
    """What the gate is told besides what only Streamlit knows."""
    return {"sessions": house_sessions, "touch": _touch}


def is_secure(scope: Scope) -> bool:
    """Whether a request came by https, as far as this house believes it."""
    return Asked(scope, house_sessions().policy).is_secure


def sign_in_door() -> list[BaseRoute]:
    """The sign-in routes. Raises: Invalid where the environment sets up a provider by half."""
    policy, provider = load_policy(), load_provider()
    doors = Doors(house_store, house_sessions(), Guessing(), has_provider=provider is not None)
    return sign_in_routes(doors, policy, provider, os.environ.get(SECRET) or secrets.token_hex(32))


def check_secret(address: str, environ: Mapping[str, str] | None = None) -> None:
    """Refuse to serve beyond this machine without a secret of one's own.

    Args: address, on which to listen. Raises: FortnightError for a secret that is missing, short or from an example.
    """
    given = (os.environ if environ is None else environ).get(SECRET, "").strip()
    if is_loopback(address):
        return
    if not given:
        raise _no_secret(Text("{name} is missing.", name=SECRET))
    is_sample = len(set(given)) < 10 or any(word in given.lower() for word in SAMPLE_WORDS)
    if len(given) < SHORTEST_SECRET or is_sample:
        raise _no_secret(Text("{name} is too short, or comes from an example.", name=SECRET))


def _no_secret(what: Text) -> FortnightError:
    return FortnightError(
        what,
        why=Text("Whoever can guess it can forge what the house signs."),
        next=Text('Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'),
    )


def _touch(found: SignedIn, at: datetime) -> None:
    touch_session(house_store(), found.token_sha256, at)
