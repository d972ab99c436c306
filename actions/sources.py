"""Connecting a Jira, and what may be corrected of it afterwards: address, scope, guesses, credential, webhook, removal.

A credential is kept encrypted (`core.secrets`) and is read by a sync alone. It belongs to one host: whoever changes the
address enters it again, so that it is never sent where its owner did not send it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from access.permissions import Permission
from actions.base import Work, acting, action
from actions.connection import LABELS, jira_settings
from actions.derive import derive
from actions.given import optional, required
from connectors.jira.credential import Credential
from connectors.jira.settings import Settings
from core.actor import Actor
from core.config import Config
from core.errors import Invalid, NotFound
from core.i18n import N_, Text
from core.plain import plain_text
from core.secrets import seal, unseal
from store import tables as t
from store.built_upon import built_upon
from store.db import Session, Store
from store.read import rows_where
from store.undo import delete_sources

USUAL_MINUTES = 15
READ_ANEW = ("sprint_field", "estimation_field", "acceptance_field", "epic_field", "projects", "boards")

# ---------------------------------------------------------------- connecting and correcting


@action(Permission.MANAGE_SOURCES, house_wide=True)
def add_jira_source(
    store: Store,
    actor: Actor,
    *,
    name: str,
    credential: Credential,
    settings: Mapping[str, Any],
    at: datetime | None = None,
) -> t.Source:
    """Connect a Jira under a name; nothing is read from it yet.

    Args: settings, `url` and whatever of `LABELS` is known.
    Raises: Refused; Invalid for a name that is taken or a setting that is none.
    """
    with acting(store, actor, "add_jira_source", at=at) as work:
        kept = jira_settings({"every_minutes": USUAL_MINUTES, **settings})
        source = work.add(t.Source(name=_free_name(work, name), kind="jira", settings=kept, created_at=work.at))
        _keep_credential(work, store.config, source, credential)
        work.audit(f"source {source.name}", None, {"kind": "jira", **kept, **_shown(credential)})
        return source


@action(Permission.MANAGE_SOURCES, house_wide=True)
def change_jira_source(
    store: Store,
    actor: Actor,
    *,
    source_id: int,
    changes: Mapping[str, Any],
    credential: Credential | None = None,
    at: datetime | None = None,
) -> t.Source:
    """Correct what a Jira source was told or guessed; what counts is derived anew, what is read anew comes with the next sync.

    Args: changes, some of `LABELS`; mappings say only what they name, the rest stays; None gives a field back to guessing.
    credential, needed where the address leads to another host.
    Raises: Refused, NotFound, Invalid.
    """
    with acting(store, actor, "change_jira_source", at=at) as work:
        source = jira_source(work.session, source_id)
        before = {"name": source.name, **source.settings}
        given = dict(changes)
        name = _free_name(work, given.pop("name"), source) if "name" in given else source.name
        for mapping in ("type_mapping", "status_mapping"):
            if mapping in given:
                given[mapping] = {**source.settings.get(mapping, {}), **_plain_keys(given[mapping])}
        kept = jira_settings({**source.settings, **given})
        after = {"name": name, **kept}
        if after == before and credential is None:
            work.nothing_changed()
            return source
        _check_host(work, source, kept, credential)
        if credential is not None:
            _keep_credential(work, store.config, source, credential)
        changed = {one for one in after if after.get(one) != before.get(one)}
        if changed & {*READ_ANEW, "url"}:
            source.cursor = {**source.cursor, "fetch": {}, "parsed_with": None}  # the next sync reads everything anew
        source.name, source.settings = name, kept
        work.session.add(source)
        work.session.flush()
        if changed & {"type_mapping", "status_mapping"}:
            _recount(work, source)
        work.audit(
            f"source {source.name}",
            {one: before.get(one) for one in sorted(changed)},
            {**{one: after.get(one) for one in sorted(changed)}, **_shown(credential)},
        )
        return source


@action(Permission.MANAGE_SOURCES, house_wide=True)
def set_credential(
    store: Store, actor: Actor, *, source_id: int, credential: Credential, at: datetime | None = None
) -> None:
    """Put another credential in the place of a source's present one. Raises: Refused, NotFound, Invalid."""
    with acting(store, actor, "set_credential", at=at) as work:
        source = jira_source(work.session, source_id)
        _keep_credential(work, store.config, source, credential)
        work.audit(f"source {source.name}", None, _shown(credential))


