"""The one error of the house: what failed, where, the likely cause, and what to do next."""

from enum import StrEnum

from core.i18n import Text
from core.reader import Reader


class Kind(StrEnum):
    """What a caller may do about an error."""

    FATAL = "fatal"
    RETRIABLE = "retriable"
    SKIPPED_RECORD = "skipped_record"


class FortnightError(Exception):
    """An error a person can act on.

    Args: what failed; where (source, key, row and column); why, the likely cause; next, the command or click
    that helps; kind, whether a retry or a skip is sensible. Each is a `Text`, so it is read in either language.
    """

    def __init__(
        self,
        what: Text,
        *,
        where: Text | None = None,
        why: Text | None = None,
        next: Text | None = None,
        kind: Kind = Kind.FATAL,
    ) -> None:
        super().__init__(what)
        self.what, self.where, self.why, self.next, self.kind = what, where, why, next, kind

    def say(self, reader: Reader) -> str:
        """The whole error on one line, in the reader's language."""
        said = " ".join(reader.say(part) for part in (self.what, self.where, self.why, self.next) if part)
        return said.replace("。 ", "。").replace("： ", "：")  # Chinese sentences follow each other without a blank

    def __str__(self) -> str:
        return self.say(Reader())


class Refused(FortnightError):
    """The actor may not do this."""


class NotFound(FortnightError):
    """What was asked for does not exist, or the actor may not see it."""


class Invalid(FortnightError):
    """What was given breaks a rule of the product."""
