"""Sign-in by an identity provider: who it vouches for becomes an account of ours, with the roles it gives."""

from collections.abc import Sequence
from datetime import datetime

from access.sessions import something_ended, token_hash
from actions.people import account_name, end_all, new_person
from actions.sign_in import NOBODY, Browser, audited, begin
from core.actor import Granted
from core.clock import now
from core.errors import Invalid, Refused
from core.i18n import Text
from store.db import Session, Store
from store.read import rows_where
from store.tables import ExternalIdentity, Grant, Person


def sign_in_by_provider(
    store: Store, browser: Browser, *, issuer: str, subject: str, name: str, display_name: str, email: str | None,
    grants: Sequence[Granted], at: datetime | None = None,
) -> str:  # fmt: skip
    """Sign in whom the identity provider vouches for; its roles replace those it gave before, others stay.

    Args: issuer and subject, which alone say who it is: an account of the same name is never taken over.
    Returns: the session's token. Raises: Refused for a disabled account and for one without any role.
    """
    instant = at or now()
    refusal = None
    with store.writing() as session:
        known = session.get(ExternalIdentity, (issuer, subject))
        person = session.get(Person, known.person_id) if known else None
        if person is None and grants:
            person = new_person(session, _free_name(session, name, subject), display_name, "oidc", instant, email)
            identity = ExternalIdentity(issuer=issuer, subject=subject, person_id=person.id or 0, first_seen_at=instant)
            session.add(identity)
            audited(
                session,
                NOBODY,
                "add_person",
                f"person {person.name}",
                None,
                person.model_dump(),
                instant,
                browser.address,
            )
        if person is not None and person.is_active:
            _follow_provider(session, person, grants, instant, browser.address)
        if person is None or not person.is_active or not rows_where(session, Grant, person_id=person.id):
            shown = person.name if person else name
            what = {"method": "oidc", "issuer": issuer}
            audited(session, NOBODY, "sign_in_failed", f"person {shown}", None, what, instant, browser.address)
            refusal = Refused(
                Text("You are known, but nothing was granted to you here."),
                next=Text("Ask an administrator for a role."),
            )
        else:
            made = begin(session, browser, person, "oidc", instant)
    something_ended()
    if refusal:
        raise refusal
    return made


def _follow_provider(
    session: Session, person: Person, grants: Sequence[Granted], at: datetime, address: str | None
) -> None:
    """Let the grants the provider gave be those it gives now; open pages end where they changed."""
    rows = rows_where(session, Grant, person_id=person.id, granted_by="oidc")
    had = {(row.role, row.project_key, row.department) for row in rows}
    wanted = {
        (one.role.value, next(iter(one.projects or ()), None), next(iter(one.departments or ()), None))
        for one in grants
    }
    if had == wanted:
        return
    for row in rows:
        session.delete(row)
    session.flush()
    for role, project, department in sorted(wanted, key=str):
        row = Grant(
            person_id=person.id or 0, role=role, project_key=project, department=department, granted_at=at,
            granted_by="oidc",
        )  # fmt: skip
        session.add(row)
    end_all(session, person, "grants_changed", at)
    before, after = ({"grants": sorted(map(str, some))} for some in (had, wanted))
    audited(session, NOBODY, "follow_provider", f"person {person.name}", before, after, at, address)


def _free_name(session: Session, name: str, subject: str) -> str:
    """An account name for somebody new: what the provider says, with a number where somebody has it already."""
    try:
        wanted = account_name(name)
    except Invalid:
        wanted = account_name("oidc-" + token_hash(subject)[:10])
    found, number = wanted, 1
    while rows_where(session, Person, name=found):
        number += 1
        found = f"{wanted[:56]} {number}"
    return found
