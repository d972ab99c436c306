"""Text from people and files, made storable: what no database and no browser takes is replaced, nothing else changes."""

import re

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def plain_text(given: str) -> str:
    """The text with NUL and lone surrogates (legal in JSON, refused by PostgreSQL and UTF-8) shown as U+FFFD."""
    return UNSTORABLE.sub(REPLACEMENT, given)


# Embeddings, overrides and isolates turn round what stands after them: a name that ends in one makes 31 read as 13.
# Control characters steer a terminal: they wipe lines, write others, and fill the clipboard.
STEERING = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]")


def straight(given: str) -> str:
    """The text in the order in which it was written, steering nothing; letters of right-to-left scripts still run their
    own way, and lines and tabs stay."""
    return STEERING.sub("", given)
