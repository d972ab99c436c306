"""The id census: which issues are still there, which were deleted, which the account may no longer see."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from connectors.jira.client import Client
from connectors.jira.context import Context, context_of
from connectors.jira.failures import JiraError
from connectors.jira.paging import issue_ids
from connectors.jira.scope import joined, own_projects, questions
from connectors.jira.settings import Settings
from connectors.jira.small_streams import flavour_of, read_server, small_batches


@dataclass(frozen=True)
class Census:
    """What became of the issues we know.

    Args: all_ids, every id the source holds now; gone, deleted; hidden, no longer permitted (their project is not visible
    any more, or the server says so): they may still exist, and their last good data stands; left, still visible but no
    longer part of this source (moved to another project); unknown, held by the source and not known to us.
    """

    all_ids: frozenset[str]
    gone: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def census(
    client: Client,
    settings: Settings,
    known_ids: Iterable[str] | Mapping[str, str | None],
    *,
    context: Context | None = None,
) -> Census:
    """Compare the ids we know with those the source holds; every missing one is asked for by its own address.

    A deletion and a lost permission look the same there (404), so the project tells them apart: an issue of a project
    that is still visible was deleted, one of a project that is not is hidden. An issue hidden alone, by a security level,
    cannot be told from a deleted one unless the server answers 403.

    Args: known_ids, ids, or ids with the key of each one's project (without it, a project that was chosen and is no
    longer visible makes every missing id count as hidden); context, as for `fetch_issues`.
    Returns: the census, ids in ascending order. Raises: JiraError, Cancelled.
    """
    if context is None:
        server = read_server(client)
        batches = small_batches(client, settings, flavour_of(server), server)
        context = context_of(record for batch in batches for record in batch.records)
    found: set[str] = set()
    # A project of which the account has lost sight cannot be asked for: the question would fail for the others too.
    visible = settings.model_copy(
        update={"projects": tuple(one for one in settings.projects if one in context.projects)}
    )
    if not settings.projects or visible.projects:
        for jql in joined(questions(visible, context)):
            found |= {one for one in issue_ids(client, context.flavour == "cloud", jql) if one.isdigit()}
    known = dict(known_ids) if isinstance(known_ids, Mapping) else dict.fromkeys(known_ids)
    missing = sorted(set(known) - found, key=_by_number)
    lost = {key for key in own_projects(settings, context) if key not in context.projects}
    hidden_projects = _hidden_projects(client, {known[one] for one in missing}, context)
    fate: dict[str, list[str]] = {"gone": [], "hidden": [], "left": []}
    asked = []
    for one in missing:
        project = known[one]
        is_hidden = bool(lost) if project is None else project in hidden_projects
        if is_hidden and project is not None:
            fate["hidden"].append(one)
        else:
            asked.append((one, is_hidden))
    answers = client.map_ordered(_looker(client, f"/rest/api/2/issue/{one}", {"fields": "project"}) for one, _ in asked)
    for (one, is_hidden), status in zip(asked, answers, strict=True):
        fate["left" if status == "there" else "hidden" if status == "forbidden" or is_hidden else "gone"].append(one)
    unknown = tuple(sorted(found - set(known), key=_by_number))
    return Census(
        frozenset(found),
        tuple(fate["gone"]),
        tuple(sorted(fate["hidden"], key=_by_number)),
        tuple(fate["left"]),
        unknown,
    )


def _hidden_projects(client: Client, keys: Iterable[str | None], context: Context) -> frozenset[str]:
    """Those of the projects that the account cannot see; ones that are not the source's own are asked for by address."""
    asked = sorted({key for key in keys if key is not None and key not in context.projects})
    answers = client.map_ordered(_looker(client, f"/rest/api/2/project/{key}") for key in asked)
    return frozenset(key for key, status in zip(asked, answers, strict=True) if status != "there")


def _looker(client: Client, path: str, params: Mapping[str, str] | None = None) -> Callable[[], str]:
    """A call that says whether an address is there, not_found, forbidden or gone."""

    def look() -> str:
        try:
            client.get_json(path, params)
        except JiraError as error:
            if error.code in ("not_found", "forbidden", "gone"):
                return error.code
            raise
        return "there"

    return look


def _by_number(one: str) -> tuple[int, str]:
    return (int(one) if one.isdigit() else 0, one)
