"""Testing a connection: what a Jira is, what the account may see, and what was guessed, in words."""

from dataclasses import dataclass, field
from typing import Any

from connectors.jira.batch import Raw, Skipped
from connectors.jira.choices import Choices, field_choices
from connectors.jira.client import Client
from connectors.jira.context import TIME_FIELDS, BoardInfo, Context, context_of
from connectors.jira.failures import JiraError
from connectors.jira.scope import joined, questions
from connectors.jira.settings import Category, Flavour, Settings
from connectors.jira.small_streams import flavour_of, read_server, small_batches
from core.i18n import N_, Text
from core.plain import plain_text

FLAVOUR = {"cloud": N_("Jira Cloud"), "data-center": N_("Jira Data Center or Server")}
CATEGORY = {"todo": N_("to do"), "in_progress": N_("in progress"), "done": N_("done")}


@dataclass(frozen=True)
class FoundBoard:
    """A board: its id, name, kind (scrum, kanban, simple), project's key, and its columns' last one as status names."""

    id: str
    name: str
    kind: str
    project_key: str | None
    done_statuses: tuple[str, ...]
    estimation_field: str | None


@dataclass(frozen=True)
class FoundField:
    """A field: its id and name, and where the choice comes from in words."""

    id: str
    name: str
    why: Text


@dataclass(frozen=True)
class Inspection:
    """What a connection found.

    Args: flavour; version; server, its title; url; account, the display name; account_zone, its time zone; projects,
    (key, name); boards; issues, how many (None where the server does not say); sprint_field and estimation_field, None
    where none was found; statuses, (id, name, category, whether the source's settings say so); fields, by setting those that it may
    name; cannot_see, what the
    account may not see; warnings, what should not stay so.
    """

    flavour: Flavour
    version: str
    server: str
    url: str
    account: str
    account_zone: str | None
    projects: tuple[tuple[str, str], ...]
    boards: tuple[FoundBoard, ...]
    issues: int | None
    sprint_field: FoundField | None
    estimation_field: FoundField | None
    statuses: tuple[tuple[str, str, Category, bool], ...]
    fields: Choices = field(default_factory=dict)
    cannot_see: tuple[Text, ...] = ()
    warnings: tuple[Text, ...] = ()


def inspect(client: Client, settings: Settings) -> Inspection:
    """Ask a Jira everything a person wants to know before the first sync. Raises: JiraError, Cancelled."""
    server = read_server(client)
    flavour = flavour_of(server)
    account = client.get_json("/rest/api/2/myself")
    account = account if isinstance(account, dict) else {}
    records: list[Raw] = []
    skipped: list[Skipped] = []
    for batch in small_batches(client, settings, flavour, server):
        records += batch.records
        skipped += batch.skipped
    context = context_of(records)
    projects = [one.value for one in records if one.stream == "project"]
    cannot_see = [one.why for one in skipped]
    sprint_field = _sprint_field(settings, context, cannot_see)
    estimation_field = _estimation_field(settings, context, cannot_see)
    zone = account.get("timeZone")
    return Inspection(
        flavour=flavour,
        version=str(server.get("version") or "?"),
        server=plain_text(str(server.get("serverTitle") or settings.host)),
        url=settings.url,
        account=plain_text(str(account.get("displayName") or account.get("name") or "?")),
        account_zone=str(zone) if zone else None,
        projects=tuple((str(one["key"]), plain_text(str(one.get("name") or one["key"]))) for one in projects),
        boards=tuple(_board(one, context) for one in context.boards.values()),
        issues=_issues(client, settings, context),
        sprint_field=sprint_field,
        estimation_field=estimation_field,
        statuses=tuple(_statuses(settings, context)),
        fields=field_choices(context),
        cannot_see=tuple(cannot_see),
        warnings=settings.warnings,
    )


def words(found: Inspection) -> list[Text]:
    """The inspection as sentences, in the order a person asks."""
    said = [
        Text("{flavour} {version}, “{server}”, at {url}.", flavour=Text(FLAVOUR[found.flavour]), version=found.version,
             server=found.server, url=found.url),
        _account(found),
        Text("Projects: {projects}.", projects=_listed([f"{name} ({key})" for key, name in found.projects])),
        _boards(found.boards),
    ]  # fmt: skip
    if found.issues is not None:
        said.append(Text("About {n} issues.", one="About {n} issue.", n=found.issues))
    if found.sprint_field is not None:
        said.append(
            Text(
                "Sprints stand in the field {field}. {why}",
                field=_field(found.sprint_field),
                why=found.sprint_field.why,
            )
        )
    if found.estimation_field is not None:
        estimation = found.estimation_field
        said.append(Text("Estimates stand in the field {field}. {why}", field=_field(estimation), why=estimation.why))
        others = [f"{name} ({key})" for key, name in found.fields.get("estimation_field", ()) if key != estimation.id]
        if others:
            said.append(Text("Other fields that could hold estimates: {fields}.", fields=_listed(others)))
    for category in ("todo", "in_progress", "done"):
        names = [name for _, name, counted, _ in found.statuses if counted == category]
        if names:
            said.append(
                Text(
                    "Statuses that count as {category}: {statuses}.",
                    category=Text(CATEGORY[category]),
                    statuses=_listed(names),
                )
            )
    said += [
        Text("On board {board}, done is what stands in the last column: {statuses}.", board=board.name,
             statuses=_listed(list(board.done_statuses)))
        for board in found.boards if board.done_statuses
    ]  # fmt: skip
    return [*said, *found.cannot_see, *found.warnings]


