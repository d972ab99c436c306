"""What a person is told when they come in: that a link to their account was made or used of which this browser was not
told. Whoever makes one could be somebody else who wants to be this person.

What was told is remembered by the browser, not by the account: whoever took an account over can hush nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from access.gate import visit_of
from access.sessions import token_hash
from services.sign_in import forms
from store.db import Session, Store
from store.read import rows_where
from store.tables import SetUpLink, SignInSession

COOKIE = "fortnight_told"
KEPT_SECONDS = 400 * 24 * 3600  # as long as browsers keep a cookie
PAGE = "/account/notice"


@dataclass(frozen=True)
class Link:
    """A link to an account: who made it and when, when it was used and from where (None: not used, not known)."""

    made_by: str
    made_at: datetime
    used_at: datetime | None
    address: str | None

    @property
    def last_at(self) -> datetime:
        """When something last happened with it."""
        return self.used_at or self.made_at


def untold(session: Session, person_id: int, signed_in: str, told: str) -> list[Link]:
    """The links of a person that this browser was not told of, oldest first.

    Args: signed_in, the hash of the session that asks: the invitation by which somebody came in for the first time is no
    news to them; told, the browser's cookie.
    """
    sessions = rows_where(session, SignInSession, person_id=person_id)
    by_link = {row.created_at: row for row in sessions if row.method == "set_up"}
    found = []
    for row in rows_where(session, SetUpLink, person_id=person_id):
        opened = by_link.get(row.used_at) if row.used_at else None
        is_own_first = opened is not None and opened.token_sha256 == signed_in and len(sessions) == 1
        link = Link(row.created_by, row.created_at, row.used_at, opened.address if opened else None)
        if not is_own_first and not _was_told(told, person_id, link):
            found.append(link)
    return sorted(found, key=lambda link: link.last_at)


def onward(request: Request, store: Store, token: str, path: str) -> Response:
    """In, by way of what is to be told. Args: token, of the session that begins; path, where to in the end."""
    with store.reading() as session:
        row = session.get(SignInSession, token_hash(token))
        news = untold(session, row.person_id, row.token_sha256, _cookie(request)) if row else []
    if news:
        return forms.entered(request, token, f"{PAGE}?next={quote(path, safe='/')}")
    answer = forms.entered(request, token, path)
    if row is not None:
        remember(request, answer, row.person_id, row.created_at)
    return answer


def news_of(request: Request, store: Store) -> list[Link]:
    """What the person whose browser asks was not told yet."""
    signed_in = visit_of(request.scope).signed_in
    if signed_in is None:
        return []
    with store.reading() as session:
        return untold(session, signed_in.person_id, signed_in.token_sha256, _cookie(request))


def remember(request: Request, answer: Response, person_id: int, at: datetime) -> None:
    """Have the browser remember that this person was told of everything until an instant."""
    secure = visit_of(request.scope).is_secure
    answer.set_cookie(
        COOKIE, _mark(person_id, at), max_age=KEPT_SECONDS, path="/", httponly=True, samesite="lax", secure=secure
    )


def _cookie(request: Request) -> str:
    return request.cookies.get(COOKIE, "")


def _mark(person_id: int, at: datetime) -> str:
    return f"{person_id}.{int(at.timestamp() * 1_000_000)}"


def _was_told(told: str, person_id: int, link: Link) -> bool:
    person, _, until = told.partition(".")
    if person != str(person_id) or not until.isascii() or not until.isdigit() or len(until) > 20:
        return False
    return int(link.last_at.timestamp() * 1_000_000) <= int(until)
