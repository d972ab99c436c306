"""What one column of a sheet is: its name, type, headers in both languages, and the other words people use for it."""

from dataclasses import dataclass
from enum import StrEnum


class FieldType(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    KEY = "key"  # an identifier: text, no surrounding blanks, a whole number is written without a decimal point
    LIST = "list"  # several words, separated by comma, semicolon or 、
    POINTS = "points"  # a number >= 0
    INSTANT = "instant"  # a date with or without a time of day; a bare date is midnight in the project zone (R2)
    DAY_END = "day_end"  # as instant, but a bare date is the end of that day (R2)
    INTEGER = "integer"  # a whole number >= 0
    CSAT = "csat"  # 1 to 5
    NPS = "nps"  # 0 to 10
    CHOICE = "choice"  # one of a closed list, in connectors.sheets.choices
    QUANTITY = "quantity"  # a number with a unit as people write it (R27)
    FLAG = "flag"  # yes or no


@dataclass(frozen=True)
class SheetField:
    """One field of a sheet kind.

    `en` and `zh` are the headers of the template; `explain` is a message id; `synonyms` are other headers in any
    language; `repeats` marks a header that may stand over several columns (Jira's `Sprint`, `Sprint`, `Sprint`).
    """

    name: str
    type: FieldType
    en: str
    zh: str
    explain: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    repeats: bool = False

    @property
    def headers(self) -> tuple[str, ...]:
        """Every header that means this field, the canonical ones first."""
        return (self.en, self.zh, *self.synonyms)

    def header(self, lang: str) -> str:
        """The template's header in `en` or `zh`."""
        return self.zh if lang == "zh" else self.en


def field(
    name: str, kind: FieldType, en: str, zh: str, explain: str, words: str = "", required: bool = False,
    repeats: bool = False,
) -> SheetField:  # fmt: skip
    """A line of the catalogue: a field whose other headers are written `one|another`."""
    synonyms = tuple(word for word in words.split("|") if word and word != zh)
    return SheetField(name, kind, en, zh, explain, synonyms, required, repeats)
