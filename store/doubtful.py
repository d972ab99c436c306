"""Where the data of a source may be in doubt: SQL picks the few rows worth a look, `metrics.quality` judges them."""

from collections.abc import Collection
from datetime import datetime

import pandas as pd
from sqlalchemy import ColumnElement, String, and_, cast, exists, func, not_, or_, select
from sqlmodel import Session

from store import tables as t
from store.frames import slim_items
from store.sprint_items import Run, among, one_of, parts
from store.write import table_of


def doubtful_items(
    session: Session, source_id: int, item_ids: Collection[str] | Run, *, as_of: datetime, has_resolutions: bool
) -> pd.DataFrame:
    """Those of some items about which `metrics.quality.item_findings` may have something to say: the columns of
    `store.frames.slim_items`. A sieve: what it lets through is judged there."""
    item, status, parent = table_of(t.WorkItem), table_of(t.Status), table_of(t.WorkItem).alias("parent")
    known = select(status.c.external_id).where(status.c.source_id == source_id)
    done = known.where(status.c.category == "done")
    is_in_sprint = cast(item.c.sprint_ids, String) != "[]"
    has_parent = exists().where(
        parent.c.source_id == item.c.source_id, parent.c.external_id == item.c.parent_id, parent.c.is_deleted.is_(False)
    )
    doubts = [
        and_(item.c.estimate_points.is_(None), is_in_sprint),
        item.c.done_at < item.c.created_at,
        item.c.created_at > as_of,
        and_(is_in_sprint, or_(item.c.status_id.is_(None), item.c.status_id.not_in(known))),
        and_(item.c.parent_id.is_not(None), ~has_parent),
    ]
    if has_resolutions:
        doubts.append(and_(item.c.resolution.is_(None), item.c.status_id.in_(done)))
    mine = among(session, item.c.external_id, item_ids)
    return slim_items(session, source_id, None, mine, item.c.is_deleted.is_(False), or_(*doubts))


def known_parents(session: Session, source_id: int, named: Collection[str]) -> set[str]:
    """Which of these ids or keys lead to an item of the source."""
    item = table_of(t.WorkItem)
    found: set[str] = set()
    for part in parts(sorted(named)):
        for column in (item.c.external_id, item.c.key):
            where = (item.c.source_id == source_id, one_of(session, column, part), item.c.is_deleted.is_(False))
            found.update(row[0] for row in session.execute(select(column).where(*where)))
    return found


def resolved_count(session: Session, source_id: int, at_most: int) -> int:
    """How many items have a resolution; counted no further than `at_most`."""
    item = table_of(t.WorkItem)
    where = (item.c.source_id == source_id, item.c.resolution.is_not(None), item.c.is_deleted.is_(False))
    some = select(item.c.external_id).where(*where).limit(at_most).subquery()
    return int(session.execute(select(func.count()).select_from(some)).scalar_one())


def item_count(session: Session, source_id: int) -> int:
    """How many items a source has, deleted ones too."""
    item = table_of(t.WorkItem)
    return int(session.execute(select(func.count()).where(item.c.source_id == source_id)).scalar_one())


def duplicate_keys(session: Session, source_id: int, keys: Collection[str] | None = None) -> dict[str, int]:
    """Key -> how many items have it, where that is more than one; of all keys, or of some."""
    item = table_of(t.WorkItem)
    counted = (
        select(item.c.key, func.count())
        .where(item.c.source_id == source_id, item.c.is_deleted.is_(False))
        .group_by(item.c.key)
        .having(func.count() > 1)
        .order_by(item.c.key)
    )
    if keys is None:
        return {row[0]: int(row[1]) for row in session.execute(counted)}
    found: dict[str, int] = {}
    for part in parts(sorted(keys)):
        found.update({row[0]: int(row[1]) for row in session.execute(counted.where(one_of(session, item.c.key, part)))})
    return found


def keys_of(session: Session, source_id: int, item_ids: Collection[str]) -> set[str]:
    """The keys of some items."""
    item = table_of(t.WorkItem)
    found: set[str] = set()
    for part in parts(sorted(item_ids)):
        where = (item.c.source_id == source_id, one_of(session, item.c.external_id, part))
        found.update(row[0] for row in session.execute(select(item.c.key).where(*where)))
    return found


def children_of(session: Session, source_id: int, item_ids: Collection[str]) -> set[str]:
    """The items that name one of these as their parent."""
    item = table_of(t.WorkItem)
    found: set[str] = set()
    for part in parts(sorted(item_ids)):
        where = (item.c.source_id == source_id, one_of(session, item.c.parent_id, part))
        found.update(row[0] for row in session.execute(select(item.c.external_id).where(*where)))
    return found


def found_subjects(session: Session, source_id: int, code: str) -> set[str]:
    """What the derived findings of one code are about."""
    finding = table_of(t.Finding)
    where = (finding.c.source_id == source_id, finding.c.code == code, finding.c.run_id.is_(None))
    return {row[0] for row in session.execute(select(finding.c.subject_id).where(*where))}


# ---------------------------------------------------------------- which stored findings are concerned


def of_sprints(sprint_ids: Collection[str]) -> ColumnElement[bool]:
    """Findings of these sprints' ledgers."""
    return table_of(t.Finding).c.sprint_id.in_(sprint_ids)


def of_items(session: Session, item_ids: Collection[str] | Run) -> ColumnElement[bool]:
    """Findings about these items themselves."""
    finding = table_of(t.Finding)
    return and_(
        finding.c.sprint_id.is_(None),
        finding.c.subject_table == "work_item",
        finding.c.code != "duplicate_key",
        among(session, finding.c.subject_id, item_ids),
    )


def of_changes(session: Session, source_id: int, item_ids: Collection[str] | Run) -> ColumnElement[bool]:
    """Findings about recorded changes of these items."""
    finding, change = table_of(t.Finding), table_of(t.Change)
    owned = among(session, change.c.work_item_id, item_ids)
    mine = select(change.c.external_id).where(change.c.source_id == source_id, owned)
    return and_(finding.c.subject_table == "change", finding.c.subject_id.in_(mine))


def of_keys(session: Session, keys: Collection[str] | None) -> ColumnElement[bool]:
    """Findings about keys that several items have: about these keys, or all."""
    finding = table_of(t.Finding)
    is_one = finding.c.code == "duplicate_key"
    return is_one if keys is None else and_(is_one, one_of(session, finding.c.subject_id, keys))


def of_the_rest() -> ColumnElement[bool]:
    """Findings about anything but items, changes and single sprints' ledgers: sprints, KPIs, feedback."""
    finding = table_of(t.Finding)
    return and_(finding.c.sprint_id.is_(None), finding.c.subject_table.not_in(["work_item", "change"]))


def of_nothing(source_id: int) -> ColumnElement[bool]:
    """Findings about items and changes that are no more."""
    finding, item, change = table_of(t.Finding), table_of(t.WorkItem), table_of(t.Change)
    parts_of = []
    for name, table in (("work_item", item), ("change", change)):
        lives = exists().where(table.c.source_id == source_id, table.c.external_id == finding.c.subject_id)
        parts_of.append(and_(finding.c.subject_table == name, not_(lives)))
    return and_(finding.c.sprint_id.is_(None), finding.c.code != "duplicate_key", or_(*parts_of))
