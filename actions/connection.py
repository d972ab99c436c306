"""What a Jira may be told, checked before it is kept, and the test of a connection before anything is saved."""

import ipaddress
import socket
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from access.permissions import Permission, require
from connectors.jira.credential import Credential
from connectors.jira.settings import Settings
from core.actor import Actor
from core.errors import Invalid
from core.i18n import N_, Text
from store.db import Store

TEST_SECONDS = 8.0  # a person waits before the form
LABELS = {
    "name": N_("Name"),
    "url": N_("Address"),
    "flavour": N_("Kind of Jira"),
    "projects": N_("Projects"),
    "boards": N_("Boards"),
    "estimation_field": N_("Field of the estimate"),
    "sprint_field": N_("Field of the sprint"),
    "acceptance_field": N_("Field of the acceptance criteria"),
    "epic_field": N_("Field of the epic"),
    "new_issue_project": N_("Project of new issues"),
    "new_issue_type": N_("Type of new issues"),
    "type_mapping": N_("Kinds of types"),
    "status_mapping": N_("Categories of statuses"),
    "every_minutes": N_("Minutes between syncs"),
    "connections": N_("Requests at once"),
}


def check_connection(store: Store, actor: Actor, *, settings: Mapping[str, Any], credential: Credential) -> Any:
    """Ask a Jira what it is and what the account may see; nothing is written.

    Returns: `connectors.jira.inspect.Inspection`; `connectors.jira.inspect.words` puts it into sentences.
    Raises: Refused; Invalid for an address that is none; JiraError with what failed and what to do.
    """
    require(actor, Permission.MANAGE_SOURCES)
    from connectors.jira.client import Client  # brings requests along: only who connects pays for it
    from connectors.jira.inspect import inspect

    wanted = Settings(**jira_settings(settings))
    _refuse_place(wanted.url, resolve=True)
    hasty = wanted.model_copy(update={"patience_seconds": min(wanted.patience_seconds, TEST_SECONDS)})
    with Client(hasty, credential) as client:
        return inspect(client, wanted)


def credential_of(account: str | None, secret: str, *, url: str, flavour: str | None = None) -> Credential:
    """What a person gave, as the server wants it: a secret alone is a personal access token; with an account it is an API
    token on Cloud and a password elsewhere. Args: flavour, where `inspect` has told it."""
    name = (account or "").strip()
    if not name:
        return Credential("token", None, secret.strip())
    host = urlsplit(url if "://" in url else f"https://{url}").hostname or ""
    is_cloud = flavour == "cloud" or (flavour is None and host.endswith(".atlassian.net"))
    return Credential("cloud", name, secret.strip()) if is_cloud else Credential("password", name, secret)


def jira_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they are kept, checked. Raises: Invalid, naming what is wrong and what would be accepted."""
    cleaned = {name: value for name, value in given.items() if value is not None}
    if cleaned.get("every_minutes") == 0:
        del cleaned["every_minutes"]  # never by itself
    try:
        checked = Settings(**cleaned)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else "url"
        said = first["msg"].removeprefix("Value error, ")
        raise Invalid(
            Text(
                "“{field}” cannot be read: {given}.",
                field=Text(LABELS.get(field, field)),
                given=_without_login(str(cleaned.get(field, ""))),
            ),
            next=Text(_ACCEPTED.get(said, _ACCEPTED_OTHERWISE)),
        ) from None  # fmt: skip - the cause would carry the whole input
    _refuse_place(checked.url)
    kept = checked.model_dump(mode="json", exclude_unset=True) | {"url": checked.url}
    others = {one: value for one, value in cleaned.items() if one not in Settings.model_fields}
    return {**others, **kept}


_ACCEPTED = {
    "an address that begins with https:// or http://": N_("Give an address that begins with https:// or http://."),
    "an address without a user name or password in it": N_("Give the address without a user name or password in it."),
}
_ACCEPTED_OTHERWISE = N_("Give a value of the accepted kind; nothing was changed.")


def _without_login(url: str) -> str:
    """An address without what stands before its @: that may be a password."""
    return url if "@" not in url else "…@" + url.rsplit("@", 1)[1]


def _refuse_place(url: str, *, resolve: bool = False) -> None:
    """Refuse addresses at which no Jira lives, but a machine's own secrets may (link-local, as a cloud's metadata)."""
    host = urlsplit(url).hostname or ""
    for place in _addresses(host, resolve=resolve):
        if place.is_link_local or place.is_multicast or place.is_unspecified or place.is_reserved:
            raise Invalid(
                Text("Fortnight does not connect to {host} ({address}).", host=host, address=str(place)),
                why=Text("This is an address of the machine's own network layer, not of a server."),
                next=Text("Give the address under which people open Jira."),
            )


def _addresses(host: str, *, resolve: bool) -> Iterable[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        if not resolve:
            return []
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return []  # the client says in words that the host cannot be reached
    return [ipaddress.ip_address(str(one).split("%")[0]) for one in sorted(map(str, found))]
