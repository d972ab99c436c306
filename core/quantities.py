"""Reading a quantity as a person wrote it into its dimension and canonical value (R27); `core.units` is the door.

What cannot be read with certainty is refused with what would be accepted: a wrong number is worse than a missing one.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal, Overflow
from typing import ParamSpec

from core.durations import EFFORT_UNIT_OF, NUMBER, UNIT_OF, read_duration, read_effort
from core.errors import Invalid
from core.i18n import N_, Text
from core.number_formats import read_number_format

P = ParamSpec("P")
DIMENSIONS = ("duration", "ratio", "money", "number")
EXAMPLES = "15min, 2h, 1d 4h, 2小时30分, 0:15, 85%, ￥1.2万, 1,234.5, 120 单"
ACCEPTED = N_("Accepted are, for example: {examples}.")
AMBIGUOUS = {
    "分": N_("“{word}” can mean minutes or points of a score: write 分钟 for minutes, or the number alone."),
    "w": N_("“{word}” can mean weeks or 万: write weeks or 万."),
    "M": N_("“{word}” can mean minutes or millions: write min, or the full number."),
}
NO_FIXED_LENGTH = frozenset(
    [
        "月",
        "个月",
        "month",
        "months",
        "mo",
        "年",
        "year",
        "years",
        "yr",
        "季度",
        "个季度",
        "quarter",
        "quarters",
        "日",
        "工作日",
        "个工作日",
    ]
)
FOREIGN = frozenset(
    [
        "$",
        "€",
        "£",
        "usd",
        "eur",
        "gbp",
        "jpy",
        "hkd",
        "hk$",
        "us$",
        "美元",
        "美金",
        "欧元",
        "英镑",
        "日元",
        "港元",
        "港币",
    ]
)
YUAN = frozenset(["¥", "cny", "rmb", "元", "圆", "块", "块钱", "人民币", "元人民币", "元整", "yuan"])
PERCENT = {"%": 100, "percent": 100, "pct": 100, "‰": 1000}
SCALE = {"百万": 10**6, "千万": 10**7, "万亿": 10**12, "千": 10**3, "万": 10**4, "亿": 10**8, "k": 10**3}

_CURRENCY = "¥|cny|rmb|人民币"
_AMOUNT = re.compile(rf"([+-]?)\s*({_CURRENCY})?\s*([+-]?)({NUMBER})\s*(.*)", re.IGNORECASE)
_SCALED = re.compile(r"(百万|千万|万亿|千|万|亿|k(?![a-z]))\s*(.*)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][^\d]{0,23}")
_KNOWN_HEAD = re.compile(r"(秒|分钟|小时|个小时|天|周|星期|元|年|月|个月|[a-z]+(?=[^a-z]))")


@dataclass(frozen=True)
class Quantity:
    """A quantity that was read.

    Args: dimension, one of DIMENSIONS; value in the canonical unit; unit as it is written (min, %, ￥, 单; `￥/单` for a
    price each; empty for a bare number); raw, what stood there; is_bare, a number without unit whose unit was assumed.
    """

    dimension: str
    value: float
    unit: str
    raw: str
    is_bare: bool = False


def parse_quantity(
    raw: str | float | timedelta | time, *, number_format: str | None = None, default_unit: str | None = None
) -> Quantity:
    """Read what stands in a cell or a form field.

    Args: raw, text, or what a spreadsheet reader gives (a time of day is a duration since midnight, as `0:15`);
    number_format, the cell's format, used for numbers alone; default_unit, the unit of a number that has none.
    A bare number under a percentage counts as percent above 1 and as a share up to 1; `check_series` refuses the mix.
    Raises: Invalid, with what was found and what would be accepted. Rule: R27.
    """
    if isinstance(raw, timedelta):
        return Quantity("duration", raw.total_seconds(), "min", str(raw))
    if isinstance(raw, time):
        since_midnight = timedelta(hours=raw.hour, minutes=raw.minute, seconds=raw.second, microseconds=raw.microsecond)
        return Quantity("duration", since_midnight.total_seconds(), "min", raw.isoformat())
    if isinstance(raw, bool | date) or not isinstance(raw, str | int | float):
        raise _refused(raw)
    if isinstance(raw, str):
        return _finite(_parse_text, raw, default_unit)
    if not math.isfinite(raw):
        raise _refused(raw)
    return _finite(_parse_number, raw, number_format, default_unit)


def parse_effort(
    raw: str | float | timedelta, hours_per_day: float = 8, *, default_unit: str | None = None
) -> Quantity:
    """Read an effort into seconds of work: 1d is the project's working day, 1w five of them (R27).

    Raises: Invalid where it is no effort; a bare number needs `default_unit` (h, d ...).
    """
    if isinstance(raw, timedelta):
        return Quantity("duration", raw.total_seconds(), "h", str(raw))
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise _refused(raw)
    if isinstance(raw, str) and any(unicodedata.category(letter) == "No" for letter in raw):
        raise _refused(raw)
    text = narrow(raw if isinstance(raw, str) else repr(raw)).lower()
    is_bare = re.fullmatch(f"[+-]?(?:{NUMBER})", text) is not None
    if is_bare:
        text += narrow(default_unit or "").lower()

    def read() -> Quantity:
        found = read_effort(text, Decimal(repr(hours_per_day)))
        if found is None:
            raise _refused(raw, next=Text("Write an effort as 4h, 1.5d, 1d 4h, 2人天 or 30min."))
        return Quantity("duration", float(found[0]), found[1], str(raw), is_bare)

    return _finite(read)


def parse_unit(word: str) -> tuple[str, str]:
    """The dimension and the written unit of a unit column's word: `分钟` is ("duration", "min"), `单` ("number", "单").

    Raises: Invalid where the word is no unit, or an ambiguous one.
    """
    found = _read_amount(Decimal(1), narrow(word), word, is_time_expected=False)
    return found.dimension, found.unit


def narrow(text: str) -> str:
    """Full-width characters made narrow, blanks collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").split())


