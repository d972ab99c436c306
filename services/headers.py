"""What every HTTP answer carries so that a browser protects its reader: policy of content, framing, sniffing, referrer."""

import base64
import hashlib
import re
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)

POLICY = "Content-Security-Policy"  # a route may add directives of its own; it cannot take any away
FIXED = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
# A year of https alone for this very name; what its neighbours speak is not ours to say.
STRICT_TRANSPORT = "max-age=31536000"


def content_policy(index_html: str) -> str:
    """The tightest Content-Security-Policy under which Streamlit and Plotly run.

    Args: index_html, the page Streamlit serves: its inline scripts are allowed by their hash, no other inline script is.
    Styles stay inline because Streamlit's components write theirs at run time; pictures may be `data:` (the sparklines)
    and `blob:`. Nothing is fetched from, sent to or framed by another host.
    """
    hashes = [
        "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"
        for script in INLINE_SCRIPT.findall(index_html)
    ]
    parts = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", *hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "media-src": "'self' blob:",
        "manifest-src": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "object-src": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


class SecurityHeaders:
    """ASGI middleware that adds the headers to every HTTP answer and leaves websockets alone.

    Args: policy, of content; is_secure, whether this request came by https: then the browser is told to come by nothing
    else from now on.
    """

    def __init__(self, app: ASGIApp, policy: str, is_secure: Callable[[Scope], bool]) -> None:
        self.app, self._is_secure = app, is_secure
        self.headers = {**FIXED, POLICY: policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                further = headers.get(POLICY)
                for name, value in self.headers.items():
                    headers[name] = f"{value}; {further}" if name == POLICY and further else value
                if self._is_secure(scope):
                    headers["Strict-Transport-Security"] = STRICT_TRANSPORT
            await send(message)

        await self.app(scope, receive, send_with_headers)
