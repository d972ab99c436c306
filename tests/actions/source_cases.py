"""The cases of the actions that connect, correct and remove sources, and watch files; `test_every_action` finds them."""

from actions import sources, watch, webhook_secrets
from connectors.jira.credential import Credential
from store.db import Store
from tests.actions.action_cases import Case
from tests.actions.shop import AT, EVERYONE, LATER, Do

CREDENTIAL = Credential("cloud", "mei@example.org", "secret")
SETTINGS = {"url": "https://team.atlassian.net"}


def _connected(store: Store) -> int:
    made = sources.add_jira_source(store, EVERYONE, name="Team", credential=CREDENTIAL, settings=SETTINGS, at=AT)
    return made.id or 0


def _add(store: Store) -> Do:
    given = {"name": "Team", "credential": CREDENTIAL, "settings": SETTINGS}
    return lambda actor: sources.add_jira_source(store, actor, **given, at=LATER)


def _change(store: Store) -> Do:
    given = {"source_id": _connected(store), "changes": {"projects": ["SHOP"]}}
    return lambda actor: sources.change_jira_source(store, actor, **given, at=LATER)


def _credential(store: Store) -> Do:
    given = {"source_id": _connected(store), "credential": Credential("token", None, "other")}
    return lambda actor: sources.set_credential(store, actor, **given, at=LATER)


def _remove(store: Store) -> Do:
    source_id = _connected(store)
    return lambda actor: sources.remove_source(store, actor, source_id=source_id, at=LATER)


def _webhook(store: Store) -> Do:
    source_id = _connected(store)
    return lambda actor: webhook_secrets.make_webhook_secret(store, actor, source_id=source_id, at=LATER)


def _file(store: Store) -> str:
    path = store.config.home / "backlog.csv"
    path.write_text("Key,Title\n")
    return str(path)


def _watch(store: Store) -> Do:
    path = _file(store)
    return lambda actor: watch.watch_file(store, actor, path=path, at=LATER)


def _unwatch(store: Store) -> Do:
    row = watch.watch_file(store, EVERYONE, path=_file(store), at=AT)
    return lambda actor: watch.unwatch_file(store, actor, watched_id=row.id or 0, at=LATER)


def _note(store: Store) -> Do:
    row = watch.watch_file(store, EVERYONE, path=_file(store), at=AT)
    given = {"watched_id": row.id or 0, "sha256": "0" * 64, "error": None}
    return lambda actor: watch.note_look(store, actor, **given, at=LATER)


CASES: dict[str, Case] = {
    "add_jira_source": Case(_add),
    "change_jira_source": Case(_change),
    "make_webhook_secret": Case(_webhook),
    "note_look": Case(_note),
    "remove_source": Case(_remove),
    "set_credential": Case(_credential),
    "unwatch_file": Case(_unwatch),
    "watch_file": Case(_watch),
}
