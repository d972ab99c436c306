"""An archived report is taken along under a name in its own language."""

from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from access.gate import VISIT, Visit
from actions.archive import archive_report
from core.made_report import Made
from services.downloads import archive_route
from store.db import Store
from tests.actions.shop import AT, EVERYONE


@pytest.mark.parametrize(
    ("language", "name", "plain"),
    [("zh", "双周演示纪要-第4迭代-2026-11-29", "4-2026-11-29"), ("en", "minutes-第4迭代-2026-11-29-en", "minutes-4-2026-11-29-en")],
)  # fmt: skip
def test_minutes_are_called_what_they_are(sqlite_store: Store, language: str, name: str, plain: str) -> None:
    made = Made("minutes", "第4迭代 2026-11-29", language, {"pdf": b"%PDF"})
    (row,) = archive_report(sqlite_store, EVERYONE, made=made, at=AT)
    app = Starlette(routes=[archive_route(lambda: sqlite_store)])

    async def behind_the_gate(scope: Scope, receive: Receive, send: Send) -> None:
        visit = Visit(None, None, None, is_secure=False, is_open_house=True)
        await app({**scope, VISIT: visit}, receive, send)

    with TestClient(behind_the_gate) as client:
        answer = client.get(f"/archive/{row.id}")
    assert answer.content == b"%PDF"
    end = f"-{row.sha256[:8]}.pdf"
    assert answer.headers["content-disposition"] == (
        f"attachment; filename=\"{plain}{end}\"; filename*=UTF-8''{quote(name + end)}"
    )
