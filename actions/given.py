"""What people give in forms: made storable, checked, and refused with the field's name and what would be accepted."""

import math
from collections.abc import Collection, Mapping
from datetime import datetime

from core.errors import Invalid
from core.i18n import Text
from core.plain import plain_text
from core.reader import utc

LONGEST_LINE = 500
LONGEST_TEXT = 20_000


def required(given: str | None, field: str, *, longest: int = LONGEST_LINE) -> str:
    """A text that must be there. Args: field, its label as a marked message. Raises: Invalid."""
    text = optional(given, field, longest=longest)
    if text is None:
        raise Invalid(Text("“{field}” must not be empty.", field=Text(field)))
    return text


def optional(given: str | None, field: str, *, longest: int = LONGEST_LINE) -> str | None:
    """A text that may be missing; blanks alone are missing. Raises: Invalid where it is too long."""
    text = plain_text(given or "").strip()
    if len(text) > longest:
        raise Invalid(
            Text("“{field}” is too long: {length} characters.", field=Text(field), length=len(text)),
            next=Text("Up to {longest} characters are accepted.", longest=longest),
        )
    return text or None


def one_of(given: str, accepted: Collection[str] | Mapping[str, str], field: str) -> str:
    """A code that must be one of the accepted ones. Raises: Invalid naming them."""
    if not given:
        raise Invalid(Text("“{field}” must not be empty.", field=Text(field)))
    if given not in accepted:
        raise Invalid(
            Text("“{given}” is no value of “{field}”.", given=plain_text(str(given)), field=Text(field)),
            next=Text("Accepted are: {accepted}.", accepted=", ".join(accepted)),
        )
    return given


def within(given: int | None, lowest: int, highest: int, field: str) -> int | None:
    """A whole number within bounds, or none given. Raises: Invalid."""
    if given is None:
        return None
    if isinstance(given, bool) or int(given) != given or not lowest <= given <= highest:
        raise Invalid(
            Text("“{field}” is {given}.", field=Text(field), given=str(given)),
            next=Text("A whole number from {lowest} to {highest} is accepted.", lowest=lowest, highest=highest),
        )
    return int(given)


def finite(given: float | None, field: str) -> float | None:
    """A number, or none given; infinity and NaN are none. Raises: Invalid."""
    if given is None:
        return None
    if isinstance(given, bool) or not math.isfinite(given):
        raise Invalid(Text("“{field}” is not a number.", field=Text(field)))
    return float(given)


def past(given: datetime, at: datetime, field: str) -> datetime:
    """An instant that is not after the action's own, in UTC. Raises: Invalid."""
    instant = utc(given)
    if instant > at:
        raise Invalid(Text("“{field}” lies in the future: {given}.", field=Text(field), given=instant))
    return instant
