"""What every action has in common: a name, a permission, one transaction, and an audit entry or nothing.

@action(Permission.RECORD_VERDICT)
def record_verdict(store, actor, *, ..., at=None):
    with acting(store, actor, "record_verdict", at=at) as work:
        item = ...                                          # gather
        work.require(project=item.project_key, missing=...)  # may this actor, here?
        work.session.add(row)                               # apply
        work.audit("verdict 12", before=None, after={...})  # or nothing of this happened
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import actions
from access.audit import append
from access.permissions import ANYWHERE, READ_BEFORE, Permission, Place, may, require
from core.actor import Actor
from core.clock import now
from core.errors import NotFound
from core.reader import utc
from store.db import Session, Store
from store.tables import AuditEntry, Base

Run = TypeVar("Run", bound=Callable[..., Any])
Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Action:
    """One thing people can change: its name in the audit log, the permission it asks for, the function that does it.

    `is_house_wide` actions concern no single project or department; all others must say whose thing they change.
    """

    name: str
    permission: Permission
    run: Callable[..., Any]
    is_house_wide: bool = False


ACTIONS: dict[str, Action] = {}


def action(permission: Permission, *, house_wide: bool = False) -> Callable[[Run], Run]:
    """Register a function as the action of its name."""

    def register(run: Run) -> Run:
        ACTIONS[run.__name__] = Action(run.__name__, permission, run, house_wide)
        return run

    return register


def registered() -> dict[str, Action]:
    """Every action of the house by name, in every module of `actions`."""
    for module in pkgutil.iter_modules(actions.__path__):
        importlib.import_module(f"actions.{module.name}")
    return dict(sorted(ACTIONS.items()))


class Unaudited(RuntimeError):
    """A programming error: an action ended without its audit entry, or without asking whose thing it changed."""


@dataclass
class Work:
    """An action at work: its session and instant, and the two things it owes, `require` and `audit`."""

    session: Session
    actor: Actor
    action: Action
    at: datetime
    is_reach_checked: bool = False
    is_audited: bool = False
    is_without_change: bool = False

    def require(
        self, *, project: Place = ANYWHERE, department: Place = ANYWHERE, missing: NotFound | None = None
    ) -> None:
        """Refuse the actor whose reach does not cover the thing's project or department.

        Args: missing, raised instead of the refusal where the actor may not even see the thing.
        Raises: Refused, or `missing`.
        """
        permission = self.action.permission
        sees = may(self.actor, READ_BEFORE.get(permission, permission), project=project, department=department)
        if missing and not sees and not may(self.actor, permission, project=project, department=department):
            raise missing
        require(self.actor, permission, project=project, department=department)
        self.is_reach_checked = True

    def add(self, row: Row) -> Row:
        """Write a new row now, so that it has its id and its errors come before the audit entry."""
        self.session.add(row)
        self.session.flush()
        return row

    def audit(
        self, subject: str, before: Base | Mapping[str, Any] | None, after: Base | Mapping[str, Any] | None
    ) -> AuditEntry:
        """Write the audit entry of what was changed. Args: subject, as a person would name it; before and after, the
        row or the fields that changed (None: not there)."""
        self.session.flush()
        self.is_audited = True
        name, address = self.actor.name, self.actor.address
        return append(
            self.session, name, self.action.name, subject, values(before), values(after), self.at, address=address
        )

    def nothing_changed(self) -> None:
        """Say that what was asked for already is so: nothing is written and nothing audited."""
        self.is_without_change = True


@contextmanager
def acting(store: Store, actor: Actor, name: str, *, at: datetime | None = None) -> Iterator[Work]:
    """One action in one write transaction: rows and audit entry together, or nothing.

    Args: name, of a registered action; at, when it happens (by default now).
    Raises: Refused where no role of the actor has the action's permission; Unaudited where the block forgot its duty.
    """
    doing = ACTIONS[name]
    require(actor, doing.permission)
    instant = now() if at is None else utc(at)
    with store.writing() as session:
        work = Work(session, actor, doing, instant)
        yield work
        if work.is_without_change:
            session.rollback()
            return
        if not work.is_audited:
            raise Unaudited(f"{name} ended without an audit entry")
        if not (work.is_reach_checked or doing.is_house_wide):
            raise Unaudited(f"{name} did not ask whose thing it changes")


def values(given: Base | Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A row's columns as the audit log keeps them; fields and None stay what they are."""
    return given.model_dump() if isinstance(given, Base) else given
