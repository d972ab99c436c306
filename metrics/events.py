"""From frames of recorded changes and stated rows to one history per work item (R3, R5, R6, R7)."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from metrics.histories import ChangeRow, ItemRow, build_history
from metrics.history import CONTENT_FIELDS, FIELDS, History, SprintSpan, StatedRow


def prepare_history(sprints: pd.DataFrame, items: pd.DataFrame, changes: pd.DataFrame, stated: pd.DataFrame) -> History:
    """One source's records as histories, ready to be folded by `metrics.ledger`.

    Args: sprints, one row per sprint (sprint_id, board_id, name, state str; started_at, completed_at instants);
    items, one row per work item (work_item_id, key, kind, parent_id, status_id str; sprint_ids list[str]; is_done,
    is_deleted bool; estimate_points float; created_at, done_at instants); changes, one row per changed field
    (change_id, work_item_id, field, from_value, to_value, author str; at instant); stated, one row per item and
    sprint of a sheet (StatedEntry's columns and is_done). All rows of one source, in any order.
    Returns: a History. Empty frames give an empty one.
    Rule: R3, R5, R6, R7.
    """
    kept = changes[changes["field"].isin(FIELDS) & changes["at"].notna()]
    return build_history(
        _spans(sprints), _item_rows(items), _change_rows(kept), _stated_rows(stated),
        log_from=_log_from(kept), is_full_log=stated.empty,
    )  # fmt: skip


# ---------------------------------------------------------------- frames -> Python


def _instants(column: "pd.Series[Any]") -> list[int | None]:
    stamps = pd.to_datetime(column, utc=True).dt.as_unit("us").dt.tz_localize(None).to_numpy("datetime64[us]")
    return [
        None if missing else at for at, missing in zip(stamps.astype(np.int64).tolist(), np.isnat(stamps), strict=True)
    ]


def _values(column: "pd.Series[Any]") -> list[Any]:
    missing = column.isna().to_numpy()
    values = column.tolist()
    return [None if gone else value for value, gone in zip(values, missing, strict=True)] if missing.any() else values


def _flags(column: "pd.Series[Any]") -> list[bool]:
    return [bool(value) if value is not None else False for value in _values(column)]


def _lists(column: "pd.Series[Any]") -> list[list[str]]:
    return [[str(part) for part in value] if isinstance(value, list | tuple | np.ndarray) else [] for value in column]


def _spans(sprints: pd.DataFrame) -> Iterable[SprintSpan]:
    names = ("sprint_id", "board_id", "name", "state")
    texts = [_values(sprints[name]) for name in names]
    return (
        SprintSpan(*given)
        for given in zip(*texts, _instants(sprints["started_at"]), _instants(sprints["completed_at"]), strict=True)
    )


def _stated_rows(stated: pd.DataFrame) -> dict[tuple[str, str], StatedRow]:
    if stated.empty:
        return {}
    columns = (
        map(frozenset, _lists(stated["known"])),
        _instants(stated["added_at"]),
        _values(stated["added_by"]),
        _instants(stated["removed_at"]),
        _values(stated["initial_points"]),
        _values(stated["final_points"]),
        _values(stated["status_id"]),
        _instants(stated["done_at"]),
        _flags(stated["is_done"]),
    )
    keys = zip(_values(stated["sprint_id"]), _values(stated["work_item_id"]), strict=True)
    return {key: StatedRow(*row) for key, row in zip(keys, zip(*columns, strict=True), strict=True)}


def _item_rows(items: pd.DataFrame) -> Iterable[ItemRow]:
    if items.empty:
        return []
    names = ("work_item_id", "key", "kind", "parent_id", "status_id", "estimate_points")
    columns: list[list[Any]] = [_values(items[name]) for name in names]
    columns += [_instants(items["created_at"]), _instants(items["done_at"])]
    columns += [_flags(items["is_done"]), _flags(items["is_deleted"]), _lists(items["sprint_ids"])]
    return zip(*columns, strict=True)


def _change_rows(kept: pd.DataFrame) -> Iterable[ChangeRow]:
    if kept.empty:
        return []
    texts = ("field", "from_value", "to_value", "author", "change_id")
    columns = [_values(kept["work_item_id"]), _instants(kept["at"]), *(_values(kept[name]) for name in texts)]
    return zip(*columns, strict=True)


def _log_from(kept: pd.DataFrame) -> dict[str, int]:
    """The first instant at which each kind of field was logged: sprint, estimate, status, content."""
    kinds = kept["field"].where(~kept["field"].isin(CONTENT_FIELDS), "content")
    first = kept["at"].groupby(kinds).min()
    return {str(kind): at for kind, at in zip(first.index, _instants(first), strict=True) if at is not None}
