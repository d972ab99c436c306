"""Every state an item was in, to do, in progress or done, read from its moves or from what its source states of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from metrics.history import microseconds

STATES = ("todo", "in_progress", "done")
TO_DO, IN_PROGRESS, DONE = range(3)
NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, eq=False)
class Steps:
    """Every state an item was in: rows in the order of item and time. `item` is a position among the items."""

    item: Any
    at: Any
    state: Any
    has_moves: Any  # one flag per item


def ordered(items: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """The items that were there by an instant, by key."""
    there = items[items["created_at"].isna() | (items["created_at"] <= pd.Timestamp(as_of))]
    return there.sort_values(["key", "work_item_id"], ignore_index=True)


def status_steps(
    items: pd.DataFrame, moves: pd.DataFrame, categories: Mapping[str, str], as_of: datetime, *, is_logged: bool
) -> Steps:
    """Each item's states in order; one without moves is done from the date that its source states."""
    codes = {status: STATES.index(category) for status, category in categories.items()}
    index = pd.Index(items["work_item_id"])
    place = index.get_indexer(moves["work_item_id"])
    kept = moves.assign(item=place, width=moves["change_id"].str.len())[place >= 0]
    kept = kept.sort_values(["item", "at", "width", "change_id"])
    first = kept.drop_duplicates("item")
    has_moves = np.zeros(len(items), dtype=bool)
    has_moves[first["item"]] = True
    initial = items["status_id"].map(codes).fillna(IN_PROGRESS).to_numpy(dtype=np.int64).copy()
    initial[first["item"]] = first["from_value"].map(codes).fillna(TO_DO).to_numpy(dtype=np.int64)
    created = micro(items["created_at"])
    stated = np.where(has_moves, NEVER, micro(items["done_at"]))
    end = microseconds(as_of)
    is_stated = (stated != NEVER) & (stated <= end)
    # An item without moves that its source calls done at a date was open until then; since when it was being worked on
    # nobody recorded. One without a date was born done where the log is whole, else done since nobody knows when.
    initial[~has_moves & (stated != NEVER)] = TO_DO
    is_undated = ~has_moves & (initial == DONE) & (not is_logged)
    is_open_now = ~has_moves & (initial == IN_PROGRESS) & (not is_logged)  # since when, nobody recorded
    initial[is_open_now] = TO_DO
    moved = kept[kept["at"] <= pd.Timestamp(as_of)]
    dated, open_now = np.flatnonzero(is_stated), np.flatnonzero(is_open_now)
    item = np.r_[np.arange(len(items)), moved["item"].to_numpy(), dated, open_now].astype(np.int64)
    at = np.r_[created, micro(moved["at"]), stated[dated], np.full(len(open_now), end)].astype(np.int64)
    after = moved["to_value"].map(codes).fillna(IN_PROGRESS).to_numpy(dtype=np.int64)
    state = np.r_[initial, after, np.full(len(dated), DONE), np.full(len(open_now), IN_PROGRESS)].astype(np.int64)
    at[: len(items)][is_undated] = NEVER
    turn = np.r_[np.full(len(items), -1), np.arange(len(moved)), np.zeros(len(dated) + len(open_now))]
    order = np.lexsort((turn, np.where(turn < 0, NEVER, at), item))
    return Steps(item[order], at[order], state[order], has_moves)


def micro(column: "pd.Series[Any]") -> Any:
    """Instants as microseconds; missing ones are NEVER."""
    return column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)


def instants_of(micro: Any) -> Any:
    """Microseconds as instants, in UTC."""
    return pd.DatetimeIndex(np.asarray(micro, dtype=np.int64).view("datetime64[us]")).tz_localize("UTC")
