"""How an account signs in. The secret is never shown: not by repr, not in an error, not in a log."""

from dataclasses import dataclass, field
from typing import Literal, Self, cast

import orjson

CredentialKind = Literal["cloud", "token", "password"]


@dataclass(frozen=True)
class Credential:
    """A credential of one account.

    Args: kind, cloud (email and API token), token (personal access token) or password (user and password); account, the
    email or user name, None for a token; secret, the token or the password.
    """

    kind: CredentialKind
    account: str | None
    secret: str = field(repr=False)

    def to_bytes(self) -> bytes:
        """The credential as it is encrypted and kept."""
        return orjson.dumps({"kind": self.kind, "account": self.account, "secret": self.secret})

    @classmethod
    def from_bytes(cls, kept: bytes) -> Self:
        """The credential from what `to_bytes` gave. Raises: ValueError, without the content."""
        try:
            given = orjson.loads(kept)
            return cls(cast(CredentialKind, given["kind"]), given["account"], given["secret"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise ValueError("the kept credential cannot be read") from None
