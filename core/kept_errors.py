"""An error as a text column keeps it, so that it is told later in whatever language its reader has."""

import json

from core.errors import FortnightError
from core.i18n import packed, unpacked

PARTS = ("what", "where", "why", "next")


def kept(error: FortnightError) -> str:
    """The error as a text of JSON; `told_again` reads it."""
    return json.dumps({name: packed(getattr(error, name)) for name in PARTS}, ensure_ascii=True)


def told_again(text: str) -> FortnightError | None:
    """The error that `kept` kept; None for a text that it did not write."""
    try:
        found = json.loads(text)
        parts = {name: unpacked(found[name]) for name in PARTS}
    except (ValueError, TypeError, KeyError):
        return None
    return FortnightError(parts["what"], where=parts["where"], why=parts["why"], next=parts["next"])
