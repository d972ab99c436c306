"""The one place that reads the clock; everything below it takes `as_of` as an argument (R4)."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)
