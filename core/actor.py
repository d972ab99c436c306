"""Who acts (Actor) and what they may read (Scope). Frozen: they cross room borders."""

import getpass
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self


class Role(StrEnum):
    """What a person is in Fortnight; grants scope a role to projects and departments.

    A writer may write back to Jira and nothing else: a role that nobody holds until it is granted beside another one.
    A guest is whoever holds a signed link, for its one page.
    """

    ADMIN = "admin"
    LEAD = "lead"
    LEADER = "leader"
    DEPARTMENT = "department"
    AUDITOR = "auditor"
    VIEWER = "viewer"
    WRITER = "writer"
    GUEST = "guest"


Reach = frozenset[str] | None


@dataclass(frozen=True)
class Granted:
    """One role with its own reach: project keys and department names; None where the reach is everything."""

    role: Role
    projects: Reach = frozenset()
    departments: Reach = frozenset()

    @classmethod
    def of_row(cls, role: str, project_key: str | None, department: str | None) -> Self:
        """A stored grant: where neither is named it reaches everything, else exactly what is named."""
        if project_key is None and department is None:
            return cls(Role(role), None, None)
        named = (frozenset() if one is None else frozenset({one}) for one in (project_key, department))
        return cls(Role(role), *named)


@dataclass(frozen=True)
class Actor:
    """A person or a schedule that changes something.

    Args: name, for the audit log; grants, one per role and reach; person_id, of who signed in (None: nobody did);
    address, from where (None: the machine itself); seen_by, the admin who looks at the pages as this person would:
    then nothing may be changed.
    """

    name: str
    grants: tuple[Granted, ...] = ()
    person_id: int | None = None
    address: str | None = None
    seen_by: str | None = None

    @classmethod
    def with_roles(
        cls, name: str, roles: Iterable[Role], *, projects: Reach = frozenset(), departments: Reach = frozenset(),
        person_id: int | None = None, address: str | None = None,
    ) -> Self:  # fmt: skip
        """An actor whose roles all have the same reach."""
        grants = tuple(Granted(role, projects, departments) for role in sorted(roles))
        return cls(name, grants, person_id, address)

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that the actor has somewhere."""
        return frozenset(granted.role for granted in self.grants)

    def only(self, *roles: Role) -> Self:
        """The same actor with some of the roles alone."""
        return type(self)(
            self.name,
            tuple(granted for granted in self.grants if granted.role in roles),
            self.person_id,
            self.address,
            self.seen_by,
        )


@dataclass(frozen=True)
class Scope:
    """What may be read: every reader of the store asks for one. None means everything; either of the two suffices."""

    projects: Reach = field(default=frozenset())
    departments: Reach = field(default=frozenset())


EVERYTHING = Scope(projects=None, departments=None)


def local_admin() -> Actor:
    """The person at the machine itself: the command line, and the browser on 127.0.0.1 where no sign-in is asked."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # no password entry for this uid, as in a bare container
        user = "unknown"
    everyone = (Role.ADMIN, Role.LEAD, Role.LEADER, Role.DEPARTMENT, Role.WRITER)
    return Actor.with_roles(f"local:{user}", everyone, projects=None, departments=None)
