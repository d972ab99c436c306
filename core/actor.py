"""Who acts (Actor) and what they may read (Scope). Frozen: they cross room borders."""

import getpass
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a person is in Fortnight; grants scope a role to projects and departments."""

    ADMIN = "admin"
    LEAD = "lead"
    LEADER = "leader"
    DEPARTMENT = "department"
    AUDITOR = "auditor"
    VIEWER = "viewer"


@dataclass(frozen=True)
class Actor:
    """A person or a schedule that changes something: a name for the audit log, roles, and the reach of the roles.

    `projects` and `departments` are None where the reach is everything, else a set of project keys / department names.
    """

    name: str
    roles: frozenset[Role]
    projects: frozenset[str] | None = frozenset()
    departments: frozenset[str] | None = frozenset()


@dataclass(frozen=True)
class Scope:
    """What may be read: every reader of the store asks for one. None means everything."""

    projects: frozenset[str] | None = field(default=frozenset())
    departments: frozenset[str] | None = field(default=frozenset())


EVERYTHING = Scope(projects=None, departments=None)


def local_admin() -> Actor:
    """The person at the machine itself: the command line, and the browser on 127.0.0.1 until sign-in exists."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # no password entry for this uid, as in a bare container
        user = "unknown"
    everyone = frozenset({Role.ADMIN, Role.LEAD, Role.LEADER, Role.DEPARTMENT})
    return Actor(name=f"local:{user}", roles=everyone, projects=None, departments=None)
