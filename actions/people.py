"""People and what they may do: accounts, grants, invitations. Whoever loses a right loses the open pages with it."""

import unicodedata
from datetime import datetime, timedelta
from typing import Any

from access.passwords import check_new, hash_password
from access.permissions import Permission
from access.sessions import new_token, something_ended, token_hash
from actions.base import Work, acting, action
from actions.given import one_of
from core.actor import Actor, Role
from core.clock import now
from core.errors import Invalid, NotFound, Refused
from core.i18n import N_, Text
from core.wording_actions import ROLE
from store.db import Session, Store
from store.read import rows_where
from store.tables import ExternalIdentity, Grant, PasswordRecord, Person, SetUpLink, SignInSession
from store.write import delete_rows

LONGEST_NAME = 64
LINK_LASTS = timedelta(days=3)
GRANTABLE = {code: words for code, words in ROLE.items() if code != Role.GUEST}


@action(Permission.MANAGE_PEOPLE, house_wide=True)
def add_person(
    store: Store, actor: Actor, *, name: str, display_name: str | None = None, email: str | None = None,
    department: str | None = None, role: str | None = None, project: str | None = None,
    reach_department: str | None = None, password: str | None = None, at: datetime | None = None,
) -> Person:  # fmt: skip
    """Make an account.

    Args: name, by which they sign in; department, where they work; role with project and reach_department, a first
    grant; password, where none is set by an invitation. Raises: Refused, Invalid.
    """
    account = account_name(name)
    hashed = hash_password(check_new(password, account)) if password is not None else None
    with acting(store, actor, "add_person", at=at) as work:
        person = new_person(work.session, account, display_name or name, actor.name, work.at, email, department)
        if role is not None:
            _grant(work, person, role, project, reach_department)
        if hashed is not None:
            row = PasswordRecord(person_id=person.id or 0, password_hash=hashed, changed_at=work.at)
            work.session.add(row)
        given = {"role": role, "project": project, "department": reach_department} if role else None
        work.audit(f"person {account}", None, {**person.model_dump(), "grant": given, "password": hashed is not None})
    something_ended()
    return person


@action(Permission.MANAGE_PEOPLE, house_wide=True)
def disable_person(store: Store, actor: Actor, *, name: str, at: datetime | None = None) -> int:
    """Take a person's access away; what they did stays in the log under their name.

    Returns: how many sessions ended. Raises: Refused, NotFound, Invalid for the last administrator.
    """
    with acting(store, actor, "disable_person", at=at) as work:
        person = person_named(work.session, name)
        if not person.is_active:
            work.nothing_changed()
            return 0
        _keep_an_admin(work.session, without=person)
        person.is_active = False
        work.session.add(person)
        _withdraw_links(work.session, person)
        ended = end_all(work.session, person, "disabled", work.at)
        work.audit(f"person {person.name}", {"is_active": True}, {"is_active": False, "sessions_ended": ended})
    something_ended()
    return ended


@action(Permission.MANAGE_PEOPLE, house_wide=True)
def enable_person(store: Store, actor: Actor, *, name: str, at: datetime | None = None) -> Person:
    """Give a disabled person their access back, with the grants they had. Raises: Refused, NotFound."""
    with acting(store, actor, "enable_person", at=at) as work:
        person = person_named(work.session, name)
        if person.is_active:
            work.nothing_changed()
            return person
        person.is_active = True
        work.session.add(person)
        work.audit(f"person {person.name}", {"is_active": False}, {"is_active": True})
    something_ended()
    return person


@action(Permission.MANAGE_PEOPLE, house_wide=True)
def grant_role(
    store: Store, actor: Actor, *, name: str, role: str, project: str | None = None, department: str | None = None,
    at: datetime | None = None,
) -> Grant:  # fmt: skip
    """Grant a role, within a project and a department where they are named. The person's open pages end.

    Raises: Refused (also to oneself), NotFound, Invalid.
    """
    with acting(store, actor, "grant_role", at=at) as work:
        person = person_named(work.session, name)
        _not_oneself(actor, person)
        given: dict[str, Any] = {"role": role, "project_key": project or None, "department": department or None}
        known = rows_where(work.session, Grant, person_id=person.id, **given)
        if known:
            work.nothing_changed()
            return known[0]
        row = _grant(work, person, role, project, department)
        ended = end_all(work.session, person, "grants_changed", work.at)
        work.audit(f"person {person.name}", None, {**given, "sessions_ended": ended})
    something_ended()
    return row