def _finite(read: Callable[P, Quantity], *args: P.args, **kwargs: P.kwargs) -> Quantity:
    """What was read, unless it is too large to be kept (`1e400`)."""
    try:
        found = read(*args, **kwargs)
    except Overflow:
        found = None
    if found is None or not math.isfinite(found.value):
        raise Invalid(Text("The number is too large."), next=Text(ACCEPTED, examples=EXAMPLES))
    return found


def _parse_text(raw: str, default_unit: str | None) -> Quantity:
    if any(unicodedata.category(letter) == "No" for letter in raw):
        raise _refused(raw)  # made narrow, `10²` would be 102
    text, unit = narrow(raw), narrow(default_unit or "")
    if text.startswith("百分之"):
        text = text.removeprefix("百分之").strip() + "%"
    found = _AMOUNT.fullmatch(text)
    if found and found.group(5) == "M":
        raise _refused(raw, why=Text(AMBIGUOUS["M"], word="M"))
    duration = read_duration(text.lower(), is_time_expected=_is_time(unit))
    if duration is not None:
        return Quantity("duration", float(duration[0]), duration[1], raw)
    if not found or (found.group(1) and found.group(3)):
        raise _refused(raw, why=_foreign(text))
    sign, currency, inner_sign, digits, rest = found.groups()
    number = Decimal(digits.replace(",", "")) * (-1 if "-" in (sign, inner_sign) else 1)
    if currency:
        rest = _after_currency(rest, raw)
    scale = SCALE.get(rest.lower())
    if scale is None and rest:
        return _read_amount(number, rest, raw, is_time_expected=_is_time(unit))
    if scale and _SCALED.match(unit):
        raise _refused(raw, why=Text("The unit {unit} is scaled already.", unit=unit))
    return _read_bare(number * (scale or 1), unit, raw)


