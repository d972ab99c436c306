"""Who may do what: a matrix of roles and permissions, and how far each role reaches.

The matrix is issue 5's text: admins manage people, sources and settings and sign nothing; leads run what belongs to
their projects; leaders read, decide and sign; a department gives feedback, confirms and signs what is its own;
auditors read everything masked, the audit log too; viewers read what they were granted. Writing back to Jira is a
role of its own that nobody has until it is granted.
"""

from collections.abc import Iterable
from enum import Enum, StrEnum

from core.actor import EVERYTHING, Actor, Reach, Role, Scope
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
    MANAGE_SOURCES = "manage_sources"
    PRESENT_DEMO = "present_demo"
    WRITE_BACK = "write_back"
    MAKE_REPORT = "make_report"
    EXPORT = "export"
    UNMASK = "unmask"
    REACT = "react"


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
        Permission.MANAGE_SOURCES,
        Permission.EXPORT,
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
        Permission.PRESENT_DEMO,
        Permission.MAKE_REPORT,
        Permission.EXPORT,
    },
    Role.LEADER: _READ
    | {
        Permission.READ_DATA,
        Permission.SIGN_CHANGE,
        Permission.WAIVE_CHANGE,
        Permission.SUBMIT_FEEDBACK,
        Permission.MAKE_REPORT,
        Permission.EXPORT,
    },
    Role.DEPARTMENT: frozenset(
        {
            Permission.READ_CHURN,
            Permission.READ_KPIS,
            Permission.READ_FEEDBACK,
            Permission.SIGN_CHANGE,
            Permission.SUBMIT_FEEDBACK,
            Permission.CONFIRM_FEEDBACK,
            Permission.EXPORT,
        }
    ),
    Role.AUDITOR: _READ | {Permission.READ_DATA, Permission.READ_AUDIT, Permission.EXPORT, Permission.UNMASK},
    Role.VIEWER: _READ,
    Role.WRITER: frozenset({Permission.WRITE_BACK}),
    Role.GUEST: frozenset({Permission.REACT}),
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

# What concerns no single project or department: only a grant without limits gives it.
OF_THE_HOUSE = frozenset(
    {
        Permission.READ_AUDIT,
        Permission.MANAGE_SETTINGS,
        Permission.MANAGE_SAMPLE,
        Permission.MANAGE_PEOPLE,
        Permission.MANAGE_SOURCES,
        Permission.UNMASK,
    }
)

_BY_PROJECT = frozenset(Role) - {Role.DEPARTMENT, Role.GUEST}
_BY_DEPARTMENT = frozenset(Role) - {Role.LEAD, Role.VIEWER, Role.WRITER, Role.GUEST}
READING = frozenset(role for role, held in MATRIX.items() if held & _READ)  # the roles whose reach may be read


def may(actor: Actor, permission: Permission, *, project: Place = ANYWHERE, department: Place = ANYWHERE) -> bool:
    """Whether the actor may do this: somewhere at all, or where a thing of this project and department stands.

    Args: project, department, of the thing; None where it belongs to none (only an unlimited reach covers that).
    Leads and viewers reach by project, departments by department, the others by either. Whoever looks at the pages as
    someone else reads and does nothing.
    """
    if actor.seen_by and not permission.startswith("read_"):
        return False
    if permission in OF_THE_HOUSE:
        project = department = None
    held = [granted for granted in actor.grants if permission in MATRIX[granted.role]]
    if project is ANYWHERE and department is ANYWHERE:
        return bool(held)
    return any(
        (granted.role in _BY_PROJECT and _covers(granted.projects, project))
        or (granted.role in _BY_DEPARTMENT and _covers(granted.departments, department))
        for granted in held
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
    """What the actor may read: the union of what their grants reach, rows of these projects and rows of these
    departments (either suffices)."""
    reading = [granted for granted in actor.grants if granted.role in READING]
    projects = _union(granted.projects for granted in reading if granted.role in _BY_PROJECT)
    departments = _union(granted.departments for granted in reading if granted.role in _BY_DEPARTMENT)
    return EVERYTHING if projects is None else Scope(projects, departments)


def where_may(actor: Actor, permission: Permission) -> Scope:
    """Where the actor may do this: in these projects or these departments (either suffices); EVERYTHING without limits."""
    held = [granted for granted in actor.grants if permission in MATRIX[granted.role]]
    projects = _union(granted.projects for granted in held if granted.role in _BY_PROJECT)
    departments = _union(granted.departments for granted in held if granted.role in _BY_DEPARTMENT)
    return EVERYTHING if projects is None or departments is None else Scope(projects, departments)


def is_masked(actor: Actor) -> bool:
    """Whether the actor reads names, addresses and numbers as pseudonyms: auditors do, whatever else they are."""
    return Role.AUDITOR in actor.roles


def _union(reaches: Iterable[Reach]) -> Reach:
    """Everything that any of them covers."""
    whole: frozenset[str] = frozenset()
    for reach in reaches:
        if reach is None:
            return None
        whole |= reach
    return whole


def _covers(reach: Reach, place: Place) -> bool:
    return reach is None or (isinstance(place, str) and place in reach)
