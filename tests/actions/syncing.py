"""What the sync's tests share: a simulated Jira beside a store, and the store's tables as they can be compared."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from actions.sync import SyncOutcome, sync_source
from connectors.jira.client import Client
from connectors.jira.credential import Credential
from connectors.jira.settings import Settings
from core.actor import local_admin
from services.demo_jira.server import Jira
from store import tables as t
from store.db import Store
from store.write import table_of

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
# A run's own traces: everything else is the same however often a sync was begun.
BOOKKEEPING = {"sync_run", "audit_entry"}
OWN_COLUMNS = {"source": {"cursor"}, "raw_record": {"run_id", "fetched_at"}, "finding": {"id", "run_id", "found_at"}, "sprint_snapshot": {"id"},
               "sprint_total": {"as_of"}}  # fmt: skip


def client_of(jira: Jira, **more: Any) -> Client:
    """A client of the simulated Jira that gives up soon, and never sleeps."""
    is_cloud = jira.flavour == "cloud"
    credential = Credential("cloud" if is_cloud else "token", jira.account if is_cloud else None, jira.token)
    return Client(settings_of(jira, **more), credential, sleep=lambda _: None)


def settings_of(jira: Jira, **more: Any) -> Settings:
    """The settings of a source for the simulated Jira: small pages, so that a sync has many batches."""
    return Settings(**{"url": jira.url, "flavour": jira.flavour, "page_size": 15, "read_seconds": 5.0, **more})


def connect(store: Store, jira: Jira, **more: Any) -> int:
    """A source for the simulated Jira. Returns: its id."""
    with store.writing() as session:
        source = t.Source(
            name="jira", kind="jira", settings=settings_of(jira, **more).model_dump(mode="json"), created_at=AT
        )
        session.add(source)
        session.flush()
        return int(source.id or 0)


def sync(store: Store, jira: Jira, *, at: datetime = AT, source_id: int = 1, **more: Any) -> SyncOutcome:
    """One sync of the source, at an instant of the test's own."""
    with store.reading() as session:
        settings = dict(session.get_one(t.Source, source_id).settings)
    with closing(client_of(jira, **settings)) as client:
        return sync_source(store, local_admin(), source_id=source_id, client=client, at=at, **more)


def tables(store: Store) -> dict[str, list[Any]]:
    """Every row of every table, values as Python has them on either database, without a run's own traces."""
    found = {}
    with store.reading() as session:
        for name, table in t.Base.metadata.tables.items():
            if name not in BOOKKEEPING:
                columns = [one for one in table.columns if one.name not in OWN_COLUMNS.get(name, set())]
                found[name] = sorted(repr(tuple(row)) for row in session.execute(select(*columns)))
    return found


def rows(store: Store, model: type[t.Base], **equals: Any) -> list[dict[str, Any]]:
    """The rows of a table whose columns equal the given values."""
    table = table_of(model)
    with store.reading() as session:
        found = session.execute(select(table).where(*[table.c[name] == value for name, value in equals.items()]))
        return [dict(row._mapping) for row in found]


def item(store: Store, key: str) -> dict[str, Any]:
    """The work item of this key."""
    (found,) = rows(store, t.WorkItem, key=key)
    return found
