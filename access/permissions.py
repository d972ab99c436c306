"""Who may do what: a matrix of roles and permissions, and how far each role reaches.

The matrix is issue 5's text: admins manage people, sources and settings and sign nothing; leads run what belongs to
their projects; leaders read, decide and sign; a department gives feedback, confirms and signs what is its own;
auditors read, the audit log too; viewers read what they were granted.
"""

from enum import Enum, StrEnum

from core.actor import EVERYTHING, Actor, Role, Scope
from core.errors import Refused
from core.i18n import Text
from core.wording_actions import PERMISSION


class Permission(StrEnum):
    """One thing that a person may do; the words are in `core.wording_actions.PERMISSION`."""

    READ_SPRINTS = "read_sprints"
    READ_CHURN = "read_churn"
    READ_KPIS = "read_kpis"
    READ_FEEDBACK = "read_feedback"
    READ_DATA = "read_data"
    READ_AUDIT = "read_audit"
    RECORD_VERDICT = "record_verdict"
    MANAGE_CHANGES = "manage_changes"
    SIGN_CHANGE = "sign_change"
    WAIVE_CHANGE = "waive_change"
    MANAGE_KPIS = "manage_kpis"
    SUBMIT_FEEDBACK = "submit_feedback"
    ANSWER_FEEDBACK = "answer_feedback"
    CONFIRM_FEEDBACK = "confirm_feedback"
    IMPORT_DATA = "import_data"
    MANAGE_SETTINGS = "manage_settings"
    MANAGE_SAMPLE = "manage_sample"
    MANAGE_PEOPLE = "manage_people"


class Anywhere(Enum):
    """The question "somewhere at all?", which is another one than "where it belongs to no project?" (None)."""

    ANYWHERE = "anywhere"


ANYWHERE = Anywhere.ANYWHERE
Place = str | None | Anywhere

_READ = frozenset({Permission.READ_SPRINTS, Permission.READ_CHURN, Permission.READ_KPIS, Permission.READ_FEEDBACK})
MATRIX: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: _READ
    | {
        Permission.READ_DATA,
        Permission.READ_AUDIT,
        Permission.IMPORT_DATA,
        Permission.MANAGE_SETTINGS,
        Permission.MANAGE_SAMPLE,
        Permission.MANAGE_PEOPLE,
    },
    Role.LEAD: _READ
    | {
        Permission.READ_DATA,
        Permission.RECORD_VERDICT,
        Permission.MANAGE_CHANGES,
        Permission.MANAGE_KPIS,
        Permission.SUBMIT_FEEDBACK,
        Permission.ANSWER_FEEDBACK,
        Permission.IMPORT_DATA,
    },
    Role.LEADER: _READ
    | {Permission.READ_DATA, Permission.SIGN_CHANGE, Permission.WAIVE_CHANGE, Permission.SUBMIT_FEEDBACK},
    Role.DEPARTMENT: frozenset(
        {
            Permission.READ_CHURN,
            Permission.READ_KPIS,
            Permission.READ_FEEDBACK,
            Permission.SIGN_CHANGE,
            Permission.SUBMIT_FEEDBACK,
            Permission.CONFIRM_FEEDBACK,
        }
    ),
    Role.AUDITOR: _READ | {Permission.READ_DATA, Permission.READ_AUDIT},
    Role.VIEWER: _READ,
}

# What one must be able to see for a refusal to admit that it exists.
READ_BEFORE: dict[Permission, Permission] = {
    Permission.RECORD_VERDICT: Permission.READ_SPRINTS,
    Permission.MANAGE_CHANGES: Permission.READ_CHURN,
    Permission.SIGN_CHANGE: Permission.READ_CHURN,
    Permission.WAIVE_CHANGE: Permission.READ_CHURN,
    Permission.MANAGE_KPIS: Permission.READ_KPIS,
    Permission.SUBMIT_FEEDBACK: Permission.READ_FEEDBACK,
    Permission.ANSWER_FEEDBACK: Permission.READ_FEEDBACK,
    Permission.CONFIRM_FEEDBACK: Permission.READ_FEEDBACK,
}

_BY_PROJECT = frozenset(Role) - {Role.DEPARTMENT}
_BY_DEPARTMENT = frozenset(Role) - {Role.LEAD, Role.VIEWER}


def may(actor: Actor, permission: Permission, *, project: Place = ANYWHERE, department: Place = ANYWHERE) -> bool:
    """Whether the actor may do this: somewhere at all, or where a thing of this project and department stands.

    Args: project, department, of the thing; None where it belongs to none (only an unlimited reach covers that).
    Leads and viewers reach by project, departments by department, the others by either.
    """
    roles = [role for role in actor.roles if permission in MATRIX[role]]
    if project is ANYWHERE and department is ANYWHERE:
        return bool(roles)
    return any(
        (role in _BY_PROJECT and _covers(actor.projects, project))
        or (role in _BY_DEPARTMENT and _covers(actor.departments, department))
        for role in roles
    )


def require(actor: Actor, permission: Permission, *, project: Place = ANYWHERE, department: Place = ANYWHERE) -> None:
    """Refuse what the actor may not do.

    Raises: Refused, saying who may not do what, and who could grant it.
    """
    if may(actor, permission, project=project, department=department):
        return
    what = Text("{name} may not do this: {permission}.", name=actor.name, permission=Text(PERMISSION[permission]))
    why = None
    if may(actor, permission):
        why = Text("It belongs to a project or department outside what {name} was granted.", name=actor.name)
    raise Refused(what, why=why, next=Text("An administrator can grant it; nothing was changed."))


def scope_of(actor: Actor) -> Scope:
    """What the actor may read: rows of these projects, and rows of these departments (either suffices)."""
    by_project = bool(actor.roles & _BY_PROJECT)
    if by_project and actor.projects is None:
        return EVERYTHING
    by_department = bool(actor.roles & _BY_DEPARTMENT)
    return Scope(
        projects=actor.projects if by_project else frozenset(),
        departments=actor.departments if by_department else frozenset(),
    )


def _covers(reach: frozenset[str] | None, place: Place) -> bool:
    return reach is None or (isinstance(place, str) and place in reach)
