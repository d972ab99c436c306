"""Syncing a Jira, against the least any sync could do: the same pages downloaded with as many connections, parsed with
orjson, and bare rows inserted into SQLite in one transaction. The server runs in a process of its own."""

import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import requests

from actions.sync import SyncOutcome, sync_source
from bench.stores import new_store
from connectors.jira.client import Client
from connectors.jira.credential import Credential
from connectors.jira.settings import Settings
from core.actor import local_admin
from core.config import ROOT
from services.demo_jira.server import Jira, process
from store import tables as t
from store.db import Store

ISSUES = 10_000
CONNECTIONS = 4
LATENCY_MS = 50.0
EDITED = 100
HOUR_MS = 3_600_000
FIELDS = ("summary", "status", "issuetype", "priority", "assignee", "created", "updated")


@dataclass(frozen=True)
class Took:
    """What something took: seconds by the clock, seconds of this process's processor time, requests."""

    seconds: float
    cpu: float
    requests: int = 0


class Recording(Client):
    """A client that remembers what it asked, so that the floor can ask the same."""

    asked: list[tuple[str, str, Any, Any]]

    def _send(self, method: str, path: str, params: Any, json: Any) -> Any:
        self.asked.append((method, path, params, json))
        return super()._send(method, path, params, json)


def settings_of(jira: Jira) -> Settings:
    """The settings a person would have: the address, and nothing else."""
    return Settings(
        url=jira.url, flavour="cloud" if jira.flavour == "cloud" else "data-center", connections=CONNECTIONS
    )


def credential_of(jira: Jira) -> Credential:
    """The demo's own credential."""
    is_cloud = jira.flavour == "cloud"
    return Credential("cloud" if is_cloud else "token", jira.account if is_cloud else None, jira.token)


def connected(folder: Path, settings: Settings) -> tuple[Store, int]:
    """A new store with this Jira as its only source."""
    store = new_store(folder)
    with store.writing() as session:
        source = t.Source(
            name="jira", kind="jira", settings=settings.model_dump(mode="json"), created_at=datetime.now(UTC)
        )
        session.add(source)
        session.flush()
        return store, int(source.id or 0)


def synced(store: Store, source_id: int, client: Client, **more: Any) -> tuple[Took, SyncOutcome]:
    """One sync, measured."""
    began, cpu = time.perf_counter(), time.process_time()
    outcome = sync_source(store, local_admin(), source_id=source_id, client=client, **more)
    took = Took(time.perf_counter() - began, time.process_time() - cpu, outcome.requests)
    if outcome.state != "done" or outcome.skipped:
        raise RuntimeError(f"the benchmark's own sync is {outcome.state}: {outcome.error or outcome.skipped[:3]}")
    return took, outcome


# ---------------------------------------------------------------- the floor