@action(Permission.MANAGE_SOURCES, house_wide=True)
def remove_source(store: Store, actor: Actor, *, source_id: int, at: datetime | None = None) -> int:
    """Remove a Jira with everything that came from it, its credential and its webhook; the audit log stays. (What came by
    spreadsheets leaves by undoing its imports.)

    Returns: rows removed. Raises: Refused; NotFound; Invalid where people have built upon its data.
    """
    with acting(store, actor, "remove_source", at=at) as work:
        source = jira_source(work.session, source_id)
        upon = built_upon(work.session, source_id)
        if upon:
            raise Invalid(
                Text("“{name}” stays: people have built upon its data ({tables}).", name=source.name,
                     tables=", ".join(sorted(upon))),
                why=Text("Verdicts, signatures and links would point at nothing."),
                next=Text("To stop syncing it, set its minutes between syncs to 0; what came in stays readable."),
            )  # fmt: skip
        name = source.name
        hook = work.session.get(t.Setting, f"webhook {source_id}")
        if hook is not None:
            work.session.delete(hook)
        work.session.flush()
        removed = delete_sources(work.session, [source_id])
        work.session.expunge_all()
        work.audit(f"source {name}", {"name": name}, {"rows_removed": removed})
        return removed


# ---------------------------------------------------------------- reading


def stored_credential(session: Session, config: Config, source_id: int) -> Credential | None:
    """The credential of a source, decrypted for a sync; None where it needs none.

    Raises: FortnightError where the key is missing or another one.
    """
    row = session.get(t.Credential, source_id)
    if row is None:
        return None
    return Credential.from_bytes(unseal(config, row.ciphertext, place=_place(source_id)))


def jira_source(session: Session, source_id: int) -> t.Source:
    """The Jira source of this id. Raises: NotFound."""
    source = session.get(t.Source, source_id)
    if source is None or source.kind != "jira":
        raise _no_source(session, str(source_id))
    return source


def source_of_name(session: Session, name: str, *, kind: str | None = None) -> t.Source:
    """The source of this name. Raises: NotFound, naming those there are."""
    found = rows_where(session, t.Source, name=name, **({"kind": kind} if kind else {}))
    if not found:
        raise _no_source(session, name, kind)
    return found[0]


def _no_source(session: Session, name: str, kind: str | None = "jira") -> NotFound:
    known = [one.name for one in rows_where(session, t.Source) if kind is None or one.kind == kind]
    return NotFound(
        Text("There is no such source: {name}.", name=plain_text(name)),
        next=Text("Known are: {names}.", names=", ".join(known) or "-"),
    )


def _free_name(work: Work, name: str, of: t.Source | None = None) -> str:
    wanted = required(name, LABELS["name"], longest=80)
    taken = [one for one in rows_where(work.session, t.Source, name=wanted) if of is None or one.id != of.id]
    if taken:
        raise Invalid(Text("There is already a source “{name}”.", name=wanted), next=Text("Choose another name."))
    return wanted


def _check_host(work: Work, source: t.Source, kept: Mapping[str, Any], credential: Credential | None) -> None:
    """Another host needs its credential entered again."""
    before, after = (urlsplit(one["url"]) for one in (source.settings, kept))
    same = (before.scheme, before.netloc) == (after.scheme, after.netloc)
    if same or credential is not None or work.session.get(t.Credential, source.id) is None:
        return
    raise Invalid(
        Text("The address leads to another host: {host}.", host=after.netloc),
        why=Text("The stored credential was given for {host} and is not sent elsewhere.", host=before.netloc),
        next=Text("Enter the credential again together with the new address."),
    )


def _keep_credential(work: Work, config: Config, source: t.Source, credential: Credential) -> None:
    if not credential.secret:
        raise Invalid(Text("“{field}” must not be empty.", field=Text(N_("Token or password"))))
    if credential.kind != "token" and not optional(credential.account, N_("Account")):
        raise Invalid(Text("“{field}” must not be empty.", field=Text(N_("Account"))))
    work.session.merge(
        t.Credential(
            source_id=source.id or 0,
            kind=credential.kind,
            account=credential.account,
            ciphertext=seal(config, credential.to_bytes(), place=_place(source.id or 0)),
            set_at=work.at,
            set_by=work.actor.name,
        )
    )


def _place(source_id: int) -> str:
    return f"credential {source_id}"


def _shown(credential: Credential | None) -> dict[str, Any]:
    """What of a credential the audit log may say."""
    return {} if credential is None else {"credential": credential.kind, "account": credential.account}


def _plain_keys(mapping: Mapping[str, str]) -> dict[str, str]:
    return {plain_text(str(name)).strip(): code for name, code in mapping.items()}


def _recount(work: Work, source: t.Source) -> None:
    """Let what is stored follow the mappings, and derive every figure of the source anew (R8, R19)."""
    settings, source_id = Settings(**source.settings), source.id or 0
    for item in rows_where(work.session, t.WorkItem, source_id=source_id, type=list(settings.type_mapping)):
        item.kind = settings.type_mapping[item.type or ""]
        work.session.add(item)
    for status in rows_where(work.session, t.Status, source_id=source_id, name=list(settings.status_mapping)):
        status.category = settings.status_mapping[status.name]
        work.session.add(status)
    work.session.flush()
    derive(work.session, source_id, at=work.at)