def _parse_number(raw: float, number_format: str | None, default_unit: str | None) -> Quantity:
    shown, unit = read_number_format(number_format), narrow(default_unit or "")
    number = Decimal(repr(raw))
    if shown.kind == "date":
        raise _refused(raw, why=Text("The cell is formatted as a date."))
    if shown.kind == "ratio":
        return Quantity("ratio", float(raw), "%", str(raw))
    if shown.kind == "duration":  # a fraction of a day; spreadsheets keep it to about a tenth of a millisecond
        return Quantity("duration", float(round(number * 86400, 3)), "min", str(raw))
    words = narrow(shown.words)
    if shown.is_scaled:
        words = re.sub("万亿|百万|千万|[千万亿kK]", "", words)
    if not words:
        return _read_bare(number, unit, str(raw))
    return _read_amount(number, _yuan_last(words), str(raw), is_time_expected=_is_time(unit))


def _read_bare(number: Decimal, unit: str, raw: str) -> Quantity:
    """A number without unit, in the unit that is assumed for it."""
    if not unit:
        return Quantity("number", float(number), "", raw, is_bare=True)
    if unit in PERCENT and PERCENT[unit] == 100 and abs(number) <= 1:
        return Quantity("ratio", float(number), "%", raw, is_bare=True)
    return replace(_read_amount(number, _yuan_last(unit), raw, is_time_expected=_is_time(unit)), is_bare=True)


def _read_amount(number: Decimal, words: str, raw: str, *, is_time_expected: bool) -> Quantity:
    """A number and the words behind it: a scale (万), a unit, and perhaps `/单` for each."""
    scaled = _SCALED.fullmatch(words)
    if scaled:
        number, words = number * SCALE[scaled.group(1).lower()], scaled.group(2)
    if not words:
        return Quantity("number", float(number), "", raw)
    head, slash, per = (part.strip() for part in words.partition("/"))
    head, each = head.lower(), f"/{per}" if slash and per else ""
    if head in YUAN:
        return Quantity("money", float(number), "￥" + each, raw)
    if head in PERCENT and not scaled:
        return Quantity("ratio", float(number / PERCENT[head]), "%" + each, raw)
    duration = None if scaled else read_duration(f"{number:f}{head}", is_time_expected=is_time_expected)
    if duration is not None:
        return Quantity("duration", float(duration[0]), duration[1] + each, raw)
    if head in AMBIGUOUS:
        raise _refused(raw, why=Text(AMBIGUOUS[head], word=head))
    if head in NO_FIXED_LENGTH:
        raise _refused(raw, why=Text("“{word}” has no fixed length: write days, hours or minutes.", word=head))
    if not _WORD.fullmatch(words) or _is_half_known(head) or _foreign(head):
        raise _refused(raw, why=_foreign(head))
    return Quantity("number", float(number), words, raw)


def _is_half_known(head: str) -> bool:
    """Whether a known unit has more behind it (`15min左右`, `3周年`): neither that unit nor a thing to count."""
    found = _KNOWN_HEAD.match(head)
    return "%" in head or (found is not None and (not found.group().isascii() or found.group() in UNIT_OF))


def _foreign(text: str) -> Text | None:
    """Why money in another currency is refused; None where the text names none."""
    first = re.match(r"[a-z]*\$|[€£]|[^\W\d_]+", text.lower())
    if first and first.group() in FOREIGN:
        return Text("Money is kept in CNY; “{word}” is another currency.", word=first.group())
    return None


def _after_currency(rest: str, raw: str) -> str:
    """The words behind an amount that began with a currency: nothing, `万`, `万元`, `/单`."""
    found = re.fullmatch(r"(百万|千万|万亿|千|万|亿|k)?\s*(?:元|cny|rmb)?\s*(/.+)?", rest, re.IGNORECASE)
    if not found:
        raise _refused(raw)
    return (found.group(1) or "") + "元" + (found.group(2) or "")


def _yuan_last(words: str) -> str:
    """`¥万` as `万元`: an assumed unit or a number format may say the currency first."""
    return _after_currency(words.removeprefix("¥"), words) if words.startswith("¥") else words


def _is_time(unit: str) -> bool:
    return unit != "分" and unit.lower() in EFFORT_UNIT_OF


def _refused(raw: object, *, why: Text | None = None, next: Text | None = None) -> Invalid:
    found = str(raw).strip()
    what = (
        Text("“{found}” is not a quantity we can read.", found=found) if found else Text("There is no quantity here.")
    )
    return Invalid(what, why=why, next=next or Text(ACCEPTED, examples=EXAMPLES))
