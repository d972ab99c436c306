"""What pages share is not changed by any of them, and is asked anew after every write."""

import hashlib
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from actions.settings import save_settings
from core.actor import local_admin
from core.config import load_config
from pages.components import data
from pages.components.data.drawn import _drawn, drawn
from pages.components.navigation import page_files
from store.db import open_store
from tests.pages.conftest import OpenPage

TABLES = ("sources", "runs", "findings", "statuses", "types", "boards", "change_requests", "signatures", "waivers")


def fingerprints() -> dict[str, str]:
    """A hash of everything that pages are given."""
    board = data.boards()[0]
    sprint_id = str(data.sprints(board)["sprint_id"].iloc[-1])
    given = {name: data.table(name) for name in TABLES} | {
        "sprints": data.sprints(),
        "sprint": vars(data.sprint(board.source_id, sprint_id)),
        "trend": data.trend(board),
        "churn": vars(data.churn(board)),
        "kpis": vars(data.kpis()),
        "feedback": vars(data.feedback()),
    }
    return {name: hashlib.sha256(written(value).encode()).hexdigest() for name, value in given.items()}


def written(value: Any) -> str:
    """A value by its content alone; pandas keeps look-up tables inside its frames, which are not."""
    if isinstance(value, pd.DataFrame):
        return value.to_csv()
    if isinstance(value, dict):
        return repr([(name, written(one)) for name, one in value.items()])
    return written(vars(value)) if is_dataclass(value) else repr(value)


@pytest.mark.usefixtures("sample_home")
def test_no_page_changes_what_it_shares_with_others(open_page: OpenPage) -> None:
    before = fingerprints()
    for page in page_files():
        open_page(page.address)
    assert fingerprints() == before


def test_a_write_is_seen_at_the_next_run(sample_home: Path) -> None:
    assert data.settings().demo_every_days == 14
    save_settings(open_store(load_config()), local_admin(), changes={"demo_every_days": 7})
    assert data.settings().demo_every_days == 7
    assert sample_home.exists()


@pytest.mark.usefixtures("sample_home")
def test_a_drawing_is_made_once_for_each_question_until_something_is_written() -> None:
    made: list[str] = []

    def compose(name: str) -> str:
        return drawn(("test", name), lambda: made.append(name) or name)  # type: ignore[func-returns-value]

    assert [compose(name) for name in ("a", "b", "a")] == ["a", "b", "a"]
    assert made == ["a", "b"]
    save_settings(open_store(load_config()), local_admin(), changes={"demo_every_days": 7})
    assert compose("a") == "a"
    assert made == ["a", "b", "a"]


@pytest.mark.usefixtures("sample_home")
def test_showing_a_drawing_does_not_change_it(open_page: OpenPage) -> None:
    def kept() -> list[str]:
        return [written(one) if not isinstance(one, tuple) else one[0].figure.to_json() for one in _drawn.values()]

    open_page("demo")
    before = kept()
    assert len(before) > 1
    open_page("demo")
    assert kept() == before
