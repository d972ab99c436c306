"""What a reader sees: languages, zones, what is not known, numbers, percentages, spans of time, days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from core.i18n import Text
from core.reader import NOT_KNOWN, Reader, utc

EN, ZH = Reader("en", "Asia/Shanghai"), Reader("zh", "Asia/Shanghai")
LATE = datetime(2026, 11, 3, 18, 2, tzinfo=UTC)  # 4 November 02:02 in Shanghai
NAN = float("nan")


@pytest.mark.parametrize("given", [None, NAN, float("inf")])
def test_what_is_not_known_is_never_nought(given: float | None) -> None:
    for reader in (EN, ZH):
        nothing = NOT_KNOWN[reader.lang]
        assert [reader.number(given), reader.percent(given), reader.duration(given)] == [nothing] * 3
    assert [EN.instant(None), EN.day(None), EN.value(None)] == ["n/a"] * 3


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(0, 2, "0"), (3.0, 2, "3"), (3.456, 2, "3.46"), (12345.6, 1, "12,345.6"), (-0.001, 2, "0"), (7.5, 0, "8")],
)
def test_numbers(value: float, digits: int, shown: str) -> None:
    assert EN.number(value, digits) == ZH.number(value, digits) == shown


def test_percentages() -> None:
    assert (EN.percent(0.853), EN.percent(0.853, 1), ZH.percent(0.853, 1)) == ("85 %", "85.3 %", "85.3%")
    assert (EN.percent(0), EN.percent(-0.25), EN.percent(1.5)) == ("0 %", "-25 %", "150 %")


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (0, "0 s", "0 秒"),
        (45, "45 s", "45 秒"),
        (90, "1.5 min", "1.5 分钟"),
        (900, "15 min", "15 分钟"),
        (3600, "1 h", "1 小时"),
        (7200, "2 h", "2 小时"),
        (9000, "2 h 30 min", "2 小时 30 分钟"),
        (86399, "1 d", "1 天"),
        (86400, "1 d", "1 天"),
        (100800, "1 d 4 h", "1 天 4 小时"),
        (93540, "1 d 2 h", "1 天 2 小时"),  # 1 d 1 h 59 min: the minutes round the hours, they are not cut off
        (172740, "2 d", "2 天"),  # 1 d 23 h 59 min
        (-7200, "-2 h", "-2 小时"),
    ],
)
def test_a_span_in_its_two_largest_units(seconds: float, en: str, zh: str) -> None:
    assert (EN.duration(seconds), ZH.duration(seconds)) == (en, zh)
    assert EN.value(timedelta(seconds=seconds)) == en


def test_an_instant_is_cut_in_the_projects_zone() -> None:
    assert (EN.instant(LATE), ZH.instant(LATE)) == ("4 Nov 02:02", "11月4日 02:02")
    assert Reader("en", "UTC").instant(LATE, with_year=True) == "3 Nov 2026 18:02"
    assert (EN.day(LATE), ZH.day(LATE, with_year=True)) == ("4 Nov", "2026年11月4日")
    assert EN.day(date(2026, 11, 3)) == "3 Nov"  # a calendar day has no zone
    assert EN.local(LATE).hour == 2


def test_a_sentence_is_put_into_words_with_its_values() -> None:
    text = Text("There is no sprint {sprint}.", sprint="S1")
    assert (EN.say(text), ZH.say(text)) == ("There is no sprint S1.", "没有冲刺 S1。")
    assert EN.say("somebody's own words") == "somebody's own words"
    assert ZH.value(Text("committed")) == "承诺"
    assert EN.value(True) == "True"
    assert EN.tn("{n} finding in the data", "{n} findings in the data", 1) == "1 finding in the data"
    assert EN.tn("{n} finding in the data", "{n} findings in the data", 2000) == "2,000 findings in the data"
    many = Text("{n} cells cannot be imported; nothing was.", one="{n} cell cannot be imported; nothing was.", n=1)
    assert EN.say(many).startswith("1 cell ")


def test_a_message_nobody_translated_stays_english() -> None:
    assert ZH.t("An unheard-of sentence {x}.", x=1) == "An unheard-of sentence 1."


def test_instants_are_stored_in_utc_and_a_naive_one_is_refused() -> None:
    assert utc(datetime(2026, 11, 4, 2, 2, tzinfo=timezone(timedelta(hours=8)))) == LATE
    with pytest.raises(ValueError, match="time zone"):
        utc(datetime(2026, 11, 4))  # noqa: DTZ001 - the very thing that is refused
