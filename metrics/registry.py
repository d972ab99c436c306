"""The catalogue of metrics: what each figure is called, its unit, grain, better direction, rule and output columns.

A metric is a pure function under `@metric(...)`, called by keyword. It returns a DataFrame with exactly the declared
columns, or a frozen dataclass whose attribute `frame` is such a DataFrame, or (no columns declared) a scalar or None.
`tests/metrics/test_registry.py` runs every registered metric on its `example()`: emptied, shuffled, and watched for
mutation. Titles and descriptions are English message ids; the catalogues in core/locale translate them.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, ParamSpec, TypeVar

import pandas as pd

P = ParamSpec("P")
R = TypeVar("R")

DIRECTIONS = ("up", "down", "none")
INSTANT: Final = "datetime64[us, UTC]"


@dataclass(frozen=True)
class Metric:
    """One metric as the README's table and the pages show it.

    Args: name, unique snake_case; title, a few words; description, one sentence; unit of the figures; grain, one row
    per what; direction, which way is better; rule, the R-numbers of PRODUCT.md; source, where the definition comes
    from; columns, output column -> dtype; frame, the result's attribute that holds the frame (None: the result itself);
    example, keyword arguments to call `function` with.
    """

    name: str
    title: str
    description: str
    unit: str
    grain: str
    direction: str
    rule: str
    source: str
    columns: Mapping[str, str]
    frame: str | None
    example: Callable[[], Mapping[str, Any]]
    function: Callable[..., Any]

    def frame_of(self, result: Any) -> pd.DataFrame | None:
        """The frame within a result of `function`; None where the metric is a scalar or the result is None."""
        if not self.columns or result is None:
            return None
        found = result if self.frame is None else getattr(result, self.frame)
        if not isinstance(found, pd.DataFrame):
            raise TypeError(f"metric {self.name} declares columns but gave {type(found).__name__}")
        return found


REGISTRY: dict[str, Metric] = {}


def metric(
    *,
    name: str,
    title: str,
    description: str,
    unit: str,
    grain: str,
    direction: str,
    rule: str,
    source: str,
    example: Callable[[], Mapping[str, Any]],
    columns: Mapping[str, str] | None = None,
    frame: str | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Register the decorated function as a metric; the function itself stays as it is.

    Raises: ValueError where the direction is none of up, down, none, or another module already took the name
    (the same function again is an edit-reload, and replaces the record).
    """
    if direction not in DIRECTIONS:
        raise ValueError(f"metric {name}: direction {direction!r} is none of {', '.join(DIRECTIONS)}")

    def register(function: Callable[P, R]) -> Callable[P, R]:
        taken = REGISTRY.get(name)
        if taken is not None and _origin(taken.function) != _origin(function):
            raise ValueError(f"metric {name} is already registered by {taken.function.__module__}")
        REGISTRY[name] = Metric(
            name,
            title,
            description,
            unit,
            grain,
            direction,
            rule,
            source,
            dict(columns or {}),
            frame,
            example,
            function,
        )
        return function

    return register


def load() -> dict[str, Metric]:
    """Import every module of metrics/ and return the registry, metric name -> record."""
    package = importlib.import_module("metrics")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"metrics.{module.name}")
    return REGISTRY


def typed_frame(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """A frame of exactly these columns and dtypes, whether or not there are rows.

    Args: rows, one mapping per row (a missing name is null); columns, name -> dtype (`str`, `float64`, `Int64`,
    `bool`, `boolean`, `object`, INSTANT ...). Returns: the frame with a fresh RangeIndex, rows in the order given.
    """
    given = list(rows)
    series: dict[str, pd.Series[Any]] = {}
    for column, dtype in columns.items():
        values = [row.get(column) for row in given]
        if dtype == INSTANT:
            series[column] = pd.Series(pd.to_datetime(pd.Series(values, dtype="object"), utc=True)).astype(INSTANT)
        else:
            series[column] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(series, columns=list(columns), index=pd.RangeIndex(len(given)))


def _origin(function: Callable[..., Any]) -> tuple[str, str]:
    return function.__module__, getattr(function, "__qualname__", "")
