"""Instants as Jira writes them: ISO with or without a colon in the zone, Z, or epoch milliseconds. Stored as UTC (R2)."""

from datetime import UTC, datetime


def instant(given: str | int | float | None) -> datetime | None:
    """The instant, aware and in UTC; None for nothing and for what is no instant with a zone."""
    if isinstance(given, str):
        if given.isdigit():
            return _from_milliseconds(int(given))
        try:
            found = datetime.fromisoformat(given)  # reads +0800 and Z as well as +08:00
        except ValueError:
            return None
        return found.astimezone(UTC) if found.tzinfo else None
    if given is None or isinstance(given, bool):
        return None
    return _from_milliseconds(given)


def _from_milliseconds(given: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(given / 1000, UTC)  # exact: a double holds microseconds for 280 years
    except (OverflowError, OSError, ValueError):
        return None
