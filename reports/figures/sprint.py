"""One sprint: its ledger with the reason of each item, its verdicts, and what nobody approved."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from core.actor import Scope
from core.errors import Invalid, NotFound
from core.i18n import Text
from core.plain import plain_text
from core.reader import Reader
from core.rows import rows_of
from core.wording_ledger import why_text
from metrics.finding import Finding
from metrics.totals import RATIOS
from reports.figures.frozen import Frozen, frozen_findings, frozen_state
from reports.figures.house import finding_text, source_named
from reports.figures.plain import jsonable, records
from reports.figures.replay import replayed, sprint_at
from reports.figures.requests import linked_changes
from store import frames

LEDGER = ("committed", "added", "carried", "re_estimated", "removed", "completed", "not_completed", "completed_outside")
UNITS = {"points": "points", "counts": "count"}
NAMED = 10  # sprints in one sentence
CONTRADICTIONS = ("membership_contradiction", "removed_before_added")


@dataclass(frozen=True, eq=False)
class SprintFigures:
    """One sprint at one instant.

    Args: source, its name; sprint, the row of store.frames.sprints; totals and ratios, per unit (`points`, `counts`) with
    null for what is not known; items, one row per item: the columns of SprintEntry and ITEM_COLUMNS, `verdict`,
    `remark`, `decided_by` of the latest verdict, and `unapproved` (kinds of change nobody approved, list); changes, the
    detected changes with their state (metrics.approvals.link_changes); findings; goal, the latest goal verdict or None;
    frozen, the snapshot that totals and items come from, None where they are as derived or replayed.
    """

    source_id: int
    source: str
    sprint: dict[str, Any]
    as_of: datetime
    policy: str
    is_started: bool
    totals: dict[str, dict[str, Any]]
    ratios: dict[str, dict[str, Any]]
    balances: dict[str, bool | None]
    items: pd.DataFrame
    changes: pd.DataFrame
    findings: tuple[Finding, ...]
    goal: dict[str, Any] | None
    frozen: Frozen | None = None

    @property
    def is_broken(self) -> bool:
        """Whether what is recorded contradicts itself, so that the ledger cannot be trusted (R15)."""
        return self.is_balanced is False or any(one.code in CONTRADICTIONS for one in self.findings)

    @property
    def is_balanced(self) -> bool | None:
        """Whether both units balance (R15); None where it cannot be known."""
        if False in self.balances.values():
            return False
        return None if None in self.balances.values() else True


def find_sprint(
    session: frames.Reading,
    scope: Scope,
    *,
    source: str | None = None,
    sprint: str | None = None,
    as_of: datetime | None = None,
) -> dict[str, Any]:
    """The sprint meant by an id or a name, by default the one that had started last as of an instant.

    Raises: NotFound; Invalid where several sprints could be meant.
    """
    sources = frames.sources(session).set_index("source_id")["name"]
    found = frames.sprints(session, scope)
    found["source"] = found["source_id"].map(sources)
    if source is not None:
        found = found[found["source_id"] == source_named(session, source)]
    if sprint is None:
        _refuse_unbegun(found, source)
        begun = found[found["started_at"].notna()]
        by_then = begun if as_of is None else begun[begun["started_at"] <= pd.Timestamp(as_of)]
        found = (by_then if len(by_then) else begun).tail(1)
    else:
        by_id = found[found["sprint_id"] == sprint]
        found = by_id if len(by_id) else found[found["name"] == sprint]
    if found.empty:
        raise NotFound(
            Text("There is no sprint {sprint}.", sprint=plain_text(sprint or "-")),
            where=Text("Source {source}", source=plain_text(source)) if source else None,
            next=Text("`python fortnight.py show churn` lists the sprints."),
        )
    if len(found) > 1:
        options = ", ".join(f"{row['source']} {row['sprint_id']}" for row in rows_of(found))
        raise Invalid(
            Text("Several sprints could be meant: {options}.", options=options),
            next=Text("Name one with --source and --sprint."),
        )
    return {str(name): value for name, value in rows_of(found)[0].items()}


def _refuse_unbegun(found: pd.DataFrame, source: str | None) -> None:
    """Raises: NotFound where no sprint has a start, naming those there are."""
    if found["started_at"].notna().any():
        return
    names = ", ".join(plain_text(one) for one in found["name"].head(NAMED))
    raise NotFound(
        Text("No sprint has a start date."),
        where=Text("Source {source}", source=plain_text(source)) if source else None,
        next=Text("Name one with --sprint: {names}.", names=names)
        if names
        else Text("Import a backlog with sprints, or load the sample: python fortnight.py sample load"),
    )


def sprint_figures(
    session: frames.Reading, scope: Scope, source_id: int, sprint_id: str, *, as_of: datetime | None = None
) -> SprintFigures:
    """The figures of one sprint: as derived, or replayed as of an instant.

    Raises: NotFound.
    """
    found = frames.sprints(session, scope, source_id=source_id, sprint_ids=[sprint_id])
    if found.empty:
        raise NotFound(Text("There is no sprint {sprint}.", sprint=plain_text(sprint_id)))
    sprint = {str(name): value for name, value in rows_of(found)[0].items()}
    source: Any = frames.sources(session).set_index("source_id").loc[source_id]
    kept = _stored(session, scope, source_id, sprint_id) if as_of is None else None
    if kept is None:
        kept = replayed(session, scope, source_id, [sprint_id], as_of or source["created_at"])
    totals, entries, findings = kept
    changes = linked_changes(session, scope, source_id, entries, as_of=as_of)
    verdicts = frames.verdicts(session, source_id, [sprint_id])
    goals = frames.goal_verdicts(session, source_id, [sprint_id])
    if as_of is not None:
        verdicts = verdicts[verdicts["decided_at"] <= pd.Timestamp(as_of)]
        goals = goals[goals["decided_at"] <= pd.Timestamp(as_of)]
    by_unit: Any = totals.set_index("unit")
    frozen = frozen_state(session, scope, source_id, sprint_id, entries, totals) if as_of is None else None
    return SprintFigures(
        source_id=source_id,
        source=source["name"],
        sprint=sprint if as_of is None else sprint_at(sprint, as_of),
        as_of=by_unit["as_of"].iloc[0].to_pydatetime(),
        policy=by_unit["policy"].iloc[0],
        is_started=bool(by_unit.loc["points", ["completed", "committed"]].notna().any() or len(entries)),
        totals={unit: _figures(by_unit.loc[key], (*LEDGER, "spillover")) for unit, key in UNITS.items()},
        ratios={unit: _figures(by_unit.loc[key], RATIOS) for unit, key in UNITS.items()},
        balances={unit: jsonable(by_unit.loc[key, "is_balanced"]) for unit, key in UNITS.items()},
        items=_with_verdicts(entries, verdicts, changes),
        changes=changes,
        findings=(*findings, *frozen_findings(frozen, sprint_id, sprint["name"])),
        goal=rows_of(goals)[-1] if len(goals) else None,
        frozen=frozen,
    )


def sprint_payload(
    session: frames.Reading,
    scope: Scope,
    reader: Reader,
    *,
    source: str | None = None,
    sprint: str | None = None,
    as_of: datetime | None = None,
) -> dict[str, Any]:
    """What `show sprint --json` prints; the reasons are worded for the reader."""
    chosen = find_sprint(session, scope, source=source, sprint=sprint, as_of=as_of)
    figures = sprint_figures(session, scope, int(chosen["source_id"]), chosen["sprint_id"], as_of=as_of)
    dates = ("name", "state", "goal", "started_at", "planned_end_at", "completed_at")
    items = [
        {
            **{name: row[name] for name in ("key", "title", "bucket", "outcome", "initial_points", "final_points")},
            "why": reader.say(why_text(row["why_code"], row["why_params"])),
        }
        for row in records(figures.items)
    ]
    return {
        "source": figures.source,
        "sprint": {"id": figures.sprint["sprint_id"], **{name: jsonable(figures.sprint[name]) for name in dates}},
        "as_of": figures.as_of.isoformat(),
        "policy": figures.policy,
        **{unit: {name: figures.totals[unit][name] for name in LEDGER} for unit in UNITS},
        "balances": figures.is_balanced,
        "ratios": {name: figures.ratios["points"][name] for name in ("say_do", "churn_gross", "churn_net")},
        "items": items,
        "findings": [
            {
                "code": one.code,
                "severity": one.severity,
                "subject": one.subject_label,
                "text": reader.say(finding_text(one.code, one.subject_label, one.params)),
            }
            for one in figures.findings
        ],
    }


def _figures(row: "pd.Series[Any]", names: tuple[str, ...]) -> dict[str, Any]:
    return {name: jsonable(row[name]) for name in names}


def _stored(
    session: frames.Reading, scope: Scope, source_id: int, sprint_id: str
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[Finding, ...]] | None:
    totals = frames.totals(session, scope, source_id=source_id, sprint_ids=[sprint_id])
    if totals.empty:
        return None
    rows = rows_of(frames.findings(session, source_id=source_id, sprint_id=sprint_id))
    names = ("code", "severity", "subject_table", "subject_id", "subject_label", "params")
    found = tuple(Finding(*(row[name] for name in names)) for row in rows)
    return totals, frames.entries(session, scope, source_id, [sprint_id]), found


def _with_verdicts(entries: pd.DataFrame, verdicts: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    latest = verdicts.drop_duplicates("work_item_id", keep="last")
    names = ["work_item_id", "verdict", "remark", "decided_by", "department", "decided_at"]
    joined = entries.merge(latest[names], on="work_item_id", how="left")
    nobody = changes[changes["is_unapproved"]].groupby("work_item_id")["change_kind"].agg(list)
    joined["unapproved"] = [nobody.get(one, []) for one in joined["work_item_id"]]
    return joined
