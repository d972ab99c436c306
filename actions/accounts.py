"""One's own account: the first administrator's, invitations, password, second factor. What proves the right is the link, the
password or sitting at the machine; each step leaves an audit entry."""

from datetime import datetime
from typing import Any

from access.passwords import check_new, hash_password, is_right, totp_step
from access.sessions import SignedIn, new_token, something_ended, token_hash
from actions.people import account_name, end_all, has_admin, link_row, new_person
from actions.sign_in import Browser, WrongPassword, audited, begin, factor_place, note_failure
from core.actor import Actor, Role
from core.clock import now
from core.errors import Invalid, NotFound, Refused
from core.house import HouseSettings
from core.i18n import Text
from core.secrets import seal
from store.db import Session, Store
from store.tables import Grant, PasswordRecord, Person, Setting, SetUpLink, SignInSession
from store.write import delete_rows


def make_first_link(store: Store, actor: Actor, at: datetime | None = None) -> str | None:
    """The one-time link that makes the first administrator; None where there is one. Links made before end.

    Returns: its token.
    """
    instant, token = at or now(), new_token()
    with store.writing() as session:
        if has_admin(session):
            return None
        delete_rows(session, SetUpLink, person_id=None, used_at=None)
        row = link_row(token, None, actor.name, instant)
        session.add(row)
        session.flush()
        expires = {"expires_at": row.expires_at}
        audited(session, actor.name, "make_first_link", "first administrator", None, expires, instant, actor.address)
    return token


def link_person(store: Store, token: str, at: datetime | None = None) -> Person | None:
    """Whose password a link sets; None for the first administrator's. Raises: NotFound for one that is used, expired,
    withdrawn or was never made."""
    with store.reading() as session:
        return _link(session, token, at or now())[1]


def use_link(
    store: Store, browser: Browser, *, token: str, password: str, name: str = "", language: str | None = None,
    at: datetime | None = None,
) -> str:  # fmt: skip
    """Set a password by a one-time link, and sign in. A second factor the account had is off afterwards, and its other
    sessions end.

    Args: name, of the first administrator, where the link makes one; language, in which they read the form, which becomes
    that of the house. Returns: the session's token.
    Raises: NotFound, Invalid.
    """
    instant = at or now()
    invited = link_person(store, token, instant)
    account = account_name(name) if invited is None else invited.name
    hashed = hash_password(check_new(password, account))
    with store.writing() as session:
        row, person = _link(session, token, instant)
        if person is None:
            person = _first_admin(session, account, name, "set-up link", instant, language)
        row.used_at = instant
        session.add(row)
        lost_factor = _set_password(session, person, hashed, instant)
        after: dict[str, Any] = {"sessions_ended": end_all(session, person, "password_changed", instant)}
        if lost_factor:
            after["second_factor"] = "off"
        subject = f"person {person.name}"
        audited(session, person.name, "use_link", subject, None, after, instant, browser.address)
        made = begin(session, browser, person, "set_up", instant)
    something_ended()
    return made


def make_first_admin(
    store: Store, actor: Actor, browser: Browser, *, name: str, password: str, language: str | None = None,
    at: datetime | None = None,
) -> str:  # fmt: skip
    """Make the first administrator in the browser of this very machine, and sign in.

    Args: actor, who sits there; language, in which they read the form: the house's, until it is set. Returns: the session's token. Raises: Refused where there is one already; Invalid.
    """
    instant, account = at or now(), account_name(name)
    hashed = hash_password(check_new(password, account))
    with store.writing() as session:
        if has_admin(session):
            raise Refused(Text("There is an administrator already."), next=Text("Sign in, or ask for an invitation."))
        person = _first_admin(session, account, name, actor.name, instant, language)
        _set_password(session, person, hashed, instant)
        subject = f"person {account}"
        audited(session, actor.name, "make_first_admin", subject, None, {"role": "admin"}, instant, browser.address)
        made = begin(session, browser, person, "set_up", instant)
    something_ended()
    return made


def change_password(
    store: Store, signed_in: SignedIn, address: str | None, *, old: str, new: str, at: datetime | None = None
) -> int:
    """Change one's own password; all other sessions end. Returns: how many. Raises: WrongPassword, Invalid."""
    instant = at or now()
    _own_record(store, signed_in, old, address, instant)
    hashed = hash_password(check_new(new, signed_in.name))
    with store.writing() as session:
        person = _still(session, signed_in)
        _set_password(session, person, hashed, instant, keeps_factor=True)
        ended = end_all(session, person, "password_changed", instant, but=signed_in.token_sha256)
        subject = f"person {person.name}"
        audited(session, person.name, "change_password", subject, None, {"sessions_ended": ended}, instant, address)
    something_ended()
    return ended


