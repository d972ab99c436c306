"""The web door: `streamlit run dashboard.py` serves this ASGI app. The pages begin in pages/components/shell.py."""

import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import get_instance

from access.gate import Gate
from core.config import ROOT, load_config
from services.audience.routes import audience_routes
from services.downloads import archive_route
from services.feedback_files import attachment_routes
from services.headers import SecurityHeaders, content_policy
from services.health import Health
from services.house_store import house_store
from services.routes import routes
from services.schedule import house_schedule
from services.sign_in.door import gate_settings, is_secure, sign_in_door
from services.sign_in.routes import closing_routes
from services.stage_media import media_route
from services.webhook import webhook_route

SHELL = ROOT / "pages" / "components" / "shell.py"
INDEX_HTML = Path(st.__file__).parent / "static" / "index.html"
WHOLE_RERUN = BackMsg(rerun_script=ClientState()).SerializeToString()
WARM = ("pandas", "plotly.graph_objects", "charts.figure", "pages.components.cards", "pages.components.screens")


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Load what every first visitor would wait for, then tell the garbage collector that it stays."""
    for module in WARM:
        importlib.import_module(module)
    schedule = house_schedule()
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        if schedule is not None:
            schedule.stop()


def show_script_error(error: Exception) -> bool:
    """A page that fails says so in the reader's language; the traceback stays in the server's log."""
    from pages.components import reader, screens

    screens.show_error(error, reader.reader_without_store())
    return True


def shown_in(file_id: str) -> set[str]:
    """The page sessions that show a media file: for the gate, which lets nobody else have it."""
    shown = get_instance().media_file_mgr._files_by_session_and_coord
    return {session for session, files in shown.copy().items() if file_id in files.copy().values()}


health = Health()
app = st.App(
    SHELL,
    lifespan=lifespan,
    routes=[
        *routes(lambda: health.schema(load_config())),
        *sign_in_door(),
        webhook_route(house_store),
        *audience_routes(house_store),
        archive_route(house_store),
        media_route(house_store),
        *attachment_routes(house_store),
        *closing_routes(),  # stays last
    ],
    middleware=[
        Middleware(SecurityHeaders, policy=content_policy(INDEX_HTML.read_text("utf-8")), is_secure=is_secure),
        Middleware(Gate, **gate_settings(), shown_in=shown_in, whole_rerun=WHOLE_RERUN),
        Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
    ],
    on_script_error=show_script_error,
)
