"""`users`: who has an account and what they may do; the shell acts as `local:<user of the system>`, an administrator."""

import os
from typing import Annotated

import typer

from core.actor import local_admin
from core.errors import Invalid
from core.i18n import N_, Text
from core.reader import Reader
from services.commands.frame import LANG, Json, argument, command, group, opened, option, printed, say

users_app = group(N_("Manage who may sign in, and what they may do."), "users")
Name = Annotated[str, argument(N_("The name of the account."), N_("NAME"))]
Role = Annotated[str, option("--role", N_("The role: admin, lead, leader, department, auditor or viewer."), N_("ROLE"))]
Project = Annotated[str | None, option("--project", N_("Only within this project (its key)."), N_("KEY"))]
Department = Annotated[str | None, option("--department", N_("Only within this department."), N_("NAME"))]


@command(users_app, "add", N_("Make an account; without a password, a one-time link to set one is printed."))
def add(
    name: Name,
    role: Role,
    project: Project = None,
    department: Department = None,
    password_env: Annotated[
        str | None, option("--password-env", N_("The environment variable that holds the password."), N_("VARIABLE"))
    ] = None,
) -> None:
    from actions.people import add_person

    password = None
    if password_env is not None:
        password = os.environ.get(password_env)
        if not password:
            raise Invalid(Text("The environment variable {name} is empty.", name=password_env))
    store, _ = opened()
    person = add_person(
        store, local_admin(), name=name, role=role, project=project, reach_department=department,
        department=department, password=password,
    )  # fmt: skip
    say(N_("{name} has an account."), name=person.name)
    if password is None:
        _print_link(person.name)


@command(users_app, "list", N_("List the accounts: role, reach, whether they can sign in."))
def list_users(as_json: Json = False) -> None:
    from services.sign_in.listing import listed, listed_lines

    store, _ = opened()
    with store.reading() as session:
        found = listed(session)
    printed(found, lambda: listed_lines(found, Reader(LANG)), as_json)


@command(users_app, "disable", N_("Take somebody's access away; their open pages end."))
def disable(name: Name) -> None:
    from actions.people import disable_person

    store, _ = opened()
    ended = disable_person(store, local_admin(), name=name)
    typer.echo(Reader(LANG).tn("Disabled; {n} session ended.", "Disabled; {n} sessions ended.", ended))


@command(users_app, "enable", N_("Give a disabled account its access back."))
def enable(name: Name) -> None:
    from actions.people import enable_person

    store, _ = opened()
    say(N_("{name} may sign in again."), name=enable_person(store, local_admin(), name=name).name)


@command(
    users_app, "sign-out", N_("Sign somebody out everywhere; without a name everybody, and withdraw unused links.")
)
def sign_out(name: Annotated[str | None, argument(N_("The name of the account."), N_("NAME"))] = None) -> None:
    from actions.people import end_sessions

    store, _ = opened()
    ended = end_sessions(store, local_admin(), name=name)
    typer.echo(Reader(LANG).tn("{n} session ended.", "{n} sessions ended.", ended))


@command(users_app, "grant", N_("Grant a role; the person's open pages end."))
def grant(name: Name, role: Role, project: Project = None, department: Department = None) -> None:
    from actions.people import grant_role

    store, _ = opened()
    grant_role(store, local_admin(), name=name, role=role, project=project, department=department)
    say(N_("Granted."))


@command(users_app, "revoke", N_("Take a role back; the person's open pages end."))
def revoke(name: Name, role: Role, project: Project = None, department: Department = None) -> None:
    from actions.people import revoke_role

    store, _ = opened()
    ended = revoke_role(store, local_admin(), name=name, role=role, project=project, department=department)
    typer.echo(Reader(LANG).tn("Taken back; {n} session ended.", "Taken back; {n} sessions ended.", ended))


@command(users_app, "link", N_("Print a one-time link to set a password; without a name, for the first administrator."))
def link(name: Annotated[str | None, argument(N_("The name of the account."), N_("NAME"))] = None) -> None:
    if name is not None:
        _print_link(name)
        return
    from actions.accounts import make_first_link

    store, _ = opened()
    token = make_first_link(store, local_admin())
    if token is None:
        raise Invalid(Text("There is an administrator already."), next=Text("Name the account that the link is for."))
    _print(token)


def _print_link(name: str) -> None:
    from actions.people import invite_person

    store, _ = opened()
    _print(invite_person(store, local_admin(), name=name))


def _print(token: str) -> None:
    from access.policy import load_policy

    base = load_policy().public_origin or "http://127.0.0.1:8501"
    say(N_("The link works once, within 3 days: {url}"), url=f"{base}/set-up/{token}")
