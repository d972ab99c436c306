"""The web door: `streamlit run dashboard.py` serves this ASGI app. The pages begin in pages/components/shell.py."""

import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from core.config import ROOT, load_config
from services.headers import SecurityHeaders, content_policy
from services.health import schema
from services.routes import routes

SHELL = ROOT / "pages" / "components" / "shell.py"
INDEX_HTML = Path(st.__file__).parent / "static" / "index.html"
# Until sign-in comes, only this machine's own browser may ask, by these names (a foreign name is DNS rebinding).
HOSTS = ["127.0.0.1", "localhost"]
WARM = ("pandas", "plotly.graph_objects", "charts.figure", "pages.components.cards", "pages.components.screens")


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Load what every first visitor would wait for, then tell the garbage collector that it stays."""
    for module in WARM:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    yield


def show_script_error(error: Exception) -> bool:
    """A page that fails says so in the reader's language; the traceback stays in the server's log."""
    from pages.components import reader, screens

    screens.show_error(error, reader.reader_without_store())
    return True


app = st.App(
    SHELL,
    lifespan=lifespan,
    routes=routes(lambda: schema(load_config())),
    middleware=[
        Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False),
        Middleware(SecurityHeaders, policy=content_policy(INDEX_HTML.read_text("utf-8"))),
        Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
    ],
    on_script_error=show_script_error,
)