@action(Permission.MANAGE_PEOPLE, house_wide=True)
def revoke_role(
    store: Store, actor: Actor, *, name: str, role: str, project: str | None = None, department: str | None = None,
    at: datetime | None = None,
) -> int:  # fmt: skip
    """Take back one grant, named as it was given. The person's open pages end.

    Returns: how many sessions ended. Raises: Refused, NotFound, Invalid for the last administrator.
    """
    with acting(store, actor, "revoke_role", at=at) as work:
        person = person_named(work.session, name)
        given: dict[str, Any] = {"role": role, "project_key": project or None, "department": department or None}
        if not rows_where(work.session, Grant, person_id=person.id, **given):
            raise NotFound(
                Text("{name} does not have this role with this reach.", name=person.name),
                next=Text("See what was granted with: python fortnight.py users list"),
            )
        if role == Role.ADMIN:
            _keep_an_admin(work.session, without=person)
        delete_rows(work.session, Grant, person_id=person.id, **given)
        ended = end_all(work.session, person, "grants_changed", work.at)
        work.audit(f"person {person.name}", given, {"sessions_ended": ended})
    something_ended()
    return ended


@action(Permission.MANAGE_PEOPLE, house_wide=True)
def invite_person(store: Store, actor: Actor, *, name: str, at: datetime | None = None) -> str:
    """Make the one-time link by which a person sets their password: an invitation, or a way back after losing password or
    authenticator app. Links made before no longer work. Whoever had a way in already is signed out, and told when they
    come in again: a link is also how somebody else could become them.

    Returns: the link's token, kept nowhere in the clear. Raises: Refused, NotFound, Invalid.
    """
    token = new_token()
    with acting(store, actor, "invite_person", at=at) as work:
        person = person_named(work.session, name)
        if not person.is_active:
            raise Invalid(Text("The account {name} is disabled.", name=person.name))
        _withdraw_links(work.session, person)
        work.session.add(link_row(token, person.id, actor.name, work.at))
        given: dict[str, Any] = {"link_expires_at": work.at + LINK_LASTS}
        if has_way_in(work.session, person):
            given["had_a_way_in"] = True
            given["sessions_ended"] = end_all(work.session, person, "link_made", work.at)
        work.audit(f"person {person.name}", None, given)
    something_ended()
    return token


@action(Permission.MANAGE_PEOPLE, house_wide=True)
def end_sessions(store: Store, actor: Actor, *, name: str | None, at: datetime | None = None) -> int:
    """Sign a person out everywhere; without a name everybody, and links that were not used yet are withdrawn.

    Returns: how many sessions ended. Raises: Refused, NotFound.
    """
    with acting(store, actor, "end_sessions", at=at) as work:
        everybody = rows_where(work.session, Person)
        people = everybody if name is None else [person_named(work.session, name)]
        ended = sum(end_all(work.session, person, "signed_out", work.at) for person in people)
        links = _withdrawn(work.session) if name is None else 0
        if not ended and not links:
            work.nothing_changed()
            return 0
        subject = "everybody" if name is None else f"person {people[0].name}"
        work.audit(subject, None, {"sessions_ended": ended, **({"links_withdrawn": links} if name is None else {})})
    something_ended()
    return ended


# ---------------------------------------------------------------- what sign-in shares


def account_name(given: str) -> str:
    """A name as accounts have it: one form for what looks the same, in small letters.

    Raises: Invalid. A colon is refused, so that nobody is called `local:root`.
    """
    name = unicodedata.normalize("NFKC", given).casefold().strip()
    is_plain = all(letter.isprintable() and unicodedata.category(letter) not in {"Cf", "Zl", "Zp"} for letter in name)
    if not name or len(name) > LONGEST_NAME or ":" in name or not is_plain:
        raise Invalid(
            Text("“{given}” is no name for an account.", given=given[:LONGEST_NAME]),
            next=Text("Take 1 to {n} letters, digits, blanks or . - _ @.", n=LONGEST_NAME),
        )
    return name


