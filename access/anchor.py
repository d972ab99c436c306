"""An anchor: the head of the audit log, signed, to be kept where the log's keeper cannot reach it.

The chain shows by itself what was edited, removed or reordered. Only something kept elsewhere shows that the log was cut
off at its end, or built anew from its first entry.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from access.audit import BEFORE_THE_FIRST, Break, canonical, verify
from access.keys import house_key
from core.config import Config
from core.errors import Invalid
from core.i18n import Text
from core.reader import utc
from store.tables import AuditEntry

KIND = "fortnight audit anchor"
FIELDS = ("kind", "entry_id", "sha256", "at", "public_key", "signature")


@dataclass(frozen=True)
class Anchor:
    """The last entry of the log and its hash at an instant, with the house's Ed25519 signature (base64)."""

    kind: str
    entry_id: int
    sha256: str
    at: str
    public_key: str
    signature: str = ""

    def to_json(self) -> str:
        """The anchor as the file to keep."""
        return json.dumps(asdict(self), indent=2) + "\n"

    def signed_bytes(self) -> bytes:
        """What the signature covers: everything but itself."""
        return canonical({name: value for name, value in asdict(self).items() if name != "signature"}).encode("ascii")


@dataclass(frozen=True)
class Checked:
    """What a check of the whole log found. Args: entries, how many there are; breaks, where it does not hold; head, the
    last entry's id and hash."""

    entries: int
    breaks: list[Break]
    head: tuple[int, str]


def make_anchor(config: Config, head: AuditEntry | None, at: datetime) -> Anchor:
    """Sign the head of the log (None: an empty log) with the house's key."""
    private = _private_key(config)
    entry_id, sha256 = (head.id or 0, head.sha256) if head else (0, BEFORE_THE_FIRST)
    bare = Anchor(KIND, entry_id, sha256, utc(at).isoformat(timespec="seconds"), _public(private))
    return Anchor(**{**asdict(bare), "signature": base64.b64encode(private.sign(bare.signed_bytes())).decode()})


def read_anchor(text: str) -> Anchor:
    """The anchor of a file. Raises: Invalid where it is none."""
    try:
        given = json.loads(text)
        anchor = Anchor(**{name: given[name] for name in FIELDS})
        is_anchor = anchor.kind == KIND and isinstance(anchor.entry_id, int) and set(given) == set(FIELDS)
    except (ValueError, TypeError, KeyError):
        is_anchor = False
    if not is_anchor:
        raise Invalid(
            Text("This file is no anchor of an audit log."),
            next=Text("Make one with: python fortnight.py audit anchor"),
        )
    return anchor


def check(config: Config, entries: Iterable[AuditEntry], anchor: Anchor | None = None) -> Checked:
    """Whether the log holds: by its own chain, and against a kept anchor.

    Args: entries, all of them in the order of their ids, read once.
    """
    seen: dict[str, Any] = {"count": 0, "head": (0, BEFORE_THE_FIRST), "at_anchor": None}

    def watched() -> Iterator[AuditEntry]:
        for entry in entries:
            seen["count"] += 1
            seen["head"] = (entry.id or 0, entry.sha256)
            if anchor and entry.id == anchor.entry_id:
                seen["at_anchor"] = entry.sha256
            yield entry

    breaks = verify(watched())
    if anchor:
        breaks += _against(config, anchor, seen["head"][0], seen["at_anchor"])
    return Checked(seen["count"], breaks, seen["head"])


def _against(config: Config, anchor: Anchor, last_id: int, sha256: str | None) -> list[Break]:
    """What an anchor shows that the chain cannot."""
    if not _is_signed(anchor):
        return [Break(anchor.entry_id, Text("The anchor itself was changed: its signature does not hold."))]
    breaks = []
    if anchor.public_key != _public(_private_key(config)):
        breaks.append(
            Break(anchor.entry_id, Text("The anchor was signed by another house, or this house's key was replaced."))
        )
    if last_id < anchor.entry_id:
        what = Text(
            "The log ends at entry {last}, but the anchor was taken at entry {anchor}: it was cut off.",
            last=str(last_id),
            anchor=str(anchor.entry_id),
        )
        breaks.append(Break(last_id, what))
    elif anchor.entry_id and sha256 != anchor.sha256:
        what = Text(
            "Entry {found} is not the one that was anchored: the log was built anew.", found=str(anchor.entry_id)
        )
        breaks.append(Break(anchor.entry_id, what))
    return breaks


def _is_signed(anchor: Anchor) -> bool:
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(anchor.public_key, validate=True))
        public.verify(base64.b64decode(anchor.signature, validate=True), anchor.signed_bytes())
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _private_key(config: Config) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(house_key(config, "audit"))


def _public(private: Ed25519PrivateKey) -> str:
    return base64.b64encode(private.public_key().public_bytes_raw()).decode()
