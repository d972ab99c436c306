"""What `serve` settles before the first byte: where it listens, under which names, with which secret, and who may begin."""

import hashlib
import os
from collections.abc import MutableMapping

from access.policy import Policy, is_loopback, load_policy
from access.sessions import is_owned
from actions.accounts import make_first_link
from core.actor import local_admin
from core.errors import FortnightError
from core.i18n import Text
from services.sign_in.door import SECRET, check_secret
from store.db import Store

ANY = frozenset({"0.0.0.0", "::"})


def settle(address: str, *, is_required: bool, environ: MutableMapping[str, str] | None = None) -> Policy:
    """The policy under which this address is served; what the server reads later is put into the environment.

    Raises: FortnightError for another address than this machine's without a secret of one's own, or for all addresses
    without a name.
    """
    given = os.environ if environ is None else environ
    check_secret(address, given)
    if is_required or not is_loopback(address):
        given["FORTNIGHT_REQUIRE_SIGN_IN"] = "1"
    policy = load_policy(given)
    if address in ANY and policy.hosts == load_policy({}).hosts:
        raise FortnightError(
            Text("On all addresses Fortnight must know its own name."),
            why=Text("Requests under unknown names are refused, so nobody could come in."),
            next=Text("Set FORTNIGHT_PUBLIC_URL, such as https://fortnight.example.com."),
        )
    if address not in ANY and not is_loopback(address):
        named = [part for part in (given.get("FORTNIGHT_ALLOWED_HOSTS"), address) if part]
        given["FORTNIGHT_ALLOWED_HOSTS"] = ",".join(named)
        policy = load_policy(given)
    # Whose X-Forwarded headers are believed the gate decides alone; the server itself believes nobody's.
    given["FORWARDED_ALLOW_IPS"] = ""
    if given.get(SECRET):
        derived = hashlib.sha256(b"page machinery" + given[SECRET].encode()).hexdigest()
        given["STREAMLIT_SERVER_COOKIE_SECRET"] = derived
    return policy


def address_of(policy: Policy, address: str, port: int) -> str:
    """Where a browser finds the house."""
    shown = "127.0.0.1" if address in ANY else f"[{address}]" if ":" in address else address
    return policy.public_origin or f"http://{shown}:{port}"


def first_link(store: Store, policy: Policy, base: str) -> str | None:
    """The one-time link for the first administrator, where an account is asked and nobody can be one yet."""
    if not policy.is_forced:
        with store.reading() as session:
            if not is_owned(session):
                return None
    token = make_first_link(store, local_admin())
    return None if token is None else f"{base}/set-up/{token}"