def person_named(session: Session, name: str) -> Person:
    """The account of that name. Raises: NotFound."""
    found = rows_where(session, Person, name=account_name(name))
    if not found:
        raise NotFound(
            Text("There is no account {name}.", name=name),
            next=Text("See who has one with: python fortnight.py users list"),
        )
    return found[0]


def new_person(
    session: Session, name: str, display_name: str, by: str, at: datetime, email: str | None = None,
    department: str | None = None,
) -> Person:  # fmt: skip
    """Write a new account. Raises: Invalid where the name is taken."""
    if rows_where(session, Person, name=name):
        raise Invalid(Text("There is an account {name} already.", name=name))
    shown = display_name.strip()[:LONGEST_NAME] or name
    person = Person(
        name=name, display_name=shown, email=email, department=department or None, created_at=at, created_by=by
    )
    session.add(person)
    session.flush()
    return person


def link_row(token: str, person_id: int | None, by: str, at: datetime) -> SetUpLink:
    """A one-time link's row. Args: person_id, None for the first administrator's."""
    return SetUpLink(
        token_sha256=token_hash(token), person_id=person_id, created_at=at, created_by=by, expires_at=at + LINK_LASTS
    )


def end_all(session: Session, person: Person, why: str, at: datetime, *, but: str | None = None) -> int:
    """End a person's sessions, but one. Returns how many."""
    rows = rows_where(session, SignInSession, person_id=person.id, ended_at=None)
    ending = [row for row in rows if row.token_sha256 != but]
    for row in ending:
        row.ended_at, row.ended_why = at, why
        session.add(row)
    session.flush()
    return len(ending)


def has_way_in(session: Session, person: Person) -> bool:
    """Whether an account can be signed in to already, by a password or by an identity provider."""
    record = session.get(PasswordRecord, person.id)
    has_password = record is not None and record.password_hash is not None
    return has_password or bool(rows_where(session, ExternalIdentity, person_id=person.id))


def has_admin(session: Session) -> bool:
    """Whether somebody can still manage people."""
    holders = {row.person_id for row in rows_where(session, Grant, role=Role.ADMIN.value)}
    return any(person.id in holders for person in rows_where(session, Person, is_active=True))


def touch_session(store: Store, token_sha256: str, at: datetime | None = None) -> None:
    """Note that a session is in use; only this moves its idle limit. Not audited: nobody decided anything."""
    with store.writing() as session:
        row = session.get(SignInSession, token_sha256)
        if row is not None and row.ended_at is None:
            row.last_seen_at = at or now()
            session.add(row)


def _grant(work: Work, person: Person, role: str, project: str | None, department: str | None) -> Grant:
    row = Grant(
        person_id=person.id or 0,
        role=one_of(role, GRANTABLE, N_("Role")),
        project_key=project or None,
        department=department or None,
        granted_at=work.at,
        granted_by=work.actor.name,
    )
    return work.add(row)


def _withdraw_links(session: Session, person: Person) -> None:
    delete_rows(session, SetUpLink, person_id=person.id, used_at=None)


def _withdrawn(session: Session) -> int:
    """Withdraw every link that was not used yet. Returns how many."""
    found = len(rows_where(session, SetUpLink, used_at=None))
    delete_rows(session, SetUpLink, used_at=None)
    return found


def _not_oneself(actor: Actor, person: Person) -> None:
    if actor.person_id is not None and actor.person_id == person.id:
        raise Refused(
            Text("Nobody grants a role to themselves."),
            next=Text("Another administrator can, or: python fortnight.py users grant"),
        )


def _keep_an_admin(session: Session, *, without: Person) -> None:
    holders = {row.person_id for row in rows_where(session, Grant, role=Role.ADMIN.value)} - {without.id}
    if without.is_active and not any(one.id in holders for one in rows_where(session, Person, is_active=True)):
        is_one = bool(rows_where(session, Grant, role=Role.ADMIN.value, person_id=without.id))
        if is_one:
            raise Invalid(
                Text("{name} is the last administrator.", name=without.name),
                next=Text("Make somebody else an administrator first."),
            )
