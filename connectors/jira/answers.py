"""An answer over HTTP, judged: data, something to try again, or an error that says what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import orjson

from connectors.jira.failures import failure
from connectors.jira.settings import Settings
from core.plain import plain_text

if TYPE_CHECKING:
    from requests import Response

MEGABYTE = 1_000_000
MAX_MEGABYTES = 200
MAX_BODY_BYTES = MAX_MEGABYTES * MEGABYTE
_PIECE = 1 << 18
_LOGIN_WORDS = (
    b"os_username",
    b"login-form",
    b"loginform",
    b"login.jsp",
    b"id.atlassian.com/login",
    b'type="password"',
)
_LOGIN_PATHS = ("login", "signin", "sign-in", "sso", "oauth", "saml", "authorize")
_REFUSED_LOGIN = ("AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED", "AUTHORISATION_FAILED", "AUTHORIZATION_FAILED")


@dataclass(frozen=True, slots=True)
class Answer:
    """Whole, valid JSON: as bytes, and read."""

    body: bytes
    value: Any


@dataclass(frozen=True, slots=True)
class Dropped:
    """A request to repeat. `wait_seconds` is what the server asked for, None where it did not."""

    code: str
    status: int | None
    wait_seconds: float | None = None
    most_repeats: int = 6


def said_by(value: str | int | bool) -> str:
    """A parameter as Jira writes it: true, not True."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """`Retry-After` in seconds, given as such or as a date (measured against the server's own Date); None without one."""
    given = (headers.get("Retry-After") or "").strip()
    if not given:
        return None
    if given.replace(".", "", 1).isdigit():
        return float(given)
    until, now = _instant(given), _instant(headers.get("Date") or "")
    if until is None:
        return None
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


def _instant(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def read_body(
    response: "Response", clock: Callable[[], float], deadline: float, look: Callable[[], None]
) -> bytes | Dropped:
    """The body, piece by piece: a slow drip ends at the deadline, a cancel is seen between two pieces."""
    pieces: list[bytes] = []
    size = 0
    while piece := response.raw.read1(_PIECE, decode_content=True):
        size += len(piece)
        if size > MAX_BODY_BYTES:
            return Dropped("too_large", response.status_code, most_repeats=0)
        pieces.append(piece)
        look()
        if clock() > deadline:
            return Dropped("timeout", response.status_code, most_repeats=3)
    expected = response.headers.get("Content-Length")
    if expected and expected.isdigit() and not response.headers.get("Content-Encoding") and size < int(expected):
        return Dropped("truncated", response.status_code)
    return b"".join(pieces)


def judge(response: "Response", body: bytes | Dropped, settings: Settings, path: str) -> Answer | Dropped:
    """What an answer means. Raises: JiraError where a repeat would not help."""
    if isinstance(body, Dropped):
        return body
    status, host = response.status_code, settings.host
    _refuse_sign_in(response, status, host)
    if 300 <= status < 400:
        raise _redirected(response.headers.get("Location") or "", settings)
    if status == 401:
        raise failure("expired", status=status, host=host, path=path)
    if status == 403:
        raise failure("forbidden", status=status, host=host, path=path)
    if status == 404:
        raise failure("not_found", status=status, host=host, path=path)
    if status == 410:
        raise failure("gone", status=status, host=host, path=path)
    if status >= 400:
        raise failure("bad_request", status=status, host=host, path=path, detail=_detail(body))
    start = body[:2000].lstrip().lower()
    if start.startswith(b"<") or "text/html" in (response.headers.get("Content-Type") or "").lower():
        raise failure("login_page" if any(word in body for word in _LOGIN_WORDS) else "html", status=status, host=host)
    return _read(body, status)


def _refuse_sign_in(response: "Response", status: int, host: str) -> None:
    """A token that is not accepted can be answered with 200 and what anonymous people see: the header tells."""
    reason = (response.headers.get("X-Seraph-LoginReason") or "").upper()
    denied = (response.headers.get("X-Authentication-Denied-Reason") or "").upper()
    if "CAPTCHA" in denied or "AUTHENTICATION_DENIED" in reason:
        raise failure("captcha", status=status, host=host)
    if any(word in reason for word in _REFUSED_LOGIN):
        raise failure("expired", status=status, host=host)


def _redirected(location: str, settings: Settings) -> Exception:
    target = urlsplit(urljoin(settings.url + "/", location))
    if target.netloc == settings.host and any(word in target.path.lower() for word in _LOGIN_PATHS):
        return failure("login_page", host=settings.host)
    return failure("redirect", host=settings.host, target=f"{target.scheme}://{target.netloc}")


def _detail(body: bytes) -> str:
    """Jira's own words about a refused question, shortened; never a page of HTML."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "-"
    if not isinstance(given, dict):
        return "-"
    messages = given.get("errorMessages") or [given.get("message") or given.get("errorMessage")]
    errors = given.get("errors")
    words = [str(one) for one in [*messages, *(errors.values() if isinstance(errors, dict) else [])] if one]
    return plain_text(" ".join(words))[:300] or "-"


def _read(body: bytes, status: int) -> Answer | Dropped:
    try:
        return Answer(body, orjson.loads(body))
    except orjson.JSONDecodeError:
        return _read_slowly(body, status)


def _read_slowly(body: bytes, status: int) -> Answer | Dropped:
    """Lone surrogates are legal in JSON but not in UTF-8: the library's own reader takes them, and they are replaced."""
    try:
        value = _plain(loads(body.decode("utf-8", "replace"), parse_constant=lambda _: None))
        return Answer(orjson.dumps(value), value)
    except (JSONDecodeError, RecursionError, orjson.JSONEncodeError):
        return Dropped("malformed", status, most_repeats=2)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, dict):
        return {plain_text(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value
