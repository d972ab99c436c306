"""The forecast by hand: certain where the past is even, honest where it is short, the same on every machine."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from metrics.flow import THROUGHPUT_COLUMNS
from metrics.forecast import forecast, forecast_backtest, kept_shares

START = date(2026, 6, 1)


def history(counts: list[int]) -> pd.DataFrame:
    days = pd.date_range(START - timedelta(days=len(counts)), periods=len(counts), freq="D")
    return pd.DataFrame({"day": days, "n": counts}).astype(THROUGHPUT_COLUMNS)


def test_an_even_past_leaves_nothing_to_chance() -> None:
    told = forecast(history([2] * 20), 9, start=START, until=START + timedelta(days=10))
    assert told.frame["day"].dt.date.tolist() == [START + timedelta(days=5)] * 3  # 2 a day: nine need five days
    assert told.frame["items"].tolist() == [20, 20, 20]


def test_the_shares_are_those_of_the_binomial_distribution() -> None:
    told = forecast(history([0, 1] * 10), 10, start=START, until=START + timedelta(days=20), shares=(0.85, 0.95))
    # Ten successes of a fair coin: 24 throws hold them with 0.846, 25 with 0.885; 27 with 0.939, 28 with 0.956.
    assert told.frame["day"].dt.date.tolist() == [START + timedelta(days=n) for n in (25, 28)]
    assert told.frame["items"].tolist() == [8, 6]  # of 20 throws: at least 8 with 0.868, at least 6 with 0.979


def test_the_same_question_has_one_answer_and_another_question_another_seed() -> None:
    given = {"start": START, "until": START + timedelta(days=14)}
    one, two = (forecast(history([0, 3, 1, 0, 2] * 4), 17, **given) for _ in range(2))
    pd.testing.assert_frame_equal(one.frame, two.frame)
    assert one.curve == two.curve
    assert one.curve[-1][1] >= 0.99


def test_fewer_than_five_active_days_are_no_history() -> None:
    told = forecast(history([0] * 80 + [3, 2, 0, 9, 1]), 5, start=START, until=START + timedelta(days=14))
    assert (told.state, told.active_days, len(told.frame)) == ("not_enough_history", 4, 0)


def test_nothing_left_is_done_today_and_more_than_ten_years_is_no_day() -> None:
    done = forecast(history([1] * 10), 0, start=START, until=START + timedelta(days=14))
    assert (done.state, set(done.frame["day"].dt.date)) == ("nothing_left", {START})
    never = forecast(history([1] * 5 + [0] * 79), 5000, start=START, until=START + timedelta(days=14))
    assert never.frame["day"].isna().all()
    with pytest.raises(ValueError, match="until"):
        forecast(history([1] * 10), 3, start=START, until=START)


def test_the_backtest_judges_each_two_weeks_by_the_days_before_alone() -> None:
    steady = forecast_backtest(history([1] * 70))
    assert kept_shares(steady) == {0.5: (4, 4), 0.85: (4, 4), 0.95: (4, 4)}
    slump = forecast_backtest(history([1] * 56 + [0] * 14))
    assert slump[slump["share"] == 0.95].iloc[-1][["promised", "finished", "is_kept"]].tolist() == [14, 0, False]
    assert forecast_backtest(history([1] * 10)).empty


def test_a_team_without_memory_keeps_about_what_is_promised() -> None:
    counts = np.random.default_rng(7).poisson(0.8, size=84 + 14 * 120).tolist()
    kept, n = kept_shares(forecast_backtest(history(counts), trials=2000))[0.85]
    assert 0.78 <= kept / n <= 0.95
