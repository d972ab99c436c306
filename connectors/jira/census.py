"""The id census: which issues are still there, and what became of those that are not."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from connectors.jira.client import Client
from connectors.jira.context import Context, context_of
from connectors.jira.fates import Fate, fate, looker
from connectors.jira.paging import issue_ids
from connectors.jira.scope import joined, own_projects, questions
from connectors.jira.settings import Settings
from connectors.jira.small_streams import flavour_of, read_server, small_batches


@dataclass(frozen=True)
class Census:
    """What became of the issues we know.

    Args: all_ids, every id the source holds now; fates, what became of those that are no longer given, by ascending id
    (what is out of sight keeps its last good data); left, still visible but no longer part of this source (moved to
    another project); unknown, held by the source and not known to us.
    """

    all_ids: frozenset[str]
    fates: Mapping[str, Fate] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def of(self, *fates: Fate) -> tuple[str, ...]:
        """The ids with one of these fates."""
        return tuple(one for one, what in self.fates.items() if what in fates)


def census(
    client: Client,
    settings: Settings,
    known_ids: Iterable[str] | Mapping[str, str | None],
    *,
    context: Context | None = None,
    told_deleted: Collection[str] = (),
) -> Census:
    """Compare the ids we know with those the source holds; every missing one is asked for by its own address.

    An issue of a project that the account no longer sees is not asked for: there may be thousands, and the project tells.

    Args: known_ids, ids, or ids with the key of each one's project (without it, a project that was chosen and is no
    longer visible makes every missing id count as its own); context, as for `fetch_issues`; told_deleted, ids that events
    of Jira said were deleted.
    Returns: the census. Raises: JiraError, Cancelled.
    """
    if context is None:
        server = read_server(client)
        batches = small_batches(client, settings, flavour_of(server), server)
        context = context_of(record for batch in batches for record in batch.records)
    is_cloud = context.flavour == "cloud"
    found: set[str] = set()
    # A project of which the account has lost sight cannot be asked for: the question would fail for the others too.
    visible = settings.model_copy(
        update={"projects": tuple(one for one in settings.projects if one in context.projects)}
    )
    if not settings.projects or visible.projects:
        for jql in joined(questions(visible, context)):
            found |= {one for one in issue_ids(client, is_cloud, jql) if one.isdigit()}
    known = dict(known_ids) if isinstance(known_ids, Mapping) else dict.fromkeys(known_ids)
    missing = sorted(set(known) - found, key=_by_number)
    is_any_lost = any(key not in context.projects for key in own_projects(settings, context))
    lost_projects = _lost_projects(client, {known[one] for one in missing}, context)
    is_lost = {one: is_any_lost if known[one] is None else known[one] in lost_projects for one in missing}
    asked = [one for one in missing if not is_lost[one] or known[one] is None]
    looks = client.map_ordered(looker(client, f"/rest/api/2/issue/{one}", {"fields": "project"}) for one in asked)
    answers = dict(zip(asked, looks, strict=True))
    return Census(
        frozenset(found),
        {
            one: fate(
                answers.get(one, "not_found"), is_cloud=is_cloud, is_project_visible=not is_lost[one],
                is_told=one in told_deleted,
            )
            for one in missing
            if answers.get(one) != "there"
        },
        tuple(one for one in missing if answers.get(one) == "there"),
        tuple(sorted(found - set(known), key=_by_number)),
    )  # fmt: skip


def _lost_projects(client: Client, keys: Iterable[str | None], context: Context) -> frozenset[str]:
    """Those of the projects that the account cannot see; ones that are not the source's own are asked for by address."""
    asked = sorted({key for key in keys if key is not None and key not in context.projects})
    answers = client.map_ordered(looker(client, f"/rest/api/2/project/{key}") for key in asked)
    return frozenset(key for key, answer in zip(asked, answers, strict=True) if answer != "there")


def _by_number(one: str) -> tuple[int, str]:
    return (int(one) if one.isdigit() else 0, one)
