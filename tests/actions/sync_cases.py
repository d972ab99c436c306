"""The cases of syncing: see `action_cases`."""

from actions.replay import reparse_source
from actions.sync import sync_source
from connectors.jira.client import Client
from connectors.jira.credential import Credential
from connectors.jira.settings import Settings
from store.db import Store
from store.tables import Source, SyncRun
from tests.actions.action_cases import Case
from tests.actions.shop import AT, LATER, Do

NOBODY_LISTENS = "http://127.0.0.1:9"


def _jira_of(store: Store) -> tuple[int, Settings]:
    """A Jira source of project SHOP at an address where nothing listens, with one run behind it."""
    settings = Settings(url=NOBODY_LISTENS, projects=("SHOP",), patience_seconds=0)
    with store.writing() as session:
        source = Source(name="jira", kind="jira", settings=settings.model_dump(mode="json"), created_at=AT)
        session.add(source)
        session.flush()
        source_id = source.id or 0
        session.add(SyncRun(source_id=source_id, kind="sync", state="done", actor="founder", started_at=AT))
    return source_id, settings


def _sync(store: Store) -> Do:
    source_id, settings = _jira_of(store)
    client = Client(settings, Credential("token", None, "demo"), sleep=lambda _: None)
    return lambda actor: sync_source(store, actor, source_id=source_id, client=client, at=LATER)


def _reparse(store: Store) -> Do:
    source_id, _ = _jira_of(store)
    return lambda actor: reparse_source(store, actor, source_id=source_id, at=LATER)


CASES: dict[str, Case] = {
    "reparse_source": Case(_reparse, is_one_transaction=False),
    "sync_source": Case(_sync, is_one_transaction=False),
}
