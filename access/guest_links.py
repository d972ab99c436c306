"""The signed link of a demo's audience: it opens one page, for as long as the demo runs, without an account."""

import hashlib
import hmac

from core.actor import Actor, Granted, Role
from store.db import Session
from store.tables import Demo

TOKEN_LETTERS = 32  # 128 bits: not to be guessed, and short enough for a QR code


def guest_token(demo: Demo) -> str | None:
    """The token of a running demo's link, signed with the demo's own key; None once it has ended."""
    if demo.guest_key is None or demo.ended_at is not None:
        return None
    message = f"audience of demo {demo.id}".encode()
    return hmac.new(bytes.fromhex(demo.guest_key), message, hashlib.sha256).hexdigest()[:TOKEN_LETTERS]


def opened_by(session: Session, demo_id: int, token: str) -> Demo | None:
    """The running demo that this link opens; None for any other link, whatever is wrong with it."""
    demo = session.get(Demo, demo_id)
    expected = None if demo is None else guest_token(demo)
    if expected is None or not hmac.compare_digest(expected.encode(), token.encode("utf-8", "replace")):
        return None
    return demo


def guest_actor(guest: str, address: str | None) -> Actor:
    """Whoever holds a phone with the link. Args: guest, the phone's random id, of which the log keeps the beginning."""
    return Actor(f"guest:{guest[:8]}", (Granted(Role.GUEST, None, None),), address=address)
