"""What is known beside the sheet itself: sprints, items and KPIs of the store and of the other sheets of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.records import Parsed


@dataclass(frozen=True)
class Agreed:
    """What is agreed about a KPI. Args: direction, down or up; can_be_negative; baseline and target, the latest ones."""

    direction: str
    can_be_negative: bool = False
    baseline: float | None = None
    target: float | None = None


@dataclass(frozen=True)
class Known:
    """Names a sheet may refer to. None means that nobody looked: nothing is checked then.

    Args: sprints, sprint name or id -> id; items, keys; kpis, KPI id or name -> (id, dimension, unit); levels, KPI id ->
    values it is known to have; agreed, KPI id -> what is agreed about it; a name that two of them share is left out of the mapping by whoever fills it, and so refused by cell.
    """

    sprints: Mapping[str, str] | None = None
    items: frozenset[str] | None = None
    kpis: Mapping[str, tuple[str, str, str]] | None = None
    levels: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    agreed: Mapping[str, Agreed] = field(default_factory=dict)

    def plus(self, parsed: Parsed) -> Known:
        """This, and what another sheet of the same file brings."""
        sprints = {
            name: row["external_id"] for row in parsed.sprints.rows for name in (row["name"], row["external_id"])
        }
        kpis = {
            name: (row["external_id"], row["dimension"], row["unit"])
            for row in parsed.kpis.rows
            for name in (row["name"], row["external_id"])
        }
        levels = dict(self.levels)
        for row in (*parsed.baselines.rows, *parsed.targets.rows):
            levels[row["kpi"]] = (*levels.get(row["kpi"], ()), row["value"])
        agreed = {**self.agreed, **_agreed(self, parsed)}
        keys = frozenset(parsed.items.column("key"))
        return Known(
            sprints={**(self.sprints or {}), **sprints} if sprints else self.sprints,
            items=(self.items or frozenset()) | keys if keys else self.items,
            kpis={**(self.kpis or {}), **kpis} if kpis else self.kpis,
            levels=levels,
            agreed=agreed,
        )

    def sprint_id(self, name: str) -> str | None:
        """The id of a sprint; its name where nobody looked; None where it is not known."""
        return name if self.sprints is None else self.sprints.get(name)


def _agreed(known: Known, parsed: Parsed) -> dict[str, Agreed]:
    """What a sheet of definitions agrees on, over what was known before."""
    baselines = {row["kpi"]: row["value"] for row in parsed.baselines.rows}
    targets = {row["kpi"]: row["value"] for row in parsed.targets.rows}
    found = {}
    for row in parsed.kpis.rows:
        one = row["external_id"]
        before = known.agreed.get(one, Agreed(row["direction"]))
        says_sign = "can_be_negative" in parsed.kpis.known
        found[one] = Agreed(
            row["direction"],
            row["can_be_negative"] if says_sign else before.can_be_negative,
            baselines.get(one, before.baseline),
            targets.get(one, before.target),
        )
    return found
