"""People and their sessions, settings, holidays, and the audit log."""

from datetime import date, datetime

from sqlalchemy import JSON, LargeBinary
from sqlmodel import Field

from store.tables.base import Base, Json


class Person(Base, table=True):
    """Someone who may sign in."""

    __tablename__ = "person"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    display_name: str
    email: str | None = None
    department: str | None = None
    language: str | None = None
    is_active: bool = True
    created_at: datetime
    created_by: str | None = None


class Grant(Base, table=True):
    """A role for a person, scoped to a project and a department; null reaches every one of them."""

    __tablename__ = "grant"
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: str
    project_key: str | None = None
    department: str | None = None
    granted_at: datetime
    granted_by: str


class Setting(Base, table=True):
    """A setting of the house: language, time_zone, calendar, hours, points_per_day ... as JSON under its name."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True)
    value: Json = Field(sa_type=JSON)  # {"value": ...}
    changed_at: datetime
    changed_by: str


class Holiday(Base, table=True):
    """A day of a working calendar that differs from its weekday: a holiday, or a make-up working day (调休)."""

    __tablename__ = "holiday"
    calendar: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    is_working: bool
    name: str


class AuditEntry(Base, table=True):
    """Who did what to what, when, before and after. Append-only and hash-chained; its last id says whether anything was written."""

    __tablename__ = "audit_entry"
    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str
    action: str
    subject: str  # table and id, as a person would name it
    before: Json | None = Field(default=None, sa_type=JSON)
    after: Json | None = Field(default=None, sa_type=JSON)
    address: str | None = None  # from where: the browser's address; None for the command line and for older entries
    previous_sha256: str
    sha256: str


class PasswordRecord(Base, table=True):
    """A local account's password, hashed with Argon2, and its optional second factor, encrypted."""

    __tablename__ = "password_record"
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    password_hash: str | None = None
    changed_at: datetime | None = None
    totp_ciphertext: bytes | None = Field(default=None, sa_type=LargeBinary)
    totp_last_step: int | None = None  # the last accepted time step: a code works once


class SignInSession(Base, table=True):
    """A signed-in browser: the hash of its random token, whose it is, and when it ends."""

    __tablename__ = "sign_in_session"
    token_sha256: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    method: str  # password, oidc, set_up
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None = None
    user_agent: str | None = None
    ended_at: datetime | None = None
    ended_why: str | None = None  # signed_out, disabled, grants_changed, password_changed, restored, ...


class SetUpLink(Base, table=True):
    """A one-time link by which a person sets their password: the first admin's, or an invitation."""

    __tablename__ = "set_up_link"
    token_sha256: str = Field(primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)  # None: makes the first admin
    created_at: datetime
    created_by: str
    expires_at: datetime
    used_at: datetime | None = None


class ExternalIdentity(Base, table=True):
    """A person as an identity provider knows them (OIDC issuer and subject)."""

    __tablename__ = "external_identity"
    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    first_seen_at: datetime
