"""How the gate is set: under which names and behind which proxies the house is reached, and how long a sign-in lasts."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from core.errors import Invalid
from core.i18n import Text

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
IDLE_HOURS, ABSOLUTE_HOURS = 12.0, 7 * 24.0
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Policy:
    """The gate's settings, from the environment alone: whoever can sign in cannot loosen them.

    Args: public_origin, scheme and host under which browsers know the house (None: only this machine's own names);
    hosts, the names accepted in Host; proxies, whose X-Forwarded-For and -Proto are believed; is_forced, whether an
    account is asked even for the sample on this machine; idle and absolute, how long a sign-in lasts unused and at most.
    """

    public_origin: str | None = None
    hosts: frozenset[str] = LOOPBACK_NAMES
    proxies: tuple[Network, ...] = ()
    is_forced: bool = False
    idle: timedelta = field(default=timedelta(hours=IDLE_HOURS))
    absolute: timedelta = field(default=timedelta(hours=ABSOLUTE_HOURS))

    def is_public_https(self, hostname: str | None) -> bool:
        """Whether browsers know this name by an https address: then something in front does TLS, whoever it is."""
        if not self.public_origin or not self.public_origin.startswith("https:"):
            return False
        return hostname is not None and urlsplit(self.public_origin).hostname == hostname

    def is_proxy(self, address: str | None) -> bool:
        """Whether this peer is one of the configured proxies."""
        if not self.proxies or not address:
            return False
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.proxies)


def load_policy(environ: Mapping[str, str] | None = None) -> Policy:
    """The policy of FORTNIGHT_PUBLIC_URL, _ALLOWED_HOSTS, _TRUSTED_PROXIES, _REQUIRE_SIGN_IN, _SESSION_IDLE_HOURS and
    _SESSION_HOURS.

    A public address, a further host or a proxy means that others than this machine's owner may come: then an account is
    always asked. Raises: Invalid, naming the variable.
    """
    given = os.environ if environ is None else environ
    origin = _origin(given.get("FORTNIGHT_PUBLIC_URL"))
    more = {name.lower() for name in _listed(given.get("FORTNIGHT_ALLOWED_HOSTS"))}
    if origin:
        more.add(urlsplit(origin).hostname or "")
    proxies = tuple(_network(one) for one in _listed(given.get("FORTNIGHT_TRUSTED_PROXIES")))
    asked = given.get("FORTNIGHT_REQUIRE_SIGN_IN", "").strip().lower() not in {"", "0", "false", "no"}
    return Policy(
        public_origin=origin,
        hosts=LOOPBACK_NAMES | more,
        proxies=proxies,
        is_forced=asked or bool(more - LOOPBACK_NAMES) or bool(proxies),
        idle=_hours(given, "FORTNIGHT_SESSION_IDLE_HOURS", IDLE_HOURS),
        absolute=_hours(given, "FORTNIGHT_SESSION_HOURS", ABSOLUTE_HOURS),
    )


def is_loopback(address: str | None) -> bool:
    """Whether an address is this machine's own."""
    try:
        return address is not None and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _origin(url: str | None) -> str | None:
    if not url:
        return None
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise _wrong("FORTNIGHT_PUBLIC_URL", url, Text("an address such as https://fortnight.example.com"))
    return f"{parts.scheme}://{parts.netloc}".lower()


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        accepted = Text("addresses such as 10.0.0.5 or 10.0.0.0/24, separated by commas")
        raise _wrong("FORTNIGHT_TRUSTED_PROXIES", text, accepted) from error


def _hours(given: Mapping[str, str], name: str, usual: float) -> timedelta:
    text = given.get(name)
    if not text:
        return timedelta(hours=usual)
    try:
        hours = float(text)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= 24 * 90:
        raise _wrong(name, text, Text("a number of hours above 0, up to 2160"))
    return timedelta(hours=hours)


def _wrong(name: str, given: str, accepted: Text) -> Invalid:
    return Invalid(
        Text("{name} is “{given}”.", name=name, given=given), next=Text("Accepted are: {accepted}.", accepted=accepted)
    )
