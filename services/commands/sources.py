"""`sources`: where the data comes from; connecting a Jira, testing and correcting it, and watching spreadsheets.

A credential never stands among the arguments, where other people's process lists and histories would show it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from core.actor import local_admin
from core.errors import Invalid
from core.i18n import N_, Text
from core.reader import Reader
from core.wording_actions import POLICY
from services.commands.frame import LANG, Json, Lang, argument, command, group, h, opened, option, plain, say, show
from services.credential_prompt import asked_credential, asked_line
from store.db import Store

BY_ITSELF = "auto"  # gives a corrected field back to guessing

sources_app = group(N_("List the sources, or connect, test, correct and remove one."), "sources")
Name = Annotated[str, argument(N_("The source's name."), N_("NAME"))]
Projects = Annotated[
    list[str] | None, option("--project", N_("A project's key; may be given several times."), N_("KEY"))
]
Boards = Annotated[list[str] | None, option("--board", N_("A board's id; may be given several times."), N_("ID"))]
Every = Annotated[
    int | None, option("--every", N_("Minutes between syncs; 0 for never by itself."), N_("MINUTES"), min=0, max=10080)
]
CredentialFile = Annotated[
    Path | None,
    option("--credential-file", N_("A file with the account on its first line, the secret on its second."), N_("FILE")),
]
TokenFile = Annotated[Path | None, option("--token-file", N_("A file with the token alone."), N_("FILE"))]
Account = Annotated[
    str | None,
    option(
        "--account", N_("The email (Cloud) or user name; without it the secret is a personal token."), N_("ACCOUNT")
    ),
]
Policy = Annotated[
    str | None, option("--policy", N_("How any source is counted: jira-cloud, jira-dc or plan-cn (R15)."), N_("POLICY"))
]
CountSubtasks = Annotated[
    bool | None,
    option(
        "--count-subtasks/--no-count-subtasks", N_("Count a source's sub-tasks as items of their own, or not (R6).")
    ),
]


@sources_app.callback(
    invoke_without_command=True,
    help=h(N_("List the sources, or connect, test, correct and remove one.")),
    options_metavar=h(N_("[OPTIONS]")),
    subcommand_metavar=h(N_("COMMAND [ARGUMENTS]...")),
    no_args_is_help=False,
)
def sources(context: typer.Context, lang: Lang = LANG, as_json: Json = False) -> None:
    if context.invoked_subcommand is not None:
        return
    from reports.figures import source_figures
    from reports.tables import source_lines

    show(lambda session, who: source_figures(session), plain(source_lines), lang, as_json)


@command(
    sources_app, "add", N_("Connect a Jira: the connection is tested, and what it found is said, before it is kept.")
)
def add(
    kind: Annotated[str, argument(N_("What it is: jira."), N_("KIND"))],
    name: Name,
    url: Annotated[str, option("--url", N_("The address at which people open it."), N_("URL"))],
    project: Projects = None,
    board: Boards = None,
    every: Every = None,
    account: Account = None,
    credential_file: CredentialFile = None,
    token_file: TokenFile = None,
) -> None:
    from actions.connection import credential_of
    from actions.sources import add_jira_source

    if kind != "jira":
        raise typer.BadParameter(h(N_("A Jira is added so; spreadsheets come in with: import FILE")), param_hint="KIND")
    store, _ = opened()
    settings: dict[str, Any] = {"url": url, "projects": project or [], "boards": board or []}
    if every is not None:
        settings["every_minutes"] = every
    given_account, secret = asked_credential(account, credential_file, token_file)
    credential = credential_of(given_account, secret, url=url)
    found = _tested(store, settings, credential)
    credential = credential_of(given_account, secret, url=url, flavour=found.flavour)
    kept = {**settings, "flavour": found.flavour}
    source = add_jira_source(store, local_admin(), name=name, credential=credential, settings=kept)
    say(N_("{name} is connected. Read it in with: python fortnight.py sync {name}"), name=source.name)


@command(sources_app, "test", N_("Test the connection of a source: what is found, and which guesses were made."))
def test(name: Name) -> None:
    from actions.sources import stored_credential

    store, config = opened()
    source = _source(store, name)
    with store.reading() as session:
        credential = stored_credential(session, config, source.id or 0)
    if credential is None:
        raise Invalid(
            Text("Source {name} has no credential.", name=name),
            next=Text("Enter it with: python fortnight.py sources credential {name}", name=name),
        )
    _tested(store, source.settings, credential)


@command(
    sources_app, "set", N_("Correct a source: its address, its scope, what was guessed of it, or how it is counted.")
)
def change(
    name: Name,
    rename: Annotated[str | None, option("--name", N_("Another name."), N_("NAME"))] = None,
    url: Annotated[
        str | None, option("--url", N_("Another address; the credential is asked for again."), N_("URL"))
    ] = None,
    project: Projects = None,
    board: Boards = None,
    every: Every = None,
    estimation: Annotated[
        str | None,
        option("--estimation-field", N_("The id of the estimate's field; auto guesses it again."), N_("FIELD")),
    ] = None,
    sprint: Annotated[
        str | None, option("--sprint-field", N_("The id of the sprint's field; auto guesses it again."), N_("FIELD"))
    ] = None,
    acceptance: Annotated[
        str | None,
        option(
            "--acceptance-field", N_("The id of the acceptance criteria's field; auto guesses it again."), N_("FIELD")
        ),
    ] = None,
    epic: Annotated[
        str | None, option("--epic-field", N_("The id of the epic's field; auto guesses it again."), N_("FIELD"))
    ] = None,
    types: Annotated[
        list[str] | None,
        option("--type", N_("TYPE=KIND; kinds: requirement, bug, chore, epic, subtask."), N_("TYPE=KIND")),
    ] = None,
    statuses: Annotated[
        list[str] | None,
        option("--status", N_("STATUS=CATEGORY; categories: todo, in_progress, done."), N_("STATUS=CATEGORY")),
    ] = None,
    policy: Policy = None,
    count_subtasks: CountSubtasks = None,
    account: Account = None,
    credential_file: CredentialFile = None,
    token_file: TokenFile = None,
) -> None:
    store, _ = opened()
    fields = {
        "estimation_field": estimation,
        "sprint_field": sprint,
        "acceptance_field": acceptance,
        "epic_field": epic,
    }
    plain_ones = {"name": rename, "url": url, "projects": project, "boards": board, "every_minutes": every}
    changes = _given(fields, plain_ones, {"type_mapping": types, "status_mapping": statuses})
    if not changes and policy is None and count_subtasks is None:
        raise typer.BadParameter(h(N_("Say what to correct; --help lists it.")))
    if policy is not None and policy not in POLICY:
        raise typer.BadParameter(h(N_("Use jira-cloud, jira-dc or plan-cn.")), param_hint="--policy")
    source = _source(store, name, kind="jira" if changes else None)
    if changes:
        _correct_jira(store, source.id or 0, changes, asked=(account, credential_file, token_file))
    if policy is not None or count_subtasks is not None:
        _count_otherwise(store, source.id or 0, policy, count_subtasks)


def _count_otherwise(store: Store, source_id: int, policy: str | None, count_subtasks: bool | None) -> None:
    """Count a source of any kind otherwise, its figures derived anew (R6, R15)."""
    from actions.settings import save_source_settings

    source = save_source_settings(
        store, local_admin(), source_id=source_id, policy=policy, counts_subtasks=count_subtasks
    )
    say(N_("{name} is counted as chosen, its figures are derived anew."), name=source.name)


def _correct_jira(
    store: Store, source_id: int, changes: dict[str, Any], *, asked: tuple[str | None, Path | None, Path | None]
) -> None:
    """Correct what a Jira was told or guessed; another address asks for the credential again."""
    from actions.connection import credential_of
    from actions.sources import change_jira_source

    credential = None
    if "url" in changes:
        given_account, secret = asked_credential(*asked)
        credential = credential_of(given_account, secret, url=changes["url"])
    source = change_jira_source(store, local_admin(), source_id=source_id, changes=changes, credential=credential)
    say(N_("{name} is corrected; what has to be read anew comes with the next sync."), name=source.name)


@command(sources_app, "credential", N_("Enter another credential for a source; it is kept encrypted and never shown."))
def credential(
    name: Name, account: Account = None, credential_file: CredentialFile = None, token_file: TokenFile = None
) -> None:
    from actions.connection import credential_of
    from actions.sources import set_credential

    store, _ = opened()
    source = _source(store, name)
    given_account, secret = asked_credential(account, credential_file, token_file)
    settings = source.settings
    given = credential_of(given_account, secret, url=settings["url"], flavour=settings.get("flavour"))
    _tested(store, settings, given)
    set_credential(store, local_admin(), source_id=source.id or 0, credential=given)
    say(N_("The credential of {name} is kept, encrypted."), name=name)


@command(sources_app, "webhook", N_("Make the secret by which a Jira tells of changes; it is shown this once."))
def webhook(name: Name) -> None:
    from actions.webhook_secrets import make_webhook_secret

    store, _ = opened()
    source_id = _source(store, name).id or 0
    secret = make_webhook_secret(store, local_admin(), source_id=source_id)
    say(
        N_(
            "In Jira, add a webhook for issues and sprints with this address and this secret; the former secret has ended."
        )
    )
    typer.echo(f"https://…/webhook/jira/{source_id}")
    typer.echo(secret)
    say(
        N_("A Jira without a field for the secret takes it in the address: …/webhook/jira/{id}?secret=…"),
        id=str(source_id),
    )


@command(sources_app, "remove", N_("Remove a Jira with everything that came from it."))
def remove(
    name: Name,
    yes: Annotated[bool, option("--yes", N_("Do not ask."))] = False,
) -> None:
    from actions.sources import remove_source

    store, _ = opened()
    source_id = _source(store, name).id or 0
    if not yes and asked_line(N_("Type the name {name} to remove it and all its data: "), name=name) != name:
        raise Invalid(Text("Nothing was removed."))
    removed = remove_source(store, local_admin(), source_id=source_id)
    typer.echo(Reader(LANG).tn("{name} is removed: {n} row.", "{name} is removed: {n} rows.", removed, name=name))


def _source(store: Store, name: str, *, kind: str | None = "jira") -> Any:
    """The source of this name: a Jira, or of any kind. Raises: NotFound."""
    from actions.sources import source_of_name

    with store.reading() as session:
        found = source_of_name(session, name, kind=kind)
        session.expunge_all()
        return found


def _tested(store: Store, settings: Any, credential: Any) -> Any:
    """Test a connection and say what was found. Raises: FortnightError where it fails; nothing was kept then."""
    from actions.connection import check_connection
    from connectors.jira.inspect import words

    found = check_connection(store, local_admin(), settings=settings, credential=credential)
    who = Reader(LANG)
    for one in words(found):
        typer.echo(who.say(one))
    return found


def _given(
    fields: dict[str, str | None], plain_ones: dict[str, Any], mappings: dict[str, list[str] | None]
) -> dict[str, Any]:
    """What was said of these options, as the action takes it: a field that is to be guessed again is None."""
    said = {name: None if value == BY_ITSELF else value for name, value in fields.items() if value is not None}
    said |= {name: value for name, value in plain_ones.items() if value is not None}
    return said | {name: _pairs(pairs) for name, pairs in mappings.items() if pairs}


def _pairs(given: Sequence[str]) -> dict[str, str]:
    """`Story=requirement` as a mapping; the name may hold a `=`, the code not."""
    found = {}
    for one in given:
        name, _, code = one.rpartition("=")
        if not name.strip():
            raise typer.BadParameter(h(N_("Give it as NAME=VALUE, such as Task=chore.")))
        found[name.strip()] = code.strip()
    return found
