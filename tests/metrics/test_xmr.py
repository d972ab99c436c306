"""The XmR chart by hand (R24, R25, R26)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.xmr import Limits, Xmr, assurance, xmr


def chart(values: list[float], starts: list[int] | None = None, *, can_be_negative: bool = False) -> Xmr:
    return xmr(values, list(range(len(values))), starts or [], can_be_negative=can_be_negative)


def found(result: Xmr) -> list[tuple[str, str, tuple[int, ...]]]:
    return [(signal.rule, signal.side, signal.indexes) for signal in result.signals]


def test_fewer_than_six_points_have_no_limits() -> None:
    limits = chart([10, 12, 10, 12, 100]).limits
    assert [(one.state, one.n, one.lower, one.centre, one.upper) for one in limits] == [("none", 5, None, None, None)]
    assert chart([10, 12, 10, 12, 100]).signals == ()


def test_trial_limits_come_from_all_points() -> None:
    # 10 12 10 12 10 12: mean 11, moving ranges 2 2 2 2 2, mean range 2: 11 -+ 2.66 x 2 = 5.68 and 16.32, 3.268 x 2 = 6.536.
    (limits,) = chart([10, 12, 10, 12, 10, 12]).limits
    assert (limits.state, limits.n, limits.is_lower_off) == ("trial", 6, False)
    assert (limits.lower, limits.centre, limits.upper) == pytest.approx((5.68, 11, 16.32))
    assert limits.range_upper == pytest.approx(6.536)


def test_limits_lock_on_the_first_twelve() -> None:
    # Twelve points of mean 11 and mean range 2 as above; what follows moves nothing, and 17 > 16.32 stands out.
    (limits,) = chart([10, 12] * 6 + [17]).limits
    assert (limits.state, limits.n) == ("locked", 13)
    assert (limits.lower, limits.centre, limits.upper) == pytest.approx((5.68, 11, 16.32))
    assert ("beyond_limit", "above", (12,)) in found(chart([10, 12] * 6 + [17]))
    (trial,) = chart([10, 12] * 5 + [17]).limits  # eleven points: mean (110 + 17) / 11
    assert (trial.state, trial.centre) == ("trial", pytest.approx(127 / 11))


def test_a_limit_below_zero_is_zero_and_its_rules_are_off() -> None:
    # 1 5 1 5 1 5: mean 3, mean range 4, 3 - 10.64 = -7.64.
    values = [1.0, 5, 1, 5, 1, 5, 1, 5, 1, 5, 1, 5, 0, 0, 0, 0]
    (limits,) = chart(values).limits
    assert (limits.lower, limits.is_lower_off) == (0, True)
    assert limits.upper == pytest.approx(13.64)
    assert found(chart(values)) == []  # four times 0 is closer to 0 than to 3, but that limit is none
    (honest,) = chart(values, can_be_negative=True).limits
    assert (honest.lower, honest.is_lower_off) == (pytest.approx(-7.64), False)


def test_a_value_on_a_limit_is_not_beyond_it() -> None:
    # Twelve times 10: mean 10, range 0, both limits 10. 10 is on them, 10.5 beyond.
    assert found(chart([10] * 12 + [10])) == []
    assert found(chart([10] * 12 + [10.5])) == [("beyond_limit", "above", (12,))]
    assert found(chart([0.1 + 0.2] * 12 + [0.3])) == []  # not a rounding error either


def test_eight_in_a_row_on_one_side_of_the_centre() -> None:
    base = [10.0, 12] * 6  # centre 11, limits 5.68 and 16.32; closer to the upper limit from 13.66
    assert found(chart([*base, *[13] * 7])) == [("run_of_eight", "above", (11, 12, 13, 14, 15, 16, 17, 18))]
    assert found(chart([*base, 11, *[13] * 7])) == []  # seven, and the centre itself ends a run
    assert found(chart([*base, 10, *[13] * 9])) == [("run_of_eight", "above", tuple(range(13, 22)))]


def test_three_of_four_closer_to_the_same_limit_than_to_the_centre() -> None:
    base = [10.0, 12] * 6  # half-way to the limits: 8.34 and 13.66
    assert found(chart([*base, 14, 10, 14, 14])) == [("three_of_four", "above", (12, 14, 15))]
    assert found(chart([*base, 8, 12, 8, 8])) == [("three_of_four", "below", (12, 14, 15))]
    assert found(chart([*base, 14, 8, 14, 8])) == []  # not the same limit
    assert found(chart([*base, 14, 10, 10, 14, 14])) == []  # three of five
    assert found(chart([*base, 14, 14, 14, 10, 14])) == [("three_of_four", "above", (12, 13, 14, 16))]  # one stretch


def test_a_phase_begins_anew() -> None:
    values = [100.0, 104] * 3 + [10, 12] * 3
    before, after = chart(values, starts=[6]).limits
    assert (before.begins_at, before.first, before.last, before.centre) == (None, 0, 6, 102)
    # The jump from 104 to 10 is no moving range of the new phase: its mean range is 2.
    assert (after.begins_at, after.first, after.last, after.upper) == (6, 6, 12, pytest.approx(16.32))
    assert chart(values, starts=[6]).signals == ()
    assert chart(values, starts=[6]).phase_of(6) == after


def test_a_run_does_not_cross_a_phase() -> None:
    values = [10.0, 12] * 4 + [14] * 4 + [30.0] * 3 + [28, 30, 28]
    assert all(max(signal.indexes) < 12 or min(signal.indexes) >= 12 for signal in chart(values, starts=[12]).signals)


def test_a_phase_without_points_has_no_limits() -> None:
    result = chart([10, 12] * 6, starts=[50])
    assert [(one.n, one.state) for one in result.limits] == [(12, "locked"), (0, "none")]
    assert [one.begins_at for one in chart([10.0] * 3, starts=[0]).limits] == [0]  # nothing came before it
    assert [(one.n, one.state) for one in chart([]).limits] == [(0, "none")]


def test_dates_must_rise_and_match() -> None:
    with pytest.raises(ValueError, match="rising"):
        xmr([1, 2], [2, 1], [], can_be_negative=False)
    with pytest.raises(ValueError, match="each value"):
        xmr([1, 2], [1], [], can_be_negative=False)


@given(st.lists(st.floats(-1e6, 1e6), max_size=40), st.lists(st.integers(0, 40), max_size=3))
def test_every_point_belongs_to_one_phase(values: list[float], starts: list[int]) -> None:
    result = chart(values, starts, can_be_negative=True)
    assert [index for limits in result.limits for index in range(limits.first, limits.last)] == list(range(len(values)))
    for signal in result.signals:
        limits = result.phase_of(signal.indexes[0])
        assert signal.phase == limits.phase
        assert limits.state != "none"
        assert all(limits.first <= index < limits.last for index in signal.indexes)


def limits_between(lower: float, upper: float) -> Limits:
    return Limits(0, None, 0, 12, 12, "locked", lower=lower, centre=(lower + upper) / 2, upper=upper)


@pytest.mark.parametrize(
    ("lower", "upper", "target", "direction", "expected"),
    [
        (300, 720, 900, "down", "consistently_met"),  # PRODUCT's own: limits 5 to 12 min, target 15 min
        (1000, 1300, 900, "down", "consistently_missed"),
        (646, 1413, 900, "down", "hit_and_miss"),
        (0.96, 0.99, 0.95, "up", "consistently_met"),
        (0.90, 0.97, 0.98, "up", "consistently_missed"),
        (0.969, 0.987, 0.98, "up", "hit_and_miss"),
        (600, 900, 900, "down", "consistently_met"),  # exactly on the target is met ...
        (900, 1200, 900, "down", "hit_and_miss"),  # ... so the best of these meets it
        (600, 900.0000000001, 900, "down", "consistently_met"),  # and rounding decides nothing
        (600, 720, None, "down", None),
        (600, 720, float("nan"), "down", None),
    ],
)
def test_assurance(lower: float, upper: float, target: float | None, direction: str, expected: str | None) -> None:
    assert assurance(limits_between(lower, upper), target, direction) == expected


def test_no_limits_assure_nothing() -> None:
    assert assurance(Limits(0, None, 0, 5, 5, "none"), 900, "down") == "not_enough_points"
