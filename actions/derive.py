"""From facts to what pages read: each sprint's entries, totals and findings. Anything here can be built again.

Sprints are derived some thousand items at a time, so that memory does not grow with the source.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType

from access.permissions import Permission
from actions.base import acting, action
from actions.source_findings import find_doubts, finding_row
from core.actor import EVERYTHING, Actor
from core.collector import collector_at_rest
from metrics.history import CONTENT_FIELDS, FIELDS, microseconds
from metrics.ledger import Ledger, entry_columns, total_columns
from metrics.recorded import Columns, SourceRules, fold_sprints, recorded_history
from store import facts, frames
from store.db import Session, Store
from store.derived import forget_sprints, replace_entries, replace_findings, replace_sprint_items, replace_totals
from store.doubtful import item_count, of_sprints
from store.sprint_items import add_subtasks, item_counts, items_of_sprints, links_of_items, sprints_of_items

ITEMS_AT_ONCE = 5000
NOTHING: Mapping[str, datetime | None] = MappingProxyType({})
Fold = Callable[[list[str]], Iterable[Ledger]]  # some sprints' ledgers, from the records as they stand


@dataclass(frozen=True)
class Derived:
    """What a derivation did: the sprints it counted, and the derived rows that were not as it found them."""

    sprints: int
    rows_changed: int


@action(Permission.IMPORT_DATA, house_wide=True)
def rebuild(store: Store, actor: Actor, *, at: datetime | None = None) -> tuple[int, int]:
    """Derive every sprint of every source anew.

    Returns: sprints derived, and rows that changed (0 for a sound store). Raises: Refused.
    """
    with acting(store, actor, "rebuild", at=at) as work:
        sprints = changed = 0
        for source_id in frames.sources(work.session)["source_id"].tolist():
            done = derive(work.session, source_id, at=work.at)
            sprints, changed = sprints + done.sprints, changed + done.rows_changed
        work.audit("derived figures", None, {"sprints": sprints, "rows_changed": changed})
        return sprints, changed


def derive(
    session: Session,
    source_id: int,
    *,
    sprint_ids: Collection[str] | None = None,
    item_ids: Collection[str] = (),
    reworded: Mapping[str, datetime | None] = NOTHING,
    first: facts.FirstFacts | None = None,
    at: datetime,
) -> Derived:
    """Derive what some touched sprints and items of a source concern, or everything.

    Args: sprint_ids, sprints that changed themselves (their dates, their stated entries), None for everything; every
    sprint that shares an item with one of them is derived too, since spillover (R14) and carried items (R10) look at
    neighbours. item_ids, items whose records changed: the sprints they are linked to are derived (store.sprint_items
    must know these already), and they are checked for findings as the items of `sprint_ids` are. reworded, items of which
    nothing but content changed, and since when: of their sprints, those that had ended before tell the same as they did.
    first, all that the source recorded, where the caller has just written it and nothing else is stored of it.
    """
    rules = _rules(session, source_id, at)
    changed = replace_sprint_items(session, source_id) if sprint_ids is None and first is None else 0
    counts = item_counts(session, source_id)
    if sprint_ids is None or not rules.spans.keys() >= set(sprint_ids):
        changed += forget_sprints(session, source_id, rules.spans.keys())
    targets, checked = list(rules.spans), None
    fold: Fold = partial(_ledgers, session, source_id, rules)
    if first is not None:
        fold = partial(fold_sprints, rules, recorded_history(rules, first.items, [], first.stated))
    elif sprint_ids is not None:
        whole = items_of_sprints(session, source_id, sprint_ids) | set(item_ids)
        checked = whole | reworded.keys()
        # Where every item is touched, as after a first import, no item need be asked for its sprints.
        is_every = len(whole) >= item_count(session, source_id)
        linked = set(counts) if is_every else sprints_of_items(session, source_id, whole)
        wanted = linked | set(sprint_ids) | _going_on(session, source_id, rules, reworded)
        targets = [one for one in rules.spans if one in wanted]
    with collector_at_rest():
        for part in _parts(targets, counts):
            changed += _derive_part(session, source_id, rules, part, fold)
        changed += find_doubts(session, source_id, checked, at=at)
    return Derived(len(targets), changed)


def _going_on(
    session: Session, source_id: int, rules: SourceRules, reworded: Mapping[str, datetime | None]
) -> set[str]:
    """The sprints of reworded items that had not ended when it happened."""
    found = set()
    for sprint_id, item_id in links_of_items(session, source_id, reworded):
        since, span = reworded[item_id], rules.spans.get(sprint_id)
        if since is not None and span is not None and (span.end is None or span.end >= microseconds(since)):
            found.add(sprint_id)
    return found


def ledgers_of(session: Session, source_id: int, sprint_ids: list[str], *, at: datetime) -> list[Ledger]:
    """The ledgers of some sprints as of an instant, folded afresh from the records of their items alone; nothing is written."""
    return list(_ledgers(session, source_id, _rules(session, source_id, at), sprint_ids))


def _rules(session: Session, source_id: int, at: datetime) -> SourceRules:
    source = frames.sources(session).set_index("source_id").loc[source_id]
    has_stated = facts.has_stated(session, source_id)
    boards = frames.boards(session, EVERYTHING)
    return SourceRules(
        policy=str(source["policy"]),
        counts_subtasks=bool(source["settings"].get("counts_subtasks", False)),
        statuses=frames.statuses(session, source_id),
        boards=boards[boards["source_id"] == source_id],
        sprints=facts.sprint_columns(session, source_id),
        # a tracker's log is whole from the start; only beside stated rows does it matter when a log begins
        log_begins=frames.log_begins(session, source_id) if has_stated else {},
        has_stated=has_stated,
        as_of=at,
    )


def _parts(sprint_ids: Iterable[str], counts: dict[str, int]) -> Iterator[list[str]]:
    """Sprints in parts of at most so many items together; a larger sprint is a part of its own."""
    part: list[str] = []
    size = 0
    for sprint_id in sprint_ids:
        count = counts.get(sprint_id, 0)
        if part and size + count > ITEMS_AT_ONCE:
            yield part
            part, size = [], 0
        part.append(sprint_id)
        size += count
    if part:
        yield part


def _derive_part(session: Session, source_id: int, rules: SourceRules, sprint_ids: list[str], fold: Fold) -> int:
    if rules.counts_subtasks:
        add_subtasks(session, source_id, sprint_ids)
    ledgers = list(fold(sprint_ids))
    found = [finding_row(source_id, one.sprint_id, finding) for one in ledgers for finding in one.findings]
    changed = replace_entries(session, source_id, sprint_ids, entry_columns(ledgers))
    changed += replace_totals(session, source_id, sprint_ids, total_columns(ledgers))
    return changed + replace_findings(session, source_id, found, rules.as_of, of_sprints(sprint_ids))


def _ledgers(session: Session, source_id: int, rules: SourceRules, sprint_ids: list[str]) -> Iterable[Ledger]:
    ids = items_of_sprints(session, source_id, sprint_ids)
    items: Columns = facts.item_columns(session, source_id, ids)
    if rules.counts_subtasks and items[0]:  # a sub-task follows its parent, which may be elsewhere by now (R6)
        parents = {
            parent for kind, parent in zip(items[2], items[3], strict=True) if kind == "subtask" and parent
        } - ids
        if parents:
            more = facts.item_columns(session, source_id, parents)
            items = [[*one, *other] for one, other in zip(items, more, strict=True)]
            ids |= parents
    has_log = not rules.has_stated or not FIELDS.isdisjoint(rules.log_begins)
    changes = facts.change_columns(session, source_id, ids, FIELDS, CONTENT_FIELDS) if has_log else []
    stated = facts.stated_columns(session, source_id, ids) if rules.has_stated else []
    return fold_sprints(rules, recorded_history(rules, items, changes, stated), sprint_ids)
