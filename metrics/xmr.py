"""The XmR chart (individuals and moving range): natural process limits per phase, and what stands out (R24, R25)."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean
from typing import Any

TRIAL_FROM = 6
LOCKED_FROM = 12
LIMIT_FACTOR = 2.66
RANGE_FACTOR = 3.268
RUN_LENGTH = 8
RULES = ("beyond_limit", "run_of_eight", "three_of_four")


@dataclass(frozen=True)
class Limits:
    """The natural limits of one phase.

    Args: phase, 0, 1, ...; begins_at, the phase's begin (None for what came before the first); first and last, positions
    of its points in the series (last excluded); n, how many; state none, trial or locked; centre, lower, upper and
    range_upper, None without limits; is_lower_off, the lower limit was below 0 on a quantity that cannot be negative:
    it is 0 and its rules are off.
    """

    phase: int
    begins_at: Any
    first: int
    last: int
    n: int
    state: str
    lower: float | None = None
    centre: float | None = None
    upper: float | None = None
    range_upper: float | None = None
    is_lower_off: bool = False


@dataclass(frozen=True)
class Signal:
    """Something that stands out of the noise.

    Args: rule, beyond_limit, run_of_eight or three_of_four; phase; side, above or below the centre; indexes, the
    positions in the series of the points that make it.
    """

    rule: str
    phase: int
    side: str
    indexes: tuple[int, ...]


@dataclass(frozen=True)
class Xmr:
    """Limits per phase in time order (always one at least), and the signals by position."""

    limits: tuple[Limits, ...]
    signals: tuple[Signal, ...] = field(default=())

    def phase_of(self, index: int) -> Limits:
        """The limits that the point at a position is judged by."""
        return next(limits for limits in self.limits if limits.first <= index < limits.last)


def xmr(values: Sequence[float], dates: Sequence[Any], phase_starts: Sequence[Any], *, can_be_negative: bool) -> Xmr:
    """Natural limits and signals of a series that is in time order.

    A phase's limits are the mean +- 2.66 x mean moving range: none below 6 points, trial from all of them up to 11,
    locked from the first 12 after that. Ranges and runs never cross a phase's begin; a point at exactly the begin
    belongs to the new phase. A value on a limit is not beyond it, a value on the centre ends a run.
    Args: values, canonical, no nulls; dates, an instant each, rising; phase_starts, instants in any order;
    can_be_negative, whether a lower limit below 0 means something.
    Raises: ValueError where values and dates differ in length or dates fall.
    Rule: R24, R25. Source: Wheeler, Understanding Variation; Shewhart's constants 2.66 and 3.268 for n = 2.
    """
    if len(values) != len(dates) or any(later < earlier for earlier, later in pairwise(dates)):
        raise ValueError("an XmR chart needs one rising date for each value")
    limits: list[Limits] = []
    signals: list[Signal] = []
    begins = [None, *sorted(set(phase_starts))]
    first = 0
    for begins_at, next_at in zip(begins, [*begins[1:], None], strict=True):
        last = len(dates) if next_at is None else bisect_left(dates, next_at)
        if begins_at is None and last == 0 and next_at is not None:
            continue  # nothing was measured before the first phase: it is no phase of its own
        found = _limits(values[first:last], len(limits), begins_at, first, can_be_negative=can_be_negative)
        limits.append(found)
        signals += _signals(values[first:last], found)
        first = last
    return Xmr(tuple(limits), tuple(signals))


def _limits(values: Sequence[float], phase: int, begins_at: Any, first: int, *, can_be_negative: bool) -> Limits:
    n = len(values)
    if n < TRIAL_FROM:
        return Limits(phase, begins_at, first, first + n, n, "none")
    state, basis = ("trial", values) if n < LOCKED_FROM else ("locked", values[:LOCKED_FROM])
    centre = fmean(basis)
    mean_range = fmean(abs(later - earlier) for earlier, later in pairwise(basis))
    lower = centre - LIMIT_FACTOR * mean_range
    is_off = lower < 0 and not can_be_negative
    return Limits(
        phase,
        begins_at,
        first,
        first + n,
        n,
        state,
        lower=0.0 if is_off else lower,
        centre=centre,
        upper=centre + LIMIT_FACTOR * mean_range,
        range_upper=RANGE_FACTOR * mean_range,
        is_lower_off=is_off,
    )


def _signals(values: Sequence[float], limits: Limits) -> list[Signal]:
    if limits.lower is None or limits.centre is None or limits.upper is None:
        return []
    found: list[Signal] = []
    for side, limit, sign in (("above", limits.upper, 1.0), ("below", limits.lower, -1.0)):
        # Seen from the centre towards this limit; rounding in the mean must not make a signal of equal values.
        distances = [sign * (value - limits.centre) for value in values]
        reach = sign * (limit - limits.centre)
        blur = 1e-9 * max(abs(limits.centre), abs(reach))
        runs = _runs([distance > blur for distance in distances], RUN_LENGTH)
        found += [_signal("run_of_eight", limits, side, run) for run in runs]
        if side == "below" and limits.is_lower_off:
            continue
        beyond = [index for index, distance in enumerate(distances) if distance > reach + blur]
        found += [_signal("beyond_limit", limits, side, [index]) for index in beyond]
        close = [distance > reach / 2 + blur for distance in distances]
        found += [_signal("three_of_four", limits, side, group) for group in _three_of_four(close)]
    return found


def _signal(rule: str, limits: Limits, side: str, within_phase: Sequence[int]) -> Signal:
    return Signal(rule, limits.phase, side, tuple(limits.first + index for index in within_phase))


def _runs(marks: Sequence[bool], length: int) -> list[list[int]]:
    """The maximal stretches of marked points that are long enough."""
    runs: list[list[int]] = [[]]
    for index, is_marked in enumerate(marks):
        if is_marked:
            runs[-1].append(index)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) >= length]


def _three_of_four(close: Sequence[bool]) -> list[list[int]]:
    """The close points of every window of four that holds three, windows that overlap taken together."""
    groups: list[tuple[int, set[int]]] = []
    for start in range(len(close) - 3):
        hits = {index for index in range(start, start + 4) if close[index]}
        if len(hits) < 3:
            continue
        if groups and start <= groups[-1][0] + 3:
            groups[-1] = (start, groups[-1][1] | hits)
        else:
            groups.append((start, hits))
    return [sorted(hits) for _, hits in groups]


def is_on_good_side(limit: float, target: float, direction: str) -> bool:
    """Whether a limit reaches the target or is better; exactly on the target is met. Rule: R26."""
    if math.isclose(limit, target, rel_tol=1e-9, abs_tol=1e-12):
        return True
    return limit < target if direction == "down" else limit > target


def assurance(limits: Limits, target: float | None, direction: str) -> str | None:
    """What the natural limits promise about the target.

    Returns: consistently_met, consistently_missed, hit_and_miss, not_enough_points (no limits yet), or None where there
    are limits and no target to hold them against. Trial limits promise too; their state stands beside. A limit exactly
    on the target counts as met, so a chart that only just reaches its target is hit and miss. Rule: R26.
    """
    if limits.lower is None or limits.upper is None:
        return "not_enough_points"
    if target is None or math.isnan(target):
        return None
    sides = [is_on_good_side(limit, target, direction) for limit in (limits.lower, limits.upper)]
    if all(sides):
        return "consistently_met"
    return "hit_and_miss" if any(sides) else "consistently_missed"
