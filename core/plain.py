"""Text from people and files, made storable: what no database and no browser takes is replaced, nothing else changes."""

import re

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def plain_text(given: str) -> str:
    """The text with NUL and lone surrogates (legal in JSON, refused by PostgreSQL and UTF-8) shown as U+FFFD."""
    return UNSTORABLE.sub(REPLACEMENT, given)