def turn_on_totp(
    store: Store, signed_in: SignedIn, address: str | None, *, secret: str, code: str, password: str,
    at: datetime | None = None,
) -> None:  # fmt: skip
    """Ask for an authenticator app's code from now on; a first code proves that the app holds the secret.

    Raises: WrongPassword, Invalid.
    """
    instant = at or now()
    record = _own_record(store, signed_in, password, address, instant)
    step = totp_step(secret, code, instant, None)
    if step is None:
        raise Invalid(
            Text("This code does not fit the key."), next=Text("Check the clock of your phone, and try again.")
        )
    sealed = seal(store.config, secret.encode(), place=factor_place(record))
    _change_factor(store, signed_in, sealed, step, "turn_on_totp", instant, address)


def turn_off_totp(
    store: Store, signed_in: SignedIn, address: str | None, *, password: str, at: datetime | None = None
) -> None:
    """Ask for no code any more. Raises: WrongPassword."""
    instant = at or now()
    _own_record(store, signed_in, password, address, instant)
    _change_factor(store, signed_in, None, None, "turn_off_totp", instant, address)


def has_totp(store: Store, signed_in: SignedIn) -> bool | None:
    """Whether the account has a second factor; None where it has no password of ours."""
    with store.reading() as session:
        record = session.get(PasswordRecord, signed_in.person_id)
        return None if record is None or record.password_hash is None else record.totp_ciphertext is not None


def _link(session: Session, token: str, at: datetime) -> tuple[SetUpLink, Person | None]:
    row = session.get(SetUpLink, token_hash(token))
    person = session.get(Person, row.person_id) if row and row.person_id is not None else None
    is_good = row is not None and row.used_at is None and at < row.expires_at
    if row is None or not is_good or (row.person_id is not None and (person is None or not person.is_active)):
        raise _no_link()
    if row.person_id is None and has_admin(session):
        raise _no_link()
    return row, person


def _no_link() -> NotFound:
    return NotFound(
        Text("This link does not work any more."), why=Text("It was used, it expired, or a newer one was made."),
        next=Text("Ask an administrator for a new one, or make one with: python fortnight.py users link NAME"),
    )  # fmt: skip


def _first_admin(
    session: Session, account: str, display_name: str, by: str, at: datetime, language: str | None
) -> Person:
    person = new_person(session, account, display_name, by, at)
    if language and session.get(Setting, "language") is None:  # else reports would come by themselves in another one
        chosen = HouseSettings().changed({"language": language}).language
        session.add(Setting(name="language", value={"value": chosen}, changed_at=at, changed_by=by))
    grant = Grant(person_id=person.id or 0, role=Role.ADMIN.value, granted_at=at, granted_by=by)
    session.add(grant)
    session.flush()
    return person


def _set_password(session: Session, person: Person, hashed: str, at: datetime, *, keeps_factor: bool = False) -> bool:
    """Returns: whether the account lost a second factor with its old password."""
    record = session.get(PasswordRecord, person.id) or PasswordRecord(person_id=person.id or 0)
    record.password_hash, record.changed_at = hashed, at
    loses_factor = record.totp_ciphertext is not None and not keeps_factor
    if not keeps_factor:
        record.totp_ciphertext, record.totp_last_step = None, None
    session.add(record)
    session.flush()
    return loses_factor


def _own_record(store: Store, signed_in: SignedIn, password: str, address: str | None, at: datetime) -> PasswordRecord:
    """One's own record, proved by one's password: an unwatched browser must not be enough."""
    with store.reading() as session:
        record = session.get(PasswordRecord, signed_in.person_id)
        held = record.password_hash if record else None
    if not is_right(held, password) or record is None:
        note_failure(store, signed_in.name, "password", address, at)
        raise WrongPassword(Text("The present password is wrong."))
    return record


def _change_factor(
    store: Store, signed_in: SignedIn, sealed: bytes | None, step: int | None, name: str, at: datetime,
    address: str | None,
) -> None:  # fmt: skip
    with store.writing() as session:
        person = _still(session, signed_in)
        record = session.get(PasswordRecord, signed_in.person_id)
        if record is None:
            raise Refused(Text("This account has no password here."))
        record.totp_ciphertext, record.totp_last_step = sealed, step
        session.add(record)
        ended = end_all(session, person, "password_changed", at, but=signed_in.token_sha256)
        audited(session, person.name, name, f"person {person.name}", None, {"sessions_ended": ended}, at, address)
    something_ended()


def _still(session: Session, signed_in: SignedIn) -> Person:
    """The person, if the session still holds now that the writer's lock is ours."""
    row = session.get(SignInSession, signed_in.token_sha256)
    person = session.get(Person, signed_in.person_id)
    if row is None or row.ended_at is not None or person is None or not person.is_active:
        raise Refused(Text("You are signed out."), next=Text("Sign in again."))
    return person