def _account(found: Inspection) -> Text:
    if found.account_zone is None:
        return Text("Signed in as {account}.", account=found.account)
    return Text("Signed in as {account}, whose time zone is {zone}.", account=found.account, zone=found.account_zone)


def _boards(boards: tuple[FoundBoard, ...]) -> Text:
    if not boards:
        return Text("No board is visible to this account.")
    named = [f"{one.name} (#{one.id}, {one.kind}{', ' + one.project_key if one.project_key else ''})" for one in boards]
    return Text("Boards: {boards}.", boards=_listed(named))


def _field(one: FoundField) -> str:
    return f"{one.name} ({one.id})"


def _listed(names: list[str], most: int = 12) -> str:
    shown = ", ".join(names[:most]) or "-"
    return f"{shown}, … (+{len(names) - most})" if len(names) > most else shown


def _board(one: BoardInfo, context: Context) -> FoundBoard:
    done = tuple(context.statuses[status][0] for status in sorted(one.done) if status in context.statuses)
    project = one.projects[0] if one.projects else None
    return FoundBoard(one.id, plain_text(one.name), one.kind, project, done, one.estimation)


def _sprint_field(settings: Settings, context: Context, cannot_see: list[Text]) -> FoundField | None:
    field_id = context.sprint_field(settings.sprint_field)
    if field_id is None:
        cannot_see.append(Text("No field holds sprints, or the account may not see it: there will be no sprints."))
        return None
    why = Text("It was told so.") if settings.sprint_field else Text("It has the type that Jira gives to sprints.")
    return FoundField(field_id, context.fields[field_id].name, why)


def _estimation_field(settings: Settings, context: Context, cannot_see: list[Text]) -> FoundField | None:
    told = settings.estimation_field
    if told:
        if told not in context.fields:
            cannot_see.append(Text("The field {field} does not exist, or the account may not see it.", field=told))
            return None
        return FoundField(told, context.fields[told].name, Text("It was told so."))
    of_boards: dict[str, list[str]] = {}
    for one in context.boards.values():
        if one.kind == "kanban" or not one.estimation:
            continue
        if one.estimation in context.fields:
            of_boards.setdefault(one.estimation, []).append(one.name)
        else:
            name = one.estimation_name or one.estimation
            cannot_see.append(
                Text(
                    "Board {board} estimates by {field}, which does not exist or is not visible.",
                    board=one.name,
                    field=name,
                )
            )
    for field_id, names in sorted(of_boards.items(), key=lambda given: -len(given[1])):
        return FoundField(field_id, context.fields[field_id].name, _why_board(field_id, names, len(of_boards)))
    likely = next(iter(context.point_fields()), None)
    if likely is None:
        cannot_see.append(Text("No field holds estimates in points: figures will be in counts."))
        return None
    return FoundField(likely, context.fields[likely].name, Text("No board says so; it was chosen by its name."))


def _why_board(field_id: str, names: list[str], n_fields: int) -> Text:
    boards = _listed([plain_text(one) for one in names])
    if field_id in TIME_FIELDS:
        return Text("It is a time, by the configuration of {boards}: points stay empty.", boards=boards)
    if n_fields > 1:
        return Text(
            "By the configuration of {boards}; other boards use another field, each is read by its own.", boards=boards
        )
    return Text("By the configuration of {boards}.", boards=boards)


def _statuses(settings: Settings, context: Context) -> list[tuple[str, str, Category, bool]]:
    found = []
    for status_id, (name, by_jira) in context.statuses.items():
        own = settings.status_mapping.get(name)
        found.append((status_id, plain_text(name), own or by_jira, own is not None))
    return found


def _issues(client: Client, settings: Settings, context: Context) -> int | None:
    total = 0
    try:
        for jql in joined(questions(settings, context)):
            found = _count(client, context.flavour, jql)
            if found is None:
                return None
            total += found
    except JiraError as error:
        if error.code in ("not_found", "gone", "forbidden", "bad_request"):
            return None
        raise
    return total


def _count(client: Client, flavour: Flavour, jql: str) -> int | None:
    if flavour == "cloud":
        answer: Any = client.post_json("/rest/api/3/search/approximate-count", {"jql": jql})
        found = answer.get("count") if isinstance(answer, dict) else None
    else:
        answer = client.post_json("/rest/api/2/search", {"jql": jql, "maxResults": 0, "fields": ["id"]})
        found = answer.get("total") if isinstance(answer, dict) else None
    return found if isinstance(found, int) else None
