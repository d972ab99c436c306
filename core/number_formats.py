"""What a spreadsheet's number format says about the number under it: a percentage, a duration, money, a unit (R27)."""

import re
from dataclasses import dataclass

CURRENCIES = frozenset(["¥", "￥", "$", "€", "£", "US$", "HK$", "CNY", "RMB", "USD", "EUR"])
PLAIN = frozenset({"", "general", "standard", "@", "text"})
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_BRACKET = re.compile(r"\[[^\]]*\]")
_PADDING = re.compile(r"[_*].")
_SCALED = re.compile(r"[0#?],+(?![0#?])")  # a comma after the last digit divides what is shown, not what is kept


@dataclass(frozen=True)
class NumberFormat:
    """A number format in our words.

    Args: kind, one of number, ratio, duration, date; words, the literal text around the number (`￥`, `单`, `min`);
    is_scaled, the cell shows its value divided by thousands, so that a literal 万 is already in the value.
    """

    kind: str
    words: str = ""
    is_scaled: bool = False


def read_number_format(code: str | None) -> NumberFormat:
    """What an Excel or OpenDocument number format says; its first section speaks for all."""
    if code is None or code.strip().lower() in PLAIN:
        return NumberFormat("number")
    literals: list[str] = []
    first_digit = _first_digit(code)

    def keep(found: re.Match[str]) -> str:
        word = next(part for part in found.groups() if part is not None)
        if found.start() > first_digit or word.strip() in CURRENCIES:  # `"about "0` names no unit
            literals.append(word)
        return ""

    rest = _CURRENCY.sub(keep, _QUOTED.sub(keep, code))
    is_elapsed = bool(_ELAPSED.search(rest))
    rest = _PADDING.sub("", _BRACKET.sub("", rest)).split(";")[0]
    letters = set(rest.lower().replace("general", ""))
    if "%" in rest:
        return NumberFormat("ratio")
    if letters & {"y", "d"}:
        return NumberFormat("date")
    if is_elapsed or letters & {"h", "s"}:
        return NumberFormat("duration")
    if "m" in letters:
        return NumberFormat("date")
    literals += re.findall(r"[$¥€£]|[^\x00-\xff]+", rest)
    return NumberFormat("number", _words(literals), bool(_SCALED.search(rest)))


def _first_digit(code: str) -> int:
    """Where the number itself begins, literals and brackets not counted."""
    blanked = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', lambda found: " " * len(found.group()), code)
    found = re.search(r"[0#?]|general", blanked, re.IGNORECASE)
    return found.start() if found else len(code)


def _words(literals: list[str]) -> str:
    """The literals once each (sections repeat them), without signs, brackets and blanks."""
    seen: dict[str, None] = {}
    for literal in literals:
        word = literal.strip(" -+()!.")
        if word:
            seen[word] = None
    return "".join(seen)
