"""What a request says of itself, and how much of it is believed: host, origin, address, cookie, page session."""

import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from access.policy import LOOPBACK_NAMES, Policy, is_loopback
from core.i18n import N_

COOKIE = "fortnight_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Headers by which proxies name people and places. Whoever can reach us can write them, so nobody below sees them.
STRIPPED = frozenset(
    {"forwarded", "remote-user", "remote_user", "remote-email", "remote-groups", "remote-name", "client-ip",
     "true-client-ip", "x-real-ip", "x-user", "x-email", "x-groups", "x-remote-user", "x-original-url", "x-rewrite-url",
     "x-http-method-override"}
)  # fmt: skip
STRIPPED_PREFIXES = (
    "x-forwarded-", "x-auth-", "x-authenticated-", "x-authentik-", "x-webauth-", "x-user-", "x-remote-", "x-streamlit-",
    "x-ms-client-principal", "x-goog-", "x-amzn-oidc-", "cf-access-", "x-fortnight-",
)  # fmt: skip
STAMP = secrets.token_urlsafe(32)  # tells pages that a run came through this very gate; made anew at each start
STAMP_HEADER, TOKEN_HEADER, ADDRESS_HEADER = "x-fortnight-gate", "x-fortnight-token", "x-fortnight-address"


def cookie_name(is_secure: bool) -> str:
    """The session cookie's name: behind TLS one that browsers accept from this very host alone."""
    return f"__Host-{COOKIE}" if is_secure else COOKIE


class PageSessions:
    """Which sign-in opened which of Streamlit's sessions: their ids stand in addresses, so an id alone opens nothing."""

    def __init__(self, kept: int = 20_000) -> None:
        self._owner: dict[str, str] = {}
        self._kept = kept

    def bind(self, page_session: str, owner: str) -> None:
        """Remember a session's owner, once for all."""
        if self._owner.setdefault(page_session, owner) is owner:
            while len(self._owner) > self._kept:
                self._owner.pop(next(iter(self._owner)))

    def belongs(self, page_session: str, owner: str | None) -> bool:
        """Whether this owner opened the session."""
        return owner is not None and self._owner.get(page_session) == owner


class Asked:
    """What a request says of itself, and how much of it is believed."""

    def __init__(self, scope: Scope, policy: Policy) -> None:
        self.scope, self.policy = scope, policy
        self.headers = Headers(scope=scope)
        self.path: str = scope["path"]
        self.is_websocket = scope["type"] == "websocket"
        peer = scope["client"][0] if scope.get("client") else None
        is_proxied = policy.is_proxy(peer)
        self.address = self._behind(peer) if is_proxied else peer
        scheme = self.headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower() if is_proxied else ""
        spoken = scheme == "https" if scheme else scope.get("scheme") in {"https", "wss"}
        self.is_secure = spoken or policy.is_public_https(self.hostname)
        forwarded = any(name in self.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip", "via"))
        self.is_this_machine = is_loopback(peer) and not forwarded and self.hostname in LOOPBACK_NAMES
        self.token = self._cookie()

    @property
    def hostname(self) -> str | None:
        """The name in Host; None for a missing or malformed one."""
        given = self.headers.getlist("host")
        if len(given) != 1 or any(letter in given[0] for letter in "/\\@?# \t,"):
            return None
        try:
            parts = urlsplit(f"//{given[0]}")
            _ = parts.port
        except ValueError:
            return None
        return (parts.hostname or "").lower().rstrip(".") or None

    def refusal(self, *, needs_origin: bool) -> tuple[int, str] | None:
        """Why this is not even looked at: an unknown host, or a foreign or missing origin where one is due (on the
        websocket, and with every method that may change something)."""
        if self.hostname not in self.policy.hosts:
            return 400, N_("This host is not known here.")
        if not needs_origin or (not self.is_websocket and self.scope["method"] in SAFE_METHODS):
            return None
        return None if self._is_own_origin() else (403, N_("This request comes from another site."))

    def cleaned(self) -> Scope:
        """The scope as it passes: believed address and scheme, and no identity from headers."""
        headers = [
            (name, value)
            for name, value in self.scope["headers"]
            if not _is_stripped(name.decode("latin-1").lower().replace("_", "-"))
        ]
        port = self.scope["client"][1] if self.scope.get("client") else 0
        passed = {**self.scope, "headers": headers, "client": (self.address or "", port)}
        if self.is_secure:
            passed["scheme"] = "wss" if self.is_websocket else "https"
        return passed

    def stamped(self, token: str | None, pages: PageSessions, owner: str | None) -> Scope:
        """The websocket's scope as it passes: who is there in headers that only we can write, and no page session to
        resume that another sign-in opened (Streamlit names it third)."""
        passed = self.cleaned()
        headers = [_own_session_only(name, value, pages, owner) for name, value in passed["headers"]]
        stamps = {STAMP_HEADER: STAMP, TOKEN_HEADER: token or "", ADDRESS_HEADER: self.address or ""}
        headers += [(name.encode(), value.encode("latin-1", "replace")) for name, value in stamps.items()]
        return {**passed, "headers": headers}

    def _is_own_origin(self) -> bool:
        given = self.headers.getlist("origin")
        if len(given) != 1:
            return False
        origin = given[0].lower()
        if self.policy.public_origin and origin == self.policy.public_origin:
            return True
        schemes = {"https"} if self.is_secure else {"http"}
        return origin in {f"{scheme}://{self.headers.get('host', '').lower()}" for scheme in schemes}

    def _behind(self, peer: str | None) -> str | None:
        """The nearest address that is none of our proxies: what stands left of it anybody could have written."""
        for one in reversed(",".join(self.headers.getlist("x-forwarded-for")).split(",")):
            address = one.strip().removeprefix("[").removesuffix("]")
            if address and not self.policy.is_proxy(address):
                return address[:64]
        return peer

    def _cookie(self) -> str | None:
        name = cookie_name(self.is_secure)
        for header in self.headers.getlist("cookie"):
            for part in header.split(";"):
                given, _, value = part.strip().partition("=")
                if given == name:
                    return _unquoted(value)
        return None


def _unquoted(value: str) -> str | None:
    if not value.startswith('"'):
        return value
    try:
        found = SimpleCookie(f"x={value}").get("x")
    except CookieError:
        return None
    return found.value if found else None


def _is_stripped(name: str) -> bool:
    return name in STRIPPED or name.startswith(STRIPPED_PREFIXES)


def _own_session_only(name: bytes, value: bytes, pages: PageSessions, owner: str | None) -> tuple[bytes, bytes]:
    if name.lower() == b"sec-websocket-protocol":
        parts = value.decode("latin-1").split(",")
        if len(parts) > 2 and not pages.belongs(parts[2].strip(), owner):
            return name, ",".join(parts[:2]).encode("latin-1")
    return name, value
