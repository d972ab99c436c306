"""`make audit` against an index of our own: weak, sound, and what could not be checked."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "audit_dependencies.py"
WEAK = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fixed_in": ["1.1"], "withdrawn": None}
ANSWERS = {
    "/pypi/weak/1.0/json": {"vulnerabilities": [WEAK]},
    "/pypi/sound/2.0/json": {"vulnerabilities": [{**WEAK, "withdrawn": "2026-01-01"}]},
    "/pypi/silent/3.0/json": {},
}


class Index(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path in ANSWERS else 404)
        self.end_headers()
        self.wfile.write(json.dumps(ANSWERS.get(self.path)).encode())

    def log_message(self, *_given: object) -> None:
        """Say nothing."""


@pytest.fixture
def index() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Index)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_weak_packages_are_named_and_so_are_those_not_checked(index: str, tmp_path: Path) -> None:
    pins = tmp_path / "requirements.txt"
    pins.write_text("# a comment\nweak==1.0\nsound[more]==2.0\nsilent==3.0\ngone==4.0\n")

    def audit() -> tuple[int, list[str]]:
        done = subprocess.run(
            [sys.executable, str(SCRIPT), "--index", index, str(pins)], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout.splitlines()

    code, lines = audit()
    assert code == 1 and lines == [
        "WEAK  weak 1.0: PYSEC-2026-1, CVE-2026-1; fixed in 1.1",
        "NOT CHECKED  gone 4.0: the index answered 404",
        "NOT CHECKED  silent 3.0: the index does not say",
        "4 packages: 1 with known weaknesses, 2 could not be checked.",
    ]
    pins.write_text("sound==2.0\n")
    assert audit()[0] == 0
    pins.write_text("gone==4.0\n")
    assert audit()[0] == 2
