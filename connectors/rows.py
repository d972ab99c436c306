"""Rows of one table as a connector hands them over, kept as rows or by column."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar, cast

R = TypeVar("R")


class Records(Generic[R]):
    """Rows of one table and where they came from.

    Args: rows, dicts of one shape; at, for each row its row number in the sheet (1 is the first); known, the columns the
    source has something to say about: a null in them is a statement, in the others it is not; columns, instead of rows,
    name -> values: tens of thousands of rows cost a list a column, and become dicts for those who ask for rows.
    """

    def __init__(
        self,
        rows: list[R] | None = None,
        at: Sequence[int] | None = None,
        known: frozenset[str] = frozenset(),
        *,
        columns: Mapping[str, Sequence[Any]] | None = None,
    ) -> None:
        self._columns = columns
        self._rows = rows if rows is not None or columns is not None else []
        self.at = list(at or ())
        self.known = known

    def __len__(self) -> int:
        return len(self.at)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Records):
            return NotImplemented
        return (self.at, self.known, self.columns) == (other.at, other.known, other.columns)

    __hash__ = None  # type: ignore[assignment]  # rows can be added

    def __repr__(self) -> str:
        return f"Records({self.rows!r}, {self.at!r}, {self.known!r})"

    @property
    def rows(self) -> list[R]:
        """The rows as dicts."""
        if self._rows is None:
            columns = self._columns or {}
            made = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
            self._rows = cast(list[R], made)
        return self._rows

    @property
    def columns(self) -> Mapping[str, Sequence[Any]]:
        """The rows by column; nothing where there are none."""
        if self._columns is not None:
            return self._columns
        rows = cast(list[dict[str, Any]], self.rows)
        return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}

    @property
    def names(self) -> frozenset[str]:
        """The columns' names; nothing where there are no rows."""
        if self._columns is not None:
            return frozenset(self._columns)
        return frozenset(cast(dict[str, Any], self.rows[0])) if self.rows else frozenset()

    def column(self, name: str) -> Sequence[Any]:
        """One value of every row; nothing where there are none."""
        if self._columns is not None:
            return self._columns[name]
        return [cast(dict[str, Any], row)[name] for row in self.rows]

    def add(self, row: R, at: int) -> None:
        """Add a row; only the parser that builds it does this, and only to rows."""
        self.rows.append(row)
        self.at.append(at)
