"""Figures as JSON knows them: null for what is not known, whole numbers without a decimal point, instants as ISO text."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pandas as pd


def jsonable(value: Any) -> Any:
    """One value: NaN, NaT and NA become null, 34.0 becomes 34, an instant becomes ISO text in UTC."""
    if isinstance(value, Mapping):
        return {str(name): jsonable(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(one) for one in value]
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "item"):  # a numpy scalar
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value


def records(frame: pd.DataFrame, columns: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """A frame's rows as JSON-able dicts, in its order."""
    names = list(columns) if columns is not None else list(frame.columns)
    rows = zip(*(frame[name].tolist() for name in names), strict=True)
    return [{name: jsonable(value) for name, value in zip(names, row, strict=True)} for row in rows]
