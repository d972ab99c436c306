"""Sums, balance and ratios of one sprint's entries, in points and in counts (R15-R18); what cannot be known is null."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from metrics.entry import Entry

FIGURES = (
    "committed", "added", "carried", "re_estimated", "removed",
    "completed", "not_completed", "completed_outside", "spillover",
)  # fmt: skip
RATIOS = ("say_do", "completion_ratio", "churn_gross", "churn_net", "content_churn")
UNITS = ("points", "counts")
TOLERANCE = 1e-6

Figures = dict[str, float | int | None]
Ratios = dict[str, float | None]
Measure = Callable[[Entry], float]


@dataclass(frozen=True)
class Known:
    """Which parts of a sprint's ledger its record can tell at all."""

    membership: bool
    initial: bool
    final: bool
    outcome: bool
    content: bool


def known_of(entries: Iterable[Entry], *, is_content_recorded: bool) -> Known:
    """What every entry knows: one item in doubt makes the sums it would be part of unknown."""
    rows = list(entries)
    return Known(
        membership=not any(row.is_membership_unknown for row in rows),
        initial=not any(row.is_initial_unknown for row in rows),
        final=not any(row.is_final_unknown for row in rows),
        outcome=not any(row.outcome is None and not row.is_left_out for row in rows),
        content=is_content_recorded,
    )


def _initial(row: Entry) -> float:
    return row.initial_points or 0.0


def _final(row: Entry) -> float:
    return row.final_points or 0.0


def _one(row: Entry) -> float:
    return 1


AT_INITIAL = ("committed", "added", "carried", "re_estimated", "removed")  # what needs the estimate at entry
AT_FINAL = ("re_estimated", "completed", "not_completed", "spillover")  # what needs the estimate at the end
OUTCOMES = ("completed", "not_completed", "spillover")
MEASURE: dict[str, Measure] = {
    **dict.fromkeys(AT_INITIAL, _initial),
    "re_estimated": lambda row: row.re_estimated,
    **dict.fromkeys((*OUTCOMES, "completed_outside"), _final),
}


def totals_of(entries: Sequence[Entry], known: Known) -> dict[str, Figures]:
    """The ledger's figures per unit: {"points": {...}, "counts": {...}} with FIGURES as keys (R9-R14)."""
    parts: dict[str, list[Entry]] = {name: [] for name in FIGURES}
    for row in entries:
        if row.bucket is not None:
            parts[row.bucket].append(row)
            parts["re_estimated"].append(row)
        if row.outcome is not None and (row.bucket is not None or row.outcome != "removed"):
            parts[row.outcome].append(row)
        if row.is_spillover:
            parts["spillover"].append(row)
    is_known = dict.fromkeys(FIGURES, known.membership) | dict.fromkeys(OUTCOMES, known.outcome)
    points: Figures = dict.fromkeys(FIGURES)
    counts: Figures = dict.fromkeys(FIGURES)
    for name, rows in parts.items():
        if is_known[name]:
            counts[name] = 0 if name == "re_estimated" else len(rows)  # R12
            is_summable = name not in AT_FINAL or not any(row.is_final_unknown for row in rows)
            if (known.initial or name not in AT_INITIAL) and is_summable:
                points[name] = _sum(map(MEASURE[name], rows))
    return {"points": points, "counts": counts}


def balance_of(figures: Figures) -> bool | None:
    """R15, by arithmetic on the two sides: committed + added + carried + re-estimated - removed = completed + not completed."""
    left = [figures[name] for name in ("committed", "added", "carried", "re_estimated")]
    right = [figures["completed"], figures["not_completed"], figures["removed"]]
    if any(value is None for value in (*left, *right)):
        return None
    return abs(fsum(value or 0 for value in left) - fsum(value or 0 for value in right)) <= TOLERANCE


def ratios_of(entries: Sequence[Entry], known: Known, policy: str) -> dict[str, Ratios]:
    """The ledger's ratios per unit (R16-R18); a zero denominator or a part that is not known gives null."""
    content = _content_churn(entries) if known.membership and known.content else None
    points = (
        _unit_ratios(entries, known, _initial, _final) if known.membership and known.initial else dict.fromkeys(RATIOS)
    )
    counts = _unit_ratios(entries, known, _one, _one) if known.membership else dict.fromkeys(RATIOS)
    if known.membership:
        churned = [row for row in entries if row.bucket in ("committed", "added")]
        added = [row for row in churned if row.bucket == "added"]
        removed = [row for row in churned if row.outcome == "removed"]
        moved = [row for row in churned if row.re_estimated != 0] if policy != "plan-cn" else []
        committed = [row for row in churned if row.bucket == "committed"]
        if known.initial and known.final:
            size, gone, change = (
                _sum(map(_initial, added)),
                _sum(map(_initial, removed)),
                [row.re_estimated for row in moved],
            )
            base = _sum(map(_initial, committed))
            points["churn_gross"] = _ratio(size + gone + fsum(map(abs, change)), base)
            points["churn_net"] = _ratio(size - gone + fsum(change), base)
        touched = {row.work_item_id for row in (*added, *removed, *moved)}
        # which items were re-estimated is part of the gross count: without initial estimates it cannot be told
        if (known.initial and known.final) or policy == "plan-cn":
            number = len(added) + len(removed) if policy == "plan-cn" else len(touched)
            counts["churn_gross"] = _ratio(number, len(committed))
        counts["churn_net"] = _ratio(len(added) - len(removed), len(committed))
    return {"points": {**points, "content_churn": content}, "counts": {**counts, "content_churn": content}}


def _unit_ratios(entries: Sequence[Entry], known: Known, initial: Measure, final: Measure) -> Ratios:
    ratios: Ratios = dict.fromkeys(RATIOS)
    committed = [row for row in entries if row.bucket == "committed"]
    if known.outcome:
        base = _sum(map(initial, committed))
        kept = _sum(initial(row) for row in committed if row.outcome == "completed")
        ratios["say_do"] = _ratio(kept, base)
        done = [row for row in entries if row.outcome == "completed"]
        if final is _one or not any(row.is_final_unknown for row in done):
            ratios["completion_ratio"] = _ratio(_sum(map(final, done)), base)
    return ratios


def _content_churn(entries: Sequence[Entry]) -> float | None:
    counted = [row for row in entries if row.bucket is not None]
    return _ratio(sum(row.is_content_changed for row in counted), len(counted))


def _sum(values: Iterable[float]) -> float:
    return round(fsum(values), 6)  # story points such as 0.1 add up as people add them


def _ratio(part: float, whole: float) -> float | None:
    return None if whole == 0 else part / whole