def floor(jira: Jira, asked: list[tuple[str, str, Any, Any]], folder: Path) -> Took:
    """The same pages: downloaded, parsed with orjson, bare rows inserted in one transaction."""
    began, cpu = time.perf_counter(), time.process_time()
    local = threading.local()

    def get(call: tuple[str, str, Any, Any]) -> Any:
        method, path, params, body = call
        if not hasattr(local, "session"):
            local.session = requests.Session()
            if jira.flavour == "cloud":
                local.session.auth = (jira.account, jira.token)
            else:
                local.session.headers["Authorization"] = f"Bearer {jira.token}"
        response = local.session.request(method, jira.url + path, params=_said(params), json=body, timeout=60)
        return orjson.loads(response.content)

    with ThreadPoolExecutor(CONNECTIONS) as pool, closing(sqlite3.connect(folder / "floor.db")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute(f"CREATE TABLE issue (id, key, {', '.join(FIELDS)})")
        database.execute("CREATE TABLE change (issue, at, field, before, after)")
        for page in pool.map(get, asked):
            issues, changes = _rows(page)
            database.executemany(f"INSERT INTO issue VALUES ({', '.join('?' * (2 + len(FIELDS)))})", issues)
            database.executemany("INSERT INTO change VALUES (?, ?, ?, ?, ?)", changes)
        database.commit()
    return Took(time.perf_counter() - began, time.process_time() - cpu, len(asked))


def _said(params: Mapping[str, Any] | None) -> dict[str, str] | None:
    return (
        None if params is None else {key: str(one).lower() if one is True else str(one) for key, one in params.items()}
    )


def _rows(page: Any) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    if not isinstance(page, dict):
        return [], []
    issues, changes = [], []
    for one in page.get("issues") or []:
        given = one.get("fields") or {}
        if given:
            issues.append((one["id"], one.get("key"), *(_plain(given.get(name)) for name in FIELDS)))
        changes += _changes(one["id"], (one.get("changelog") or {}).get("histories") or [])
    for one in page.get("issueChangeLogs") or []:
        changes += _changes(one["issueId"], one.get("changeHistories") or [])
    return issues, changes


def _changes(issue: str, histories: list[Any]) -> list[tuple[Any, ...]]:
    return [
        (issue, one["created"], item["field"], item.get("from"), item.get("to"))
        for one in histories
        for item in one["items"]
    ]


def _plain(value: Any) -> Any:
    return value.get("name") or value.get("displayName") if isinstance(value, dict) else value


# ---------------------------------------------------------------- what is measured


@dataclass(frozen=True)
class Measured:
    """A first sync beside its floor."""

    flavour: str
    latency_ms: float
    floor: Took
    sync: Took
    rows: int

    @property
    def ratio(self) -> float:
        """How many floors the sync took, by the clock."""
        return self.sync.seconds / self.floor.seconds


def first_syncs(
    issues: int = ISSUES, repeats: int = 3, flavours: tuple[str, ...] = ("cloud", "data-center")
) -> Iterator[Measured]:
    """First syncs of so many issues, both flavours, without latency and with it: the best of `repeats`, in turns."""
    for flavour in flavours:
        with process(flavour, issues=issues, prerender=issues, control=True) as jira:
            _warm(jira)
            for latency in (0.0, LATENCY_MS):
                jira.latency(latency)
                floors, syncs, rows = [], [], 0
                for _ in range(repeats):
                    with tempfile.TemporaryDirectory() as folder:
                        took, outcome, asked = _first(jira, Path(folder))
                    syncs.append(took)
                    rows = sum(one["added"] for one in outcome.rows.values())
                    with tempfile.TemporaryDirectory() as folder:
                        floors.append(floor(jira, asked, Path(folder)))
                yield Measured(
                    flavour,
                    latency,
                    min(floors, key=lambda one: one.seconds),
                    min(syncs, key=lambda one: one.seconds),
                    rows,
                )


def _warm(jira: Jira) -> None:
    """Let the server render every issue once: its own work is no part of what is measured."""
    with tempfile.TemporaryDirectory() as folder:
        _first(jira, Path(folder))


def _first(jira: Jira, folder: Path) -> tuple[Took, SyncOutcome, list[tuple[str, str, Any, Any]]]:
    settings = settings_of(jira)
    store, source_id = connected(folder, settings)
    client = Recording(settings, credential_of(jira))
    client.asked = []
    with client:
        took, outcome = synced(store, source_id, client)
    store.engine.dispose()
    return took, outcome, client.asked


CHILD = """
import sys
from pathlib import Path
from bench.jira import peak_of
peak_of(*sys.argv[1:])
"""


def peak_of(url: str, flavour: str, account: str, token: str, folder: str) -> None:
    """A first sync in this process: prints seconds and the peak of its memory in MB."""
    jira = Jira(url, account, token, flavour, datetime.now(UTC))
    settings = settings_of(jira)
    store, source_id = connected(Path(folder), settings)
    with Client(settings, credential_of(jira)) as client:
        took, _ = synced(store, source_id, client)
    peak = _peak_kilobytes() / 1024
    print(orjson.dumps({"seconds": took.seconds, "cpu": took.cpu, "requests": took.requests, "peak_mb": peak}).decode())


def _peak_kilobytes() -> int:
    """The peak of this process's memory since its program began: what `getrusage` says counts its parent's too."""
    try:
        told = Path("/proc/self/status").read_text()
    except FileNotFoundError:  # no Linux
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return next(int(line.split()[1]) for line in told.splitlines() if line.startswith("VmHWM:"))


def in_a_child(jira: Jira, folder: Path) -> dict[str, float]:
    """A first sync in a process of its own: seconds, cpu, requests, peak_mb."""
    given = [jira.url, jira.flavour, jira.account, jira.token, str(folder)]
    done = subprocess.run([sys.executable, "-c", CHILD, *given], cwd=ROOT, capture_output=True, check=True, text=True)
    found: dict[str, float] = orjson.loads(done.stdout.splitlines()[-1])
    return found


def growth(flavour: str = "cloud") -> tuple[dict[str, float], dict[str, float], Took]:
    """First syncs of `ISSUES` and of ten times as many, each in a process of its own, and a sync after a few edits."""
    found = []
    for issues in (ISSUES, 10 * ISSUES):
        with process(flavour, issues=issues, control=True) as jira, tempfile.TemporaryDirectory() as folder:
            found.append(in_a_child(jira, Path(folder)))
            if issues != ISSUES:
                took = later(jira, Path(folder), issues)
    return found[0], found[1], took


def later(jira: Jira, folder: Path, issues: int) -> Took:
    """A sync after `EDITED` of so many issues were edited, of the store that `in_a_child` filled.

    A sync before it, which is not measured, reads again what was edited in the last minutes before the first one: there
    are many of these, since the simulated story ends with it.
    """
    from core.config import load_config
    from store.db import open_store

    store = open_store(load_config({"FORTNIGHT_HOME": str(folder)}))
    jira.clock(forward=HOUR_MS)
    with Client(settings_of(jira), credential_of(jira)) as client:
        synced(store, 1, client, census=False)
    jira.clock(forward=HOUR_MS)
    step = issues // EDITED
    with requests.Session() as session:
        for number in range(1, EDITED + 1):
            fields = ({"summary": f"Edited {number}"}, {"estimate": number}, {"status": "In Progress"})[number % 3]
            asked = {"issue": _id_of(jira, number * step), "fields": fields}
            session.post(f"{jira.url}/_control/edit", json=asked, timeout=60).raise_for_status()
    with Client(settings_of(jira), credential_of(jira)) as client:
        took, outcome = synced(store, 1, client, census=False)
    store.engine.dispose()
    if outcome.rows["work_item"]["changed"] < EDITED:
        raise RuntimeError(f"{outcome.rows['work_item']} of {EDITED} edited issues came in")
    return took


def _id_of(jira: Jira, number: int) -> str:
    """The id of the n-th issue of the simulated server."""
    from services.demo_jira.plan import FIRST_ID

    return str(FIRST_ID + number - 1)
