"""Every registered metric, automatically: empty frames, unmutated input, row order, declared columns, translated words."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from core.i18n import catalogue
from metrics import registry
from metrics.registry import INSTANT, Metric, load, metric, typed_frame

METRICS = sorted(load().values(), key=lambda one: one.name)
every_metric = pytest.mark.parametrize("one", METRICS, ids=lambda one: one.name)


def frames_in(given: dict[str, Any]) -> dict[str, pd.DataFrame]:
    return {name: value for name, value in given.items() if isinstance(value, pd.DataFrame)}


def check_columns(one: Metric, result: Any) -> None:
    frame = one.frame_of(result)
    if frame is None:
        assert result is None or not one.columns
        return
    assert list(frame.columns) == list(one.columns)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == dict(one.columns)


def test_there_are_metrics() -> None:
    assert {"ledger", "churn", "velocity", "sprint_trend", "volatility", "change_states"} <= {
        one.name for one in METRICS
    }


@every_metric
def test_gives_its_declared_columns(one: Metric) -> None:
    check_columns(one, one.function(**one.example()))


@every_metric
def test_empty_frames_give_declared_columns_or_nothing(one: Metric) -> None:
    given = {
        name: value.iloc[0:0] if isinstance(value, pd.DataFrame) else value for name, value in one.example().items()
    }
    check_columns(one, one.function(**given))


@every_metric
def test_input_is_not_mutated(one: Metric) -> None:
    given = dict(one.example())
    before = {name: frame.copy(deep=True) for name, frame in frames_in(given).items()}
    one.function(**given)
    for name, frame in frames_in(given).items():
        pd.testing.assert_frame_equal(frame, before[name])


@every_metric
def test_row_order_is_irrelevant(one: Metric) -> None:
    expected = one.frame_of(one.function(**one.example()))
    for seed in range(3):
        given = {
            name: value.sample(frac=1, random_state=seed) if isinstance(value, pd.DataFrame) else value
            for name, value in one.example().items()
        }
        result = one.frame_of(one.function(**given))
        if expected is None or result is None:
            assert expected is result
        else:
            pd.testing.assert_frame_equal(result, expected)


@every_metric
def test_says_what_it_is_in_both_languages(one: Metric) -> None:
    words = [one.title, one.description, one.unit, one.grain, one.source]
    assert all(words), f"{one.name} leaves a description empty"
    assert one.rule.startswith("R")
    missing = [text for text in (one.title, one.description) if text not in catalogue("zh")]
    assert not missing, f"{one.name}: not translated: {missing}"


@every_metric
def test_documents_its_arguments_and_result(one: Metric) -> None:
    text = one.function.__doc__ or ""
    assert "Args" in text
    assert "Returns" in text


def test_a_wrong_direction_and_a_taken_name_are_refused() -> None:
    words = dict.fromkeys(("title", "description", "unit", "grain", "rule", "source"), "x")
    with pytest.raises(ValueError, match="sideways"):
        metric(name="new", direction="sideways", example=dict, **words)
    with pytest.raises(ValueError, match="already registered"):
        metric(name="ledger", direction="up", example=dict, **words)(lambda: None)
    assert registry.REGISTRY["ledger"].function.__module__ == "metrics.ledger"


def test_a_metric_that_breaks_its_promise_is_named() -> None:
    with pytest.raises(TypeError, match="ledger"):
        replace(load()["ledger"], frame=None).frame_of(3)


def test_typed_frame_has_its_types_with_and_without_rows() -> None:
    columns = {"a": "str", "b": INSTANT, "c": "float64", "d": "Int64"}
    for rows in ([], [{"a": None, "b": None, "c": None, "d": None}]):
        frame = typed_frame(rows, columns)
        assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == columns
        assert len(frame) == len(rows)
        assert frame.isna().all().all()
