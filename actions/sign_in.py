"""Signing in and out. Nobody's permission is asked, since only the password opens anything; each step leaves an audit
entry, with the address and never with what was typed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from access.audit import append
from access.passwords import hash_password, is_outdated, is_right, totp_step
from access.policy import Policy
from access.sessions import SignedIn, new_token, something_ended, token_hash
from actions.people import account_name
from core.clock import now
from core.errors import Invalid, Refused
from core.i18n import Text
from core.secrets import unseal
from store.db import Session, Store
from store.read import rows_where
from store.tables import PasswordRecord, Person, SignInSession

NOBODY = "nobody"  # the actor of what happens before anybody is known


class WrongPassword(Refused):
    """Name, password or code do not fit; which of them is not said."""


class CodeAsked(Refused):
    """The password fits, and the account asks for a code as well."""


@dataclass(frozen=True)
class Browser:
    """Where somebody signs in from, how long sessions last there, and the session that the browser had so far."""

    policy: Policy
    address: str | None = None
    user_agent: str | None = None
    old_token: str | None = None


def sign_in(
    store: Store, browser: Browser, *, name: str, password: str, code: str = "", at: datetime | None = None
) -> str:
    """Sign in by password, and by code where the account has a second factor.

    Returns: the new session's token. Raises: CodeAsked, WrongPassword; the answer and its time are the same for an unknown
    name, a disabled account and a wrong password.
    """
    instant = at or now()
    with store.reading() as session:
        person, record = _account(session, name)
    fits = is_right(record.password_hash if record else None, password)
    if not fits or person is None or record is None:
        note_failure(store, name, "password", browser.address, instant)
        raise WrongPassword(Text("Name or password is wrong."))
    step: int | None = None
    if record.totp_ciphertext is not None:
        if not code.strip():
            raise CodeAsked(Text("Enter the code of your authenticator app."))
        step = totp_step(totp_secret(store, record), code, instant, record.totp_last_step)
        if step is None:
            note_failure(store, name, "code", browser.address, instant)
            raise WrongPassword(Text("This code does not fit, or it was used already."))
    renewed = hash_password(password) if is_outdated(record.password_hash or "") else None
    with store.writing() as session:
        kept = session.get(PasswordRecord, record.person_id)
        if kept is None or kept.password_hash != record.password_hash:
            raise WrongPassword(Text("Name or password is wrong."))  # it was changed in this very moment
        if step is not None:
            if kept.totp_last_step is not None and step <= kept.totp_last_step:
                raise WrongPassword(Text("This code does not fit, or it was used already."))
            kept.totp_last_step = step
        kept.password_hash = renewed or kept.password_hash
        session.add(kept)
        token = begin(session, browser, person, "password", instant)
    something_ended()  # the session that the browser had so far
    return token


def sign_out(store: Store, signed_in: SignedIn, address: str | None, at: datetime | None = None) -> None:
    """End one's session."""
    instant = at or now()
    with store.writing() as session:
        row = session.get(SignInSession, signed_in.token_sha256)
        if row is not None and row.ended_at is None:
            row.ended_at, row.ended_why = instant, "signed_out"
            session.add(row)
            session.flush()
            audited(session, signed_in.name, "sign_out", signed_in.name, None, None, instant, address)
    something_ended()


def begin(session: Session, browser: Browser, person: Person, method: str, at: datetime) -> str:
    """A new session with a new token, whatever the browser had before; that one ends. Returns: the token."""
    if browser.old_token:
        old = session.get(SignInSession, token_hash(browser.old_token))
        if old is not None and old.ended_at is None:
            old.ended_at, old.ended_why = at, "signed_out"
            session.add(old)
    token = new_token()
    agent = (browser.user_agent or "")[:300] or None
    row = SignInSession(
        token_sha256=token_hash(token), person_id=person.id or 0, method=method, created_at=at, last_seen_at=at,
        expires_at=at + browser.policy.absolute, address=browser.address, user_agent=agent,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audited(session, person.name, "sign_in", f"person {person.name}", None, {"method": method}, at, browser.address)
    return token


def note_failure(store: Store, name: str, what: str, address: str | None, at: datetime) -> None:
    """Note a failed sign-in. A name that no account has is not kept: people type passwords into the wrong field."""
    with store.writing() as session:
        person, _ = _account(session, name)
        subject = f"person {person.name}" if person else "a name without an account"
        audited(session, NOBODY, "sign_in_failed", subject, None, {"wrong": what}, at, address)


def totp_secret(store: Store, record: PasswordRecord) -> str:
    """The secret of an account's authenticator app. Raises: FortnightError where the house's key is missing."""
    return unseal(store.config, record.totp_ciphertext or b"", place=factor_place(record)).decode()


def factor_place(record: PasswordRecord) -> str:
    """What an account's sealed second factor is bound to."""
    return f"second factor {record.person_id}"


def audited(
    session: Session, actor: str, action: str, subject: str, before: dict[str, Any] | None,
    after: dict[str, Any] | None, at: datetime, address: str | None,
) -> None:  # fmt: skip
    """An entry of the log, in the caller's transaction. Args: actor, by name."""
    session.flush()
    append(session, actor, action, subject, before, after, at, address=address)


def _account(session: Session, name: str) -> tuple[Person | None, PasswordRecord | None]:
    try:
        account = account_name(name)
    except Invalid:
        return None, None
    found = rows_where(session, Person, name=account, is_active=True)
    return (found[0], session.get(PasswordRecord, found[0].id)) if found else (None, None)
