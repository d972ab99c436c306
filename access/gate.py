"""The gate before everything: pure ASGI middleware over http and websocket. Without a valid session no byte of the house
leaves it but what `OPEN` lists.

What passes carries a `Visit` in its scope (own routes ask `visit_of`) and, on the websocket, headers that only this
process can write: pages learn from them who is there (`pages.components.session`).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from access.asked import Asked, PageSessions
from access.sessions import AT_ONCE, REQUEST, Sessions, SignedIn
from core.actor import Actor, local_admin
from core.clock import now
from core.i18n import N_, nearest_language, translate


@dataclass(frozen=True)
class Open:
    """A path that needs no session, and why; one that ends in `/` opens everything below it."""

    path: str
    why: str
    needs_origin: bool = True


OPEN = (
    Open("/healthz", "who watches the machine has no account; it says ok or failed and nothing else"),
    Open("/language/", "the sign-in page is read in two languages; it sets that one cookie"),
    Open("/sign-in", "the form itself"),
    Open("/sign-in/", "its stylesheet and mark, and the way to and from the identity provider"),
    Open("/set-up", "the first administrator's account, on this machine and only while there is none"),
    Open("/set-up/", "an invitation: the address holds a random token that works once and expires"),
    Open("/webhook/", "a source tells of changes: it has no session and proves itself by its own secret", False),
    Open("/audience/", "the audience of a demo: the address is signed and opens that one page"),
)
LOCAL = "local"  # the owner of page sessions while no sign-in is asked
UPLOADS, MEDIA = "/_stcore/upload_file/", "/media/"
MACHINERY = ("/_stcore/", "/static/", "/media/", "/component/")  # asked for by scripts: no redirection helps them
VISIT = "fortnight.visit"


@dataclass(frozen=True)
class Visit:
    """Who asks: a valid session, or this machine's own browser where no sign-in is asked, or nobody (open paths only)."""

    signed_in: SignedIn | None
    token: str | None
    address: str | None
    is_secure: bool
    is_open_house: bool

    @property
    def actor(self) -> Actor | None:
        """The actor of this request; None for nobody."""
        if self.signed_in:
            return self.signed_in.actor(self.address)
        return local_admin() if self.is_open_house else None

    @property
    def owner(self) -> str | None:
        """Whose page sessions, uploads and media these are."""
        return self.signed_in.token_sha256 if self.signed_in else LOCAL if self.is_open_house else None


def visit_of(scope: Scope) -> Visit:
    """The visit of a request to an own route. Raises: LookupError where it did not come through the gate."""
    found = scope.get(VISIT)
    if not isinstance(found, Visit):
        raise LookupError("this request did not come through the gate")
    return found


def is_open(path: str) -> Open | None:
    """The open path that covers this one; none for what tries to climb out of it."""
    if "//" in path or "\\" in path or any(part in {".", ".."} for part in path.split("/")):
        return None
    for known in OPEN:
        if path == known.path or (known.path.endswith("/") and path.startswith(known.path)):
            return known
    return None


PAGE_SESSIONS = PageSessions()


class Gate:
    """The middleware.

    Args: app, what stands behind it; sessions, the look-ups; shown_in, for a media file's id the page sessions that show
    it; touch, tells the store that a session is in use; whole_rerun, the bytes of a message that asks for a whole script
    run: what an ended session's clicks become, so that its pages say that they are signed out.
    """

    def __init__(
        self, app: ASGIApp, sessions: Callable[[], Sessions], shown_in: Callable[[str], Collection[str]],
        touch: Callable[[SignedIn, datetime], None], whole_rerun: bytes, page_sessions: PageSessions = PAGE_SESSIONS,
    ) -> None:  # fmt: skip
        self.app, self._sessions, self._shown_in, self._touch = app, sessions, shown_in, touch
        self._whole_rerun, self._pages = whole_rerun, page_sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        sessions = self._sessions()
        asked = Asked(scope, sessions.policy)
        opened = None if asked.is_websocket else is_open(asked.path)
        refusal = asked.refusal(needs_origin=opened is None or opened.needs_origin)
        if refusal:
            await _refuse(scope, receive, send, *refusal)
            return
        visit = await self._visit(sessions, asked)
        if visit.owner is None and opened is None:
            await _ask_to_sign_in(scope, receive, send, asked)
        elif visit.owner is not None and opened is None and not self._is_own(asked.path, visit.owner):
            await _refuse(scope, receive, send, 404, N_("There is nothing here."))
        elif asked.is_websocket:
            passed = {**asked.stamped(visit.token, self._pages, visit.owner), VISIT: visit}
            await self.app(passed, self._watched(receive, sessions, asked), send)
        else:
            await self.app({**asked.cleaned(), VISIT: visit}, receive, send)

    async def _visit(self, sessions: Sessions, asked: Asked, *, relying_on: float = REQUEST) -> Visit:
        """Look up who asks; in a thread of its own, since it may read the store."""

        def look() -> tuple[SignedIn | None, bool]:
            found = sessions.find(asked.token, relying_on=relying_on)
            if found:
                at = now()
                if sessions.needs_touch(found, at):
                    sessions.seen(found, at)
                    self._touch(found, at)
                return found, False
            return None, asked.is_this_machine and not sessions.is_asked(relying_on=relying_on)

        found, is_open_house = await anyio.to_thread.run_sync(look)
        return Visit(found, asked.token if found else None, asked.address, asked.is_secure, is_open_house)

    def _is_own(self, path: str, owner: str) -> bool:
        """Whether an upload's or a media file's address belongs to a page session of this owner."""
        if path.startswith(UPLOADS):
            return self._pages.belongs(path.removeprefix(UPLOADS).split("/")[0], owner)
        if path.startswith(MEDIA):
            file_id = path.removeprefix(MEDIA).rsplit(".", 1)[0]
            return any(self._pages.belongs(one, owner) for one in self._shown_in(file_id))
        return True

    def _watched(self, receive: Receive, sessions: Sessions, asked: Asked) -> Receive:
        """The websocket's incoming messages; after its session ended, each asks only for the page that says so."""

        async def received() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                visit = await self._visit(sessions, asked, relying_on=AT_ONCE)
                if visit.owner is None:
                    return {"type": "websocket.receive", "bytes": self._whole_rerun}
            return message

        return received


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, said: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    words = translate(nearest_language(Headers(scope=scope).get("accept-language")), said)
    answer = PlainTextResponse(words, status_code=status, headers={"Cache-Control": "no-store"})
    await answer(scope, receive, send)


async def _ask_to_sign_in(scope: Scope, receive: Receive, send: Send, asked: Asked) -> None:
    """Lead a person to the sign-in page and back; anything else is refused."""
    is_person = (
        scope["type"] == "http"
        and scope["method"] in {"GET", "HEAD"}
        and "text/html" in asked.headers.get("accept", "")
        and not asked.path.startswith(MACHINERY)
    )
    if not is_person:
        await _refuse(scope, receive, send, 401, N_("Sign in first."))
        return
    query = scope.get("query_string", b"").decode("latin-1")
    back = asked.path + (f"?{query}" if query else "")
    address = "/sign-in" if back == "/" else f"/sign-in?next={quote(back[:2000], safe='/')}"
    answer: Response = RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
    await answer(scope, receive, send)
