"""Requirement churn over a board's sprints, and how much of it somebody approved (R17, R18, R19)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from core.actor import Scope
from metrics.approvals import change_states
from metrics.churn import churn, volatility
from metrics.registry import typed_frame
from metrics.xmr import Limits, xmr
from reports.figures.house import source_named
from reports.figures.plain import jsonable, records
from reports.figures.replay import replayed
from reports.figures.requests import linked_changes
from store import frames

COLUMNS = ("committed", "added", "removed", "re_estimated", "churn_gross", "churn_net", "content_churn")


@dataclass(frozen=True, eq=False)
class ChurnFigures:
    """Churn of some sprints.

    Args: sprints, one row per started sprint and unit, oldest first (metrics.churn.churn and source_id, source,
    board_id, board_name, state, started_at, unapproved); changes, their detected changes with state, `sprint` (name),
    `key`, `title`, source_id; states, {"detected", "evaluated", "signed", "waived", "unapproved"}; limits, of churn_gross
    in points over closed sprints (R24); requirements, {"in_scope", "added", "removed", "changed", "volatility"} of these
    sprints together, None where it cannot be known (R19).
    """

    sprints: pd.DataFrame
    changes: pd.DataFrame
    states: dict[str, int]
    limits: Limits | None
    requirements: dict[str, Any]


def churn_figures(
    session: frames.Reading,
    scope: Scope,
    *,
    source_id: int | None = None,
    boards: Sequence[str | None] | None = None,
    last: int | None = None,
    as_of: datetime | None = None,
) -> ChurnFigures:
    """The churn of every started sprint, or those of a source and of some of its boards (None among them: of no board).

    Args: last, only so many of the latest sprints; as_of, replayed as everything stood then.
    """
    sources = frames.sources(session).set_index("source_id")["name"]
    sprints = frames.sprints(session, scope, source_id=source_id)
    sprints = sprints[sprints["started_at"].notna() & (sprints["state"] != "future")]
    if as_of is not None:
        sprints = sprints[sprints["started_at"] <= pd.Timestamp(as_of)]
        later = sprints["completed_at"] > pd.Timestamp(as_of)
        sprints = sprints.assign(state=sprints["state"].where(~later, "active"))
    if boards is not None:
        on_board = sprints["board_id"].isin([one for one in boards if one is not None])
        sprints = sprints[on_board | (sprints["board_id"].isna() & (None in boards))]
    if last is not None:
        sprints = sprints.tail(last)
    parts, changed, restless = [], [], []
    for one, mine in sprints.groupby("source_id"):
        ids = mine["sprint_id"].tolist()
        if as_of is None:
            totals = frames.totals(session, scope, source_id=int(str(one)), sprint_ids=ids)
            entries = frames.entries(session, scope, int(str(one)), ids)
        else:
            totals, entries, _ = replayed(session, scope, int(str(one)), ids, as_of)
        found = churn(totals, mine)
        restless.append(_restless(entries, mine))
        about = mine[["sprint_id", "source_id", "board_id", "board_name", "state", "started_at"]]
        parts.append(found.merge(about, on="sprint_id"))
        linked = linked_changes(session, scope, int(str(one)), entries, as_of=as_of)
        changed.append(
            linked.merge(mine[["sprint_id", "source_id", "name"]], on="sprint_id").rename(columns={"name": "sprint"})
        )
    if not parts:
        return ChurnFigures(_no_sprints(), _no_changes(), dict.fromkeys(STATES, 0), None, _requirements([]))
    table = pd.concat(parts, ignore_index=True).sort_values(["started_at", "source_id", "sprint_id"], kind="stable")
    changes = pd.concat(changed, ignore_index=True)
    nobody = changes[changes["is_unapproved"]].groupby(["source_id", "sprint_id"]).size()
    keys = zip(table["source_id"], table["sprint_id"], strict=True)
    table = table.assign(
        source=table["source_id"].map(sources), unapproved=[int(nobody.get(key, 0)) for key in keys]
    ).reset_index(drop=True)
    return ChurnFigures(table, changes, _states(changes), _limits(table), _requirements(restless))


def churn_payload(
    session: frames.Reading, scope: Scope, *, source: str | None = None, as_of: datetime | None = None
) -> dict[str, Any]:
    """What `show churn --json` prints, in points."""
    source_id = None if source is None else source_named(session, source)
    figures = churn_figures(session, scope, source_id=source_id, as_of=as_of)
    points = figures.sprints[figures.sprints["unit"] == "points"]
    return {
        "sprints": [
            {
                "source": row["source"],
                "sprint": row["sprint_id"],
                "name": row["name"],
                **{name: row[name] for name in COLUMNS},
            }
            for row in records(points)
        ],
        "changes": figures.states,
    }


STATES = ("detected", "evaluated", "signed", "waived", "unapproved")


def _states(changes: pd.DataFrame) -> dict[str, int]:
    row = change_states(changes).iloc[0]
    return {name: int(jsonable(row[name])) for name in STATES}


def _restless(entries: pd.DataFrame, sprints: pd.DataFrame) -> pd.DataFrame:
    first, last = sprints["started_at"].min(), sprints["started_at"].max()
    kinds = entries[["work_item_id", "kind"]]
    return volatility(entries, kinds, sprints, period_from=first, period_to=last + timedelta(microseconds=1))


TOUCHES = ("added", "removed", "changed")


def _requirements(parts: list[pd.DataFrame]) -> dict[str, Any]:
    """The requirements of several sources together; one that is unknown leaves the whole unknown."""
    counted = pd.concat(parts)[["in_scope", *TOUCHES]].sum(skipna=False) if parts else pd.Series(dtype="Int64")
    known: dict[str, Any] = {name: jsonable(counted.get(name)) for name in ("in_scope", *TOUCHES)}
    scope = known["in_scope"]
    return {**known, "volatility": sum(known[name] for name in TOUCHES) / scope if scope else None}


def _limits(table: pd.DataFrame) -> Limits | None:
    closed = table[(table["unit"] == "points") & (table["state"] == "closed") & table["churn_gross"].notna()]
    if closed.empty:
        return None
    found = xmr(closed["churn_gross"].tolist(), closed["started_at"].tolist(), [], can_be_negative=False)
    return found.limits[-1]


def _no_sprints() -> pd.DataFrame:
    from metrics.churn import CHURN_COLUMNS
    from metrics.registry import INSTANT

    more = {"source_id": "Int64", "board_id": "str", "board_name": "str", "state": "str", "started_at": INSTANT}
    return typed_frame([], {**CHURN_COLUMNS, **more, "source": "str", "unapproved": "int64"})


def _no_changes() -> pd.DataFrame:
    from metrics.approvals import LINKED_COLUMNS

    return typed_frame([], {**LINKED_COLUMNS, "key": "str", "title": "str", "source_id": "Int64", "sprint": "str"})
