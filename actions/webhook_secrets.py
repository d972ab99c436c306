"""The secret by which a Jira's webhook proves itself: made here, shown once, kept encrypted."""

import base64
import secrets
from datetime import datetime

from access.permissions import Permission
from actions.base import acting, action
from actions.sources import jira_source
from core.actor import Actor
from core.config import Config
from core.secrets import seal, unseal
from store import tables as t
from store.db import Session, Store


@action(Permission.MANAGE_SOURCES, house_wide=True)
def make_webhook_secret(store: Store, actor: Actor, *, source_id: int, at: datetime | None = None) -> str:
    """A new secret for a source's webhook; the former one ends. Returns: the secret, shown this once.

    Raises: Refused, NotFound.
    """
    with acting(store, actor, "make_webhook_secret", at=at) as work:
        source = jira_source(work.session, source_id)
        made = secrets.token_urlsafe(32)
        sealed = base64.b64encode(seal(store.config, made.encode(), place=setting_name(source_id))).decode()
        row = t.Setting(
            name=setting_name(source_id), value={"value": sealed}, changed_at=work.at, changed_by=actor.name
        )
        work.session.merge(row)
        work.audit(f"webhook of source {source.name}", None, {"secret": "new"})
        return made


def webhook_secret(session: Session, config: Config, source_id: int) -> str | None:
    """The secret of a source's webhook, for the route that compares it; None where none was made."""
    row = session.get(t.Setting, setting_name(source_id))
    if row is None:
        return None
    return unseal(config, base64.b64decode(row.value["value"]), place=setting_name(source_id)).decode()


def setting_name(source_id: int) -> str:
    """The name under which the encrypted secret is kept, in the table of settings."""
    return f"webhook {source_id}"
