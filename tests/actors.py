"""Actors for tests: any set of roles with any reach."""

from core.actor import Actor, Role


def actor_of(*roles: Role, projects: set[str] | None = None, departments: set[str] | None = None) -> Actor:
    """An actor named after their roles; the reach is everything unless given."""
    return Actor.with_roles(
        "+".join(role.value for role in roles) or "nobody",
        roles,
        projects=None if projects is None else frozenset(projects),
        departments=None if departments is None else frozenset(departments),
    )
