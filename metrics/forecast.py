"""When will it be done, and how much by a day: Monte Carlo over the team's own daily throughput (R22)."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from metrics.flow import THROUGHPUT_COLUMNS
from metrics.registry import metric, typed_frame

TRIALS = 10_000
HISTORY_DAYS = 84  # twelve weeks
ACTIVE_DAYS = 5
SHARES = (0.5, 0.85, 0.95)
CHUNK_DAYS = 64
LONGEST_DAYS = 3650
HORIZON_DAYS = 14
CURVE_POINTS = 60
FORECAST_COLUMNS = {"share": "float64", "day": "datetime64[us]", "items": "Int64"}
BACKTEST_COLUMNS = {
    "begins": "datetime64[us]",
    "share": "float64",
    "promised": "int64",
    "finished": "int64",
    "is_kept": "bool",
}


@dataclass(frozen=True, eq=False)
class Forecast:
    """What the team's own past promises.

    Args: state, ready, nothing_left, or not_enough_history; remaining, items still to finish; start, the day before the
    first simulated one; until, the day that `items` counts to; days and active_days of history, and items finished in
    it; frame, FORECAST_COLUMNS; curve, (day, share of the trials done by its end), CURVE_POINTS of them at most.
    """

    state: str
    remaining: int
    start: date
    until: date
    days: int
    active_days: int
    finished: int
    frame: pd.DataFrame
    curve: tuple[tuple[date, float], ...] = ()


def throughput_example() -> pd.DataFrame:
    """Twelve weeks in which every weekday finishes one item and every Friday three."""
    days = pd.date_range("2026-03-02", periods=HISTORY_DAYS, freq="D")
    counts = [0 if day.weekday() > 4 else 3 if day.weekday() == 4 else 1 for day in days]
    return pd.DataFrame({"day": days, "n": counts}).astype(THROUGHPUT_COLUMNS)


@metric(
    name="forecast",
    title="Forecast",
    description="When the remaining items will be done, and how many by a day, drawn from the team's own throughput.",
    unit="days, items",
    grain="one row per share of the trials",
    direction="none",
    rule="R22",
    source="Monte Carlo simulation after Vacanti, When Will It Be Done?",
    columns=FORECAST_COLUMNS,
    frame="frame",
    example=lambda: {
        "throughput": throughput_example(), "remaining": 20, "start": date(2026, 5, 24), "until": date(2026, 6, 7),
    },
)  # fmt: skip
def forecast(
    throughput: pd.DataFrame,
    remaining: int,
    *,
    start: date,
    until: date,
    trials: int = TRIALS,
    shares: Sequence[float] = SHARES,
) -> Forecast:
    """Draw the days to come from the days that were, many times, and read off what most trials reached.

    Args: throughput, one row per day of history (day, n; metrics.flow.throughput), quiet days included; remaining, items
    to finish; start, the day from whose morrow on is simulated; until, the day to count to, after start; trials; shares,
    of the trials that keep what is said.
    Returns: a Forecast; `day`, by when that share of the trials had finished all, null beyond ten years or where nothing
    can be told; `items`, how many at least that share had finished by `until`. The same input gives the same figures on
    any machine: the generator is seeded by a hash of it.
    Raises: ValueError where until is not after start, or remaining is negative.
    Rule: R22.
    """
    if until <= start or remaining < 0:
        raise ValueError(f"a forecast of {remaining} items from {start} until {until}")
    counts = throughput.sort_values("day")["n"].to_numpy(dtype=np.int64)
    active = int((counts > 0).sum())
    state = "not_enough_history" if active < ACTIVE_DAYS else "nothing_left" if remaining == 0 else "ready"
    rows: list[dict[str, Any]] = []
    curve: tuple[tuple[date, float], ...] = ()
    if state != "not_enough_history":
        needed = days_needed(counts, remaining, trials=trials)
        curve = _curve(needed, start)
        reached = np.sort(items_reached(counts, (until - start).days, trials=trials))
        for share in shares:
            days = int(needed[math.ceil(share * trials) - 1])
            rows.append(
                {
                    "share": share,
                    "day": None if days > LONGEST_DAYS else pd.Timestamp(start + timedelta(days=days)),
                    "items": int(reached[trials - math.ceil(share * trials)]),
                }
            )
    told = typed_frame(rows, FORECAST_COLUMNS)
    return Forecast(state, remaining, start, until, len(counts), active, int(counts.sum()), told, curve)


@metric(
    name="forecast_backtest",
    title="Forecast back-test",
    description="What the same forecast would have promised for each two weeks of the past, and whether it was kept.",
    unit="items",
    grain="one row per past period and share",
    direction="none",
    rule="R22",
    source="Fortnight's counting rules",
    columns=BACKTEST_COLUMNS,
    example=lambda: {"throughput": throughput_example()},
)
def forecast_backtest(
    throughput: pd.DataFrame,
    *,
    horizon: int = HORIZON_DAYS,
    history: int = HISTORY_DAYS,
    trials: int = TRIALS,
    shares: Sequence[float] = SHARES,
) -> pd.DataFrame:
    """For each past period, what would have been promised before it, and what came.

    The periods do not overlap, and lie back to back before the last day of the record; each is forecast from the days
    before it alone (as many as `history`, or as there are, with five active ones at least).
    Args: throughput, the whole record, one row per day (day, n). Returns: BACKTEST_COLUMNS, oldest period first, then by
    share: items promised with that share, items finished, and whether they were at least as many. Empty input, or too
    short a record, gives no rows.
    Rule: R22.
    """
    ordered = throughput.sort_values("day")
    counts, days = ordered["n"].to_numpy(dtype=np.int64), ordered["day"].tolist()
    rows = []
    for begin in range(len(counts) - horizon, 0, -horizon):
        before = counts[max(0, begin - history) : begin]
        if (before > 0).sum() < ACTIVE_DAYS:
            break
        reached = np.sort(items_reached(before, horizon, trials=trials))
        finished = int(counts[begin : begin + horizon].sum())
        for share in sorted(shares, reverse=True):
            promised = int(reached[trials - math.ceil(share * trials)])
            rows.append(
                {
                    "begins": days[begin], "share": share, "promised": promised, "finished": finished,
                    "is_kept": finished >= promised,
                }
            )  # fmt: skip
    return typed_frame(reversed(rows), BACKTEST_COLUMNS)


def kept_shares(backtest: pd.DataFrame) -> dict[float, tuple[int, int]]:
    """Share promised -> (periods that kept it, periods)."""
    return {
        float(str(share)): (int(rows["is_kept"].sum()), len(rows))
        for share, rows in backtest.groupby("share", sort=True)
    }


def days_needed(counts: Any, remaining: int, *, trials: int = TRIALS) -> Any:
    """Days each trial took to finish the remaining items, sorted; above LONGEST_DAYS means: not within ten years."""
    needed = np.zeros(trials, dtype=np.int64)
    if remaining == 0:
        return needed
    draw = _generator("when", counts, remaining)
    left = np.full(trials, remaining, dtype=np.int64)
    for begin in range(0, LONGEST_DAYS, CHUNK_DAYS):
        running = np.flatnonzero(left > 0)
        if not len(running):
            break
        drawn = counts[draw.integers(0, len(counts), size=(len(running), CHUNK_DAYS), dtype=np.int32)]
        reached = drawn.cumsum(axis=1)
        is_over = reached[:, -1] >= left[running]
        first = (reached >= left[running][:, None]).argmax(axis=1)
        needed[running[is_over]] = begin + first[is_over] + 1
        left[running] -= reached[:, -1]
    needed[left > 0] = LONGEST_DAYS + 1
    return np.sort(needed)


def items_reached(counts: Any, days: int, *, trials: int = TRIALS) -> Any:
    """Items each trial finished within so many days."""
    draw = _generator("how many", counts, days)
    total = np.zeros(trials, dtype=np.int64)
    for begin in range(0, days, CHUNK_DAYS):
        size = (trials, min(CHUNK_DAYS, days - begin))
        total += counts[draw.integers(0, len(counts), size=size, dtype=np.int32)].sum(axis=1)
    return total


def _curve(needed: Any, start: date) -> tuple[tuple[date, float], ...]:
    """How sure it is to be done by each day, from the last day on which no trial was done to where 99 % were."""
    first, last = int(needed[0]), int(needed[math.ceil(0.99 * len(needed)) - 1])
    step = max(1, math.ceil((last - first + 1) / CURVE_POINTS))
    if last > LONGEST_DAYS or last == 0:
        return ()
    days = range(first - 1, last + step, step)
    shares = np.searchsorted(needed, list(days), side="right") / len(needed)
    return tuple((start + timedelta(days=day), float(share)) for day, share in zip(days, shares, strict=True))


def _generator(question: str, counts: Any, number: int) -> np.random.Generator:
    """Seeded by the hash of what is asked, so that the same question has one answer everywhere (R22)."""
    asked: Mapping[str, Any] = {"question": question, "counts": [int(one) for one in counts], "number": number}
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:8], "big")))
