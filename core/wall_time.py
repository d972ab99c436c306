"""Times that no clock showed: when clocks go forward, the hour they leap over does not exist."""

from datetime import UTC, datetime, time, tzinfo


def is_leapt_over(at: datetime, zone: tzinfo) -> bool:
    """Whether the clocks of a zone never showed this time. A midnight that they leapt over is the day's first instant (R2).

    Args: at, without an offset; zone, in which it is meant.
    """
    if at.time() == time.min:
        return False
    return at.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != at
